"""The bus port's bodies for its contract tests: each can start clients, cut one off, and stop and start the broker."""

from __future__ import annotations

import contextlib
import queue
import socket
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from rig.brokers import RunningBroker
from vuoro_mqtt.bus import Bus, BusEvent, Connected, Disconnected, Message, Will
from vuoro_mqtt.memory_bus import MemoryBroker, MemoryBus
from vuoro_mqtt.paho_bus import PahoBus

WITHIN_SECONDS = 15.0


@dataclass
class Client:
    """A bus and what it has delivered, in order."""

    events: queue.Queue[BusEvent] = field(default_factory=queue.Queue)
    bus: Bus = field(init=False)
    fail_on: Callable[[BusEvent], bool] = field(default=lambda _event: False)
    seen: list[BusEvent] = field(default_factory=list)

    def deliver(self, event: BusEvent) -> None:
        self.events.put(event)
        if self.fail_on(event):
            raise RuntimeError("the receiver stumbled, on purpose")

    def next_message(self, within_seconds: float = WITHIN_SECONDS) -> Message:
        """The next message, past other events."""
        end = time.monotonic() + within_seconds
        while True:
            event = self.next_event(max(0.0, end - time.monotonic()))
            if isinstance(event, Message):
                return event

    def next_event(self, within_seconds: float = WITHIN_SECONDS) -> BusEvent:
        event = self.events.get(timeout=within_seconds)
        self.seen.append(event)
        return event

    def wait_connected(self) -> None:
        self._wait_for(Connected)

    def wait_disconnected(self) -> None:
        self._wait_for(Disconnected)

    def _wait_for(self, kind: type[BusEvent]) -> None:
        while not isinstance(self.next_event(), kind):
            continue


class BusBody(Protocol):
    """A broker and the way to its clients."""

    def client(self, *subscriptions: str, will: Will | None = None) -> Client:
        """A client, not started."""

    def cut(self, client: Client) -> None:
        """End its connection without a word, as a pulled plug does; the next attempt to connect goes through."""

    def stop_broker(self) -> None: ...

    def start_broker(self) -> None: ...

    def freeze_broker(self) -> None:
        """It hangs: connections stand, and nothing is answered."""

    def thaw_broker(self) -> None: ...

    def close(self) -> None: ...


class MemoryBody:
    """The bus in memory."""

    def __init__(self) -> None:
        self._broker = MemoryBroker()
        self._clients: list[Client] = []

    def client(self, *subscriptions: str, will: Will | None = None) -> Client:
        client = Client()
        client.bus = MemoryBus(self._broker, client.deliver, list(subscriptions), will)
        self._clients.append(client)
        return client

    def cut(self, client: Client) -> None:
        assert isinstance(client.bus, MemoryBus)
        client.bus.cut()
        client.bus.start()

    def stop_broker(self) -> None:
        self._broker.stop()

    def start_broker(self) -> None:
        self._broker.start()

    def freeze_broker(self) -> None:
        self._broker.freeze()

    def thaw_broker(self) -> None:
        self._broker.thaw()

    def close(self) -> None:
        for client in self._clients:
            client.bus.close()


class PahoBody:
    """The bus over a real broker; clients reach it through a relay, whose cable can be cut."""

    def __init__(self, broker: RunningBroker) -> None:
        self._broker = broker
        self._clients: list[tuple[Client, Relay]] = []

    def client(self, *subscriptions: str, will: Will | None = None) -> Client:
        relay = Relay(self._broker.port)
        relay.start()
        client = Client()
        client_id = f"test-{uuid.uuid4().hex[:12]}"
        client.bus = PahoBus("127.0.0.1", relay.port, client_id, client.deliver, list(subscriptions), will)
        self._clients.append((client, relay))
        return client

    def cut(self, client: Client) -> None:
        next(relay for have, relay in self._clients if have is client).cut()

    def stop_broker(self) -> None:
        self._broker.stop()

    def start_broker(self) -> None:
        self._broker.start()

    def freeze_broker(self) -> None:
        self._broker.freeze()

    def thaw_broker(self) -> None:
        self._broker.thaw()

    def close(self) -> None:
        for client, relay in self._clients:
            client.bus.close()
            relay.close()


class Relay:
    """A cable between a client and a broker: passes bytes both ways, and can be cut."""

    def __init__(self, to_port: int) -> None:
        self._to_port = to_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._ends: list[socket.socket] = []
        self._lock = threading.Lock()

    def start(self) -> None:
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Both ends see the connection gone; a later attempt to connect goes through again."""
        with self._lock:
            ends, self._ends = self._ends, []
        for end in ends:
            _shut(end)

    def close(self) -> None:
        _shut(self._listener)
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                near, _address = self._listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self._to_port), timeout=5)
            except OSError:
                _shut(near)
                continue
            far.settimeout(None)
            for end in (near, far):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._ends += [near, far]
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=_pass, args=(source, sink), daemon=True).start()


def _pass(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            sink.sendall(data)
    except OSError:
        pass
    finally:
        _shut(source)
        _shut(sink)


def _shut(end: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it may be gone already
        end.shutdown(socket.SHUT_RDWR)
    end.close()
