"""The hub's side of the broker: answers the units, and publishes what has changed."""

from __future__ import annotations

import json
import queue
import socket
import threading
import time
from collections.abc import Callable
from datetime import timedelta

from pydantic import TypeAdapter, ValidationError
from vuoro_mqtt import __version__
from vuoro_mqtt.bus import Bus, BusEvent, Connected, Deliver, Disconnected, Message, Will
from vuoro_mqtt.codec import Undecodable, decode, decode_up, encode
from vuoro_mqtt.facts_log import FactsLog
from vuoro_mqtt.payloads import DeviceStatus, HubState, NoticesState, Resend, ResendDown, Who
from vuoro_mqtt.topics import Topics
from vuoro_mqtt.values import Id, Payload

from vuoro_hub import metrics
from vuoro_hub.acts import hearing, showing
from vuoro_hub.acts.transaction import SYSTEM, Actor, Answer, Changes, Point, Transaction, do
from vuoro_hub.gateway.dropping import Dropped
from vuoro_hub.gateway.inbound import answer_unreadable, answer_up
from vuoro_hub.store.records import Records

ASK_FOR_OTHER_HUB_SECONDS = 0.4
"""How long a starting hub waits for another one to answer for its site."""

ANSWER_FIRST_SECONDS = 0.004
"""What has changed waits so long: the answer, which somebody stands and waits for, goes out before it."""

SETTLE_SECONDS = 0.04
"""Least time between two rounds of publishing: many acts at once become one round."""

FAILED_AGAIN_SECONDS = 60.0

LOOK_SECONDS = 1.0
"""With nothing coming in, so often is looked for gaps that still want asking for."""

RESEND_AGAIN_SECONDS = 5.0
ASK_AT_MOST = 3
"""A gap is asked for so often in a row; then again with the next message that shows it."""

CONTRADICT_AGAIN_SECONDS = 5.0
"""Two hubs at work for one site, say after a cut cable, must not answer each other without end."""

EARLY_MESSAGES = 10_000
"""So many messages wait until it is settled that this hub is the only one; units send again what is not answered."""

EVERYTHING = Changes(services=True, calls=True)

log = FactsLog(__name__)

_ID: TypeAdapter[str] = TypeAdapter(Id)


BusFactory = Callable[[Deliver, list[str], Will], Bus]


