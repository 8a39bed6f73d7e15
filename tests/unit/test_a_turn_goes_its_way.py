"""Q4-Q10: what may become of a turn, from each state."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from vuoro_hub.domain import turns
from vuoro_hub.domain.refusals import Refusal
from vuoro_hub.domain.turns import Turn, TurnState
from vuoro_mqtt.payloads import Need, RefusalCode

NOW = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
WAIT = timedelta(seconds=150)


def a_turn(state: TurnState = TurnState.WAITING) -> Turn:
    turn = Turn("t1", "v1", "017", "vero", TurnState.WAITING, NOW, NOW, NOW)
    if state in turns.AT_COUNTER:
        called = turns.call(turn, "1", NOW, WAIT)
        assert isinstance(called, Turn)
        turn = called
    return replace(turn, state=state)


def test_called_it_is_shown_once_now_and_again_after_half_the_waiting_time() -> None:
    called = turns.call(a_turn(), "1", NOW, WAIT)
    assert isinstance(called, Turn)
    assert (called.state, called.showing, called.counter) == (TurnState.CALLED, 1, "1")
    assert called.show_again_at == NOW + timedelta(seconds=75)
    assert called.wait_until == NOW + WAIT
    assert turns.show_again(called).showing == 2


def test_missed_only_when_the_waiting_time_is_over() -> None:
    called = a_turn(TurnState.CALLED)
    early = turns.miss(called, NOW + timedelta(seconds=149))
    assert isinstance(early, Refusal)
    assert early.code is RefusalCode.TOO_EARLY
    assert early.details["state"] == "called"
    missed = turns.miss(called, NOW + WAIT)
    assert isinstance(missed, Turn)
    assert missed.state is TurnState.MISSED


def test_a_customer_who_needs_more_time_is_waited_for_twice_as_long() -> None:
    assert turns.waiting_time(150, (Need.MORE_TIME,), 2.0) == timedelta(seconds=300)
    assert turns.waiting_time(150, (Need.INTERPRETER,), 2.0) == WAIT


def test_a_recall_shows_it_as_new_and_the_waiting_goes_on_from_the_first_showing() -> None:
    again = turns.recall(turns.show_again(a_turn(TurnState.CALLED)))
    assert isinstance(again, Turn)
    assert (again.showing, again.recalls) == (2, 1)
    assert again.wait_until == NOW + WAIT


def test_a_missed_turn_can_come_back_to_its_own_place() -> None:
    missed = turns.miss(a_turn(TurnState.CALLED), NOW + WAIT)
    assert isinstance(missed, Turn)
    back = turns.resume(missed)
    assert isinstance(back, Turn)
    assert (back.state, back.rank_at, back.counter) == (TurnState.WAITING, NOW, None)


def test_finish_without_serve_counts_as_served() -> None:
    finished = turns.finish(a_turn(TurnState.CALLED), NOW)
    assert isinstance(finished, Turn)
    assert finished.served_at == NOW


@pytest.mark.parametrize(
    ("act", "allowed"),
    [
        (lambda turn: turns.call(turn, "1", NOW, WAIT), {"waiting", "parked", "missed"}),
        (turns.recall, {"called"}),
        (lambda turn: turns.serve(turn, NOW), {"called"}),
        (lambda turn: turns.finish(turn, NOW), {"called", "serving"}),
        (lambda turn: turns.miss(turn, NOW + WAIT), {"called"}),
        (turns.park, {"waiting", "called", "serving"}),
        (turns.resume, {"parked", "missed"}),
        (
            lambda turn: turns.cancel(turn, NOW),
            {"held", "waiting", "called", "serving", "parked", "missed"},
        ),
        (
            lambda turn: turns.transfer(turn, "kela", None),
            {"waiting", "called", "serving", "parked", "missed"},
        ),
    ],
    ids=["call", "recall", "serve", "finish", "miss", "park", "resume", "cancel", "transfer"],
)
def test_each_act_is_done_in_its_states_and_refused_in_all_others(act, allowed) -> None:  # type: ignore[no-untyped-def]
    for state in TurnState:
        outcome = act(a_turn(state))
        if state.value in allowed:
            assert isinstance(outcome, Turn), state
        else:
            assert isinstance(outcome, Refusal), state
            assert outcome.code is RefusalCode.NOT_ALLOWED
            assert outcome.details["state"] == state.value
            assert all(outcome.text[language] for language in ("fi", "sv", "en"))


def test_moved_it_joins_by_its_time_of_arrival() -> None:
    there = replace(a_turn(), id="t0", service="kela", rank_at=NOW - timedelta(minutes=20))
    moved = turns.transfer(a_turn(), "kela", there)
    assert isinstance(moved, Turn)
    assert moved.rank_at == NOW


def test_moved_it_never_stands_ahead_of_the_longest_waiting_turn_there() -> None:
    there = replace(a_turn(), id="t0", service="kela", rank_at=NOW + timedelta(minutes=20))
    moved = turns.transfer(a_turn(), "kela", there)
    assert isinstance(moved, Turn)
    assert moved.rank_at > there.rank_at
    assert moved.rank_at - there.rank_at < timedelta(seconds=1)
