"""``mqtt/asyncapi.yaml`` is what the models say today, and leaves out no topic, message or field."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from vuoro_mqtt import payloads
from vuoro_mqtt.asyncapi import as_yaml, document
from vuoro_mqtt.codec import encode
from vuoro_mqtt.topics import Topics
from vuoro_mqtt.values import Payload

FILE = Path(__file__).parents[2] / "mqtt" / "asyncapi.yaml"
DOCUMENT = document()
NOW = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
ID = "018a4c2e-5b1f-7c3a-9d6e-2f8b1a7c4e90"


def test_the_file_is_what_the_models_say() -> None:
    assert FILE.read_text(encoding="utf-8") == as_yaml(), "run: python -m vuoro_mqtt.asyncapi > mqtt/asyncapi.yaml"


def topics() -> Iterator[str]:
    """Every topic that Topics can make, with its parts left open."""
    made = Topics("{site}")
    for name, member in inspect.getmembers(Topics):
        if name.startswith("_") or name in ("base", "counters", "device_of", "site"):
            continue
        if isinstance(member, property):
            yield getattr(made, name)
        elif inspect.isfunction(member):
            parts = [f"{{{part}}}" for part in inspect.signature(member).parameters if part != "self"]
            yield member(made, *parts)


def test_every_topic_is_a_channel_and_every_channel_a_topic() -> None:
    assert sorted(channel["address"] for channel in DOCUMENT["channels"].values()) == sorted(topics())


def test_every_channel_names_the_parts_of_its_address() -> None:
    for channel in DOCUMENT["channels"].values():
        for part in channel["parameters"]:
            assert f"{{{part}}}" in channel["address"]
        assert channel["address"].count("{") == len(channel["parameters"])


def test_every_upward_and_downward_message_is_in_it() -> None:
    kinds = {message["name"] for message in DOCUMENT["components"]["messages"].values()}
    for base in (payloads.Envelope, payloads.Down):
        for model in base.__subclasses__():
            assert model.model_fields["type"].default in kinds


def test_every_payload_is_described_somewhere() -> None:
    described = DOCUMENT["components"]["schemas"]
    bases = {"Envelope", "Down", "Payload"}
    for name, model in inspect.getmembers(payloads, inspect.isclass):
        if issubclass(model, Payload) and name not in bases:
            assert name in described, name


def test_what_is_kept_by_the_broker_is_marked_so() -> None:
    retained = {
        operation["channel"]["$ref"].removeprefix("#/channels/")
        for operation in DOCUMENT["operations"].values()
        if operation["bindings"]["mqtt"].get("retain")
    }
    assert retained == {"hub", "services", "calls", "counter", "notices", "status", "config"}
    assert {operation["bindings"]["mqtt"]["qos"] for operation in DOCUMENT["operations"].values()} == {1}


def test_every_channel_has_its_sender_and_its_receiver() -> None:
    for name in DOCUMENT["channels"]:
        actions = {
            operation["action"]
            for operation in DOCUMENT["operations"].values()
            if operation["channel"]["$ref"] == f"#/channels/{name}"
        }
        assert actions == {"send", "receive"}, name


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield value
            else:
                yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_every_reference_leads_somewhere() -> None:
    for reference in references(DOCUMENT):
        found: Any = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
        assert found


def test_meanings_come_along() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    assert schemas["TicketPrinted"]["properties"]["uncertain"]["description"].startswith("True when power went")
    assert "Paper is the truth" in schemas["TicketPrinted"]["description"]


@pytest.mark.parametrize(
    "payload",
    [
        payloads.HubState(state="online", at=NOW, boot="b", version="1"),
        payloads.CallsState(at=NOW, seq=1, calls=[], coming=["001"]),
        payloads.DeviceConfig.model_validate(
            {
                "version": 1,
                "kind": "ticket-dispenser",
                "site": "lahti",
                "site_name": {"fi": "Lahti"},
                "timezone": "Europe/Helsinki",
                "languages": ["fi"],
                "offline_numbers": {"from": 900, "to": 949},
            }
        ),
        payloads.TicketRequestedUp(
            id=ID,
            journal="j",
            seq=1,
            at=NOW,
            clock=payloads.ClockReading(synced=True, uncertainty_seconds=0.01, source="kernel"),
            body=payloads.TicketRequested(service="vero", needs=[payloads.Need.HELP]),
        ),
        payloads.ResendDown(id=ID, body=payloads.Resend.model_validate({"from": 3})),
    ],
    ids=lambda payload: type(payload).__name__,
)
def test_what_is_sent_fits_the_document(payload: Payload) -> None:
    schema = {"$ref": f"#/components/schemas/{type(payload).__name__}", "components": DOCUMENT["components"]}
    Draft202012Validator(schema).validate(json.loads(encode(payload)))


def test_the_file_is_plain_yaml() -> None:
    assert yaml.safe_load(FILE.read_text(encoding="utf-8"))["asyncapi"] == "3.0.0"
