"""A dispenser without hardware or broker: its messages go straight to the hub's acts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rig.points import PointAtWork
from vuoro_hub.acts.transaction import Answer
from vuoro_hub.gateway.inbound import answer_up
from vuoro_mqtt.payloads import (
    ClockReading,
    TicketAbandoned,
    TicketAbandonedUp,
    TicketPrinted,
    TicketPrintedUp,
    TicketRequested,
    TicketRequestedUp,
    UpMessage,
)
from vuoro_mqtt.values import new_message_id

GOOD_CLOCK = ClockReading(synced=True, uncertainty_seconds=0.01, source="test")
NO_CLOCK = ClockReading(synced=False, uncertainty_seconds=None, source="test")


class Dispenser:
    """Sends messages as a unit would, without a broker between."""

    def __init__(self, lobby: PointAtWork, device: str = "dispenser-1") -> None:
        self.lobby, self.device, self.seq = lobby, device, 0

    def _common(self, at: datetime | None, late: bool, clock: ClockReading) -> dict[str, Any]:
        self.seq += 1
        return {
            "id": new_message_id(),
            "journal": f"journal-of-{self.device}",
            "seq": self.seq,
            "at": at or self.lobby.clock(),
            "clock": clock,
            "late": late,
        }

    def request(
        self, service: str = "vero", *, at: datetime | None = None, late: bool = False, clock: ClockReading = GOOD_CLOCK
    ) -> TicketRequestedUp:
        return TicketRequestedUp(**self._common(at, late, clock), body=TicketRequested(service=service))

    def printed(self, request: UpMessage, number: str, *, offline: bool = False) -> TicketPrintedUp:
        body = TicketPrinted(request=request.id, number=number, offline=offline)
        return TicketPrintedUp(**self._common(None, offline, GOOD_CLOCK), body=body)

    def abandoned(self, request: UpMessage) -> TicketAbandonedUp:
        body = TicketAbandoned(request=request.id, reason="restarted")
        return TicketAbandonedUp(**self._common(None, False, GOOD_CLOCK), body=body)

    def send(self, message: UpMessage) -> Answer:
        return answer_up(self.lobby.point, self.device, message)
