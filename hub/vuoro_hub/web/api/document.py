"""The OpenAPI 3.1 document, made from the calls and from the models that check them."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable, Sequence
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from vuoro_mqtt import payloads
from vuoro_mqtt.codec import MAX_BYTES
from vuoro_mqtt.meanings import describe, meanings_in
from vuoro_mqtt.payloads import RefusalCode
from vuoro_mqtt.values import Payload

from vuoro_hub.web.api.call import PREFIX, Call, No
from vuoro_hub.web.api.problems import CONTENT_TYPE, TITLES, HubFault
from vuoro_hub.web.api.shape import REASONS

Schema = dict[str, Any]
Mode = Literal["validation", "serialization"]

VERSION = "1.0.0"
"""Of the contract: fields may be added; renaming or removing one needs version 2."""

ABOUT = f"""Runs the queue of one shared public-service point.

**Signing in.** `Authorization: Bearer TOKEN`. A token belongs to a person of the staff and carries that person's roles.
A token that was removed is refused within a second.

**Times** are RFC 3339 in UTC with microseconds and `Z`. Hours of the day, such as `opens`, are local.

**Bodies** are JSON objects of at most {MAX_BYTES} bytes. Fields that are not known are ignored.

**Doing a thing once.** Send `Idempotency-Key` with a POST and send the same request again as often as needed: it has
its effect once, and gets the first status and body again (a refusal too), with the header `Idempotency-Replayed: true`.
A key belongs to the person who used it and to its first request; with another request it is refused (422 `invalid`).

**Asking again.** What is asked for again and again has an `ETag`. Send it back as `If-None-Match`: while nothing but
the time of asking (`at`) has changed, the answer is 304 without a body.

