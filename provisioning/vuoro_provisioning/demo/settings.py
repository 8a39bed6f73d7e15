"""What a person may set of the demo, as environment variables; every fault is told at once, with what is right."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator
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
        try:
            _try_out(folder)
        except OSError as error:
            raise ValueError(error.strerror or "it cannot be used") from None
        return folder


def _try_out(folder: Path) -> None:
    """Make it, write in it, and leave no trace: permissions alone do not tell whether that will do."""
    made: list[Path] = []
    try:
        for place in reversed([place for place in (folder, *folder.parents) if not place.exists()]):
            place.mkdir()
            made.append(place)
        with tempfile.TemporaryFile(dir=folder):
            pass
    finally:
        for place in reversed(made):
            with contextlib.suppress(OSError):  # another demo has taken it meanwhile
                place.rmdir()


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
        broken = {str(fault["loc"][0]): str(fault["msg"]) for fault in error.errors()}
        told = [_fault(name, given.get(name, default_data(environment)), why) for name, why in broken.items()]
        raise SettingFaults([*told, *_same_port(environment)]) from None
    if same := _same_port(environment):
        raise SettingFaults(same)
    return settings


def ports_asked(environment: Mapping[str, str]) -> dict[str, int]:
    """The ports that are wanted, by variable, as far as they can be read; also where other settings are wrong."""
    fields = DemoSettings.model_fields
    written = {name: environment.get(PREFIX + name.upper(), "").strip() for name in ("http_port", "mqtt_port")}
    found = {"http_port": fields["http_port"].default} if not written["http_port"] else {}
    for name, text in written.items():
        with contextlib.suppress(ValidationError):
            found[name] = _PORT.validate_python(text)
    return {PREFIX + name.upper(): port for name, port in found.items()}


_PORT = TypeAdapter(Annotated[int, Field(ge=1, le=65535)])


def _same_port(environment: Mapping[str, str]) -> list[str]:
    ports = list(ports_asked(environment).values())
    same = len(ports) == 2 and ports[0] == ports[1]
    return [f"VUORO_HTTP_PORT and VUORO_MQTT_PORT are both {ports[0]}: they must differ"] if same else []


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


def _fault(name: str, value: str, why: str) -> str:
    reason = f" ({why.removeprefix('Value error, ')})" if name == "data" else ""
    return f"{PREFIX}{name.upper()} is '{value}': {_right(name, value)}{reason}"


def _right(name: str, value: str) -> str:
    """What would be right."""
    if name in ("http_port", "mqtt_port"):
        return f"a port number from 1 to 65535 is needed, such as {8000 if name == 'http_port' else 1883}"
    if name == "data":
        return "a folder that can be written or made is needed"
    choices = {"preset": preset_names(), "demo_hours": ["always", "real"], "broker": ["auto", "embedded"]}[name]
    return f"one of {', '.join(choices)} is needed{meant(value, choices)}"
