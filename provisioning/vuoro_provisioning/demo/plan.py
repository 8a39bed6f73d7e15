"""The whole point on this machine: which programs, on which ports, with which configuration."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vuoro_mqtt.payloads import DeviceKind

from vuoro_provisioning.demo.broker import LOOPBACK
from vuoro_provisioning.demo.preset import Preset, Unit, preset_file
from vuoro_provisioning.demo.settings import DemoSettings

SIMULATED = (DeviceKind.TICKET_DISPENSER, DeviceKind.COUNTER_DISPLAY, DeviceKind.LOBBY_DISPLAY)
"""The kinds of unit that have a program."""

SCREEN_SIZES = {
    DeviceKind.TICKET_DISPENSER: [1280, 800],
    DeviceKind.COUNTER_DISPLAY: [1280, 720],
    DeviceKind.LOBBY_DISPLAY: [1920, 1080],
}


@dataclass(frozen=True)
class UnitPlan:
    """One unit: what it is, where its simulated hardware answers, and its program."""

    unit: Unit
    panel_port: int
    config: Path
    command: list[str]


@dataclass(frozen=True)
class PointPlan:
    """Everything that the demo starts; each path lies below ``folder``."""

    preset: Preset
    preset_name: str
    folder: Path
    http_port: int
    mqtt_port: int
    lobby_port: int
    hub_config: Path
    hub_command: list[str]
    units: list[UnitPlan]
    demo_hours: str

    @property
    def hub_url(self) -> str:
        return f"http://{LOOPBACK}:{self.http_port}"

    @property
    def lobby_url(self) -> str:
        return f"http://{LOOPBACK}:{self.lobby_port}/"


def plan_point(settings: DemoSettings, preset: Preset, mqtt_port: int, ports: Iterator[int]) -> PointPlan:
    """``ports`` gives free ports for the lobby page and each unit's panel. Data of different points stays apart."""
    folder = settings.data / preset.id
    programs = Path(sys.executable).parent
    hub_config = folder / "hub.toml"
    return PointPlan(
        preset=preset,
        preset_name=settings.preset,
        folder=folder,
        http_port=settings.http_port,
        mqtt_port=mqtt_port,
        lobby_port=next(ports),
        hub_config=hub_config,
        hub_command=[sys.executable, str(programs / "vuoro-hub"), "run", "--config", str(hub_config)],
        units=[_plan_unit(unit, folder, programs, next(ports)) for unit in preset.devices if unit.kind in SIMULATED],
        demo_hours=settings.demo_hours,
    )


def _plan_unit(unit: Unit, folder: Path, programs: Path, panel_port: int) -> UnitPlan:
    config = folder / "devices" / f"{unit.id}.toml"
    command = [sys.executable, str(programs / "vuoro-device"), unit.kind.value, "--config", str(config)]
    return UnitPlan(unit, panel_port, config, command)


def write_configuration(plan: PointPlan) -> None:
    """Hub's and units' configuration files, each written anew at every start."""
    _write(plan.hub_config, hub_configuration(plan))
    for unit in plan.units:
        _write(unit.config, device_configuration(plan, unit))


def hub_configuration(plan: PointPlan) -> dict[str, Any]:
    return {
        "site_file": str(preset_file(plan.preset_name)),
        "data": str(plan.folder / "hub"),
        "demo": True,
        "demo_hours": plan.demo_hours,
        "lobby_url": plan.lobby_url,
        "http": {"host": LOOPBACK, "port": plan.http_port},
        "mqtt": {"host": LOOPBACK, "port": plan.mqtt_port},
    }


def device_configuration(plan: PointPlan, planned: UnitPlan) -> dict[str, Any]:
    """Every port of the unit with its simulated body."""
    unit = planned.unit
    configuration: dict[str, Any] = {
        "site": plan.preset.id,
        "device": unit.id,
        "state": str(plan.folder / "devices" / unit.id),
        "broker": {"host": LOOPBACK, "port": plan.mqtt_port},
        "screen": {"type": "simulated", "shows": unit.simulated},
        "simulated": {"port": planned.panel_port},
    }
    if unit.simulated == "pygame":
        configuration["screen"]["size"] = SCREEN_SIZES[unit.kind]
    if unit.kind is DeviceKind.TICKET_DISPENSER:
        configuration |= {
            "printer": {"type": "simulated"},
            "controls": {"type": "simulated"},
            "lamps": {"type": "simulated"},
        }
    if unit.kind is DeviceKind.COUNTER_DISPLAY:
        configuration["controls"] = {"type": "simulated"}
    return configuration


def _write(path: Path, table: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(toml_text(table), encoding="utf-8")


def toml_text(table: Mapping[str, Any]) -> str:
    """A table of strings, numbers, booleans, lists and tables of these as TOML (a JSON string is a TOML string)."""
    plain = [f"{key} = {json.dumps(value)}" for key, value in table.items() if not isinstance(value, dict)]
    tables = [
        f"\n[{key}]\n" + "".join(f"{name} = {json.dumps(inner)}\n" for name, inner in value.items())
        for key, value in table.items()
        if isinstance(value, dict)
    ]
    return "\n".join(plain) + "\n" + "".join(tables)
