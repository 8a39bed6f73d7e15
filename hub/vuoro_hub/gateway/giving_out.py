"""What everybody is shown, published as retained state whenever it has changed (contract §2.1)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from functools import partial

from sqlalchemy.exc import SQLAlchemyError
from vuoro_mqtt.codec import encode
from vuoro_mqtt.facts_log import FactsLog
from vuoro_mqtt.payloads import NoticesState
from vuoro_mqtt.topics import Topics
from vuoro_mqtt.values import Payload

from vuoro_hub.acts import showing
from vuoro_hub.acts.transaction import SYSTEM, Changes, Point, Transaction
from vuoro_hub.store.records import Records

ANSWER_FIRST_SECONDS = 0.004
"""What has changed waits so long: the answer, which somebody stands and waits for, goes out before it."""

SETTLE_SECONDS = 0.04
"""Least time between two rounds of publishing: many acts at once become one round."""

LOOK_SECONDS = 1.0
"""With nothing to publish, so often ``meanwhile`` is called."""

FAILED_AGAIN_SECONDS = 60.0

Publish = Callable[..., bool]

log = FactsLog(__name__)


class GivingOut:
    """A thread that publishes what has changed. ``all_out`` is called after each round of everything."""

    def __init__(
        self, point: Point, topics: Topics, publish: Publish, all_out: Callable[[], None], meanwhile: Callable[[], None]
    ) -> None:
        self._point = point
        self._topics = topics
        self._publish = publish
        self._all_out = all_out
        self._meanwhile = meanwhile
        self._wake = threading.Condition()
        self._pending = Changes()
        self._everything = False
        self._failed_at = float("-inf")
        self.unpublished: dict[str, str] = {}
        """Topics whose state cannot be published, and why."""
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="gateway-out", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def running(self) -> bool:
        return self._thread.is_alive()

    def changed(self, changes: Changes) -> None:
        """Publish what has changed, soon."""
        with self._wake:
            self._pending |= changes
            self._wake.notify()

    def everything(self) -> None:
        """Publish all that is retained, soon."""
        with self._wake:
            self._everything = True
            self._wake.notify()

    def close(self) -> None:
        self._stopping.set()
        with self._wake:
            self._wake.notify()
        if self._thread.is_alive():
            self._thread.join(timeout=3)

    def _run(self) -> None:
        while not self._stopping.is_set():
            with self._wake:
                due = self._wake.wait_for(self._is_due, timeout=LOOK_SECONDS)
            if self._stopping.wait(ANSWER_FIRST_SECONDS):
                return
            began = time.monotonic()
            failed = self._work(due=due)
            if failed:
                self._stopping.wait(LOOK_SECONDS)
            elif due:
                self._stopping.wait(max(0.0, SETTLE_SECONDS - (time.monotonic() - began)))

    def _work(self, *, due: bool) -> bool:
        """Publish what is due. True where that failed as a whole, as without a database: told once a minute."""
        try:
            if due:
                self._round()
            self._meanwhile()
        except Exception:
            now = time.monotonic()
            if now - self._failed_at >= FAILED_AGAIN_SECONDS:
                self._failed_at = now
                log.exception("gateway.publish_failed")
            return True
        return False

    def _is_due(self) -> bool:
        return self._stopping.is_set() or self._everything or bool(self._pending)

    def _round(self) -> None:
        with self._wake:
            changes, self._pending = self._pending, Changes()
            everything, self._everything = self._everything, False
        try:
            self._publish_state(changes, everything)
        except Exception:
            with self._wake:  # it is still to be published
                self._pending |= changes
                self._everything |= everything
            raise
        if everything:
            self._all_out()

    def _publish_state(self, changes: Changes, everything: bool) -> None:
        site = self._point.site
        counters = [counter.id for counter in site.counters] if everything else sorted(changes.counters)
        with self._point.database.reading() as session:
            t = Transaction(self._point, Records(session), SYSTEM, self._point.now())
            for counter in counters:
                self._retain(self._topics.counter(counter), partial(showing.counter_state, t, counter))
            if everything or changes.calls:
                self._retain(self._topics.calls, partial(showing.calls_state, t))
            if everything or changes.services:
                self._retain(self._topics.services, partial(showing.services_state, t))
            if everything:
                self._publish_settings(t)
            else:
                self._publish_configs(t, changes.devices)

    def _publish_settings(self, t: Transaction) -> None:
        site = self._point.site
        self._retain(self._topics.notices, partial(NoticesState, at=t.now, notices=[]))
        self._publish_configs(t, site.device_by_id)
        for gone in () if self._point.any_device else t.records.devices():
            if gone.id not in site.device_by_id:
                self._clear(gone.id)

    def _publish_configs(self, t: Transaction, devices: Iterable[str]) -> None:
        for device in devices:
            config = partial(showing.device_config, t, self._point.site.device_by_id[device])
            self._retain(self._topics.config(device), config)

    def _clear(self, device: str) -> None:
        """A unit that the site no longer has: what the broker keeps of it is cleared (contract §2.2)."""
        for topic in (self._topics.status(device), self._topics.config(device)):
            self._publish(topic, b"", retain=True)

    def _retain(self, topic: str, made: Callable[[], Payload]) -> None:
        """One that cannot be made or does not fit keeps no other from being published; it is logged once."""
        try:
            data = encode(made())
        except SQLAlchemyError:
            raise
        except Exception as error:
            if topic not in self.unpublished:
                log.exception("gateway.cannot_publish", topic=topic)
            self.unpublished[topic] = str(error) if isinstance(error, ValueError) else "cannot be made; see the log"
            return
        if self.unpublished.pop(topic, None):
            log.info("gateway.publishes_again", topic=topic)
        self._publish(topic, data, retain=True)
