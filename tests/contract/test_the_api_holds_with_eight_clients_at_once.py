"""Eight clients at once over the real server and a real database: nothing given twice, nobody called twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

from rig.served_points import Answer, ServedPoint

CLIENTS = 8
EACH = 10

R = TypeVar("R")


def at_once(work: Callable[[int], R], clients: int = CLIENTS) -> list[R]:
    """The same work by several clients that begin together."""
    ready = Barrier(clients)

    def begin(place: int) -> R:
        ready.wait()
        return work(place)

    with ThreadPoolExecutor(clients) as threads:
        return list(threads.map(begin, range(clients)))


def test_no_number_is_given_twice(served: ServedPoint) -> None:
    services = [service.id for service in served.point.site.services]

    def give(place: int) -> list[Any]:
        advisor = served.caller("advisor")
        wishes = [services[(place + turn) % len(services)] for turn in range(EACH)]
        answers = [advisor.post("/visits", {"service": service}) for service in wishes]
        assert {answer.status for answer in answers} <= {201, 409}, "409: the service is closed at this hour"
        return [answer.json for answer in answers if answer.status == 201]

    given = [one for answers in at_once(give) for one in answers]
    assert len(given) >= CLIENTS * EACH / 2
    for what in ("number", "token", "turn", "visit"):
        assert len({one[what] for one in given}) == len(given), f"a {what} was given twice"
    assert sorted(one["number"] for one in given) == [f"{place:03d}" for place in range(1, len(given) + 1)]


def test_nobody_is_called_twice_at_eight_counters(served: ServedPoint) -> None:
    given = [served.number("vero")["turn"] for _ in range(CLIENTS * 4)]

    def work(place: int) -> list[str]:
        clerk, counter, called = served.caller("clerk-vero"), str(place + 1), []
        assert clerk.post(f"/counters/{counter}/open").status == 200
        while (answer := clerk.post(f"/counters/{counter}/call")).status == 200:
            turn = answer.json["turn"]
            called.append(turn)
            assert clerk.post(f"/turns/{turn}/serve").status == 200
            assert clerk.post(f"/turns/{turn}/finish").status == 200
        assert answer.code == "nobody-waiting"
        return called

    called = [turn for turns in at_once(work) for turn in turns]
    assert Counter(called) == Counter(given), "each once, and nobody forgotten"


def test_of_eight_calls_at_one_counter_one_is_done(served: ServedPoint) -> None:
    for _ in range(CLIENTS):
        served.number("vero")
    served.caller("clerk-vero").post("/counters/1/open")

    def call(_place: int) -> Answer:
        return served.caller("clerk-vero").post("/counters/1/call")

    answers = at_once(call)
    assert Counter(answer.status for answer in answers) == {200: 1, 409: CLIENTS - 1}
    assert {answer.code for answer in answers if answer.status == 409} == {"not-allowed"}


def test_of_eight_calls_of_one_turn_one_is_done(served: ServedPoint) -> None:
    turn = served.number("vero")["turn"]
    clerk = served.caller("clerk-vero")
    for place in range(CLIENTS):
        clerk.post(f"/counters/{place + 1}/open")

    def call(place: int) -> Answer:
        return served.caller("clerk-vero").post(f"/counters/{place + 1}/call", {"turn": turn})

    answers = at_once(call)
    assert Counter(answer.status for answer in answers) == {200: 1, 409: CLIENTS - 1}


def test_a_counter_is_opened_by_one_of_eight(served: ServedPoint) -> None:
    names = ["clerk-te", "clerk-vero", "clerk-dvv", "clerk-kela", "clerk-mml", "clerk-ely", "clerk-avi", "clerk-rise"]

    def open_it(place: int) -> Answer:
        return served.caller(names[place]).post("/counters/1/open")

    assert Counter(answer.status for answer in at_once(open_it)) == {200: 1, 409: CLIENTS - 1}


def test_the_event_log_has_no_gap_after_all_that(served: ServedPoint) -> None:
    def work(place: int) -> None:
        advisor = served.caller("advisor")
        for _ in range(EACH):
            turn = advisor.post("/visits", {"service": "vero"}).json["turn"]
            if place % 2:
                advisor.post(f"/turns/{turn}/cancel")

    at_once(work)
    seqs = [event["seq"] for event in served.caller("coordinator").get("/events?limit=1000").json]
    assert seqs == list(range(1, len(seqs) + 1))
    assert len(seqs) == CLIENTS * EACH * 3 // 2
