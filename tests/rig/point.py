"""A whole running point for tests: the demo as a person starts it, on free ports, in a folder of its own."""

from __future__ import annotations

import http.client
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rig.brokers import free_port

CHECKOUT = Path(__file__).resolve().parents[2]
READY_WITHIN_SECONDS = 60.0
STOPPED_WITHIN_SECONDS = 30.0


@dataclass(frozen=True)
class Answer:
    """What came over HTTP."""

    status: int
    body: bytes
    headers: dict[str, str]


class RunningPoint:
    """The demo program and what it has said."""

    def __init__(self, data: Path, preset: str = "lahti", **environment: str) -> None:
        self.preset = preset
        self.http_port = free_port()
        self.mqtt_port = free_port()
        self.data = data
        self.said: list[str] = []
        self._environment = environment
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http_port}"

    @property
    def folder(self) -> Path:
        """Where this point's data and logs lie."""
        return self.data / self.preset

    @property
    def variables(self) -> dict[str, str]:
        """What it is started with."""
        return {
            "VUORO_HTTP_PORT": str(self.http_port),
            "VUORO_MQTT_PORT": str(self.mqtt_port),
            "VUORO_PRESET": self.preset,
            "VUORO_DATA": str(self.data),
            **self._environment,
        }

    @property
    def started(self) -> bool:
        return self._process is not None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it; returns at once."""
        others = {name: value for name, value in os.environ.items() if name not in ("VUORO_DEMO_HOURS", "MAKELEVEL")}
        self._lines = queue.Queue()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "vuoro_provisioning", "demo"],
            env=others | self.variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        threading.Thread(target=self._listen, args=(self._process, self._lines), daemon=True).start()

    def wait_ready(self, within_seconds: float = READY_WITHIN_SECONDS) -> float:
        """Until it says that it is ready; the seconds that took."""
        began = time.monotonic()
        wanted = f"vuoro is ready: {self.url}"
        while True:
            left = within_seconds - (time.monotonic() - began)
            try:
                line = self._lines.get(timeout=max(0.0, left))
            except queue.Empty:
                raise AssertionError(f"not ready within {within_seconds} s:\n{self.story()}") from None
            if line is None:
                raise AssertionError(f"it ended before it was ready:\n{self.story()}")
            if line == wanted:
                return time.monotonic() - began

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to stop; its exit code. May be called twice."""
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(number)
        return self.wait_ended()

    def wait_ended(self) -> int:
        assert self._process is not None
        try:
            return self._process.wait(timeout=STOPPED_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise AssertionError(f"it did not stop within {STOPPED_WITHIN_SECONDS} s:\n{self.story()}") from None

    def kill(self) -> None:
        """As the kernel would when memory runs out: no chance to clean up."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(timeout=STOPPED_WITHIN_SECONDS)

    def get(self, path: str, port: int | None = None) -> Answer:
        """A page of the hub, or of another loopback port."""
        return self._ask("GET", path, None, port, {})

    def post(self, path: str, body: Any, port: int | None = None, headers: dict[str, str] | None = None) -> Answer:
        """A POST of JSON."""
        kind = {"Content-Type": "application/json"}
        return self._ask("POST", path, json.dumps(body).encode(), port, kind | (headers or {}))

    def api(self, path: str, body: Any, user: str = "clerk-vero") -> tuple[int, Any]:
        """A POST to the API with a demo user's token: status and answer."""
        answer = self.post(f"/api/v1{path}", body, headers={"Authorization": f"Bearer demo-{user}"})
        return answer.status, json.loads(answer.body or b"null")

    def lobby_port(self) -> int:
        """Where the hub says that the lobby page lives."""
        answer = self.get("/lobby")
        assert answer.status in (302, 303, 307), f"GET /lobby answered {answer.status}"
        return int(answer.headers["Location"].rsplit(":", 1)[1].strip("/"))

    def lobby(self) -> dict[str, Any]:
        """What the lobby page shows now."""
        state: dict[str, Any] = json.loads(self.get("/state", self.lobby_port()).body)
        return state

    def press(self, unit: str, **what: Any) -> None:
        """Press on a unit through the lobby page: ``key="3"``, ``touch=[x, y]`` or ``action={…}``."""
        answer = self.post(f"/units/{unit}/press", what, self.lobby_port())
        assert answer.status < 300, answer.body

    def plug(self, key: str, deed: str) -> None:
        """``start``, ``stop`` or ``pull`` a unit, ``broker`` or ``hub`` through the lobby page."""
        answer = self.post(f"/plugs/{key}", {"do": deed}, self.lobby_port())
        assert answer.status == 202, answer.body

    def story(self) -> str:
        """All it has said, and the ends of its programs' logs."""
        logs = sorted((self.folder / "logs").glob("*.log"))
        tails = [f"--- {log.name}\n" + log.read_text(errors="replace")[-1500:] for log in logs]
        return "\n".join([*self.said, *tails])

    def _listen(self, process: subprocess.Popen[str], lines: queue.Queue[str | None]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self.said.append(line.rstrip("\n"))
            lines.put(line.rstrip("\n"))
        lines.put(None)

    def _ask(self, method: str, path: str, body: bytes | None, port: int | None, headers: dict[str, str]) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", port or self.http_port, timeout=10)
        try:
            connection.request(method, path, body=body, headers=headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.read(), dict(answer.headers))
        finally:
            connection.close()
