"""Paper out, cover open, cable pulled, roll ended in mid-ticket: no number is lost, the fault is told and cleared."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from rig.loopback_printer import LoopbackPrinter, numbers_on
from rig.raw_mqtt import RawClient
from rig.running_point import Point, Unit, point_at
from rig.waiting import until

pytestmark = pytest.mark.slow

STATUS = "vuoro/1/lahti/devices/dispenser-1/status"
WELL = {"paper": "ok", "cover": "closed", "connection": "ok"}


@pytest.fixture(scope="module")
def point(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Point]:
    with point_at(tmp_path_factory.mktemp("point")) as point:
        behaviour = {"guard_seconds": 0.0, "take_seconds": 0.3, "number_seconds": 1.0}
        point.started_unit("ticket-dispenser", "dispenser-1", behaviour=behaviour)
        yield point


@pytest.fixture
def dispenser(point: Point) -> Iterator[Unit]:
    yield point.units["dispenser-1"]
    point.units["dispenser-1"].set_printer(**WELL)


def faults(heard: RawClient, topic: str = STATUS) -> list[str]:
    return [fault["code"] for fault in heard.latest(topic).get("faults", ["?"]) if fault != "?"]


@pytest.mark.parametrize(
    ("broken", "code"),
    [({"paper": "out"}, "paper-out"), ({"cover": "open"}, "cover-open"), ({"connection": "gone"}, "printer-gone")],
    ids=["paper out", "cover open", "cable pulled"],
)
def test_the_number_stands_on_the_screen_and_the_fault_in_the_status_until_it_is_mended(
    point: Point, dispenser: Unit, broken: dict[str, str], code: str
) -> None:
    hub, heard = point.hub, point.listener("devices/dispenser-1/status")
    before, printed_before = hub.line(), len(hub.events("ticket.printed"))
    dispenser.set_printer(**broken)
    until(lambda: dispenser.state()["step"] == "choose", "the dispenser is free")
    chosen = until(dispenser.picture, "its screen is drawn")
    dispenser.press("choose", "vero")
    until(lambda: dispenser.state()["step"] == "number", "the number stands on the screen")
    until(lambda: dispenser.picture() != chosen, "the screen shows something else")
    until(lambda: faults(heard) == [code], "the fault is told")
    fault = heard.latest(STATUS)["faults"][0]
    assert fault["text"]
    assert fault["since"]

    until(lambda: len(hub.events("ticket.printed")) == printed_before + 1, "the hub is told")
    told = hub.events("ticket.printed")[-1]["body"]
    assert (told["medium"], told["offline"]) == ("screen", False)
    assert hub.line() == [*before, told["number"]]

    dispenser.set_printer(**WELL)
    until(lambda: faults(heard) == [] and heard.latest(STATUS)["state"] == "online", "the fault is cleared")
    assert numbers_on(dispenser.take_ticket("vero")) == hub.line()[-1:]
    newcomer = point.listener("devices/dispenser-1/status")
    until(lambda: newcomer.latest(STATUS), "the status is retained")
    assert (faults(newcomer), newcomer.seen()[0].retained) == ([], True)
    codes = [e["body"]["faults"] for e in hub.events("device.status") if e["body"]["device"] == "dispenser-1"]
    assert codes[-2:] == [[code], []]


def test_little_paper_is_told_and_prints_on(point: Point, dispenser: Unit) -> None:
    heard = point.listener("devices/dispenser-1/status")
    dispenser.set_printer(paper="low")
    until(lambda: faults(heard) == ["paper-low"], "it is told")
    [number] = numbers_on(dispenser.take_ticket("vero"))
    until(lambda: point.hub.line()[-1:] == [number], "it is in line")
    dispenser.set_printer(**WELL)
    until(lambda: faults(heard) == [], "it is cleared")


def test_a_roll_that_ends_in_mid_ticket_costs_nobody_a_number(point: Point, tmp_path: Path) -> None:
    """The printer stops with half a ticket out: its customer sees the number, and the next ticket is whole."""
    printer, hub = LoopbackPrinter(), point.hub
    cable = {"type": "network", "host": "127.0.0.1", "port": printer.port}
    behaviour = {"guard_seconds": 0.0, "take_seconds": 0.3, "number_seconds": 1.0}
    unit = Unit(tmp_path, "ticket-dispenser", "dispenser-7", point.broker.port, printer=cable, behaviour=behaviour)
    point.units["dispenser-7"] = unit
    config = {"site_name": {"fi": "Lahti"}, "site": "lahti", "timezone": "Europe/Helsinki", "languages": ["fi"]}
    numbers = {"offline_numbers": {"from": 950, "to": 999}}
    heard = point.listener("devices/dispenser-7/status")
    heard.publish(
        "vuoro/1/lahti/devices/dispenser-7/config",
        {"version": 1, "kind": "ticket-dispenser", **config, **numbers},
        retain=True,
    )
    unit.start()
    unit.wait_ready()
    before = hub.line()
    printer.machine.end_paper_after(6000)
    unit.press("choose", "vero")
    until(lambda: unit.state()["step"] == "number", "the number stands on the screen", 20)
    topic = "vuoro/1/lahti/devices/dispenser-7/status"
    until(lambda: faults(heard, topic) == ["paper-out"], "the fault is told")
    until(lambda: len(hub.line()) == len(before) + 1, "its customer is in line")
    printer.machine.set(paper="ok")
    until(lambda: faults(heard, topic) == [], "the fault is cleared")
    tickets = printer.tickets
    until(lambda: unit.state()["step"] == "choose", "the dispenser is free")
    unit.press("choose", "vero")
    until(lambda: printer.tickets > tickets, "a ticket comes out")
    until(lambda: len(hub.line()) == len(before) + 2, "the next customer is in line")
    slips = [slip.numbers for slip in printer.slips() if slip.cut and slip.numbers]
    assert slips[-1] == hub.line()[-1:], "a ticket of one number"
    assert all(len(numbers) == 1 for numbers in slips)
    printer.close()
