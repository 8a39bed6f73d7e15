"""Eight dispensers and eight clerks at once, two clerks at the same instant, the same message many times at once."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from rig.raw_mqtt import RawDispenser
from rig.running_point import Point, Reply, point_at
from rig.waiting import until

pytestmark = pytest.mark.slow

CLIENTS = 8
TICKETS_EACH = 30
CLERK = "clerk-vero"
UP = "vuoro/1/lahti/devices/{}/up"


@pytest.fixture(scope="module")
def point(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Point]:
    with point_at(tmp_path_factory.mktemp("point")) as point:
        yield point


@pytest.fixture
def dispensers(point: Point) -> Iterator[list[RawDispenser]]:
    made = [RawDispenser(point.broker.port, f"raw-{n}") for n in range(1, CLIENTS + 1)]
    for one in made:
        one.client.wait_connected()
    yield made
    for one in made:
        one.close()


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Everybody does it at the same instant; what each got, in their order."""
    start, got = threading.Barrier(len(acts)), [None] * len(acts)
    faults: list[BaseException] = []

    def run(n: int) -> None:
        start.wait()
        try:
            got[n] = acts[n]()
        except BaseException as fault:
            faults.append(fault)
            raise

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not faults, faults
    return got


def open_counters(point: Point, count: int, services: list[str]) -> list[str]:
    """That many counters, all of one authority's clerks, who draw from the same line."""
    counters = [str(n) for n in range(1, count + 1)]
    for counter in counters:
        point.hub.must(f"/counters/{counter}/open", {"services": services}, CLERK)
    return counters


def call_of(point: Point, counter: str, body: dict[str, Any]) -> Callable[[], Reply]:
    return lambda: point.hub.post(f"/counters/{counter}/call", body, CLERK)


def test_hundreds_of_numbers_and_calls_by_sixteen_clients_have_no_double(
    point: Point, dispensers: list[RawDispenser]
) -> None:
    hub = point.hub
    counters = open_counters(point, CLIENTS, ["vero"])
    wanted, pressed = CLIENTS * TICKETS_EACH, threading.Event()

    def press(dispenser: RawDispenser) -> list[str]:
        return [dispenser.give_ticket("vero").number for _ in range(TICKETS_EACH)]

    def serve(counter: str) -> list[dict[str, Any]]:
        done: list[dict[str, Any]] = []
        while True:
            everything_was_pressed = pressed.is_set()
            called = hub.post(f"/counters/{counter}/call", user=CLERK)
            if called.status == 200:
                hub.must(f"/turns/{called.body['turn']}/serve", user=CLERK)
                hub.must(f"/turns/{called.body['turn']}/finish", user=CLERK)
                done.append(called.body)
                continue
            assert (called.status, called.body["code"]) == (409, "nobody-waiting")
            if everything_was_pressed:
                return done

    def presses() -> list[list[str]]:
        given = at_once(*(lambda one=one: press(one) for one in dispensers))
        pressed.set()
        return given

    def serves() -> list[list[dict[str, Any]]]:
        return at_once(*(lambda counter=counter: serve(counter) for counter in counters))

    given, served = at_once(presses, serves)
    numbers = [number for one in given for number in one]
    calls = [call for one in served for call in one]
    assert len(numbers) == len(set(numbers)) == wanted
    assert sorted(call["number"] for call in calls) == sorted(numbers), "each was called once"
    assert len({call["turn"] for call in calls}) == wanted
    events = hub.events()
    assert Counter(event["type"] for event in events if event["type"] in ("ticket.issued", "turn.called")) == {
        "ticket.issued": wanted,
        "turn.called": wanted,
    }
    assert hub.line("waiting", "called", "serving") == []


def test_two_clerks_who_call_the_last_one_at_the_same_instant_get_one_customer(point: Point) -> None:
    hub = point.hub
    counters = open_counters(point, 2, ["vero"])
    for _ in range(10):
        number = hub.must("/visits", {"service": "vero"})["number"]
        replies = at_once(*(call_of(point, counter, {}) for counter in counters))
        assert sorted(reply.status for reply in replies) == [200, 409]
        lucky = next(reply for reply in replies if reply.status == 200)
        other = next(reply for reply in replies if reply.status == 409)
        assert lucky.body["number"] == number
        assert other.body["code"] == "nobody-waiting"
        hub.must(f"/turns/{lucky.body['turn']}/finish", user=CLERK)


