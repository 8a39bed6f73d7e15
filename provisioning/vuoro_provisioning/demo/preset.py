"""What the demo needs of a site file: the point's name and its units. The hub checks the whole of it."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict
from vuoro_mqtt.payloads import DeviceKind
from vuoro_mqtt.settings_file import read_toml
from vuoro_mqtt.values import Id, Texts, text_in


class Unit(BaseModel):
    """One device of the point; ``simulated`` is what its screen is made of."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Id
    kind: DeviceKind
    counter: Id | None = None
    area: Id | None = None
    simulated: Literal["pygame", "led-matrix", "lcd"] = "pygame"


class Place(BaseModel):
    """A counter or a waiting area."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Id
    name: Texts


class Preset(BaseModel):
    """A site file as the demo sees it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Id
    name: Texts
    counters: list[Place] = []
    areas: list[Place] = []
    devices: list[Unit] = []

    def called(self, language: str = "en") -> str:
        return text_in(self.name, language, self.id)

    def place_called(self, id: str, language: str = "en") -> str:
        """The name of a counter or an area; its id where it has none."""
        return next((text_in(place.name, language, id) for place in self.counters + self.areas if place.id == id), id)


def presets_folder() -> Path:
    """Where the presets lie (a plain folder, in a checkout as in an installed package)."""
    with as_file(files("vuoro_provisioning").joinpath("presets")) as folder:
        return folder


def preset_names() -> list[str]:
    return sorted(path.stem for path in presets_folder().glob("*.toml"))


def preset_file(name: str) -> Path:
    return presets_folder() / f"{name}.toml"


def read_preset(path: Path) -> Preset:
    """Raises SettingsFileError."""
    return read_toml(path, Preset)
