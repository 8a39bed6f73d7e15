"""Whatever comes in, the answer is JSON with a code, and the next request is served (contract §3)."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from rig.served_points import Answer, ServedPoint
from vuoro_hub.web.api.shape import REASONS
from vuoro_mqtt.codec import MAX_BYTES

JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedPoint]:
    """The API among all the pages of the hub, which have their own ways of saying no."""
    point = ServedPoint(tmp_path_factory.mktemp("point"), pages=True)
    yield point
    point.close()


def is_problem(answer: Answer, status: int, code: str = "invalid") -> None:
    assert (answer.status, answer.headers["Content-Type"]) == (status, "application/problem+json"), answer.text
    problem = answer.json
    assert {"type", "title", "status", "detail", "code"} <= problem.keys()
    assert (problem["status"], problem["code"]) == (status, code)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"not json", 400),
        (b'{"service": "vero"} {"service": "vero"}', 400),
        (b"\xff\xfe", 400),
        (b'{"service": "\xc3\x28"}', 400),
        (b"[" * 8000, 400),
        (b'{"service":' * 1000, 400),
        (b"[]", 422),
        (b"null", 422),
        (b'"vero"', 422),
        (b"{}", 422),
        (b'{"service": 7}', 422),
        (b'{"service": null}', 422),
        (b'{"service": "VERO"}', 422),
        (b'{"service": "vero\\u0000"}', 422),
        (b'{"service": {"service": "vero"}}', 422),
        (b'{"service": "vero", "needs": "help"}', 422),
        (b'{"service": "vero", "needs": ["a lift"]}', 422),
        (b'{"service": "vero", "needs": ["help", "help", "help", "help", "help"]}', 422),
        (b'{"service": "vero", "language": "suomi!"}', 422),
        (b"", 422),
    ],
)
def test_a_body_that_cannot_be_used_is_refused(shared: ServedPoint, body: bytes, status: int) -> None:
    advisor = shared.caller("advisor")
    answer = advisor.send("POST", "/visits", body, JSON)
    is_problem(answer, status)
    assert {one["reason"] for one in answer.json["errors"]} <= set(REASONS) - {"not-right"}
    assert not any(word in answer.text for word in ("Input should", "Field required", "pattern"))
    assert advisor.post("/visits", {"service": "vero"}).status == 201


def test_the_problem_names_each_field_for_programs_and_for_people(shared: ServedPoint) -> None:
    answer = shared.caller("advisor").post("/visits", {"service": "VERO", "needs": ["a lift"]}, Accept_Language="en")
    assert [(one["field"], one["reason"]) for one in answer.json["errors"]] == [
        ("service", "wrong-form"),
        ("needs.0", "not-one-of"),
    ]
    assert answer.json["detail"] == (
        "Field service: the value must be an id: 1 to 32 of the characters a–z, 0–9 and - (not first). "
        "Field needs.0: the value must be one of these: more-time, interpreter, remote, help."
    )


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fi", "Kenttä service: arvo puuttuu."),
        ("sv", "Fältet service: värdet saknas."),
        ("en", "Field service: the value is missing."),
    ],
)
def test_what_is_wrong_is_said_in_the_callers_language(shared: ServedPoint, language: str, text: str) -> None:
    assert shared.caller("advisor").post("/visits", {}, Accept_Language=language).json["detail"] == text


@pytest.mark.parametrize(
    ("path", "body", "reason", "text"),
    [
        ("/visits", b"[", "not-json", "Pyynnön runko: se ei ole JSONia (rivi 1, merkki 1)."),
        ("/visits", b"[]", "not-an-object", "Pyynnön runko: sen on oltava JSON-olio, kuten {}."),
        ("/visits", b'{"service": 7}', "not-text", "Kenttä service: arvon on oltava merkkijono."),
        ("/visits", b'{"service": "vero", "needs": "help"}', "not-a-list", "luettelo, kuten []."),
        ("/visits", b'{"service": "vero", "needs": ["help","help","help","help","help"]}', "too-many", "enintään 4"),
        ("/visits", b'{"service": "vero", "language": "suomi!"}', "wrong-form", "kielen tunnus, kuten fi"),
        ("/counters/1/call", b'{"turn": "!"}', "wrong-form", "vuoron tunnus"),
        ("/turns?limit=many", None, "not-a-number", "Kenttä limit: arvon on oltava kokonaisluku."),
        ("/turns?limit=0", None, "too-small", "Kenttä limit: arvon on oltava vähintään 1."),
        ("/turns?limit=1001", None, "too-large", "Kenttä limit: arvon on oltava enintään 1000."),
        ("/turns?state=lost", None, "not-one-of", "Kenttä state.0: arvon on oltava jokin näistä: held, waiting"),
    ],
)
def test_each_fault_says_what_would_be_right(
    shared: ServedPoint, path: str, body: bytes | None, reason: str, text: str
) -> None:
    method = "GET" if body is None else "POST"
    answer = shared.caller("advisor").send(method, path, body, {**JSON, "Accept-Language": "fi"})
    is_problem(answer, 400 if reason == "not-json" else 422)
    (told,) = answer.json["errors"]
    assert told["reason"] == reason
    assert text in answer.json["detail"]
    assert told["text"] in answer.json["detail"]


def test_fields_that_are_not_known_are_ignored(shared: ServedPoint) -> None:
    answer = shared.caller("advisor").post("/visits", {"service": "vero", "colour": {"deep": [1, 2, 3]}})
    assert answer.status == 201


def test_a_body_larger_than_the_contract_allows_is_refused(shared: ServedPoint) -> None:
    advisor = shared.caller("advisor")
    body = {"service": "vero", "padding": "x" * MAX_BYTES}
    is_problem(advisor.post("/visits", body), 413)
    is_problem(advisor.send("POST", "/visits", b"x" * (8 * MAX_BYTES), {"Content-Type": "text/plain"}), 413)
    just_fits = json.dumps({"service": "vero", "padding": ""}).encode()
    just_fits = just_fits.replace(b'""', b'"' + b"x" * (MAX_BYTES - len(just_fits)) + b'"')
    assert len(just_fits) == MAX_BYTES
    assert advisor.send("POST", "/visits", just_fits, JSON).status == 201


def test_a_large_body_sent_in_chunks_is_refused_too(shared: ServedPoint) -> None:
    advisor = shared.caller("advisor")
    is_problem(advisor.send_in_chunks("/visits", [b"x" * MAX_BYTES, b"x"]), 413)
    assert advisor.get("/turns").status == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/xml"])
def test_a_body_that_is_not_called_json_is_refused(shared: ServedPoint, kind: str) -> None:
    answer = shared.caller("advisor").send("POST", "/visits", b'{"service": "vero"}', {"Content-Type": kind})
    is_problem(answer, 415)


def test_what_needs_no_body_needs_no_content_type(shared: ServedPoint) -> None:
    empty_form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert shared.caller("clerk-vero").send("POST", "/counters/1/open", b"", empty_form).status == 200
    assert shared.caller("clerk-vero").send("POST", "/counters/1/close", None, {}).status == 200


@pytest.mark.parametrize(
    ("wanted", "language", "title"),
    [("fi", "fi", "Jonossa ei ole ketään"), ("sv-FI, en;q=0.5", "sv", "Ingen står i kön"), ("de", "en", "Nobody is")],
)
def test_a_problem_speaks_the_callers_language(shared: ServedPoint, wanted: str, language: str, title: str) -> None:
    clerk = shared.caller("clerk-avi")
    clerk.post("/counters/1/open")
    answer = clerk.post("/counters/1/call", Accept_Language=wanted)
    clerk.post("/counters/1/close")
    assert answer.json["title"].startswith(title)
    assert answer.headers["Content-Language"] == language


@pytest.mark.parametrize(
    "path",
    ["/api/v1/kirjasto", "/api/v2/services", "/api/v1", "/api/", "/api", "/api/v1/services/", "/api//v1/services"],
)
def test_an_address_that_is_nothing_is_a_problem_not_a_page(shared: ServedPoint, path: str) -> None:
    is_problem(shared.caller("advisor").get(path), 404)


@pytest.mark.parametrize("path", ["/turns/%00", "/turns/%ff", "/turns/a%2Fb", "/turns/..%2f..", "/counters/%0a/"])
def test_a_strange_address_is_not_found(shared: ServedPoint, path: str) -> None:
    is_problem(shared.caller("advisor").get(path), 404)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/visits", "POST"),
        ("GET", "/visits", "POST"),
        ("POST", "/services", "GET"),
        ("PUT", "/counters/1/open", "POST"),
        ("OPTIONS", "/visits", "POST"),
        ("BREW", "/services", "GET"),
    ],
)
def test_a_method_that_fits_nothing_names_those_that_do(
    shared: ServedPoint, method: str, path: str, allowed: str
) -> None:
    answer = shared.caller("advisor").send(method, path, None, {})
    is_problem(answer, 405)
    assert allowed in answer.headers["Allow"].split(", ")


def test_no_form_protection_stands_before_a_token(shared: ServedPoint) -> None:
    assert shared.caller("advisor").post("/visits", {"service": "vero"}).status == 201
    is_problem(shared.caller().post("/visits", {"service": "vero"}), 401, "not-allowed")


def test_a_cookie_of_the_pages_opens_nothing_here(shared: ServedPoint) -> None:
    is_problem(shared.caller().get("/turns", Cookie="vuoro=eyJfdXNlcl9pZCI6ImFkdmlzb3IifQ"), 401, "not-allowed")


def test_a_fault_of_the_hub_is_json_too_and_says_that_it_is_logged(served: ServedPoint) -> None:
    served.clock.at = "noon"  # type: ignore[assignment]
    answer = served.caller("advisor").post("/visits", {"service": "vero"})
    assert (answer.status, answer.headers["Content-Type"]) == (500, "application/problem+json")
    assert answer.json["code"] == "internal-error"
    assert answer.json["instance"].startswith("urn:uuid:")
    assert "Traceback" not in answer.text
