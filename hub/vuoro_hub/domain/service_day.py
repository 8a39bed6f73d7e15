"""The service day: changes at 04:00 local time (contract §1)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

CHANGES_AT = time(4)


def service_day(moment: datetime, zone: ZoneInfo) -> date:
    """The day that a moment belongs to. Between midnight and 04:00 it is still yesterday."""
    local = moment.astimezone(zone)
    return local.date() if local.time() >= CHANGES_AT else local.date() - timedelta(days=1)


def day_begins(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which a service day begins. Summer time changes at 03:00 or 04:00, before it or just then."""
    return datetime.combine(day, CHANGES_AT, tzinfo=zone)
