"""Numbers: one series for the whole point by default, so that none tells the authority (Q3, contract §1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from vuoro_mqtt.payloads import FIRST_OFFLINE_NUMBER, LARGEST_NUMBER

RESERVED = (FIRST_OFFLINE_NUMBER, 999)
"""Kept for offline ranges at every site, so that the series never meets them."""


@dataclass(frozen=True)
class OfflineRange:
    """Numbers that one dispenser gives by itself while the hub is away; the hub never issues them."""

    first: int
    last: int

    def holds(self, value: int) -> bool:
        return self.first <= value <= self.last

    def overlaps(self, other: OfflineRange) -> bool:
        return self.first <= other.last and other.first <= self.last


def next_value(last: int, offline: Iterable[OfflineRange]) -> int:
    """The value after ``last`` (0 at the day's start) that is in nobody's offline range.

    Past 899 the series goes on at 1000. Raises OverflowError after 999,999 numbers in a day.
    """
    kept = [OfflineRange(*RESERVED), *offline]
    value = last + 1
    while blocking := next((one for one in kept if one.holds(value)), None):
        value = blocking.last + 1
    if value > LARGEST_NUMBER:
        raise OverflowError(f"the series has no number after {last}")
    return value


def number_text(value: int, letter: str = "") -> str:
    """What the ticket shows: at least three digits, perhaps behind a letter."""
    return f"{letter}{value:03d}"
