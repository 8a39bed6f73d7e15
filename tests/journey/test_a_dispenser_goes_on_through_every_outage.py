"""A real dispenser process over a real Mosquitto: outages, pulled plugs, clean stops; no number lost, none twice."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
from rig.brokers import RunningBroker
from rig.running_unit import HandHub, RunningUnit, hand_hub
from rig.scripted_hub import dispenser_config, hub_state, service, services
from rig.waiting import until
from vuoro_mqtt.payloads import RestartDown
from vuoro_mqtt.values import new_message_id

pytestmark = pytest.mark.slow


@pytest.fixture
def hub(mosquitto_broker: RunningBroker) -> Iterator[HandHub]:
    with hand_hub(mosquitto_broker) as hub:
        tell_all(hub)
        yield hub


def tell_all(hub: HandHub, boot: str = "hub-1") -> None:
    hub.hub.tell(hub_state(boot=boot))
    hub.hub.tell(dispenser_config())
    always = {"opens": "00:00", "closes": "24:00"}
    hub.hub.tell(services(service("verotus", **always), service("kela", **always), at=datetime.now(UTC)))


@pytest.fixture
def unit(tmp_path: Path, mosquitto_broker: RunningBroker, hub: HandHub) -> Iterator[RunningUnit]:
    unit = RunningUnit(tmp_path / "unit", mosquitto_broker.port)
    unit.start()
    unit.wait_ready()
    until(lambda: hub.hub.statuses and hub.hub.statuses[-1].state == "online", "the hub knows that the unit is there")
    yield unit
    unit.end()


def test_a_press_brings_paper_and_the_hub_hears_of_it(unit: RunningUnit, hub: HandHub) -> None:
    unit.choose()
    unit.wait_for_tickets(1)
    printed = hub.wait_for("ticket.printed")[0]
    assert (printed.body.number, printed.body.offline) == ("017", False)
    assert unit.get("/tickets/1.png").startswith(b"\x89PNG")
    assert len(unit.get("/tickets/1.bin")) > 100


def test_a_stopped_broker_costs_no_ticket_and_the_journal_follows_it_back(
    unit: RunningUnit, hub: HandHub, mosquitto_broker: RunningBroker
) -> None:
    hub.forget_connection()
    mosquitto_broker.kill()
    until(lambda: not unit.state()["connected"], "the unit sees that the broker is gone")
    for count in (1, 2, 3):
        until(lambda: unit.state()["step"] in ("choose", "take"), "the next customer may press")
        unit.choose("kela")
        until(lambda count=count: press_until(unit, count), "the ticket is printed")
    mosquitto_broker.start()
    hub.wait_connected_anew()
    tell_all(hub)
    printed = hub.wait_for("ticket.printed", 3)
    assert [up.body.number for up in printed] == ["900", "901", "902"]
    assert all(up.late and up.body.offline for up in printed)
    requests = hub.wait_for("ticket.requested", 3)
    assert [up.body.request for up in printed] == [up.id for up in requests]


def press_until(unit: RunningUnit, count: int) -> bool:
    """Press again where the guard after the last ticket was still on."""
    if unit.tickets() < count:
        unit.choose("kela")
    return unit.tickets() >= count


def test_a_plug_pulled_while_the_hub_is_silent_ends_the_request_at_the_next_start(
    unit: RunningUnit, hub: HandHub
) -> None:
    hub.hub.manner = "silent"
    unit.choose()
    request = hub.wait_for("ticket.requested")[0]
    unit.pull_the_plug()
    hub.hub.manner = "issue"
    unit.start()
    abandoned = hub.wait_for("ticket.abandoned")[0]
    assert abandoned.body.request == request.id
    unit.wait_ready()
    assert unit.tickets() == 0


def test_a_pulled_plug_is_told_by_the_will_and_a_stop_by_the_unit_itself(unit: RunningUnit, hub: HandHub) -> None:
    def last() -> str:
        return hub.hub.statuses[-1].state

    until(lambda: last() == "online", "the unit is online")
    unit.pull_the_plug()
    until(lambda: last() == "offline", "the will is said")
    unit.start()
    until(lambda: last() == "online", "the unit is back")
    began = time.monotonic()
    assert unit.stop() == 0
    assert time.monotonic() - began < 2.0
    until(lambda: last() == "offline", "the unit says good-bye")


def test_a_restart_ordered_by_the_hub_is_done_in_the_same_process(unit: RunningUnit, hub: HandHub) -> None:
    boot = hub.hub.statuses[-1].boot
    hub.hub.say(RestartDown(id=new_message_id()))
    hub.wait_for("done")
    until(lambda: hub.hub.statuses[-1].boot != boot and hub.hub.statuses[-1].state == "online", "it started anew")
    assert unit.process.poll() is None
    unit.wait_ready()
    unit.choose()
    unit.wait_for_tickets(1)


def test_paper_taken_out_is_a_fault_until_it_is_back(unit: RunningUnit, hub: HandHub) -> None:
    def faults() -> list[str]:
        return [fault.code for fault in hub.hub.statuses[-1].faults]

    unit.post("/printer", {"paper": "out"})
    until(lambda: faults() == ["paper-out"], "the fault is told")
    unit.post("/printer", {"paper": "ok"})
    until(lambda: faults() == [], "the fault is gone")


def test_a_second_program_for_the_same_unit_refuses_to_start(unit: RunningUnit) -> None:
    second = subprocess.run(
        unit.process.args, env={**unit.environment, "PYTHONPATH": ":".join(sys.path)}, capture_output=True, timeout=20
    )
    assert second.returncode == 1
    assert b"another program already runs this unit" in second.stderr
    assert b"Traceback" not in second.stderr


def test_the_unit_starts_without_broker_and_hub_from_what_it_knew(
    unit: RunningUnit, mosquitto_broker: RunningBroker
) -> None:
    unit.pull_the_plug()
    mosquitto_broker.kill()
    unit.start()
    until(lambda: unit.state().get("keys"), "the unit shows its services")
    unit.choose()
    unit.wait_for_tickets(1)


def test_systemd_hears_ready_and_the_watchdog_and_stopping(
    tmp_path: Path, mosquitto_broker: RunningBroker, hub: HandHub
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        path = tmp_path / "notify"
        systemd.bind(str(path))
        systemd.settimeout(10)
        unit = RunningUnit(tmp_path / "unit", mosquitto_broker.port)
        unit.environment = {"NOTIFY_SOCKET": str(path), "WATCHDOG_USEC": "400000"}
        unit.start()
        assert b"READY=1" in systemd.recv(1000)
        assert systemd.recv(1000) == b"WATCHDOG=1"
        unit.stop()
        told = systemd.recv(1000)
        while told == b"WATCHDOG=1":
            told = systemd.recv(1000)
        assert told == b"STOPPING=1"


def test_a_unit_without_a_screen_loads_nothing_that_draws_one(unit: RunningUnit) -> None:
    """The figure itself is the benchmark's; this sees a screen's libraries slip in."""
    unit.choose()
    unit.wait_for_tickets(1)
    used = psutil.Process(unit.process.pid).memory_info().rss / 1_000_000
    assert used < 70, f"{used:.0f} MB"
    assert not [map.path for map in psutil.Process(unit.process.pid).memory_maps() if "pygame" in map.path]


def test_the_state_is_what_the_lobby_page_reads(unit: RunningUnit) -> None:
    state = unit.state()
    assert state["kind"] == "ticket-dispenser"
    assert [key["key"] for key in state["keys"]] == ["1", "2"]
    assert state["step"] == "choose"
    assert state["lamps"] == {"1": "on", "2": "on"}
    assert state["screen"]["shows"] == "none"
    assert json.dumps(state)
