"""The journal over the bus: what is sent, sent again, and which answer belongs to what (contract §2.2–2.4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vuoro_mqtt.bus import Bus, BusEvent, Connected, Disconnected, Message
from vuoro_mqtt.codec import Undecodable, decode, decode_down, encode, encode_kept
from vuoro_mqtt.facts_log import FactsLog
from vuoro_mqtt.payloads import (
    AckDown,
    CallsState,
    CounterState,
    DeviceConfig,
    DeviceKind,
    DownMessage,
    HubState,
    IdentifyDown,
    RefusedDown,
    ReprintDown,
    ResendDown,
    RestartDown,
    ServicesState,
    TestDown,
    TicketIssuedDown,
)
from vuoro_mqtt.topics import Topics
from vuoro_mqtt.values import Payload, instant_text

from vuoro_devices.behaviour.connection import is_of_an_earlier_start
from vuoro_devices.behaviour.effects import Send
from vuoro_devices.behaviour.events import Answered, BrokerFound, BrokerLost, Event, Moment, Ordered, Told
from vuoro_devices.journal import Entry, Journal
from vuoro_devices.ports import Clock

log = FactsLog(__name__)

AGAIN_AFTER_SECONDS = 30.0
"""An unanswered message is sent again after this also while the connection holds."""

COMPLAIN_EVERY_SECONDS = 60.0


def subscriptions(topics: Topics, device: str, kind: DeviceKind) -> list[str]:
    """What a unit of this kind listens to."""
    own = [topics.down(device), topics.config(device), topics.hub]
    match kind:
        case DeviceKind.TICKET_DISPENSER:
            return [*own, topics.services]
        case DeviceKind.COUNTER_DISPLAY:
            return [*own, topics.counters]
        case DeviceKind.LOBBY_DISPLAY:
            return [*own, topics.services, topics.calls]
    return own


@dataclass(frozen=True)
class RestartWanted:
    """The hub orders this program to stop and start again."""

    id: str


@dataclass(frozen=True)
class ResendWanted:
    """The hub misses messages from this one on."""

    id: str
    seq: int


@dataclass(frozen=True)
class NotForThisUnit:
    """A command that a unit of this kind cannot carry out."""

    id: str


Heard = Event | RestartWanted | ResendWanted | NotForThisUnit


class Link:
    """Reads what comes, inside the loop's transaction; publishes only while connected, in ``seq`` order."""

    def __init__(self, bus: Bus, topics: Topics, device: str, journal: Journal, clock: Clock) -> None:
        self._bus = bus
        self._topics = topics
        self._device = device
        self._journal = journal
        self._clock = clock
        self._connected = False
        self._hub: HubState | None = None
        self._sent_at = float("-inf")
        self._complained: dict[str, float] = {}

    @property
    def connected(self) -> bool:
        return self._connected

    # --- out

    def write(self, send: Send, now: datetime) -> Entry:
        """Into the journal, inside the transaction of the step it comes from."""
        envelope: dict[str, Any] = {
            "at": instant_text(now),
            "clock": self._clock.reading().model_dump(mode="json"),
            "late": False,
            "body": send.body.model_dump(mode="json", by_alias=True),
        }
        return self._journal.append(send.type, send.id, envelope)

    def publish(self, entries: Sequence[Entry], moment: Moment) -> None:
        """Just made and now durable: to the hub. What cannot go now goes after the next connection."""
        for entry in entries:
            if not self._connected or not self._out(entry, late=False):
                return
            self._sent_at = moment.seconds

    def publish_unanswered(self, moment: Moment) -> None:
        """Everything the hub has not answered, in order, marked late."""
        self._all_late(self._journal.unanswered(), moment)

    def publish_since(self, seq: int, moment: Moment) -> None:
        self._all_late(self._journal.since(seq), moment)

    def publish_again_if_due(self, moment: Moment) -> None:
        """While the connection holds an answer may still be lost: with the hub, or with the broker."""
        if not self._connected or moment.seconds - self._sent_at < AGAIN_AFTER_SECONDS:
            return
        if self._hub is not None and self._hub.state == "offline":
            return
        self.publish_unanswered(moment)
        self._sent_at = moment.seconds

    def publish_status(self, status: Payload) -> bool:
        return self._connected and self._bus.publish(self._topics.status(self._device), encode(status), retain=True)

    def _all_late(self, entries: Sequence[Entry], moment: Moment) -> None:
        for entry in entries:
            if not self._connected or not self._out(entry, late=True):
                return
        self._sent_at = moment.seconds

    def _out(self, entry: Entry, *, late: bool) -> bool:
        envelope = entry.envelope | {"late": late, "sent_at": instant_text(self._clock.now())}
        return self._bus.publish(self._topics.up(self._device), encode_kept(envelope))

    # --- in

    def hear(self, event: BusEvent, moment: Moment) -> list[Heard]:
        """What a bus event means for this unit. Malformed messages are told once a minute and dropped."""
        match event:
            case Connected():
                self._connected = True
                return [BrokerFound()]
            case Disconnected():
                self._connected = False
                self._hub = None  # it may come back to the broker after this unit, and miss what is said till then
                return [BrokerLost()]
            case Message():
                return self._hear_message(event, moment)

    def _hear_message(self, message: Message, moment: Moment) -> list[Heard]:
        try:
            if message.topic == self._topics.down(self._device):
                return self._down(message, moment)
            return self._state(message, moment)
        except Undecodable as error:
            self._complain(message.topic, error.reason, moment)
            return []

    def _state(self, message: Message, moment: Moment) -> list[Heard]:
        if not message.payload:
            return []  # a retained topic was cleared
        model = self._model(message.topic)
        if model is None:
            self._complain(message.topic, "nobody here reads this topic", moment)
            return []
        state = decode(model, message.payload)
        if isinstance(state, HubState):
            self._hub_speaks(state, kept=message.retained, moment=moment)
        return [Told(state, kept=message.retained)]

    def _model(self, topic: str) -> type[HubState | ServicesState | CallsState | CounterState | DeviceConfig] | None:
        fixed: dict[str, type[HubState | ServicesState | CallsState | DeviceConfig]] = {
            self._topics.hub: HubState,
            self._topics.services: ServicesState,
            self._topics.calls: CallsState,
            self._topics.config(self._device): DeviceConfig,
        }
        if topic.startswith(self._topics.counter("")):
            return CounterState
        return fixed.get(topic)

    def _hub_speaks(self, hub: HubState, *, kept: bool, moment: Moment) -> None:
        """A hub that starts has not heard what was published while it was away."""
        if is_of_an_earlier_start(hub, self._hub):
            return
        came_back = self._hub is None or self._hub.boot != hub.boot or self._hub.state == "offline"
        self._hub = hub
        if hub.state == "online" and came_back and not kept:
            self.publish_unanswered(moment)

    def _down(self, message: Message, moment: Moment) -> list[Heard]:
        if message.retained:
            self._complain(message.topic, "a command is never retained", moment)
            return []
        down = decode_down(message.payload)
        match down:
            case AckDown() | TicketIssuedDown() | RefusedDown():
                return self._answer(down, moment)
        return self._command(down, moment)

    def _answer(self, down: AckDown | TicketIssuedDown | RefusedDown, moment: Moment) -> list[Heard]:
        """An answer to a message that was answered before has had its effect."""
        asked = self._journal.type_unanswered(down.re) if down.re else None
        if down.re is None or asked is None:
            return []
        if isinstance(down, TicketIssuedDown) and asked not in ("ticket.requested", "appointment.arrived"):
            self._complain("answer", f"{down.type} does not answer {asked}", moment)
            return []
        self._journal.mark_answered(down.re, down.type, moment.wall)
        return [Answered(down.re, down.body)]

    def _command(self, down: DownMessage, moment: Moment) -> list[Heard]:
        if down.expires_at is not None and moment.wall > down.expires_at:
            log.info("link.command_expired", command=down.type, id=down.id)
            return []
        if not self._journal.is_new_command(down.id):
            return []
        match down:
            case ResendDown():
                return [ResendWanted(down.id, down.body.from_)]
            case RestartDown():
                return [RestartWanted(down.id)]
            case IdentifyDown():
                return [Ordered(down.id, "identify")]
            case TestDown():
                return [Ordered(down.id, "test")]
            case ReprintDown():
                return [Ordered(down.id, "reprint")]
        return [NotForThisUnit(down.id)]

    def _complain(self, about: str, reason: str, moment: Moment) -> None:
        if moment.seconds - self._complained.get(about, float("-inf")) < COMPLAIN_EVERY_SECONDS:
            return
        self._complained[about] = moment.seconds
        log.warning("link.message_dropped", about=about, reason=reason)
