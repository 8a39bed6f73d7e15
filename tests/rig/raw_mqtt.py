"""Plain MQTT clients, made without any of the product's code: what another vendor's programs would send and see."""

from __future__ import annotations

import itertools
import json
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from rig.waiting import until

GOOD_CLOCK = {"synced": True, "uncertainty_seconds": 0.01, "source": "test"}


@dataclass(frozen=True)
class Seen:
    """A message as it arrived."""

    topic: str
    payload: bytes
    retained: bool

    @property
    def body(self) -> dict[str, Any]:
        read: dict[str, Any] = json.loads(self.payload)
        return read


class RawClient:
    """Subscribes to some topics, keeps what it sees, reconnects for ever."""

    def __init__(self, port: int, *topics: str, will: tuple[str, dict[str, Any]] | None = None) -> None:
        """``will`` is a topic and what the broker says there, retained, when this client is gone without a word."""
        self._topics = topics
        self._news = threading.Condition()
        self._seen: list[Seen] = []
        self._latest: dict[str, Seen] = {}
        self.connections = 0
        self._client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"raw-{uuid.uuid4().hex[:12]}",
            protocol=MQTTProtocolVersion.MQTTv311,
        )
        if will is not None:
            self._client.will_set(will[0], json.dumps(will[1]), qos=1, retain=True)
        self._client.reconnect_delay_set(1, 1)
        self._client.max_inflight_messages_set(1000)
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = self._on_message
        self._client.connect_async("127.0.0.1", port, keepalive=10)
        self._client.loop_start()

    def wait_connected(self, times: int = 1) -> None:
        until(lambda: self.connections >= times and self._client.is_connected(), "the raw client is connected")

    def publish(self, topic: str, payload: bytes | dict[str, Any], *, retain: bool = False) -> None:
        """At once while connected; dropped otherwise, as an honest client does that has its own journal."""
        if self._client.is_connected():
            data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
            self._client.publish(topic, data, qos=1, retain=retain)

    def seen(self, topic: str | None = None) -> list[Seen]:
        with self._news:
            return [one for one in self._seen if topic is None or one.topic == topic]

    def latest(self, topic: str) -> dict[str, Any]:
        """The newest payload of a topic; empty where nothing has come."""
        with self._news:
            found = self._latest.get(topic)
        return found.body if found and found.payload else {}

    def wait_for(self, condition: Callable[[], Any], within_seconds: float) -> bool:
        """Until the condition holds; it is asked again at every message. False when the time is up."""
        with self._news:
            return bool(self._news.wait_for(condition, within_seconds))

    def forget(self) -> None:
        with self._news:
            self._seen.clear()
            self._latest.clear()

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _on_connect(self, client: Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if not reason.is_failure and self._topics:
            client.subscribe([(topic, 1) for topic in self._topics])
        elif not reason.is_failure:
            self._connected_anew()

    def _on_subscribe(self, *_: Any) -> None:
        self._connected_anew()

    def _connected_anew(self) -> None:
        with self._news:
            self.connections += 1
            self._news.notify_all()

    def _on_message(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        seen = Seen(message.topic, bytes(message.payload), bool(message.retain))
        with self._news:
            self._seen.append(seen)
            self._latest[seen.topic] = seen
            self._news.notify_all()


@dataclass(frozen=True)
class Printed:
    """A ticket that this dispenser has given."""

    request: str
    number: str
    asked_at: float


class RawDispenser:
    """Plays a dispenser by the contract alone: its own journal in memory, each message sent until it is answered."""

    def __init__(self, port: int, device: str, site: str = "lahti") -> None:
        self.device = device
        self._up = f"vuoro/1/{site}/devices/{device}/up"
        self._down = f"vuoro/1/{site}/devices/{device}/down"
        self._journal = uuid.uuid4().hex
        self._seq = itertools.count(1)
        self.client = RawClient(port, self._down)
        self.tickets: list[Printed] = []

    def message(self, type: str, body: dict[str, Any], **wishes: Any) -> dict[str, Any]:
        """The next message of the journal."""
        return {
            "id": new_id(),
            "journal": self._journal,
            "seq": next(self._seq),
            "type": type,
            "at": now_text(),
            "clock": GOOD_CLOCK,
            "late": False,
            "body": body,
            **wishes,
        }

    def send(self, message: dict[str, Any]) -> None:
        self.client.publish(self._up, message)

    def answers(self, id: str) -> list[dict[str, Any]]:
        """Every answer that came to a message."""
        downs = (seen.body for seen in self.client.seen(self._down))
        return [down for down in downs if down["re"] == id]

    def ask(self, type: str, body: dict[str, Any], again_after: float = 0.7, within: float = 60.0) -> dict[str, Any]:
        """Send until it is answered; the answer."""
        return self.insist(self.message(type, body), again_after, within)

    def insist(self, message: dict[str, Any], again_after: float = 0.7, within: float = 60.0) -> dict[str, Any]:
        end = time.monotonic() + within
        late = False
        while time.monotonic() < end:
            self.send({**message, "late": late or message["late"]})
            late = True
            if self.client.wait_for(lambda: self.answers(message["id"]), again_after):
                return self.answers(message["id"])[0]
        raise AssertionError(f"{self.device}: no answer to {message['type']} within {within} s")

    def give_ticket(self, service: str, again_after: float = 0.7) -> Printed:
        """A customer presses: a number is asked for and printed, as it was issued."""
        asked_at = time.monotonic()
        request = self.message("ticket.requested", {"service": service, "language": "fi", "needs": []})
        answer = self.insist(request, again_after)
        assert answer["type"] == "ticket.issued", answer
        number: str = answer["body"]["number"]
        printed = {"request": request["id"], "number": number, "offline": False, "medium": "paper"}
        assert self.ask("ticket.printed", printed, again_after)["type"] == "ack"
        ticket = Printed(request["id"], number, asked_at)
        self.tickets.append(ticket)
        return ticket

    def close(self) -> None:
        self.client.close()


def new_id() -> str:
    return str(uuid.uuid4())


def now_text() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
