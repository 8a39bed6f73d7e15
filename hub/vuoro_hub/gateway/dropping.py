"""What cannot be used is counted, logged once per sender per minute, and dropped (contract §1)."""

from __future__ import annotations

import time

from vuoro_mqtt.facts_log import FactsLog

from vuoro_hub import metrics

log = FactsLog(__name__)

LOG_AGAIN_SECONDS = 60.0
SENDERS_REMEMBERED = 1000


class Dropped:
    """Notes dropped messages."""

    def __init__(self) -> None:
        self._logged: dict[str, float] = {}

    def note(self, sender: str, reason: str) -> None:
        metrics.message_dropped(reason)
        now = time.monotonic()
        if now - self._logged.get(sender, -LOG_AGAIN_SECONDS) < LOG_AGAIN_SECONDS:
            return
        if len(self._logged) >= SENDERS_REMEMBERED:
            self._logged.clear()
        self._logged[sender] = now
        log.warning("message.dropped", sender=sender, reason=reason[:300])
