"""Each text of the pages stands in every catalogue, complete, with the same places for values."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from vuoro_hub.web import app
from vuoro_hub.web.languages import FOR_CUSTOMERS
from vuoro_hub.web.texts import display_texts

WEB = Path(app.__file__).parent

METHODS = [("api/**", "ignore"), ("**.py", "python"), ("templates/**.html", "jinja2")]


def catalogue(language: str) -> Catalog:
    path = WEB / "translations" / language / "LC_MESSAGES" / "messages.po"
    return read_po(BytesIO(path.read_bytes()), locale=language)


def texts_of_the_pages() -> set[str]:
    found: set[str] = set()
    for _file, _line, message, _comments, _context in extract_from_dir(WEB, METHODS):
        found.add(message[0] if isinstance(message, tuple) else message)
    return found


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)s", text))


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_a_catalogue_is_complete(language: str) -> None:
    words = catalogue(language)
    texts = texts_of_the_pages()

    assert len(texts) > 150
    assert texts - {one.id if isinstance(one.id, str) else one.id[0] for one in words if one.id} == set()
    for one in words:
        if not one.id:
            continue
        ids = [one.id] if isinstance(one.id, str) else list(one.id)
        said = [one.string] if isinstance(one.string, str) else list(one.string)
        assert not one.fuzzy, ids
        assert all(said), ids
        assert {frozenset(placeholders(text)) for text in said} == {frozenset(placeholders(text)) for text in ids}


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_a_catalogue_holds_nothing_that_no_page_says(language: str) -> None:
    held = {one.id if isinstance(one.id, str) else one.id[0] for one in catalogue(language) if one.id}

    assert held - texts_of_the_pages() == set()


@pytest.mark.parametrize("language", sorted(FOR_CUSTOMERS))
def test_a_customers_own_page_is_complete_in_every_language_of_the_tickets(language: str) -> None:
    words = catalogue(language)
    templates = [("templates/follow*.html", "jinja2")]
    for _file, _line, message, _comments, _context in extract_from_dir(WEB, templates):
        text = message[0] if isinstance(message, tuple) else message
        kept = words.get(text)
        assert kept is not None, text
        said = [kept.string] if isinstance(kept.string, str) else list(kept.string)
        assert all(said), text
        assert all(placeholders(one) == placeholders(text) for one in said), text


def test_who_comes_next_is_called_the_same_everywhere_in_swedish() -> None:
    said = [str(one.string) for one in catalogue("sv")] + [texts["sv"] for texts in display_texts().values()]

    assert display_texts()["coming"]["sv"] == "Näst i tur"
    assert [text for text in said if "på tur" in text.lower()] == []
