"""The hub killed with SIGKILL: between commit and answer for certain, and at twenty moments of no choice of its own."""

from __future__ import annotations

import http.client
import random
import threading
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from rig.holding_proxy import HoldingProxy
from rig.loopback_printer import numbers_on
from rig.raw_mqtt import RawDispenser
from rig.running_point import Hub, Point, Reply
from rig.waiting import until

pytestmark = pytest.mark.slow

KILLS = 20
CLERK = "clerk-vero"
GIVEN = "SELECT id, number FROM visit ORDER BY arrived_at"


@pytest.fixture
def point(tmp_path: Path) -> Iterator[Point]:
    """A point whose hub reaches its broker only through ``proxy_of(point)``."""
    point = Point(tmp_path)
    proxy = HoldingProxy(point.broker.port)
    point.hub = Hub(tmp_path, point.site_file, proxy.port)
    try:
        point.start()
        point.proxies.append(proxy)
        yield point
    finally:
        proxy.close()
        point.end()


def proxy_of(point: Point) -> HoldingProxy:
    return point.proxies[0]


@contextmanager
def killed_before_the_answer(point: Point, already: int = 0) -> Iterator[None]:
    """What is asked within is committed, and the hub dies with its answer still on the way out."""
    proxy = proxy_of(point)
    proxy.hold("to-server")
    yield
    until(lambda: len(point.hub.rows(GIVEN)) > already, "the visit is in the database")
    until(lambda: proxy.held("to-server") > 0, "the answer is on its way")
    point.hub.kill()
    proxy.release()


def start_again(point: Point) -> None:
    point.hub.start()
    point.hub.wait_ready()


def test_the_customer_whose_answer_was_lost_stands_in_line_once_with_the_number_on_the_paper(point: Point) -> None:
    dispenser = point.started_unit("ticket-dispenser", "dispenser-1")
    with killed_before_the_answer(point):
        dispenser.press("choose", "vero")
    [(visit, _number)] = point.hub.rows(GIVEN)
    until(lambda: dispenser.tickets == 1, "the dispenser gives a number of its own")
    assert numbers_on(dispenser.get("/tickets/1.bin")) == ["900"]

    start_again(point)
    until(lambda: point.hub.line() == ["900"], "the paper's number is in line, once")
    assert [row[0] for row in point.hub.rows(GIVEN)] == [visit]
    [issued] = point.hub.events("ticket.issued")
    [printed] = point.hub.events("ticket.printed")
    assert issued["visit"] == printed["visit"] == visit
    assert printed["body"]["number"] == "900"
    assert numbers_on(dispenser.take_ticket("vero"))[0] not in ("900", issued["body"]["number"])


def test_an_answer_that_comes_too_late_gives_no_second_ticket_and_no_second_place(point: Point) -> None:
    dispenser, proxy = point.started_unit("ticket-dispenser", "dispenser-1"), proxy_of(point)
    proxy.hold("to-server")
    dispenser.press("choose", "vero")
    until(lambda: dispenser.tickets == 1, "the dispenser gives a number of its own")
    assert numbers_on(dispenser.get("/tickets/1.bin")) == ["900"]
    assert len(point.hub.rows(GIVEN)) == 1, "the hub had given another"
    proxy.release()
    until(lambda: point.hub.line() == ["900"], "the paper's number is in line, once")
    assert numbers_on(dispenser.take_ticket("vero")) == ["002"]
    assert point.hub.line() == ["900", "002"]
    assert dispenser.tickets == 2


def test_the_same_message_again_is_answered_with_the_same_number(point: Point) -> None:
    dispenser = RawDispenser(point.broker.port, "dispenser-9")
    dispenser.client.wait_connected()
    request = dispenser.message("ticket.requested", {"service": "vero", "language": "fi", "needs": []})
    with killed_before_the_answer(point):
        dispenser.send(request)
    assert dispenser.answers(request["id"]) == []
    [(visit, number)] = point.hub.rows(GIVEN)

    start_again(point)
    answer = dispenser.insist({**request, "late": True})
    assert (answer["type"], answer["body"]["visit"], answer["body"]["number"]) == ("ticket.issued", visit, number)
    assert point.hub.line() == [number]
    assert [event["type"] for event in point.hub.events() if event["type"].startswith("ticket")] == ["ticket.issued"]
    dispenser.close()


def test_the_same_key_over_http_is_answered_with_the_same_number(point: Point) -> None:
    hub = point.hub
    way_in = HoldingProxy(hub.port)
    way_in.hold("to-client")
    own_port, hub.port = hub.port, way_in.port
    gone: list[Exception] = []
    asking = threading.Thread(target=_ask_in_vain, args=(hub, gone))
    asking.start()
    until(lambda: way_in.held("to-client") > 0, "the answer is on its way")
    hub.kill()
    way_in.release()
    asking.join(10)
    assert gone, "the answer must not have come"
    hub.port = own_port
    way_in.close()
    [(visit, number)] = hub.rows(GIVEN)

    start_again(point)
    again = hub.post("/visits", {"service": "vero"}, key="one-customer")
    assert (again.status, again.body["visit"], again.body["number"], again.replayed) == (201, visit, number, True)
    assert hub.line() == [number]
    hub.events()


def _ask_in_vain(hub: Hub, gone: list[Exception]) -> None:
    try:
        hub.post("/visits", {"service": "vero"}, key="one-customer")
    except (OSError, http.client.HTTPException) as lost:
        gone.append(lost)


