"""The calling rule: by time in line, bounded credits, and never a visit that is elsewhere just now."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from vuoro_hub.domain.calling import CallingRule, coming, next_in_line
from vuoro_hub.domain.refusals import Refusal
from vuoro_hub.domain.turns import Turn, TurnState
from vuoro_mqtt.payloads import Need, RefusalCode

NOW = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)


def waiting(number: int, minutes_ago: float, service: str = "vero") -> Turn:
    at = NOW - timedelta(minutes=minutes_ago)
    return Turn(f"t{number:03d}", f"v{number}", f"{number:03d}", service, TurnState.WAITING, at, at, at)


def test_first_come_first_called_among_the_counters_services() -> None:
    line = [waiting(3, 5), waiting(1, 20, "kela"), waiting(2, 10)]
    found = next_in_line(line, "1", ["vero"])
    assert isinstance(found, Turn)
    assert found.number == "002"


def test_nobody_waiting_is_said_so() -> None:
    found = next_in_line([waiting(1, 20, "kela")], "1", ["vero"])
    assert isinstance(found, Refusal)
    assert found.code is RefusalCode.NOBODY_WAITING


def test_a_visit_at_another_counter_is_left_out() -> None:
    found = next_in_line([waiting(1, 20), waiting(2, 10)], "1", ["vero"], frozenset({"v1"}))
    assert isinstance(found, Turn)
    assert found.number == "002"


def test_a_turn_booked_for_another_counter_is_left_out() -> None:
    found = next_in_line([replace(waiting(1, 20), for_counter="2"), waiting(2, 10)], "1", ["vero"])
    assert isinstance(found, Turn)
    assert found.number == "002"


@given(st.lists(st.floats(0, 600), min_size=1, max_size=30), st.floats(0, 60))
def test_a_credit_never_passes_anybody_who_came_earlier_by_more_than_it(minutes: list[float], credit: float) -> None:
    rule = CallingRule({Need.MORE_TIME: timedelta(minutes=credit)})
    marked = waiting(0, min(minutes))
    marked = replace(marked, rank_at=rule.rank(marked.line_at, [Need.MORE_TIME], None))
    ahead = [one for one in (waiting(i + 1, m) for i, m in enumerate(minutes)) if one.rank_at < marked.rank_at]
    longer = [m for m in minutes if m > min(minutes) + credit + 0.001]
    assert len(ahead) >= len(longer)


def test_coming_numbers_take_turns_between_the_queues_and_stand_once() -> None:
    line = [waiting(1, 30), waiting(2, 20), waiting(3, 5, "kela"), replace(waiting(4, 1, "kela"), number="001")]
    assert coming(line, 8) == ["001", "003", "002"]
    assert coming(line, 1) == ["001"]
