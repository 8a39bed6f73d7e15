"""Contract §1: at the change of the service day open turns are closed as left, and numbering begins anew."""

from rig.points import PointAtWork, clerk
from vuoro_hub.acts.transaction import SYSTEM
from vuoro_hub.domain.turns import TurnState
from vuoro_hub.ticking import Ticker, begin_day

VERO = clerk("vero")


def test_yesterdays_open_turns_are_left_and_the_series_begins_at_001(lahti: PointAtWork) -> None:
    waiting, called = lahti.arrives(), lahti.arrives()
    lahti.opens("1", VERO)
    lahti.called("1", VERO, called.turn)
    lahti.clock.pass_by(hours=24)
    Ticker(lahti.point).tick()
    assert lahti.turn(waiting.turn).state is TurnState.LEFT
    assert lahti.turn(called.turn).state is TurnState.LEFT
    assert lahti.see(lambda t: t.records.open_counters()) == []
    assert lahti.arrives().number == "001"


def test_a_token_dies_with_its_day(lahti: PointAtWork) -> None:
    issued = lahti.arrives()
    assert lahti.see(lambda t: t.records.visit_of_token(issued.token)) is not None
    lahti.clock.pass_by(hours=24)
    lahti.must(SYSTEM, begin_day)
    assert lahti.see(lambda t: t.records.visit_of_token(issued.token)) is None


def test_a_day_begins_once(lahti: PointAtWork) -> None:
    lahti.must(SYSTEM, begin_day)
    issued = lahti.arrives()
    lahti.must(SYSTEM, begin_day)
    Ticker(lahti.point).tick()
    assert lahti.turn(issued.turn).state is TurnState.WAITING
    assert [event.type for event in lahti.events()].count("day.begun") == 1


def test_the_clock_shows_calls_a_second_time(lahti: PointAtWork) -> None:
    issued = lahti.arrives()
    lahti.opens("1", VERO)
    lahti.called("1", VERO)
    ticker = Ticker(lahti.point)
    lahti.clock.pass_by(seconds=80)
    ticker.tick()
    assert lahti.turn(issued.turn).showing == 2
