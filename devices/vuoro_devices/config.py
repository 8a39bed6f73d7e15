"""A unit's configuration file: TOML, checked as a whole, every error told at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sized
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, ValidationError
from vuoro_mqtt.payloads import DeviceKind
from vuoro_mqtt.settings_file import Fault, Section, SettingsFileError, faults_of, load_toml
from vuoro_mqtt.values import Id

Port = Annotated[int, Field(ge=1, le=65535)]
Seconds = Annotated[float, Field(ge=0, le=3600)]
Pin = Annotated[int, Field(ge=0, le=53)]
Length = Annotated[int, Field(ge=2, le=8192)]


class BrokerSection(Section):
    """Where the broker is."""

    host: str = "127.0.0.1"
    """Its name or address; on a real site that of the hub's machine."""
    port: Port = 1883
    """Its port."""
    username: str | None = None
    """Together with ``password``; on a real site the user name is the device's id."""
    password: str | None = Field(None, repr=False)
    """The unit's own password at the broker; never told in messages or logs."""


class ControlsSection(Section):
    """What a person presses."""

    type: Literal["simulated", "buttons", "keypad", "touch"]
    """Push buttons on GPIO lines, a numeric keypad on USB, the screen itself, or none of these but the panel."""
    pins: list[Pin] = []
    """buttons: GPIO lines in the order of the keys: 1, 2, 3… of a dispenser; next, recall, missed, finish of a counter
    display."""
    lamps: list[Pin] = []
    """GPIO lines of the lamps beside the buttons, in the same order: one for each. They need a table ``[lamps]``."""
    language_pin: Pin | None = None
    """buttons: GPIO line of the key that changes the language (Q18)."""
    help_pin: Pin | None = None
    """buttons: GPIO line of the key that asks a person for help (Q17)."""
    more_pin: Pin | None = None
    """buttons: GPIO line of the key for the next page, where there are more services than buttons."""
    device: str | None = None
    """keypad: its device file, such as ``/dev/input/by-id/usb-…-event-kbd``."""


class LampsSection(Section):
    """The lamps beside the buttons; their lines stand in ``controls.lamps``."""

    type: Literal["simulated", "gpio", "none"]
    """Lamps on GPIO lines, on the panel, or none."""


class ScreenSection(Section):
    """What the unit shows things on."""

    type: Literal["simulated", "pygame", "led-matrix", "lcd", "none"]
    """A full screen (pygame), LEDs on SPI, a character display on I²C, a picture on the panel, or nothing."""
    shows: Literal["pygame", "led-matrix", "lcd"] | None = None
    """simulated: what it stands in for; needed there."""
    size: tuple[Length, Length] | None = None
    """Width and height. pygame: in pixels, 320 × 240 or more, lying or standing (1280 × 720 by default). lcd: in
    letters, 2 lines of 8 to 40 or 4 of 8 to 20 (16 × 2 by default). led-matrix: in LEDs, as ``blocks`` says."""
    fullscreen: bool = True
    """pygame: without a frame around it."""
    calm: bool = False
    """pygame: nothing pulses, for those who asked for less movement (Q18)."""
    blocks: int = Field(default=4, ge=1, le=16)
    """led-matrix: how many squares of 8 by 8 in a row; four hold a number of three digits."""
    block_orientation: Literal[-90, 0, 90, 180] = -90
    """led-matrix: how each square is turned, in degrees; -90 is right for the common modules of four."""
    reverse: bool = False
    """led-matrix: the squares are wired in reverse order."""
    brightness: int = Field(default=8, ge=0, le=15)
    """led-matrix: 15 is the brightest."""
    spi_port: int = Field(default=0, ge=0, le=6)
    """led-matrix: the SPI bus."""
    spi_chip: int = Field(default=0, ge=0, le=3)
    """led-matrix: the chip-select line on that bus."""
    i2c_port: int = Field(default=1, ge=0, le=20)
    """lcd: the I²C bus; 1 is the one on a Raspberry Pi's header."""
    i2c_address: int = Field(default=0x27, ge=0x03, le=0x77)
    """lcd: its address on the bus; 0x27 (39) is that of most, 0x3F (63) of others."""
    charmap: Literal["A00", "A02"] = "A00"
    """lcd: the letters in its chip: A00 (Japanese, the common one) or A02 (European)."""


