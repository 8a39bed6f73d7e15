"""Gaps in the units' journals: what is missing is asked for (contract §2.2)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta

from vuoro_mqtt.payloads import Resend, ResendDown

from vuoro_hub.acts.transaction import Point
from vuoro_hub.store.records import Records

ASK_AGAIN_SECONDS = 5.0
ASK_AT_MOST = 3
"""A gap is asked for so often in a row; then again with the next message that shows it."""

COMMAND_LIVES = timedelta(minutes=1)

_Place = tuple[str, str]
"""A device and one of its journals."""


class Gaps:
    """Knows of each journal how far it is received without a gap; the database knows it over a restart."""

    def __init__(self, point: Point, send: Callable[[str, ResendDown], None]) -> None:
        self._point = point
        self._send = send
        self._lock = threading.Lock()
        self._contiguous: dict[_Place, int] = {}
        self._asked_at: dict[_Place, float] = {}
        self._times_asked: dict[tuple[_Place, int], int] = {}
        self._open: set[_Place] = set()

    def note(self, device: str, journal: str, seq: int) -> None:
        """A message was taken: the next one of its journal, or one that shows a gap."""
        place = (device, journal)
        with self._lock:
            if seq == self._contiguous.get(place, -1) + 1:
                self._contiguous[place] = seq
                return
        contiguous, _furthest = self._received(place)
        with self._lock:
            self._contiguous[place] = contiguous
            if seq > contiguous:
                self._open.add(place)
        self.ask()

    def ask(self) -> None:
        """Ask for what is missing in each journal with a gap, each at most once in a while."""
        with self._lock:
            due = [place for place in self._open if self._is_due(place)]
        for place in due:
            self._ask_for(place)

    def _is_due(self, place: _Place) -> bool:
        return time.monotonic() - self._asked_at.get(place, float("-inf")) >= ASK_AGAIN_SECONDS

    def _ask_for(self, place: _Place) -> None:
        contiguous, furthest = self._received(place)
        with self._lock:
            times = self._times_asked.get((place, contiguous), 0)
            if furthest <= contiguous or times >= ASK_AT_MOST:
                self._open.discard(place)
                return
            self._asked_at[place] = time.monotonic()
            self._times_asked[(place, contiguous)] = times + 1
        command = ResendDown(
            id=self._point.new_id(),
            expires_at=self._point.now() + COMMAND_LIVES,
            body=Resend.model_validate({"from": contiguous + 1}),
        )
        self._send(place[0], command)

    def _received(self, place: _Place) -> tuple[int, int]:
        """How far a journal is received without a gap, and the furthest of its messages that came."""
        with self._point.database.reading() as session:
            row = Records(session).journal(*place)
        return (row.contiguous, row.furthest) if row else (0, 0)
