"""One customer, one ticket, and nothing left for the next one to see (Q3)."""

from __future__ import annotations

from rig.at_the_dispenser import AtTheDispenser
from rig.scripted_hub import dispenser_config


def test_a_nervous_second_press_gives_no_second_ticket() -> None:
    lobby = AtTheDispenser()
    lobby.press()
    lobby.press()
    lobby.hub_issues("017")
    lobby.press()
    lobby.paper_comes()
    lobby.wait(1)
    lobby.press()
    assert lobby.types() == ["ticket.requested", "ticket.printed"]
    assert len(lobby.prints) == 1


def test_the_next_customer_need_not_wait_for_the_screen_to_clear() -> None:
    lobby = AtTheDispenser()
    lobby.ticket("017")
    lobby.wait(2.5)
    lobby.press("kela")
    assert lobby.types().count("ticket.requested") == 2


def test_the_number_leaves_the_screen_and_the_language_goes_back() -> None:
    lobby = AtTheDispenser()
    lobby.chooses("language", "en")
    lobby.ticket("017")
    assert lobby.view.number == "017"
    lobby.wait(9)
    assert (lobby.view.step, lobby.view.number, lobby.view.language) == ("choose", None, "fi")


def test_a_language_left_standing_goes_back_after_a_pause() -> None:
    lobby = AtTheDispenser()
    lobby.chooses("language", "en")
    assert lobby.view.title == "What would you like to do?"
    lobby.wait(31)
    assert lobby.view.language == "fi"


def test_a_new_customer_after_a_ticket_begins_in_the_first_language() -> None:
    lobby = AtTheDispenser()
    lobby.chooses("language", "en")
    lobby.ticket("017")
    lobby.wait(3)
    lobby.press("kela")
    assert lobby.body_of("ticket.requested").language == "fi"


def test_who_was_refused_goes_on_in_the_same_language() -> None:
    lobby = AtTheDispenser()
    lobby.chooses("language", "en")
    lobby.press()
    lobby.hub_refuses(en="The service is closed.")
    lobby.wait(1)
    lobby.chooses("back")
    assert (lobby.view.step, lobby.view.language) == ("choose", "en")


def test_a_language_key_goes_through_the_languages() -> None:
    lobby = AtTheDispenser()
    lobby.chooses("language")
    assert lobby.view.language == "sv"
    lobby.chooses("language")
    lobby.chooses("language")
    assert lobby.view.language == "fi"


def test_an_unknown_language_changes_nothing() -> None:
    lobby = AtTheDispenser()
    lobby.chooses("language", "xx")
    assert lobby.view.language == "fi"


def test_help_is_offered_on_every_page_a_customer_reads() -> None:
    lobby = AtTheDispenser()
    assert lobby.view.help_label
    lobby.ticket("017")
    assert lobby.view.help_label


def test_the_first_screen_says_that_guests_of_a_meeting_sign_in_elsewhere() -> None:
    lobby = AtTheDispenser(config=dispenser_config(first_screen_note={"fi": "Kokousvieraat infopisteeseen."}))
    assert lobby.view.note == "Kokousvieraat infopisteeseen."
