"""What a person may set of the demo, as environment variables; every fault is told at once, with what is right."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from vuoro_mqtt.settings_file import meant

from vuoro_provisioning.demo.preset import preset_names

PREFIX = "VUORO_"


class DemoSettings(BaseModel):
    """Each field is the variable VUORO_ and its name."""

    model_config = ConfigDict(frozen=True)

    http_port: int = Field(8000, ge=1, le=65535)
    """Port of the hub's pages on 127.0.0.1."""
    mqtt_port: int | None = Field(None, ge=1, le=65535)
    """Port of the broker on 127.0.0.1; when not given, 1883 or the next free one."""
    preset: str = "lahti"
    """Which service point is played."""
    data: Path
    """The folder the point's data lives in; the same folder goes on where it stopped."""
    demo_hours: Literal["always", "real"] = "always"
    """Whether every service is open at every hour, or at the preset's own hours."""
    broker: Literal["auto", "embedded"] = "auto"
    """Mosquitto where it is installed (auto), or the embedded broker in any case."""

    @field_validator("preset")
    @classmethod
    def _is_there(cls, name: str) -> str:
        if name not in preset_names():
            raise ValueError("there is no such preset")
        return name

    @field_validator("data")
    @classmethod
    def _can_be_written(cls, folder: Path) -> Path:
        folder = folder.expanduser().absolute()
        nearest = next(place for place in (folder, *folder.parents) if place.exists())
        if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
            raise ValueError("it cannot be written")
        return folder


class SettingFaults(Exception):
    """``faults`` holds every fault, each a line for people."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


def read_settings(environment: Mapping[str, str]) -> DemoSettings:
    """The settings given. Raises SettingFaults with all that is wrong."""
    given = {
        name: environment[variable].strip()
        for name, variable in _variables().items()
        if environment.get(variable, "").strip()
    }
    try:
        settings = DemoSettings.model_validate({"data": default_data(environment), **given})
    except ValidationError as error:
        broken = [str(fault["loc"][0]) for fault in error.errors()]
        raise SettingFaults([_fault(name, given.get(name, "")) for name in broken]) from None
    if settings.http_port == settings.mqtt_port:
        raise SettingFaults([f"VUORO_HTTP_PORT and VUORO_MQTT_PORT are both {settings.http_port}: they must differ"])
    return settings


def default_data(environment: Mapping[str, str]) -> str:
    """Below the user's own data folder."""
    home = environment.get("XDG_DATA_HOME") or str(Path(environment.get("HOME", "~")) / ".local" / "share")
    return str(Path(home) / "vuoro" / "demo")


def without_effect(environment: Mapping[str, str]) -> list[str]:
    """A line for each variable that looks like one of ours and is none: a misspelt name must not pass in silence."""
    known = _variables().values()
    strange = sorted(name for name in environment if name.startswith(PREFIX) and name not in known)
    return [f"{name} has no effect on the demo, which looks at {', '.join(known)}." for name in strange]


def _variables() -> dict[str, str]:
    return {name: PREFIX + name.upper() for name in DemoSettings.model_fields}


def _fault(name: str, value: str) -> str:
    return f"{PREFIX}{name.upper()} is '{value}': {_right(name, value)}"


def _right(name: str, value: str) -> str:
    """What would be right."""
    if name in ("http_port", "mqtt_port"):
        return f"a port number from 1 to 65535 is needed, such as {8000 if name == 'http_port' else 1883}"
    if name == "data":
        return "a folder that can be written or made is needed"
    choices = {"preset": preset_names(), "demo_hours": ["always", "real"], "broker": ["auto", "embedded"]}[name]
    return f"one of {', '.join(choices)} is needed{meant(value, choices)}"
