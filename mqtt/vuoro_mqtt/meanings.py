"""What the fields of payloads mean, read from the docstrings below them, for the documents made from the models.

Read from the source when a document is made: no program's start pays for it.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable, Mapping
from itertools import pairwise
from types import ModuleType
from typing import Any

Meanings = Mapping[str, Mapping[str, str]]
"""Class name to field name to meaning."""


def meanings_in(modules: Iterable[ModuleType]) -> Meanings:
    """The meanings of the fields of every class in these modules, those of its base classes included."""
    own: dict[str, dict[str, str]] = {}
    bases: dict[str, list[str]] = {}
    for module in modules:
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.ClassDef):
                own[node.name] = dict(_fields(node))
                bases[node.name] = [base.id for base in node.bases if isinstance(base, ast.Name)]
    return {name: _with_bases(name, own, bases) for name in own}


def describe(schemas: Mapping[str, dict[str, Any]], meanings: Meanings) -> None:
    """Write the meanings into JSON schemas, named as their classes, and take out titles that repeat a name."""
    for name, schema in schemas.items():
        known = meanings.get(name.removesuffix("-Input").removesuffix("-Output"), {})
        for field, described in schema.get("properties", {}).items():
            described.pop("title", None)
            if field in known and "description" not in described:
                described["description"] = known[field]


def _fields(node: ast.ClassDef) -> Iterable[tuple[str, str]]:
    for before, after in pairwise(node.body):
        if isinstance(before, ast.AnnAssign) and isinstance(before.target, ast.Name) and (text := _text(after)):
            yield before.target.id.rstrip("_"), inspect.cleandoc(text)


def _text(node: ast.stmt) -> str | None:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
        return node.value.value
    return None


def _with_bases(name: str, own: Mapping[str, dict[str, str]], bases: Mapping[str, list[str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for base in bases.get(name, []):
        found |= _with_bases(base, own, bases)
    return found | own.get(name, {})
