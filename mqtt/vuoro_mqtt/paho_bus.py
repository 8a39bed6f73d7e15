"""The bus port over a real broker, with paho-mqtt. All that Vuoro knows of MQTT clients stands here."""

from __future__ import annotations

import itertools
import random
import socket
import threading
import time
from typing import Any

import paho.mqtt.client
from paho.mqtt.client import Client, MQTTMessage, MQTTMessageInfo
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion

from vuoro_mqtt.bus import BusEvent, Connected, Deliver, Disconnected, Message, Will
from vuoro_mqtt.facts_log import FactsLog

KEEPALIVE_SECONDS = 10
"""A cut cable is seen after 1.9 times this."""

SILENT_SECONDS = 20.0
"""A message without the broker's PUBACK for so long means that the network thread or the broker is stuck."""

log = FactsLog(__name__)


class _ErrorsOfTls:
    """The two errors of ``ssl`` that paho looks for at every socket, even where it has found no ``ssl``."""

    class SSLWantReadError(Exception):
        """Never raised."""

    class SSLWantWriteError(Exception):
        """Never raised."""


class PahoBus:
    """One connection to a broker. Nothing is published unless it is connected, so nothing doubles in paho's queue."""

    def __init__(
        self,
        host: str,
        port: int,
        client_id: str,
        deliver: Deliver,
        subscriptions: list[str],
        will: Will | None = None,
        username: str | None = None,
        password: str | None = None,
    ) -> None:
        self._host = host
        self._port = port
        self._deliver = deliver
        self._subscriptions = subscriptions
        self._connected = threading.Event()
        self._subscribing: int | None = None
        self._sent = itertools.count(1)
        self._last_sent = 0
        self._acknowledged = 0
        self._heard_at = 0.0
        self._closed = False
        _mend_paho()
        client = Client(CallbackAPIVersion.VERSION2, client_id=client_id, protocol=MQTTProtocolVersion.MQTTv311)
        # Thirty units come back at once after a power cut: each waits its own while.
        soonest, latest = random.uniform(0.2, 0.8), random.uniform(4, 8)  # noqa: S311 (no secret)
        client.reconnect_delay_set(min_delay=soonest, max_delay=latest)  # type: ignore[arg-type]
        client.max_inflight_messages_set(200)
        if username is not None:
            client.username_pw_set(username, password)
        if will is not None:
            client.will_set(will.topic, will.payload, qos=1, retain=True)
        client.on_socket_open = _no_delay
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        self._client = client

    def start(self) -> None:
        self._client.connect_async(self._host, self._port, keepalive=KEEPALIVE_SECONDS)
        self._client.loop_start()

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        sent = self._sent_now(topic, payload, retain=retain)
        return sent is not None and sent.rc is MQTTErrorCode.MQTT_ERR_SUCCESS

    def answers(self, topic: str, payload: bytes, within_seconds: float) -> bool:
        sent = self._sent_now(topic, payload)
        if sent is None or sent.rc is not MQTTErrorCode.MQTT_ERR_SUCCESS:
            return False
        try:
            sent.wait_for_publish(within_seconds)
            return sent.is_published()
        except (RuntimeError, ValueError):  # the connection went meanwhile
            return False

    def _sent_now(self, topic: str, payload: bytes, *, retain: bool = False) -> MQTTMessageInfo | None:
        """Handed to paho; None when not connected."""
        if not self._connected.is_set():
            return None
        # No lock is held here: paho calls back under its own, and two locks in two orders would stop both threads.
        if self._last_sent <= self._acknowledged:
            self._heard_at = time.monotonic()
        self._last_sent = next(self._sent)
        return self._client.publish(topic, payload, qos=1, retain=retain)

    def alive(self) -> bool:
        """False when connected and messages go unacknowledged for SILENT_SECONDS: then restart the program."""
        waiting = self._last_sent > self._acknowledged
        return not (self._connected.is_set() and waiting and time.monotonic() - self._heard_at > SILENT_SECONDS)

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._drain()
        self._client.disconnect()
        self._client.loop_stop()

    def _drain(self, within_seconds: float = 1.0) -> None:
        """Let the last words (a clean "offline") reach the broker."""
        until = time.monotonic() + within_seconds
        while self._connected.is_set() and self._last_sent > self._acknowledged and time.monotonic() < until:
            time.sleep(0.01)

    def _say(self, event: BusEvent) -> None:
        # An exception in a callback would end paho's network thread for good while is_connected() stays true.
        try:
            self._deliver(event)
        except Exception:
            log.exception("bus.deliver_failed", bus_event=type(event).__name__)

    def _on_connect(self, client: Client, _userdata: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            log.warning("bus.refused", reason=str(reason))
            return
        if not self._subscriptions:
            self._ready()
            return
        _code, self._subscribing = client.subscribe([(wanted, 1) for wanted in self._subscriptions])

    def _on_subscribe(self, _client: Client, _userdata: Any, mid: int, reasons: Any, _properties: Any) -> None:
        if mid != self._subscribing:
            return
        for wanted, reason in zip(self._subscriptions, reasons, strict=False):
            if reason.is_failure:
                log.error("bus.subscription_refused", topic=wanted, reason=str(reason))
        self._ready()

    def _ready(self) -> None:
        self._acknowledged = self._last_sent
        self._connected.set()
        self._say(Connected())

    def _on_disconnect(self, _client: Client, _userdata: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        was = self._connected.is_set()
        self._connected.clear()
        if was and not self._closed:
            self._say(Disconnected(str(reason)))

    def _on_message(self, _client: Client, _userdata: Any, message: MQTTMessage) -> None:
        self._say(Message(message.topic, bytes(message.payload), retained=bool(message.retain)))

    def _on_publish(self, _client: Client, _userdata: Any, mid: int, _reason: Any, _properties: Any) -> None:
        self._acknowledged += 1
        self._heard_at = time.monotonic()


def _no_delay(_client: Client, _userdata: Any, sock: Any) -> None:
    """Without it Nagle's algorithm holds small messages for up to 40 ms."""
    if isinstance(sock, socket.socket):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _mend_paho() -> None:
    """Without this a program without ``ssl`` (little_memory) would lose its network thread at the first empty read."""
    library: Any = paho.mqtt.client
    library.ssl = library.ssl or _ErrorsOfTls
