"""Settings files (TOML) read against a model: every fault is told at once, with its place and what would be right."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo

M = TypeVar("M", bound=BaseModel)

Loc = tuple[int | str, ...]
"""The way to a value: keys, and places in lists counted from 0."""

IN_WORDS = {
    r"^[a-z0-9][a-z0-9-]{0,31}$": "an id of small letters, digits and hyphens, at most 32, such as 'dispenser-1'",
    r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$": "a language's tag, such as fi",
    r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$": "a span such as 09:00-16:00",
    r"^[A-Z]$": "one capital letter",
}
"""What a pattern means to a person."""

LONGEST_SHOWN = 60
"""So much of a wrong value is told again."""

_WANTED = (
    ("int", "a whole number"),
    ("float", "a number"),
    ("finite", "a number"),
    ("bool", "true or false"),
    ("string", "text in quotes"),
    ("path", "text in quotes"),
    ("list", "a list"),
    ("tuple", "a list"),
    ("dict", "a table"),
    ("model", "a table"),
    ("none", "nothing; leave the key out"),
    ("date", "a date such as 2026-03-02"),
    ("time", "a time of day such as 09:00:00"),
)
"""What pydantic's findings of a wrong type ask for, by how their names begin."""

# The docstrings below a model's fields are read when the reference is made (vuoro_mqtt.meanings). pydantic's own way,
# use_attribute_docstrings, reads them at every start: 0.7 MB and a fiftieth of a second of each unit.


class Section(BaseModel):
    """A table of such a file: a key that it does not know is a fault, since it is most often a slip of the pen."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True)
class Fault:
    """One thing wrong: where, and what would be right. The key is empty where it is the whole file."""

    key: str
    text: str

    def __str__(self) -> str:
        return f"{self.key}: {self.text}" if self.key else self.text


class SettingsFileError(Exception):
    """The file cannot be used; its text names the file and every fault."""

    def __init__(self, path: Path, faults: list[Fault]) -> None:
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        super().__init__("\n".join([f"{path}: {count}", *(f"  {fault}" for fault in faults)]))
        self.path = path
        self.faults = faults


def load_toml(path: Path) -> dict[str, Any]:
    """The file's tables. Raises SettingsFileError."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsFileError(path, [Fault("", f"cannot be read: {error.strerror}")]) from None
    except UnicodeDecodeError:
        raise SettingsFileError(path, [Fault("", "is not UTF-8 text")]) from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsFileError(path, [Fault("", f"is not TOML: {error}")]) from None


def read_toml(path: Path, model: type[M]) -> M:
    """The file as the model. Raises SettingsFileError with every fault."""
    data = load_toml(path)
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise SettingsFileError(path, faults_of(error, data, model)) from None


def faults_of(
    error: ValidationError, data: Mapping[str, Any], model: type[BaseModel], *, within: Loc = ()
) -> list[Fault]:
    """Each of pydantic's findings for the person who wrote the file. ``within``: the table of it that was checked."""
    return [
        Fault(place((*within, *_steps(found)), data), _told(found, model)) for found in error.errors(include_url=False)
    ]


