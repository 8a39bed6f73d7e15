"""Idempotency-Key: the same request again has no second effect and gets the first answer (contract §3)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from rig.served_points import Answer, ServedPoint

KEY = {"Idempotency_Key": "018a4c2e-5b20-7f6d-8c11-3a9e0d5b7f42"}


def test_the_same_request_again_gets_the_first_answer(served: ServedPoint) -> None:
    advisor = served.caller("advisor")
    first = advisor.post("/visits", {"service": "vero"}, **KEY)
    served.clock.pass_by(minutes=5)
    again = advisor.post("/visits", {"service": "vero", "needs": []}, **KEY)
    assert (again.status, again.text) == (first.status, first.text) == (201, first.text)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert len(advisor.get("/turns").json) == 1


def test_a_refusal_is_answered_again_too_even_when_it_would_be_done_now(served: ServedPoint) -> None:
    clerk = served.caller("clerk-vero")
    clerk.post("/counters/1/open")
    first = clerk.post("/counters/1/call", **KEY)
    assert (first.status, first.code) == (409, "nobody-waiting")
    served.number("vero")
    again = clerk.post("/counters/1/call", **KEY)
    assert (again.status, again.text) == (409, first.text)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["Content-Type"] == "application/problem+json"
    assert clerk.post("/counters/1/call", Idempotency_Key="another").status == 200


def test_the_same_key_with_another_request_is_refused(served: ServedPoint) -> None:
    advisor = served.caller("advisor")
    turn = advisor.post("/visits", {"service": "vero"}, **KEY).json["turn"]
    other_body = advisor.post("/visits", {"service": "tyo"}, **KEY)
    other_call = advisor.post(f"/turns/{turn}/cancel", **KEY)
    for answer in (other_body, other_call):
        assert (answer.status, answer.code) == (422, "invalid")
        assert "Idempotency-Replayed" not in answer.headers
    assert [one["state"] for one in advisor.get("/turns").json] == ["waiting"]


def test_a_key_belongs_to_its_person(served: ServedPoint) -> None:
    first = served.caller("advisor").post("/visits", {"service": "vero"}, **KEY)
    other = served.caller("clerk-vero").post("/visits", {"service": "vero"}, **KEY)
    assert (first.json["number"], other.json["number"]) == ("001", "002")


def test_without_a_key_every_request_counts(served: ServedPoint) -> None:
    advisor = served.caller("advisor")
    assert [advisor.post("/visits", {"service": "vero"}).json["number"] for _ in range(2)] == ["001", "002"]
    with served.database.reading() as session:
        kept = session.connection().exec_driver_sql("SELECT count(*) FROM answer").scalar()
    assert kept == 0, "nothing is stored"


def test_a_key_of_the_wrong_shape_is_refused(served: ServedPoint) -> None:
    for key in ("", "x" * 256, "two words"):
        answer = served.caller("advisor").post("/visits", {"service": "vero"}, Idempotency_Key=key)
        assert (answer.status, answer.code) == (422, "invalid"), key
    assert served.caller("advisor").get("/turns").json == []


def test_eight_requests_with_one_key_at_one_instant_have_one_effect(served: ServedPoint) -> None:
    ready = Barrier(8)

    def ask(_place: int) -> Answer:
        caller = served.caller("advisor")
        ready.wait()
        return caller.post("/visits", {"service": "vero"}, **KEY)

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(ask, range(8)))
    assert {(answer.status, answer.text) for answer in answers} == {(201, answers[0].text)}
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 7
    assert len(served.caller("advisor").get("/turns").json) == 1


def test_a_key_holds_over_a_restart(served: ServedPoint) -> None:
    first = served.caller("advisor").post("/visits", {"service": "vero"}, **KEY)
    again = served.served_anew().caller("advisor").post("/visits", {"service": "vero"}, **KEY)
    assert (again.status, again.text) == (201, first.text)
