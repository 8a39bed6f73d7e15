"""Printing and drawing on threads of their own: outcomes are told, failures survived, only the newest view drawn."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any

import pytest
from rig.a_unit import HandPrinter
from rig.at_the_dispenser import AtTheDispenser
from rig.waiting import until
from vuoro_devices.behaviour.effects import View
from vuoro_devices.behaviour.events import NotPrinted, PaperOut, PrinterCondition
from vuoro_devices.behaviour.views import Action, CounterView, Ticket
from vuoro_devices.drawer import Drawer
from vuoro_devices.ports import PrinterTrouble
from vuoro_devices.print_desk import PrintDesk


def a_ticket() -> Ticket:
    lobby = AtTheDispenser()
    lobby.press()
    lobby.hub_issues("017")
    return lobby.prints[-1].ticket


def view(number: str) -> CounterView:
    return CounterView(state="calling", number=number, counter_name="Piste 1")


class Told:
    """What was told, in order, from whichever thread."""

    def __init__(self) -> None:
        self._told: queue.Queue[Any] = queue.Queue()
        self.put = self._told.put

    def next(self) -> Any:
        return self._told.get(timeout=10)


def test_a_ticket_is_printed_while_the_loop_goes_on_and_its_end_is_told() -> None:
    told, printer = Told(), HandPrinter()
    desk = PrintDesk(printer, told.put)
    desk.start()
    assert told.next() == PrinterCondition(None)
    desk.submit("job-1", a_ticket())
    assert told.next() == PaperOut("job-1")
    desk.close()
    desk.close()
    assert [ticket.number for ticket in printer.tickets] == ["017"]


def test_a_failure_is_told_with_whether_paper_may_have_come_and_the_next_question_clears_it() -> None:
    told, printer = Told(), HandPrinter()
    desk = PrintDesk(printer, told.put)
    printer.fails = PrinterTrouble("paper-out", "The paper has run out.", printed=True)
    desk.submit("job-1", a_ticket())
    desk.turn(0)
    assert told.next() == NotPrinted("job-1", "paper-out", "The paper has run out.", perhaps=True)
    desk.turn(0)
    assert told.next() == PrinterCondition("paper-out", "The paper has run out.")
    printer.fails = None
    desk.turn(0)
    assert told.next() == PrinterCondition(None)


class Broken(HandPrinter):
    """A driver with a bug."""

    def print_ticket(self, ticket: Ticket) -> None:
        raise ZeroDivisionError

    def trouble(self) -> PrinterTrouble | None:
        raise ZeroDivisionError


def test_a_drivers_bug_is_a_printer_fault() -> None:
    told = Told()
    desk = PrintDesk(Broken(), told.put)
    desk.submit("job-1", a_ticket())
    desk.turn(0)
    failed = told.next()
    assert (failed.code, failed.perhaps) == ("printer-error", True)
    desk.turn(0)
    assert told.next().code == "printer-error"


class HandScreen:
    """Keeps what is drawn; may be held up, and may break."""

    def __init__(self) -> None:
        self.drawn: list[View] = []
        self.threads: set[str] = set()
        self.may_draw = threading.Event()
        self.may_draw.set()
        self.broken = False
        self.closed = 0
        self.touches: list[Action] = []

    def show(self, view: View) -> None:
        self.threads.add(threading.current_thread().name)
        assert self.may_draw.wait(10)
        if self.broken:
            raise OSError("no such display")
        self.drawn.append(view)

    def pump(self, deliver: Callable[[Action], None]) -> None:
        while self.touches:
            deliver(self.touches.pop())

    def close(self) -> None:
        self.threads.add(threading.current_thread().name)
        self.closed += 1


def test_only_the_newest_view_is_drawn_and_all_on_one_thread() -> None:
    screen, told = HandScreen(), Told()
    drawer = Drawer(lambda: screen, told.put, told.put)
    screen.may_draw.clear()
    drawer.start()
    drawer.show(view("001"))
    until(lambda: screen.threads, "the first view is at the screen")
    for number in range(2, 50):
        drawer.show(view(f"{number:03d}"))
    screen.may_draw.set()
    until(lambda: screen.drawn and screen.drawn[-1] == view("049"), "the newest is drawn")
    assert screen.drawn == [view("001"), view("049")]
    drawer.close()
    drawer.close()
    assert screen.closed == 1
    assert screen.threads == {"screen"}


def test_touches_come_through() -> None:
    screen, told = HandScreen(), Told()
    drawer = Drawer(lambda: screen, told.put, told.put, pump_seconds=0.01)
    drawer.start()
    screen.touches.append(Action("help"))
    assert told.next() == Action("help")
    drawer.close()


def test_a_screen_that_stays_broken_fills_no_log(caplog: pytest.LogCaptureFixture) -> None:
    told = Told()

    def fails() -> HandScreen:
        raise RuntimeError("no such display")

    drawer = Drawer(fails, told.put, told.put, try_again_seconds=0.001)
    drawer.start()
    assert {told.next() for _ in range(20)} == {"RuntimeError: no such display"}
    drawer.close()
    assert [bool(record.exc_info) for record in caplog.records] == [True]


def test_a_screen_that_breaks_is_told_opened_anew_and_shows_what_it_should() -> None:
    screens, told = [HandScreen(), HandScreen()], Told()
    screens[0].broken = True
    opened = iter(screens)
    drawer = Drawer(lambda: next(opened), told.put, told.put, try_again_seconds=0.01)
    drawer.start()
    drawer.show(view("017"))
    assert "no such display" in told.next()
    assert told.next() is None
    assert screens[1].drawn == [view("017")]
    drawer.close()
