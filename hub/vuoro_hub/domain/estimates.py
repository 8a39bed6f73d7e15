"""How long until called, as a range of whole minutes (Q11). With too little known it says nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence

from vuoro_mqtt.payloads import Estimate

FEWEST = 5
"""So many served turns must be known before anything is said."""

LOW, HIGH = 0.6, 1.6
"""The range around the middle: service times in a lobby vary by about so much."""


def estimate_wait(position: int, counters: int, service_seconds: Sequence[float]) -> Estimate | None:
    """The wait of the turn at ``position`` (1 is next) with ``counters`` open for its service.

    ``service_seconds``: recent turns of that service, called until finished. None with no counter or too little data.
    """
    if counters < 1 or len(service_seconds) < FEWEST:
        return None
    mean = sum(service_seconds) / len(service_seconds)
    middle = position * mean / counters / 60
    low = math.floor(middle * LOW)
    return Estimate(low_minutes=low, high_minutes=max(low + 1, math.ceil(middle * HIGH)))
