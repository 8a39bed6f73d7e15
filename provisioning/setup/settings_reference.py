"""Writes docs/settings.md: every key of every settings file, with type, default and meaning. ``make docs``.

Made from the models and the docstrings below their fields, so that there is one place for a meaning to be wrong.
"""

from __future__ import annotations

import inspect
import sys
import typing
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from pydantic import BaseModel
from vuoro_devices.behaviour.counter_display import CounterSettings
from vuoro_devices.behaviour.dispenser_view import DispenserSettings
from vuoro_devices.behaviour.lobby_display import LobbySettings
from vuoro_devices.config import BehaviourSection, UnitConfig
from vuoro_devices.hardware.symbols import SERVICE_SYMBOLS
from vuoro_devices.printers import PrinterSettings
from vuoro_hub.settings import HubSettings
from vuoro_hub.site_file import Site
from vuoro_mqtt.meanings import meanings_in
from vuoro_mqtt.settings_file import IN_WORDS, model_in
from vuoro_provisioning.demo.preset import preset_names
from vuoro_provisioning.demo.settings import PREFIX, DemoSettings

Model = type[BaseModel]
Schema = Mapping[str, Any]

BEGINNING = """# Settings

<!-- Made by `make docs` from the models. Change the docstrings below their fields, not this page. -->

Settings are TOML files. A program that finds faults in its file names all of them, each with its place and what would
be right, and ends with exit code 2; `vuoro-hub check FILE` checks a site file alone, `vuoro-device KIND --config FILE
--check` a unit's. A key that is not known is a fault.

An *id* is made of small letters, digits and hyphens, at most 32, and begins with a letter or digit. *Text by language*
is a table such as `{ fi = "Verotus", sv = "Beskattning" }`. Q1 and the like are the numbers of the handbook's rules.

| file | read by |
|---|---|
| [the site file](#the-site-file) | `vuoro-hub`, and the demo |
| [`hub.toml`](#hubtoml) | `vuoro-hub run --config FILE` |
| [a unit's file](#a-units-file) | `vuoro-device KIND --config FILE` |
| [environment variables](#environment-variables-of-make-run) | `make run`, `vuoro-provision demo` |
"""

SHORT = {
    r"^[a-z0-9][a-z0-9-]{0,31}$": "id",
    r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$": "language tag such as `fi`",
}
"""Patterns that the page's beginning explains, or that need few words."""

HAND_CHECKED: dict[tuple[Model, str], Model] = {(UnitConfig, "printer"): PrinterSettings}
"""Tables whose model the file's own model does not name."""

BEHAVIOURS: Mapping[str, type] = {
    "dispenser": DispenserSettings,
    "counter display": CounterSettings,
    "lobby display": LobbySettings,
}
"""Where the defaults of ``[behaviour]`` stand."""


def reference() -> str:
    """The whole page."""
    known = ", ".join(f"`{name}`" for name in sorted(SERVICE_SYMBOLS))
    return "\n".join(
        [
            BEGINNING,
            *_file("The site file", Site),
            f"Symbols that are known: {known}.\n",
            *_file("hub.toml", HubSettings),
            *_file("A unit's file", UnitConfig),
            *_environment(),
        ]
    )


def _file(title: str, model: Model) -> Iterator[str]:
    yield f"## {title}\n"
    yield from _table(model)
    for heading, inner in _tables_within(model, ""):
        yield f"### {heading}\n"
        yield from _table(inner)


def _tables_within(model: Model, above: str) -> Iterator[tuple[str, Model]]:
    """Each table below this one, with how it is written in the file."""
    for name, field in model.model_fields.items():
        inner = HAND_CHECKED.get((model, name)) or model_in(field.annotation)
        if inner is None:
            continue
        rows = typing.get_origin(field.annotation) is list
        written = f"`[[{name}]]`" if rows else f"`[{name}]`"
        yield f"{above}`{name}`" if above else written, inner
        yield from _tables_within(inner, f"{written}: ")


