"""What the journal remembers of a dispenser's tickets, and what is made of it after a stop in the middle.

Before the first byte of a ticket is printed its record is on disk, so a number once given is never lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from vuoro_mqtt.payloads import TicketAbandoned, TicketPrinted

from vuoro_devices.behaviour.effects import Effect, Keep, Send
from vuoro_devices.behaviour.offline_numbers import OfflineSeries

_TICKET = "ticket:"
_TORN = "torn"
_OFFLINE = "offline"


def asked(request: str) -> Keep:
    """A number was asked for; nobody has it yet."""
    return Keep(_TICKET + request, {"stage": "asked"})


def at_printer(request: str, number: str, *, offline: bool, stage: Literal["printing", "owed"]) -> Keep:
    """From here on somebody may hold the paper (``printing``), or waits until the printer is mended (``owed``)."""
    return Keep(_TICKET + request, {"stage": stage, "number": number, "offline": offline})


def over(request: str) -> Keep:
    """How it ended has been said: the record is forgotten."""
    return Keep(_TICKET + request, None)


def torn(perhaps: bool) -> Keep:
    """Whether remains of a broken-off ticket may hang from the printer."""
    return Keep(_TORN, {"perhaps": True} if perhaps else None)


def given_offline(series: OfflineSeries) -> Keep:
    """Which of the unit's own numbers somebody has."""
    return Keep(_OFFLINE, series.as_kept())


def printed(new_id: Callable[[], str], body: TicketPrinted) -> list[Effect]:
    """Somebody has this number."""
    return [Send("ticket.printed", new_id(), body), over(body.request)]


def abandoned(new_id: Callable[[], str], request: str, reason: str) -> list[Effect]:
    """Nobody got this number."""
    body = TicketAbandoned(request=request, reason=reason)
    return [Send("ticket.abandoned", new_id(), body), over(request)]


def may_be_torn(kept: Mapping[str, Any]) -> bool:
    """Whether the last ticket broke off at a stop or a fault: its remains may hang from the printer."""
    stages = [_stage_in(value) for key, value in kept.items() if key.startswith(_TICKET)]
    return _TORN in kept or any(stage != "asked" for stage in stages)


def _stage_in(record: object) -> object:
    """How far a ticket had come; None where its record cannot be read."""
    return record.get("stage") if isinstance(record, Mapping) else None


@dataclass
class LeftOpen:
    """What a stop or a power cut left: the own numbers given, tickets in the middle, and what cannot be read."""

    series: OfflineSeries = field(default_factory=OfflineSeries)
    tickets: dict[str, object] = field(default_factory=dict)
    torn: bool = False
    unreadable: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> LeftOpen:
        tickets = {key.removeprefix(_TICKET): value for key, value in kept.items() if key.startswith(_TICKET)}
        left = cls(tickets=tickets, torn=may_be_torn(kept))
        try:
            left.series = OfflineSeries.from_kept(kept[_OFFLINE]) if _OFFLINE in kept else OfflineSeries()
        except ValueError as error:
            left.unreadable.append(f"Which offline numbers were given today cannot be read ({error}).")
            left.series = OfflineSeries(lost=True)
        return left

    def settle(self, new_id: Callable[[], str]) -> list[Effect]:
        """Say of each ticket how it ended, as far as anybody knows. Once."""
        tickets, self.tickets = self.tickets, {}
        effects = [effect for request, record in tickets.items() for effect in self._ended(new_id, request, record)]
        return effects + ([torn(True)] if self.torn else [])

    def _ended(self, new_id: Callable[[], str], request: str, record: Any) -> list[Effect]:
        try:
            if record["stage"] in ("asked", "owed"):
                return abandoned(new_id, request, "the unit stopped before anything was printed")
            number, offline = record["number"], record["offline"]
            body = TicketPrinted(request=request, number=number, offline=offline, medium="paper", uncertain=True)
        except (KeyError, TypeError, ValueError):
            # Somebody may hold this paper, so nothing is said that would take away the place the hub gave it.
            self.unreadable.append(f"How the ticket of {request} ended cannot be read.")
            return [over(request)]
        return printed(new_id, body)
