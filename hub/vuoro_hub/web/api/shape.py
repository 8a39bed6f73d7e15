"""What is wrong with the shape of a request: each field, why, and what would be right, in the caller's language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import ValidationError
from vuoro_mqtt.values import Id, Language, Texts, text_in

from vuoro_hub.web.api.counters import TurnId

MOST_TOLD = 5


@dataclass(frozen=True)
class Wrong:
    """One thing that is not right. ``field`` is empty for the request as a whole."""

    field: str
    reason: str
    """One of the keys of ``REASONS``."""
    text: Texts

    def told(self, language: str) -> dict[str, str]:
        """As a program gets it."""
        return {"field": self.field, "reason": self.reason, "text": text_in(self.text, language)}

    def sentence(self, language: str) -> str:
        where = text_in(FIELD, language).format(field=self.field) if self.field else text_in(BODY, language)
        return f"{where}: {text_in(self.text, language)}."


FIELD: Texts = {"fi": "Kenttä {field}", "sv": "Fältet {field}", "en": "Field {field}"}
BODY: Texts = {"fi": "Pyynnön runko", "sv": "Begärans innehåll", "en": "The body of the request"}

REASONS: Mapping[str, Texts] = {
    "not-json": {
        "fi": "se ei ole JSONia ({place})",
        "sv": "det är inte JSON ({place})",
        "en": "it is not JSON ({place})",
    },
    "not-an-object": {
        "fi": "sen on oltava JSON-olio, kuten {{}}",
        "sv": "det ska vara ett JSON-objekt, såsom {{}}",
        "en": "it must be a JSON object, such as {{}}",
    },
    "missing": {"fi": "arvo puuttuu", "sv": "värdet saknas", "en": "the value is missing"},
    "not-text": {
        "fi": "arvon on oltava merkkijono",
        "sv": "värdet ska vara en sträng",
        "en": "the value must be a string",
    },
    "not-a-list": {
        "fi": "arvon on oltava luettelo, kuten []",
        "sv": "värdet ska vara en lista, såsom []",
        "en": "the value must be a list, such as []",
    },
    "not-a-number": {
        "fi": "arvon on oltava kokonaisluku",
        "sv": "värdet ska vara ett heltal",
        "en": "the value must be a whole number",
    },
    "not-true-or-false": {
        "fi": "arvon on oltava true tai false",
        "sv": "värdet ska vara true eller false",
        "en": "the value must be true or false",
    },
    "too-small": {
        "fi": "arvon on oltava vähintään {ge}",
        "sv": "värdet ska vara minst {ge}",
        "en": "the value must be at least {ge}",
    },
    "too-large": {
        "fi": "arvon on oltava enintään {le}",
        "sv": "värdet ska vara högst {le}",
        "en": "the value must be at most {le}",
    },
    "too-many": {
        "fi": "luettelossa on oltava enintään {max_length} arvoa",
        "sv": "listan ska ha högst {max_length} värden",
        "en": "the list must have at most {max_length} values",
    },
    "not-one-of": {
        "fi": "arvon on oltava jokin näistä: {options}",
        "sv": "värdet ska vara något av dessa: {options}",
        "en": "the value must be one of these: {options}",
    },
    "wrong-form": {
        "fi": "arvon on oltava {form}",
        "sv": "värdet ska vara {form}",
        "en": "the value must be {form}",
    },
    "not-right": {
        "fi": "arvo ei kelpaa; katso /api/v1/openapi.json",
        "sv": "värdet duger inte; se /api/v1/openapi.json",
        "en": "the value cannot be used; see /api/v1/openapi.json",
    },
}

_BY_TYPE: Mapping[str, str] = {
    "json_invalid": "not-json",
    "model_type": "not-an-object",
    "missing": "missing",
    "string_type": "not-text",
    "string_unicode": "not-text",
    "list_type": "not-a-list",
    "bool_type": "not-true-or-false",
    "bool_parsing": "not-true-or-false",
    "int_type": "not-a-number",
    "int_parsing": "not-a-number",
    "int_parsing_size": "not-a-number",
    "int_from_float": "not-a-number",
    "greater_than_equal": "too-small",
    "less_than_equal": "too-large",
    "too_long": "too-many",
    "enum": "not-one-of",
    "string_pattern_mismatch": "wrong-form",
}


def _pattern(kind: Any) -> str:
    return str(get_args(kind)[1].pattern)


_FORMS: Mapping[str, Texts] = {
    _pattern(Id): {
        "fi": "tunnus: 1–32 merkkiä joukosta a–z, 0–9 ja - (ei ensimmäisenä)",
        "sv": "ett id: 1–32 av tecknen a–z, 0–9 och - (inte först)",
        "en": "an id: 1 to 32 of the characters a–z, 0–9 and - (not first)",
    },
    _pattern(Language): {
        "fi": "kielen tunnus, kuten fi, sv tai en",
        "sv": "en språkkod, såsom fi, sv eller en",
        "en": "a language tag, such as fi, sv or en",
    },
    _pattern(TurnId): {
        "fi": "vuoron tunnus sellaisena kuin se on annettu",
        "sv": "en turs id så som det har getts",
        "en": "a turn's id as it was given",
    },
}


def wrongs(error: ValidationError) -> tuple[Wrong, ...]:
    """The first few things that are wrong."""
    faults = error.errors(include_url=False, include_input=False)[:MOST_TOLD]
    return tuple(
        _wrong(".".join(str(step) for step in fault["loc"]), fault["type"], fault.get("ctx", {})) for fault in faults
    )


def _wrong(field: str, kind: str, context: Mapping[str, Any]) -> Wrong:
    reason = _BY_TYPE.get(kind, "not-right")
    return Wrong(
        field,
        reason,
        {tag: text.format(**context, **_values(reason, context, tag)) for tag, text in REASONS[reason].items()},
    )


def _values(reason: str, context: Mapping[str, Any], language: str) -> dict[str, str]:
    """What pydantic says in English only, in any language."""
    if reason == "not-one-of":
        return {"options": ", ".join(re.findall(r"'([^']*)'", context["expected"]))}
    if reason == "wrong-form":
        form = _FORMS.get(context["pattern"])
        return {"form": text_in(form, language) if form else context["pattern"]}
    if reason == "not-json":
        line, column = re.findall(r"\d+", context["error"])[-2:]
        return {"place": text_in(_PLACE, language).format(line=line, column=column)}
    return {}


_PLACE: Texts = {
    "fi": "rivi {line}, merkki {column}",
    "sv": "rad {line}, tecken {column}",
    "en": "line {line}, character {column}",
}