def _table(model: Model) -> Iterator[str]:
    schema = model.model_json_schema(by_alias=True)
    meanings = meanings_in([sys.modules[model.__module__]])[model.__name__]
    yield f"{_plain(inspect.getdoc(model) or '')}\n"
    yield "| key | type | default | meaning |\n|---|---|---|---|"
    for name, field in model.model_fields.items():
        key = field.alias or name
        property_ = schema["properties"][key]
        words = "table" if (model, name) in HAND_CHECKED else _words(property_, schema)
        default = _behaviour(name) if model is BehaviourSection else _default(key, property_, schema)
        yield _row(f"`{key}`", words, default, meanings.get(name) or field.description or "")
    yield ""


def _environment() -> Iterator[str]:
    yield "## Environment variables of `make run`\n"
    yield "What `make run` (`vuoro-provision demo`) looks at. A variable that is set to nothing counts as not given.\n"
    yield "| variable | type | default | meaning |\n|---|---|---|---|"
    schema = DemoSettings.model_json_schema()
    meanings = meanings_in([sys.modules[DemoSettings.__module__]])["DemoSettings"]
    for name, property_ in schema["properties"].items():
        words = _one_of(preset_names()) if name == "preset" else _words(property_, schema)
        default = (
            "`.vuoro` in the checkout; without make `~/.local/share/vuoro/demo`"
            if name == "data"
            else _default(name, property_, schema)
        )
        yield _row(f"`{PREFIX}{name.upper()}`", words, default, meanings[name])
    yield ""


def _row(*cells: str) -> str:
    return f"| {' | '.join(_plain(cell).replace('|', chr(92) + '|') for cell in cells)} |"


def _plain(text: str) -> str:
    """A docstring as one line of Markdown."""
    return " ".join(text.replace("``", "`").split())


def _default(key: str, property_: Schema, schema: Schema) -> str:
    if key in schema.get("required", []):
        return "*needed*"
    default = property_.get("default")
    if default is None or default in ({}, []) or isinstance(default, dict):
        return ""
    if isinstance(default, list):
        return ", ".join(f"`{one}`" for one in default)
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def _behaviour(name: str) -> str:
    """The default of each kind of unit that has this setting."""
    found = {
        kind: field.default for kind, settings in BEHAVIOURS.items() for field in fields(settings) if field.name == name
    }
    return ", ".join(f"`{default:g}` ({kind})" for kind, default in found.items())


def _words(property_: Schema, schema: Schema) -> str:
    """A JSON schema's type in words."""
    match property_:
        case {"anyOf": choices}:
            return " or ".join(_words(one, schema) for one in choices if one.get("type") != "null")
        case {"$ref": reference}:
            return _words(schema["$defs"][reference.rsplit("/", 1)[1]], schema)
        case {"enum": known}:
            return _one_of(known)
        case {"type": "string", "pattern": pattern}:
            return SHORT.get(pattern) or IN_WORDS[pattern]
        case {"type": "string", "format": "path"}:
            return "path"
        case {"type": "string"}:
            return "text"
        case {"type": "boolean"}:
            return "true or false"
        case {"type": "integer" | "number" as kind}:
            return f"{'whole number' if kind == 'integer' else 'number'}{_limits(property_)}"
        case {"type": "array", "prefixItems": items}:
            return f"list of {len(items)}: {_words(items[0], schema)}"
        case {"type": "array", "items": items}:
            inner = _words(items, schema)
            return "list of tables" if inner == "table" else f"list of: {inner}"
        case {"type": "object", "patternProperties": _}:
            return "text by language"
        case {"type": "object", "additionalProperties": dict() as inner, "propertyNames": names}:
            return f"table of {', '.join(f'`{one}`' for one in names['enum'])}, each a {_words(inner, schema)}"
    return "table"


def _limits(property_: Schema) -> str:
    least, most = property_.get("minimum"), property_.get("maximum")
    above = property_.get("exclusiveMinimum")
    if above is not None:
        return f", more than {above:g}" + (f", at most {most:g}" if most is not None else "")
    return f", {least:g} to {most:g}" if least is not None and most is not None else ""


def _one_of(known: list[Any]) -> str:
    return "one of " + ", ".join(f"`{one}`" for one in known)


if __name__ == "__main__":
    sys.stdout.write(reference())
