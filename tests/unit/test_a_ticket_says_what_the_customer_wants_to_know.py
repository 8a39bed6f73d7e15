"""The words of a ticket (Q1, Q3, Q5, Q11)."""

from __future__ import annotations

import string

import pytest
from rig.tickets import LANGUAGES, a_ticket
from vuoro_devices.behaviour.ticket_words import TicketWords, ticket_words
from vuoro_devices.behaviour.views import Ticket
from vuoro_devices.words import LOCALE_FOLDER, words


def said(ticket: Ticket) -> TicketWords:
    return ticket_words(ticket, words(ticket.language))


def lines(ticket: Ticket) -> list[str]:
    return [line.text for line in said(ticket).lines]


def test_a_finnish_ticket_in_full() -> None:
    ticket = said(a_ticket("fi"))

    assert ticket.site == "Lahden yhteinen palvelupiste"
    assert ticket.moment == "7.6.2023 klo 9.05"
    assert (ticket.heading, ticket.number, ticket.mark) == ("Vuoronumerosi", "042", "")
    assert [line.text for line in ticket.lines] == [
        "Odotuspaikka:",
        "Odotusaula, 1. kerros",
        "Ennen sinua jonossa: 3",
        "Odotus noin 10–20 min",
        "Seuraa näyttöjä. Numeroita ei kuuluteta.",
    ]
    assert ticket.follow == "Seuraa vuoroasi puhelimella"


def test_the_first_in_line_is_told_so() -> None:
    assert "You are next in line" in lines(a_ticket("en", position=1))


def test_one_figure_is_not_written_as_a_range() -> None:
    assert "Wait about 10 min" in lines(a_ticket("en", estimate_minutes=(10, 10)))


def test_no_wait_is_not_written_as_zero_minutes() -> None:
    assert "Your turn is soon" in lines(a_ticket("en", estimate_minutes=(0, 0)))


def test_what_is_not_known_is_left_out() -> None:
    ticket = a_ticket("en", position=None, estimate_minutes=None, wait_at="", follow_url=None)

    assert lines(ticket) == ["Watch the displays. Numbers are not called out."]
    assert said(ticket).follow == ""


def test_a_number_given_offline_is_valid_and_its_place_follows() -> None:
    ticket = a_ticket("en", offline=True, position=4, estimate_minutes=(5, 10))

    assert "This number is valid. Your place in line follows on the displays." in lines(ticket)
    assert not any("before you" in line or "Wait about" in line for line in lines(ticket))


def test_a_test_print_cannot_be_taken_for_a_number_in_line() -> None:
    ticket = said(a_ticket("sv", test=True))

    assert (ticket.mark, ticket.heading) == ("TEST", "")
    assert ticket.lines[0].text == "Provutskrift, inget könummer."


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_every_sentence_is_translated_with_the_same_places_to_fill(language: str) -> None:
    say = words(language)
    for sentence in ticket_sentences():
        translated = say(sentence)
        assert translated != sentence or sentence == "TEST", f"{language} lacks: {sentence}"
        assert fields(translated) == fields(sentence), translated


def test_an_unknown_language_speaks_english() -> None:
    assert words("xx")("Your number") == "Your number"


def test_a_tag_with_a_region_speaks_its_language() -> None:
    assert words("sv-FI")("Your number") == "Ditt könummer"


def ticket_sentences() -> list[str]:
    """The sentences said by all kinds of tickets, caught as they are asked for."""
    asked: list[str] = []

    def say(sentence: str) -> str:
        asked.append(sentence)
        return sentence

    for changes in (
        {},
        {"position": 1, "estimate_minutes": (0, 0)},
        {"estimate_minutes": (5, 5)},
        {"offline": True},
        {"test": True},
    ):
        ticket_words(a_ticket("en", **changes), say)
    return sorted(set(asked))


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_language_of_the_lobby_has_its_catalogue() -> None:
    assert {folder.name for folder in LOCALE_FOLDER.iterdir()} >= set(LANGUAGES)
