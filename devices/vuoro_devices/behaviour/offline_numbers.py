"""A dispenser's own numbers for when the hub does not answer: none twice in a service day (contract §2.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from vuoro_mqtt.payloads import OfflineNumbers


@dataclass(frozen=True)
class OfflineSeries:
    """Which numbers of the range went to customers in the service day ``day``.

    It goes on where it stopped the day before, so that a clock set wrong over midnight does not at once give again what
    somebody still holds. A day that looks earlier than the last one is the same day with a wrong clock.
    """

    day: date | None = None
    given: frozenset[int] = field(default_factory=frozenset)
    last: int | None = None
    lost: bool = False
    """The record was lost with a damaged journal: nothing can be given before the next day."""

    def on(self, today: date) -> OfflineSeries:
        """The series as it stands on this service day."""
        if self.day is None:
            return replace(self, day=today)
        if today <= self.day:
            return self
        return OfflineSeries(day=today, last=self.last)

    def take(self, numbers: OfflineNumbers | None, today: date) -> tuple[int, OfflineSeries] | None:
        """The next number, and the series without it; None when there is none left today."""
        series = self.on(today)
        number = series._next(numbers)
        if number is None:
            return None
        return number, replace(series, given=series.given | {number}, last=number)

    def used_up(self, numbers: OfflineNumbers | None, today: date) -> bool:
        return self.on(today)._next(numbers) is None

    def _next(self, numbers: OfflineNumbers | None) -> int | None:
        if numbers is None or self.lost:
            return None
        whole = range(numbers.from_, numbers.to + 1)
        start = whole.index(self.last) + 1 if self.last is not None and self.last in whole else 0
        return next((n for n in [*whole[start:], *whole[:start]] if n not in self.given), None)

    def as_kept(self) -> dict[str, Any]:
        return {
            "day": self.day.isoformat() if self.day else None,
            "given": sorted(self.given),
            "last": self.last,
            "lost": self.lost,
        }

    @classmethod
    def from_kept(cls, kept: Mapping[str, Any] | None) -> OfflineSeries:
        if not kept:
            return cls()
        return cls(
            day=date.fromisoformat(kept["day"]) if kept.get("day") else None,
            given=frozenset(kept.get("given", ())),
            last=kept.get("last"),
            lost=bool(kept.get("lost", False)),
        )
