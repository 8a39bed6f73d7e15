"""Real counter and lobby displays over a real Mosquitto, drawn by the real rendering code."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops
from rig.before_a_display import config
from rig.brokers import RunningBroker
from rig.running_unit import HandHub, RunningUnit, hand_hub
from rig.scripted_hub import hub_state, service, services
from rig.waiting import until
from vuoro_mqtt.payloads import CallsState, CounterState

pytestmark = pytest.mark.slow


def now() -> datetime:
    return datetime.now(UTC)


def called(number: str, **wishes: Any) -> CounterState:
    return CounterState.model_validate(
        {
            "at": now(),
            "counter": "1",
            "state": "calling",
            "number": number,
            "called_at": now(),
            "wait_until": None,
            "counter_name": {"fi": "Palvelupiste 1"},
            "showing": 1,
            **wishes,
        }
    )


def calls(number: str, seq: int) -> CallsState:
    one = {
        "number": number,
        "counter": "1",
        "counter_name": {"fi": "Palvelupiste 1"},
        "area": "",
        "called_at": now(),
        "showing": 1,
        "serving": False,
    }
    return CallsState.model_validate({"at": now(), "seq": seq, "calls": [one], "coming": ["018"]})


@pytest.fixture
def hub(mosquitto_broker: RunningBroker) -> Iterator[HandHub]:
    with hand_hub(mosquitto_broker, "display-1") as hub:
        hub.hub.tell(hub_state())
        yield hub


@pytest.fixture
def counter(tmp_path: Path, mosquitto_broker: RunningBroker, hub: HandHub) -> Iterator[RunningUnit]:
    hub.hub.tell(config("counter-display", counter="1"))
    yield from running(RunningUnit(tmp_path / "unit", mosquitto_broker.port, "counter-display", "display-1"))


@pytest.fixture
def lobby(tmp_path: Path, mosquitto_broker: RunningBroker, hub: HandHub) -> Iterator[RunningUnit]:
    hub.hub.tell(config("lobby-display"))
    hub.hub.tell(services(service(), at=now()))
    yield from running(RunningUnit(tmp_path / "unit", mosquitto_broker.port, "lobby-display", "display-1"))


def running(unit: RunningUnit) -> Iterator[RunningUnit]:
    unit.start()
    until(lambda: unit.state().get("connected"), "the display is connected")
    yield unit
    unit.end()


def picture(unit: RunningUnit) -> Image.Image:
    return Image.open(io.BytesIO(unit.get("/screen.png")))


def test_a_call_lights_up_on_the_counter(counter: RunningUnit, hub: HandHub) -> None:
    hub.hub.tell(called("017"))
    until(lambda: counter.state()["step"] == "calling", "the number is shown")
    until(lambda: counter.state()["screen"]["frame"] > 0, "it is drawn")
    assert picture(counter).size == (1280, 720)


def test_the_counters_keys_reach_the_hub(counter: RunningUnit, hub: HandHub) -> None:
    assert [key["key"] for key in counter.state()["keys"]] == ["next", "recall", "missed", "finish"]
    assert counter.state()["keys"][0]["label"] == "Seuraava"
    counter.post("/press", {"key": "next"})
    assert hub.wait_for("button.pressed")[0].body.button == "next"


def test_a_call_is_shown_large_in_the_lobby(lobby: RunningUnit, hub: HandHub) -> None:
    until(lambda: lobby.state()["screen"]["frame"] > 0, "the empty list is drawn")
    before = picture(lobby)
    hub.hub.tell(calls("017", 1))
    until(lambda: lobby.state()["step"] == "highlight", "the number is shown large")
    until(lambda: ImageChops.difference(before, picture(lobby)).getbbox(), "it is drawn")


def test_the_lobby_says_that_the_broker_is_gone_and_recovers_by_itself(
    lobby: RunningUnit, hub: HandHub, mosquitto_broker: RunningBroker
) -> None:
    mosquitto_broker.kill()
    until(lambda: lobby.state()["step"] == "trouble", "the display says so")
    hub.forget_connection()
    mosquitto_broker.start()
    hub.wait_connected_anew()
    hub.hub.tell(hub_state())
    until(lambda: lobby.state()["step"] in ("list", "highlight"), "the display is well again")
