"""The edges of a unit: small ports, each with a real and a simulated body."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol, TypeVar

from vuoro_mqtt.payloads import ClockReading

from vuoro_devices.behaviour.views import Action, LampState, Ticket

V = TypeVar("V", contravariant=True)


class PrinterTrouble(Exception):
    """The printer could not print, or says it cannot.

    ``code`` is ``paper-out``, ``paper-low``, ``cover-open``, ``printer-gone`` or ``printer-error``.
    ``text`` is for the staff.
    ``printed`` tells whether the ticket may have come out all the same: False means certainly not.
    """

    def __init__(self, code: str, text: str, *, printed: bool = False) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.printed = printed


class Printer(Protocol):
    """A ticket printer. One thread uses it at a time."""

    def print_ticket(self, ticket: Ticket) -> None:
        """Print and cut one ticket. Raises PrinterTrouble; then nothing usable came out unless ``printed`` says so."""

    def trouble(self) -> PrinterTrouble | None:
        """What keeps it from printing now, asked from the printer itself; None when it is ready."""

    def close(self) -> None:
        """Let go of the device. May be called twice."""


class Controls(Protocol):
    """Buttons, keypad or touch: whatever a person presses."""

    def start(self, deliver: Callable[[Action], None]) -> None:
        """Deliver each press once, debounced, on the body's own thread."""

    def close(self) -> None:
        """Stop delivering. May be called twice."""


class Lamps(Protocol):
    """Lamps by name; a dispenser's are named by the number on the key beside them ("1"…)."""

    def set(self, lamp: str, state: LampState) -> None:
        """Unknown lamps are ignored: a unit may have none."""

    def close(self) -> None:
        """All off. May be called twice."""


class Screen(Protocol[V]):
    """Shows a view: LED matrix, character display or a full screen."""

    def show(self, view: V) -> None:
        """Draw it now; the same view again may be skipped."""

    def close(self) -> None:
        """Blank it. May be called twice."""


class Clock(Protocol):
    """Wall time with a bound on its error, and monotonic time for durations."""

    def now(self) -> datetime:
        """UTC, aware."""

    def monotonic(self) -> float:
        """Seconds that never step."""

    def reading(self) -> ClockReading:
        """How good ``now`` is at this moment."""
