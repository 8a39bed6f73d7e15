"""Buttons and lamps without hardware: pressed through the panel, read from it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from vuoro_devices.behaviour.views import Action, LampState


class SimulatedControls:
    """Delivers what is pressed on the panel."""

    def __init__(self) -> None:
        self._deliver: Callable[[Action], None] | None = None

    def start(self, deliver: Callable[[Action], None]) -> None:
        self._deliver = deliver

    def press(self, action: Action) -> bool:
        """False while nobody listens."""
        deliver = self._deliver
        if deliver is None:
            return False
        deliver(action)
        return True

    def close(self) -> None:
        self._deliver = None


class SimulatedLamps:
    """Remembers how each lamp is."""

    def __init__(self) -> None:
        self._states: dict[str, LampState] = {}
        self._lock = threading.Lock()

    def set(self, lamp: str, state: LampState) -> None:
        with self._lock:
            self._states[lamp] = state

    def states(self) -> dict[str, LampState]:
        with self._lock:
            return dict(self._states)

    def close(self) -> None:
        with self._lock:
            self._states = dict.fromkeys(self._states, "off")
