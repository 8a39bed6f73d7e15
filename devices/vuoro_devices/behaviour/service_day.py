"""The service day: it changes at 04:00 local time (contract §1)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY_CHANGES_AT_HOUR = 4


@lru_cache(maxsize=8)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def local_time(now: datetime, timezone: str) -> datetime:
    """What the clock on the wall says."""
    return now.astimezone(_zone(timezone))


def service_day(now: datetime, timezone: str) -> date:
    """The day a number belongs to."""
    local = local_time(now, timezone)
    return local.date() if local.hour >= DAY_CHANGES_AT_HOUR else local.date() - timedelta(days=1)
