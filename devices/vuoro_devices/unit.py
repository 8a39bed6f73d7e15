"""The unit's loop: one inbox, one step at a time; durable first, then published, then printed, lit and shown."""

from __future__ import annotations

import queue
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from pydantic import ValidationError
from vuoro_mqtt.bus import Bus, BusEvent, Connected, Disconnected, Message
from vuoro_mqtt.facts_log import FactsLog
from vuoro_mqtt.payloads import CommandOutcome, DeviceConfig, DeviceKind, DeviceStatus, ServicesState
from vuoro_mqtt.topics import Topics
from vuoro_mqtt.values import instant_text, new_message_id

from vuoro_devices.behaviour.effects import Clear, Effect, Keep, Light, Print, Raise, Send, Show, View
from vuoro_devices.behaviour.events import DiskFailed, Event, Moment, NotPrinted, PaperOut, Tick, Told
from vuoro_devices.behaviour.usable import why_unusable
from vuoro_devices.behaviour.views import DispenserView, Ticket
from vuoro_devices.contested import Contested
from vuoro_devices.faults import Faults
from vuoro_devices.journal import Entry, Journal
from vuoro_devices.link import Heard, Link, NotForThisUnit, ResendWanted, RestartWanted
from vuoro_devices.ports import Clock, Lamps

log = FactsLog(__name__)

TICK_SECONDS = 0.1
CACHE_EVERY_SECONDS = 60.0
PRUNE_EVERY_SECONDS = 3600.0
DISK_AGAIN_SECONDS = 2.0
CHECKPOINT_EVERY_SECONDS = 30.0

INTERNAL_ERROR = "internal-error"
DISK_FAILED = "disk-failed"
MESSAGES_DAMAGED = "messages-damaged"
CONTESTED = "connection-contested"
CONFIG_INVALID = "config-invalid"

RESTART_AFTER_SECONDS = 10.0
"""A write that failed: for so long the screen says "closed", then the program starts anew from what the disk knows."""

MOST_FAILURES = 50
"""Steps that fail one after another: then starting anew is the better hope."""


class Behaviour(Protocol):
    """What a kind of unit does: pure, one step for each event; how it looks then is asked when all is on its way."""

    @property
    def step_name(self) -> str: ...

    @property
    def connected(self) -> bool: ...

    def start(self, moment: Moment) -> list[Effect]: ...

    def stop(self, moment: Moment) -> list[Effect]: ...

    def step(self, event: Event, moment: Moment) -> list[Effect]: ...

    def appearance(self, moment: Moment) -> list[Light | Show]: ...


class ShowsViews(Protocol):
    """Takes a view and returns at once."""

    def show(self, view: View) -> None: ...


class TakesPrintJobs(Protocol):
    """Takes a job and returns at once."""

    def submit(self, job: str, ticket: Ticket) -> None: ...


@dataclass(frozen=True)
class Stop:
    """End cleanly; ``restart`` when the same program is to start again."""

    restart: bool = False


@dataclass(frozen=True)
class ScreenCondition:
    """What is wrong with the screen; None when it is well."""

    text: str | None


InboxItem = Event | BusEvent | Stop | ScreenCondition


@dataclass(frozen=True)
class _Unusable:
    """Settings of the hub that this unit cannot live by."""

    why: str


@dataclass(frozen=True)
class Identity:
    """Who this program is on the wire. ``boot`` is new at every start."""

    topics: Topics
    device: str
    kind: DeviceKind
    version: str
    boot: str

    def status(self, state: str, clock: Clock, faults: Sequence[object] = ()) -> DeviceStatus:
        return DeviceStatus.model_validate(
            {
                "state": state,
                "kind": self.kind,
                "at": clock.now(),
                "boot": self.boot,
                "version": self.version,
                "clock": clock.reading(),
                "faults": list(faults),
            }
        )


