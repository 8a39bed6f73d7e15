"""Calls for help over the API: listed for whoever may come, taken by one (contract §3, Q17)."""

from __future__ import annotations

from rig.served_points import ServedPoint


def test_an_open_call_says_where_about_what_and_since_when(served: ServedPoint) -> None:
    call = served.help_wanted("dispenser-1")
    (seen,) = served.caller("advisor").get("/help-calls").json
    assert seen.pop("place")["fi"]
    assert seen == {
        "call": call,
        "device": "dispenser-1",
        "service": None,
        "wanted_at": "2026-03-03T08:00:00.000000Z",
        "taken_by": None,
        "taken_at": None,
    }
    assert served.caller("guide-te").get("/help-calls").json == []


def test_it_is_taken_once_and_a_second_taker_is_told_by_whom(served: ServedPoint) -> None:
    call = served.help_wanted("dispenser-1", "tyo")
    taken = served.caller("guide-te").post(f"/help-calls/{call}/take")
    assert (taken.status, taken.json["taken_by"]) == (200, "guide-te")
    assert served.caller("guide-te").post(f"/help-calls/{call}/take").text == taken.text
    second = served.caller("advisor").post(f"/help-calls/{call}/take")
    assert (second.status, second.code, second.json["taken_by"]) == (409, "not-allowed", "guide-te")
    assert served.caller("advisor").get("/help-calls").json == []


def test_who_does_not_answer_calls_may_not_take_one(served: ServedPoint) -> None:
    call = served.help_wanted("dispenser-1")
    for name in ("guard", "coordinator", "viewer", "clerk-te", "clerk-vero", "guide-te"):
        answer = served.caller(name).post(f"/help-calls/{call}/take")
        assert (answer.status, answer.code) == (403, "not-allowed"), name
    assert served.caller("advisor").post("/help-calls/nobodys/take").status == 404
