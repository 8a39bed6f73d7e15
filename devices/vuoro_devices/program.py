"""One unit put together: built in order, stopped in reverse."""

from __future__ import annotations

import fcntl
import gc
import queue
from pathlib import Path
from typing import IO, Any

from vuoro_mqtt import __version__
from vuoro_mqtt.bus import Will
from vuoro_mqtt.codec import encode
from vuoro_mqtt.facts_log import FactsLog
from vuoro_mqtt.paho_bus import PahoBus
from vuoro_mqtt.payloads import DeviceKind
from vuoro_mqtt.topics import Topics
from vuoro_mqtt.values import new_message_id

from vuoro_devices.behaviour.events import Pressed
from vuoro_devices.behaviour.views import Action
from vuoro_devices.bodies import KEYS_OF_A_COUNTER, build_bodies
from vuoro_devices.config import UnitConfig
from vuoro_devices.drawer import Drawer
from vuoro_devices.hardware.clock import SystemClock
from vuoro_devices.journal import Journal, open_journal
from vuoro_devices.link import subscriptions
from vuoro_devices.notify import Notify
from vuoro_devices.print_desk import PrintDesk
from vuoro_devices.unit import Behaviour, Identity, InboxItem, ScreenCondition, Stop, Unit
from vuoro_devices.words import words

log = FactsLog(__name__)

JOURNAL_SET_ASIDE = "journal-set-aside"
CONTROLS_FAILED = "controls-failed"


class AlreadyRunning(Exception):
    """Another program uses this unit's state folder."""


class Program:
    """Constructing builds everything, ``run`` starts it and returns when it has stopped: True to start again."""

    def __init__(self, kind: DeviceKind, config: UnitConfig) -> None:
        self._kind = kind
        self._config = config
        self._clock = SystemClock()
        self._inbox: queue.SimpleQueue[InboxItem] = queue.SimpleQueue()
        self._lock = _claim(config.state)
        self._notify = Notify()
        opened = open_journal(config.state, self._clock.now())
        self._journal = opened.journal
        self._bodies = build_bodies(config, kind, torn=_ticket_torn(kind, opened.journal))
        self._identity = Identity(Topics(config.site), config.device, kind, __version__, boot=new_message_id())
        self._bus = self._build_bus()
        self._desk = PrintDesk(self._bodies.printer, self._inbox.put) if self._bodies.printer else None
        self._drawer = self._build_drawer()
        self._unit = Unit(
            self._identity,
            build_behaviour(kind, config, self._journal),
            self._journal,
            self._clock,
            self._bus,
            self._inbox,
            printing=self._desk,
            lamps=self._bodies.lamps,
            screen=self._drawer,
        )
        if opened.set_aside is not None:
            text = f"The journal could not be read; it is kept as {opened.set_aside.name}, and a new one was begun."
            self._unit.fault(JOURNAL_SET_ASIDE, text)
        self._panel = self._build_panel()

    def stop(self) -> None:
        """End cleanly; may be called from a signal."""
        self._inbox.put(Stop())

    def run(self) -> bool:
        log.info("unit.starting", kind=self._kind.value, device=self._config.device, journal=self._journal.id)
        self._start()
        try:
            stop = self._unit.run(self._after_each_turn)
        finally:
            self._close()
        log.info("unit.stopped", restart=stop.restart)
        return stop.restart

    def _start(self) -> None:
        if self._drawer is not None:
            self._drawer.start()
        if self._desk is not None:
            self._desk.start()
        self._unit.start()
        self._start_controls()
        if self._panel is not None:
            self._panel.start()
        gc.collect()
        gc.freeze()  # what lives as long as the program is not gone through again while a customer waits
        self._notify.ready(f"{self._config.device} is set up")

    def _start_controls(self) -> None:
        """Keys that cannot be read are a fault; what else the unit has still works."""
        try:
            self._bodies.start(self._press)
        except Exception as error:
            log.exception("controls.failed")
            self._unit.fault(CONTROLS_FAILED, f"The keys cannot be read: {error}")

    def _close(self) -> None:
        self._notify.stopping()
        if self._panel is not None:
            self._panel.close()
        self._bodies.close()
        if self._desk is not None:
            self._desk.close()
            self._unit.hear_last_tickets()
        self._unit.wind_up()
        self._bus.close()
        if self._drawer is not None:
            self._drawer.close()
        self._journal.close()
        self._lock.close()

    def _after_each_turn(self) -> None:
        self._notify.feed(self._clock.monotonic(), alive=self._bus.alive())

    def _press(self, action: Action) -> None:
        self._inbox.put(Pressed(action))

    def _build_bus(self) -> PahoBus:
        topics, device, broker = self._identity.topics, self._config.device, self._config.broker
        will = Will(topics.status(device), encode(self._identity.status("offline", self._clock)))
        return PahoBus(
            broker.host,
            broker.port,
            f"vuoro-{self._config.site}-{device}",
            self._inbox.put,
            subscriptions(topics, device, self._kind),
            will,
            broker.username,
            broker.password,
        )

    def _build_drawer(self) -> Drawer | None:
        if self._bodies.open_screen is None:
            return None
        return Drawer(
            self._bodies.open_screen,
            lambda text: self._inbox.put(ScreenCondition(text)),
            self._press,
            self.stop,
            self._bodies.pump_seconds,
        )

    def _build_panel(self) -> Any:
        if self._config.simulated is None:
            return None
        from vuoro_devices.simulated.printer import SimulatedPrinter

        bodies = self._bodies
        printer = bodies.printer if isinstance(bodies.printer, SimulatedPrinter) else None
        return _panel_at(
            self._config.simulated.port,
            self._panel_state,
            lambda action: bodies.simulated_controls is not None and bodies.simulated_controls.press(action),
            screen=lambda: bodies.simulated_screen,
            printer=printer,
            lamps=bodies.simulated_lamps.states if bodies.simulated_lamps else dict,
        )

    def _panel_state(self) -> dict[str, Any]:
        return {
            "device": self._config.device,
            "kind": self._kind.value,
            "step": self._unit.step_name,
            "connected": self._unit.connected,
            "keys": self._unit.keys() or self._fixed_keys(),
        }

    def _fixed_keys(self) -> list[dict[str, str]]:
        """The keys of a counter's unit, in the words of the point's first language."""
        if self._kind is not DeviceKind.COUNTER_DISPLAY or self._config.controls is None:
            return []
        say = words(self._unit.language)
        return [{"key": key, "label": say(label)} for key, label in KEYS_OF_A_COUNTER.items()]