class Gateway:
    """Two threads: one takes in and answers, one publishes. Neither waits for the other."""

    def __init__(
        self,
        point: Point,
        make_bus: BusFactory,
        boot: str,
        on_other_hub: Callable[[str], None],
        ask_seconds: float = ASK_FOR_OTHER_HUB_SECONDS,
    ) -> None:
        self._point = point
        self._topics = Topics(point.site.id)
        self._boot = boot
        self._on_other_hub = on_other_hub
        self._ask_seconds = ask_seconds
        self._inbox: queue.Queue[BusEvent | None] = queue.Queue()
        self._pending = Changes()
        self._all_pending = False
        self._wake = threading.Condition()
        self._stopping = False
        self._alone = False
        self._asked_at: float | None = None
        self._early: list[Message] = []
        self._contradicted_at = float("-inf")
        self._connected = threading.Event()
        self._published = threading.Event()
        self._contiguous: dict[tuple[str, str], int] = {}
        self._resend_asked: dict[tuple[str, str], float] = {}
        self._failed_at: dict[str, float] = {}
        self._gaps: set[tuple[str, str]] = set()
        self._times_asked: dict[tuple[tuple[str, str], int], int] = {}
        self._dropped = Dropped()
        will = Will(self._topics.hub, encode(self._state("offline")))
        wanted = [self._topics.hub, self._topics.hub_who, self._topics.up("+"), self._topics.status("+")]
        self._bus = make_bus(self._inbox.put, wanted, will)
        self._threads = [
            threading.Thread(target=self._take_in, name="gateway-in", daemon=True),
            threading.Thread(target=self._give_out, name="gateway-out", daemon=True),
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()
        self._bus.start()

    def changed(self, changes: Changes) -> None:
        """Publish what has changed, soon."""
        with self._wake:
            self._pending |= changes
            self._wake.notify()

    def running(self) -> bool:
        """Whether both threads are at work, with a broker or without."""
        return all(thread.is_alive() for thread in self._threads)

    def broker_answers(self) -> bool:
        """Whether the broker is there and has all that everybody is shown."""
        return self._connected.is_set() and self._published.is_set()

    def close(self) -> None:
        """Say "offline" and disconnect. May be called twice."""
        if self._stopping:
            return
        if self._alone:
            self._bus.publish(self._topics.hub, encode(self._state("offline")), retain=True)
        self._stopping = True
        self._inbox.put(None)
        with self._wake:
            self._wake.notify()
        for thread in self._threads:
            if thread.is_alive() and thread is not threading.current_thread():
                thread.join(timeout=3)
        self._bus.close()

    # --- taking in

    def _take_in(self) -> None:
        while True:
            try:
                event = self._inbox.get(timeout=self._ask_seconds / 4 if self._asked_at else LOOK_SECONDS)
            except queue.Empty:
                self._settle_alone()
                self._ask_for_gaps()
                continue
            if event is None:
                return
            try:
                self._on_event(event)
            except Exception:
                # A bug or a broken edge: told, and the next message is still taken. The sender gets no answer and
                # sends again, so nothing is lost.
                if self._is_news_of_failure(getattr(event, "topic", "")):
                    log.exception("gateway.failed", topic=getattr(event, "topic", None))
            if self._asked_at:
                self._settle_alone()

    def _is_news_of_failure(self, topic: str) -> bool:
        """A failure is told once a minute for each topic, since the sender tries again."""
        now = time.monotonic()
        if now - self._failed_at.get(topic, -1e9) < FAILED_AGAIN_SECONDS:
            return False
        self._failed_at[topic] = now
        return True

    def _on_event(self, event: BusEvent) -> None:
        match event:
            case Connected():
                self._on_connected()
            case Disconnected(reason=reason):
                self._connected.clear()
                self._published.clear()
                self._point.announcer.changed(Changes(services=True))
                log.warning("gateway.broker_gone", reason=reason)
            case Message():
                self._on_message(event)

    def _on_connected(self) -> None:
        self._connected.set()
        if self._alone:
            self._republish()
        else:
            self._asked_at = time.monotonic()
            self._bus.publish(self._topics.hub_who, encode(Who(boot=self._boot)))

    def _settle_alone(self) -> None:
        """Nobody else has answered for this site in time: this hub does from now on."""
        if self._asked_at and time.monotonic() - self._asked_at >= self._ask_seconds:
            self._asked_at = None
            self._alone = True
            self._republish()
            early, self._early = self._early, []
            for message in early:
                self._inbox.put(message)

    def _republish(self) -> None:
        self._bus.publish(self._topics.hub, encode(self._state("online")), retain=True)
        with self._wake:
            self._all_pending = True
            self._wake.notify()
        log.info("gateway.online", site=self._point.site.id)

    def _on_message(self, message: Message) -> None:
        if message.topic == self._topics.hub_who:
            self._on_who(message)
        elif message.topic == self._topics.hub:
            self._on_hub(message)
        elif (found := self._topics.device_of(message.topic)) is not None:
            if self._alone:
                self._on_device(*found, message.payload)
            elif len(self._early) < EARLY_MESSAGES:  # another hub may be the one to answer
                self._early.append(message)

    def _on_device(self, device: str, leaf: str, payload: bytes) -> None:
        if not self._known(device):
            self._dropped.note(device, "no such device at this site")
        elif leaf == "up":
            self._on_up(device, payload)
        elif leaf == "status" and payload:
            self._on_status(device, payload)

    def _on_who(self, message: Message) -> None:
        try:
            who = decode(Who, message.payload)
        except Undecodable as error:
            self._dropped.note("hub/who", error.reason)
            return
        if who.boot == self._boot:
            return
        if self._alone:
            self._bus.publish(self._topics.hub, encode(self._state("online")), retain=True)
        elif who.boot < self._boot:
            self._give_way(f"boot {who.boot}, which started a moment earlier")

    def _on_hub(self, message: Message) -> None:
        """Another hub's word for this site: a starting hub gives way, one at work has the last word and says so."""
        try:
            state = decode(HubState, message.payload)
        except Undecodable as error:
            self._dropped.note("hub", error.reason)
            return
        if state.boot == self._boot or message.retained:
            return
        other = f"boot {state.boot}, version {state.version}, on {state.host or 'an unnamed machine'}"
        if self._alone:
            self._contradict(state, other)
        elif state.state == "online":
            self._give_way(other)

    def _give_way(self, other: str) -> None:
        self._asked_at = None
        self._early.clear()
        self._on_other_hub(other)

    def _contradict(self, state: HubState, other: str) -> None:
        """Also an "offline": the late will of an earlier start, or of a second hub that gave up, must not stand."""
        if state.state == "online":
            if time.monotonic() - self._contradicted_at < CONTRADICT_AGAIN_SECONDS:
                return
            self._contradicted_at = time.monotonic()
            log.error("gateway.other_hub", other=other)
        self._bus.publish(self._topics.hub, encode(self._state("online")), retain=True)

    def _known(self, device: str) -> bool:
        if device in self._point.site.device_by_id:
            return True
        if not self._point.any_device:
            return False
        try:
            _ID.validate_python(device)
        except ValidationError:
            return False
        return True

    def _on_up(self, device: str, payload: bytes) -> None:
        try:
            message = decode_up(payload)
        except Undecodable as error:
            self._dropped.note(device, error.reason)
            if error.id:
                refused = answer_unreadable(self._point, device, payload, error.id, error.reason)
                self._send_down(device, error.id, refused.type, refused.body)
            return
        answer = answer_up(self._point, device, message)
        self._send_down(device, message.id, answer.type, answer.body)
        _count(message.type, answer)
        self._watch_for_gap(device, message.journal, message.seq)

    def _send_down(self, device: str, re: str, kind: str, body: str) -> None:
        message = f'{{"id":"{self._point.new_id()}","type":"{kind}","re":"{re}","expires_at":null,"body":{body}}}'
        self._bus.publish(self._topics.down(device), message.encode())

    def _watch_for_gap(self, device: str, journal: str, seq: int) -> None:
        """A gap in a journal's sequence: ask for what is missing."""
        place = (device, journal)
        if seq == self._contiguous.get(place, -1) + 1:
            self._contiguous[place] = seq
            return
        with self._point.database.reading() as session:
            row = Records(session).journal(device, journal)
        contiguous = row.contiguous if row else 0
        self._contiguous[place] = contiguous
        if seq > contiguous:
            self._gaps.add(place)
            self._ask_for_gaps()

    def _ask_for_gaps(self) -> None:
        """Ask for what is missing in each journal with a gap, each at most once in a while."""
        for place in list(self._gaps):
            if time.monotonic() - self._resend_asked.get(place, -1e9) >= RESEND_AGAIN_SECONDS:
                self._ask_for_gap(place)

    def _ask_for_gap(self, place: tuple[str, str]) -> None:
        device, journal = place
        with self._point.database.reading() as session:
            row = Records(session).journal(device, journal)
        contiguous = row.contiguous if row else 0
        if row is None or row.furthest <= contiguous or self._times_asked.get((place, contiguous), 0) >= ASK_AT_MOST:
            self._gaps.discard(place)
            return
        self._resend_asked[place] = time.monotonic()
        self._times_asked[(place, contiguous)] = self._times_asked.get((place, contiguous), 0) + 1
        command = ResendDown(
            id=self._point.new_id(),
            expires_at=self._point.now() + timedelta(minutes=1),
            body=Resend.model_validate({"from": contiguous + 1}),
        )
        self._bus.publish(self._topics.down(device), encode(command))

    def _on_status(self, device: str, payload: bytes) -> None:
        try:
            status = decode(DeviceStatus, payload)
        except Undecodable as error:
            self._dropped.note(device, error.reason)
            return
        do(self._point, Actor.device(device), lambda t: hearing.device_status(t, device, status) or device)

    # --- giving out

    def _give_out(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._stopping or self._all_pending or bool(self._pending))
                if self._stopping:
                    return
            time.sleep(ANSWER_FIRST_SECONDS)
            with self._wake:
                changes, self._pending = self._pending, Changes()
                everything, self._all_pending = self._all_pending, False
            if not self._alone:
                continue
            began = time.monotonic()
            try:
                self._publish_state(changes, everything)
                if everything and self._connected.is_set() and not self._published.is_set():
                    self._published.set()
                    self._point.announcer.changed(Changes(services=True))
            except Exception:
                log.exception("gateway.publish_failed")
            time.sleep(max(0.0, SETTLE_SECONDS - (time.monotonic() - began)))

    def _publish_state(self, changes: Changes, everything: bool) -> None:
        site = self._point.site
        counters = [counter.id for counter in site.counters] if everything else sorted(changes.counters)
        with self._point.database.reading() as session:
            t = Transaction(self._point, Records(session), SYSTEM, self._point.now())
            for counter in counters:
                self._retain(self._topics.counter(counter), showing.counter_state(t, counter))
            if everything or changes.calls:
                self._retain(self._topics.calls, showing.calls_state(t))
            if everything or changes.services:
                self._retain(self._topics.services, showing.services_state(t))
            if everything:
                self._retain(self._topics.notices, NoticesState(at=t.now, notices=[]))
                for device in site.devices:
                    self._retain(self._topics.config(device.id), showing.device_config(t, device))
                for gone in () if self._point.any_device else t.records.devices():
                    if gone.id not in site.device_by_id:
                        self._clear(gone.id)

    def _clear(self, device: str) -> None:
        """A unit that the site no longer has: what the broker keeps of it is cleared (contract §2.2)."""
        for topic in (self._topics.status(device), self._topics.config(device)):
            self._bus.publish(topic, b"", retain=True)

    def _retain(self, topic: str, payload: Payload) -> None:
        self._bus.publish(topic, encode(payload), retain=True)

    def _state(self, state: str) -> HubState:
        return HubState.model_validate(
            {
                "state": state,
                "at": self._point.now(),
                "boot": self._boot,
                "version": __version__,
                "host": socket.gethostname(),
            }
        )


def _count(act: str, answer: Answer) -> None:
    refused = answer.type == "refused"
    ended = "replayed" if answer.again else "refused" if refused else "done"
    metrics.act_ended(act, ended, str(json.loads(answer.body)["code"]) if refused else None)
