"""Q10: who goes on to the next service waits there from then on, and is called once the first counter is done."""

from __future__ import annotations

import pytest
from rig.points import PointAtWork, clerk, staff
from vuoro_hub.acts import calling, moving
from vuoro_hub.domain.refusals import Refusal
from vuoro_hub.domain.roles import Person, Role
from vuoro_hub.domain.turns import Turn
from vuoro_hub.web import board
from vuoro_hub.web.board import Desk, TurnLine
from vuoro_mqtt.payloads import RefusalCode

VERO, TE = clerk("vero"), clerk("te")
ADVISOR = staff(Role.ADVISOR)


@pytest.fixture
def going_on(lahti: PointAtWork) -> Turn:
    """The turn at ``tyo`` of a customer who is being served for ``vero`` at counter 3; counter 1 serves ``tyo``."""
    lahti.opens("3", VERO)
    lahti.opens("1", TE, "tyo")
    lahti.arrives("vero")
    here = lahti.called("3", VERO)
    added = lahti.must(VERO, lambda t: moving.add_next(t, here.id, "tyo"))
    lahti.clock.pass_by(seconds=1)
    return added


def person(of: object) -> Person:
    found = getattr(of, "person", None)
    assert isinstance(found, Person)
    return found


def desk_of(lahti: PointAtWork, counter: str = "1", by: object = TE) -> Desk:
    return lahti.see(lambda t: board.desk(t, person(by), counter))


def in_line(lahti: PointAtWork) -> list[TurnLine]:
    return [line for queue in desk_of(lahti).serves for line in queue.waiting]


def leaves_counter_3(lahti: PointAtWork, going_on: Turn) -> None:
    here = lahti.see(lambda t: t.records.at_counter("3"))
    assert here is not None
    assert here.visit == going_on.visit
    lahti.must(VERO, lambda t: calling.finish(t, here.id))


def test_when_only_such_turns_wait_the_clerk_is_told_so(lahti: PointAtWork, going_on: Turn) -> None:
    refusal = lahti.calls("1", TE)

    assert isinstance(refusal, Refusal)
    assert refusal.code is RefusalCode.NOBODY_WAITING
    assert refusal.text == {
        "fi": "Kaikki jonossa olevat ovat nyt toisessa palvelupisteessä.",
        "sv": "Alla som väntar är nu vid ett annat serviceställe.",
        "en": "Everybody who waits is at another counter now.",
    }


def test_where_nobody_waits_at_all_it_is_said_as_before(lahti: PointAtWork) -> None:
    lahti.opens("1", TE, "tyo")
    refusal = lahti.calls("1", TE)
    assert isinstance(refusal, Refusal)
    assert refusal.text["en"] == "Nobody is waiting now."
    assert not desk_of(lahti).all_elsewhere


@pytest.mark.parametrize("being", ["called", "serving"])
def test_the_clerks_list_says_at_which_counter_the_customer_is(lahti: PointAtWork, going_on: Turn, being: str) -> None:
    if being == "serving":
        lahti.must(VERO, lambda t: calling.serve(t, t.records.at_counters()[0].id))

    (line,) = in_line(lahti)

    assert (line.id, line.elsewhere["en"]) == (going_on.id, "Counter 3")
    assert "vero" not in str(line.elsewhere).lower()


def test_the_clerks_page_offers_nobody_who_is_elsewhere(lahti: PointAtWork, going_on: Turn) -> None:
    desk = desk_of(lahti)
    assert (desk.next_number, desk.all_elsewhere) == (None, True)

    after = lahti.arrives("tyo")

    desk = desk_of(lahti)
    assert (desk.next_number, desk.all_elsewhere) == (after.number, False)
    assert lahti.called("1", TE).id == after.turn


def test_the_advisors_list_says_so_too(lahti: PointAtWork, going_on: Turn) -> None:
    lobby = lahti.see(lambda t: board.lobby(t, person(ADVISOR)))
    (line,) = [line for queue in lobby.queues for line in queue.waiting]
    assert line.elsewhere["sv"] == "Serviceställe 3"
    assert [line.elsewhere for line in lobby.at_counters] == [{}]


@pytest.mark.parametrize("how", ["finish", "park"])
def test_once_free_the_customer_is_as_any_other(lahti: PointAtWork, going_on: Turn, how: str) -> None:
    told = desk_of(lahti).state_key
    if how == "finish":
        leaves_counter_3(lahti, going_on)
    else:
        lahti.must(VERO, lambda t: calling.park(t, t.records.at_counters()[0].id))

    desk = desk_of(lahti)

    assert [line.elsewhere for line in in_line(lahti)] == [{}]
    assert (desk.next_number, desk.all_elsewhere) == (going_on.number, False)
    assert desk.state_key != told
    assert lahti.called("1", TE).id == going_on.id


def test_the_refusal_is_taken_away_once_nobody_waits_any_more(lahti: PointAtWork, going_on: Turn) -> None:
    told = desk_of(lahti).state_key
    lahti.must(ADVISOR, lambda t: moving.cancel(t, going_on.id))
    assert desk_of(lahti).state_key != told


def test_who_goes_on_at_the_same_counter_is_next_there(lahti: PointAtWork) -> None:
    both = clerk("vero", "te")
    lahti.opens("3", both, "vero", "tyo")
    lahti.arrives("vero")
    here = lahti.called("3", both)
    lahti.must(both, lambda t: calling.serve(t, here.id))
    added = lahti.must(both, lambda t: moving.add_next(t, here.id, "tyo"))

    desk = desk_of(lahti, "3", both)

    assert [line.elsewhere for queue in desk.serves for line in queue.waiting] == [{}]
    assert (desk.next_number, desk.all_elsewhere) == (added.number, False)
    assert lahti.called("3", both).id == added.id