class SimulatedSection(Section):
    """The panel of the simulated hardware, on loopback."""

    port: Port = Field(examples=["port = 18101"])
    """Its HTTP port on 127.0.0.1."""


class BehaviourSection(Section):
    """How the unit behaves; what is left out keeps its default. Each kind of unit knows those keys alone that have a
    default for it."""

    guard_seconds: Seconds | None = None
    """For so long after a ticket presses count for nothing: a nervous second press is the same customer's."""
    take_seconds: Seconds | None = None
    """How long the screen asks to take the paper."""
    number_seconds: Seconds | None = None
    """How long a number stays on the screen that could not be printed."""
    reading_seconds: Seconds | None = None
    """How long a message stays, such as that a service is closed."""
    idle_seconds: Seconds | None = None
    """After so long without a press the first screen comes back: nothing of the last customer stays (Q3)."""
    paper_within_seconds: Seconds | None = None
    """How long a unit without a screen keeps a ticket for paper to be put in; afterwards nobody got it."""
    choices_per_page: Annotated[int, Field(ge=1, le=20)] | None = None
    """How many services a page shows where no buttons beside it set that; one of them is "I do not know which" (Q1)."""
    highlight_seconds: Seconds | None = None
    """How long a newly called number is shown large (Q4)."""
    hurried_seconds: Seconds | None = None
    """The same for each while three or more others wait to be shown."""
    fresh_seconds: Seconds | None = None
    """A call older than this is not shown as new when the display starts or comes back."""
    flash_seconds: Seconds | None = None
    """How long a newly called number flashes (Q4)."""
    lost_after_seconds: Seconds | None = None
    """How long hub or broker may be gone before the display says so: a restart within this goes unseen."""


class UnitConfig(Section):
    """A unit's own file, ``vuoro-device KIND --config FILE``."""

    site: Id = Field(examples=["site = 'lahti'"])
    """The point's id."""
    device: Id = Field(examples=["device = 'dispenser-1'"])
    """This unit's id, as it stands in the site file."""
    state: Path = Field(examples=["state = '/var/lib/vuoro/dispenser-1'"])
    """Folder for what must not be lost: the journal, and what the hub said last. Of this unit alone."""
    broker: BrokerSection = BrokerSection()
    """Where the broker is."""
    printer: Any = None  # PrinterSettings, of a module that only a unit with a printer loads
    """The ticket printer. A dispenser needs it."""
    controls: ControlsSection | None = None
    """What a person presses. A dispenser needs it; a counter display may have it."""
    lamps: LampsSection | None = None
    """The lamps beside a dispenser's buttons."""
    screen: ScreenSection | None = None
    """What the unit shows things on. A display needs it; a dispenser may do with lamps."""
    simulated: SimulatedSection | None = None
    """The panel; needed where any part is simulated."""
    behaviour: BehaviourSection = BehaviourSection()
    """How the unit behaves."""

    def lamp_pins(self) -> dict[str, int]:
        """Lamps by the key beside them."""
        return {str(key): pin for key, pin in enumerate(self.controls.lamps if self.controls else (), start=1)}


def read_config(file: Path, kind: DeviceKind) -> UnitConfig:
    """Read and check. Raises SettingsFileError with every fault at once."""
    table = load_toml(file)
    faults: list[Fault] = []
    config: UnitConfig | None = None
    try:
        config = UnitConfig.model_validate(table)
    except ValidationError as error:
        faults += faults_of(error, table, UnitConfig)
    printer, printer_faults = _printer(table)
    faults += printer_faults
    faults += _contradictions(table, kind, {fault.key for fault in faults})
    if faults or config is None:
        raise SettingsFileError(file, faults)
    return config.model_copy(update={"printer": printer})


def _printer(table: Mapping[str, Any]) -> tuple[BaseModel | None, list[Fault]]:
    """The printer's own settings. Only a unit with a printer loads what prints."""
    if "printer" not in table:
        return None, []
    from vuoro_devices.printers import PrinterSettings, printer_faults

    wrong = list(printer_faults(_part(table, "printer")))
    try:
        return PrinterSettings.model_validate(table["printer"]), wrong
    except ValidationError as error:
        found = faults_of(error, table, PrinterSettings, within=("printer",))
        told = {fault.key for fault in wrong}
        return None, [*(fault for fault in found if not (wrong and fault.key in told | {"printer"})), *wrong]


