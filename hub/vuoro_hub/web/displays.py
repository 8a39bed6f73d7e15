"""Full-screen pages for screens that are browsers: the lobby's, and one for each counter (Q4, Q11)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from vuoro_mqtt import __version__
from vuoro_mqtt.values import instant_text

from vuoro_hub.acts.showing import calls_state, counter_state
from vuoro_hub.acts.transaction import Point
from vuoro_hub.web.errors import error_page
from vuoro_hub.web.here import pages, seen
from vuoro_hub.web.languages import words
from vuoro_hub.web.live import RETRY_AFTER_SECONDS
from vuoro_hub.web.sign_in import for_staff
from vuoro_hub.web.texts import display_texts

blueprint = Blueprint("displays", __name__)


def state_text(point: Point) -> str:
    """What every display may show, as one line of JSON: each picks its own."""
    with seen(point) as t:
        calls = calls_state(t)
        state: dict[str, Any] = {
            "calls": json.loads(calls.model_dump_json())["calls"],
            "coming": calls.coming,
            "waiting": sum(t.records.count_waiting(t.day).values()),
            "counters": {one.id: json.loads(counter_state(t, one.id).model_dump_json()) for one in point.site.counters},
            "at": instant_text(t.now),
        }
    # Stands within a page too: no text of it may end the script element.
    return json.dumps(state, separators=(",", ":")).replace("<", "\\u003c")


@blueprint.get("/display/lobby")
def lobby() -> ResponseReturnValue:
    """Called numbers, where to go, coming numbers, how many wait. ``?area=`` shows one waiting area's calls."""
    site = pages().point.site
    area = request.args.get("area")
    if area is not None and area not in site.area_by_id:
        lines = tuple((url_for("displays.lobby", area=one.id), words(one.name)) for one in site.areas)
        return error_page(404, _("There is no such waiting area"), _("These are the areas of this point:"), lines)
    name = site.area_by_id[area].name if area and len(site.areas) > 1 else {}
    return render_template(
        "display_lobby.html", area=area, area_name=name, texts=display_texts(), state=pages().display_feed.text()
    )


@blueprint.get("/display/counter/<counter>")
def counter(counter: str) -> ResponseReturnValue:
    """The number that is called to or served at one counter."""
    site = pages().point.site
    known = site.counter_by_id.get(counter)
    if known is None:
        lines = tuple((url_for("displays.counter", counter=one.id), words(one.name)) for one in site.counters)
        return error_page(404, _("There is no such counter"), _("These are the counters of this point:"), lines)
    return render_template(
        "display_counter.html", counter=known, texts=display_texts(), state=pages().display_feed.text()
    )


@blueprint.get("/display/stream")
def display_stream() -> ResponseReturnValue:
    """Whole states as they come; a display needs nothing else."""
    return _stream(pages().display_feed.text)


@blueprint.get("/display/state")
def display_state() -> ResponseReturnValue:
    """The same state for a display that could not get a stream."""
    return Response(pages().display_feed.text(), mimetype="application/json")


@blueprint.get("/staff/stream")
@for_staff
def staff_stream() -> ResponseReturnValue:
    """Says that something changed; the page fetches what it shows."""
    return _stream(_now_text(pages().point))


def _now_text(point: Point) -> Callable[[], str]:
    return lambda: instant_text(point.now())


def _stream(tell: Callable[[], str]) -> Response:
    here = pages()
    stream = here.streams.join()
    if stream is None:
        answer = error_page(503, _("Very busy just now"), _("This page looks for news by itself every few seconds."))
        answer.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return answer
    events = here.streams.events(stream, {"version": __version__}, tell, _now_text(here.point))
    answer = Response(events, mimetype="text/event-stream")
    answer.headers["X-Accel-Buffering"] = "no"
    answer.call_on_close(lambda: here.streams.leave(stream))
    return answer


@blueprint.get("/lobby")
def virtual_lobby() -> ResponseReturnValue:
    """The demo's virtual lobby; elsewhere the lobby is real."""
    here = pages()
    if here.lobby_url:
        return redirect(here.lobby_url, 302)
    return error_page(
        404,
        _("There is no virtual lobby here"),
        _("It belongs to the demo. At a real service point the lobby is outside this page."),
        ((url_for("displays.lobby"), _("Lobby display")),),
    )
