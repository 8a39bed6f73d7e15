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
from vuoro_hub.web.api.shape import wrongs

KEY = re.compile(r"[\x21-\x7e]{1,255}")


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
            errors=[{"field": "Idempotency-Key", "reason": "wrong-form"}],
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
    """400 for what is not JSON, 422 for JSON (or a query) of another shape; says each field and what would be right."""
    found = wrongs(error)
    status = 400 if any(one.reason == "not-json" for one in found) else 422
    text = {tag: " ".join(one.sentence(tag) for one in found) for tag in problems.LANGUAGES}
    return problems.invalid(status, language(), **text, errors=[one.told(language()) for one in found])
