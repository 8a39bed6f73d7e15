"""A unit's configuration file: TOML, checked as a whole, every error told at once."""

from __future__ import annotations

import difflib
import tomllib
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from vuoro_mqtt.payloads import DeviceKind
from vuoro_mqtt.values import Id

Port = Annotated[int, Field(ge=1, le=65535)]
Seconds = Annotated[float, Field(ge=0, le=3600)]
Pin = Annotated[int, Field(ge=0, le=53)]


class Section(BaseModel):
    """A table of the file: what it does not know is an error, since it is most often a slip of the pen."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class BrokerSection(Section):
    """Where the broker is."""

    host: str = "127.0.0.1"
    port: Port = 1883
    username: str | None = None
    """Together with ``password``; on a real site the user name is the device's id."""
    password: str | None = None


class ControlsSection(Section):
    """What a person presses."""

    type: Literal["simulated", "buttons", "keypad", "touch"]
    pins: list[Pin] = []
    """GPIO lines of the push buttons, in the order of the keys: 1, 2, 3… or next, recall, missed, finish."""
    lamps: list[Pin] = []
    """GPIO lines of the lamps beside them, in the same order."""
    language_pin: Pin | None = None
    help_pin: Pin | None = None
    more_pin: Pin | None = None
    """The next page, where there are more services than buttons."""
    device: str | None = None
    """The keypad, such as ``/dev/input/by-id/usb-…-event-kbd``."""


class LampsSection(Section):
    """The lamps beside the buttons; their lines stand in ``controls.lamps``."""

    type: Literal["simulated", "gpio", "none"]


class ScreenSection(Section):
    """What the unit shows things on."""

    type: Literal["simulated", "pygame", "led-matrix", "lcd", "none"]
    shows: Literal["pygame", "led-matrix", "lcd"] | None = None
    """What a simulated screen is made of."""
    size: tuple[Annotated[int, Field(ge=8, le=8192)], Annotated[int, Field(ge=8, le=8192)]] | None = None
    """Width and height in pixels; of a character display in letters."""
    fullscreen: bool = True
    calm: bool = False
    """Nothing pulses, for those who asked for less movement."""
    blocks: int = Field(default=4, ge=1, le=16)
    """LED matrix: how many squares of 8 by 8 in a row."""
    block_orientation: Literal[-90, 0, 90, 180] = -90
    reverse: bool = False
    brightness: int = Field(default=8, ge=0, le=15)
    spi_port: int = Field(default=0, ge=0, le=6)
    spi_chip: int = Field(default=0, ge=0, le=3)
    i2c_port: int = Field(default=1, ge=0, le=20)
    i2c_address: int = Field(default=0x27, ge=0x03, le=0x77)
    charmap: Literal["A00", "A02"] = "A00"


class SimulatedSection(Section):
    """The panel of the simulated hardware, on loopback."""

    port: Port


class BehaviourSection(Section):
    """How the unit behaves, in seconds; what is left out keeps its default."""

    guard_seconds: Seconds | None = None
    take_seconds: Seconds | None = None
    number_seconds: Seconds | None = None
    reading_seconds: Seconds | None = None
    idle_seconds: Seconds | None = None
    paper_within_seconds: Seconds | None = None
    choices_per_page: Annotated[int, Field(ge=1, le=20)] | None = None
    highlight_seconds: Seconds | None = None
    hurried_seconds: Seconds | None = None
    fresh_seconds: Seconds | None = None
    flash_seconds: Seconds | None = None
    lost_after_seconds: Seconds | None = None


class UnitConfig(Section):
    """The whole file."""

    site: Id
    device: Id
    state: Path
    """Folder for what must not be lost."""
    broker: BrokerSection = BrokerSection()
    printer: Any = None
    """The ticket printer: ``PrinterSettings``, checked where the printer's body defines it."""
    controls: ControlsSection | None = None
    lamps: LampsSection | None = None
    screen: ScreenSection | None = None
    simulated: SimulatedSection | None = None
    behaviour: BehaviourSection = BehaviourSection()

    @property
    def is_simulated(self) -> bool:
        """Whether any part has its body without hardware."""
        parts = (self.printer, self.controls, self.lamps, self.screen)
        return any(part is not None and part.type == "simulated" for part in parts)

    def lamp_pins(self) -> dict[str, int]:
        """Lamps by the key beside them."""
        return {str(key): pin for key, pin in enumerate(self.controls.lamps if self.controls else (), start=1)}


