"""Q14, Q15: what is open now, and when it next serves."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from vuoro_hub.domain.opening_hours import OpeningHours, Span

HELSINKI = ZoneInfo("Europe/Helsinki")
TUESDAYS = OpeningHours({"tue": [Span(time(9), time(12)), Span(time(13), time(16))]})


def at(*local: int) -> datetime:
    return datetime(*local, tzinfo=HELSINKI).astimezone(UTC)  # type: ignore[misc, arg-type]


def test_it_opens_on_the_minute_and_closes_on_the_minute() -> None:
    assert not TUESDAYS.open_at(at(2026, 3, 3, 8, 59, 59), HELSINKI)
    assert TUESDAYS.open_at(at(2026, 3, 3, 9, 0), HELSINKI)
    assert TUESDAYS.open_at(at(2026, 3, 3, 11, 59, 59), HELSINKI)
    assert not TUESDAYS.open_at(at(2026, 3, 3, 12, 0), HELSINKI)


def test_closed_at_lunch_it_next_serves_after_lunch() -> None:
    assert TUESDAYS.next_open(at(2026, 3, 3, 12, 30), HELSINKI) == datetime(2026, 3, 3, 13, 0, tzinfo=HELSINKI)


def test_closed_for_the_day_it_next_serves_in_a_week() -> None:
    assert TUESDAYS.next_open(at(2026, 3, 3, 16, 0), HELSINKI) == datetime(2026, 3, 10, 9, 0, tzinfo=HELSINKI)


def test_the_day_is_shown_from_its_first_opening_to_its_last_closing() -> None:
    assert TUESDAYS.today(at(2026, 3, 3, 10, 0), HELSINKI) == Span(time(9), time(16))
    assert TUESDAYS.today(at(2026, 3, 4, 10, 0), HELSINKI) is None


def test_nine_is_nine_after_the_clocks_have_changed() -> None:
    opens = TUESDAYS.next_open(at(2026, 3, 28, 10, 0), HELSINKI)
    assert opens is not None
    assert opens.astimezone(UTC) == datetime(2026, 3, 31, 6, 0, tzinfo=UTC)


def test_hours_that_never_open_say_so() -> None:
    assert OpeningHours({}).next_open(at(2026, 3, 3, 10, 0), HELSINKI) is None
