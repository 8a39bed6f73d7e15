"""The bus port: what hub and devices need of a broker, whichever carries it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Message:
    """Something arrived on a topic; ``retained`` when the broker kept it from before the subscription."""

    topic: str
    payload: bytes
    retained: bool = False


@dataclass(frozen=True)
class Connected:
    """Connected, and every subscription granted anew: now republish what is retained."""


@dataclass(frozen=True)
class Disconnected:
    """The broker is gone; the bus goes on trying."""

    reason: str = ""


BusEvent = Message | Connected | Disconnected

Deliver = Callable[[BusEvent], None]
"""Takes each event as it comes, on the bus's own thread: while it is at work, the next one waits."""


@dataclass(frozen=True)
class Will:
    """What the broker says, retained, when this client is gone without a word."""

    topic: str
    payload: bytes


class Bus(Protocol):
    """Carries messages at QoS 1. Keeps nothing: what must not be lost lives in a journal or a database."""

    def start(self) -> None:
        """Connect, and reconnect for ever; returns at once."""

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        """Hand one message to the broker. False when not connected: then nothing was sent, and nothing is queued."""

    def answers(self, topic: str, payload: bytes, within_seconds: float) -> bool:
        """Whether the broker takes a message within so long. Waits for it: not to be asked on the bus's own thread."""

    def close(self) -> None:
        """Disconnect cleanly (the will is not sent). May be called twice."""
