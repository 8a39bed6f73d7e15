"""A clerk goes home with a number called: a colleague goes on there, or the coordinator closes the counter."""

import pytest
from rig.points import PointAtWork, clerk, staff
from vuoro_hub.acts import calling, showing
from vuoro_hub.acts.transaction import Actor
from vuoro_hub.domain.refusals import Refusal
from vuoro_hub.domain.roles import Grant, Person, Role
from vuoro_hub.domain.turns import Turn, TurnState

VERO = clerk("vero")
KELA = clerk("kela")
COLLEAGUE = Actor.staff(Person("colleague", (Grant(Role.CLERK, "vero"),)))
COORDINATOR = staff(Role.COORDINATOR)


def refused(outcome: object) -> Refusal:
    assert isinstance(outcome, Refusal)
    return outcome


def left_with_somebody_called(lahti: PointAtWork) -> Turn:
    lahti.arrives()
    lahti.opens("1", VERO)
    return lahti.called("1", VERO)


# --- A colleague takes it over


def test_a_colleague_takes_the_counter_over_and_goes_on_with_whoever_is_there(lahti: PointAtWork) -> None:
    turn = left_with_somebody_called(lahti)
    taken = lahti.must(COLLEAGUE, lambda t: calling.open_counter(t, "1", None, take_over=True))
    assert (taken.counter.opened_by, taken.counter.services) == ("colleague", ("vero",))
    assert lahti.turn(turn.id) == turn, "as it was: called, at this counter, waited for as long"
    lahti.serves_and_finishes(turn.id, COLLEAGUE)
    lahti.must(COLLEAGUE, lambda t: calling.close_counter(t, "1"))
    assert refused(lahti.calls("1", VERO)).details["state"] == "closed"


def test_the_log_names_both(lahti: PointAtWork) -> None:
    left_with_somebody_called(lahti)
    lahti.must(COLLEAGUE, lambda t: calling.open_counter(t, "1", None, take_over=True))
    event = lahti.events()[-1]
    assert (event.type, event.by) == ("counter.taken-over", "person:colleague")
    assert (event.body["before"], event.body["after"]) == ("clerk-vero", "colleague")


def test_it_is_an_act_of_its_own_and_not_plain_opening(lahti: PointAtWork) -> None:
    left_with_somebody_called(lahti)
    assert refused(lahti.do(COLLEAGUE, lambda t: calling.open_counter(t, "1", None))).details["opened_by"]


def test_nobody_takes_over_from_another_authority(lahti: PointAtWork) -> None:
    left_with_somebody_called(lahti)
    refusal = refused(lahti.do(KELA, lambda t: calling.open_counter(t, "1", None, take_over=True)))
    assert refusal.forbidden
    assert refusal.details["opened_by"] == "clerk-vero"
    assert lahti.see(lambda t: t.records.counter("1")).opened_by == "clerk-vero"


def test_a_free_counter_or_ones_own_is_simply_opened(lahti: PointAtWork) -> None:
    for _ in range(2):
        lahti.must(VERO, lambda t: calling.open_counter(t, "1", None, take_over=True))
    assert [event.type for event in lahti.events()] == ["counter.opened", "counter.opened"]


# --- The coordinator closes it


def test_a_called_turn_goes_back_to_its_place_in_line_and_is_not_missed(lahti: PointAtWork) -> None:
    turn = left_with_somebody_called(lahti)
    later = lahti.arrives()
    lahti.must(COORDINATOR, lambda t: calling.close_counter(t, "1"))
    back = lahti.turn(turn.id)
    assert (back.state, back.counter, back.wait_until) == (TurnState.WAITING, None, None)
    assert [one.id for one in lahti.see(lambda t: t.records.waiting(t.day))] == [turn.id, later.turn]
    assert [event.type for event in lahti.events()[-2:]] == ["turn.given-back", "counter.closed"]
    assert {event.by for event in lahti.events()[-2:]} == {"person:coordinator"}
    assert lahti.see(showing.calls_state).calls == []
    lahti.opens("2", COLLEAGUE)
    assert lahti.called("2", COLLEAGUE).id == turn.id


def test_a_turn_being_served_is_finished(lahti: PointAtWork) -> None:
    turn = left_with_somebody_called(lahti)
    lahti.must(VERO, lambda t: calling.serve(t, turn.id))
    lahti.must(COORDINATOR, lambda t: calling.close_counter(t, "1"))
    assert lahti.turn(turn.id).state is TurnState.FINISHED
    assert lahti.see(lambda t: showing.counter_state(t, "1")).state == "closed"


def test_displays_and_pages_are_told(lahti: PointAtWork) -> None:
    left_with_somebody_called(lahti)
    lahti.must(COORDINATOR, lambda t: calling.close_counter(t, "1"))
    told = lahti.heard.changes[-1]
    assert (told.calls, told.services, told.counters) == (True, True, {"1"})


@pytest.mark.parametrize("role", [Role.ADVISOR, Role.GUARD, Role.VIEWER])
def test_nobody_else_closes_it(lahti: PointAtWork, role: Role) -> None:
    left_with_somebody_called(lahti)
    assert refused(lahti.do(staff(role), lambda t: calling.close_counter(t, "1"))).forbidden


def test_a_coordinator_who_is_the_clerk_there_decides_about_the_turn_first(lahti: PointAtWork) -> None:
    both = Actor.staff(Person("both", (Grant(Role.CLERK, "vero"), Grant(Role.COORDINATOR))))
    lahti.arrives()
    lahti.opens("1", both)
    lahti.called("1", both)
    assert refused(lahti.do(both, lambda t: calling.close_counter(t, "1"))).details["state"] == "called"
