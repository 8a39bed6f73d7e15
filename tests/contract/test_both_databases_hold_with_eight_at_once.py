"""Eight threads and a second program at once, over either database: nothing given or called twice, no gap, no wait."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event
from typing import TypeVar

import pytest
from rig.points import PointAtWork, clerk
from rig.sending_dispenser import Dispenser
from vuoro_hub.acts import arriving, calling
from vuoro_hub.acts.arriving import Wish
from vuoro_hub.acts.transaction import Actor, Answer
from vuoro_hub.domain.refusals import Refusal
from vuoro_hub.domain.turns import Turn

pytestmark = pytest.mark.slow

THREADS = 8
EACH = 6
VERO = clerk("vero")

R = TypeVar("R")


@pytest.fixture
def console(new_database: str, lobby: PointAtWork, tmp_path: Path) -> Iterator[PointAtWork]:
    """Another program at work on the lobby's database, as the console is."""
    other = PointAtWork(tmp_path, database_url=new_database)
    yield other
    other.database.close()


def at_once(work: Callable[[int], R]) -> list[R]:
    """The same work by eight threads that begin together."""
    ready = Barrier(THREADS)

    def begin(place: int) -> R:
        ready.wait()
        return work(place)

    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(begin, range(THREADS)))


def gives(point: PointAtWork) -> str:
    issued = point.must(Actor.device("dispenser-1"), lambda t: arriving.give_number(t, Wish("vero")))
    return issued.number


def gapless(point: PointAtWork) -> bool:
    found = [event.seq for event in point.events()]
    return found == list(range(1, len(found) + 1))


def test_no_number_is_given_twice_though_two_programs_give(lobby: PointAtWork, console: PointAtWork) -> None:
    given = at_once(lambda place: [gives((lobby, console)[place % 2]) for _ in range(EACH)])
    numbers = sorted(number for numbers in given for number in numbers)
    assert numbers == [f"{value:03d}" for value in range(1, THREADS * EACH + 1)]
    assert gapless(lobby)


def test_nobody_is_called_twice_at_eight_counters_while_more_come(lobby: PointAtWork, console: PointAtWork) -> None:
    there = [lobby.arrives().turn for _ in range(THREADS * 3)]
    for place in range(THREADS):
        lobby.opens(str(place + 1), VERO)

    def work(place: int) -> list[str]:
        point, counter, called = (lobby, console)[place % 2], str(place + 1), []
        while isinstance(turn := point.calls(counter, VERO), Turn):
            called.append(turn.id)
            point.serves_and_finishes(turn.id, VERO)
        return called

    called = [turn for turns in at_once(work) for turn in turns]
    assert Counter(called) == Counter(there), "each once, and nobody forgotten"
    assert gapless(lobby)


def test_of_eight_calls_of_one_turn_one_is_done(lobby: PointAtWork, console: PointAtWork) -> None:
    turn = lobby.arrives().turn
    for place in range(THREADS):
        lobby.opens(str(place + 1), VERO)
    outcomes = at_once(lambda place: (lobby, console)[place % 2].calls(str(place + 1), VERO, turn))
    assert sum(isinstance(outcome, Turn) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, Refusal) for outcome in outcomes) == THREADS - 1


def test_one_message_sent_eight_times_at_one_instant_has_one_effect(lobby: PointAtWork, console: PointAtWork) -> None:
    units = Dispenser(lobby), Dispenser(console)
    request = units[0].request()
    answers: list[Answer] = at_once(lambda place: units[place % 2].send(request))
    assert len({answer.body for answer in answers}) == 1
    assert sum(not answer.again for answer in answers) == 1
    assert [event.type for event in lobby.events()] == ["ticket.issued"]


def test_readers_see_whole_acts_and_keep_no_writer_waiting(lobby: PointAtWork) -> None:
    done = Event()

    def look(_place: int) -> list[tuple[int, int]]:
        seen = [(0, 0)]
        while not done.is_set():
            seen.append(lobby.see(lambda t: (t.records.last_seq(), len(t.records.waiting(t.day)))))
        return seen

    with ThreadPoolExecutor(4) as readers:
        watched = [readers.submit(look, place) for place in range(4)]
        for _ in range(THREADS * EACH):
            gives(lobby)
        done.set()
        for one in watched:
            seen = one.result()
            assert all(events == waiting for events, waiting in seen), "half of an act was seen"
            assert seen == sorted(seen), "a reader was shown what had been before"


def test_a_call_that_is_refused_amid_others_keeps_its_answer(lobby: PointAtWork, console: PointAtWork) -> None:
    lobby.arrives()
    lobby.opens("1", VERO)
    outcomes = at_once(lambda place: (lobby, console)[place % 2].calls("1", VERO))
    assert sum(isinstance(outcome, Turn) for outcome in outcomes) == 1
    called = next(outcome for outcome in outcomes if isinstance(outcome, Turn))
    assert lobby.must(VERO, lambda t: calling.finish(t, called.id)).id == called.id
    assert gapless(lobby)