def test_a_unit_that_finds_the_new_broker_before_the_hub_does_tells_it_again(point: Point) -> None:
    """What it said first went to nobody: the broker keeps nothing for a hub that has not subscribed yet."""
    dispenser, proxy = point.started_unit("ticket-dispenser", "dispenser-1"), proxy_of(point)
    point.broker.kill()
    until(lambda: dispenser.connected is False, "the unit sees that the broker is gone")
    [number] = numbers_on(dispenser.take_ticket("vero"))
    proxy.hold("to-server")
    point.broker.start()
    until(lambda: dispenser.connected, "the unit has told the broker", 25)
    assert point.hub.get("/healthz").status == 503
    proxy.release()
    until(lambda: point.hub.line() == [number], "the number is in line", 12)


# --- at twenty moments under load


@dataclass
class Load:
    """Customers and a clerk who never give up: each act is asked for, with its id, until it is answered."""

    point: Point
    over: threading.Event = field(default_factory=threading.Event)
    answered: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    """``(what, key, answer)`` of each act, in the order of their answers."""
    faults: list[BaseException] = field(default_factory=list)

    def run(self) -> list[threading.Thread]:
        workers = (self._press, self._press, self._give, self._serve)
        threads = [threading.Thread(target=self._safely, args=(work, n)) for n, work in enumerate(workers)]
        for thread in threads:
            thread.start()
        return threads

    def count(self, what: str) -> int:
        return len(self.of(what))

    def wait_for_more(self, what: str, more: int) -> None:
        wanted = self.count(what) + more
        until(lambda: self.faults or self.count(what) >= wanted, f"{more} more of {what} are answered", 30)
        assert not self.faults, self.faults

    def of(self, what: str) -> list[dict[str, Any]]:
        return [answer for kind, _, answer in self.answered if kind == what]

    def _safely(self, work: Any, n: int) -> None:
        try:
            work(n)
        except BaseException as fault:
            self.faults.append(fault)
            raise

    def _press(self, n: int) -> None:
        dispenser = RawDispenser(self.point.broker.port, f"raw-{n}")
        dispenser.client.wait_connected()
        while not self.over.is_set():
            ticket = dispenser.give_ticket("vero", again_after=0.3)
            self.answered.append(("ticket", ticket.request, {"number": ticket.number}))
        dispenser.close()

    def _give(self, _n: int) -> None:
        while not self.over.is_set():
            key = str(uuid.uuid4())
            given = self._insist("/visits", {"service": "kela"}, "advisor", key)
            self.answered.append(("visit", key, given.body))

    def _serve(self, _n: int) -> None:
        while not self.over.is_set():
            key = str(uuid.uuid4())
            called = self._insist("/counters/1/call", {}, CLERK, key)
            if called.status == 200:
                self.answered.append(("call", key, called.body))
                self._insist(f"/turns/{called.body['turn']}/finish", {}, CLERK, str(uuid.uuid4()))

    def _insist(self, path: str, body: Any, user: str, key: str) -> Reply:
        reply = until(lambda: self._answer(path, body, user, key), f"an answer to {path}", 60, 0.05)
        assert reply is not None
        return reply

    def _answer(self, path: str, body: Any, user: str, key: str) -> Reply | None:
        try:
            reply = self.point.hub.post(path, body, user, key)
        except (OSError, http.client.HTTPException):
            return None
        assert reply.status in (200, 201, 409), f"{path}: {reply.status} {reply.body}"
        return reply


def test_killed_at_twenty_moments_under_load_it_keeps_every_answered_act_and_does_none_twice(point: Point) -> None:
    hub, moments = point.hub, random.Random()
    hub.must("/counters/1/open", {"services": ["vero"]}, CLERK)
    load = Load(point)
    threads = load.run()
    for kill in range(KILLS):
        load.wait_for_more(moments.choice(("ticket", "ticket", "visit", "call")), moments.randint(1, 3))
        threading.Event().wait(moments.uniform(0, 0.05))
        hub.kill()
        hub.start()
        if kill % 5 == 4:  # once more while it is still starting
            threading.Event().wait(moments.uniform(0.2, 1.2))
            hub.kill()
            hub.start()
    hub.wait_ready()
    load.over.set()
    for thread in threads:
        thread.join(60)
    assert not load.faults, load.faults
    _nothing_is_lost_and_nothing_doubled(hub, load)


def _nothing_is_lost_and_nothing_doubled(hub: Hub, load: Load) -> None:
    events = hub.events()
    kept = dict(hub.rows("SELECT request, number FROM visit WHERE request IS NOT NULL"))
    numbers = [number for (number,) in hub.rows("SELECT number FROM visit")]
    assert len(set(numbers)) == len(numbers), "a number was given twice"
    tickets = {key: answer["number"] for what, key, answer in load.answered if what == "ticket"}
    assert len(tickets) >= KILLS / 2
    assert {request.partition("/")[2]: number for request, number in kept.items()} == tickets
    assert len(numbers) == len(tickets) + load.count("visit"), "as many visits as customers"
    assert {visit["number"] for visit in load.of("visit")} <= set(numbers)

    issued = Counter(event["visit"] for event in events if event["type"] == "ticket.issued")
    assert set(issued.values()) == {1}
    assert len(issued) == len(numbers)
    called = Counter(event["turn"] for event in events if event["type"] == "turn.called")
    assert set(called.values()) <= {1}, "a turn was called twice"
    assert sorted(called) == sorted(call["turn"] for call in load.of("call")), "each answered call was made, no other"
