"""Turns, counters and the event log, as far as table R lets each role see them."""

from __future__ import annotations

from typing import Any

import pytest
from rig.served_points import ServedPoint

NOBODYS_TURN = "018a4c2e-5b1f-7c3a-9d6e-2f8b1a7c4e90"
SEEN = {
    "turn", "visit", "number", "service", "state", "needs", "position", "arrived_at", "appointment_at", "counter",
    "elsewhere", "first_called_at", "called_at", "wait_until", "served_at", "ended_at", "told", "told_at",
}  # fmt: skip


def numbers(turns: list[dict[str, Any]]) -> list[str]:
    return [turn["number"] for turn in turns]


def three_in_line(served: ServedPoint) -> None:
    for service in ("vero", "tyo", "vero"):
        served.number(service)
        served.clock.pass_by(seconds=1)


def test_the_advisor_sees_every_waiting_turn_and_nothing_more_of_it(served: ServedPoint) -> None:
    three_in_line(served)
    answer = served.caller("advisor").get("/turns")
    assert answer.status == 200
    assert numbers(answer.json) == ["001", "002", "003"]
    assert [turn["position"] for turn in answer.json] == [1, 1, 2]
    assert all(turn.keys() == SEEN for turn in answer.json)


@pytest.mark.parametrize(
    ("name", "seen"), [("clerk-vero", ["001", "003"]), ("clerk-te", ["002"]), ("guide-te", ["002"])]
)
def test_clerks_and_guides_see_their_own_authoritys(served: ServedPoint, name: str, seen: list[str]) -> None:
    three_in_line(served)
    assert numbers(served.caller(name).get("/turns").json) == seen


@pytest.mark.parametrize("name", ["coordinator", "guard", "viewer"])
def test_who_may_see_no_turns_is_told_so(served: ServedPoint, name: str) -> None:
    turn = served.number("vero")["turn"]
    for path in ("/turns", "/turns?service=vero", f"/turns/{turn}"):
        answer = served.caller(name).get(path)
        assert (answer.status, answer.code) == (403, "not-allowed"), path
        assert answer.json["detail"]


def test_another_authoritys_turns_are_not_shown(served: ServedPoint) -> None:
    turn = served.number("vero")["turn"]
    assert served.caller("clerk-te").get("/turns?service=vero").status == 403
    assert served.caller("clerk-te").get(f"/turns/{turn}").status == 403


def test_turns_are_chosen_by_service_and_state(served: ServedPoint) -> None:
    three_in_line(served)
    called = served.called_turn()
    advisor = served.caller("advisor")
    assert numbers(advisor.get("/turns?service=tyo").json) == ["002"]
    assert [turn["turn"] for turn in advisor.get("/turns?state=called").json] == [called]
    assert numbers(advisor.get("/turns?state=called&state=waiting&service=vero").json) == ["001", "003", "004"]
    assert advisor.get("/turns?state=finished").json == []
    served.caller("clerk-vero").post(f"/turns/{called}/finish")
    assert numbers(advisor.get("/turns?state=finished").json) == ["001"]
    assert numbers(advisor.get("/turns?limit=1").json) == ["002"]


def test_yesterdays_turns_are_not_in_the_list(served: ServedPoint) -> None:
    served.number("vero")
    served.clock.pass_by(days=1)
    assert served.caller("advisor").get("/turns").json == []


def test_one_turn_is_seen_by_its_id(served: ServedPoint) -> None:
    served.number("vero")
    turn = served.number("vero")["turn"]
    answer = served.caller("clerk-vero").get(f"/turns/{turn}")
    assert (answer.status, answer.json["number"], answer.json["position"]) == (200, "002", 2)
    assert served.caller("advisor").get(f"/turns/{NOBODYS_TURN}").status == 404


@pytest.mark.parametrize("query", ["state=asleep", "service=VERO", "limit=0", "limit=1001", "limit=many", "service="])
def test_a_query_that_makes_no_sense_is_refused(served: ServedPoint, query: str) -> None:
    answer = served.caller("advisor").get(f"/turns?{query}")
    assert (answer.status, answer.code) == (422, "invalid")


def test_an_unknown_service_in_a_query_is_refused(served: ServedPoint) -> None:
    answer = served.caller("advisor").get("/turns?service=kirjasto")
    assert (answer.status, answer.code) == (422, "service-unknown")


@pytest.mark.parametrize("name", ["advisor", "guard", "coordinator", "viewer", "guide-te", "clerk-te"])
def test_everybody_of_the_staff_sees_the_counters(served: ServedPoint, name: str) -> None:
    turn = served.called_turn()
    counters = served.caller(name).get("/counters").json
    assert [one["counter"] for one in counters] == [one.id for one in served.point.site.counters]
    busy = counters[0]
    assert (busy["state"], busy["number"], busy["turn"], busy["services"]) == ("calling", "001", turn, ["vero"])
    assert {one["state"] for one in counters[1:]} == {"closed"}


def test_the_coordinator_reads_the_event_log_without_gaps(served: ServedPoint) -> None:
    served.called_turn()
    coordinator = served.caller("coordinator")
    events = coordinator.get("/events").json
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert [event["type"] for event in events] == ["ticket.issued", "counter.opened", "turn.called"]
    assert events[0]["by"] == "person:advisor"
    assert coordinator.get("/events?after=1&limit=1").json == events[1:2]
    assert coordinator.get("/events?after=999").json == []


@pytest.mark.parametrize("query", ["after=-1", "limit=0", "limit=1001", "after=x", "after=99999999999999999999"])
def test_a_part_of_the_log_that_makes_no_sense_is_refused(served: ServedPoint, query: str) -> None:
    answer = served.caller("coordinator").get(f"/events?{query}")
    assert (answer.status, answer.code) == (422, "invalid")


@pytest.mark.parametrize("name", ["advisor", "guard", "viewer", "guide-te", "clerk-te"])
def test_the_log_is_the_coordinators_alone(served: ServedPoint, name: str) -> None:
    answer = served.caller(name).get("/events")
    assert (answer.status, answer.code) == (403, "not-allowed")
