"""The panel of simulated hardware: HTTP on loopback, for the virtual lobby page and for tests.

``GET /state``, ``GET /screen.png``, ``GET /tickets/K.png``, ``GET /tickets/K.bin``, ``POST /press``, ``POST /printer``.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol, get_args, get_type_hints

from vuoro_mqtt.facts_log import FactsLog

from vuoro_devices.behaviour.views import Action

log = FactsLog(__name__)

LOOPBACK = "127.0.0.1"
MOST_BYTES = 4096
_KINDS = get_args(get_type_hints(Action)["kind"])
_TICKET = re.compile(r"^/tickets/([1-9][0-9]{0,8})\.(png|bin)$")


class PanelPrinter(Protocol):
    """What the panel asks of a simulated printer; LookupError: no such ticket; ValueError: no such state."""

    def state(self) -> dict[str, Any]: ...

    def set(self, *, paper: Any = None, cover: Any = None, connection: Any = None) -> None: ...

    def ticket_png(self, k: int) -> bytes: ...

    def ticket_bytes(self, k: int) -> bytes: ...


class PanelScreen(Protocol):
    """What the panel asks of a simulated screen."""

    shows: Any
    frame: int
    drawn_at: Any

    @property
    def size(self) -> tuple[int, int]: ...

    def png(self) -> bytes: ...

    def touch(self, x: int, y: int) -> Action | None: ...


class BadRequest(Exception):
    """What was sent to the panel does not do."""


class Panel:
    """Binds to loopback alone. ``press`` delivers an action as the real keys would."""

    def __init__(
        self,
        port: int,
        unit_state: Callable[[], dict[str, Any]],
        press: Callable[[Action], bool],
        *,
        screen: Callable[[], PanelScreen | None] = lambda: None,
        printer: PanelPrinter | None = None,
        lamps: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        self._unit_state = unit_state
        self._press = press
        self._screen = screen
        self._printer = printer
        self._lamps = lamps
        self._pressed_at: float | None = None
        """Monotonic time of the last press, as ``drawn_at`` and the printer's ``first_byte_at`` are."""
        self._server = _Server((LOOPBACK, port), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="panel", daemon=True)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """May be called twice."""
        if self._thread.is_alive():
            self._server.shutdown()
        self._server.server_close()

    # --- what can be asked

    def state(self) -> dict[str, Any]:
        screen = self._screen()
        width, height = screen.size if screen else (0, 0)
        return {
            **self._unit_state(),
            "lamps": dict(self._lamps()),
            "screen": {
                "shows": screen.shows if screen else "none",
                "frame": screen.frame if screen else 0,
                "width": width,
                "height": height,
                "drawn_at": list(screen.drawn_at) if screen else [],
            },
            "pressed_at": self._pressed_at,
            "printer": self._printer.state() if self._printer else None,
        }

    def screen_png(self) -> bytes | None:
        screen = self._screen()
        return screen.png() if screen is not None and screen.frame > 0 else None

    def ticket(self, number: int, form: str) -> bytes | None:
        if self._printer is None:
            return None
        try:
            return self._printer.ticket_png(number) if form == "png" else self._printer.ticket_bytes(number)
        except LookupError:
            return None

    def press(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """``{"action": {"kind", "value"}}``, ``{"key": "3"}`` (or ``"next"``…), ``{"touch": [x, y]}``."""
        match wanted:
            case {"action": {"kind": str(kind), **rest}}:
                if kind not in _KINDS:
                    raise BadRequest(f"kind is one of {', '.join(_KINDS)}")
                action: Action | None = Action(kind, str(rest.get("value", "")))  # type: ignore[arg-type]
            case {"key": str(kind)} if kind in _KINDS:
                action = Action(kind)  # type: ignore[arg-type]
            case {"key": str() | int() as key}:
                action = Action("choose", str(key))
            case {"touch": [int() | float() as x, int() | float() as y]}:
                screen = self._screen()
                action = screen.touch(int(x), int(y)) if screen is not None else None
            case _:
                raise BadRequest('send {"action": {"kind": …, "value": …}}, {"key": "1"} or {"touch": [x, y]}')
        if action is None:
            return {"pressed": False}
        if after := _seconds(wanted.get("after_seconds", 0)):
            threading.Timer(after, self._press_now, (action,)).start()
            return {"pressed": True}
        return {"pressed": self._press_now(action)}

    def _press_now(self, action: Action) -> bool:
        self._pressed_at = time.monotonic()
        return self._press(action)

    def change_printer(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        if self._printer is None:
            raise BadRequest("this unit has no simulated printer")
        unknown = set(wanted) - {"paper", "cover", "connection"}
        if unknown or not wanted:
            raise BadRequest("send paper, cover or connection")
        try:
            self._printer.set(**{key: str(value) for key, value in wanted.items()})
        except ValueError as error:
            raise BadRequest(str(error)) from error
        return self._printer.state()


def _seconds(given: object) -> float:
    if not isinstance(given, int | float) or isinstance(given, bool) or not 0 <= given <= 10:
        raise BadRequest("after_seconds is a number from 0 to 10")
    return float(given)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that went away in the middle is nothing to tell of."""
        log.debug("panel.request_broken", client=str(client_address))


def _handler(panel: Panel) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 10

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            ticket = _TICKET.match(path)
            if path == "/state":
                self._json(HTTPStatus.OK, panel.state())
            elif path == "/screen.png":
                self._bytes(panel.screen_png(), "image/png")
            elif ticket is not None:
                form = ticket[2]
                kind = "image/png" if form == "png" else "application/octet-stream"
                self._bytes(panel.ticket(int(ticket[1]), form), kind)
            else:
                self._json(HTTPStatus.NOT_FOUND, {"error": "no such page"})

        def do_POST(self) -> None:
            acts = {"/press": panel.press, "/printer": panel.change_printer}
            act = acts.get(self.path)
            try:
                wanted = self._wanted()
                if act is None:
                    self._json(HTTPStatus.NOT_FOUND, {"error": "no such page"})
                else:
                    self._json(HTTPStatus.OK, act(wanted))
            except BadRequest as error:
                self._json(HTTPStatus.BAD_REQUEST, {"error": str(error)})

        def _wanted(self) -> dict[str, Any]:
            length = self.headers.get("Content-Length", "0")
            if not length.isdigit() or int(length) > MOST_BYTES:
                self.close_connection = True
                raise BadRequest("too long")
            try:
                wanted = json.loads(self.rfile.read(int(length)))
            except ValueError:
                raise BadRequest("the body is not JSON") from None
            if not isinstance(wanted, dict):
                raise BadRequest("the body is not a JSON object")
            return wanted

        def _bytes(self, data: bytes | None, kind: str) -> None:
            if data is None:
                self._json(HTTPStatus.NOT_FOUND, {"error": "there is none yet"})
            else:
                self._answer(HTTPStatus.OK, data, kind)

        def _json(self, status: HTTPStatus, answer: Mapping[str, Any]) -> None:
            self._answer(status, json.dumps(answer, ensure_ascii=False).encode(), "application/json; charset=utf-8")

        def _answer(self, status: HTTPStatus, data: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            """The page asks twice a second: not worth a line each."""

    return Handler
