"""A broker in memory: the bus port's second body, for fast tests."""

from __future__ import annotations

import threading

from vuoro_mqtt.bus import BusEvent, Connected, Deliver, Disconnected, Message, Will
from vuoro_mqtt.facts_log import FactsLog

log = FactsLog(__name__)


class MemoryBroker:
    """Retained messages, wildcards and wills, all in this process."""

    def __init__(self) -> None:
        self._retained: dict[str, bytes] = {}
        self._clients: list[MemoryBus] = []
        self._waiting: list[MemoryBus] = []
        self._running = True
        self._frozen = False
        self._held: list[tuple[str, bytes, bool]] = []
        self._lock = threading.RLock()

    def stop(self) -> None:
        """Go away, as a broker that keeps nothing: clients are told, and come back with ``start``."""
        with self._lock:
            self._running = False
            self._retained.clear()
            self._waiting += self._clients
            gone, self._clients = self._clients, []
        for client in gone:
            client.say(Disconnected("broker stopped"))

    def start(self) -> None:
        """Serve again; the clients that wait connect anew."""
        with self._lock:
            self._running = True
            waiting, self._waiting = self._waiting, []
        for client in waiting:
            self.attach(client)

    def freeze(self) -> None:
        """Answer nobody and pass nothing on, without a word to anybody."""
        with self._lock:
            self._frozen = True

    def thaw(self) -> None:
        """Go on where it stopped."""
        with self._lock:
            self._frozen = False
            held, self._held = self._held, []
        for topic, payload, retain in held:
            self.route(topic, payload, retain=retain)

    def attach(self, client: MemoryBus) -> None:
        with self._lock:
            if client in self._clients or client in self._waiting:
                return
            if not self._running:
                self._waiting.append(client)
                return
            self._clients.append(client)
            kept = [(topic, data) for topic, data in self._retained.items() if client.wants(topic)]
        client.say(Connected())
        for topic, data in kept:
            client.say(Message(topic, data, retained=True))

    def detach(self, client: MemoryBus, *, say_will: bool) -> None:
        with self._lock:
            if client in self._waiting:
                self._waiting.remove(client)
            if client not in self._clients:
                return
            self._clients.remove(client)
        if say_will and client.will:
            self.route(client.will.topic, client.will.payload, retain=True)

    def attached(self, client: MemoryBus) -> bool:
        with self._lock:
            return client in self._clients

    def route(self, topic: str, payload: bytes, *, retain: bool) -> bool:
        """Pass a message on. False while it is frozen: then it is passed on later."""
        with self._lock:
            if self._frozen:
                self._held.append((topic, payload, retain))
                return False
            if retain and payload:
                self._retained[topic] = payload
            elif retain:
                self._retained.pop(topic, None)
            clients = [client for client in self._clients if client.wants(topic)]
        for client in clients:
            client.say(Message(topic, payload))
        return True


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

    def say(self, event: BusEvent) -> None:
        """Deliver; a stumbling receiver stops neither the sender nor itself, as over a real broker."""
        try:
            self.deliver(event)
        except Exception:
            log.exception("bus.deliver_failed", bus_event=type(event).__name__)

    def start(self) -> None:
        self._broker.attach(self)

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        if not self._broker.attached(self):
            return False
        self._broker.route(topic, payload, retain=retain)
        return True

    def answers(self, topic: str, payload: bytes, within_seconds: float) -> bool:
        return self._broker.attached(self) and self._broker.route(topic, payload, retain=False)

    def cut(self) -> None:
        """Lose the connection as if the plug were pulled: the will is said. ``start`` connects again."""
        self._broker.detach(self, say_will=True)
        self.say(Disconnected("cut"))

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
