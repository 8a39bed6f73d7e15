"""What a unit is to do, as plain values: behaviour decides, the unit's loop carries out.

Of one step, ``Keep`` and ``Send`` become durable together before anything else is carried out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from vuoro_mqtt.values import Payload

from vuoro_devices.behaviour.views import CounterView, DispenserView, LampState, LobbyView, Ticket

UpType = Literal[
    "ticket.requested", "ticket.printed", "ticket.abandoned", "help.wanted", "button.pressed", "done", "failed"
]

View = DispenserView | CounterView | LobbyView


@dataclass(frozen=True)
class Send:
    """Tell the hub: kept in the journal until it answers."""

    type: UpType
    id: str
    body: Payload


@dataclass(frozen=True)
class Keep:
    """Keep a JSON value over restarts; None forgets it."""

    key: str
    value: Mapping[str, Any] | None


@dataclass(frozen=True)
class Print:
    """Print this ticket; its end is told as ``PaperOut`` or ``NotPrinted`` of the job."""

    job: str
    ticket: Ticket


@dataclass(frozen=True)
class Show:
    """Show this on the screen."""

    view: View


@dataclass(frozen=True)
class Light:
    """Set one lamp."""

    lamp: str
    state: LampState


@dataclass(frozen=True)
class Raise:
    """Something is wrong with the unit: it stands in its status until cleared."""

    code: str
    text: str


@dataclass(frozen=True)
class Clear:
    """This fault is mended."""

    code: str


Effect = Send | Keep | Print | Show | Light | Raise | Clear
