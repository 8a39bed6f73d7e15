"""A broker in memory: the bus port's second body, for fast tests."""

from __future__ import annotations

import threading

from vuoro_mqtt.bus import Connected, Deliver, Disconnected, Message, Will


class MemoryBroker:
    """Retained messages, wildcards and wills, all in this process."""

    def __init__(self) -> None:
        self._retained: dict[str, bytes] = {}
        self._clients: list[MemoryBus] = []
        self._lock = threading.RLock()

    def attach(self, client: MemoryBus) -> None:
        with self._lock:
            self._clients.append(client)
            kept = [(topic, data) for topic, data in self._retained.items() if client.wants(topic)]
        client.deliver(Connected())
        for topic, data in kept:
            client.deliver(Message(topic, data, retained=True))

    def detach(self, client: MemoryBus, *, say_will: bool) -> None:
        with self._lock:
            if client not in self._clients:
                return
            self._clients.remove(client)
        if say_will and client.will:
            self.route(client.will.topic, client.will.payload, retain=True)

    def attached(self, client: MemoryBus) -> bool:
        with self._lock:
            return client in self._clients

    def route(self, topic: str, payload: bytes, *, retain: bool) -> None:
        with self._lock:
            if retain and payload:
                self._retained[topic] = payload
            elif retain:
                self._retained.pop(topic, None)
            clients = [client for client in self._clients if client.wants(topic)]
        for client in clients:
            client.deliver(Message(topic, payload))


class MemoryBus:
    """A client of a MemoryBroker."""

    def __init__(
        self, broker: MemoryBroker, deliver: Deliver, subscriptions: list[str], will: Will | None = None
    ) -> None:
        self.deliver = deliver
        self.will = will
        self._broker = broker
        self._subscriptions = subscriptions

    def wants(self, topic: str) -> bool:
        return any(matches(wanted, topic) for wanted in self._subscriptions)

    def start(self) -> None:
        self._broker.attach(self)

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        if not self._broker.attached(self):
            return False
        self._broker.route(topic, payload, retain=retain)
        return True

    def cut(self) -> None:
        """Lose the connection as if the plug were pulled: the will is said."""
        self._broker.detach(self, say_will=True)
        self.deliver(Disconnected("cut"))

    def close(self) -> None:
        self._broker.detach(self, say_will=False)


def matches(wanted: str, topic: str) -> bool:
    """Whether a topic falls under a subscription with ``+`` and ``#``."""
    want, have = wanted.split("/"), topic.split("/")
    for place, part in enumerate(want):
        if part == "#":
            return True
        if place >= len(have) or part not in ("+", have[place]):
            return False
    return len(want) == len(have)
