"""Two units with one name throw each other off the broker, for ever: that is told, since nothing else shows it."""

from __future__ import annotations

from collections import deque

TIMES = 5
WITHIN_SECONDS = 60.0
HELD_SECONDS = 60.0
"""A connection that holds so long is nobody else's."""


class Contested:
    """Counts how often a connection that was good is lost: a broker that is away is lost once."""

    def __init__(self) -> None:
        self._connected_at: float | None = None
        self._lost: deque[float] = deque(maxlen=TIMES)
        self.now = False

    def connected(self, seconds: float) -> None:
        self._connected_at = seconds

    def lost(self, seconds: float) -> None:
        if self._connected_at is None:
            return
        self._connected_at = None
        self._lost.append(seconds)
        self.now = self.now or (len(self._lost) == TIMES and seconds - self._lost[0] <= WITHIN_SECONDS)

    def time_goes_by(self, seconds: float) -> None:
        if self.now and self._connected_at is not None and seconds - self._connected_at >= HELD_SECONDS:
            self._lost.clear()
            self.now = False
