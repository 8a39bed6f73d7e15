"""Contract §1: the service day changes at 04:00 local time, on the days the clocks change too."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from vuoro_hub.domain.service_day import day_begins, service_day

HELSINKI = ZoneInfo("Europe/Helsinki")


def local(*parts: int, fold: int = 0) -> datetime:
    return datetime(*parts, fold=fold, tzinfo=HELSINKI)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (local(2026, 3, 3, 23, 59), date(2026, 3, 3)),
        (local(2026, 3, 4, 0, 0), date(2026, 3, 3)),
        (local(2026, 3, 4, 3, 59, 59), date(2026, 3, 3)),
        (local(2026, 3, 4, 4, 0), date(2026, 3, 4)),
        (local(2026, 3, 29, 4, 0), date(2026, 3, 29)),  # clocks go from 03:00 to 04:00
        (local(2026, 10, 25, 3, 30, fold=0), date(2026, 10, 24)),
        (local(2026, 10, 25, 3, 30, fold=1), date(2026, 10, 24)),  # 03:30 comes twice
        (local(2026, 10, 25, 4, 0), date(2026, 10, 25)),
    ],
)
def test_a_moment_belongs_to_its_service_day(moment: datetime, day: date) -> None:
    assert service_day(moment.astimezone(UTC), HELSINKI) == day


def test_a_day_begins_at_its_own_first_instant() -> None:
    begins = day_begins(date(2026, 3, 29), HELSINKI)
    assert begins.astimezone(UTC) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    assert service_day(begins, HELSINKI) == date(2026, 3, 29)
