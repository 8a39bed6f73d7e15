"""``docs/messages.md`` names every topic, message and refusal, and each of its examples is what really travels."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from vuoro_mqtt import payloads
from vuoro_mqtt.codec import decode, decode_down, decode_up
from vuoro_mqtt.topics import Topics

PAGE = (Path(__file__).parents[2] / "docs" / "messages.md").read_text(encoding="utf-8")
ID = "0197f3a0-0000-7000-8000-000000000001"
SHOWN = {"ticket.requested", "ticket.printed", "help.wanted", "button.pressed"}


def topics() -> Iterator[str]:
    """Every topic that Topics can make, with its parts left open."""
    made = Topics("{site}")
    for name, member in inspect.getmembers(Topics):
        if name.startswith("_") or name in ("base", "counters", "device_of"):
            continue
        if isinstance(member, property):
            yield getattr(made, name)
        elif inspect.isfunction(member):
            parts = [f"{{{part}}}" for part in inspect.signature(member).parameters if part != "self"]
            yield member(made, *parts)


@pytest.mark.parametrize("topic", list(topics()))
def test_every_topic_is_there(topic: str) -> None:
    assert f"| `{topic}` |" in PAGE


def types() -> list[str]:
    models = [*payloads.Envelope.__subclasses__(), *payloads.Down.__subclasses__()]
    return [str(model.model_fields["type"].default) for model in models]


@pytest.mark.parametrize("kind", types())
def test_every_type_of_message_is_there(kind: str) -> None:
    assert f"`{kind}`" in PAGE or f'"{kind}"' in PAGE or f" {kind} " in PAGE


@pytest.mark.parametrize("code", [code.value for code in payloads.RefusalCode])
def test_every_refusal_is_there(code: str) -> None:
    assert f"`{code}`" in PAGE


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)


def test_every_shown_message_can_be_read() -> None:
    shown = blocks("json")
    assert len(shown) >= 5
    for text in shown:
        read: dict[str, Any] = json.loads(text)
        (decode_up if "journal" in read else decode_down)(text.encode())


def test_every_line_to_type_says_something_readable() -> None:
    lines = "".join(blocks("sh")).replace("'$REQUEST'", ID)
    said = re.findall(r"^say (\S+) (\d+) (\S+) '(.*?)'", lines, re.MULTILINE)
    assert {kind for _device, _seq, kind, _body in said} >= SHOWN
    for _device, seq, kind, body in said:
        envelope = {"id": ID, "journal": "by-hand", "seq": int(seq), "at": "2026-03-02T09:15:00Z"}
        clock = {"synced": True, "uncertainty_seconds": 0.05, "source": "me"}
        decode_up(json.dumps({**envelope, "clock": clock, "type": kind, "body": json.loads(body)}).encode())
    (status,) = re.findall(r"/status -m '(.*)'$", lines, re.MULTILINE)
    assert decode(payloads.DeviceStatus, status.encode()).kind is payloads.DeviceKind.TICKET_DISPENSER
