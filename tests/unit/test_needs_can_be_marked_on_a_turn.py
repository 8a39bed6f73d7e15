"""Q6, Q16: what a customer needs is marked on a turn that exists; more time doubles the wait."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from rig.points import PointAtWork, clerk, preset, staff
from vuoro_hub.acts import calling
from vuoro_hub.acts.marking import mark_needs
from vuoro_hub.domain.refusals import Refusal
from vuoro_hub.domain.roles import Role
from vuoro_hub.domain.turns import Turn
from vuoro_mqtt.payloads import Need

VERO = clerk("vero")
ADVISOR = staff(Role.ADVISOR)


def marks(lahti: PointAtWork, turn: str, *needs: Need, by: Any = ADVISOR) -> Turn:
    return lahti.must(by, lambda t: mark_needs(t, turn, needs))


def called(lahti: PointAtWork, **wish: Any) -> Turn:
    lahti.arrives(**wish)
    lahti.opens("1", VERO)
    return lahti.called("1", VERO)


def seconds_waited(turn: Turn) -> float:
    assert turn.wait_until is not None
    assert turn.called_at is not None
    return (turn.wait_until - turn.called_at).total_seconds()


@pytest.mark.parametrize("by", [ADVISOR, staff(Role.GUIDE, "vero"), VERO], ids=["advisor", "guide", "clerk"])
def test_the_whole_set_is_marked_by_whoever_may_move_or_serve_it(lahti: PointAtWork, by: Any) -> None:
    turn = lahti.arrives(needs=(Need.MORE_TIME,)).turn
    assert marks(lahti, turn, Need.INTERPRETER, Need.REMOTE, by=by).needs == (Need.INTERPRETER, Need.REMOTE)
    event = lahti.events()[-1]
    assert (event.type, event.turn, event.by) == ("turn.needs-marked", turn, by.name)
    assert (event.body["before"], event.body["after"]) == (["more-time"], ["interpreter", "remote"])


@pytest.mark.parametrize("by", [clerk("kela"), staff(Role.GUIDE, "te"), staff(Role.GUARD), staff(Role.COORDINATOR)])
def test_others_may_not(lahti: PointAtWork, by: Any) -> None:
    turn = lahti.arrives().turn
    outcome = lahti.do(by, lambda t: mark_needs(t, turn, (Need.REMOTE,)))
    assert isinstance(outcome, Refusal)
    assert outcome.forbidden


def test_marked_while_waiting_more_time_doubles_the_wait_of_the_call(lahti: PointAtWork) -> None:
    turn = lahti.arrives().turn
    marks(lahti, turn, Need.MORE_TIME)
    lahti.opens("1", VERO)
    assert seconds_waited(lahti.called("1", VERO)) == 300


def test_marked_while_called_it_doubles_the_wait_from_the_first_showing(lahti: PointAtWork) -> None:
    turn = called(lahti)
    lahti.clock.pass_by(seconds=60)
    lahti.must(VERO, lambda t: calling.recall(t, turn.id))
    marked = marks(lahti, turn.id, Need.MORE_TIME)
    assert seconds_waited(marked) == 300
    lahti.clock.pass_by(seconds=89)
    assert lahti.must(VERO, calling.show_again) == 0, "the second showing comes after half of the longer wait (Q4)"
    lahti.clock.pass_by(seconds=1)
    assert lahti.must(VERO, calling.show_again) == 1


def test_taken_away_while_called_the_wait_is_never_over_before_now(lahti: PointAtWork) -> None:
    turn = called(lahti, needs=(Need.MORE_TIME,))
    lahti.clock.pass_by(seconds=100)
    assert seconds_waited(marks(lahti, turn.id)) == 150
    marks(lahti, turn.id, Need.MORE_TIME)
    lahti.clock.pass_by(seconds=100)
    assert marks(lahti, turn.id).wait_until == lahti.clock()


def test_other_needs_leave_the_wait_alone(lahti: PointAtWork) -> None:
    turn = called(lahti)
    lahti.clock.pass_by(seconds=200)
    marked = marks(lahti, turn.id, Need.INTERPRETER)
    assert (marked.wait_until, marked.show_again_at) == (turn.wait_until, turn.show_again_at)


def test_marking_what_is_marked_changes_nothing(lahti: PointAtWork) -> None:
    turn = lahti.arrives(needs=(Need.REMOTE, Need.INTERPRETER)).turn
    before = lahti.events()
    marks(lahti, turn, Need.INTERPRETER, Need.REMOTE)
    assert lahti.events() == before


def test_what_is_over_is_marked_no_more(lahti: PointAtWork) -> None:
    turn = called(lahti)
    lahti.must(VERO, lambda t: calling.finish(t, turn.id))
    outcome = lahti.do(VERO, lambda t: mark_needs(t, turn.id, (Need.REMOTE,)))
    assert isinstance(outcome, Refusal)
    assert outcome.details["state"] == "finished"


def test_its_place_in_line_stays_unless_the_site_gives_credit_for_it(lahti: PointAtWork) -> None:
    lahti.arrives()
    second = lahti.arrives().turn

    def rank() -> datetime:
        return lahti.turn(second).rank_at

    at_first = rank()
    marks(lahti, second, Need.MORE_TIME)
    assert rank() == at_first
    marks(lahti, second)
    queue = preset("lahti").queue.model_copy(update={"more_time_credit_minutes": 5})
    lahti.point.site = preset("lahti").model_copy(update={"queue": queue})
    lahti.point.site.__dict__.pop("calling_rule", None)
    marks(lahti, second, Need.MORE_TIME)
    assert rank() == at_first - timedelta(minutes=5)
    marks(lahti, second)
    assert rank() == at_first
