"""Requests made from the OpenAPI document, right and wrong ones: no fault of the hub, no undocumented answer."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy
from rig.served_points import ServedPoint
from vuoro_hub.web.api import CALLS
from vuoro_hub.web.api.call import PREFIX, Call
from vuoro_hub.web.api.document import document

pytestmark = pytest.mark.slow

NAMES = {
    "list-events": "coordinator",
    **dict.fromkeys(("give-number", "cancel", "notify", "list-help-calls", "take-help-call"), "advisor"),
}


@functools.cache
def made_from_the_document() -> tuple[Any, list[Any]]:
    """Schemathesis' schema and checks; it takes seconds to import, so only these tests do."""
    import schemathesis
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi import checks

    schema = schemathesis.openapi.from_dict(document(CALLS))
    return schema, [
        not_a_server_error,
        checks.status_code_conformance,
        checks.content_type_conformance,
        checks.response_schema_conformance,
        checks.response_headers_conformance,
        checks.ignored_auth,
    ]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedPoint]:
    point = ServedPoint(tmp_path_factory.mktemp("point"), pages=True)
    yield point
    point.close()


def right_and_wrong(operation: Any, call: Call[Any]) -> SearchStrategy[Any]:
    """Requests that fit the document, and where there is something to get wrong, some that do not."""
    from schemathesis.generation import GenerationMode

    right: SearchStrategy[Any] = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    if not call.takes_something:
        return right
    return right | operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
def test_every_answer_is_a_documented_one(call: Call[Any], shared: ServedPoint) -> None:
    schema, checks = made_from_the_document()
    asked = itertools.count()

    @given(case=right_and_wrong(schema[PREFIX + call.path][call.method], call))
    @settings(
        max_examples=20,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Any) -> None:
        given_number = shared.number("vero")
        there = {
            "turn": given_number["turn"],
            "token": given_number["token"],
            "counter": "1",
            "call": shared.help_wanted("dispenser-1"),
        }
        if case.path_parameters and next(asked) % 2:  # every second time about something that is there
            case.path_parameters.update({name: there[name] for name in case.path_parameters})
        case.call_and_validate(
            base_url=f"http://127.0.0.1:{shared.port}",
            headers={"Authorization": f"Bearer demo-{NAMES.get(call.name, 'clerk-vero')}"},
            checks=checks,
        )

    ask()