def test_two_clerks_who_call_the_same_named_turn_at_the_same_instant_get_it_once(point: Point) -> None:
    hub = point.hub
    counters = open_counters(point, 2, ["vero"])
    for _ in range(10):
        turn = hub.must("/visits", {"service": "vero"})["turn"]
        replies = at_once(*(call_of(point, counter, {"turn": turn}) for counter in counters))
        assert sorted(reply.status for reply in replies) == [200, 409]
        other = next(reply for reply in replies if reply.status == 409)
        assert (other.body["code"], other.body["state"]) == ("not-allowed", "called")
        assert other.body["detail"]
        hub.must(f"/turns/{turn}/finish", user=CLERK)


def test_one_key_used_by_eight_at_the_same_instant_gives_one_number(point: Point) -> None:
    hub = point.hub
    before = len(hub.line())
    replies: list[Reply] = at_once(
        *(lambda: hub.post("/visits", {"service": "kela"}, key="the-same-key") for _ in range(CLIENTS))
    )
    assert {reply.status for reply in replies} == {201}
    assert len({reply.body["number"] for reply in replies}) == 1
    assert sorted(reply.replayed for reply in replies) == [False] + [True] * (CLIENTS - 1)
    assert len(hub.line()) == before + 1


@pytest.mark.parametrize("times", [2, 10])
def test_a_message_delivered_again_is_one_ticket_with_one_number(
    point: Point, dispensers: list[RawDispenser], times: int
) -> None:
    hub, dispenser = point.hub, dispensers[0]
    before = len(hub.line("waiting", "held"))
    request = dispenser.message("ticket.requested", {"service": "vero", "language": "fi", "needs": []})
    at_once(*(lambda: dispenser.send(request) for _ in range(times)))
    until(lambda: len(dispenser.answers(request["id"])) == times, "each delivery is answered")
    answers = dispenser.answers(request["id"])
    assert {answer["type"] for answer in answers} == {"ticket.issued"}
    assert len({answer["body"]["number"] for answer in answers}) == 1
    assert len(hub.line("waiting", "held")) == before + 1


def test_the_same_id_from_eight_units_at_once_is_eight_customers(point: Point, dispensers: list[RawDispenser]) -> None:
    """An id belongs to its sender: no unit can use up another's."""
    one = dispensers[0].message("ticket.requested", {"service": "vero", "language": "fi", "needs": []})
    answers = at_once(*(lambda dispenser=dispenser: dispenser.insist(one) for dispenser in dispensers))
    assert len({answer["body"]["number"] for answer in answers}) == CLIENTS


def test_an_id_used_for_something_else_is_refused_and_gives_nothing(
    point: Point, dispensers: list[RawDispenser]
) -> None:
    hub, dispenser = point.hub, dispensers[0]
    request = dispenser.message("ticket.requested", {"service": "vero", "language": "fi", "needs": []})
    number = dispenser.insist(request)["body"]["number"]
    before = hub.line("waiting", "held")
    other = {**request, "body": {"service": "kela", "language": "fi", "needs": []}}
    dispenser.send(other)
    until(lambda: len(dispenser.answers(request["id"])) == 2, "it is answered")
    refused = dispenser.answers(request["id"])[1]
    assert (refused["type"], refused["body"]["code"]) == ("refused", "invalid")
    assert refused["body"]["text"]["fi"]
    dispenser.send(request)
    until(lambda: len(dispenser.answers(request["id"])) == 3, "the first body still has its first answer")
    assert dispenser.answers(request["id"])[2]["body"]["number"] == number
    assert hub.line("waiting", "held") == before

    printed = dispenser.message("ticket.printed", {"request": request["id"], "number": "077", "offline": False})
    dispenser.send({**printed, "id": request["id"]})
    until(lambda: len(dispenser.answers(request["id"])) == 4, "another type is another thing too")
    assert dispenser.answers(request["id"])[3]["body"]["code"] == "invalid"
    assert hub.line("waiting", "held") == before


def test_a_key_used_for_something_else_is_refused_and_gives_nothing(point: Point) -> None:
    hub = point.hub
    assert hub.post("/visits", {"service": "vero"}, key="once").status == 201
    before = hub.line()
    other = hub.post("/visits", {"service": "kela"}, key="once")
    assert (other.status, other.body["code"]) == (422, "invalid")
    assert hub.line() == before
