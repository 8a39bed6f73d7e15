"""The running point: starts its programs, looks after them, and stops them in reverse order."""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Callable
from enum import StrEnum

from vuoro_provisioning.demo.broker import BrokerProgram
from vuoro_provisioning.demo.children import Child, Plug, Program
from vuoro_provisioning.demo.panels import Panel, hub_ready
from vuoro_provisioning.demo.plan import PointPlan, UnitPlan

TEND_EVERY_SECONDS = 0.1
SLOW_START_SECONDS = 30.0
SHORTEST_LOOK_SECONDS = 0.05
LONGEST_LOOK_SECONDS = 1.0

KIND_TITLES = {
    "ticket-dispenser": "ticket dispenser",
    "counter-display": "counter display",
    "lobby-display": "lobby display",
}

Say = Callable[[str], None]


class Deed(StrEnum):
    """What a person does to a plug on the lobby page."""

    START = "start"
    STOP = "stop"
    PULL = "pull"


class Point:
    """Broker, hub and units of one plan. ``ask`` may be called from any thread; all else from the one that runs it."""

    def __init__(self, plan: PointPlan, broker: BrokerProgram, say: Say) -> None:
        self.plan = plan
        self._say = say
        self._asked: queue.Queue[tuple[str, Deed]] = queue.Queue()
        self.broker = Child(_program(plan, "broker", f"Broker ({broker.name})", broker.command))
        self.hub = Child(_program(plan, "hub", "Hub", plan.hub_command))
        self.units = {unit.unit.id: Child(_unit_program(plan, unit)) for unit in plan.units}
        self.ready = threading.Event()

    @property
    def children(self) -> dict[str, Child]:
        """In the order they are started."""
        return {"broker": self.broker, "hub": self.hub, **self.units}

    def start(self) -> None:
        """All at once: each of them waits for what it needs by itself."""
        now = time.monotonic()
        for child in self.children.values():
            child.start(now)

    def ask(self, key: str, deed: Deed) -> bool:
        """Have a plug handled soon. False when there is no such program."""
        if key not in self.children:
            return False
        self._asked.put((key, deed))
        return True

    def run(self, wants_an_end: Callable[[], bool]) -> None:
        """Look after everything until asked to end."""
        threading.Thread(target=self._wait_ready, name="ready", daemon=True).start()
        while not wants_an_end():
            self._handle_plugs(TEND_EVERY_SECONDS)
            self._tend()

    def stop(self) -> None:
        """Units, then the hub, then the broker: nobody loses what it still has to say."""
        for tier in (list(self.units.values()), [self.hub], [self.broker]):
            for child in tier:
                child.stop(time.monotonic())
            while not all(child.ended for child in tier):
                self._tend()
                time.sleep(0.02)

    def missing(self) -> list[str]:
        """What is not ready yet, in words for people."""
        missing = [] if hub_ready(self.plan.http_port) else ["the hub"]
        return missing + [_title(unit) for unit in self.plan.units if not unit_ready(unit)]

    def _wait_ready(self) -> None:
        slow_at = time.monotonic() + SLOW_START_SECONDS
        pause = SHORTEST_LOOK_SECONDS
        while missing := self.missing():
            if time.monotonic() > slow_at:
                self._say(f"Still waiting for {', '.join(missing)}. Logs: {self.plan.folder / 'logs'}")
                slow_at += SLOW_START_SECONDS
            time.sleep(pause)
            pause = min(pause * 1.1, LONGEST_LOOK_SECONDS)
        self.ready.set()
        self._say(f"vuoro is ready: {self.plan.hub_url}")

    def _handle_plugs(self, within_seconds: float) -> None:
        try:
            key, deed = self._asked.get(timeout=within_seconds)
        except queue.Empty:
            return
        child = self.children[key]
        if deed is Deed.START:
            child.start(time.monotonic())
        elif deed is Deed.STOP:
            child.stop(time.monotonic())
        else:
            child.pull()
        self._say(f"{child.program.title}: {_done(deed, child)} (from the lobby page).")

    def _tend(self) -> None:
        now = time.monotonic()
        for child in self.children.values():
            told = child.tend(now)
            if told:
                self._say(told)


def unit_ready(unit: UnitPlan) -> bool:
    """Whether its simulated hardware answers and it has reached the broker."""
    state = Panel(unit.panel_port).state()
    return state is not None and bool(state.get("connected"))


def _done(deed: Deed, child: Child) -> str:
    if deed is Deed.PULL:
        return "plug pulled"
    return "stopping" if child.plug is Plug.STOPPING else child.plug.value


def _title(unit: UnitPlan) -> str:
    return f"{KIND_TITLES.get(unit.unit.kind, unit.unit.kind)} {unit.unit.id}"


def _unit_program(plan: PointPlan, unit: UnitPlan) -> Program:
    return _program(plan, unit.unit.id, _title(unit).capitalize(), unit.command)


def _program(plan: PointPlan, key: str, title: str, command: list[str]) -> Program:
    cache = plan.folder / "cache"
    environment = {
        "PYTHONUNBUFFERED": "1",
        "SDL_VIDEODRIVER": "dummy",
        "PYGAME_HIDE_SUPPORT_PROMPT": "1",
        "ESCPOS_CAPABILITIES_PICKLE_DIR": str(cache),
        "NO_COLOR": "1",
        "LC_ALL": os.environ.get("LC_ALL") or "C.UTF-8",
    }
    return Program(key, title, command, plan.folder / "logs" / f"{key}.log", environment)