@dataclass(frozen=True)
class ConfigError:
    """One thing wrong: where, and what would be right."""

    key: str
    text: str


class WrongConfig(Exception):
    """The file cannot be used; its text names every error."""

    def __init__(self, file: Path, errors: list[ConfigError]) -> None:
        self.file = file
        self.errors = errors
        count = "1 error" if len(errors) == 1 else f"{len(errors)} errors"
        lines = [f"  {error.key}: {error.text}" if error.key else f"  {error.text}" for error in errors]
        super().__init__("\n".join([f"{file}: {count}", *lines]))


def read_config(file: Path, kind: DeviceKind) -> UnitConfig:
    """Read and check. Raises WrongConfig with all errors at once."""
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise WrongConfig(file, [ConfigError("", f"cannot be read: {error.strerror}")]) from None
    except UnicodeDecodeError:
        raise WrongConfig(file, [ConfigError("", "is not UTF-8 text")]) from None
    except tomllib.TOMLDecodeError as error:
        raise WrongConfig(file, [ConfigError("", f"is not TOML: {error}")]) from None
    errors: list[ConfigError] = []
    config: UnitConfig | None = None
    try:
        config = UnitConfig.model_validate(table)
    except ValidationError as invalid:
        errors += [_told(fault, UnitConfig) for fault in invalid.errors(include_url=False)]
    printer, printer_errors = _printer(table)
    errors += printer_errors
    errors += _contradictions(table, kind, {error.key for error in errors})
    if errors or config is None:
        raise WrongConfig(file, errors)
    return config.model_copy(update={"printer": printer})


def _printer(table: Mapping[str, Any]) -> tuple[BaseModel | None, list[ConfigError]]:
    """The printer's own settings. Only a unit with a printer loads what prints."""
    if "printer" not in table:
        return None, []
    from vuoro_devices.hardware.escpos_printer import PrinterSettings

    try:
        return PrinterSettings.model_validate(table["printer"]), []
    except ValidationError as invalid:
        found = [_told(fault, PrinterSettings) for fault in invalid.errors(include_url=False)]
        return None, [replace(error, key=f"printer.{error.key}".rstrip(".")) for error in found]


def _told(fault: Any, model: type[BaseModel]) -> ConfigError:
    """One of pydantic's findings in words for the person who wrote the file."""
    where = [str(part) for part in fault["loc"]]
    key = ".".join(where)
    match fault["type"]:
        case "extra_forbidden":
            return ConfigError(key, _unknown_key(where, model))
        case "missing":
            return ConfigError(key, f"is missing; {_what_is_right(where, model)}")
        case "literal_error":
            known = fault["ctx"]["expected"].replace(" or ", ", ").replace("'", "").split(", ")
            return ConfigError(key, f"{fault['input']!r} is not known{_meant(fault['input'], known)}; {_one_of(known)}")
        case "string_pattern_mismatch":
            right = "small letters, digits and hyphens, at most 32, beginning with a letter or digit"
            return ConfigError(key, f"{fault['input']!r} does not do; {right}, such as 'dispenser-1'")
    return ConfigError(key, f"{fault['input']!r} does not do: {_lower(fault['msg'])}")


def _unknown_key(where: list[str], model: type[BaseModel]) -> str:
    known = sorted(_section(where[:-1], model).model_fields)
    return f"is not known here{_meant(where[-1], known)}; {_one_of(known)}"


