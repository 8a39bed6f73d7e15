"""The clerk's day over the API: open, call, serve, finish, and what may happen in between (contract §3; Q4-Q10)."""

from __future__ import annotations

import pytest
from rig.served_points import ServedPoint

NOBODYS_TURN = "018a4c2e-5b1f-7c3a-9d6e-2f8b1a7c4e90"


def test_a_counter_is_opened_for_the_services_of_the_own_authority(served: ServedPoint) -> None:
    answer = served.caller("clerk-vero").post("/counters/1/open", {"services": ["vero"]})
    assert answer.status == 200
    assert answer.json["state"] == "free"
    assert (answer.json["counter"], answer.json["services"], answer.json["opened_by"]) == ("1", ["vero"], "clerk-vero")


def test_opening_without_naming_services_takes_all_of_the_own(served: ServedPoint) -> None:
    answer = served.caller("clerk-te").post("/counters/1/open")
    own = [service.id for service in served.point.site.services if service.authority == "te"]
    assert answer.json["services"] == own


def test_a_service_of_another_authority_is_not_the_clerks_to_open(served: ServedPoint) -> None:
    answer = served.caller("clerk-te").post("/counters/1/open", {"services": ["vero"]})
    assert (answer.status, answer.code) == (403, "not-allowed")


def test_a_counter_that_somebody_else_has_open_is_not_free(served: ServedPoint) -> None:
    served.caller("clerk-vero").post("/counters/1/open")
    for verb in ("open", "call", "close"):
        answer = served.caller("clerk-te").post(f"/counters/1/{verb}")
        assert (answer.status, answer.code) == (409, "not-allowed"), verb
        told = {name: answer.json.get(name) for name in ("counter", "open", "opened_by", "state")}
        assert told == {"counter": "1", "open": True, "opened_by": "clerk-vero", "state": None}


def test_opening_for_a_service_that_is_not_here_is_refused(served: ServedPoint) -> None:
    answer = served.caller("clerk-vero").post("/counters/1/open", {"services": ["kirjasto"]})
    assert answer.status == 422


@pytest.mark.parametrize("verb", ["open", "close", "call"])
def test_an_unknown_counter_is_not_found(served: ServedPoint, verb: str) -> None:
    answer = served.caller("clerk-vero").post(f"/counters/99/{verb}")
    assert (answer.status, answer.code) == (404, "invalid")


def test_calling_takes_the_next_by_the_rule(served: ServedPoint) -> None:
    first, _second = served.number("vero"), served.number("vero")
    clerk = served.caller("clerk-vero")
    clerk.post("/counters/1/open")
    answer = clerk.post("/counters/1/call")
    assert answer.status == 200
    called = answer.json
    assert {"turn", "visit", "number", "service", "counter", "called_at", "wait_until"} <= called.keys()
    assert (called["turn"], called["visit"], called["number"]) == (first["turn"], first["visit"], "001")
    assert (called["counter"], called["state"]) == ("1", "called")
    assert (called["called_at"], called["wait_until"]) == ("2026-03-03T08:00:00.000000Z", "2026-03-03T08:02:30.000000Z")


def test_a_clerk_may_call_a_named_turn(served: ServedPoint) -> None:
    _first, second = served.number("vero"), served.number("vero")
    clerk = served.caller("clerk-vero")
    clerk.post("/counters/1/open")
    assert clerk.post("/counters/1/call", {"turn": second["turn"]}).json["number"] == "002"


def test_nobody_waiting_is_a_refusal_of_its_own(served: ServedPoint) -> None:
    clerk = served.caller("clerk-vero")
    clerk.post("/counters/1/open")
    served.number("tyo")
    answer = clerk.post("/counters/1/call")
    assert (answer.status, answer.code) == (409, "nobody-waiting")


