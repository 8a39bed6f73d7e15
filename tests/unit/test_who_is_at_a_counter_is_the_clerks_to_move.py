"""Table R, Q8, Q9: an advisor or guide moves and removes who waits; of who is called or served the clerk decides."""

from collections.abc import Callable
from typing import Any

import pytest
from rig.points import PointAtWork, clerk, staff
from vuoro_hub.acts import calling, moving
from vuoro_hub.acts.transaction import Transaction
from vuoro_hub.domain.refusals import Refusal
from vuoro_hub.domain.roles import Role
from vuoro_hub.domain.turns import Turn, TurnState

VERO = clerk("vero")
LOBBY = [staff(Role.ADVISOR), staff(Role.GUIDE, "vero")]

Act = Callable[[Transaction, str], Turn | Refusal]


def cancel(t: Transaction, turn: str) -> Turn | Refusal:
    return moving.cancel(t, turn)


def transfer(t: Transaction, turn: str) -> Turn | Refusal:
    return moving.transfer(t, turn, "kela")


def called(lahti: PointAtWork) -> Turn:
    lahti.arrives()
    lahti.opens("1", VERO)
    return lahti.called("1", VERO)


@pytest.mark.parametrize("act", [cancel, transfer])
@pytest.mark.parametrize("by", LOBBY, ids=["advisor", "guide"])
@pytest.mark.parametrize("state", ["called", "serving"])
def test_at_a_counter_it_is_refused_and_nothing_changes(lahti: PointAtWork, state: str, by: Any, act: Act) -> None:
    turn = called(lahti)
    if state == "serving":
        lahti.must(VERO, lambda t: calling.serve(t, turn.id))
    before = lahti.events()
    refusal = lahti.do(by, lambda t: act(t, turn.id))
    assert isinstance(refusal, Refusal)
    assert not refusal.forbidden
    assert (refusal.details["state"], refusal.details["counter"]) == (state, "1")
    assert "The clerk decides" in refusal.text["en"]
    assert lahti.turn(turn.id).state == state
    assert lahti.events() == before


@pytest.mark.parametrize("act", [cancel, transfer])
@pytest.mark.parametrize("by", LOBBY, ids=["advisor", "guide"])
def test_waiting_put_aside_or_missed_it_is_moved_and_removed(lahti: PointAtWork, by: Any, act: Act) -> None:
    waiting = lahti.arrives()
    parked = called(lahti)
    lahti.must(VERO, lambda t: calling.park(t, parked.id))
    missed = lahti.called("1", VERO, lahti.arrives().turn)
    lahti.clock.pass_by(seconds=150)
    lahti.must(VERO, lambda t: calling.miss(t, missed.id))
    for turn in {waiting.turn, parked.id, missed.id}:
        lahti.must(by, lambda t, turn=turn: act(t, turn))


@pytest.mark.parametrize("act", [cancel, transfer])
def test_a_clerk_of_the_authority_decides_at_the_counter_too(lahti: PointAtWork, act: Act) -> None:
    turn = called(lahti)
    lahti.must(VERO, lambda t: act(t, turn.id))
    assert lahti.turn(turn.id).state in (TurnState.CANCELLED, TurnState.WAITING)
    assert lahti.see(lambda t: t.records.at_counter("1")) is None
