"""The OpenAPI document agrees with the routes, with the models, and with what is answered (contract §3)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from rig.points import PointAtWork
from rig.served_points import ServedPoint
from vuoro_hub.web.api import CALLS, create_api
from vuoro_hub.web.api.document import document
from vuoro_hub.web.api.problems import HubFault
from vuoro_mqtt.payloads import RefusalCode

DOCUMENT: dict[str, Any] = document(CALLS)
OPERATIONS = [
    (method, path, operation) for path, methods in DOCUMENT["paths"].items() for method, operation in methods.items()
]


def named(value: Any) -> str:
    return value if isinstance(value, str) else ""


def test_the_document_is_openapi_3_1(served: ServedPoint) -> None:
    answer = served.caller().get("/openapi.json")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
    assert answer.json == DOCUMENT
    assert DOCUMENT["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(answer.json).validate()


def test_whoever_has_the_document_is_told_only_that(served: ServedPoint) -> None:
    tag = served.caller().get("/openapi.json").headers["ETag"]
    assert served.caller().get("/openapi.json", If_None_Match=tag).status == 304


def test_every_route_is_in_the_document_and_every_path_is_a_route(lahti: PointAtWork) -> None:
    app = Flask("api")
    create_api(app, lahti.point)
    routes = {
        (method.lower(), re.sub(r"<(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
        if rule.rule.startswith("/api/v1/") and not rule.rule.endswith("/openapi.json") and method != "HEAD"
    }
    assert routes == {(method, path) for method, path, _operation in OPERATIONS}


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS, ids=named)
def test_every_call_says_what_it_means_and_shows_an_example(method: str, path: str, operation: dict[str, Any]) -> None:
    assert operation["summary"]
    assert "Who may:" in operation["description"]
    for parameter in operation["parameters"]:
        assert "$ref" in parameter or parameter["description"], f"{parameter['name']} of {path}"
    for status, answered in operation["responses"].items():
        assert answered["description"]
        if status != "304":
            (content,) = answered["content"].values()
            assert content["examples"]
    if "requestBody" in operation:
        assert operation["requestBody"]["content"]["application/json"]["examples"]


def examples() -> Iterator[Any]:
    for method, path, operation in OPERATIONS:
        contents = [answered.get("content", {}) for answered in operation["responses"].values()]
        contents.append(operation.get("requestBody", {}).get("content", {}))
        for content in contents:
            for kind in content.values():
                for name, example in kind["examples"].items():
                    yield pytest.param(kind["schema"], example["value"], id=f"{method} {path} {name}")


@pytest.mark.parametrize(("schema", "example"), list(examples()))
def test_every_example_fits_its_schema(schema: dict[str, Any], example: Any) -> None:
    validate(schema, example)


def validate(schema: dict[str, Any], value: Any) -> None:
    Draft202012Validator({**schema, "components": DOCUMENT["components"]}).validate(value)


def test_every_field_of_what_is_sent_has_a_meaning() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    for name in ("NumberWanted", "Opening", "CallWanted", "ToService", "NeedsWanted", "Told"):
        for field, schema in schemas[name]["properties"].items():
            assert schema.get("description"), f"{name}.{field}"


def test_every_documented_code_is_one_of_the_contracts_or_a_fault_of_the_hubs_own() -> None:
    codes = set(DOCUMENT["components"]["schemas"]["Problem"]["properties"]["code"]["enum"])
    assert codes == {code.value for code in (*RefusalCode, *HubFault)}


def test_what_does_not_exist_yet_is_not_promised() -> None:
    promised = " ".join(DOCUMENT["paths"])
    for later in ("slots", "drops", "feedback", "surveys", "incidents", "service-events", "appointments", "figures"):
        assert later not in promised


def test_what_is_answered_fits_the_document(served: ServedPoint) -> None:
    turn = served.called_turn()
    issued = served.number("vero", needs=["help"])
    asked = [
        ("get", "/services", "/services", None, None),
        ("post", "/visits", "/visits", "advisor", {"service": "tyo"}),
        ("get", "/visits/{token}", f"/visits/{issued['token']}", None, None),
        ("get", "/turns", "/turns?state=waiting&state=called", "advisor", None),
        ("get", "/turns/{turn}", f"/turns/{turn}", "advisor", None),
        ("get", "/counters", "/counters", "viewer", None),
        ("get", "/help-calls", "/help-calls", "advisor", None),
        ("post", "/help-calls/{call}/take", "/help-calls/nobodys/take", "advisor", {}),
        ("post", "/turns/{turn}/needs", f"/turns/{turn}/needs", "advisor", {"needs": ["more-time"]}),
        ("get", "/events", "/events", "coordinator", None),
        ("post", "/turns/{turn}/notify", f"/turns/{turn}/notify", "advisor", {"phrase": "comes-soon"}),
        ("post", "/turns/{turn}/miss", f"/turns/{turn}/miss", "clerk-vero", {}),
        ("post", "/turns/{turn}/serve", f"/turns/{turn}/serve", "clerk-vero", {}),
        ("post", "/turns/{turn}/finish", f"/turns/{turn}/finish", "clerk-vero", {}),
        ("post", "/counters/{counter}/call", "/counters/1/call", "clerk-vero", {}),
        ("post", "/counters/{counter}/open", "/counters/1/open", "clerk-te", {}),
        ("post", "/counters/{counter}/close", "/counters/1/close", "guard", {}),
    ]
    for method, documented, path, name, body in asked:
        caller = served.caller(name)
        answer = caller.get(path) if method == "get" else caller.post(path, body)
        responses = DOCUMENT["paths"][f"/api/v1{documented}"][method]["responses"]
        content = responses[str(answer.status)]["content"][answer.headers["Content-Type"]]
        validate(content["schema"], json.loads(answer.text))
