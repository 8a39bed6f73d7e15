"""What happens by the clock: second showings, waiting times that are over, and the change of the service day."""

from __future__ import annotations

import threading
import time
from datetime import date

from vuoro_mqtt.facts_log import FactsLog

from vuoro_hub.acts import arriving, calling, helping
from vuoro_hub.acts.transaction import SYSTEM, Changes, Point, Transaction, do
from vuoro_hub.domain.service_day import service_day
from vuoro_hub.store.records import Records

EVERY_SECONDS = 0.5

CHECKPOINT_SECONDS = 3.0

log = FactsLog(__name__)


class Ticker:
    """One thread that looks at the clock twice a second."""

    def __init__(self, point: Point) -> None:
        self._point = point
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ticker", daemon=True)
        self._minute: str | None = None
        self._day: date | None = None
        self._checkpoint_at = time.monotonic()

    def start(self) -> None:
        self._thread.start()

    def running(self) -> bool:
        return self._thread.is_alive()

    def close(self) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=3)

    def _run(self) -> None:
        while not self._stop.wait(EVERY_SECONDS):
            try:
                self.tick()
            except Exception:
                log.exception("ticker.failed")

    def tick(self) -> None:
        """Do what is due now."""
        now = self._point.now()
        today = service_day(now, self._point.site.zone)
        if today != self._day:
            do(self._point, SYSTEM, begin_day)
            self._day = today
        if self._due():
            do(self._point, SYSTEM, calling.show_again)
            do(self._point, SYSTEM, calling.miss_by_itself)
        minute = f"{now:%H:%M}"
        if minute != self._minute:
            self._minute = minute
            self._point.announcer.changed(Changes(services=True))
        if time.monotonic() - self._checkpoint_at >= CHECKPOINT_SECONDS:
            self._checkpoint_at = time.monotonic()
            self._point.database.checkpoint()

    def _due(self) -> bool:
        """Looks without taking the writer's turn: most of the time nothing is due."""
        with self._point.database.reading() as session:
            t = Transaction(self._point, Records(session), SYSTEM, self._point.now())
            return bool(
                t.records.due_again(t.day, t.now)
                or (t.site.queue.miss_by_itself and t.records.waited_out(t.day, t.now))
            )


def begin_day(t: Transaction) -> str:
    """Begin the service day once: earlier open turns are closed, tokens die, counters close (contract §1)."""
    if not t.records.day_begun(t.day):
        left = arriving.close_open_turns_before(t)
        closed = calling.close_counters_left_open(t)
        helping.end_help_calls_left_open(t)
        t.records.forget_tokens_before(t.day)
        t.records.begin_day(t.day, t.now)
        t.record("day.begun", day=t.day.isoformat(), left=left, counters_closed=closed)
        t.changed(services=True, calls=True)
    return t.day.isoformat()