def test_a_turn_tells_at_which_counter_its_customer_is_now(served: ServedPoint) -> None:
    first, vero, te = served.called_turn("3"), served.caller("clerk-vero"), served.caller("clerk-te")
    added = vero.post(f"/turns/{first}/chain", {"service": "tyo"}).json
    te.post("/counters/1/open", {"services": ["tyo"]})
    assert added["elsewhere"] == "3"
    for name in ("clerk-te", "advisor"):
        (turn,) = served.caller(name).get("/turns?service=tyo").json
        assert (turn["turn"], turn["position"], turn["elsewhere"]) == (added["turn"], 1, "3")
    here = vero.get(f"/turns/{first}").json
    assert (here["counter"], here["elsewhere"]) == ("3", None)

    refused = te.post("/counters/1/call")
    assert (refused.status, refused.code) == (409, "nobody-waiting")
    assert refused.json["detail"] == "Everybody who waits is at another counter now."

    tag = te.get("/turns?service=tyo").headers["ETag"]
    vero.post(f"/turns/{first}/finish")
    again = te.get("/turns?service=tyo", If_None_Match=tag)
    assert [turn["elsewhere"] for turn in again.json] == [None]
    called = te.post("/counters/1/call").json
    assert (called["turn"], called["elsewhere"]) == (added["turn"], None)


def test_a_closed_counter_calls_nobody(served: ServedPoint) -> None:
    served.number("vero")
    answer = served.caller("clerk-vero").post("/counters/1/call")
    assert (answer.status, answer.code, answer.json["state"]) == (409, "not-allowed", "closed")


def test_a_counter_calls_one_number_at_a_time(served: ServedPoint) -> None:
    served.number("vero")
    served.called_turn()
    answer = served.caller("clerk-vero").post("/counters/1/call")
    assert (answer.status, answer.code, answer.json["state"]) == (409, "not-allowed", "called")


def test_a_named_turn_of_another_authority_or_of_nobody_is_refused(served: ServedPoint) -> None:
    other = served.number("tyo")
    clerk = served.caller("clerk-vero")
    clerk.post("/counters/1/open")
    assert clerk.post("/counters/1/call", {"turn": other["turn"]}).status == 403
    assert clerk.post("/counters/1/call", {"turn": NOBODYS_TURN}).status == 404


def test_a_customer_is_served_and_finished(served: ServedPoint) -> None:
    turn, clerk = served.called_turn(), served.caller("clerk-vero")
    served.clock.pass_by(seconds=20)
    serving = clerk.post(f"/turns/{turn}/serve")
    assert (serving.status, serving.json["state"], serving.json["served_at"]) == (
        200,
        "serving",
        "2026-03-03T08:00:20.000000Z",
    )
    finished = clerk.post(f"/turns/{turn}/finish")
    assert (finished.status, finished.json["state"]) == (200, "finished")


def test_a_recall_shows_the_number_again_and_the_waiting_goes_on(served: ServedPoint) -> None:
    turn = served.called_turn()
    served.clock.pass_by(seconds=100)
    answer = served.caller("clerk-vero").post(f"/turns/{turn}/recall")
    assert (answer.status, answer.json["wait_until"]) == (200, "2026-03-03T08:02:30.000000Z")


def test_a_turn_is_missed_only_after_the_waiting_time(served: ServedPoint) -> None:
    turn, clerk = served.called_turn(), served.caller("clerk-vero")
    early = clerk.post(f"/turns/{turn}/miss")
    assert (early.status, early.code) == (409, "too-early")
    assert (early.json["state"], early.json["wait_until"]) == ("called", "2026-03-03T08:02:30.000000Z")
    served.clock.pass_by(seconds=151)
    assert clerk.post(f"/turns/{turn}/miss").json["state"] == "missed"


def test_a_missed_turn_and_a_parked_one_come_back_at_their_own_place(served: ServedPoint) -> None:
    turn, clerk = served.called_turn(), served.caller("clerk-vero")
    served.number("vero")
    served.clock.pass_by(seconds=151)
    clerk.post(f"/turns/{turn}/miss")
    back = clerk.post(f"/turns/{turn}/resume")
    assert (back.status, back.json["state"], back.json["position"], back.json["counter"]) == (200, "waiting", 1, None)
    parked = clerk.post(f"/turns/{turn}/park")
    assert (parked.status, parked.json["state"], parked.json["position"]) == (200, "parked", None)
    assert clerk.post(f"/turns/{turn}/resume").json["position"] == 1


def test_an_advisor_removes_a_turn(served: ServedPoint) -> None:
    turn = served.number("vero")["turn"]
    answer = served.caller("advisor").post(f"/turns/{turn}/cancel")
    assert (answer.status, answer.json["state"]) == (200, "cancelled")


