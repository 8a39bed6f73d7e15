"""Talking to the simulated hardware of a unit: the panel that its program serves on loopback."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import Any

from vuoro_provisioning.demo.ports import LOOPBACK


@dataclass(frozen=True)
class Answer:
    """What a panel answered."""

    status: int
    content_type: str
    body: bytes


class Panel:
    """A unit's panel. Every call is a fresh connection; a unit that is off answers nothing (None)."""

    def __init__(self, port: int, within_seconds: float = 2.0) -> None:
        self._port = port
        self._within_seconds = within_seconds

    def get(self, path: str) -> Answer | None:
        return self._ask("GET", path, None)

    def post(self, path: str, body: bytes) -> Answer | None:
        return self._ask("POST", path, body)

    def state(self) -> dict[str, Any] | None:
        """The panel's own account of the unit, or nothing."""
        answer = self.get("/state")
        if answer is None or answer.status != 200:
            return None
        try:
            state = json.loads(answer.body)
        except ValueError:
            return None
        return state if isinstance(state, dict) else None

    def _ask(self, method: str, path: str, body: bytes | None) -> Answer | None:
        connection = http.client.HTTPConnection(LOOPBACK, self._port, timeout=self._within_seconds)
        try:
            headers = {"Content-Type": "application/json"} if body is not None else {}
            connection.request(method, path, body=body, headers=headers)
            answer = connection.getresponse()
            kind = answer.headers.get("Content-Type", "application/octet-stream")
            return Answer(answer.status, kind, answer.read())
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()


def hub_ready(http_port: int) -> bool:
    """Whether the hub says that database and broker answer."""
    answer = Panel(http_port).get("/healthz")
    return answer is not None and answer.status == 200
