"""Broker or hub gone and back: tickets go on, every printed number gets its own place once, screens recover."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import pytest
from rig.loopback_printer import numbers_on
from rig.raw_mqtt import RawClient
from rig.running_point import Point, point_at
from rig.waiting import until

pytestmark = pytest.mark.slow

BASE = "vuoro/1/lahti"
CLERK = "clerk-te"
SOON_TOLD = {"lost_after_seconds": 0.5}


@pytest.fixture(scope="module")
def point(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Point]:
    with point_at(tmp_path_factory.mktemp("point")) as point:
        point.unit("ticket-dispenser", "dispenser-1")
        point.unit("counter-display", "counter-1", shows="led-matrix", behaviour=SOON_TOLD)
        point.unit("counter-display", "counter-2", shows="lcd", behaviour=SOON_TOLD)
        point.unit("lobby-display", "lobby-1", behaviour=SOON_TOLD)
        for unit in point.units.values():
            unit.start()
        for unit in point.units.values():
            unit.wait_ready()
        point.hub.must("/counters/1/open", {"services": ["tyo"]}, CLERK)
        yield point


@pytest.fixture
def line_before(point: Point) -> list[str]:
    """Who waited already when the test began, with everybody connected and nobody called."""
    for unit in point.units.values():
        unit.wait_ready()
    for turn in point.hub.turns("called", "serving"):
        point.hub.must(f"/turns/{turn['turn']}/finish", user=CLERK)
    return point.hub.line()


def ticket(point: Point, service: str = "vero") -> str:
    [number] = numbers_on(point.units["dispenser-1"].take_ticket(service))
    return number


def given(point: Point, service: str = "vero") -> str:
    """An advisor gives a number over the pages while units are cut off."""
    number: str = point.hub.must("/visits", {"service": service})["number"]
    return number


def faults(heard: RawClient, topic: str) -> list[str]:
    return [fault["code"] for fault in heard.latest(topic).get("faults", [])]


def is_offline(number: str) -> bool:
    return 900 <= int(number) <= 949


def wait_all(point: Point, *, connected: bool) -> None:
    def all_are() -> bool:
        return all(unit.connected is connected for unit in point.units.values())

    until(all_are, f"every unit says connected: {connected}", 25)


def test_a_broker_that_dies_costs_nobody_a_place_and_gets_its_retained_state_back(
    point: Point, line_before: list[str]
) -> None:
    hub, counter_display = point.hub, point.units["counter-1"]
    called = given(point, "tyo")
    turn = hub.must("/counters/1/call", user=CLERK)
    assert turn["number"] == called
    until(lambda: counter_display.state()["step"] == "calling", "the counter display calls")
    first = ticket(point)
    assert not is_offline(first)
    shown = counter_display.picture()

    point.broker.kill()
    wait_all(point, connected=False)
    until(lambda: hub.get("/healthz").body == {"database": "ok", "broker": "does not answer"}, "the hub says so")
    numbers = [ticket(point), given(point), ticket(point), given(point)]
    assert [is_offline(number) for number in numbers] == [True, False, True, False]
    until(lambda: counter_display.picture() != shown, "the counter display says that the connection is gone")

    point.broker.start()
    wait_all(point, connected=True)
    until(lambda: sorted(hub.line()) == sorted([*line_before, first, *numbers]), "every printed number is in line")
    assert hub.line() == [*line_before, first, *numbers], "each at its own time"
    hub.events()
    until(lambda: counter_display.state()["step"] == "calling", "the counter display calls again")
    _every_retained_topic_is_back(point, called)
    last = ticket(point)
    assert not is_offline(last)
    until(lambda: hub.line()[-1] == last, "the next one is given by the hub")
    hub.must(f"/turns/{turn['turn']}/finish", user=CLERK)


def _every_retained_topic_is_back(point: Point, called: str) -> None:
    newcomer = point.listener()
    wanted = [f"{BASE}/{leaf}" for leaf in ("hub", "services", "calls", "notices", "counters/1", "counters/h13")]
    wanted += [f"{BASE}/devices/{name}/{leaf}" for name in point.units for leaf in ("config", "status")]
    until(lambda: all(newcomer.latest(topic) for topic in wanted), "a newcomer is told everything")
    assert newcomer.latest(f"{BASE}/hub")["state"] == "online"
    assert [call["number"] for call in newcomer.latest(f"{BASE}/calls")["calls"]] == [called]
    assert newcomer.latest(f"{BASE}/counters/1")["number"] == called
    assert {newcomer.latest(f"{BASE}/devices/{name}/status")["state"] for name in point.units} == {"online"}
    assert {seen.retained for seen in newcomer.seen(f"{BASE}/services")[:1]} == {True}


def stop(point: Point) -> None:
    assert point.hub.ask_to_stop().code == 0


def kill(point: Point) -> None:
    point.hub.kill()


@pytest.mark.parametrize("away", [stop, kill])
def test_a_hub_that_is_away_costs_nobody_a_place(
    point: Point, line_before: list[str], away: Callable[[Point], None]
) -> None:
    hub, dispenser = point.hub, point.units["dispenser-1"]
    before = ticket(point)
    until(lambda: hub.line() == [*line_before, before], "it is in line")

    away(point)
    wait_all(point, connected=False)
    offline = [ticket(point, service) for service in ("vero", "kela", "vero")]
    assert all(is_offline(number) for number in offline)
    assert len(set(offline)) == 3

    hub.start()
    hub.wait_ready()
    wait_all(point, connected=True)
    after = ticket(point)
    assert not is_offline(after)
    until(lambda: len(hub.line()) == len(line_before) + 5, "every printed number is in line")
    assert hub.line() == [*line_before, before, *offline, after]
    papers = [event["body"]["number"] for event in hub.events("ticket.printed")]
    assert papers[-5:] == [before, *offline, after]
    assert len(set(papers)) == len(papers)
    assert dispenser.state()["printer"]["tickets"] == len(papers)


def test_a_hub_that_dies_while_a_ticket_is_asked_for_leaves_that_customer_in_line_once(
    point: Point, line_before: list[str]
) -> None:
    """No proxy here: whichever of the two was faster, the paper decides."""
    hub, dispenser = point.hub, point.units["dispenser-1"]
    already = dispenser.tickets
    dispenser.press("choose", "vero")
    hub.kill()
    until(lambda: dispenser.tickets == already + 1, "the ticket comes all the same")
    [number] = numbers_on(dispenser.get(f"/tickets/{already + 1}.bin"))
    hub.start()
    hub.wait_ready()
    until(lambda: hub.line() == [*line_before, number], "it is in line once, as the paper says")
    hub.events()


def test_a_dispenser_whose_own_numbers_are_used_up_says_so_and_goes_on_with_the_hub(
    point: Point, line_before: list[str]
) -> None:
    hub, heard = point.hub, point.listener("devices/dispenser-2/status")
    shown = {"site": "lahti", "site_name": {"fi": "Lahti"}, "timezone": "Europe/Helsinki", "languages": ["fi"]}
    numbers = {"offline_numbers": {"from": 950, "to": 951}}
    config = {"version": 1, "kind": "ticket-dispenser", **shown, **numbers}
    heard.publish(f"{BASE}/devices/dispenser-2/config", config, retain=True)
    behaviour = {"guard_seconds": 0.0, "take_seconds": 0.3, "reading_seconds": 1.0}
    dispenser = point.started_unit("ticket-dispenser", "dispenser-2", behaviour=behaviour)
    hub.kill()
    until(lambda: dispenser.connected is False, "it sees that the hub is gone")
    given_offline = [numbers_on(dispenser.take_ticket("vero"))[0] for _ in range(2)]
    assert given_offline == ["950", "951"]
    until(lambda: dispenser.state()["step"] in ("choose", "closed"), "it is free")
    dispenser.press("choose", "vero")
    until(lambda: dispenser.state()["step"] == "closed", "it says that it can give none")
    status = f"{BASE}/devices/dispenser-2/status"
    until(lambda: faults(heard, status) == ["offline-numbers-used-up"], "and tells it")
    assert dispenser.tickets == 2

    hub.start()
    hub.wait_ready()
    dispenser.wait_ready()
    until(lambda: hub.line() == [*line_before, *given_offline], "both are in line")
    until(lambda: dispenser.state()["step"] == "choose", "it gives numbers again", 20)
    [after] = numbers_on(dispenser.take_ticket("vero"))
    assert not is_offline(after)
    assert after not in given_offline
    until(lambda: hub.line()[-1] == after, "and the hub's numbers go on")
    assert dispenser.ask_to_stop().code == 0
    del point.units["dispenser-2"]


def test_displays_that_were_away_show_what_is_called_now(point: Point, line_before: list[str]) -> None:
    hub, counter_display, lobby = point.hub, point.units["counter-1"], point.units["lobby-1"]
    quiet = lobby.picture()
    for unit in (counter_display, lobby):
        unit.kill()
    number = given(point, "tyo")
    turn = hub.must("/counters/1/call", user=CLERK)
    assert turn["number"] == number
    for unit in (counter_display, lobby):
        unit.start()
    for unit in (counter_display, lobby):
        unit.wait_ready()
    until(lambda: counter_display.state()["step"] == "calling", "the counter display calls")
    until(lambda: lobby.picture() not in (b"", quiet), "the lobby display shows it")
    hub.must(f"/turns/{turn['turn']}/finish", user=CLERK)


def test_a_dispenser_with_a_new_card_gives_no_number_that_somebody_has(point: Point, line_before: list[str]) -> None:
    hub, dispenser = point.hub, point.units["dispenser-1"]
    first = ticket_without_hub(point)
    config = point.listener("devices/dispenser-1/config")
    topic = f"{BASE}/devices/dispenser-1/config"
    until(lambda: int(first) in config.latest(topic)["offline_given"]["numbers"], "the hub tells that it was given")
    dispenser.kill()
    shutil.rmtree(point.folder / "dispenser-1")
    dispenser.start()
    dispenser.wait_ready()
    second = ticket_without_hub(point)
    assert is_offline(first)
    assert is_offline(second)
    assert second != first
    assert hub.line() == [*line_before, first, second]
    assert hub.events("number.clashed") == []


def ticket_without_hub(point: Point) -> str:
    """The hub is back, and has heard of it, when this returns."""
    point.hub.kill()
    until(lambda: point.units["dispenser-1"].connected is False, "it sees that the hub is gone")
    number = ticket(point)
    point.hub.start()
    point.hub.wait_ready()
    until(lambda: number in point.hub.line(), "it is in line")
    return number
