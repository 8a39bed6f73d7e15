"""Serves the lobby page on a loopback port of its own, for browsers on this machine alone."""

from __future__ import annotations

import threading
from typing import Any

from flask import Flask, Response, abort, jsonify, render_template, request
from waitress.server import create_server

from vuoro_provisioning.demo.lobby.view import LobbyView
from vuoro_provisioning.demo.lobby.words import LANGUAGES, WORDS
from vuoro_provisioning.demo.panels import Answer
from vuoro_provisioning.demo.plan import PointPlan, UnitPlan
from vuoro_provisioning.demo.point import Deed, Point
from vuoro_provisioning.demo.ports import LOOPBACK

THREADS = 12
MAX_BODY_BYTES = 4096


class LobbyServer:
    """The page's server, on a thread of its own."""

    def __init__(self, point: Point) -> None:
        self._view = LobbyView(point)
        app = lobby_app(point, self._view)
        self._server = create_server(app, host=LOOPBACK, port=point.plan.lobby_port, threads=THREADS, ident="vuoro")

    def start(self) -> None:
        threading.Thread(target=self._server.run, name="lobby", daemon=True).start()

    def close(self) -> None:
        self._server.close()
        self._view.close()


def lobby_app(point: Point, view: LobbyView) -> Flask:
    """The page, what it polls, and what its buttons do."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.before_request(lambda: refuse_strangers(point.plan.lobby_port))
    app.after_request(_harden)

    @app.get("/")
    def page() -> str:
        return lobby_page(point.plan)

    @app.get("/state")
    def state() -> Response:
        return jsonify(view.look())

    @app.get("/units/<unit>/screen.png")
    def screen(unit: str) -> Response:
        return _passed_on(_panel(view, unit).get("/screen.png"))

    @app.get("/units/<unit>/tickets/<int:ticket>.png")
    def ticket(unit: str, ticket: int) -> Response:
        return _passed_on(_panel(view, unit).get(f"/tickets/{ticket}.png"))

    @app.post("/units/<unit>/<any(press, printer):what>")
    def act(unit: str, what: str) -> Response:
        return _passed_on(_panel(view, unit).post(f"/{what}", request.get_data()))

    @app.post("/plugs/<key>")
    def plug(key: str) -> tuple[Response, int]:
        wanted = request.get_json(silent=True)
        deed = wanted.get("do") if isinstance(wanted, dict) else None
        if deed not in list(Deed):
            abort(400, description=f"'do' must be one of {', '.join(Deed)}")
        if not point.ask(key, Deed(deed)):
            abort(404, description="no such program")
        return jsonify({"asked": deed}), 202

    return app


def refuse_strangers(port: int) -> None:
    """Another website in the same browser must neither read nor press: own host name, own origin, JSON alone."""
    own = {f"{LOOPBACK}:{port}", f"localhost:{port}"}
    if request.host not in own:
        abort(403, description="this page answers on its own address alone")
    if request.method in ("GET", "HEAD"):
        return
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"http://{request.host}":
        abort(403, description="only this page's own buttons work")
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        abort(403, description="only this page's own buttons work")
    if not request.is_json:
        abort(415, description="JSON is expected")


def lobby_page(plan: PointPlan) -> str:
    """The page in the language asked for, else the browser's, else English."""
    asked = request.args.get("lang", "")
    language = asked if asked in LANGUAGES else request.accept_languages.best_match(LANGUAGES, "en")
    return render_template(
        "lobby.html",
        words=WORDS[language],
        language=language,
        languages=LANGUAGES,
        point=plan.preset.called(language),
        place=lambda id: plan.preset.place_called(id, language),
        hub=plan.hub_url,
        dispensers=_of_kind(plan, "ticket-dispenser"),
        displays=_of_kind(plan, "lobby-display"),
        counters=_of_kind(plan, "counter-display"),
    )


def _of_kind(plan: PointPlan, kind: str) -> list[UnitPlan]:
    return [unit for unit in plan.units if unit.unit.kind == kind]


def _panel(view: LobbyView, unit: str) -> Any:
    panel = view.panel(unit)
    if panel is None:
        abort(404, description="no such unit")
    return panel


def _passed_on(answer: Answer | None) -> Response:
    """A unit's own answer; 503 when it is off."""
    if answer is None:
        return Response("the unit is off", status=503, mimetype="text/plain")
    return Response(answer.body, status=answer.status, content_type=answer.content_type)


def _harden(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers.setdefault("Cache-Control", "no-store")
    return response
