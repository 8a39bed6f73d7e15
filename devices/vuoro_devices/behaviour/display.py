"""What displays have in common: they show what the hub says, keep nothing, and owe nobody anything."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace
from typing import Generic, TypeVar

from vuoro_mqtt.payloads import CommandOutcome, DeviceConfig

from vuoro_devices.behaviour.connection import Connection
from vuoro_devices.behaviour.effects import Effect, Light, Send, Show
from vuoro_devices.behaviour.events import Event, Moment, Ordered, Told
from vuoro_devices.behaviour.opening import Say
from vuoro_devices.behaviour.views import CounterView, LobbyView

Words = Callable[[str], Say]
"""From a language tag to its words."""

Seen = TypeVar("Seen", CounterView, LobbyView)

SIGN_SECONDS = 10.0
"""How long a display shows which one it is, or its test pattern."""

TEST_PATTERN = "888"
"""A figure that lights every stroke."""


class Display(ABC, Generic[Seen]):
    """``start`` once, then ``step`` for each event, and ``appearance`` after it."""

    def __init__(self, device: str, words: Words, new_id: Callable[[], str]) -> None:
        self._device = device
        self._words = words
        self._new_id = new_id
        self._connection = Connection()
        self._config: DeviceConfig | None = None
        self._sign = ""
        self._sign_until = float("-inf")
        self._shown: Seen | None = None

    @property
    def connected(self) -> bool:
        return self._connection.up

    def start(self, moment: Moment) -> list[Effect]:
        self._connection = replace(self._connection, lost_at=moment.seconds)
        return []

    def stop(self, moment: Moment) -> list[Effect]:
        """Nothing is left open."""
        return []

    def step(self, event: Event, moment: Moment) -> list[Effect]:
        self._connection = self._connection.after(event, moment)
        match event:
            case Told(state=DeviceConfig() as config):
                self._config = config
            case Ordered():
                return [self._ordered(event, moment)]
        return self._react(event, moment)

    def appearance(self, moment: Moment) -> list[Light | Show]:
        """The view, when it has changed since it was last asked."""
        seen = self._view(moment)
        if seen == self._shown:
            return []
        self._shown = seen
        return [Show(seen)]

    def _ordered(self, order: Ordered, moment: Moment) -> Send:
        if order.command == "reprint":
            return Send("failed", self._new_id(), CommandOutcome(re=order.id, code="not-allowed"))
        self._sign = self._device if order.command == "identify" else TEST_PATTERN
        self._sign_until = moment.seconds + SIGN_SECONDS
        return Send("done", self._new_id(), CommandOutcome(re=order.id))

    def _shows_sign(self, moment: Moment) -> bool:
        """Whether somebody who sets the displays up looks at it just now."""
        return moment.seconds < self._sign_until

    @abstractmethod
    def _react(self, event: Event, moment: Moment) -> list[Effect]:
        """What is this kind's own."""

    @abstractmethod
    def _view(self, moment: Moment) -> Seen:
        """What it looks like."""
