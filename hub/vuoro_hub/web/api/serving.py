"""From a request to a call and back: who asks, the right shape, once per key, and problems where it cannot be."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from flask import Flask, Request, Response, request
from pydantic import TypeAdapter, ValidationError
from sqlalchemy.exc import OperationalError
from vuoro_mqtt.codec import MAX_BYTES
from vuoro_mqtt.payloads import RefusalCode
from vuoro_mqtt.values import Texts, text_in
from werkzeug.exceptions import HTTPException, NotFound, RequestEntityTooLarge, UnsupportedMediaType

from vuoro_hub import metrics
from vuoro_hub.acts.people import KnownTokens
from vuoro_hub.acts.seeing import look
from vuoro_hub.acts.transaction import SYSTEM, Actor, Point, perform
from vuoro_hub.domain.refusals import Refusal
from vuoro_hub.web.api import problems
from vuoro_hub.web.api.call import Asked, Call
from vuoro_hub.web.api.problems import Problem

log = structlog.get_logger(__name__)

KEY = re.compile(r"[\x21-\x7e]{1,255}")
FAULTS_TOLD = 5


class Stopped(Exception):
    """The request cannot go on; carries the problem that answers it."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


@dataclass(frozen=True)
class Reply:
    """What is answered before it becomes HTTP."""

    status: int
    body: str
    replayed: bool = False


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
        _check_parts(parts)
        if call.method == "GET":
            return self._see(call, adapter, by, Asked(parts, _query(call)))
        return self._act(call, adapter, by, Asked(parts, _body(call)))

    def _who(self) -> Actor:
        token = _bearer(request)
        account = self._tokens.account(token) if token else None
        if account is None:
            raise Stopped(_not_signed_in(token_given=token is not None))
        return Actor.staff(account.person)

    def _see(self, call: Call[Any], adapter: TypeAdapter[Any], by: Actor, asked: Asked[Any]) -> Response:
        outcome = look(self._point, by, lambda t: call.do(t, asked))
        status, body = _rendered(call, adapter, outcome)
        return _response(call, Reply(status, body))

    def _act(self, call: Call[Any], adapter: TypeAdapter[Any], by: Actor, asked: Asked[Any]) -> Response:
        key = _idempotency_key()
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
    except OperationalError:
        log.exception("api.database-away", path=request.path)
        return problem_response(_database_away())
    except Exception:
        log.exception("api.failed", path=request.path)
        return problem_response(_failed())


def catch_what_fits_no_route(app: Flask) -> None:
    """Below /api a path or method that fits no call is a problem too, not a page."""

    def check() -> Response | None:
        misfit = request.routing_exception
        if misfit is None or not (request.path == "/api" or request.path.startswith("/api/")):
            return None
        return problem_response(of_http(misfit))

    app.before_request(check)


def problem_response(problem: Problem) -> Response:
    response = Response(problem.body(), problem.status, dict(problem.headers), content_type=problems.CONTENT_TYPE)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Language"] = language()
    response.vary.add("Accept-Language")
    return response


def language() -> str:
    """The caller's, among those the API speaks."""
    wanted = (tag.split("-")[0].lower() for tag, quality in request.accept_languages if quality > 0)
    return next((tag for tag in wanted if tag in problems.LANGUAGES), problems.LANGUAGES[0])


def of_http(error: HTTPException) -> Problem:
    """What Flask refuses by itself, as a problem."""
    status = error.code or 500
    if status in (301, 302, 307, 308):
        status = 404
    en, fi, sv = _HTTP_TEXTS.get(status, _HTTP_TEXTS[400])
    problem = problems.invalid(status, language(), en=en, fi=fi, sv=sv)
    allow = getattr(error, "valid_methods", None)
    return Problem(
        problem.status,
        problem.title,
        problem.detail,
        problem.code,
        headers={"Allow": ", ".join(sorted(allow))} if allow else {},
    )


_HTTP_TEXTS = {
    400: ("The request cannot be read.", "Pyyntöä ei voi lukea.", "Begäran kan inte läsas."),
    404: ("There is nothing at this address.", "Tässä osoitteessa ei ole mitään.", "Det finns inget på adressen."),
    405: (
        "This address does not take this method; Allow says which it takes.",
        "Tämä osoite ei ota tätä metodia; Allow kertoo, minkä se ottaa.",
        "Adressen tar inte den här metoden; Allow berättar vilken den tar.",
    ),
    413: (
        f"A request is at most {MAX_BYTES} bytes.",
        f"Pyyntö on enintään {MAX_BYTES} tavua.",
        f"En begäran är högst {MAX_BYTES} byte.",
    ),
    415: (
        "Send JSON, with Content-Type: application/json.",
        "Lähetä JSONia ja Content-Type: application/json.",
        "Sänd JSON med Content-Type: application/json.",
    ),
}


