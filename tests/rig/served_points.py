"""A point whose API is served by the real server over loopback, and callers who hold a token."""

from __future__ import annotations

import functools
import http.client
import json
import shutil
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any

from flask import Flask
from rig.points import A_TUESDAY, PointAtWork, preset
from vuoro_hub.acts import helping, staffing
from vuoro_hub.acts.people import ensure_demo_people, find_person
from vuoro_hub.acts.transaction import SYSTEM, Actor
from vuoro_hub.announcing import Announcements
from vuoro_hub.web.api import create_api
from vuoro_hub.web.health import health
from waitress.server import create_server


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Message
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def code(self) -> str | None:
        """The problem's code, where it is a problem."""
        is_problem = self.headers["Content-Type"] == "application/problem+json"
        return str(self.json["code"]) if is_problem else None


class Caller:
    """A program with a token; keeps one connection, so each thread has its own."""

    def __init__(self, port: int, token: str | None) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str, **headers: str) -> Answer:
        return self.send("GET", path, None, headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        """A POST of JSON; without a body where none is given. Header names are written with underscores."""
        kind = {} if body is None else {"Content-Type": "application/json"}
        return self.send("POST", path, None if body is None else json.dumps(body).encode(), kind | headers)

    def send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        """Anything, also what is not right."""
        target = path if path.startswith(("/api", "/healthz", "/metrics", "//")) else f"/api/v1{path}"
        sent = self._headers | {name.replace("_", "-"): value for name, value in headers.items()}
        self._connection.request(method, target, body=body, headers=sent)
        answer = self._connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read().decode())

    def send_in_chunks(self, path: str, pieces: list[bytes]) -> Answer:
        """A POST whose length is not told before."""
        headers = self._headers | {"Content-Type": "application/json"}
        self._connection.request("POST", f"/api/v1{path}", body=iter(pieces), headers=headers, encode_chunked=True)
        answer = self._connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read().decode())

    def close(self) -> None:
        self._connection.close()


class ServedPoint(PointAtWork):
    """A point with the demo's people, its API (and pages, where asked for) served on a free loopback port."""

    def __init__(self, folder: Path, preset_name: str = "lahti", *, pages: bool = False) -> None:
        shutil.copy(_with_people(preset_name), folder / "vuoro.db")
        super().__init__(folder, preset(preset_name), A_TUESDAY)
        self.broker: Callable[[], bool] = lambda: True
        self.unpublished: dict[str, str] = {}
        app = self._with_pages() if pages else self._api_alone()
        self._callers: list[Caller] = []
        self._serve(app)

    def _serve(self, app: Flask) -> None:
        self._server = create_server(
            app, host="127.0.0.1", port=0, threads=16, connection_limit=1000, asyncore_use_poll=True
        )
        self.port: int = self._server.effective_port
        threading.Thread(target=self._server.run, daemon=True).start()

    def served_anew(self) -> ServedPoint:
        """The same point after its program was stopped and started again."""
        self._stop_serving()
        self._serve(self._api_alone())
        return self

    def _api_alone(self) -> Flask:
        app = Flask("api")
        create_api(app, self.point)
        app.register_blueprint(health(self.point, lambda: self.broker(), lambda: self.unpublished))
        return app

    def _with_pages(self) -> Flask:
        from vuoro_hub.web.app import create_app

        return create_app(
            self.point,
            Announcements(),
            secret_key=bytes(32),
            demo=True,
            lobby_url=None,
            broker_answers=lambda: self.broker(),
        )

    def caller(self, name: str | None = None) -> Caller:
        """Somebody of the demo, by user name; None has no token."""
        return self.with_token(f"demo-{name}" if name else None)

    def with_token(self, token: str | None) -> Caller:
        caller = Caller(self.port, token)
        self._callers.append(caller)
        return caller

    def colleague(self, name: str) -> str:
        """The token of somebody new with the grants of somebody there is."""
        account = find_person(self.database, name)
        assert account is not None
        roles = [
            f"{one.role.value}:{one.authority}" if one.authority else one.role.value for one in account.person.grants
        ]
        new = f"{name}-colleague"
        assert self.must(SYSTEM, lambda t: staffing.add_person(t, new, roles, "no password fits this")) == []
        token = self.must(SYSTEM, lambda t: staffing.add_token(t, new, "of the tests"))
        assert isinstance(token, str), token
        return token

    def help_wanted(self, unit: str, service: str | None = None) -> str:
        """Somebody presses a unit's help key: the id of the call."""
        call = self.must(Actor.device(unit), lambda t: helping.want_help(t, unit, service, t.now))
        assert call is not None
        return call.id

    def number(self, service: str = "vero", **body: Any) -> Any:
        """The advisor gives a number."""
        advisor = self.caller("advisor")
        answer = advisor.post("/visits", {"service": service, **body})
        advisor.close()
        assert answer.status == 201, answer.text
        return answer.json

    def called_turn(self, counter: str = "1", name: str = "clerk-vero", service: str = "vero") -> str:
        """A turn that a clerk has just called: its id."""
        self.number(service)
        clerk = self.caller(name)
        assert clerk.post(f"/counters/{counter}/open").status == 200
        answer = clerk.post(f"/counters/{counter}/call")
        assert answer.status == 200, answer.text
        return str(answer.json["turn"])

    def close(self) -> None:
        self._stop_serving()
        self.database.close()

    def _stop_serving(self) -> None:
        for caller in self._callers:
            caller.close()
        self._callers.clear()
        self._server.close()
        self._server.task_dispatcher.shutdown(timeout=5)


@functools.cache
def _with_people(preset_name: str) -> Path:
    """A database with the demo's people, made once and copied for each test."""
    folder = Path(tempfile.mkdtemp())
    point = PointAtWork(folder, preset(preset_name))
    ensure_demo_people(point.database, preset(preset_name))
    point.database.close()
    return folder / "vuoro.db"
