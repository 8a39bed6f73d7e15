"""The lobby's main job, seen from outside: a press, a paper number, a call, two displays, a customer served."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from rig.loopback_printer import numbers_on
from rig.raw_mqtt import RawClient
from rig.running_point import LAHTI, Point, Unit, point_at
from rig.waiting import until

pytestmark = pytest.mark.slow

SHORT_WAIT = LAHTI.replace("wait_seconds = 150", "wait_seconds = 10")
CLERK = "clerk-vero"


@pytest.fixture(scope="module")
def point(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Point]:
    with point_at(tmp_path_factory.mktemp("point"), SHORT_WAIT) as point:
        units = [
            point.unit("ticket-dispenser", "dispenser-1"),
            point.unit("counter-display", "counter-1", shows="led-matrix"),
            point.unit("lobby-display", "lobby-1"),
        ]
        for unit in units:
            unit.start()
        for unit in units:
            unit.wait_ready()
        point.hub.must("/counters/1/open", {"services": ["vero"]}, CLERK)
        yield point


@pytest.fixture(scope="module")
def heard(point: Point) -> RawClient:
    return point.listener()


def calls(heard: RawClient) -> list[dict[str, Any]]:
    return list(heard.latest("vuoro/1/lahti/calls").get("calls", []))


def counter(heard: RawClient) -> dict[str, Any]:
    return heard.latest("vuoro/1/lahti/counters/1")


def seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def test_a_customer_gets_a_number_is_called_served_and_gone(point: Point, heard: RawClient) -> None:
    hub, dispenser, counter_display, lobby = point.hub, *(point.units[name] for name in point.units)
    free, quiet = counter_display.picture(), lobby.picture()

    ticket = dispenser.take_ticket("vero")
    [number] = numbers_on(ticket)
    assert hub.line() == [number]
    until(lambda: heard.latest("vuoro/1/lahti/calls").get("coming") == [number], "the number is among the coming ones")
    waiting = next(s for s in heard.latest("vuoro/1/lahti/services")["services"] if s["service"] == "vero")
    assert waiting["waiting"] == 1

    turn = hub.must("/counters/1/call", user=CLERK)
    assert (turn["number"], turn["state"], turn["counter"]) == (number, "called", "1")
    until(lambda: counter_display.state()["step"] == "calling", "the counter display calls")
    until(lambda: [call["number"] for call in calls(heard)] == [number], "the lobby hears of the call")
    assert calls(heard)[0]["counter"] == "1"
    assert (calls(heard)[0]["showing"], calls(heard)[0]["serving"]) == (1, False)
    assert (counter(heard)["state"], counter(heard)["number"]) == ("calling", number)
    assert counter(heard)["called_at"] == calls(heard)[0]["called_at"] == turn["called_at"]
    until(lambda: lobby.picture() != quiet and counter_display.picture() != free, "both displays show something else")
    called = lobby.picture()

    hub.must(f"/turns/{turn['turn']}/serve", user=CLERK)
    until(lambda: counter_display.state()["step"] == "serving", "the counter display shows who is served")
    until(lambda: calls(heard) and calls(heard)[0]["serving"], "the lobby hears that the customer came")
    assert (counter(heard)["state"], counter(heard)["number"]) == ("serving", number)

    hub.must(f"/turns/{turn['turn']}/finish", user=CLERK)
    until(lambda: counter_display.state()["step"] == "free", "the counter display is free")
    until(lambda: not calls(heard) and counter(heard)["state"] == "free", "nobody is called")
    until(lambda: lobby.picture() != called, "the number has left the lobby display")
    assert hub.line("waiting", "called", "serving") == []


def test_a_call_is_shown_as_new_a_second_time_after_half_the_waiting_time(point: Point, heard: RawClient) -> None:
    hub, dispenser, counter_display = point.hub, point.units["dispenser-1"], point.units["counter-1"]
    [number] = numbers_on(dispenser.take_ticket("vero"))
    turn = hub.must("/counters/1/call", user=CLERK)
    assert seconds(turn["wait_until"]) - seconds(turn["called_at"]) == pytest.approx(10, abs=0.001)
    until(lambda: calls(heard) and calls(heard)[0]["number"] == number, "the call is shown")
    assert calls(heard)[0]["showing"] == 1
    early = hub.post(f"/turns/{turn['turn']}/miss", user=CLERK)
    assert (early.status, early.body["code"]) == (409, "too-early")

    until(lambda: calls(heard)[0]["showing"] == 2, "it is shown a second time", 9)
    shown_again = heard.latest("vuoro/1/lahti/calls")
    assert 5 <= seconds(shown_again["at"]) - seconds(turn["called_at"]) < 6.5
    assert shown_again["calls"][0]["called_at"] == turn["called_at"]
    assert counter(heard)["showing"] == 2
    frame = counter_display.state()["screen"]["frame"]
    until(lambda: counter_display.state()["screen"]["frame"] > frame, "the counter display flashes again")

    hub.must(f"/turns/{turn['turn']}/recall", user=CLERK)
    until(lambda: counter(heard)["recalls"] == 1, "it is called again")
    hub.must(f"/turns/{turn['turn']}/finish", user=CLERK)


def test_the_keys_on_the_counters_unit_call_and_finish(point: Point, heard: RawClient) -> None:
    hub, dispenser, counter_display = point.hub, point.units["dispenser-1"], point.units["counter-1"]
    [number] = numbers_on(dispenser.take_ticket("vero"))
    until(lambda: counter_display.state()["step"] == "free", "the counter is free")
    counter_display.press("next")
    until(lambda: hub.line("called") == [number], "the next one is called")
    until(lambda: counter_display.state()["step"] == "calling", "its display calls")
    until(lambda: _pressed(counter_display, "finish", lambda: not hub.line("called")), "the customer is done with")
    until(lambda: counter_display.state()["step"] == "free", "the counter is free again")


def _pressed(unit: Unit, key: str, done: Any) -> bool:
    """Pressed again where the unit took the press for the same finger as before."""
    if done():
        return True
    unit.press(key)
    try:
        until(done, "the key has acted", 1.0)
    except AssertionError:
        return False
    return True


def test_every_ticket_is_another_number_and_each_stands_in_line_once(point: Point, tmp_path: Path) -> None:
    dispenser, hub = point.units["dispenser-1"], point.hub
    before = hub.line()
    numbers = [numbers_on(dispenser.take_ticket(service))[0] for service in ("vero", "kela", "tyo", "vero")]
    assert len(set(numbers)) == 4
    until(lambda: hub.line() == [*before, *numbers], "all stand in line, in the order of their presses")
    papers = [event["body"]["number"] for event in hub.events("ticket.printed")]
    assert papers[-4:] == numbers


def test_the_help_key_reaches_the_advisor_who_says_that_one_is_coming(point: Point) -> None:
    hub, dispenser = point.hub, point.units["dispenser-1"]

    dispenser.press("help")

    [call] = until(lambda: hub.get("/api/v1/help-calls", "advisor").body, "the call is there")
    assert (call["device"], call["service"], call["taken_by"]) == ("dispenser-1", None, None)
    assert hub.must(f"/help-calls/{call['call']}/take")["taken_by"] == "advisor"
    assert hub.get("/api/v1/help-calls", "advisor").body == []
