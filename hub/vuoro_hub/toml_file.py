"""Reading a TOML file against a model: every fault at once, with its place and what would be right."""

from __future__ import annotations

import difflib
import tomllib
import types
import typing
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

S = TypeVar("S", bound="Section")


class TomlFileError(Exception):
    """The file cannot be used. ``faults`` holds every fault found, each a line for people."""

    def __init__(self, path: Path, faults: list[str]) -> None:
        super().__init__(f"{path}: {'; '.join(faults)}")
        self.path = path
        self.faults = faults


class Section(BaseModel):
    """A table of such a file: unknown keys are faults."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def load_toml(path: Path) -> dict[str, Any]:
    """The file's tables. Raises TomlFileError."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TomlFileError(path, [f"cannot be read: {error.strerror}"]) from None
    except UnicodeDecodeError:
        raise TomlFileError(path, ["is not UTF-8 text"]) from None
    except tomllib.TOMLDecodeError as error:
        raise TomlFileError(path, [f"is not TOML: {error}"]) from None


def read_toml(path: Path, model: type[S]) -> S:
    """The file as the model. Raises TomlFileError with every fault."""
    data = load_toml(path)
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise TomlFileError(path, faults_of(error, data, model)) from None


def faults_of(error: ValidationError, data: dict[str, Any], model: type[BaseModel]) -> list[str]:
    """Each fault of shape as a line: place, what is wrong, what would be right."""
    return [_told(fault, data, model) for fault in error.errors(include_url=False)]


def meant(wanted: str, among: Iterable[str]) -> str:
    """A "did you mean" for a word that is not among those known, or nothing."""
    near = difflib.get_close_matches(wanted, list(among), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


HINTS = {
    r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$": "a span such as 09:00-16:00",
    r"^[a-z0-9][a-z0-9-]{0,31}$": "an id of small letters, digits and hyphens, at most 32",
    r"^[A-Z]$": "one capital letter",
}
"""What a pattern means, in words."""


def _told(fault: Any, data: dict[str, Any], model: type[BaseModel]) -> str:
    place = _place(fault["loc"], data)
    match fault["type"]:
        case "extra_forbidden":
            return f"{place}: unknown key{meant(str(fault['loc'][-1]), _keys_at(model, fault['loc'][:-1]))}"
        case "missing":
            return f"{place}: missing"
        case "string_pattern_mismatch":
            pattern = fault["ctx"]["pattern"]
            return f"{place}: {fault['input']!r} is not right; wanted: {HINTS.get(pattern, f'text like {pattern}')}"
        case _:
            return f"{place}: {fault['msg'].removeprefix('Value error, ')} (found {fault['input']!r})"


def _place(loc: tuple[Any, ...], data: dict[str, Any]) -> str:
    """``('services', 3, 'name')`` as ``services[4] 'vero'.name``."""
    parts: list[str] = []
    here: Any = data
    for step in loc:
        if isinstance(step, int) and parts:
            row = here[step] if isinstance(here, list) and step < len(here) else None
            name = row.get("id") if isinstance(row, dict) else None
            parts[-1] += f"[{step + 1}]" + (f" {name!r}" if name else "")
            here = row
        else:
            parts.append(str(step))
            here = here.get(step) if isinstance(here, dict) else None
    return ".".join(parts)


def _keys_at(model: type[BaseModel], loc: tuple[Any, ...]) -> list[str]:
    """The keys a table at this place may have."""
    here: type[BaseModel] | None = model
    for step in loc:
        if isinstance(step, int):
            continue
        field = here.model_fields.get(str(step)) if here else None
        here = _model_in(field.annotation) if field else None
    return [field.alias or name for name, field in here.model_fields.items()] if here else []


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        return annotation if issubclass(annotation, BaseModel) else None
    return next((found for part in typing.get_args(annotation) if (found := _model_in(part))), None)
