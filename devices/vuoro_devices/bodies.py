"""Which body each port gets, as the configuration says. Nothing is imported before it is needed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from vuoro_mqtt.payloads import DeviceKind

from vuoro_devices.behaviour.views import Action
from vuoro_devices.config import ScreenSection, UnitConfig
from vuoro_devices.ports import Controls, Lamps, Printer

if TYPE_CHECKING:
    from vuoro_devices.drawer import MovingScreen
    from vuoro_devices.simulated.controls import SimulatedControls, SimulatedLamps

KEYS_OF_A_COUNTER = {"next": "Next", "recall": "Call again", "missed": "Missed", "finish": "Finish"}
"""The keys of a counter's unit and what stands on them."""

PUMP_FOR_TOUCH_SECONDS = 0.03
PUMP_SECONDS = 0.1


@dataclass
class Bodies:
    """The hardware of one unit, or what stands in for it. ``screen`` opens it, on the thread that is to draw."""

    printer: Printer | None = None
    controls: list[Controls] = field(default_factory=list)
    lamps: Lamps | None = None
    open_screen: Callable[[], MovingScreen] | None = None
    pump_seconds: float = PUMP_SECONDS
    simulated_controls: SimulatedControls | None = None
    simulated_lamps: SimulatedLamps | None = None
    simulated_screen: Any = None
    """Set when the simulated screen has been opened."""

    def start(self, deliver: Callable[[Action], None]) -> None:
        for controls in self.controls:
            controls.start(deliver)

    def close(self) -> None:
        for controls in self.controls:
            controls.close()
        if self.lamps is not None:
            self.lamps.close()


def build_bodies(config: UnitConfig, kind: DeviceKind, *, torn: bool = False) -> Bodies:
    """Raises ValueError where a part's own settings do not do. ``torn``: half a ticket may hang from the printer."""
    bodies = Bodies()
    if config.printer is not None:
        bodies.printer = _printer(config, torn=torn)
    _add_controls(bodies, config, kind)
    _add_lamps(bodies, config)
    if config.screen is not None and config.screen.type != "none":
        touch = config.controls is not None and config.controls.type == "touch"
        bodies.pump_seconds = PUMP_FOR_TOUCH_SECONDS if touch else PUMP_SECONDS
        bodies.open_screen = _screen_opener(bodies, config, config.screen, kind)
    return bodies


def _printer(config: UnitConfig, *, torn: bool) -> Printer:
    from vuoro_devices.printers import open_printer

    return open_printer(config.printer, config.state, torn=torn)


def _add_controls(bodies: Bodies, config: UnitConfig, kind: DeviceKind) -> None:
    section = config.controls
    if section is None:
        return
    if config.simulated is not None:  # a touch screen is pressed through the panel too
        from vuoro_devices.simulated.controls import SimulatedControls

        bodies.simulated_controls = SimulatedControls()
        bodies.controls.append(bodies.simulated_controls)
    if section.type == "buttons":
        from vuoro_devices.hardware.gpio_controls import GpioButtons

        bodies.controls.append(GpioButtons(button_actions(config, kind)))
    elif section.type == "keypad":
        from vuoro_devices.hardware.keypad import EvdevKeypad

        bodies.controls.append(EvdevKeypad(section.device or ""))


def button_actions(config: UnitConfig, kind: DeviceKind) -> dict[int, Action]:
    """What the button on each line means."""
    section = config.controls
    if section is None:
        return {}
    if kind is DeviceKind.COUNTER_DISPLAY:
        keys = zip(section.pins, KEYS_OF_A_COUNTER, strict=False)
        return {pin: Action(key) for pin, key in keys}  # type: ignore[arg-type]
    actions = {pin: Action("choose", str(key)) for key, pin in enumerate(section.pins, start=1)}
    named = {
        section.language_pin: Action("language"),
        section.help_pin: Action("help"),
        section.more_pin: Action("page", "+1"),
    }
    return actions | {pin: action for pin, action in named.items() if pin is not None}


def _add_lamps(bodies: Bodies, config: UnitConfig) -> None:
    if config.lamps is None or config.lamps.type == "none":
        return
    if config.lamps.type == "gpio":
        from vuoro_devices.hardware.gpio_controls import GpioLamps

        bodies.lamps = GpioLamps(config.lamp_pins())
        return
    from vuoro_devices.simulated.controls import SimulatedLamps

    bodies.simulated_lamps = SimulatedLamps()
    bodies.lamps = bodies.simulated_lamps


# --- screens


def _screen_opener(
    bodies: Bodies, config: UnitConfig, section: ScreenSection, kind: DeviceKind
) -> Callable[[], MovingScreen]:
    def open_it() -> MovingScreen:
        if section.type == "simulated":
            bodies.simulated_screen = _simulated_screen(config, section, kind)
        screen: MovingScreen = bodies.simulated_screen or _real_screen(config, section, kind)
        return screen

    return open_it


def _real_screen(config: UnitConfig, section: ScreenSection, kind: DeviceKind) -> Any:
    match section.type:
        case "led-matrix":
            from vuoro_devices.hardware.led_matrix import open_led_matrix

            return open_led_matrix(
                blocks=section.blocks,
                port=section.spi_port,
                chip=section.spi_chip,
                block_orientation=section.block_orientation,
                reverse=section.reverse,
                brightness=section.brightness,
            )
        case "lcd":
            from vuoro_devices.hardware.character_lcd import open_character_lcd

            columns, rows = section.size or (16, 2)
            return open_character_lcd(
                columns=columns,
                rows=rows,
                address=section.i2c_address,
                port=section.i2c_port,
                charmap=section.charmap,
            )
    from vuoro_devices.hardware.pygame_screen import PygameScreen

    size = section.size or (1280, 720)
    return PygameScreen(_drawing(config, kind), size, section.fullscreen, calm=section.calm)


def _simulated_screen(config: UnitConfig, section: ScreenSection, kind: DeviceKind) -> Any:
    from vuoro_devices.simulated.screen import SimulatedLcd, SimulatedLedMatrix, SimulatedPanel, SimulatedScreen

    match section.shows:
        case "led-matrix":
            return SimulatedScreen(SimulatedLedMatrix(section.size or (8 * section.blocks, 8)))
        case "lcd":
            return SimulatedScreen(SimulatedLcd(*(section.size or (16, 2))))
    return SimulatedScreen(SimulatedPanel(_drawing(config, kind), section.size or (1280, 720)))


def _drawing(config: UnitConfig, kind: DeviceKind) -> Any:
    match kind:
        case DeviceKind.COUNTER_DISPLAY:
            from vuoro_devices.hardware.draw_counter import COUNTER

            return COUNTER
        case DeviceKind.LOBBY_DISPLAY:
            from vuoro_devices.hardware.draw_lobby import LOBBY

            return LOBBY
    from vuoro_devices.hardware.draw_dispenser import DISPENSER, DISPENSER_WITH_KEYS

    keys = config.controls is not None and config.controls.type in ("buttons", "keypad")
    return DISPENSER_WITH_KEYS if keys else DISPENSER
