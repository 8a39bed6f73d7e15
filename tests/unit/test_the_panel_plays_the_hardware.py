"""The panel of simulated hardware, over real HTTP on loopback."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any

import pytest
from vuoro_devices.behaviour.views import Action
from vuoro_devices.simulated.controls import SimulatedControls, SimulatedLamps
from vuoro_devices.simulated.panel import Panel


class OneScreen:
    """A screen whose whole face is one choice."""

    shows = "pygame"
    frame = 3
    drawn_at = ((3, 12.5),)
    size = (1280, 720)

    def png(self) -> bytes:
        return b"\x89PNG picture"

    def touch(self, x: int, y: int) -> Action | None:
        return Action("choose", "kela") if x < 640 else None


class OnePrinter:
    """A printer with one ticket."""

    def __init__(self) -> None:
        self.now: dict[str, Any] = {"paper": "ok", "cover": "closed", "connection": "ok", "tickets": 1}

    def state(self) -> dict[str, Any]:
        return dict(self.now)

    def set(self, *, paper: Any = None, cover: Any = None, connection: Any = None) -> None:
        if paper not in (None, "ok", "low", "out"):
            raise ValueError("paper is one of ok, low, out")
        wishes = {"paper": paper, "cover": cover, "connection": connection}
        self.now |= {key: value for key, value in wishes.items() if value is not None}

    def ticket_png(self, k: int) -> bytes:
        return b"\x89PNG" + self.ticket_bytes(k)

    def ticket_bytes(self, k: int) -> bytes:
        if k != 1:
            raise LookupError(k)
        return b"\x1b@017"


class Desk:
    """A panel with everything on it, and a way to ask it."""

    def __init__(self) -> None:
        self.pressed: list[Action] = []
        controls = SimulatedControls()
        controls.start(self.pressed.append)
        self.lamps = SimulatedLamps()
        self.panel = Panel(
            0,
            lambda: {"device": "dispenser-1", "step": "choose", "connected": True},
            controls.press,
            screen=OneScreen,
            printer=OnePrinter(),
            lamps=self.lamps.states,
        )
        self.panel.start()

    def ask(self, method: str, path: str, body: bytes | dict[str, Any] | None = None) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.panel.port, timeout=5)
        data = json.dumps(body).encode() if isinstance(body, dict) else body
        connection.request(method, path, data)
        answer = connection.getresponse()
        found = answer.status, answer.read()
        connection.close()
        return found

    def json(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        status, data = self.ask(method, path, body)
        assert status == 200, data
        return dict(json.loads(data))


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    yield made
    made.panel.close()


def test_the_state_tells_of_every_part(desk: Desk) -> None:
    desk.lamps.set("1", "on")
    state = desk.json("GET", "/state")
    assert state["device"] == "dispenser-1"
    assert state["lamps"] == {"1": "on"}
    assert state["screen"] == {"shows": "pygame", "frame": 3, "width": 1280, "height": 720, "drawn_at": [[3, 12.5]]}
    assert state["printer"]["tickets"] == 1


def test_keys_actions_and_touches_are_pressed(desk: Desk) -> None:
    assert desk.json("POST", "/press", {"key": "3"}) == {"pressed": True}
    assert desk.json("POST", "/press", {"action": {"kind": "language", "value": "sv"}}) == {"pressed": True}
    assert desk.json("POST", "/press", {"touch": [100, 50]}) == {"pressed": True}
    assert desk.json("POST", "/press", {"touch": [1000, 50]}) == {"pressed": False}
    assert desk.pressed == [Action("choose", "3"), Action("language", "sv"), Action("choose", "kela")]


def test_pictures_and_bytes_come_as_they_are(desk: Desk) -> None:
    assert desk.ask("GET", "/screen.png?frame=3") == (200, b"\x89PNG picture")
    assert desk.ask("GET", "/tickets/1.bin") == (200, b"\x1b@017")
    assert desk.ask("GET", "/tickets/1.png")[0] == 200
    assert desk.ask("GET", "/tickets/2.png")[0] == 404
    assert desk.ask("GET", "/tickets/0.png")[0] == 404
    assert desk.ask("GET", "/nothing")[0] == 404


def test_paper_can_be_taken_out(desk: Desk) -> None:
    assert desk.json("POST", "/printer", {"paper": "out"})["paper"] == "out"
    assert desk.json("GET", "/state")["printer"]["paper"] == "out"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/press", b"{"),
        ("/press", b"[]"),
        ("/press", {"action": {"kind": "dance"}}),
        ("/press", {"touch": [1]}),
        ("/press", b"x" * 5000),
        ("/printer", {"paper": "plenty"}),
        ("/printer", {"colour": "red"}),
        ("/printer", {}),
    ],
)
def test_what_does_not_do_is_refused_and_stops_nothing(desk: Desk, path: str, body: Any) -> None:
    status, told = desk.ask("POST", path, body)
    assert status == 400
    assert json.loads(told)["error"]
    assert desk.ask("GET", "/state")[0] == 200


def test_it_listens_on_loopback_alone(desk: Desk) -> None:
    assert desk.panel._server.server_address[0] == "127.0.0.1"
