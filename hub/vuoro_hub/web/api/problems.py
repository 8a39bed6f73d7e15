"""A "no" over HTTP: RFC 9457 problem details with a code of contract §2.3."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from vuoro_mqtt.payloads import RefusalCode
from vuoro_mqtt.values import Texts, instant_text, text_in

from vuoro_hub.domain.refusals import Refusal

CONTENT_TYPE = "application/problem+json"

LANGUAGES = ("en", "fi", "sv")
"""What the API speaks; English where the caller asks for none of them."""

UNPROCESSABLE = (RefusalCode.INVALID, RefusalCode.SERVICE_UNKNOWN, RefusalCode.CODE_UNKNOWN)
"""Understood, and asking for what is not there or makes no sense: 422. All else stands against a state: 409."""


class HubFault(StrEnum):
    """Codes for what is nobody's fault but the hub's own: asking again may help, asking otherwise does not."""

    INTERNAL_ERROR = "internal-error"
    """Something unexpected happened; ``instance`` stands beside it in the hub's log."""
    DATABASE_AWAY = "database-away"


TITLES: Mapping[RefusalCode | HubFault, Texts] = {
    RefusalCode.SERVICE_CLOSED: {"fi": "Palvelu on kiinni", "sv": "Tjänsten är stängd", "en": "The service is closed"},
    RefusalCode.SERVICE_UNKNOWN: {
        "fi": "Tuntematon palvelu",
        "sv": "Okänd tjänst",
        "en": "The service is not known here",
    },
    RefusalCode.CODE_UNKNOWN: {"fi": "Tuntematon koodi", "sv": "Okänd kod", "en": "The code is not known"},
    RefusalCode.TOO_EARLY: {"fi": "Liian aikaisin", "sv": "För tidigt", "en": "Too early"},
    RefusalCode.TOO_LATE: {"fi": "Liian myöhään", "sv": "För sent", "en": "Too late"},
    RefusalCode.NOBODY_WAITING: {"fi": "Jonossa ei ole ketään", "sv": "Ingen står i kön", "en": "Nobody is waiting"},
    RefusalCode.NOT_ALLOWED: {"fi": "Ei sallittu", "sv": "Inte tillåtet", "en": "Not allowed"},
    RefusalCode.INVALID: {"fi": "Virheellinen pyyntö", "sv": "Felaktig begäran", "en": "Invalid request"},
    HubFault.INTERNAL_ERROR: {"fi": "Palvelimessa on vika", "sv": "Fel i servern", "en": "The server has a fault"},
    HubFault.DATABASE_AWAY: {
        "fi": "Tietokanta ei vastaa",
        "sv": "Databasen svarar inte",
        "en": "The database does not answer",
    },
}


@dataclass(frozen=True)
class Problem:
    """What went wrong, as it is answered. ``instance`` names this one time of it, and stands in the log."""

    status: int
    title: str
    detail: str
    code: RefusalCode | HubFault
    details: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    instance: str | None = None

    def body(self) -> str:
        members = {name: value for name, value in self.details.items() if name not in RESERVED}
        head = {
            "type": f"urn:vuoro:problem:{self.code.value}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code.value,
        }
        instance = {"instance": self.instance} if self.instance else {}
        return json.dumps({**head, **instance, **members}, default=_as_json, ensure_ascii=False)


RESERVED = ("type", "title", "status", "detail", "code", "instance")


def of_refusal(refusal: Refusal, language: str) -> Problem:
    """An act's refusal as it is answered."""
    return Problem(
        status_of(refusal),
        text_in(TITLES[refusal.code], language),
        text_in(refusal.text, language),
        refusal.code,
        refusal.details,
    )


def status_of(refusal: Refusal) -> int:
    if refusal.forbidden:
        return 403
    if refusal.missing:
        return 404
    return 422 if refusal.code in UNPROCESSABLE else 409


def invalid(status: int, language: str, *, fi: str, sv: str, en: str, **details: Any) -> Problem:
    """A request that cannot be used as it is."""
    text = text_in({"fi": fi, "sv": sv, "en": en}, language)
    return Problem(status, text_in(TITLES[RefusalCode.INVALID], language), text, RefusalCode.INVALID, details)


def _as_json(value: object) -> Any:
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, StrEnum):
        return value.value
    raise TypeError(f"a {type(value).__name__} cannot stand in a problem")
