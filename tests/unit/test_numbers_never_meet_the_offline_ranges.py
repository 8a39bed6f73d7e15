"""Contract §1: one series from 001; past 899 it goes on at 1000; offline ranges are never issued."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vuoro_hub.domain.numbering import OfflineRange, next_value, number_text


def test_the_day_begins_at_001() -> None:
    assert number_text(next_value(0, [])) == "001"


def test_past_899_the_series_goes_on_at_1000() -> None:
    assert number_text(next_value(899, [])) == "1000"


def test_a_range_of_a_dispenser_is_passed_over() -> None:
    assert next_value(199, [OfflineRange(200, 249)]) == 250


def test_a_letter_stands_before_the_number() -> None:
    assert number_text(7, "B") == "B007"


@given(st.integers(0, 5000), st.lists(st.tuples(st.integers(1, 3000), st.integers(0, 200)), max_size=5))
def test_the_series_rises_and_is_in_nobodys_range(last: int, spans: list[tuple[int, int]]) -> None:
    ranges = [OfflineRange(first, first + length) for first, length in spans]
    value = next_value(last, ranges)
    assert value > last
    assert not any(one.holds(value) for one in ranges)
    assert not 900 <= value <= 999


def test_the_end_of_the_series_is_an_error_and_not_a_second_001() -> None:
    with pytest.raises(OverflowError):
        next_value(999_999, [])
