from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from rig.brokers import answers, free_port
from rig.point import CHECKOUT, RunningPoint
from rig.waiting import until

pytestmark = pytest.mark.slow


@pytest.fixture
def point(tmp_path: Path) -> Iterator[RunningPoint]:
    running = RunningPoint(tmp_path / "data")
    yield running
    if running.started:
        running.stop()


def programs(point: RunningPoint) -> list[psutil.Process]:
    """Everything the demo has started."""
    return psutil.Process(point.pid).children(recursive=True)


def running(processes: list[psutil.Process]) -> list[psutil.Process]:
    return [process for process in processes if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]


def command_lines(processes: list[psutil.Process]) -> list[str]:
    return [" ".join(process.cmdline()) for process in processes]


def test_it_says_once_that_it_is_ready_and_serves_the_lobby_on_its_ports(point: RunningPoint) -> None:
    point.start()
    point.wait_ready()

    assert point.get("/healthz").status == 200
    assert answers(point.mqtt_port)
    page = point.get("/", point.lobby_port()).body.decode()
    assert 'data-screen="dispenser-1"' in page
    state = point.lobby()
    assert state["ready"] is True
    assert all(unit["connected"] for unit in state["units"].values())
    assert point.get("/units/dispenser-1/screen.png", point.lobby_port()).body.startswith(b"\x89PNG")
    lines = command_lines(programs(point))
    assert sum("vuoro-hub" in line for line in lines) == 1
    assert sum("vuoro-device" in line for line in lines) == len(state["units"])

    assert point.stop(signal.SIGINT) == 0
    assert [line for line in point.said if line.startswith("vuoro is ready")] == [f"vuoro is ready: {point.url}"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_being_asked_to_stop_it_stops_everything(point: RunningPoint, number: signal.Signals) -> None:
    point.start()
    point.wait_ready()
    started = programs(point)
    assert point.stop(number) == 0
    assert running(started) == []
    assert not answers(point.http_port)
    assert not answers(point.mqtt_port)


def test_being_killed_it_leaves_nothing_running_and_the_next_start_goes_on(point: RunningPoint) -> None:
    point.start()
    point.wait_ready()
    status, issued = point.api("/visits", {"service": "vero"}, user="advisor")
    assert status == 201, issued
    started = programs(point)
    point.kill()
    until(lambda: not running(started), "its programs have died with it")

    point.start()
    point.wait_ready()
    _status, following = point.api("/visits", {"service": "vero"}, user="advisor")
    assert int(following["number"]) == int(issued["number"]) + 1


def test_a_second_demo_in_the_same_folder_is_refused_and_told_who_has_it(point: RunningPoint, tmp_path: Path) -> None:
    point.start()
    point.wait_ready()
    second = RunningPoint(tmp_path / "data")
    second.start()
    assert second.wait_ended() == 2
    assert f"is in use by another demo: process {point.pid}, {point.url}" in "\n".join(second.said)
    assert point.get("/healthz").status == 200


def test_a_port_in_use_is_told_before_anything_starts(point: RunningPoint) -> None:
    with socket.create_server(("127.0.0.1", point.http_port)):
        point.start()
        assert point.wait_ended() == 2
    assert len(point.said) == 1
    assert f"port {point.http_port} is in use by another program: stop it, or set VUORO_HTTP_PORT" in point.said[0]


def test_without_mosquitto_the_embedded_broker_serves(tmp_path: Path) -> None:
    point = RunningPoint(tmp_path / "data", VUORO_BROKER="embedded")
    point.start()
    try:
        point.wait_ready()
        assert "amqtt" in point.said[0]
        assert point.get("/healthz").status == 200
    finally:
        point.stop()


def test_an_interrupt_sent_to_make_alone_stops_everything(tmp_path: Path) -> None:
    """Another program sends the signal to make, not to the terminal's whole group as Ctrl-C does."""
    point = RunningPoint(tmp_path / "data")
    makefile = tmp_path / "Makefile"
    makefile.write_text(f"run:\n\t@exec {sys.executable} -m vuoro_provisioning demo\n")
    environment = os.environ | point.variables
    make = subprocess.Popen(
        ["make", "-f", str(makefile), "run"],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        cwd=CHECKOUT,
        # Tests that run in a shell's background would hand down that interrupts are ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert make.stdout is not None
    try:
        assert any(line.strip() == f"vuoro is ready: {point.url}" for line in make.stdout)
        started = psutil.Process(make.pid).children(recursive=True)
        make.send_signal(signal.SIGINT)
        make.wait(timeout=30)
        until(lambda: not running(started), "everything has ended with make")
    finally:
        make.kill()
        make.wait()


def test_ports_are_free_again_for_a_start_right_after_a_stop(point: RunningPoint) -> None:
    point.mqtt_port = free_port()
    for _ in range(2):
        point.start()
        point.wait_ready()
        assert point.stop() == 0
