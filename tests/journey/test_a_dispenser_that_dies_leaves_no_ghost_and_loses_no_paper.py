"""The dispenser's plug pulled: before the answer, in mid-ticket, at twenty moments. Its printer's paper is counted."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from rig.holding_proxy import Direction, HoldingProxy
from rig.loopback_printer import LoopbackPrinter
from rig.running_point import Point, Unit, point_at
from rig.waiting import until

pytestmark = pytest.mark.slow

KILLS = 20
POWER_CUTS = 4


class Bench:
    """A dispenser, its printer, and a hand on its way to the broker."""

    def __init__(self, point: Point) -> None:
        self.point = point
        self.printer = LoopbackPrinter()
        self.to_broker = HoldingProxy(point.broker.port)
        point.proxies.append(self.to_broker)
        cable = {"type": "network", "host": "127.0.0.1", "port": self.printer.port}
        self.unit: Unit = point.started_unit(
            "ticket-dispenser", "dispenser-1", through=self.to_broker.port, printer=cable
        )

    def start_again(self) -> None:
        self.unit.start()
        self.unit.wait_ready()

    def visits(self) -> int:
        return len(self.point.hub.rows("SELECT id FROM visit"))

    def papers(self) -> list[str]:
        """The number on each piece of paper; a piece without any is what a cut made of nothing."""
        numbers = [slip.numbers for slip in self.printer.slips() if slip.numbers]
        assert all(len(found) == 1 for found in numbers), f"one number on each piece of paper: {numbers}"
        return [found[0] for found in numbers]

    def take_ticket(self) -> None:
        before = self.printer.tickets
        until(lambda: self.unit.state().get("step") == "choose", "the dispenser is free")
        self.unit.press("choose", "vero")
        until(lambda: self.printer.tickets > before, "a ticket comes out")


@pytest.fixture
def point(tmp_path: Path) -> Iterator[Point]:
    with point_at(tmp_path) as point:
        yield point


@pytest.fixture
def bench(point: Point) -> Iterator[Bench]:
    bench = Bench(point)
    yield bench
    bench.printer.close()


@pytest.mark.parametrize("direction", ["to-client", "to-server"])
def test_a_request_without_an_answer_leaves_no_ghost(bench: Bench, direction: Direction) -> None:
    """The answer, or the request itself, never arrives; the customer has walked away with nothing."""
    hub = bench.point.hub
    bench.to_broker.hold(direction)
    bench.unit.press("choose", "vero")
    until(lambda: bench.to_broker.held(direction) > 0, "it is on its way")
    if direction == "to-client":
        until(lambda: bench.visits() == 1, "the hub has given a number")
    bench.unit.kill()
    bench.to_broker.release()

    bench.start_again()
    until(lambda: hub.events("ticket.abandoned"), "the unit says that nobody got this number")
    assert hub.line("held", "waiting", "called") == []
    assert bench.papers() == []
    bench.take_ticket()
    until(lambda: hub.line("held", "waiting") == bench.papers(), "the next customer alone is in line")


def test_a_ticket_that_came_out_as_the_plug_was_pulled_is_in_line(bench: Bench) -> None:
    """It lies in the tray, and the unit never heard of that: its customer is expected, marked as uncertain."""
    hub = bench.point.hub
    bench.printer.says_when_done = False
    bench.unit.press("choose", "vero")
    until(lambda: bench.printer.tickets == 1, "the ticket is out")
    bench.unit.kill()
    bench.printer.says_when_done = True
    bench.start_again()
    until(lambda: hub.events("ticket.printed"), "the unit tells of it")
    assert hub.events("ticket.printed")[0]["body"]["uncertain"] is True
    assert hub.line() == bench.papers()
    bench.take_ticket()
    until(lambda: hub.line() == bench.papers(), "the next one stands behind")
    until(lambda: len(hub.events("ticket.printed")) == 2, "its paper is told of")
    assert [event["body"]["uncertain"] for event in hub.events("ticket.printed")] == [True, False]


def test_nobodys_ticket_begins_with_the_torn_one_of_the_customer_before(bench: Bench) -> None:
    """The plug goes once the number is on the paper: that half ticket is cut away before the next one."""
    hub = bench.point.hub
    bench.printer.breaks_off_after_the_number = True
    bench.unit.press("choose", "vero")
    until(lambda: len(bench.papers()) == 1, "the number is on the paper")
    bench.unit.kill()
    bench.printer.breaks_off_after_the_number = False
    bench.start_again()
    until(lambda: hub.line() == bench.papers(), "who perhaps holds it is in line")
    bench.unit.kill()  # and a second time, before anybody pressed
    bench.start_again()
    bench.take_ticket()
    until(lambda: len(bench.papers()) == 2, "the next customer has a ticket of their own")
    until(lambda: hub.line() == bench.papers(), "both are in line")


def test_twenty_pulled_plugs_lose_no_paper_and_leave_no_ghost(bench: Bench) -> None:
    hub, unit, moments = bench.point.hub, bench.unit, random.Random()
    for kill in range(KILLS):
        unit.press("choose", moments.choice(("vero", "kela")))
        threading.Event().wait(moments.choice((0.0, 0.02, 0.05, 0.1, 0.3)) * moments.uniform(0.5, 1.5))
        unit.kill()
        unit.start()
        if kill % 5 == 4:  # once more while it is still starting
            threading.Event().wait(moments.uniform(0.1, 0.5))
            unit.kill()
            unit.start()
        unit.wait_ready()
    bench.take_ticket()
    _every_paper_is_in_line_and_nothing_else(bench)
    hub.events()


def test_power_cuts_of_the_whole_point_lose_no_paper_and_give_no_number_twice(bench: Bench) -> None:
    """Broker, hub and dispenser at once, and back in any order; a customer presses before the broker is there again."""
    point, unit, moments = bench.point, bench.unit, random.Random()
    for _ in range(POWER_CUTS):
        unit.press("choose", "vero")
        threading.Event().wait(moments.uniform(0, 0.15))
        for plug in moments.sample((point.broker.kill, point.hub.kill, unit.kill), 3):
            plug()
        unit.start()
        until(lambda: unit.state().get("keys"), "the dispenser offers its services from what it knew")
        bench.take_ticket()
        for start in moments.sample((point.broker.start, point.hub.start), 2):
            start()
        point.hub.wait_ready()
        unit.wait_ready()
    bench.take_ticket()
    assert len([number for number in bench.papers() if int(number) >= 900]) >= POWER_CUTS
    _every_paper_is_in_line_and_nothing_else(bench)
    point.hub.events()


def _every_paper_is_in_line_and_nothing_else(bench: Bench) -> None:
    hub = bench.point.hub
    papers = bench.papers()
    assert len(set(papers)) == len(papers), "a number came out twice"
    until(lambda: set(papers) <= set(hub.line()), "every paper is in line", 40)
    until(lambda: not hub.turns("held"), "nothing is held back")
    line = hub.line()
    assert len(set(line)) == len(line)
    perhaps = {event["body"]["number"] for event in hub.events("ticket.printed") if event["body"]["uncertain"]}
    assert set(line) - set(papers) <= perhaps, "a ghost stands in line"
