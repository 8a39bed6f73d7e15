"""What a request asks for: whose token, which key, and a body or query of the right shape."""

from __future__ import annotations

import re
from typing import Any

from flask import request
from pydantic import ValidationError
from vuoro_mqtt.codec import MAX_BYTES
from vuoro_mqtt.payloads import RefusalCode
from vuoro_mqtt.values import text_in
from werkzeug.exceptions import NotFound, RequestEntityTooLarge, UnsupportedMediaType

from vuoro_hub.web.api import problems
from vuoro_hub.web.api.answering import Stopped, language
from vuoro_hub.web.api.call import Call
from vuoro_hub.web.api.problems import Problem

KEY = re.compile(r"[\x21-\x7e]{1,255}")
FAULTS_TOLD = 5


def bearer_token() -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").strip().partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def not_signed_in(*, token_given: bool) -> Problem:
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


def idempotency_key() -> str | None:
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


def check_parts(parts: dict[str, str]) -> None:
    """No id has a control character; a database may stumble over one."""
    if not all(part.isprintable() for part in parts.values()):
        raise NotFound


def body_of(call: Call[Any]) -> Any:
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


def query_of(call: Call[Any]) -> Any:
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