def _contradictions(table: Mapping[str, Any], kind: DeviceKind, told: set[str]) -> list[Fault]:
    """What each part may be alone, and not together. Read from the raw table, so that it is told with the rest."""
    found = [*_needed_parts(table, kind), *_needed_keys(table), *_other_kinds_keys(table, kind), *_size_faults(table)]
    return [fault for fault in found if fault.key not in told]


ABSENT = {
    DeviceKind.COUNTER_DISPLAY: ("printer", "lamps"),
    DeviceKind.LOBBY_DISPLAY: ("printer", "controls", "lamps"),
}
"""Tables that would change nothing in a file of this kind."""


def _needed_parts(table: Mapping[str, Any], kind: DeviceKind) -> Iterator[Fault]:
    needed = {
        DeviceKind.TICKET_DISPENSER: ("printer", "controls"),
        DeviceKind.COUNTER_DISPLAY: ("screen",),
        DeviceKind.LOBBY_DISPLAY: ("screen",),
    }
    for part in ABSENT.get(kind, ()):
        if part in table:
            yield Fault(part, f"a {kind.value} has no {part}; is this the file of a ticket-dispenser?")
    for part in needed.get(kind, ()):
        if part not in table:
            yield Fault(part, f"is missing; a {kind.value} needs a table [{part}] with a type")
    if kind is not DeviceKind.TICKET_DISPENSER and _type(table, "screen") == "none":
        yield Fault("screen.type", f"'none' does not do; a {kind.value} shows things")
    if kind is DeviceKind.LOBBY_DISPLAY and _type(table, "screen") in ("led-matrix", "lcd"):
        yield Fault("screen.type", "a lobby display is read at 10 m; one of simulated, pygame")


def _needed_keys(table: Mapping[str, Any]) -> Iterator[Fault]:
    printer, controls, screen = _type(table, "printer"), _type(table, "controls"), _type(table, "screen")
    needs = {
        "controls": {"buttons": "pins", "keypad": "device"},
        "screen": {"simulated": "shows"},
    }
    for part, by_type in needs.items():
        wanted = by_type.get(_type(table, part) or "")
        if wanted and not table[part].get(wanted):
            yield Fault(f"{part}.{wanted}", f"is missing; type = {_type(table, part)!r} needs it")
    if controls == "touch" and screen not in ("pygame", "simulated"):
        yield Fault("controls.type", "'touch' needs a screen to touch; set [screen] type = 'pygame'")
    if _type(table, "lamps") == "gpio" and not _part(table, "controls").get("lamps"):
        yield Fault("controls.lamps", "is missing; [lamps] type = 'gpio' needs a line for each lamp")
    yield from _lamp_faults(_part(table, "controls"), _type(table, "lamps"))
    yield from _shared_lines(_part(table, "controls"))
    if "simulated" in (printer, controls, screen, _type(table, "lamps")) and "simulated" not in table:
        yield Fault("simulated", "is missing; simulated parts need a table [simulated] with a port for the panel")
    broker = _part(table, "broker")
    if ("username" in broker) != ("password" in broker):
        yield Fault("broker", "username and password go together; one of them is missing")


def _lamp_faults(controls: Mapping[str, Any], lit_by: str | None) -> Iterator[Fault]:
    """A lamp stands beside each button, or beside none."""
    pins, lamps = controls.get("pins"), controls.get("lamps")
    if not isinstance(lamps, list) or not lamps:
        return
    if lit_by in (None, "none"):
        yield Fault("controls.lamps", "nothing lights them; set [lamps] type = 'gpio', or leave them out")
    if controls.get("type") == "buttons" and isinstance(pins, list) and pins and len(pins) != len(lamps):
        text = f"has {_counted(lamps, 'lamp')} for {_counted(pins, 'button')}; each button of pins needs its own"
        yield Fault("controls.lamps", text)


def _counted(things: Sized, name: str) -> str:
    return f"{len(things)} {name}" if len(things) == 1 else f"{len(things)} {name}s"