def test_a_turn_moves_to_the_right_queue_never_ahead_of_the_longest_waiting_there(served: ServedPoint) -> None:
    turn = served.number("tyo")["turn"]
    served.clock.pass_by(minutes=1)
    served.number("vero")
    answer = served.caller("advisor").post(f"/turns/{turn}/transfer", {"service": "vero"})
    assert (answer.status, answer.json["service"], answer.json["position"]) == (200, "vero", 2)
    again = served.caller("advisor").post(f"/turns/{turn}/transfer", {"service": "vero"})
    assert (again.status, again.code) == (409, "not-allowed")


def test_a_visit_goes_on_at_another_service_with_the_same_number(served: ServedPoint) -> None:
    turn, clerk = served.called_turn(), served.caller("clerk-vero")
    clerk.post(f"/turns/{turn}/serve")
    added = clerk.post(f"/turns/{turn}/chain", {"service": "tyo"})
    assert added.status == 200
    assert (added.json["service"], added.json["state"], added.json["number"]) == ("tyo", "waiting", "001")
    assert added.json["turn"] != turn
    clerk.post(f"/turns/{turn}/finish")
    te = served.caller("clerk-te")
    te.post("/counters/2/open")
    assert te.post("/counters/2/call").json["turn"] == added.json["turn"]


def test_an_advisor_tells_the_clerk_with_a_fixed_phrase(served: ServedPoint) -> None:
    turn = served.called_turn()
    answer = served.caller("advisor").post(f"/turns/{turn}/notify", {"phrase": "is-here-now"})
    assert (answer.status, answer.json["told"]) == (200, "is-here-now")
    assert served.caller("clerk-vero").get(f"/turns/{turn}").json["told"] == "is-here-now"
    free_text = served.caller("advisor").post(f"/turns/{turn}/notify", {"phrase": "Matti Meikäläinen on täällä"})
    assert (free_text.status, free_text.code) == (422, "invalid")


def test_a_counter_closes_when_nobody_is_called_there(served: ServedPoint) -> None:
    turn, clerk = served.called_turn(), served.caller("clerk-vero")
    busy = clerk.post("/counters/1/close")
    assert (busy.status, busy.code, busy.json["state"]) == (409, "not-allowed", "called")
    clerk.post(f"/turns/{turn}/finish")
    closed = clerk.post("/counters/1/close")
    assert (closed.status, closed.json["state"], closed.json["opened_by"]) == (200, "closed", None)
    assert clerk.post("/counters/1/close").status == 200, "closing a closed one changes nothing"


def test_the_coordinator_closes_a_counter_that_was_left_open(served: ServedPoint) -> None:
    served.caller("clerk-vero").post("/counters/1/open")
    assert served.caller("coordinator").post("/counters/1/close").json["state"] == "closed"


def test_the_coordinator_closes_a_counter_whose_clerk_is_gone(served: ServedPoint) -> None:
    turn = served.called_turn()
    later = served.number("vero")["turn"]
    answer = served.caller("coordinator").post("/counters/1/close")
    assert (answer.status, answer.json["state"], answer.json["number"]) == (200, "closed", None)
    back = served.caller("advisor").get("/turns").json
    assert [(one["turn"], one["state"], one["position"]) for one in back] == [
        (turn, "waiting", 1),
        (later, "waiting", 2),
    ]


def test_a_colleague_takes_a_counter_over_and_serves_whoever_is_called_there(served: ServedPoint) -> None:
    turn = served.called_turn()
    colleague = served.with_token(served.colleague("clerk-vero"))
    refused = colleague.post("/counters/1/open")
    assert (refused.status, refused.json["opened_by"]) == (409, "clerk-vero")
    taken = colleague.post("/counters/1/open", {"take_over": True})
    assert (taken.status, taken.json["opened_by"], taken.json["turn"]) == (200, "clerk-vero-colleague", turn)
    assert (taken.json["state"], taken.json["services"]) == ("calling", ["vero"])
    assert colleague.post(f"/turns/{turn}/serve").json["state"] == "serving"


