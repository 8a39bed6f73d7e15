"""Whatever comes over the wire: a refusal where it can be answered, else nothing; the next message is answered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from rig.raw_mqtt import GOOD_CLOCK, RawDispenser, new_id, now_text
from rig.running_point import Point, point_at
from rig.waiting import until

pytestmark = pytest.mark.slow

BASE = "vuoro/1/lahti"
REQUEST = {"service": "vero", "language": "fi", "needs": []}

RUBBISH = (
    b"",
    b"not json",
    b"[]",
    b"null",
    b'"text"',
    b"12",
    b"\xff\xfe\x00",
    b"{" * 8000,
    b"[" * 16000,
    b'{"id": 1}',
    b'{"id": "' + b"x" * 20_000 + b'"}',
    json.dumps({"id": new_id(), "type": "ticket.requested", "body": REQUEST, "pad": "x" * 20_000}).encode(),
    b'{"id": NaN, "seq": 1e999}',
    b'{"at": "yesterday", "state": "offline", "boot": {}}',
)
"""Malformed, empty, deep, over 16 KiB, of the wrong type, not UTF-8."""


@pytest.fixture(scope="module")
def point(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Point]:
    with point_at(tmp_path_factory.mktemp("point")) as point:
        yield point


@pytest.fixture
def raw(point: Point) -> Iterator[RawDispenser]:
    dispenser = RawDispenser(point.broker.port, "raw-1")
    dispenser.client.wait_connected()
    yield dispenser
    dispenser.close()


def dropped(point: Point) -> float:
    """How many messages the hub has counted as of no use."""
    lines = point.hub.get("/metrics").body.decode().splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith("vuoro_messages_dropped_total"))


def test_rubbish_on_every_topic_of_the_hub_is_counted_and_the_next_message_answered(
    point: Point, raw: RawDispenser
) -> None:
    before, logged = dropped(point), point.hub.said().count("message.dropped")
    for topic in ("devices/raw-1/up", "devices/raw-1/status", "hub", "hub/who"):
        for payload in RUBBISH:
            raw.client.publish(f"{BASE}/{topic}", payload)
    assert raw.ask("ticket.requested", REQUEST)["type"] == "ticket.issued"
    until(lambda: dropped(point) >= before + 4 * len(RUBBISH) - 4, "each is counted")
    assert point.hub.said().count("message.dropped") - logged <= 4, "once per sender per minute"
    assert point.hub.is_well()
    assert "Traceback" not in point.hub.said()


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"type": "no.such.type"}, "invalid"),
        ({"body": {}}, "invalid"),
        ({"body": {"service": 7}}, "invalid"),
        ({"body": {"service": "UPPER CASE"}}, "invalid"),
        ({"body": {"service": "vero", "needs": ["a-yacht"]}}, "invalid"),
        ({"body": {"service": "vero", "language": "<script>"}}, "invalid"),
        ({"body": {"service": "no-such-service"}}, "service-unknown"),
        ({"seq": 0}, "invalid"),
        ({"seq": "three"}, "invalid"),
        ({"journal": ""}, "invalid"),
        ({"at": "yesterday"}, "invalid"),
        ({"at": "2026-03-03T08:00:00"}, "invalid"),
        ({"clock": None}, "invalid"),
        ({"type": "ticket.printed", "body": {"request": "no-id", "number": "001", "offline": False}}, "invalid"),
        ({"type": "ticket.printed", "body": {"request": new_id(), "number": "<b>", "offline": False}}, "invalid"),
        ({"type": "button.pressed", "body": {"button": "next"}}, "not-allowed"),
        ({"type": "button.pressed", "body": {"button": "explode"}}, "invalid"),
        ({"type": "appointment.arrived", "body": {"code": "123", "language": "fi"}}, "code-unknown"),
        ({"type": "feedback.given", "body": {"ces": 9}}, "invalid"),
        ({"type": "ticket.abandoned", "body": {"request": new_id(), "reason": "x" * 5000}}, "invalid"),
    ],
    ids=lambda value: json.dumps(value)[:60] if isinstance(value, dict) else value,
)
def test_what_makes_no_sense_is_refused_with_code_and_text_and_changes_nothing(
    point: Point, raw: RawDispenser, wrong: dict[str, Any], code: str
) -> None:
    before = point.hub.line("waiting", "held")
    refused = raw.insist(raw.message("ticket.requested", REQUEST) | wrong)
    assert (refused["type"], refused["body"]["code"]) == ("refused", code)
    assert set(refused["body"]["text"]) >= {"fi", "sv", "en"}
    assert point.hub.line("waiting", "held") == before


def test_paper_abandoned_or_printed_for_a_request_that_nobody_made_puts_nobody_in_line(
    point: Point, raw: RawDispenser
) -> None:
    before = point.hub.line("waiting", "held")
    printed = {"request": new_id(), "number": "905", "offline": True, "medium": "paper"}
    assert raw.ask("ticket.printed", printed)["type"] == "ack"
    assert raw.ask("ticket.abandoned", {"request": new_id(), "reason": "none"})["type"] == "ack"
    assert point.hub.line("waiting", "held") == before


def test_units_live_on_through_rubbish_and_show_what_is_true(point: Point, raw: RawDispenser) -> None:
    dispenser = point.started_unit("ticket-dispenser", "dispenser-1")
    counter = point.started_unit("counter-display", "counter-1", shows="led-matrix")
    lobby = point.started_unit("lobby-display", "lobby-1")
    for topic in ("hub", "services", "calls", "counters/1"):
        for payload in RUBBISH:
            raw.client.publish(f"{BASE}/{topic}", payload)
    for name in point.units:
        for leaf in ("down", "config"):
            for payload in RUBBISH:
                raw.client.publish(f"{BASE}/devices/{name}/{leaf}", payload)
        for down in ({"type": "no.such.command"}, {"type": "box.cutoff", "body": {}}, {"type": "resend", "body": {}}):
            raw.client.publish(f"{BASE}/devices/{name}/down", {"id": new_id(), "re": None, **down})
    ticket = dispenser.take_ticket("vero")
    assert ticket
    point.hub.must("/counters/1/open", {"services": ["vero"]}, "clerk-vero")
    turn = point.hub.must("/counters/1/call", user="clerk-vero")
    until(lambda: counter.state()["step"] == "calling", "the counter display calls")
    quiet = lobby.picture()
    point.hub.must(f"/turns/{turn['turn']}/finish", user="clerk-vero")
    until(lambda: counter.state()["step"] == "free", "and is free again")
    until(lambda: lobby.picture() != quiet, "the lobby display shows that too")
    for unit in point.units.values():
        assert unit.running
        assert unit.connected
        assert "Traceback" not in unit.said()


def test_an_answer_to_nothing_and_a_forged_number_print_no_ticket(point: Point, raw: RawDispenser) -> None:
    dispenser = point.units["dispenser-1"]
    before = dispenser.tickets
    issued = {
        "visit": "v",
        "number": "666",
        "service": "vero",
        "position": 1,
        "estimate": None,
        "follow_url": "",
        "at": now_text(),
    }
    for re in (None, new_id()):
        down = {"id": new_id(), "type": "ticket.issued", "re": re, "body": issued}
        raw.client.publish(f"{BASE}/devices/dispenser-1/down", down)
    dispenser.take_ticket("vero")
    assert dispenser.tickets == before + 1


def test_a_stale_will_does_not_turn_a_living_unit_off(point: Point, raw: RawDispenser) -> None:
    def status(state: str, boot: str) -> dict[str, Any]:
        known = {"kind": "ticket-dispenser", "version": "1", "clock": GOOD_CLOCK, "faults": []}
        return {"state": state, "boot": boot, "at": now_text(), **known}

    topic = f"{BASE}/devices/raw-1/status"
    for state, boot in (("online", "first"), ("online", "second"), ("offline", "first")):
        raw.client.publish(topic, status(state, boot), retain=True)
    assert raw.ask("help.wanted", {"service": None})["type"] == "ack"
    told = [
        (event["body"]["state"], event["body"]["boot"])
        for event in point.hub.events("device.status")
        if event["body"]["device"] == "raw-1"
    ]
    assert told == [("online", "first"), ("online", "second")]
    assert point.hub.rows("SELECT state, boot FROM device WHERE id = 'raw-1'") == [("online", "second")]


def test_outside_the_demo_a_unit_that_the_site_does_not_have_is_not_answered(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with point_at(tmp_path_factory.mktemp("no-demo"), demo=False) as point:
        stranger = RawDispenser(point.broker.port, "stranger")
        known = RawDispenser(point.broker.port, "dispenser-1")
        for one in (stranger, known):
            one.client.wait_connected()
        asked = stranger.message("help.wanted", {"service": None})
        stranger.send(asked)
        assert known.ask("help.wanted", {"service": None})["type"] == "ack"
        assert stranger.answers(asked["id"]) == []
        by = {by for (by,) in point.hub.rows("SELECT by FROM event WHERE type = 'help.wanted'")}
        assert by == {"device:dispenser-1"}
        assert point.hub.get("/api/v1/counters", "coordinator").status == 401, "no demo token is known here"
        for one in (stranger, known):
            one.close()
