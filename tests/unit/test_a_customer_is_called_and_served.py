"""The main job, on the real acts and a real database."""

from datetime import timedelta

from rig.points import PointAtWork, clerk, staff
from vuoro_hub.acts import calling, moving, showing
from vuoro_hub.acts.transaction import Actor
from vuoro_hub.domain.refusals import Refusal
from vuoro_hub.domain.roles import Role
from vuoro_hub.domain.turns import Turn, TurnState
from vuoro_mqtt.payloads import Need, RefusalCode

VERO = clerk("vero")
KELA = clerk("kela")


def refused(outcome: object) -> Refusal:
    assert isinstance(outcome, Refusal)
    return outcome


def test_from_a_number_to_a_finished_turn(lahti: PointAtWork) -> None:
    first, second = lahti.arrives(), lahti.arrives()
    assert (first.number, first.position, second.number, second.position) == ("001", 1, "002", 2)
    assert first.follow_url.startswith("http://127.0.0.1:8000/v/")
    lahti.opens("1", VERO)
    called = lahti.called("1", VERO)
    assert called.number == "001"
    done = lahti.serves_and_finishes(called.id, VERO)
    assert done.state is TurnState.FINISHED
    assert [event.type for event in lahti.events()] == [
        "ticket.issued",
        "ticket.issued",
        "counter.opened",
        "turn.called",
        "turn.served",
        "turn.finished",
    ]


def test_the_event_log_has_no_gap_and_names_who_did_it(lahti: PointAtWork) -> None:
    lahti.arrives()
    lahti.opens("1", VERO)
    lahti.called("1", VERO)
    refused(lahti.calls("1", VERO))
    events = lahti.events()
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert {event.by for event in events} == {"device:dispenser-1", "person:clerk-vero"}


def test_one_number_at_a_time_at_a_counter(lahti: PointAtWork) -> None:
    lahti.arrives()
    lahti.arrives()
    lahti.opens("1", VERO)
    lahti.called("1", VERO)
    refusal = refused(lahti.calls("1", VERO))
    assert (refusal.code, refusal.details["state"], refusal.details["number"]) == (
        RefusalCode.NOT_ALLOWED,
        "called",
        "001",
    )


def test_calling_the_next_finishes_the_one_being_served(lahti: PointAtWork) -> None:
    first, second = lahti.arrives(), lahti.arrives()
    lahti.opens("1", VERO)
    called = lahti.called("1", VERO)
    lahti.must(VERO, lambda t: calling.serve(t, called.id))
    assert lahti.called("1", VERO).number == second.number
    assert lahti.turn(first.turn).state is TurnState.FINISHED


def test_a_refused_call_leaves_the_one_being_served_alone(lahti: PointAtWork) -> None:
    issued = lahti.arrives()
    lahti.opens("1", VERO)
    called = lahti.called("1", VERO)
    lahti.must(VERO, lambda t: calling.serve(t, called.id))
    assert refused(lahti.calls("1", VERO)).code is RefusalCode.NOBODY_WAITING
    assert lahti.turn(issued.turn).state is TurnState.SERVING


def test_a_closed_counter_calls_nobody(lahti: PointAtWork) -> None:
    lahti.arrives()
    assert refused(lahti.calls("1", VERO)).details["state"] == "closed"


def test_a_counter_somebody_else_has_open_is_refused(lahti: PointAtWork) -> None:
    lahti.opens("1", KELA)
    refusal = refused(lahti.do(VERO, lambda t: calling.open_counter(t, "1", None)))
    assert not refusal.forbidden
    told = {"counter": "1", "open": True, "opened_by": "clerk-kela"}
    assert refusal.details == refused(lahti.calls("1", VERO)).details == told


def test_a_counter_is_opened_for_the_own_authority_alone(lahti: PointAtWork) -> None:
    assert refused(lahti.do(VERO, lambda t: calling.open_counter(t, "1", ("kela",)))).forbidden
    assert refused(lahti.do(staff(Role.ADVISOR), lambda t: calling.open_counter(t, "1", None))).forbidden
    assert refused(lahti.do(VERO, lambda t: calling.open_counter(t, "99", None))).missing