def test_a_counter_is_not_taken_over_from_another_authority(served: ServedPoint) -> None:
    served.called_turn()
    answer = served.caller("clerk-te").post("/counters/1/open", {"take_over": True})
    assert (answer.status, answer.code, answer.json["opened_by"]) == (403, "not-allowed", "clerk-vero")


@pytest.mark.parametrize(("verb", "body"), [("cancel", {}), ("transfer", {"service": "tyo"})])
def test_of_who_is_called_the_clerk_decides_and_not_the_advisor(
    served: ServedPoint, verb: str, body: dict[str, str]
) -> None:
    turn = served.called_turn()
    answer = served.caller("advisor").post(f"/turns/{turn}/{verb}", body)
    assert (answer.status, answer.code, answer.json["state"]) == (409, "not-allowed", "called")
    assert served.caller("clerk-vero").post(f"/turns/{turn}/{verb}", body).status == 200


def test_more_time_marked_on_a_called_turn_doubles_the_wait_from_the_first_showing(served: ServedPoint) -> None:
    turn = served.called_turn()
    served.clock.pass_by(seconds=60)
    answer = served.caller("advisor").post(f"/turns/{turn}/needs", {"needs": ["more-time", "remote", "remote"]})
    assert (answer.status, answer.json["needs"]) == (200, ["more-time", "remote"])
    assert answer.json["wait_until"] == "2026-03-03T08:05:00.000000Z"
    assert served.caller("clerk-vero").post(f"/turns/{turn}/needs", {"needs": []}).json["needs"] == []
    for wrong in ({}, {"needs": ["a-lift"]}):
        assert served.caller("advisor").post(f"/turns/{turn}/needs", wrong).status == 422


@pytest.mark.parametrize("verb", ["serve", "recall", "finish", "miss", "resume"])
def test_an_act_in_the_wrong_state_says_which_state_it_is(served: ServedPoint, verb: str) -> None:
    turn = served.number("vero")["turn"]
    answer = served.caller("clerk-vero").post(f"/turns/{turn}/{verb}")
    assert (answer.status, answer.code, answer.json["state"]) == (409, "not-allowed", "waiting")


@pytest.mark.parametrize(
    ("verb", "body"),
    [("park", {}), ("cancel", {}), ("transfer", {"service": "tyo"}), ("notify", {"phrase": "is-here-now"})],
)
def test_what_is_over_stays_over(served: ServedPoint, verb: str, body: dict[str, str]) -> None:
    turn, clerk = served.called_turn(), served.caller("clerk-vero")
    clerk.post(f"/turns/{turn}/finish")
    by = served.caller("advisor") if verb == "notify" else clerk
    answer = by.post(f"/turns/{turn}/{verb}", body)
    assert (answer.status, answer.code, answer.json["state"]) == (409, "not-allowed", "finished")


def test_a_chain_needs_a_turn_that_was_called(served: ServedPoint) -> None:
    turn = served.number("vero")["turn"]
    answer = served.caller("clerk-vero").post(f"/turns/{turn}/chain", {"service": "tyo"})
    assert (answer.status, answer.code, answer.json["state"]) == (409, "not-allowed", "waiting")


@pytest.mark.parametrize("verb", ["transfer", "chain"])
def test_moving_to_a_service_that_is_not_here_is_refused(served: ServedPoint, verb: str) -> None:
    turn = served.called_turn()
    answer = served.caller("clerk-vero").post(f"/turns/{turn}/{verb}", {"service": "kirjasto"})
    assert (answer.status, answer.code) == (422, "service-unknown")


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        *((verb, {}) for verb in ("serve", "recall", "finish", "miss", "park", "resume", "cancel")),
        ("transfer", {"service": "tyo"}),
        ("chain", {"service": "tyo"}),
    ],
)
def test_a_turn_that_is_nobodys_is_not_found(served: ServedPoint, verb: str, body: dict[str, str]) -> None:
    answer = served.caller("clerk-vero").post(f"/turns/{NOBODYS_TURN}/{verb}", body)
    assert (answer.status, answer.code) == (404, "invalid")


def test_telling_about_a_turn_that_is_nobodys_is_not_found(served: ServedPoint) -> None:
    answer = served.caller("advisor").post(f"/turns/{NOBODYS_TURN}/notify", {"phrase": "is-here-now"})
    assert (answer.status, answer.code) == (404, "invalid")
