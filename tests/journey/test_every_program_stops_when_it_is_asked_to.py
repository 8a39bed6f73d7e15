"""SIGTERM: each program ends within three seconds with exit code 0, says good-bye, and leaves no traceback."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from rig.running_point import Point, Program, point_at
from rig.waiting import until

pytestmark = pytest.mark.slow

BASE = "vuoro/1/lahti"
WITHIN_SECONDS = 3.0
UNITS = {"dispenser-1": "ticket-dispenser", "counter-1": "counter-display", "lobby-1": "lobby-display"}


@pytest.fixture(scope="module")
def point(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Point]:
    with point_at(tmp_path_factory.mktemp("point")) as point:
        for device, kind in UNITS.items():
            point.unit(kind, device).start()
        for unit in point.units.values():
            unit.wait_ready()
        yield point


def ends_well(program: Program) -> None:
    ending = program.ask_to_stop()
    assert ending.code == 0, program.said()
    assert ending.seconds < WITHIN_SECONDS
    assert "Traceback" not in program.said()


@pytest.mark.parametrize("device", UNITS)
def test_a_unit_says_offline_with_its_boot_and_ends(point: Point, device: str) -> None:
    unit, topic = point.units[device], f"{BASE}/devices/{device}/status"
    heard = point.listener(f"devices/{device}/status")
    online = until(lambda: heard.latest(topic), "its status is retained")
    assert online["state"] == "online"
    ends_well(unit)
    until(lambda: heard.latest(topic)["state"] == "offline", "it says offline")
    newcomer = point.listener(f"devices/{device}/status")
    kept = until(lambda: newcomer.latest(topic), "that is retained")
    assert (kept["state"], kept["boot"], kept["kind"]) == ("offline", online["boot"], UNITS[device])
    unit.start()
    unit.wait_ready()
    until(lambda: heard.latest(topic)["state"] == "online", "it is back")
    assert heard.latest(topic)["boot"] != online["boot"]


def end_of_ticket(point: Point, count: int) -> dict[str, Any]:
    """What became of the ticket of that count; empty while it is not told."""
    told = point.hub.events("ticket.printed", "ticket.abandoned")
    return told[count - 1] if len(told) >= count else {}


def test_a_dispenser_that_is_stopped_in_mid_press_leaves_no_ghost(point: Point) -> None:
    """Either the ticket comes out before it ends, or nobody has it and nobody waits for it."""
    dispenser, hub = point.units["dispenser-1"], point.hub
    for told in range(1, 4):
        before = hub.line()
        dispenser.press("choose", "vero")
        ends_well(dispenser)
        dispenser.start()
        dispenser.wait_ready()
        ended = until(partial(end_of_ticket, point, told), "it is told how the ticket ended")
        assert not ended["body"].get("uncertain"), "it ended in peace, and knows what became of the ticket"
        printed = [ended["body"]["number"]] if ended["type"] == "ticket.printed" else []
        assert hub.line("waiting", "held") == [*before, *printed]


def test_without_a_broker_every_program_ends_as_fast(point: Point) -> None:
    point.broker.kill()
    until(lambda: not any(unit.connected for unit in point.units.values()), "all see that it is gone", 25)
    for program in point.programs():
        ends_well(program)
    point.broker.start()
    for program in point.programs():
        program.start()
    point.hub.wait_ready()
    for unit in point.units.values():
        unit.wait_ready()


def test_the_hub_says_offline_with_its_boot_and_ends(point: Point) -> None:
    heard = point.listener("hub")
    online = until(lambda: heard.latest(f"{BASE}/hub"), "its word is retained")
    ends_well(point.hub)
    until(lambda: heard.latest(f"{BASE}/hub")["state"] == "offline", "it says offline")
    newcomer = point.listener("hub")
    kept = until(lambda: newcomer.latest(f"{BASE}/hub"), "that is retained")
    assert (kept["state"], kept["boot"]) == ("offline", online["boot"])
    until(lambda: not any(unit.connected for unit in point.units.values()), "every unit knows")
    point.hub.start()
    point.hub.wait_ready()


def test_a_program_that_is_asked_while_it_starts_ends_as_well(point: Point) -> None:
    """The signal may come before the program has said that it listens to it: then it ends by the signal itself."""
    for program in point.programs():
        program.kill()
        program.start()
        ending = program.ask_to_stop()
        assert ending.code in (0, -15, 143)
        assert ending.seconds < WITHIN_SECONDS