def test_a_counter_with_somebody_called_stays_open(lahti: PointAtWork) -> None:
    lahti.arrives()
    lahti.opens("1", VERO)
    called = lahti.called("1", VERO)
    assert refused(lahti.do(VERO, lambda t: calling.close_counter(t, "1"))).details["state"] == "called"
    lahti.serves_and_finishes(called.id, VERO)
    assert not lahti.must(VERO, lambda t: calling.close_counter(t, "1")).counter.open


def test_a_clerk_may_choose_a_named_turn(lahti: PointAtWork) -> None:
    lahti.arrives()
    second = lahti.arrives()
    lahti.opens("1", VERO)
    assert lahti.called("1", VERO, second.turn).number == "002"


def test_a_clerk_calls_nobody_of_another_authority(lahti: PointAtWork) -> None:
    issued = lahti.arrives("kela")
    lahti.opens("1", VERO)
    assert refused(lahti.calls("1", VERO, issued.turn)).forbidden
    assert refused(lahti.calls("1", VERO)).code is RefusalCode.NOBODY_WAITING


def test_shown_twice_and_missed_after_the_waiting_time(lahti: PointAtWork) -> None:
    lahti.arrives()
    lahti.opens("1", VERO)
    called = lahti.called("1", VERO)
    lahti.clock.pass_by(seconds=74)
    assert lahti.must(VERO, calling.show_again) == 0
    lahti.clock.pass_by(seconds=1)
    assert lahti.must(VERO, calling.show_again) == 1
    assert lahti.see(showing.calls_state).calls[0].showing == 2
    assert refused(lahti.do(VERO, lambda t: calling.miss(t, called.id))).code is RefusalCode.TOO_EARLY
    lahti.clock.pass_by(seconds=75)
    assert lahti.must(VERO, lambda t: calling.miss(t, called.id)).state is TurnState.MISSED
    assert lahti.see(showing.calls_state).calls == []


def test_nothing_is_missed_by_itself(lahti: PointAtWork) -> None:
    lahti.arrives()
    lahti.opens("1", VERO)
    called = lahti.called("1", VERO)
    lahti.clock.pass_by(hours=1)
    assert lahti.must(VERO, calling.miss_by_itself) == 0
    assert lahti.turn(called.id).state is TurnState.CALLED


def test_more_time_doubles_the_waiting(lahti: PointAtWork) -> None:
    lahti.arrives(needs=(Need.MORE_TIME,))
    lahti.opens("1", VERO)
    called = lahti.called("1", VERO)
    assert called.called_at is not None
    assert called.wait_until == called.called_at + timedelta(seconds=300)


def test_a_chain_goes_on_with_the_same_number_when_this_turn_is_over(lahti: PointAtWork) -> None:
    lahti.arrives()
    lahti.opens("1", VERO)
    lahti.opens("2", KELA)
    called = lahti.called("1", VERO)
    lahti.must(VERO, lambda t: calling.serve(t, called.id))
    added = lahti.must(VERO, lambda t: moving.add_next(t, called.id, "kela"))
    assert (added.number, added.visit) == (called.number, called.visit)
    assert refused(lahti.calls("2", KELA)).code is RefusalCode.NOBODY_WAITING
    lahti.must(VERO, lambda t: calling.finish(t, called.id))
    assert lahti.called("2", KELA).number == called.number


def test_a_named_turn_of_a_visit_at_another_counter_is_refused(lahti: PointAtWork) -> None:
    lahti.arrives()
    lahti.opens("1", VERO)
    lahti.opens("2", KELA)
    called = lahti.called("1", VERO)
    added = lahti.must(VERO, lambda t: moving.add_next(t, called.id, "kela"))
    refusal = refused(lahti.calls("2", KELA, added.id))
    assert (refusal.details["state"], refusal.details["counter"]) == ("waiting", "1")


def test_one_customer_stands_in_a_queue_once(lahti: PointAtWork) -> None:
    lahti.arrives()
    lahti.opens("1", VERO)
    called = lahti.called("1", VERO)
    lahti.must(VERO, lambda t: moving.add_next(t, called.id, "kela"))
    for service in ("kela", "vero"):
        again = refused(lahti.do(VERO, lambda t, to=service: moving.add_next(t, called.id, to)))
        assert again.code is RefusalCode.NOT_ALLOWED


