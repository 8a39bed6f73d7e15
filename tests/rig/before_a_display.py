"""Standing before a display that is all behaviour; time is the test's own."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from rig.scripted_hub import NOON, hub_state
from vuoro_devices.behaviour.counter_display import CounterDisplay, CounterSettings
from vuoro_devices.behaviour.effects import Send, Show
from vuoro_devices.behaviour.events import BrokerFound, BrokerLost, Event, Moment, Pressed, Tick, Told
from vuoro_devices.behaviour.lobby_display import LobbyDisplay, LobbySettings
from vuoro_devices.behaviour.views import Action, CounterView, LobbyView
from vuoro_devices.words import words
from vuoro_mqtt.payloads import CallShown, CallsState, CounterState, DeviceConfig

V = TypeVar("V", CounterView, LobbyView)

HOUR = timedelta(hours=1)


def config(kind: str, **wishes: Any) -> DeviceConfig:
    return DeviceConfig.model_validate(
        {
            "version": 1,
            "kind": kind,
            "site": "lahti",
            "site_name": {"fi": "Lahden palvelupiste"},
            "timezone": "Europe/Helsinki",
            "languages": ["fi", "sv", "en"],
            **wishes,
        }
    )


def call(number: str = "017", counter: str = "3", **wishes: Any) -> CallShown:
    return CallShown.model_validate(
        {
            "number": number,
            "counter": counter,
            "counter_name": {"fi": f"Piste {counter}"},
            "area": "aula",
            "called_at": NOON,
            "showing": 1,
            "serving": False,
            **wishes,
        }
    )


class Before(Generic[V]):
    """A display that is connected and configured."""

    def __init__(self, display: Any, first: Sequence[Event] = (), *, connected: bool = True) -> None:
        self.display = display
        self.now = NOON
        self.seconds = 500.0
        self.sent: list[Send] = []
        self.shown: list[V] = []
        self._take(display.start(self._moment()))
        self._take(display.appearance(self._moment()))
        for event in first:
            self.happens(event)
        if connected:
            self.happens(BrokerFound())
            self.happens(Told(hub_state(), kept=True))

    @property
    def view(self) -> V:
        return self.shown[-1]

    def happens(self, event: Event) -> None:
        self._take(self.display.step(event, self._moment()))
        self._take(self.display.appearance(self._moment()))

    def press(self, kind: Any) -> None:
        self.happens(Pressed(Action(kind)))

    def broker_goes(self) -> None:
        self.happens(BrokerLost())

    def broker_comes(self) -> None:
        self.happens(BrokerFound())

    def wait(self, seconds: float, step: float = 0.25) -> None:
        end = self.seconds + seconds
        while self.seconds < end - 1e-9:
            by = min(step, end - self.seconds)
            self.seconds += by
            self.now += timedelta(seconds=by)
            self.happens(Tick())

    def _moment(self) -> Moment:
        return Moment(self.now, self.seconds)

    def _take(self, effects: Any) -> None:
        for effect in effects:
            if isinstance(effect, Show):
                self.shown.append(effect.view)  # type: ignore[arg-type]
            elif isinstance(effect, Send):
                self.sent.append(effect)


class BeforeTheCounter(Before[CounterView]):
    """The display at counter 3."""

    def __init__(self, settings: CounterSettings | None = None, *, connected: bool = True) -> None:
        ids = itertools.count(1)
        display = CounterDisplay("counter-3", words, lambda: f"00000000-0000-7000-8000-{next(ids):012d}", settings)
        super().__init__(display, [Told(config("counter-display", counter="3"))], connected=connected)

    def told(self, state: str, number: str | None = None, *, kept: bool = False, **wishes: Any) -> None:
        fields = {
            "at": self.now,
            "counter": "3",
            "state": state,
            "number": number,
            "called_at": self.now if state == "calling" else None,
            "wait_until": None,
            "counter_name": {"fi": "Piste 3"},
            "showing": 1 if state == "calling" else 0,
            **wishes,
        }
        self.happens(Told(CounterState.model_validate(fields), kept=kept))


class InTheLobby(Before[LobbyView]):
    """The lobby's display; ``area`` narrows it."""

    def __init__(
        self, settings: LobbySettings | None = None, *, area: str | None = None, connected: bool = True
    ) -> None:
        ids = itertools.count(1)
        self._seq = itertools.count(1)
        display = LobbyDisplay("lobby-1", words, lambda: f"00000000-0000-7000-8000-{next(ids):012d}", settings)
        super().__init__(display, [Told(config("lobby-display", area=area))], connected=connected)

    def told(
        self, *calls: CallShown, coming: Sequence[str] = (), kept: bool = False, at: datetime | None = None
    ) -> None:
        """``calls`` newest first, as on the wire."""
        state = CallsState(at=at or self.now, seq=next(self._seq), calls=list(calls), coming=list(coming))
        self.happens(Told(state, kept=kept))

    def call(self, number: str, counter: str = "3", **wishes: Any) -> CallShown:
        """One that is called now."""
        return call(number, counter, **{"called_at": self.now, **wishes})

    @property
    def large(self) -> str | None:
        """The number shown large just now."""
        return self.view.highlight.number if self.view.highlight else None

    def seconds_shown(self, seconds: float) -> dict[str, float]:
        """For how long each number stood large while the time went by."""
        shown: dict[str, float] = {}
        for _ in range(round(seconds / 0.25)):
            if self.large:
                shown[self.large] = shown.get(self.large, 0.0) + 0.25
            self.wait(0.25)
        return shown
