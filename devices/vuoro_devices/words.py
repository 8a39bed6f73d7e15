"""The words customers read at a unit, in their own language: gettext catalogues below ``locale/``."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

LOCALE_FOLDER = Path(__file__).parent / "locale"
DOMAIN = "devices"

INSTALLED_WITHIN_SECONDS = 2.0


@lru_cache(maxsize=32)
def words(language: str) -> Callable[[str], str]:
    """From an English sentence to the same in ``language`` (a tag such as ``sv`` or ``sv-FI``).

    A sentence or a language that nobody has translated stays English.
    """
    return _catalogue(language).gettext


def _catalogue(language: str) -> NullTranslations:
    tag = language.replace("_", "-").lower()
    for candidate in (tag, tag.split("-")[0]):
        folder = LOCALE_FOLDER / candidate / "LC_MESSAGES"
        compiled, source = folder / f"{DOMAIN}.mo", folder / f"{DOMAIN}.po"
        if compiled.is_file() and not _is_newer(source, compiled):
            return GNUTranslations(io.BytesIO(compiled.read_bytes()))
        if source.is_file():
            return _compiled_in_memory(source)
    return NullTranslations()


def _is_newer(source: Path, compiled: Path) -> bool:
    """Whether somebody has edited it since; an installer writes both at about the same time, in any order."""
    return source.is_file() and source.stat().st_mtime > compiled.stat().st_mtime + INSTALLED_WITHIN_SECONDS


def _compiled_in_memory(source: Path) -> GNUTranslations:
    """A checkout whose catalogues are not compiled yet speaks all languages too; a wheel ships them compiled."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = io.BytesIO()
    with source.open("rb") as lines:
        write_mo(compiled, read_po(lines, domain=DOMAIN))
    compiled.seek(0)
    return GNUTranslations(compiled)