class Unit:
    """Everything that happens comes through ``inbox``; ``turn`` handles one thing."""

    def __init__(
        self,
        identity: Identity,
        behaviour: Behaviour,
        journal: Journal,
        clock: Clock,
        bus: Bus,
        inbox: queue.SimpleQueue[InboxItem],
        *,
        printing: TakesPrintJobs | None = None,
        lamps: Lamps | None = None,
        screen: ShowsViews | None = None,
        new_id: Callable[[], str] = new_message_id,
    ) -> None:
        self.inbox = inbox
        self.view: View | None = None
        self._identity = identity
        self._behaviour = behaviour
        self._journal = journal
        self._clock = clock
        self._bus = bus
        self._printing = printing
        self._lamps = lamps
        self._screen = screen
        self._new_id = new_id
        self._link = Link(bus, identity.topics, identity.device, journal, clock)
        self._faults = Faults()
        self._contested = Contested()
        self._stop: Stop | None = None
        self._ticked_at = float("-inf")
        self._cached_at: dict[str, float] = {}
        self._uncached: dict[str, DeviceConfig | ServicesState] = {}
        self._pruned_at = float("-inf")
        self._disk_tried_at = float("-inf")
        self._checkpoint_at = clock.monotonic()
        self._restart_at: float | None = None
        self._failures = 0
        self._language = "fi"

    # --- what others may know

    @property
    def step_name(self) -> str:
        return self._behaviour.step_name

    @property
    def connected(self) -> bool:
        return self._behaviour.connected

    @property
    def language(self) -> str:
        """The point's first language, as far as it is known."""
        return self._language

    def keys(self) -> list[dict[str, str]]:
        """The choices that stand on the screen, by the key beside each."""
        choices = self.view.choices if isinstance(self.view, DispenserView) else ()
        return [{"key": choice.key, "label": choice.name, "service": choice.service} for choice in choices]

    def fault(self, code: str, text: str) -> None:
        """A fault known before the loop runs."""
        self._faults.raise_(code, text, self._clock.now())

    # --- life

    def start(self) -> None:
        """Take up what was left, show it, and connect."""
        moment = self._moment()
        with self._journal.transaction():
            self._pass_over_damaged(moment)
            effects = self._behaviour.start(moment)
            for told in self._from_cache():
                self._note(told.state)
                effects += self._react(told, moment)
            self._write(effects, moment)
        self._carry_out(effects, moment)
        self._bus.start()

    def _pass_over_damaged(self, moment: Moment) -> None:
        """A message that nobody can read any more is told as a fault, and those after it are sent."""
        damaged = self._journal.give_up_unreadable(moment.wall)
        if damaged:
            numbers = ", ".join(str(seq) for seq in damaged[:10]) + (" …" if len(damaged) > 10 else "")
            text = f"Messages in the journal cannot be read and are not sent: seq {numbers}."
            self._apply_fault(Raise(MESSAGES_DAMAGED, text), moment)

    def run(self, after_each_turn: Callable[[], None] = lambda: None) -> Stop:
        """Turn until told to stop."""
        while self._stop is None:
            self.turn(TICK_SECONDS)
            after_each_turn()
        return self._stop

    def turn(self, wait_seconds: float = 0.0) -> bool:
        """Handle the next thing in the inbox, or let time go by. False when there was nothing."""
        try:
            item = self.inbox.get(timeout=wait_seconds) if wait_seconds > 0 else self.inbox.get_nowait()
        except queue.Empty:
            self._handle_safely(Tick())
            return False
        self._handle_safely(item)
        if self._clock.monotonic() - self._ticked_at >= TICK_SECONDS:
            self._handle_safely(Tick())
        return True

    def hear_last_tickets(self) -> None:
        """How a ticket ended while stopping. All else is left: what is answered now would be printed by nobody."""
        while not self.inbox.empty():
            item = self.inbox.get_nowait()
            if isinstance(item, PaperOut | NotPrinted):
                self._handle_safely(item)

    def wind_up(self) -> None:
        """The last words of a clean stop."""
        moment = self._moment()
        try:
            with self._journal.transaction():
                entries = self._write(self._behaviour.stop(moment), moment)
            self._link.publish(entries, moment)
            self._store_caches()
        except sqlite3.Error:
            log.exception("unit.last_words_not_kept")
        self._link.publish_status(self._identity.status("offline", self._clock, self._faults.all()))

    # --- one thing

    def _handle_safely(self, item: InboxItem) -> None:
        """A bug in one step is told and survived: the next customer still gets a number."""
        try:
            self.handle(item)
        except sqlite3.Error as error:
            self._disk_failed(error)
        except Exception as error:
            if self._step_failed(error):
                log.exception("unit.step_failed", item=type(item).__name__)
        else:
            self._failures = 0

    def _step_failed(self, error: Exception) -> bool:
        """True for an error that was not told before."""
        self._failures += 1
        if self._failures >= MOST_FAILURES:
            self._stop = self._stop or Stop(restart=True)
        is_new = self._faults.raise_(INTERNAL_ERROR, f"{type(error).__name__}: {error}", self._clock.now())
        if is_new:
            self._publish_status()
        return is_new

    def _disk_failed(self, error: sqlite3.Error) -> None:
        """Nothing of the step was kept, so nothing of it was done; customers are sent to a person meanwhile."""
        moment = self._moment()
        if self._restart_at is None:
            log.error("unit.disk_failed", reason=str(error))
            self._restart_at = moment.seconds + RESTART_AFTER_SECONDS
        self._apply_fault(Raise(DISK_FAILED, f"The journal cannot be written: {error}"), moment)
        self._behaviour.step(DiskFailed(), moment)
        self._show(moment)

    def handle(self, item: InboxItem) -> None:
        moment = self._moment()
        match item:
            case Stop():
                self._stop = self._stop or item
                return
            case ScreenCondition(text=text):
                self._apply_fault(Raise("screen-error", text) if text else Clear("screen-error"), moment)
                return
            case Tick():
                self._ticked_at = moment.seconds
        with self._journal.transaction():
            heard = self._hear(item, moment)
            effects = [effect for one in heard for effect in self._react(one, moment)]
            entries = self._write(effects, moment)
        self._watch_connection(item, moment)
        if isinstance(item, Connected):
            self._publish_status()
            self._link.publish_unanswered(moment)
        else:
            self._link.publish(entries, moment)
        self._carry_out(effects, moment)
        for one in heard:
            self._obey(one, moment)
        if isinstance(item, Tick):
            self._restart_if_due(moment)
            self._housekeeping(moment)

    def _watch_connection(self, item: InboxItem, moment: Moment) -> None:
        """Whether somebody else keeps taking this unit's place at the broker."""
        before = self._contested.now
        match item:
            case Connected():
                self._contested.connected(moment.seconds)
            case Disconnected():
                self._contested.lost(moment.seconds)
            case Tick():
                self._contested.time_goes_by(moment.seconds)
        if self._contested.now and not before:
            text = f"The connection is taken away again and again. Perhaps another unit uses the name {self._device}."
            log.error("unit.connection_contested", device=self._device)
            self._apply_fault(Raise(CONTESTED, text), moment)
        elif before and not self._contested.now:
            log.info("unit.connection_holds", device=self._device)
            self._apply_fault(Clear(CONTESTED), moment)

    @property
    def _device(self) -> str:
        return self._identity.device

    def _restart_if_due(self, moment: Moment) -> None:
        if self._restart_at is not None and moment.seconds >= self._restart_at:
            self._stop = self._stop or Stop(restart=True)

    def _hear(self, item: Event | BusEvent, moment: Moment) -> list[Heard | _Unusable]:
        if isinstance(item, Connected | Disconnected | Message):
            return [judged for heard in self._link.hear(item, moment) for judged in self._judged(heard)]
        return [item]

    def _judged(self, heard: Heard) -> list[Heard | _Unusable]:
        """Settings of another kind of unit are dropped; those that cannot be lived by are refused."""
        if not (isinstance(heard, Told) and isinstance(heard.state, DeviceConfig)):
            return [heard]
        if heard.state.kind is not self._identity.kind:
            log.warning("unit.config_for_another_kind", kind=heard.state.kind)
            return []
        why = why_unusable(heard.state, self._identity.topics.site)
        return [_Unusable(why) if why else heard]

    def _react(self, heard: Heard | _Unusable, moment: Moment) -> list[Effect]:
        match heard:
            case _Unusable(why=why):
                log.error("unit.config_invalid", reason=why)
                return [Raise(CONFIG_INVALID, f"The hub's settings cannot be used, the last ones stay: {why}")]
            case ResendWanted() | RestartWanted():
                return [Send("done", self._new_id(), CommandOutcome(re=heard.id))]
            case NotForThisUnit():
                return [Send("failed", self._new_id(), CommandOutcome(re=heard.id, code="not-allowed"))]
            case Told(state=DeviceConfig()):
                return [Clear(CONFIG_INVALID), *self._behaviour.step(heard, moment)]
        return self._behaviour.step(heard, moment)

    def _obey(self, heard: Heard | _Unusable, moment: Moment) -> None:
        match heard:
            case ResendWanted():
                self._link.publish_since(heard.seq, moment)
            case RestartWanted():
                self._stop = Stop(restart=True)
            case Told(state=DeviceConfig() | ServicesState() as state):
                self._note(state)
                self._cache(state, moment)

    def _write(self, effects: Sequence[Effect], moment: Moment) -> list[Entry]:
        """Everything of the step that must not be lost, in one commit."""
        entries = []
        for effect in effects:
            match effect:
                case Send():
                    entries.append(self._link.write(effect, moment.wall))
                case Keep():
                    self._journal.keep(effect.key, effect.value)
        return entries

    def _carry_out(self, effects: Sequence[Effect], moment: Moment) -> None:
        """What the step brings about besides messages: paper first, then what it looks like."""
        for effect in effects:
            if isinstance(effect, Print) and self._printing is not None:
                self._printing.submit(effect.job, effect.ticket)
        for effect in effects:
            if isinstance(effect, Raise | Clear):
                self._apply_fault(effect, moment)
        self._show(moment)

    def _show(self, moment: Moment) -> None:
        for effect in self._behaviour.appearance(moment):
            match effect:
                case Light() if self._lamps is not None:
                    self._lamps.set(effect.lamp, effect.state)
                case Show():
                    self.view = effect.view
                    if self._screen is not None:
                        self._screen.show(effect.view)

    def _apply_fault(self, effect: Raise | Clear, moment: Moment) -> None:
        if isinstance(effect, Raise):
            changed = self._faults.raise_(effect.code, effect.text, moment.wall)
        else:
            changed = self._faults.clear(effect.code)
        if changed:
            self._publish_status()

    def _publish_status(self) -> None:
        self._link.publish_status(self._identity.status("online", self._clock, self._faults.all()))

    # --- what the hub last said, for a start without it

    def _from_cache(self) -> list[Told]:
        kept = self._journal.kept()
        models: dict[str, type[DeviceConfig | ServicesState]] = {"config": DeviceConfig, "services": ServicesState}
        told: list[Told] = []
        for key, model in models.items():
            try:
                told += [Told(model.model_validate(kept[key]), kept=True)] if key in kept else []
            except ValidationError:
                log.warning("unit.cache_of_another_version", key=key)
        return told

    def _note(self, state: object) -> None:
        if isinstance(state, DeviceConfig) and state.languages:
            self._language = state.languages[0]

    def _cache(self, state: DeviceConfig | ServicesState, moment: Moment) -> None:
        """``services`` changes with every ticket, and its hours hardly ever: it is written once a minute at most."""
        key = "config" if isinstance(state, DeviceConfig) else "services"
        self._uncached[key] = state
        if key == "config" or moment.seconds - self._cached_at.get(key, float("-inf")) >= CACHE_EVERY_SECONDS:
            self._cached_at[key] = moment.seconds
            self._try_on_disk(self._store_caches, moment)

    def _store_caches(self) -> None:
        with self._journal.transaction():
            for key, state in self._uncached.items():
                self._journal.keep(key, state.model_dump(mode="json", by_alias=True))
        self._uncached.clear()

    def _housekeeping(self, moment: Moment) -> None:
        self._link.publish_again_if_due(moment)
        if moment.seconds - self._pruned_at >= PRUNE_EVERY_SECONDS:
            self._pruned_at = moment.seconds
            self._try_on_disk(lambda: self._look_through(moment), moment)
        if self._faults.stands(DISK_FAILED) and moment.seconds - self._disk_tried_at >= DISK_AGAIN_SECONDS:
            self._disk_tried_at = moment.seconds
            self._try_on_disk(self._probe_disk, moment)
        if moment.seconds - self._checkpoint_at >= CHECKPOINT_EVERY_SECONDS:
            self._checkpoint_at = moment.seconds
            self._try_on_disk(self._journal.checkpoint, moment, clears=False)

    def _probe_disk(self) -> None:
        """Write something, and what waits to be written."""
        self._journal.keep("disk-tried", {"at": instant_text(self._clock.now())})
        self._store_caches()

    def _look_through(self, moment: Moment) -> None:
        self._pass_over_damaged(moment)
        self._journal.prune(moment.wall)

    def _try_on_disk(self, write: Callable[[], object], moment: Moment, *, clears: bool = True) -> None:
        """What can be written later as well: a fault while it fails. ``clears``: it writes for certain."""
        try:
            write()
        except sqlite3.Error as error:
            self._apply_fault(Raise(DISK_FAILED, f"The journal cannot be written: {error}"), moment)
        else:
            if clears:
                self._apply_fault(Clear(DISK_FAILED), moment)

    def _moment(self) -> Moment:
        return Moment(self._clock.now(), self._clock.monotonic())
