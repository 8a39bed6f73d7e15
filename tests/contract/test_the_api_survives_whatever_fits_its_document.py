"""Requests made from the OpenAPI document, right and wrong ones: no fault of the hub, no undocumented answer."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from rig.served_points import ServedPoint
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from vuoro_hub.web.api import CALLS
from vuoro_hub.web.api.document import document

pytestmark = pytest.mark.slow

SCHEMA = schemathesis.openapi.from_dict(document(CALLS))
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
    ignored_auth,
)
NAMES = {"list-events": "coordinator", "give-number": "advisor", "cancel": "advisor", "notify": "advisor"}

_ASKED = itertools.count()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedPoint]:
    point = ServedPoint(tmp_path_factory.mktemp("point"), pages=True)
    yield point
    point.close()


@SCHEMA.parametrize()
@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_a_documented_one(case: Any, shared: ServedPoint) -> None:
    operation = case.operation.definition.raw["operationId"]
    turn = shared.number("vero")
    known = {"turn": turn["turn"], "token": turn["token"], "counter": "1"}
    if case.path_parameters and next(_ASKED) % 2:  # every second time about something that is there
        case.path_parameters.update({name: known[name] for name in case.path_parameters})
    case.call_and_validate(
        base_url=f"http://127.0.0.1:{shared.port}",
        headers={"Authorization": f"Bearer demo-{NAMES.get(operation, 'clerk-vero')}"},
        checks=list(CHECKS),
    )
