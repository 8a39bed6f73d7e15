"""The hub's side of the broker: answers the units, and publishes what has changed."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from functools import partial

from pydantic import TypeAdapter, ValidationError
from vuoro_mqtt.bus import Bus, BusEvent, Connected, Deliver, Disconnected, Message, Will
from vuoro_mqtt.codec import Undecodable, decode, decode_up, encode
from vuoro_mqtt.facts_log import FactsLog
from vuoro_mqtt.payloads import DeviceStatus, Echo, ResendDown
from vuoro_mqtt.topics import Topics
from vuoro_mqtt.values import Id

from vuoro_hub import metrics
from vuoro_hub.acts import hearing
from vuoro_hub.acts.transaction import SYSTEM, Actor, Answer, Changes, Point, do
from vuoro_hub.gateway.doubles import Doubles
from vuoro_hub.gateway.dropping import Dropped
from vuoro_hub.gateway.gaps import Gaps
from vuoro_hub.gateway.giving_out import GivingOut
from vuoro_hub.gateway.inbound import answer_unreadable, answer_up
from vuoro_hub.gateway.only_hub import ASK_SECONDS, OnlyHub

FAILED_AGAIN_SECONDS = 60.0

STUCK_SECONDS = 60.0
"""One message at work for so long: the watchdog had better start the program anew."""

ECHO_WITHIN_SECONDS = 1.0
ECHO_GOOD_SECONDS = 3.0
"""A broker that has answered is believed so long: who asks for health every second costs little."""

EARLY_MESSAGES = 10_000
"""So many messages wait until it is settled that this hub is the only one; units send again what is not answered."""

log = FactsLog(__name__)

_ID: TypeAdapter[str] = TypeAdapter(Id)

BusFactory = Callable[[Deliver, list[str], Will], Bus]


class Gateway:
    """Each message is acted on and answered on the bus's own thread: a press waits for no other thread's turn.

    So the broker is told "received" after the commit, and what comes meanwhile waits in its line.
    """

    def __init__(
        self,
        point: Point,
        make_bus: BusFactory,
        boot: str,
        on_other_hub: Callable[[str], None],
        ask_seconds: float = ASK_SECONDS,
        echo_good_seconds: float = ECHO_GOOD_SECONDS,
    ) -> None:
        self._point = point
        self._topics = Topics(point.site.id)
        self._on_other_hub = on_other_hub
        self._closed = False
        self._at_work_since: float | None = None
        self._early_lock = threading.Lock()
        self._early: list[Message] = []
        self._connected = threading.Event()
        self._published = threading.Event()
        self._echo_good_seconds = echo_good_seconds
        self._silent = False
        self._answered_at = float("-inf")
        self._failed_at: dict[str, float] = {}
        self._dropped = Dropped()
        self._hub = OnlyHub(
            self._topics, boot, point.now, self._publish, self._settled, self._give_way, self._dropped, ask_seconds
        )
        self._gaps = Gaps(point, self._send_resend)
        self._doubles = Doubles(time.monotonic)
        self._out = GivingOut(point, self._topics, self._publish, self._all_out, self._meanwhile)
        will = Will(self._topics.hub, encode(self._hub.state("offline")))
        wanted = [self._topics.hub, self._topics.hub_who, self._topics.up("+"), self._topics.status("+")]
        self._bus = make_bus(self._take, wanted, will)

    def start(self) -> None:
        self._out.start()
        self._bus.start()

    def changed(self, changes: Changes) -> None:
        """Publish what has changed, soon."""
        if self._hub.alone:
            self._out.changed(changes)

    def running(self) -> bool:
        """Whether it is at work, with a broker or without."""
        since = self._at_work_since
        return self._out.running() and (since is None or time.monotonic() - since < STUCK_SECONDS)

    def broker_answers(self) -> bool:
        """Whether the broker is there and has all that everybody is shown, as far as is known without asking it."""
        return self._connected.is_set() and self._published.is_set() and not self._silent

    def ask_broker(self) -> bool:
        """The same, asked: a broker that hangs keeps its connections. Waits; asks once in a few seconds."""
        if not (self._connected.is_set() and self._published.is_set()):
            return False
        if self._silent or time.monotonic() - self._answered_at >= self._echo_good_seconds:
            answered = self._bus.answers(self._topics.hub_echo, encode(Echo()), ECHO_WITHIN_SECONDS)
            self._hear_echo(answered=answered)
        return not self._silent

    def _hear_echo(self, *, answered: bool) -> None:
        before, self._silent = self._silent, not answered
        if answered:
            self._answered_at = time.monotonic()
        if self._silent != before:
            self._point.announcer.changed(Changes(services=True))  # pages say whether units hear anything
            say = log.info if answered else log.warning
            say("gateway.broker_answers" if answered else "gateway.broker_silent")

    def unpublished(self) -> dict[str, str]:
        """Topics whose state cannot be published, below the site's own, and why."""
        found = dict(self._out.unpublished)
        return {topic.removeprefix(f"{self._topics.base}/"): why for topic, why in sorted(found.items())}

    def close(self) -> None:
        """Say "offline" and disconnect. May be called twice."""
        if self._closed:
            return
        self._closed = True
        self._hub.stop_asking()
        self._out.close()
        if self._hub.alone:
            self._hub.say("offline")
        self._bus.close()

    def _publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        return self._bus.publish(topic, payload, retain=retain)

    # --- the connection

    def _take(self, event: BusEvent) -> None:
        """Whatever comes, and whatever goes wrong with it, the next message is still taken.

        A sender whose message failed gets no answer and sends again, so nothing is lost.
        """
        topic = event.topic if isinstance(event, Message) else ""
        self._at_work_since = time.monotonic()
        try:
            self._on_event(event)
        except Exception:
            if self._is_news_of_failure(topic):
                log.exception("gateway.failed", topic=topic)
        finally:
            self._at_work_since = None

    def _is_news_of_failure(self, topic: str) -> bool:
        """A failure is told once a minute for each topic, since the sender tries again."""
        now = time.monotonic()
        if now - self._failed_at.get(topic, float("-inf")) < FAILED_AGAIN_SECONDS:
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
                self._silent = False
                self._point.announcer.changed(Changes(services=True))
                log.warning("gateway.broker_gone", reason=reason)
            case Message():
                self._on_message(event)

    def _on_connected(self) -> None:
        self._connected.set()
        if self._hub.alone:
            self._speak()
        else:
            self._hub.ask()

    def _settled(self) -> None:
        """Nobody else answers for this site: this hub does from now on."""
        self._speak()
        with self._early_lock:
            early, self._early = self._early, []
        for message in early:
            self._take(message)

    def _speak(self) -> None:
        self._hub.say("online")
        self._out.everything()
        log.info("gateway.online", site=self._point.site.id)

    def _all_out(self) -> None:
        """Everything retained was handed to the broker: now the point is ready for people and units."""
        if self._connected.is_set() and not self._published.is_set():
            self._published.set()
            self._point.announcer.changed(Changes(services=True))

    def _give_way(self, other: str) -> None:
        with self._early_lock:
            self._early.clear()
        self._on_other_hub(other)

    # --- messages

    def _on_message(self, message: Message) -> None:
        if message.topic == self._topics.hub_who:
            self._hub.hear_who(message.payload)
        elif message.topic == self._topics.hub:
            self._hub.hear_hub(message.payload, retained=message.retained)
        elif (found := self._topics.device_of(message.topic)) is not None and not self._keep_early(message):
            self._on_device(*found, message.payload)

    def _keep_early(self, message: Message) -> bool:
        """Until it is settled that no other hub is the one to answer, messages wait."""
        with self._early_lock:
            if self._hub.alone:
                return False
            if len(self._early) < EARLY_MESSAGES:
                self._early.append(message)
            return True

    def _on_device(self, device: str, leaf: str, payload: bytes) -> None:
        if not self._known(device):
            self._dropped.note(device, "no such device at this site")
        elif leaf == "up":
            self._on_up(device, payload)
        elif leaf == "status" and payload:
            self._on_status(device, payload)

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
        self._gaps.note(device, message.journal, message.seq)
        if self._doubles.note(device, "journal", message.journal):
            self._tell_of_two(device, "journal")

    def _send_down(self, device: str, re: str, kind: str, body: str) -> None:
        message = f'{{"id":"{self._point.new_id()}","type":"{kind}","re":"{re}","expires_at":null,"body":{body}}}'
        self._publish(self._topics.down(device), message.encode())

    def _send_resend(self, device: str, command: ResendDown) -> None:
        self._publish(self._topics.down(device), encode(command))

    def _on_status(self, device: str, payload: bytes) -> None:
        try:
            status = decode(DeviceStatus, payload)
        except Undecodable as error:
            self._dropped.note(device, error.reason)
            return
        tell = status.state == "online" and self._doubles.note(device, "boot", status.boot)
        doubled = self._doubles.doubled(device)
        do(
            self._point,
            Actor.device(device),
            lambda t: hearing.device_status(t, device, status, doubled=doubled) or device,
        )
        if tell:
            self._tell_of_two(device, "boot")

    def _tell_of_two(self, device: str, by: str) -> None:
        """Once an hour: the log and the event log; pages show it as the unit's fault."""
        log.error("gateway.device_doubled", device=device, seen_by=by, note="two units use this id; take one away")
        do(self._point, SYSTEM, lambda t: hearing.device_doubled(t, device))
        metrics.DEVICES_DOUBLED.set(self._doubles.count())

    def _meanwhile(self) -> None:
        self._gaps.ask()
        if self._silent:
            self.ask_broker()
        for device in self._doubles.over():
            do(self._point, SYSTEM, partial(hearing.device_single, device=device))
            metrics.DEVICES_DOUBLED.set(self._doubles.count())


def _count(act: str, answer: Answer) -> None:
    refused = answer.type == "refused"
    ended = "replayed" if answer.again else "refused" if refused else "done"
    metrics.act_ended(act, ended, str(json.loads(answer.body)["code"]) if refused else None)