**Problems** are RFC 9457 `application/problem+json`. `code` is for programs, `title` and `detail` are for people, in
the language of `Accept-Language` (`fi`, `sv`, `en`). 400: not JSON. 422: JSON that asks for something that is not there
or makes no sense, such as a service that the point does not have. 404: nothing at that address. 409: it does not fit
the state things are in. 500 `internal-error`: the hub has a fault; `instance` stands beside it in the hub's log. 503
`database-away`: ask again.
"""

GROUPS = {
    "services": "What is served today.",
    "visits": "A customer arrives, and follows the visit.",
    "turns": "One wait-and-be-served at one service.",
    "counters": "Shared rooms and desks.",
    "help-calls": "Somebody in the lobby wants a person's help.",
    "events": "The append-only log.",
}

KEY_PARAMETER: Schema = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A value of the caller's choice, such as a UUID: the request has its effect once.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    "example": "018a4c2e-5b20-7f6d-8c11-3a9e0d5b7f42",
}

ETAG_PARAMETER: Schema = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The `ETag` of the answer that the caller has: 304 while it still holds.",
    "schema": {"type": "string"},
    "example": 'W/"5f2b0c7d9a1e4836b7c8d0e1f2a3b4c5"',
}

ETAG_HEADER: Schema = {
    "description": "Weak: of all that is told, without the time of asking (`at`).",
    "schema": {"type": "string"},
    "example": ETAG_PARAMETER["example"],
}

PROBLEM: Schema = {
    "type": "object",
    "description": "RFC 9457 problem details. Further members depend on the code, such as `state` or `wait_until`.",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "description": "A URN made of the code."},
        "title": {"type": "string", "description": "What kind of problem, for people."},
        "status": {"type": "integer", "description": "The HTTP status."},
        "detail": {"type": "string", "description": "What went wrong this time, for people."},
        "code": {
            "type": "string",
            "enum": [code.value for code in (*RefusalCode, *HubFault)],
            "description": "For programs.",
        },
        "instance": {
            "type": "string",
            "format": "uri",
            "description": "Of `internal-error`: this one time of it, as the hub's log names it.",
        },
        "errors": {
            "type": "array",
            "description": "Of a request that has not the right shape: each field that is wrong, the first few.",
            "items": {
                "type": "object",
                "required": ["field", "reason"],
                "properties": {
                    "field": {
                        "type": "string",
                        "description": "Its name, such as `service` or `needs.0`; empty for the body as a whole.",
                    },
                    "reason": {"type": "string", "enum": list(REASONS), "description": "For programs."},
                    "text": {"type": "string", "description": "What would be right, for people."},
                },
            },
        },
    },
    "additionalProperties": True,
}

NOT_SIGNED_IN = No(401, RefusalCode.NOT_ALLOWED, "no token, or one that is not valid")
NOT_JSON = No(400, RefusalCode.INVALID, "the body is not JSON")
TOO_LARGE = No(413, RefusalCode.INVALID, f"the body is larger than {MAX_BYTES} bytes")
NOT_CALLED_JSON = No(415, RefusalCode.INVALID, "there is a body, and its Content-Type is not application/json")
HUB_FAILED = No(500, HubFault.INTERNAL_ERROR, "the hub has a fault; its log names it by `instance`")
DATABASE_AWAY = No(503, HubFault.DATABASE_AWAY, "the database does not answer; ask again after `Retry-After` seconds")
WRONG_SHAPE = No(
    422,
    RefusalCode.INVALID,
    "something in the body or query is not right (`errors` says which field and why), or the key was used for another "
    "request",
)


def document_text(calls: Sequence[Call[Any]]) -> str:
    return json.dumps(document(calls), ensure_ascii=False, separators=(",", ":"))


def document(calls: Sequence[Call[Any]]) -> Schema:
    """The whole document of these calls."""
    schemas, references = _schemas(calls)
    paths: dict[str, Schema] = {}
    for call in calls:
        paths.setdefault(PREFIX + call.path, {})[call.method.lower()] = _operation(call, references, schemas)
    for call in calls:
        if call.method == "GET" and call.takes_something:
            schemas.pop(_name(references[call.takes, "validation"]), None)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Vuoro",
            "version": VERSION,
            "summary": "The queue of a shared public-service point.",
            "description": ABOUT,
            "license": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        },
        "servers": [{"url": "/", "description": "The hub that serves this document."}],
        "tags": [{"name": name, "description": meaning} for name, meaning in GROUPS.items()],
        "paths": paths,
        "components": {
            "schemas": {**schemas, "Problem": PROBLEM},
            "parameters": {"IdempotencyKey": KEY_PARAMETER, "IfNoneMatch": ETAG_PARAMETER},
            "headers": {"ETag": ETAG_HEADER},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "description": "A person's API token."}},
        },
    }


def _schemas(calls: Iterable[Call[Any]]) -> tuple[dict[str, Schema], dict[tuple[type[BaseModel], Mode], Schema]]:
    wanted: list[tuple[type[BaseModel], Mode]] = []
    for call in calls:
        if call.takes_something:
            wanted.append((call.takes, "validation"))
        wanted.append((_model(call.answer), "serialization"))
    references, found = models_json_schema(
        list(dict.fromkeys(wanted)), by_alias=True, ref_template="#/components/schemas/{model}"
    )
    schemas: dict[str, Schema] = found["$defs"]
    describe(
        schemas, meanings_in({inspect.getmodule(one) or payloads for model, _mode in wanted for one in _family(model)})
    )
    return schemas, references  # type: ignore[return-value]


def _family(model: type[BaseModel]) -> Iterable[type]:
    """A model and the models it is built on."""
    return (one for one in model.__mro__ if issubclass(one, Payload))


def _model(answer: Any) -> type[BaseModel]:
    model: type[BaseModel] = get_args(answer)[0] if get_origin(answer) is list else answer
    return model


def _name(reference: Schema) -> str:
    return str(reference["$ref"]).rsplit("/", 1)[1]


def _operation(call: Call[Any], references: Any, schemas: dict[str, Schema]) -> Schema:
    noes = _noes(call)
    operation: Schema = {
        "operationId": call.name,
        "tags": [call.group],
        "summary": call.title,
        "description": f"{call.meaning}\n\nWho may: {call.who or 'everybody, without signing in'}.",
        "security": [] if call.public else [{"bearer": []}],
        "parameters": _parameters(call, references, schemas),
        "responses": {
            str(call.status): _answered(call, references),
            **({"304": _unchanged()} if call.etag else {}),
            **{str(status): _refused([no for no in noes if no.status == status]) for status in _statuses(noes)},
        },
    }
    if call.method == "POST" and call.takes_something:
        operation["requestBody"] = {
            "required": bool(schemas[_name(references[call.takes, "validation"])].get("required")),
            "content": {
                "application/json": {
                    "schema": references[call.takes, "validation"],
                    "examples": {"example": {"value": dict(call.takes_example)}},
                }
            },
        }
    return operation


def _parameters(call: Call[Any], references: Any, schemas: dict[str, Schema]) -> list[Schema]:
    parameters: list[Schema] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": meaning,
            "schema": {"type": "string", "minLength": 1},
        }
        for name, meaning in call.parts.items()
    ]
    if call.method == "POST":
        return [*parameters, {"$ref": "#/components/parameters/IdempotencyKey"}]
    if call.etag:
        parameters.append({"$ref": "#/components/parameters/IfNoneMatch"})
    if call.takes_something:
        properties: dict[str, Schema] = schemas[_name(references[call.takes, "validation"])]["properties"]
        parameters += [_query_parameter(name, dict(schema)) for name, schema in properties.items()]
    return parameters


def _query_parameter(name: str, schema: Schema) -> Schema:
    meaning = schema.pop("description", "")
    options = [one for one in schema.pop("anyOf", []) if one.get("type") != "null"]
    if len(options) == 1:
        schema.update(options[0])
        schema.pop("default", None)
    return {"name": name, "in": "query", "required": False, "description": meaning, "schema": schema}


def _answered(call: Call[Any], references: Any) -> Schema:
    reference = references[_model(call.answer), "serialization"]
    schema = {"type": "array", "items": reference} if get_origin(call.answer) is list else reference
    answered: Schema = {
        "description": call.answer_meaning,
        "content": {"application/json": {"schema": schema, "examples": {"example": {"value": call.example}}}},
    }
    if call.method == "POST":
        answered["headers"] = {"Idempotency-Replayed": _replayed_header()}
    if call.etag:
        answered["headers"] = _etag_told()
    return answered


def _unchanged() -> Schema:
    return {"description": "As the caller has it: `If-None-Match` fits.", "headers": _etag_told()}


def _etag_told() -> Schema:
    return {"ETag": {"$ref": "#/components/headers/ETag"}}


def _replayed_header() -> Schema:
    return {
        "description": "`true` when this is the first answer to the key, given once more.",
        "schema": {"type": "string", "enum": ["true"]},
    }


def _noes(call: Call[Any]) -> list[No]:
    noes = list(call.noes)
    if not call.public:
        noes.append(NOT_SIGNED_IN)
    if call.method == "POST":
        noes += [NOT_JSON, TOO_LARGE, NOT_CALLED_JSON]
    if call.method == "POST" or call.takes_something:
        noes.append(WRONG_SHAPE)
    return [*noes, HUB_FAILED, DATABASE_AWAY]


def _statuses(noes: Iterable[No]) -> list[int]:
    return sorted({no.status for no in noes})


def _refused(noes: Sequence[No]) -> Schema:
    refused: Schema = {
        "description": "\n".join(f"- `{no.code.value}`: {no.when}." for no in noes),
        "content": {
            CONTENT_TYPE: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "examples": {
                    f"{no.code.value}-{place}": {"value": _problem_example(no)} for place, no in enumerate(noes, 1)
                },
            }
        },
    }
    if noes[0].status == 401:
        refused["headers"] = {"WWW-Authenticate": {"description": "How to sign in.", "schema": {"type": "string"}}}
    return refused


def _problem_example(no: No) -> Schema:
    when = no.when.split(";")[0]
    return {
        "type": f"urn:vuoro:problem:{no.code.value}",
        "title": TITLES[no.code]["en"],
        "status": no.status,
        "detail": f"{when[0].upper()}{when[1:]}.",
        "code": no.code.value,
    }