def _rendered(call: Call[Any], adapter: TypeAdapter[Any], outcome: Any) -> tuple[int, str]:
    if isinstance(outcome, Refusal):
        problem = problems.of_refusal(outcome, language())
        return problem.status, problem.body()
    return call.status, adapter.dump_json(outcome, by_alias=True).decode()


def _response(call: Call[Any], reply: Reply) -> Response:
    refused = reply.status >= 400
    response = Response(reply.body, reply.status, content_type=problems.CONTENT_TYPE if refused else "application/json")
    response.headers["Cache-Control"] = "no-cache" if call.public else "no-store"
    if reply.replayed:
        response.headers["Idempotency-Replayed"] = "true"
    elif refused:  # a first answer given again keeps the language it was given in
        response.headers["Content-Language"] = language()
        response.vary.add("Accept-Language")
    if call.etag and not refused:
        response.add_etag()
        response.make_conditional(request)
    return response


def _bearer(asked: Request) -> str | None:
    scheme, _, token = asked.headers.get("Authorization", "").strip().partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def _not_signed_in(*, token_given: bool) -> Problem:
    """No token, or one that is nobody's."""
    problem = problems.invalid(
        401,
        language(),
        fi="Lähetä voimassa oleva tunniste: Authorization: Bearer TUNNISTE.",
        sv="Sänd en giltig nyckel: Authorization: Bearer NYCKEL.",
        en="Send a token that is valid: Authorization: Bearer TOKEN.",
    )
    challenge = 'Bearer realm="vuoro", error="invalid_token"' if token_given else 'Bearer realm="vuoro"'
    return Problem(
        401,
        text_in(problems.TITLES[RefusalCode.NOT_ALLOWED], language()),
        problem.detail,
        RefusalCode.NOT_ALLOWED,
        headers={"WWW-Authenticate": challenge},
    )


def _idempotency_key() -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is None or KEY.fullmatch(key):
        return key
    raise Stopped(
        problems.invalid(
            422,
            language(),
            fi="Idempotency-Key on 1–255 näkyvää ASCII-merkkiä.",
            sv="Idempotency-Key är 1–255 synliga ASCII-tecken.",
            en="Idempotency-Key is 1 to 255 visible ASCII characters.",
        )
    )


def _check_parts(parts: dict[str, str]) -> None:
    """No id has a control character; a database may stumble over one."""
    if not all(part.isprintable() for part in parts.values()):
        raise NotFound


def _body(call: Call[Any]) -> Any:
    request.max_content_length = MAX_BYTES
    if (request.content_length or 0) > MAX_BYTES:
        raise RequestEntityTooLarge
    data = request.get_data()
    if data and not request.is_json:
        raise UnsupportedMediaType
    try:
        return call.takes.model_validate_json(data or b"{}")
    except ValidationError as error:
        raise Stopped(_shape_problem(error)) from None


def _query(call: Call[Any]) -> Any:
    lists = {name for name, field in call.takes.model_fields.items() if "list" in str(field.annotation)}
    given = {
        name: request.args.getlist(name) if name in lists else request.args[name]
        for name in call.takes.model_fields
        if name in request.args
    }
    try:
        return call.takes.model_validate(given)
    except ValidationError as error:
        raise Stopped(_shape_problem(error)) from None


def _shape_problem(error: ValidationError) -> Problem:
    """400 for what is not JSON, 422 for JSON (or a query) of another shape; says each place and what is wrong there."""
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    told = [
        {"place": ".".join(str(step) for step in fault["loc"]), "fault": fault["msg"]} for fault in faults[:FAULTS_TOLD]
    ]
    text = "; ".join(f"{one['place'] or 'request'}: {one['fault']}" for one in told)
    not_json = any(fault["type"] == "json_invalid" for fault in faults)
    return problems.invalid(
        400 if not_json else 422,
        language(),
        fi=f"Pyynnössä on virhe. {text}",
        sv=f"Det finns ett fel i begäran. {text}",
        en=f"The request is not right. {text}",
        faults=told,
    )


_AWAY: Texts = {
    "fi": "Tietokanta ei vastaa. Yritä kohta uudelleen.",
    "sv": "Databasen svarar inte. Försök igen om en stund.",
    "en": "The database does not answer. Try again in a moment.",
}
_FAULT: Texts = {
    "fi": "Palvelimessa on vika. Siitä on merkintä lokissa.",
    "sv": "Det är ett fel i servern. Det står i loggen.",
    "en": "The server has a fault. It is in the log.",
}


def _database_away() -> Problem:
    return Problem(503, "Service Unavailable", text_in(_AWAY, language()), headers={"Retry-After": "2"})


def _failed() -> Problem:
    return Problem(500, "Internal Server Error", text_in(_FAULT, language()))