def _what_is_right(where: list[str], model: type[BaseModel]) -> str:
    examples = {
        "site": "the point's id, such as site = 'lahti'",
        "device": "this unit's id, such as device = 'dispenser-1'",
        "state": "the folder for what must not be lost, such as state = '/var/lib/vuoro/dispenser-1'",
        "simulated.port": "a free port for the panel, such as port = 18101",
    }
    if ".".join(where) in examples:
        return examples[".".join(where)]
    kinds = get_args(_section(where[:-1], model).model_fields[where[-1]].annotation)
    return _one_of([str(kind) for kind in kinds]) if kinds else "it must be given"


def _section(where: list[str], model: type[BaseModel]) -> type[BaseModel]:
    """The model behind a table of the file."""
    for part in where:
        inner = next(_models(model.model_fields[part].annotation), None) if part in model.model_fields else None
        model = inner or model
    return model


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif isinstance(annotation, types.UnionType) or get_origin(annotation) is not None:
        for part in get_args(annotation):
            yield from _models(part)


def _meant(given: object, known: list[str]) -> str:
    near = difflib.get_close_matches(str(given), known, n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def _one_of(known: list[str]) -> str:
    return f"one of {', '.join(known)}"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _contradictions(table: Mapping[str, Any], kind: DeviceKind, told: set[str]) -> list[ConfigError]:
    """What each part may be alone, and not together. Read from the raw table, so that it is told with the rest."""
    found = list(_needed_parts(table, kind)) + list(_needed_keys(table))
    return [error for error in found if error.key not in told]


def _needed_parts(table: Mapping[str, Any], kind: DeviceKind) -> Iterator[ConfigError]:
    needed = {
        DeviceKind.TICKET_DISPENSER: ("printer", "controls"),
        DeviceKind.COUNTER_DISPLAY: ("screen",),
        DeviceKind.LOBBY_DISPLAY: ("screen",),
    }
    for part in needed.get(kind, ()):
        if part not in table:
            yield ConfigError(part, f"is missing; a {kind.value} needs a table [{part}] with a type")
    if kind is not DeviceKind.TICKET_DISPENSER and _type(table, "screen") == "none":
        yield ConfigError("screen.type", f"'none' does not do; a {kind.value} shows things")
    if kind is DeviceKind.LOBBY_DISPLAY and _type(table, "screen") in ("led-matrix", "lcd"):
        yield ConfigError("screen.type", "a lobby display is read at 10 m; one of simulated, pygame")


def _needed_keys(table: Mapping[str, Any]) -> Iterator[ConfigError]:
    printer, controls, screen = _type(table, "printer"), _type(table, "controls"), _type(table, "screen")
    needs = {
        "controls": {"buttons": "pins", "keypad": "device"},
        "screen": {"simulated": "shows"},
    }
    for part, by_type in needs.items():
        wanted = by_type.get(_type(table, part) or "")
        if wanted and not table[part].get(wanted):
            yield ConfigError(f"{part}.{wanted}", f"is missing; type = {_type(table, part)!r} needs it")
    if controls == "touch" and screen not in ("pygame", "simulated"):
        yield ConfigError("controls.type", "'touch' needs a screen to touch; set [screen] type = 'pygame'")
    if _type(table, "lamps") == "gpio" and not _part(table, "controls").get("lamps"):
        yield ConfigError("controls.lamps", "is missing; [lamps] type = 'gpio' needs a line for each lamp")
    pins, lamps = _part(table, "controls").get("pins"), _part(table, "controls").get("lamps")
    if isinstance(pins, list) and isinstance(lamps, list):
        for pin in sorted(set(map(str, pins)) & set(map(str, lamps))):
            yield ConfigError("controls.lamps", f"line {pin} is a button's and a lamp's; each needs its own")
    if "simulated" in (printer, controls, screen, _type(table, "lamps")) and "simulated" not in table:
        yield ConfigError("simulated", "is missing; simulated parts need a table [simulated] with a port for the panel")
    broker = _part(table, "broker")
    if ("username" in broker) != ("password" in broker):
        yield ConfigError("broker", "username and password go together; one of them is missing")


def _part(table: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = table.get(name)
    return part if isinstance(part, dict) else {}


def _type(table: Mapping[str, Any], name: str) -> str | None:
    return _part(table, name).get("type")
