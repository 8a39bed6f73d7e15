"""A unit as a real process with simulated hardware, played through its panel; and a hub played by hand over MQTT."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rig.brokers import RunningBroker, free_port
from rig.scripted_hub import ScriptedHub
from rig.waiting import until
from vuoro_mqtt.bus import BusEvent, Connected
from vuoro_mqtt.paho_bus import PahoBus


class RunningUnit:
    """Start, ask, press, pull the plug, start again."""

    def __init__(
        self, folder: Path, broker_port: int, kind: str = "ticket-dispenser", device: str = "dispenser-1"
    ) -> None:
        self.kind = kind
        self.device = device
        self.folder = folder
        self.panel_port = free_port()
        self.config = folder / f"{device}.toml"
        self.environment: dict[str, str] = {}
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        self._write_config(broker_port)

    def _write_config(self, broker_port: int, screen: str = 'type = "none"') -> None:
        parts = {
            "ticket-dispenser": '[printer]\ntype = "simulated"\n[controls]\ntype = "simulated"\n[lamps]\n'
            'type = "simulated"\n[behaviour]\nguard_seconds = 0.2\n',
            "counter-display": '[controls]\ntype = "simulated"\n',
        }
        if self.kind != "ticket-dispenser":
            screen = 'type = "simulated"\nshows = "pygame"'
        self.config.write_text(
            f'site = "lahti"\ndevice = "{self.device}"\nstate = "{self.folder / "state"}"\n'
            f"[broker]\nport = {broker_port}\n{parts.get(self.kind, '')}[screen]\n{screen}\n"
            f"[simulated]\nport = {self.panel_port}\n"
        )

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "vuoro_devices", self.kind, "--config", str(self.config)],
            env={**os.environ, **self.environment, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None
        return self._process

    def stop(self, within_seconds: float = 5.0) -> int:
        """Ask it to end."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(within_seconds)

    def pull_the_plug(self) -> None:
        self.process.kill()
        self.process.wait(5)

    def end(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.pull_the_plug()

    # --- through the panel

    def state(self) -> dict[str, Any]:
        """Empty while it does not answer."""
        try:
            return dict(json.loads(self.get("/state")))
        except OSError:
            return {}

    def get(self, path: str) -> bytes:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.panel_port}{path}", timeout=3) as answer:
            data: bytes = answer.read()
            return data

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.panel_port}{path}", json.dumps(body).encode(), method="POST"
        )
        with urllib.request.urlopen(request, timeout=3) as answer:
            return dict(json.loads(answer.read()))

    def choose(self, service: str = "verotus") -> None:
        self.post("/press", {"action": {"kind": "choose", "value": service}})

    def tickets(self) -> int:
        printer = self.state().get("printer") or {}
        return int(printer.get("tickets", -1))

    def wait_ready(self) -> None:
        until(lambda: self.state().get("connected") and self.state().get("keys"), f"{self.device} is ready")

    def wait_for_tickets(self, count: int) -> None:
        until(lambda: self.tickets() == count, f"{count} tickets are printed")


class HandHub:
    """A hub played by hand over a real broker."""

    def __init__(self, port: int, device: str = "dispenser-1") -> None:
        self.hub = ScriptedHub(device=device)
        self._connected = threading.Event()
        self._bus = PahoBus("127.0.0.1", port, "hand-hub", self._deliver, self.hub.subscriptions)
        self.hub.speak_through(self._bus)

    def start(self) -> None:
        self._bus.start()
        assert self._connected.wait(10)

    def close(self) -> None:
        self._bus.close()

    def wait_for(self, type: str, count: int = 1) -> list[Any]:
        """That many different messages of a type."""

        def found() -> list[Any]:
            distinct = {up.id: up for up in self.hub.of_type(type)}
            return list(distinct.values()) if len(distinct) >= count else []

        return until(found, f"{count} {type}")

    def wait_connected_anew(self) -> None:
        assert self._connected.wait(15)

    def forget_connection(self) -> None:
        self._connected.clear()

    def _deliver(self, event: BusEvent) -> None:
        if isinstance(event, Connected):
            self._connected.set()
        self.hub.deliver(event)


@contextlib.contextmanager
def hand_hub(broker: RunningBroker, device: str = "dispenser-1") -> Iterator[HandHub]:
    hub = HandHub(broker.port, device)
    hub.start()
    yield hub
    hub.close()
