"""A lobby of real programs for measuring: Mosquitto, the hub, and any number of units, on free loopback ports."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import requests
from vuoro_provisioning.demo.broker import broker_program
from vuoro_provisioning.demo.plan import toml_text

CHECKOUT = Path(__file__).parents[2]
PROGRAMS = Path(sys.executable).parent
SITE_FILE = CHECKOUT / "provisioning" / "vuoro_provisioning" / "presets" / "lahti.toml"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(ask: Any, what: str, seconds: float = 60.0) -> Any:
    """Ask until the answer is true. Raises TimeoutError."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if found := ask():
                return found
        except (requests.ConnectionError, ConnectionError):
            pass
        time.sleep(0.02)
    raise TimeoutError(what)


class Program:
    """One started program."""

    def __init__(self, command: list[str], log: Path) -> None:
        self.began = time.monotonic()
        with log.open("ab") as out:
            self.process = subprocess.Popen(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL)

    def rss_mb(self) -> float:
        """Resident memory in MB (10⁶ bytes)."""
        return float(psutil.Process(self.process.pid).memory_info().rss) / 1e6

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class BenchLobby:
    """Starts what is asked for, and stops everything at the end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mqtt_port = free_port()
        self.programs: list[Program] = []
        self.panels: dict[str, int] = {}

    def broker(self) -> Program:
        """Mosquitto as the demo runs it."""
        program = Program(broker_program(self.folder / "broker", self.mqtt_port).command, self.folder / "broker.log")
        self.programs.append(program)
        wait_for(self._broker_takes_connections, "broker")
        return program

    def _broker_takes_connections(self) -> bool:
        with socket.create_connection(("127.0.0.1", self.mqtt_port), 0.2):
            return True

    def hub(self, data: Path | None = None, mqtt_port: int | None = None) -> tuple[Program, str, float]:
        """The hub, its address, and the seconds until it answered."""
        port = free_port()
        data = data or self.folder / "hub"
        config = self.folder / f"hub-{port}.toml"
        settings = {
            "site_file": str(SITE_FILE),
            "data": str(data),
            "demo": True,
            "http": {"host": "127.0.0.1", "port": port},
            "mqtt": {"host": "127.0.0.1", "port": mqtt_port or self.mqtt_port},
        }
        config.write_text(toml_text(settings), encoding="utf-8")
        program = Program(
            [sys.executable, str(PROGRAMS / "vuoro-hub"), "run", "--config", str(config)], self.folder / "hub.log"
        )
        self.programs.append(program)
        url = f"http://127.0.0.1:{port}"
        if mqtt_port is None:
            wait_for(lambda: requests.get(f"{url}/healthz", timeout=1).status_code == 200, "hub")
        else:
            wait_for(lambda: requests.get(f"{url}/api/v1/services", timeout=1).status_code == 200, "hub")
        return program, url, time.monotonic() - program.began

    def unit(self, kind: str, device: str, **tables: Any) -> tuple[Program, float]:
        """A unit with simulated hardware, and the seconds until it was connected and set up."""
        port = free_port()
        self.panels[device] = port
        table = {
            "site": tomllib.loads(SITE_FILE.read_text(encoding="utf-8"))["id"],
            "device": device,
            "state": str(self.folder / device),
            "broker": {"host": "127.0.0.1", "port": self.mqtt_port},
            "simulated": {"port": port},
            **tables,
        }
        config = self.folder / f"{device}.toml"
        config.write_text(toml_text(table), encoding="utf-8")
        program = Program(
            [sys.executable, str(PROGRAMS / "vuoro-device"), kind, "--config", str(config)],
            self.folder / f"{device}.log",
        )
        self.programs.append(program)
        wait_for(lambda: self.state(device)["connected"], device)
        return program, time.monotonic() - program.began

    def state(self, device: str) -> dict[str, Any]:
        """What the unit's panel says."""
        return dict(requests.get(f"http://127.0.0.1:{self.panels[device]}/state", timeout=5).json())

    def press(self, device: str, key: str) -> bool:
        """A press a moment from now: a real unit has no panel whose answer would take its time from the press."""
        wanted = {"key": key, "after_seconds": 0.05}
        answer = requests.post(f"http://127.0.0.1:{self.panels[device]}/press", json=wanted, timeout=5)
        return bool(answer.json()["pressed"])

    def close(self) -> None:
        for program in reversed(self.programs):
            program.stop()


@contextmanager
def a_lobby(folder: Path) -> Iterator[BenchLobby]:
    folder.mkdir(parents=True, exist_ok=True)
    lobby = BenchLobby(folder)
    try:
        yield lobby
    finally:
        lobby.close()


class Clerk:
    """Calls the API as one demo user, over one kept-open connection."""

    def __init__(self, url: str, name: str) -> None:
        self._url = f"{url}/api/v1"
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer demo-{name}"

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        answer = self._session.post(f"{self._url}{path}", json=body or {}, timeout=30)
        if answer.status_code >= 400:
            raise RuntimeError(f"{path}: {answer.status_code} {answer.text}")
        return answer.json()