def test_coming_numbers_leave_out_who_is_at_a_counter(lahti: PointAtWork) -> None:
    lahti.arrives()
    second = lahti.arrives()
    lahti.opens("1", VERO)
    called = lahti.called("1", VERO)
    lahti.must(VERO, lambda t: moving.add_next(t, called.id, "kela"))
    assert lahti.see(showing.calls_state).coming == [second.number]
    lahti.must(VERO, lambda t: calling.finish(t, called.id))
    assert set(lahti.see(showing.calls_state).coming) == {called.number, second.number}


def test_an_advisor_moves_a_turn_and_never_calls_one(lahti: PointAtWork) -> None:
    advisor = staff(Role.ADVISOR)
    issued = lahti.arrives("vero")
    moved = lahti.transfers(issued.turn, "kela", advisor)
    assert isinstance(moved, Turn)
    assert (moved.service, moved.number) == ("kela", issued.number)
    assert refused(lahti.do(advisor, lambda t: calling.serve(t, issued.turn))).forbidden


def test_a_parked_turn_keeps_its_place(lahti: PointAtWork) -> None:
    first = lahti.arrives()
    lahti.arrives()
    lahti.opens("1", VERO)
    lahti.called("1", VERO)
    lahti.must(VERO, lambda t: calling.park(t, first.turn))
    assert lahti.called("1", VERO).number == "002"
    lahti.must(VERO, lambda t: calling.resume(t, first.turn))
    assert lahti.see(lambda t: t.records.waiting(t.day))[0].number == "001"


def test_the_advisor_tells_the_clerk_by_a_fixed_phrase(lahti: PointAtWork) -> None:
    issued = lahti.arrives()
    lahti.must(staff(Role.ADVISOR), lambda t: moving.tell_clerk(t, issued.turn, moving.Phrase.IS_HERE_NOW))
    assert lahti.see(lambda t: t.records.turn_row(issued.turn)).told == "is-here-now"
    assert refused(
        lahti.do(staff(Role.GUARD), lambda t: moving.tell_clerk(t, issued.turn, moving.Phrase.COMES_SOON))
    ).forbidden


def test_a_closed_service_gives_no_number_and_says_when_it_next_serves(lahti: PointAtWork) -> None:
    from vuoro_hub.acts.arriving import Wish, give_number

    lahti.clock.pass_by(hours=9)
    refusal = refused(lahti.do(Actor.device("dispenser-1"), lambda t: give_number(t, Wish("vero"))))
    assert refusal.code is RefusalCode.SERVICE_CLOSED
    assert refusal.details["next_open"] == "2026-03-04T07:00:00.000000Z"
    assert "4.3. klo 9.00" in refusal.text["fi"]


def test_keys_on_the_counters_unit_act_for_whoever_has_it_open(lahti: PointAtWork) -> None:
    unit = Actor.device("counter-1")
    lahti.arrives()
    assert refused(lahti.do(unit, lambda t: calling.press_button(t, "1", "next"))).details["state"] == "closed"
    lahti.opens("1", VERO)
    assert refused(lahti.do(unit, lambda t: calling.press_button(t, "1", "finish"))).details["state"] == "free"
    assert lahti.must(unit, lambda t: calling.press_button(t, "1", "next")).state is TurnState.CALLED
    assert lahti.must(unit, lambda t: calling.press_button(t, "1", "recall")).recalls == 1
    assert refused(lahti.do(unit, lambda t: calling.press_button(t, "1", "missed"))).code is RefusalCode.TOO_EARLY
    assert lahti.must(unit, lambda t: calling.press_button(t, "1", "finish")).state is TurnState.FINISHED


def test_displays_are_told_what_changed_and_only_after_the_commit(lahti: PointAtWork) -> None:
    lahti.opens("1", VERO)
    refused(lahti.calls("1", VERO))
    told = len(lahti.heard.changes)
    lahti.arrives()
    lahti.called("1", VERO)
    assert len(lahti.heard.changes) == told + 2
    assert lahti.heard.changes[-1].counters == {"1"}
