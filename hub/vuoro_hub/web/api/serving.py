"""From a request to a call and back: who asks, what is done once per key, and a problem where it cannot be."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, request
from pydantic import TypeAdapter
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from vuoro_mqtt.facts_log import FactsLog
from vuoro_mqtt.payloads import RefusalCode
from werkzeug.exceptions import HTTPException

from vuoro_hub import metrics
from vuoro_hub.acts.people import KnownTokens
from vuoro_hub.acts.seeing import look
from vuoro_hub.acts.transaction import SYSTEM, Actor, Point, perform
from vuoro_hub.domain.refusals import Refusal
from vuoro_hub.web.api import problems
from vuoro_hub.web.api.answering import (
    Stopped,
    database_away,
    failed,
    language,
    new_instance,
    of_http,
    problem_response,
)
from vuoro_hub.web.api.call import Asked, Call
from vuoro_hub.web.api.reading import bearer_token, body_of, check_parts, idempotency_key, not_signed_in, query_of

log = FactsLog(__name__)


@dataclass(frozen=True)
class Reply:
    """What is answered before it becomes HTTP."""

    status: int
    body: str
    replayed: bool = False
    etag: str | None = None


class Serving:
    """Serves calls for one point."""

    def __init__(self, point: Point) -> None:
        self._point = point
        self._tokens = KnownTokens(point.database, time.monotonic)

    def view(self, call: Call[Any]) -> Callable[..., Response]:
        """What Flask runs for a call."""
        adapter: TypeAdapter[Any] = TypeAdapter(call.answer)

        def answer(**parts: str) -> Response:
            return guarded(lambda: self._answer(call, adapter, parts))

        return answer

    def _answer(self, call: Call[Any], adapter: TypeAdapter[Any], parts: dict[str, str]) -> Response:
        by = SYSTEM if call.public else self._who()
        check_parts(parts)
        if call.method == "GET":
            return self._see(call, adapter, by, Asked(parts, query_of(call)))
        return self._act(call, adapter, by, Asked(parts, body_of(call)))

    def _who(self) -> Actor:
        token = bearer_token()
        account = self._tokens.account(token) if token else None
        if account is None:
            raise Stopped(not_signed_in(token_given=token is not None))
        return Actor.staff(account.person)

    def _see(self, call: Call[Any], adapter: TypeAdapter[Any], by: Actor, asked: Asked[Any]) -> Response:
        outcome = look(self._point, by, lambda t: call.do(t, asked))
        status, body = _rendered(call, adapter, outcome)
        tag = _etag(adapter, outcome) if call.etag and not isinstance(outcome, Refusal) else None
        return _response(call, Reply(status, body, etag=tag))

    def _act(self, call: Call[Any], adapter: TypeAdapter[Any], by: Actor, asked: Asked[Any]) -> Response:
        key = idempotency_key()
        codes: list[RefusalCode] = []

        def render(outcome: Any) -> tuple[str, str]:
            if isinstance(outcome, Refusal):
                codes.append(outcome.code)
            status, body = _rendered(call, adapter, outcome)
            return str(status), body

        answer = perform(
            self._point,
            by,
            lambda t: call.do(t, asked),
            render,
            key=f"{by.name}/{key}" if key else None,
            asked=f"{request.path} {asked.given.model_dump_json()}" if key else None,
        )
        ended = "replayed" if answer.again else "refused" if codes else "done"
        metrics.act_ended(call.name, ended, codes[0].value if codes else None)
        return _response(call, Reply(int(answer.type), answer.body, answer.again))


def guarded(answer: Callable[[], Response]) -> Response:
    """The answer, or the problem that came instead of it: whatever happens, the API speaks JSON."""
    try:
        return answer()
    except Stopped as stopped:
        return problem_response(stopped.problem)
    except HTTPException as error:
        return problem_response(of_http(error))
    except (OperationalError, PoolTimeout):
        # The call's name, never its path: a path may hold a customer's token.
        log.exception("api.database-away", call=request.endpoint)
        return problem_response(database_away())
    except Exception:
        instance = new_instance()
        log.exception("api.failed", call=request.endpoint, instance=instance)
        return problem_response(failed(instance))


def catch_what_fits_no_route(app: Flask) -> None:
    """Below /api a path or method that fits no call is a problem too, not a page."""

    def check() -> Response | None:
        misfit = request.routing_exception
        if misfit is None or not (request.path == "/api" or request.path.startswith("/api/")):
            return None
        return problem_response(of_http(misfit))

    app.before_request(check)


def _rendered(call: Call[Any], adapter: TypeAdapter[Any], outcome: Any) -> tuple[int, str]:
    if isinstance(outcome, Refusal):
        problem = problems.of_refusal(outcome, language())
        return problem.status, problem.body()
    return call.status, adapter.dump_json(outcome, by_alias=True).decode()


def _etag(adapter: TypeAdapter[Any], outcome: Any) -> str:
    """Of what is told, not of when: the ``at`` of the answer, or of each thing listed, is left out."""
    without: Any = {"__all__": {"at"}} if isinstance(outcome, list) else {"at"}
    return hashlib.sha256(adapter.dump_json(outcome, by_alias=True, exclude=without)).hexdigest()[:32]


def _response(call: Call[Any], reply: Reply) -> Response:
    refused = reply.status >= 400
    response = Response(reply.body, reply.status, content_type=problems.CONTENT_TYPE if refused else "application/json")
    response.headers["Cache-Control"] = _kept(call, reply)
    if reply.replayed:
        response.headers["Idempotency-Replayed"] = "true"
    elif refused:  # a first answer given again keeps the language it was given in
        response.headers["Content-Language"] = language()
        response.vary.add("Accept-Language")
    if reply.etag:
        response.set_etag(reply.etag, weak=True)
        if not call.public:
            response.vary.add("Authorization")
        response.make_conditional(request)
    return response


def _kept(call: Call[Any], reply: Reply) -> str:
    """Who may keep an answer, to ask with its ETag whether it still holds."""
    if call.public:
        return "no-cache"
    return "private, no-cache" if reply.etag else "no-store"
