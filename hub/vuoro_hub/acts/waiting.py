"""What is known of the line: how many wait, and how long it will take."""

from __future__ import annotations

from vuoro_mqtt.payloads import Estimate

from vuoro_hub.acts.transaction import Transaction
from vuoro_hub.domain.estimates import estimate_wait


def estimate_for(t: Transaction, service: str, position: int) -> Estimate | None:
    """The wait of a turn at a position in a service's line, from the last turns served there (Q11)."""
    counters = sum(1 for counter in t.records.open_counters() if service in counter.services)
    if counters == 0:
        return None
    return estimate_wait(position, counters, t.records.service_seconds(service))