def _panel_at(port: int, *arguments: Any, **named: Any) -> Any:
    from vuoro_devices.simulated.panel import LOOPBACK, Panel

    try:
        return Panel(port, *arguments, **named)
    except OSError as error:
        reason = error.strerror or str(error)
        raise OSError(f"simulated.port: {LOOPBACK}:{port} cannot be used ({reason}); choose another") from error


def _claim(folder: Path) -> IO[str]:
    """One program for one unit: two would give the same numbers. Raises AlreadyRunning."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("a+")
    except OSError as error:
        raise OSError(f"state: {folder} cannot be used ({error.strerror}); a folder of this unit alone") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise AlreadyRunning(f"another program already runs this unit, in {folder}") from None
    return lock


def _ticket_torn(kind: DeviceKind, journal: Journal) -> bool:
    """Whether half a ticket may hang from the printer since the start before."""
    if kind is not DeviceKind.TICKET_DISPENSER:
        return False
    from vuoro_devices.behaviour.ticket_records import may_be_torn

    return may_be_torn(journal.kept())


def build_behaviour(kind: DeviceKind, config: UnitConfig, journal: Journal) -> Behaviour:
    """What this kind of unit does, with the file's own wishes."""
    wishes = config.behaviour.model_dump(exclude_none=True)
    match kind:
        case DeviceKind.TICKET_DISPENSER:
            from vuoro_devices.behaviour.dispenser_view import DispenserSettings
            from vuoro_devices.behaviour.ticket_dispenser import TicketDispenser

            has_screen = config.screen is not None and config.screen.type != "none"
            buttons = config.controls is not None and config.controls.type == "buttons"
            keys = len(config.controls.pins) if config.controls and buttons else None
            settings = DispenserSettings(has_screen=has_screen, keys_per_page=keys, **_known(wishes, DispenserSettings))
            return TicketDispenser(config.device, words, new_message_id, settings, journal.kept())
        case DeviceKind.COUNTER_DISPLAY:
            from vuoro_devices.behaviour.counter_display import CounterDisplay, CounterSettings

            return CounterDisplay(
                config.device, words, new_message_id, CounterSettings(**_known(wishes, CounterSettings))
            )
        case DeviceKind.LOBBY_DISPLAY:
            from vuoro_devices.behaviour.lobby_display import LobbyDisplay, LobbySettings

            return LobbyDisplay(config.device, words, new_message_id, LobbySettings(**_known(wishes, LobbySettings)))
    raise ValueError(f"a {kind.value} cannot be run yet")


def _known(wishes: dict[str, Any], settings: type) -> dict[str, Any]:
    """Those of the file's wishes that this kind of unit has."""
    fields = getattr(settings, "__dataclass_fields__", {})
    return {key: value for key, value in wishes.items() if key in fields}
