"""A service point as real processes on loopback: broker, hub and units, each to be killed and started anew."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rig.brokers import RunningBroker, free_port, mosquitto
from rig.holding_proxy import HoldingProxy
from rig.points import PRESETS
from rig.raw_mqtt import RawClient
from rig.waiting import until
from vuoro_provisioning.demo.plan import toml_text

READY_WITHIN_SECONDS = 30.0
LOG_SHOWN = 4000

LAHTI = (PRESETS / "lahti.toml").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Ending:
    """How a program ended when it was asked to."""

    code: int
    seconds: float


class Program:
    """One process and its log. It dies with the tests, whatever becomes of them."""

    def __init__(self, name: str, command: list[str], folder: Path) -> None:
        self.name = name
        self.command = command
        self.log = folder / f"{name}.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        setpriv = shutil.which("setpriv")
        guard = [setpriv, "--pdeathsig", "KILL"] if setpriv else []
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*guard, *self.command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
            )

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """End it with no warning at all."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)

    def ask_to_stop(self, within_seconds: float = 10.0) -> Ending:
        assert self._process is not None
        began = time.monotonic()
        self._process.send_signal(signal.SIGTERM)
        return Ending(self._process.wait(within_seconds), time.monotonic() - began)

    def wait_ended(self, within_seconds: float = 20.0) -> int:
        """Until it ends by itself; its exit code."""
        assert self._process is not None
        return self._process.wait(within_seconds)

    def said(self) -> str:
        """All that it has logged."""
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""


@dataclass(frozen=True)
class Reply:
    """What the API answered."""

    status: int
    body: Any
    replayed: bool


class Hub(Program):
    """The hub's program, and its API."""

    def __init__(self, folder: Path, site_file: Path, mqtt_port: int, *, name: str = "hub", demo: bool = True) -> None:
        self.port = free_port()
        self.data = folder / name
        self.config = folder / f"{name}.toml"
        settings = {
            "site_file": str(site_file),
            "data": str(self.data),
            "demo": demo,
            "http": {"host": "127.0.0.1", "port": self.port},
            "mqtt": {"host": "127.0.0.1", "port": mqtt_port},
        }
        self.config.write_text(toml_text(settings), encoding="utf-8")
        command = [sys.executable, "-m", "vuoro_hub", "run", "--config", str(self.config)]
        super().__init__(name, command, folder)

    def wait_ready(self) -> None:
        until(self.is_well, f"the {self.name} is well", READY_WITHIN_SECONDS)

    def is_well(self) -> bool:
        assert self.running, f"the {self.name} has ended:\n{self.said()[-LOG_SHOWN:]}"
        try:
            return self.get("/healthz").status == 200
        except OSError:
            return False

    def get(self, path: str, user: str | None = None) -> Reply:
        return self._ask("GET", path, None, user, None)

    def post(self, path: str, body: Any = None, user: str = "advisor", key: str | None = None) -> Reply:
        """A POST to the API. OSError or HTTPException where the hub is away."""
        return self._ask("POST", f"/api/v1{path}", body or {}, user, key)

    def must(self, path: str, body: Any = None, user: str = "advisor") -> Any:
        """A POST that is expected to be done."""
        reply = self.post(path, body, user)
        assert reply.status < 300, f"{path}: {reply.status} {reply.body}"
        return reply.body

    def turns(self, *states: str, user: str = "advisor") -> list[dict[str, Any]]:
        """Today's turns in the order of the line."""
        asked = "&".join(f"state={state}" for state in states)
        reply = self.get(f"/api/v1/turns?{asked}", user)
        assert reply.status == 200, reply.body
        found: list[dict[str, Any]] = reply.body
        return found

    def line(self, *states: str) -> list[str]:
        """The numbers in line, first in line first."""
        return [turn["number"] for turn in self.turns(*(states or ("waiting",)))]

    def events(self, *types: str) -> list[dict[str, Any]]:
        """The whole event log, checked to be without a gap; of these types where any are named."""
        found: list[dict[str, Any]] = []
        while more := self.get(f"/api/v1/events?after={len(found)}&limit=1000", "coordinator").body:
            found += more
            assert [event["seq"] for event in found] == list(range(1, len(found) + 1)), "the event log has a gap"
        return [event for event in found if not types or event["type"] in types]

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What stands in the database file now; nothing while there is none."""
        path = self.data / "vuoro.db"
        if not path.exists():
            return []
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)) as database:
            return list(database.execute(sql))

    def _ask(self, method: str, path: str, body: Any, user: str | None, key: str | None) -> Reply:
        headers = {"Accept-Language": "en"}
        if user is not None:
            headers["Authorization"] = f"Bearer demo-{user}"
        if key is not None:
            headers["Idempotency-Key"] = key
        data = None
        if body is not None:
            headers["Content-Type"], data = "application/json", json.dumps(body).encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        with closing(connection):
            connection.request(method, path, data, headers)
            answer = connection.getresponse()
            read = answer.read()
            as_json = "json" in answer.headers.get("Content-Type", "")
            return Reply(answer.status, json.loads(read) if as_json else read, "Idempotency-Replayed" in answer.headers)


class Unit(Program):
    """A unit's program with simulated hardware, played through its panel."""

    def __init__(
        self, folder: Path, kind: str, device: str, broker_port: int, *, shows: str = "pygame", **tables: Any
    ) -> None:
        """``tables`` take the place of the configuration's own, such as ``printer`` or ``behaviour``."""
        self.device = device
        self.panel_port = free_port()
        self.config = folder / f"{device}.toml"
        settings: dict[str, Any] = {
            "site": "lahti",
            "device": device,
            "state": str(folder / device),
            "broker": {"port": broker_port},
            "screen": {"type": "simulated", "shows": shows},
            "controls": {"type": "simulated"},
            "simulated": {"port": self.panel_port},
        }
        if shows == "pygame":
            settings["screen"]["size"] = [640, 400]
        if kind == "ticket-dispenser":
            settings["printer"] = {"type": "simulated"}
            settings["lamps"] = {"type": "simulated"}
            settings["behaviour"] = {"guard_seconds": 0.0, "take_seconds": 0.3}
        if kind == "lobby-display":
            del settings["controls"]
        self.config.write_text(toml_text(settings | tables), encoding="utf-8")
        command = [sys.executable, "-m", "vuoro_devices", kind, "--config", str(self.config)]
        super().__init__(device, command, folder)

    def wait_ready(self) -> None:
        """Until it has reached the hub and, for a dispenser, offers its services."""

        def ready() -> bool:
            assert self.running, f"{self.device} has ended:\n{self.said()[-LOG_SHOWN:]}"
            state = self.state()
            return bool(state.get("connected")) and (state["kind"] != "ticket-dispenser" or bool(state["keys"]))

        until(ready, f"{self.device} is ready", READY_WITHIN_SECONDS)

    def state(self) -> dict[str, Any]:
        """What the panel says; empty while it does not answer."""
        try:
            return dict(json.loads(self.get("/state")))
        except (OSError, http.client.HTTPException):
            return {}

    @property
    def connected(self) -> bool | None:
        """None while the panel does not answer."""
        return self.state().get("connected")

    def get(self, path: str) -> bytes:
        return self._ask("GET", path, None)

    def picture(self) -> bytes:
        """What its screen shows now; empty while nothing has been drawn."""
        return self._ask("GET", "/screen.png", None) if self.state().get("screen", {}).get("frame") else b""

    def press(self, kind: str, value: str = "") -> None:
        self._ask("POST", "/press", {"action": {"kind": kind, "value": value}})

    def set_printer(self, **states: str) -> None:
        self._ask("POST", "/printer", states)

    @property
    def tickets(self) -> int:
        """How many came out of the simulated printer since the program began."""
        return int((self.state().get("printer") or {}).get("tickets", 0))

    def take_ticket(self, service: str = "vero", *, within_seconds: float = 15.0) -> bytes:
        """A customer presses and takes the ticket: its bytes."""
        until(lambda: self.state().get("step") == "choose", f"{self.device} is free", within_seconds)
        before = self.tickets
        pressed_at = float("-inf")

        def came_out() -> bool:
            nonlocal pressed_at
            if self.tickets > before:
                return True
            if time.monotonic() - pressed_at > 4.0:  # a press at the very moment a ticket ends counts for nothing
                self.press("choose", service)
                pressed_at = time.monotonic()
            return False

        until(came_out, f"{self.device} prints a ticket", within_seconds)
        return self.get(f"/tickets/{before + 1}.bin")

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", self.panel_port, timeout=5)
        with closing(connection):
            connection.request(method, path, json.dumps(body) if body is not None else None)
            answer = connection.getresponse()
            data: bytes = answer.read()
            assert answer.status == 200, f"{self.device} {path}: {answer.status} {data[:300]!r}"
            return data


