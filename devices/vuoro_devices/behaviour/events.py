"""What happens to a unit, as plain values: behaviour is told of each, with the moment it happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from vuoro_mqtt.payloads import (
    Ack,
    CallsState,
    CounterState,
    DeviceConfig,
    HubState,
    Refused,
    ServicesState,
    TicketIssued,
)

from vuoro_devices.behaviour.views import Action


@dataclass(frozen=True)
class Moment:
    """Now: wall time (UTC) for people and days, ``seconds`` that never step for durations."""

    wall: datetime
    seconds: float


@dataclass(frozen=True)
class Pressed:
    """A person pressed a key or touched a choice."""

    action: Action


@dataclass(frozen=True)
class BrokerFound:
    """Connected to the broker."""


@dataclass(frozen=True)
class BrokerLost:
    """The connection to the broker is gone."""


@dataclass(frozen=True)
class Told:
    """The hub's state, retained or new. ``kept`` when the broker had it from before."""

    state: HubState | ServicesState | CallsState | CounterState | DeviceConfig
    kept: bool = False


@dataclass(frozen=True)
class Answered:
    """The hub's answer to a message of this unit."""

    request: str
    answer: Ack | TicketIssued | Refused


@dataclass(frozen=True)
class Ordered:
    """A command for this unit; to be answered with ``done`` or ``failed``."""

    id: str
    command: Literal["identify", "test", "reprint"]


@dataclass(frozen=True)
class PaperOut:
    """The printer took the whole of this job."""

    job: str


@dataclass(frozen=True)
class NotPrinted:
    """The printer failed at this job; ``perhaps`` when the paper may have come out all the same."""

    job: str
    code: str
    text: str
    perhaps: bool = False


@dataclass(frozen=True)
class PrinterCondition:
    """What the printer says of itself; ``code`` is None when it is ready."""

    code: str | None
    text: str = ""


@dataclass(frozen=True)
class DiskFailed:
    """What the last step wanted kept could not be written: nothing of that step was carried out."""


@dataclass(frozen=True)
class Tick:
    """Time has gone by."""


Event = (
    Pressed
    | BrokerFound
    | BrokerLost
    | Told
    | Answered
    | Ordered
    | PaperOut
    | NotPrinted
    | PrinterCondition
    | DiskFailed
    | Tick
)
