"""For who looks after the machine: ``/healthz`` and ``/metrics``.

``/metrics`` holds counts and times only (no person, number or visit; how many wait is public anyway), so it asks for no
sign-in: whoever reaches the hub's port may scrape it. A site that serves the hub beyond its own machine lets its proxy
keep ``/metrics`` for the machine that watches.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping

from flask import Blueprint, Response, current_app, g, request
from prometheus_client import CONTENT_TYPE_LATEST
from vuoro_mqtt.facts_log import FactsLog

from vuoro_hub import metrics
from vuoro_hub.acts.seeing import look
from vuoro_hub.acts.transaction import SYSTEM, Point
from vuoro_hub.web.here import KEPT_AT, Pages

log = FactsLog(__name__)

OK = "ok"
DOES_NOT_ANSWER = "does not answer"

ANSWER_WITHIN_SECONDS = {"database": 2.0, "broker": 0.4}
"""So long each has; both are asked at the same time. The database waits a while for the writer's turn."""

FRESH = {"Cache-Control": "no-store"}


class Probe:
    """Asks something that may hang, on a thread of its own: at most one question is open at a time."""

    def __init__(self, name: str, ask: Callable[[], str | None]) -> None:
        """``ask`` tells what is wrong; None where nothing is."""
        self._name = name
        self._ask = ask
        self._lock = threading.Lock()
        self._open: _Question | None = None

    def begin(self) -> _Question:
        """The question that is open now, or a new one."""
        with self._lock:
            if self._open is None or self._open.done.is_set():
                self._open = _Question()
                threading.Thread(target=self._put, args=(self._open,), name=f"probe-{self._name}", daemon=True).start()
            return self._open

    def _put(self, question: _Question) -> None:
        try:
            question.told = self._ask() or OK
        except Exception:
            log.exception("probe.failed", what=self._name)
        finally:
            question.done.set()


class _Question:
    def __init__(self) -> None:
        self.done = threading.Event()
        self.told = DOES_NOT_ANSWER

    def state(self, until: float) -> str:
        """What was told in time."""
        return self.told if self.done.wait(max(0.0, until - time.monotonic())) else DOES_NOT_ANSWER


def health(
    point: Point, broker_answers: Callable[[], bool], unpublished: Callable[[], Mapping[str, str]] = dict
) -> Blueprint:
    """The two addresses, and the timing of every request. ``unpublished``: topics that cannot be, and why."""
    blueprint = Blueprint("health", __name__)
    probes = {
        "database": Probe("database", point.database.trouble),
        "broker": Probe("broker", lambda: None if broker_answers() else DOES_NOT_ANSWER),
    }

    @blueprint.get("/healthz")
    def healthz() -> Response:
        now = time.monotonic()
        questions = {name: probe.begin() for name, probe in probes.items()}
        states = {name: one.state(now + ANSWER_WITHIN_SECONDS[name]) for name, one in questions.items()}
        if missing := unpublished():
            states["messages"] = "; ".join(f"{topic}: {why}" for topic, why in missing.items())
        status = 200 if all(state == OK for state in states.values()) else 503
        return Response(json.dumps(states), status, FRESH, content_type="application/json")

    @blueprint.get("/metrics")
    def scraped() -> Response:
        pages = current_app.extensions.get(KEPT_AT)
        if isinstance(pages, Pages):
            metrics.OPEN_STREAMS.set(pages.streams.count())
        waiting = dict.fromkeys(point.site.service_by_id, 0) | look(
            point, SYSTEM, lambda t: t.records.count_waiting(t.day)
        )
        return Response(metrics.exposition(waiting), 200, FRESH, content_type=CONTENT_TYPE_LATEST)

    blueprint.before_app_request(_begin)
    blueprint.after_app_request(_end)
    return blueprint


def _begin() -> None:
    g.vuoro_began = time.perf_counter()


def _end(response: Response) -> Response:
    began = g.pop("vuoro_began", None)
    if began is not None:
        # The endpoint, never the path: a path may hold a customer's token.
        endpoint = request.endpoint or "none"
        metrics.REQUEST_SECONDS.labels(endpoint, str(response.status_code)).observe(time.perf_counter() - began)
    return response
