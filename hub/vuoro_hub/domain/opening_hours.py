"""When a point, an authority or a service serves (Q14, Q15). Local wall time; instants only where they are compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

DAYS_AHEAD = 14
"""How far ahead the next opening is looked for."""


@dataclass(frozen=True)
class Span:
    """Open from ``opens`` until just before ``closes``, local time, within one day."""

    opens: time
    closes: time


@dataclass(frozen=True)
class OpeningHours:
    """Weekly hours; ``always`` (the demo) is open at every hour."""

    weekly: Mapping[str, Sequence[Span]]
    always: bool = False

    def spans(self, day: date) -> Sequence[Span]:
        return self.weekly.get(WEEKDAYS[day.weekday()], ())

    def open_at(self, moment: datetime, zone: ZoneInfo) -> bool:
        local = moment.astimezone(zone)
        return self.always or any(span.opens <= local.time() < span.closes for span in self.spans(local.date()))

    def today(self, moment: datetime, zone: ZoneInfo) -> Span | None:
        """From the first opening to the last closing of the day; None when it does not serve that day."""
        if self.always:
            return Span(time(0), time(23, 59))
        spans = self.spans(moment.astimezone(zone).date())
        return Span(spans[0].opens, spans[-1].closes) if spans else None

    def next_open(self, moment: datetime, zone: ZoneInfo) -> datetime | None:
        """The next opening after a moment, as local time; None when it is open now or none is known."""
        if self.open_at(moment, zone):
            return None
        local = moment.astimezone(zone)
        for ahead in range(DAYS_AHEAD + 1):
            day = local.date() + timedelta(days=ahead)
            for span in self.spans(day):
                opens = datetime.combine(day, span.opens, tzinfo=zone)
                if opens > local:
                    return opens
        return None
