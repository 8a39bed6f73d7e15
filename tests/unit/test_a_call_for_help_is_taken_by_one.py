"""Q17: a call for help reaches everybody who may come, and is taken by one."""

from datetime import timedelta
from typing import Any

import pytest
from rig.points import PointAtWork, staff
from vuoro_hub.acts import helping
from vuoro_hub.acts.transaction import SYSTEM, Actor
from vuoro_hub.domain.help_calls import HelpCall
from vuoro_hub.domain.refusals import Refusal
from vuoro_hub.domain.roles import Grant, Person, Role
from vuoro_hub.ticking import begin_day

ADVISOR = staff(Role.ADVISOR)
OTHER = Actor.staff(Person("other", (Grant(Role.ADVISOR),)))
GUIDE = staff(Role.GUIDE, "te")


def wanted(lahti: PointAtWork, service: str | None = None, device: str = "dispenser-1") -> HelpCall | None:
    at = lahti.clock()
    return lahti.must(Actor.device(device), lambda t: helping.want_help(t, device, service, at))


def opened(lahti: PointAtWork, by: Any = ADVISOR) -> list[HelpCall]:
    return lahti.must(by, helping.open_help_calls)


def takes(lahti: PointAtWork, call: HelpCall | None, by: Any) -> HelpCall | Refusal:
    assert call is not None
    return lahti.do(by, lambda t: helping.take_help_call(t, call.id))


def test_it_waits_until_somebody_comes_however_long_that_is(lahti: PointAtWork) -> None:
    call = wanted(lahti)
    lahti.clock.pass_by(minutes=40)
    assert opened(lahti) == opened(lahti, OTHER) == [call]


def test_the_pages_are_told_at_once_and_no_display(lahti: PointAtWork) -> None:
    wanted(lahti)
    told = lahti.heard.changes[-1]
    assert (told.pages, told.services, told.calls, told.counters) == (True, False, False, frozenset())


def test_taken_it_is_gone_for_everybody_and_the_log_says_by_whom(lahti: PointAtWork) -> None:
    call = wanted(lahti)
    taken = takes(lahti, call, ADVISOR)
    assert isinstance(taken, HelpCall)
    assert (taken.taken_by, taken.taken_at) == ("advisor", lahti.clock())
    assert opened(lahti) == opened(lahti, OTHER) == []
    assert [(event.type, event.by) for event in lahti.events()] == [
        ("help.wanted", "device:dispenser-1"),
        ("help.taken", "person:advisor"),
    ]


def test_a_second_taker_is_told_who_is_coming(lahti: PointAtWork) -> None:
    call = wanted(lahti)
    takes(lahti, call, ADVISOR)
    refusal = takes(lahti, call, OTHER)
    assert isinstance(refusal, Refusal)
    assert not refusal.forbidden
    assert (refusal.details["taken_by"], refusal.details["state"]) == ("advisor", "taken")
    assert "advisor" in refusal.text["fi"]


def test_taking_it_twice_oneself_is_taking_it_once(lahti: PointAtWork) -> None:
    call = wanted(lahti)
    first = takes(lahti, call, ADVISOR)
    lahti.clock.pass_by(seconds=5)
    assert takes(lahti, call, ADVISOR) == first
    assert len(lahti.events()) == 2


def test_a_guide_answers_the_own_authoritys_alone(lahti: PointAtWork) -> None:
    own, others, nobodys = wanted(lahti, "tyo", "d1"), wanted(lahti, "vero", "d2"), wanted(lahti, None, "d3")
    assert opened(lahti, GUIDE) == [own]
    assert len(opened(lahti)) == 3
    for call in (others, nobodys):
        refusal = takes(lahti, call, GUIDE)
        assert isinstance(refusal, Refusal)
        assert refusal.forbidden
    assert isinstance(takes(lahti, own, GUIDE), HelpCall)


@pytest.mark.parametrize("role", [Role.GUARD, Role.COORDINATOR, Role.VIEWER])
def test_others_neither_see_nor_answer_calls(lahti: PointAtWork, role: Role) -> None:
    call = wanted(lahti)
    for outcome in (lahti.do(staff(role), helping.open_help_calls), takes(lahti, call, staff(role))):
        assert isinstance(outcome, Refusal)
        assert outcome.forbidden


def test_pressing_again_within_a_minute_makes_no_second_call(lahti: PointAtWork) -> None:
    call = wanted(lahti)
    lahti.clock.pass_by(seconds=59)
    assert wanted(lahti) == call
    assert wanted(lahti, device="dispenser-2") != call
    assert [event.body["again"] for event in lahti.events()] == [False, True, False]
    lahti.clock.pass_by(seconds=1)
    assert wanted(lahti) != call


def test_once_somebody_has_come_the_next_press_is_a_new_call(lahti: PointAtWork) -> None:
    call = wanted(lahti)
    takes(lahti, call, ADVISOR)
    again = wanted(lahti)
    assert again != call
    assert opened(lahti) == [again]


def test_a_press_that_comes_late_is_kept_and_flashes_no_more(lahti: PointAtWork) -> None:
    at = lahti.clock() - timedelta(minutes=20)
    unit = Actor.device("dispenser-1")
    assert lahti.must(unit, lambda t: helping.want_help(t, "dispenser-1", None, at)) is None
    assert opened(lahti) == []
    assert lahti.events()[-1].type == "help.wanted"


def test_open_calls_end_with_the_service_day(lahti: PointAtWork) -> None:
    call = wanted(lahti)
    lahti.clock.pass_by(hours=20)
    lahti.must(SYSTEM, begin_day)
    assert opened(lahti) == []
    refusal = takes(lahti, call, ADVISOR)
    assert isinstance(refusal, Refusal)
    assert refusal.details["state"] == "ended"


def test_a_service_or_a_call_that_is_not_here_is_refused(lahti: PointAtWork) -> None:
    outcome = lahti.do(Actor.device("d1"), lambda t: helping.want_help(t, "d1", "verro", t.now))
    assert isinstance(outcome, Refusal)
    missing = lahti.do(ADVISOR, lambda t: helping.take_help_call(t, "nobodys"))
    assert isinstance(missing, Refusal)
    assert missing.missing


def test_where_the_unit_stands_is_what_the_site_file_says(lahti: PointAtWork) -> None:
    assert lahti.see(lambda t: helping.place_of(t, "dispenser-1"))["fi"]
    assert lahti.see(lambda t: helping.place_of(t, "counter-1"))["en"] == "Counter 1"
    assert lahti.see(lambda t: helping.place_of(t, "unheard-of")) == {}