def meant(wanted: object, among: Iterable[str]) -> str:
    """A "did you mean" for a word that is not among those known; empty where none is near."""
    import difflib  # only who has something wrong to tell needs it

    near = difflib.get_close_matches(str(wanted), list(among), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def place(loc: Loc, data: Mapping[str, Any]) -> str:
    """``("services", 3, "name")`` as ``services[4] 'vero'.name``: rows are counted from 1 and named by their id."""
    parts: list[str] = []
    here: Any = data
    for step in loc:
        if isinstance(step, int):
            here = here[step] if isinstance(here, list) and step < len(here) else None
            name = here.get("id") if isinstance(here, dict) else None
            row = f"[{step + 1}]" + (f" {name!r}" if isinstance(name, str) else "")
            parts[-1:] = [f"{''.join(parts[-1:])}{row}"]
        else:
            here = here.get(step) if isinstance(here, Mapping) else None
            parts.append(step)
    return ".".join(parts)


def _steps(found: Any) -> Loc:
    """Where it was found; a wrong key of a table of free keys is told as that key."""
    loc: Loc = found["loc"]
    return loc[:-1] if loc[-1:] == ("[key]",) else loc


def _told(found: Any, model: type[BaseModel]) -> str:
    loc, field = found["loc"], _field_at(model, found["loc"])
    match found["type"]:
        case "extra_forbidden":
            known = _keys(_model_at(model, loc[:-1]))
            return f"is not known here{meant(loc[-1], known) or f'; {_one_of(known)}'}"
        case "missing":
            return f"is missing{_for_example(field)}"
        case "literal_error" | "enum":
            known = found["ctx"]["expected"].replace(" or ", ", ").replace("'", "").split(", ")
            return f"{_shown(found['input'], field)} is not {_one_of(known)}{meant(found['input'], known)}"
        case "string_pattern_mismatch":
            pattern = found["ctx"]["pattern"]
            right = IN_WORDS.get(pattern, f"text like {pattern}")
            return f"{_shown(found['input'], field)} is not right; wanted: {right}"
        case "value_error":
            return str(found["msg"]).removeprefix("Value error, ")
        case "too_short":
            return f"has too few; at least {found['ctx']['min_length']} needed"
        case "too_long":
            return f"has too many; at most {found['ctx']['max_length']} wanted"
        case "string_too_short":
            least = found["ctx"]["min_length"]
            return "is empty" if least == 1 else f"is too short; at least {least} characters needed"
        case "string_too_long":
            return f"is too long; at most {found['ctx']['max_length']} characters wanted"
    return f"{_shown(found['input'], field)} is not right; wanted: {_right(found)}"


def _right(found: Any) -> str:
    """What would be right, of a type or a number's bounds; never in pydantic's words, which are for programmers."""
    limits, kind = found.get("ctx", {}), found["type"]
    if "ge" in limits or "gt" in limits:
        return f"{limits['ge']} or more" if "ge" in limits else f"more than {limits['gt']}"
    if "le" in limits or "lt" in limits:
        return f"{limits['le']} or less" if "le" in limits else f"less than {limits['lt']}"
    return next((words for head, words in _WANTED if kind.startswith(f"{head}_")), "what the settings' list says")


def _for_example(field: FieldInfo | None) -> str:
    """What would be right, from the model's own examples, else from the words it knows."""
    if field is None:
        return ""
    if field.examples:
        return f"; for example {field.examples[0]}"
    words = [one for one in get_args(field.annotation) if isinstance(one, str)] or [*_members(field.annotation)]
    return f"; {_one_of(words)}" if words else ""


def _members(annotation: Any) -> Iterable[str]:
    """The words of an enumeration."""
    return getattr(annotation, "__members__", {}).values()


def _shown(value: object, field: FieldInfo | None) -> str:
    """The value found, where it is short and no secret."""
    if field is not None and not field.repr:
        return "this"
    if isinstance(value, Mapping | list):
        return "a table" if isinstance(value, Mapping) else "a list"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date | time):
        return value.isoformat()
    shown = repr(value)
    return shown if len(shown) <= LONGEST_SHOWN else f"{shown[:LONGEST_SHOWN]}…"


def _one_of(known: Iterable[str]) -> str:
    return f"one of {', '.join(known)}"


def _keys(model: type[BaseModel] | None) -> list[str]:
    """The keys that a table may have, as they stand in the file."""
    return [field.alias or name for name, field in model.model_fields.items()] if model else []


def _field_at(model: type[BaseModel], loc: Loc) -> FieldInfo | None:
    """The field that a way leads to or into."""
    names = [step for step in loc if isinstance(step, str)]
    holder = _model_at(model, tuple(names[:-1]))
    return _field(holder, names[-1]) if holder and names else None


def _model_at(model: type[BaseModel] | None, loc: Loc) -> type[BaseModel] | None:
    """The model behind a table of the file."""
    for step in loc:
        if isinstance(step, str):
            field = _field(model, step) if model else None
            model = model_in(field.annotation) if field else None
    return model


def _field(model: type[BaseModel], key: str) -> FieldInfo | None:
    return next((field for name, field in model.model_fields.items() if key in (name, field.alias)), None)


def model_in(annotation: Any) -> type[BaseModel] | None:
    """The model within ``list[Model]``, ``Model | None`` and the like."""
    if inner := get_args(annotation):
        return next((found for one in inner if (found := model_in(one))), None)
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None
