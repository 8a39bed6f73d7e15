"""One press from a key that rattles: pure, since a driver's own debounce moves the time stamp."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Debounce:
    """Reports the first edge of a press; what follows before the contact has come to rest is its rattling."""

    rest_seconds: float = 0.04
    _last_edge: float | None = None

    def edge(self, *, down: bool, at: float) -> bool:
        """Take one raw edge (``at`` in seconds that never step). True when a press begins with it."""
        at_rest = self._last_edge is None or at - self._last_edge >= self.rest_seconds
        self._last_edge = at
        return down and at_rest
