"""The HTTP API (contract §3): every call below /api/v1, and the document that describes them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask, Response, request

from vuoro_hub.acts.transaction import Point
from vuoro_hub.web.api import counters, event_log, help_calls, turns, visits
from vuoro_hub.web.api.call import PREFIX, Call
from vuoro_hub.web.api.document import document_text
from vuoro_hub.web.api.serving import Serving, catch_what_fits_no_route

CALLS: tuple[Call[Any], ...] = visits.CALLS + turns.CALLS + counters.CALLS + help_calls.CALLS + event_log.CALLS

__all__ = ["CALLS", "create_api"]


def create_api(app: Flask, point: Point) -> None:
    """Register everything below /api. Tokens prove who asks, not cookies: so no form protection stands before it."""
    api = Blueprint("api", __name__)
    serving = Serving(point)
    for call in CALLS:
        api.add_url_rule(
            call.rule, call.name, serving.view(call), methods=[call.method], provide_automatic_options=False
        )
    api.add_url_rule(f"{PREFIX}/openapi.json", "openapi", _document_view(), provide_automatic_options=False)
    app.register_blueprint(api)
    catch_what_fits_no_route(app)
    if "csrf" in app.extensions:
        app.extensions["csrf"].exempt(api)


def _document_view() -> Callable[[], Response]:
    """Made when first asked for: nobody's start waits for it."""
    made: list[str] = []
    making = threading.Lock()

    def answer() -> Response:
        with making:
            if not made:
                made.append(document_text(CALLS))
        response = Response(made[0], content_type="application/json")
        response.headers["Cache-Control"] = "no-cache"
        response.add_etag()
        response.make_conditional(request)
        return response

    return answer
