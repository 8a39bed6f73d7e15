"""Whatever a unit says, it says in every language that the product ships (Q18)."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
import vuoro_devices
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from vuoro_devices.behaviour import opening
from vuoro_devices.bodies import KEYS_OF_A_COUNTER
from vuoro_devices.words import LOCALE_FOLDER

PACKAGE = Path(vuoro_devices.__file__).parent
SAYING = {"say": None, "_in_each": None, "_words_now": None}
LANGUAGES = sorted(folder.name for folder in LOCALE_FOLDER.iterdir() if folder.name != "en")


def said() -> set[str]:
    """Every sentence that stands in the code of behaviour."""
    found = extract_from_dir(PACKAGE / "behaviour", [("**.py", "python")], keywords=SAYING)
    sentences = {message for _file, _line, message, _comments, _context in found if isinstance(message, str)}
    return sentences | set(opening._WEEKDAYS) | set(KEYS_OF_A_COUNTER.values())


def catalogue(language: str) -> Catalog:
    with (LOCALE_FOLDER / language / "LC_MESSAGES" / "devices.po").open("rb") as lines:
        return read_po(lines)


def blanks(text: str) -> set[str]:
    return {field for _text, field, _format, _conversion in string.Formatter().parse(text) if field}


def test_the_code_is_read() -> None:
    assert {"Please take your ticket", "No connection", "Next in line", "on Monday"} <= said()


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_left_in_english(language: str) -> None:
    words = catalogue(language)
    missing = sorted(sentence for sentence in said() if sentence not in words or not words[sentence].string)
    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_filled_in_is_the_same_in_every_language(language: str) -> None:
    for message in catalogue(language):
        if message.id and message.string:
            assert blanks(str(message.string)) <= blanks(str(message.id)), message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_kept_that_nobody_says(language: str) -> None:
    kept = {str(message.id) for message in catalogue(language) if message.id}
    assert sorted(kept - said()) == []