def _other_kinds_keys(table: Mapping[str, Any], kind: DeviceKind) -> Iterator[Fault]:
    """A key of ``[behaviour]`` that some other kind of unit has would change nothing here."""
    known = _behaviour_keys(kind)
    for key in _part(table, "behaviour"):
        if known and key in BehaviourSection.model_fields and key not in known:
            yield Fault(f"behaviour.{key}", f"a {kind.value} does not have it; one of {', '.join(known)}")


def _behaviour_keys(kind: DeviceKind) -> list[str]:
    """What may be set of this kind's behaviour. Loads that kind alone, which is about to run."""
    settings: type
    match kind:
        case DeviceKind.TICKET_DISPENSER:
            from vuoro_devices.behaviour.dispenser_view import DispenserSettings as settings
        case DeviceKind.COUNTER_DISPLAY:
            from vuoro_devices.behaviour.counter_display import CounterSettings as settings
        case DeviceKind.LOBBY_DISPLAY:
            from vuoro_devices.behaviour.lobby_display import LobbySettings as settings
        case _:
            return []
    has = {field.name for field in fields(settings)}
    return [key for key in BehaviourSection.model_fields if key in has]


LETTERS_OF_AN_LCD = 80
"""What the chip of a character display remembers: two lines of 40, or four of 20."""

FEWEST_LETTERS = 8

SMALLEST_SCREEN = (320, 240)
"""In pixels, lying or standing: on a smaller one nothing can be read or touched."""


def _size_faults(table: Mapping[str, Any]) -> Iterator[Fault]:
    """Sizes that no such screen has."""
    screen, kind = _part(table, "screen"), _type(table, "screen")
    shows = screen.get("shows") if kind == "simulated" else kind
    match screen.get("size"):
        case [int() as width, int() as height]:
            why = _why_no_size(screen, shows, width, height)
            if why:
                yield Fault("screen.size", f"[{width}, {height}] is not right; {why}")


def _why_no_size(screen: Mapping[str, Any], shows: object, width: int, height: int) -> str:
    match shows:
        case "lcd" if height not in (2, 4):
            return "a character display has 2 or 4 lines, such as [16, 2] or [20, 4]"
        case "lcd" if not FEWEST_LETTERS <= width <= LETTERS_OF_AN_LCD // height:
            most = LETTERS_OF_AN_LCD // height
            return f"a character display with {height} lines has {FEWEST_LETTERS} to {most} letters in each"
        case "led-matrix":
            return _why_no_strip(screen, width, height)
        case "pygame" if max(width, height) < SMALLEST_SCREEN[0] or min(width, height) < SMALLEST_SCREEN[1]:
            return "a screen has 320 by 240 pixels or more, such as [1280, 720]"
    return ""


def _why_no_strip(screen: Mapping[str, Any], width: int, height: int) -> str:
    """Squares of 8 by 8 in a row. The real ones are counted by ``blocks``, whatever ``size`` says."""
    if width % 8 or height != 8:
        return "the squares have 8 by 8 LEDs and stand in one row, such as [32, 8]"
    blocks = screen.get("blocks", 4 if screen.get("type") == "led-matrix" else width // 8)
    if not isinstance(blocks, int) or blocks == width // 8:
        return ""
    return f"blocks = {blocks} makes [{8 * blocks}, 8]"


LINES = ("pins", "language_pin", "help_pin", "more_pin", "lamps")
"""Keys of ``[controls]`` that name GPIO lines."""


def _shared_lines(controls: Mapping[str, Any]) -> Iterator[Fault]:
    """Each line is one button's or one lamp's."""
    taken: dict[int, str] = {}
    for key in LINES:
        value = controls.get(key)
        for line in value if isinstance(value, list) else [value]:
            if not isinstance(line, int) or isinstance(line, bool):
                continue
            if line in taken:
                yield Fault(f"controls.{key}", f"line {line} stands in {taken[line]} already; each needs its own")
            taken.setdefault(line, key)


def _part(table: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = table.get(name)
    return part if isinstance(part, dict) else {}


def _type(table: Mapping[str, Any], name: str) -> str | None:
    kind = _part(table, name).get("type")
    return kind if isinstance(kind, str) else None
