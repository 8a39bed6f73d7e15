"""Telling everybody of a change: one commit, any number of listeners."""

from __future__ import annotations

from collections.abc import Callable

from vuoro_mqtt.facts_log import FactsLog

from vuoro_hub.acts.transaction import Changes

log = FactsLog(__name__)

Listener = Callable[[Changes], None]
"""Takes a change after its commit; must return at once."""


class Announcements:
    """Hands each change to every listener. One that fails does not keep the others from hearing."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def changed(self, changes: Changes) -> None:
        for listener in self._listeners:
            try:
                listener(changes)
            except Exception:
                log.exception("announcing.failed")
