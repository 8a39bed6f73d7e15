"""Printer faults: told to the customer and the staff, cleared when mended; the number lives on (contract §2.3)."""

from __future__ import annotations

import pytest
from rig.at_the_dispenser import AtTheDispenser
from vuoro_devices.behaviour.dispenser_view import DispenserSettings
from vuoro_devices.behaviour.events import Tick
from vuoro_devices.behaviour.ticket_records import may_be_torn

NO_SCREEN = DispenserSettings(has_screen=False)


@pytest.mark.parametrize("code", ["paper-out", "cover-open", "printer-gone", "printer-error"])
def test_the_number_stands_on_the_screen_and_the_hub_knows(code: str) -> None:
    lobby = AtTheDispenser()
    lobby.press()
    lobby.hub_issues("017")
    lobby.printer_fails(code)
    assert (lobby.view.step, lobby.view.number) == ("number", "017")
    assert lobby.view.follow_url == "http://127.0.0.1:8000/v/abc"
    printed = lobby.body_of("ticket.printed")
    assert (printed.number, printed.medium, printed.uncertain) == ("017", "screen", False)
    assert code in lobby.faults


def test_the_fault_is_shown_before_the_next_customer_presses_and_goes_when_it_is_mended() -> None:
    lobby = AtTheDispenser()
    lobby.printer_says("paper-out")
    assert "tulostin" in lobby.view.banner.lower()
    assert "paper-out" in lobby.faults
    lobby.printer_says(None)
    assert lobby.view.banner == ""
    assert lobby.faults == {}


def test_another_trouble_takes_the_place_of_the_first() -> None:
    lobby = AtTheDispenser()
    lobby.printer_says("cover-open")
    lobby.printer_says("paper-low")
    assert set(lobby.faults) == {"paper-low"}


def test_a_printer_that_is_known_to_be_gone_is_not_tried_while_the_customer_waits() -> None:
    lobby = AtTheDispenser()
    lobby.printer_says("printer-gone")
    lobby.press()
    lobby.hub_issues("017")
    assert lobby.prints == []
    assert (lobby.view.step, lobby.view.number) == ("number", "017")
    assert lobby.body_of("ticket.printed").medium == "screen"


def test_little_paper_is_told_to_the_staff_alone() -> None:
    lobby = AtTheDispenser()
    lobby.printer_says("paper-low")
    assert "paper-low" in lobby.faults
    assert lobby.view.banner == ""


def test_a_printer_that_never_answers_is_given_up_and_the_number_shown() -> None:
    lobby = AtTheDispenser()
    lobby.press()
    lobby.hub_issues("017")
    lobby.wait(21)
    assert (lobby.view.step, lobby.view.number) == ("number", "017")
    assert "printer-error" in lobby.faults
    lobby.paper_comes()
    assert lobby.types().count("ticket.printed") == 1


def test_a_unit_without_a_screen_prints_the_ticket_when_paper_is_back() -> None:
    lobby = AtTheDispenser(settings=NO_SCREEN)
    lobby.press()
    lobby.hub_issues("017")
    lobby.printer_fails()
    assert set(lobby.lamps.values()) == {"blink"}
    lobby.wait(60)
    lobby.printer_says(None)
    assert len(lobby.prints) == 2
    lobby.paper_comes()
    assert lobby.body_of("ticket.printed").medium == "paper"


def test_a_unit_without_a_screen_gives_the_turn_up_when_nobody_brings_paper() -> None:
    lobby = AtTheDispenser(settings=NO_SCREEN)
    lobby.press()
    lobby.hub_issues("017")
    lobby.printer_fails()
    lobby.wait(121)
    assert lobby.body_of("ticket.abandoned").request == lobby.request
    assert not [key for key in lobby.kept if key.startswith("ticket:")]
    lobby.printer_says(None)
    assert len(lobby.prints) == 1


def test_a_unit_without_a_screen_takes_no_press_while_its_printer_is_broken() -> None:
    lobby = AtTheDispenser(settings=NO_SCREEN)
    lobby.printer_says("paper-out")
    lobby.press()
    assert lobby.sent == []
    assert "on" not in lobby.lamps.values()


def test_paper_that_perhaps_came_out_of_a_unit_without_a_screen_is_told_as_uncertain() -> None:
    lobby = AtTheDispenser(settings=NO_SCREEN)
    lobby.press()
    lobby.hub_issues("017")
    lobby.printer_fails("printer-gone", perhaps=True)
    printed = lobby.body_of("ticket.printed")
    assert (printed.medium, printed.uncertain) == ("paper", True)


# --- after a stop in the middle


def test_a_request_without_a_printed_byte_is_abandoned_at_the_next_start() -> None:
    before = AtTheDispenser()
    before.press()
    after = AtTheDispenser(kept=before.kept)
    assert after.body_of("ticket.abandoned").request == before.request
    assert not [key for key in after.kept if key.startswith("ticket:")]


def test_a_ticket_that_was_at_the_printer_is_told_as_uncertain_at_the_next_start() -> None:
    before = AtTheDispenser()
    before.press()
    before.hub_issues("017")
    after = AtTheDispenser(kept=before.kept)
    printed = after.body_of("ticket.printed")
    assert (printed.request, printed.number, printed.uncertain) == (before.request, "017", True)


def test_a_unit_knows_over_starts_that_half_a_ticket_may_hang_from_its_printer() -> None:
    before = AtTheDispenser()
    assert not may_be_torn(before.kept)
    before.press()
    assert not may_be_torn(before.kept)
    before.hub_issues("017")
    after = AtTheDispenser(kept=before.kept)
    again = AtTheDispenser(kept=after.kept)
    assert may_be_torn(again.kept)
    again.press()
    again.hub_issues("018")
    again.paper_comes()
    assert not may_be_torn(again.kept)


def test_a_ticket_that_waited_for_paper_is_abandoned_at_the_next_start() -> None:
    before = AtTheDispenser(settings=NO_SCREEN)
    before.press()
    before.hub_issues("017")
    before.printer_fails()
    after = AtTheDispenser(kept=before.kept, settings=NO_SCREEN)
    assert after.types() == ["ticket.abandoned"]


def test_each_interruption_is_told_once() -> None:
    before = AtTheDispenser()
    before.press()
    after = AtTheDispenser(kept=before.kept)
    again = AtTheDispenser(kept=after.kept)
    again.happens(Tick())
    assert again.types() == []
