"""Which broker serves on this machine: Mosquitto where it is installed, else the embedded one."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class BrokerProgram:
    """A broker's name for people, and the command that runs it on a loopback port."""

    name: str
    command: list[str]


def broker_program(folder: Path, port: int, *, embed: bool = False) -> BrokerProgram:
    """Mosquitto where it is installed, else the embedded broker; what it is configured with goes into ``folder``."""
    mosquitto = None if embed else find_mosquitto()
    if mosquitto is None:
        return embedded(port)
    return BrokerProgram("Mosquitto", [mosquitto, "-c", str(write_mosquitto_configuration(folder, port))])


def embedded(port: int) -> BrokerProgram:
    """The broker in Python, for machines without Mosquitto."""
    program = [sys.executable, "-m", "vuoro_provisioning.demo.embedded_broker", "--port", str(port)]
    return BrokerProgram("the embedded broker (amqtt)", program)


def find_mosquitto() -> str | None:
    """Debian puts it into /usr/sbin, which an ordinary user's PATH does not name."""
    return shutil.which("mosquitto", path=os.environ.get("PATH", os.defpath) + ":/usr/sbin:/usr/local/sbin")


def write_mosquitto_configuration(folder: Path, port: int) -> Path:
    """The demo's settings with a listener on loopback alone.

    Started by root, Mosquitto would become another user, and with that it would no longer die with its starter.
    """
    folder.mkdir(parents=True, exist_ok=True)
    settings = files("vuoro_provisioning.demo").joinpath("mosquitto.conf").read_text(encoding="utf-8")
    path = folder / "mosquitto.conf"
    stay_root = "user root\n" if os.geteuid() == 0 else ""
    path.write_text(f"{settings}\n{stay_root}listener {port} {LOOPBACK}\n", encoding="utf-8")
    return path