class Point:
    """Broker, hub and units of one lobby, in one folder."""

    def __init__(self, folder: Path, site: str = LAHTI, *, demo: bool = True, hub_through: int | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.site_file = folder / "lahti.toml"
        self.site_file.write_text(site, encoding="utf-8")
        self.broker: RunningBroker = mosquitto(folder / "broker")
        self.hub = Hub(folder, self.site_file, hub_through or self.broker.port, demo=demo)
        self.units: dict[str, Unit] = {}
        self.clients: list[RawClient] = []
        self.proxies: list[HoldingProxy] = []

    def start(self) -> None:
        """Broker and hub."""
        self.broker.start()
        self.hub.start()
        self.hub.wait_ready()

    def unit(self, kind: str, device: str, *, through: int | None = None, **tables: Any) -> Unit:
        """A unit, not started yet; ``through`` another port than the broker's own."""
        unit = Unit(self.folder, kind, device, through or self.broker.port, **tables)
        self.units[device] = unit
        return unit

    def started_unit(self, kind: str, device: str, **wishes: Any) -> Unit:
        unit = self.unit(kind, device, **wishes)
        unit.start()
        unit.wait_ready()
        return unit

    def listener(self, *topics: str) -> RawClient:
        """A client that hears everything of the site, or these topics below it."""
        client = RawClient(self.broker.port, *(f"vuoro/1/lahti/{topic}" for topic in topics or ("#",)))
        client.wait_connected()
        self.clients.append(client)
        return client

    def programs(self) -> list[Program]:
        return [self.hub, *self.units.values()]

    def end(self) -> None:
        """Everything that was started, without ceremony."""
        for client in self.clients:
            client.close()
        for proxy in self.proxies:
            proxy.close()
        for program in self.programs():
            program.kill()
        self.broker.kill()

    def story(self) -> str:
        """The ends of all logs, for who reads a failure."""
        return "\n".join(f"--- {log.stem}\n{_end_of(log)}" for log in sorted(self.folder.glob("*.log")))


@contextmanager
def point_at(folder: Path, site: str = LAHTI, *, demo: bool = True) -> Iterator[Point]:
    """A point whose broker and hub run; everything ends with it."""
    point = Point(folder, site, demo=demo)
    try:
        point.start()
        yield point
    finally:
        point.end()


def _end_of(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-LOG_SHOWN:]
