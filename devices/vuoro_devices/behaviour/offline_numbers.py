"""A dispenser's own numbers for when the hub does not answer: none twice in a service day (contract §2.3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain
from typing import Any

from vuoro_mqtt.payloads import OfflineNumbers

DAYS_KEPT = 14
"""A clock may be wrong for some days, and right again: so many of the last days it showed are remembered."""


@dataclass(frozen=True)
class DayOfNumbers:
    """What is known of one service day. ``lost``: of some numbers nobody knows whether they were given that day."""

    given: frozenset[int] = frozenset()
    lost: bool = False
    counted_earlier: bool = False
    """The clock was set back from this day, and the day it came to counts these too."""


@dataclass(frozen=True)
class OfflineSeries:
    """Which numbers of the range went to customers, by the service day that the clock showed then.

    Clocks are wrong now and then. What was given on a day that now lies ahead was given today as well as anybody
    knows: it counts for today, once, and the day after today it is free again. A new round goes on where the last one
    stopped, so that a clock set wrong over midnight does not at once give again what somebody still holds.
    """

    days: Mapping[date, DayOfNumbers] = field(default_factory=dict)
    last: int | None = None
    lost: bool = False
    """The record was lost with a damaged journal: none can be given on the next day that the clock shows."""

    def on(self, today: date) -> OfflineSeries:
        """The series as it stands on this service day."""
        ahead = {day: known for day, known in self.days.items() if day > today and not known.counted_earlier}
        if not (self.lost or ahead or self._of(today).counted_earlier):
            return self
        counted = {day: replace(known, counted_earlier=True) for day, known in ahead.items()}
        now = _together([self._of(today), DayOfNumbers(lost=self.lost), *ahead.values()])
        return replace(self, days={**self.days, **counted, today: now}, lost=False)

    def given_on(self, day: date) -> frozenset[int]:
        """Which numbers count as given on a service day."""
        return self._of(day).given

    def take(self, numbers: OfflineNumbers | None, today: date) -> tuple[int, OfflineSeries] | None:
        """The next number, and the series without it; None when there is none left today."""
        series = self.on(today)
        number = series._next(numbers, today)
        if number is None:
            return None
        return number, replace(series._with(today, {number}), last=number)

    def used_up(self, numbers: OfflineNumbers | None, today: date) -> bool:
        return self.on(today)._next(numbers, today) is None

    def after_the_hub(self, day: date, numbers: Iterable[int]) -> OfflineSeries:
        """The series with what the hub knows of a day: a unit with an empty journal goes on after it."""
        told = list(numbers)
        if not set(told) - self.given_on(day):
            return self
        series = self._with(day, told)
        return replace(series, last=told[-1]) if series.last is None else series

    def _with(self, day: date, numbers: Iterable[int]) -> OfflineSeries:
        known = self._of(day)
        more = replace(known, given=known.given | frozenset(numbers), counted_earlier=False)
        return replace(self, days=_newest({**self.days, day: more}, of=day))

    def _of(self, day: date) -> DayOfNumbers:
        return self.days.get(day, DayOfNumbers())

    def _next(self, numbers: OfflineNumbers | None, today: date) -> int | None:
        known = self._of(today)
        if numbers is None or known.lost:
            return None
        whole = range(numbers.from_, numbers.to + 1)
        start = whole.index(self.last) + 1 if self.last is not None and self.last in whole else 0
        return next((n for n in chain(whole[start:], whole[:start]) if n not in known.given), None)

    def as_kept(self) -> dict[str, Any]:
        return {
            "days": {
                day.isoformat(): {
                    "given": sorted(known.given),
                    "lost": known.lost,
                    "counted_earlier": known.counted_earlier,
                }
                for day, known in self.days.items()
            },
            "last": self.last,
            "lost": self.lost,
        }

    @classmethod
    def from_kept(cls, kept: Mapping[str, Any]) -> OfflineSeries:
        """What ``as_kept`` wrote. Raises ValueError where it is something else."""
        try:
            lost = bool(kept.get("lost", False))
            if "days" not in kept and "day" in kept and "given" in kept:
                return cls._from_one_day(kept, lost=lost)
            days = kept.get("days", {}) if lost else kept["days"]
            return cls(
                days={date.fromisoformat(day): _day_of(known) for day, known in days.items()},
                last=_number(kept["last"]) if kept.get("last") is not None else None,
                lost=lost,
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ValueError(f"no record of offline numbers: {error}") from error

    @classmethod
    def _from_one_day(cls, kept: Mapping[str, Any], *, lost: bool) -> OfflineSeries:
        """The form of before several days were remembered."""
        given = frozenset(_number(one) for one in kept["given"])
        days = {date.fromisoformat(kept["day"]): DayOfNumbers(given, lost)} if kept.get("day") else {}
        return cls(days, last=_number(kept["last"]) if kept.get("last") is not None else None, lost=lost and not days)


def _together(days: Iterable[DayOfNumbers]) -> DayOfNumbers:
    known = list(days)
    return DayOfNumbers(frozenset().union(*(one.given for one in known)), any(one.lost for one in known))


def _newest(days: Mapping[date, DayOfNumbers], *, of: date) -> dict[date, DayOfNumbers]:
    """Those that were last written to; ``of`` comes last."""
    others = [(day, known) for day, known in days.items() if day != of]
    return dict([*others[-(DAYS_KEPT - 1) :], (of, days[of])])


def _day_of(kept: Mapping[str, Any]) -> DayOfNumbers:
    return DayOfNumbers(
        frozenset(_number(one) for one in kept["given"]), bool(kept["lost"]), bool(kept["counted_earlier"])
    )


def _number(one: object) -> int:
    if not isinstance(one, int) or isinstance(one, bool):
        raise ValueError(f"{one!r} is no number")
    return one
