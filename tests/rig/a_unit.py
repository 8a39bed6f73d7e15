"""A whole unit over the bus in memory: its loop turned by the test, its printer and clock the test's own."""

from __future__ import annotations

import queue
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from rig.scripted_hub import NOON, ScriptedHub, dispenser_config, hub_state, services
from vuoro_devices.behaviour.dispenser_view import DispenserSettings
from vuoro_devices.behaviour.events import Pressed
from vuoro_devices.behaviour.ticket_dispenser import TicketDispenser
from vuoro_devices.behaviour.views import Action, LampState, Ticket
from vuoro_devices.journal import open_journal
from vuoro_devices.link import subscriptions
from vuoro_devices.ports import PrinterTrouble
from vuoro_devices.print_desk import PrintDesk
from vuoro_devices.unit import Identity, InboxItem, Stop, Unit
from vuoro_devices.words import words
from vuoro_mqtt.bus import Will
from vuoro_mqtt.codec import encode
from vuoro_mqtt.memory_bus import MemoryBroker, MemoryBus
from vuoro_mqtt.payloads import ClockReading, DeviceKind
from vuoro_mqtt.topics import Topics
from vuoro_mqtt.values import new_message_id


class ManualClock:
    """Stands still until it is put forward."""

    def __init__(self, now: datetime = NOON) -> None:
        self._now = now
        self._seconds = 100.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._seconds

    def reading(self) -> ClockReading:
        return ClockReading(synced=True, uncertainty_seconds=0.01, source="test")

    def forward(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
        self._seconds += seconds


class HandPrinter:
    """Keeps what is printed; ``fails`` is what it says when it cannot."""

    def __init__(self) -> None:
        self.tickets: list[Ticket] = []
        self.fails: PrinterTrouble | None = None

    def print_ticket(self, ticket: Ticket) -> None:
        if self.fails is not None:
            raise self.fails
        self.tickets.append(ticket)

    def trouble(self) -> PrinterTrouble | None:
        return self.fails

    def close(self) -> None:
        self.tickets = list(self.tickets)


class HandLamps:
    def __init__(self) -> None:
        self.states: dict[str, LampState] = {}

    def set(self, lamp: str, state: LampState) -> None:
        self.states[lamp] = state

    def close(self) -> None:
        self.states = {}


class Lobby:
    """A broker, a hub played by hand, and one dispenser."""

    def __init__(
        self,
        folder: Path,
        *,
        settings: DispenserSettings | None = None,
        hub: bool = True,
        behaviour: type[TicketDispenser] = TicketDispenser,
    ) -> None:
        self.folder = folder
        self.settings = settings
        self.behaviour = behaviour
        self.clock = ManualClock()
        self.broker = MemoryBroker()
        self.printer = HandPrinter()
        self.lamps = HandLamps()
        self.hub = ScriptedHub()
        self.topics = Topics("lahti")
        hub_bus = MemoryBus(self.broker, self.hub.deliver, self.hub.subscriptions)
        self.hub.speak_through(hub_bus)
        hub_bus.start()
        if hub:
            self.hub.tell(hub_state())
            self.hub.tell(dispenser_config())
            self.hub.tell(services(at=self.clock.now()))
        self.plug_in()

    def plug_in(self) -> None:
        """Start the dispenser's program; after ``pull_the_plug`` with what its disk still knows."""
        clock = self.clock
        opened = open_journal(self.folder, clock.now())
        self.set_aside = opened.set_aside
        self.journal = opened.journal
        self.inbox: queue.SimpleQueue[InboxItem] = queue.SimpleQueue()
        identity = Identity(self.topics, "dispenser-1", DeviceKind.TICKET_DISPENSER, "0", boot=new_message_id())
        self.bus = MemoryBus(
            self.broker,
            self.inbox.put,
            subscriptions(self.topics, "dispenser-1", DeviceKind.TICKET_DISPENSER),
            Will(self.topics.status("dispenser-1"), encode(identity.status("offline", clock))),
        )
        self.desk = PrintDesk(self.printer, self.inbox.put)
        behaviour = self.behaviour("dispenser-1", words, new_message_id, self.settings, self.journal.kept())
        self.unit = Unit(
            identity,
            behaviour,
            self.journal,
            clock,
            self.bus,
            self.inbox,
            printing=self.desk,
            lamps=self.lamps,
        )
        self.unit.start()
        self.settle(printing=False)

    def pull_the_plug(self) -> None:
        """End it without a word."""
        self.bus.cut()
        self.journal.close()

    def stop(self) -> None:
        self.inbox.put(Stop())
        self.settle()
        self.unit.wind_up()
        self.bus.close()
        self.journal.close()

    def press(self, value: str = "verotus", *, printing: bool = True) -> None:
        self.inbox.put(Pressed(Action("choose", value)))
        self.settle(printing=printing)

    def settle(self, *, printing: bool = True) -> None:
        """Turn until nothing is left to do."""
        while True:
            while not self.inbox.empty():
                self.unit.turn()
            if not printing or self.desk.is_idle:
                return
            self.desk.turn(0)

    def wait(self, seconds: float) -> None:
        end = self.clock.monotonic() + seconds
        while self.clock.monotonic() < end:
            self.clock.forward(min(0.5, end - self.clock.monotonic()))
            self.unit.turn()
            self.settle()

    def view(self) -> Any:
        return self.unit.view
