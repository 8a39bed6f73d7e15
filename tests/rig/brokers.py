"""Real brokers for tests, each a process of its own on a free loopback port, set up exactly as in the demo."""

from __future__ import annotations

import random
import signal
import socket
import subprocess
from pathlib import Path

from rig.waiting import until
from vuoro_provisioning.demo.broker import BrokerProgram, embedded, find_mosquitto, write_mosquitto_configuration
from vuoro_provisioning.demo.ports import is_free


def free_port() -> int:
    """A loopback port nobody listens on now, below those that the kernel gives to outgoing connections."""
    return next(port for port in iter(lambda: random.randint(20000, 31000), None) if is_free(port))


def answers(port: int) -> bool:
    """Whether somebody accepts connections on that loopback port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class RunningBroker:
    """A broker that can be stopped and started again on the same port."""

    host = "127.0.0.1"

    def __init__(self, program: BrokerProgram, port: int) -> None:
        self.program = program
        self.port = port
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(self.program.command, stdout=subprocess.DEVNULL)
        until(lambda: answers(self.port), f"{self.program.name} listens on {self.port}")

    def stop(self) -> None:
        self._end(kill=False)

    def kill(self) -> None:
        self._end(kill=True)

    def freeze(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def _end(self, *, kill: bool) -> None:
        if self._process is None:
            return
        if kill:
            self._process.kill()
        else:
            self._process.terminate()
        self._process.wait(timeout=10)
        self._process = None


def mosquitto(folder: Path) -> RunningBroker:
    """Mosquitto with the demo's configuration, not started yet."""
    program = find_mosquitto()
    assert program, "Mosquitto is not installed; `make test` brings it"
    port = free_port()
    return RunningBroker(
        BrokerProgram("Mosquitto", [program, "-c", str(write_mosquitto_configuration(folder, port))]), port
    )


def embedded_broker() -> RunningBroker:
    """The embedded broker, not started yet."""
    port = free_port()
    return RunningBroker(embedded(port), port)
