"""The counter display as a strip of LED matrices (MAX7219, 32 or 64 by 8), by luma."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from luma.core.legacy import text, textsize
from luma.core.legacy.font import CP437_FONT, LCD_FONT, TINY_FONT, proportional
from luma.core.render import canvas

from vuoro_devices.behaviour.views import Action, CounterView
from vuoro_devices.hardware.glass import beat_at

FONTS = (CP437_FONT, proportional(LCD_FONT), proportional(TINY_FONT))
"""Widest first: the number is drawn in the first that leaves room."""

ARROWS_WIDTH = 13
"""Room for the arrows of a new call on each side of the number."""

SIGN_WIDTH = 4
"""Room for the sign of a lost connection, a column of air included."""


def draw_counter_leds(draw: Any, width: int, view: CounterView, beat: bool) -> None:
    """A number fills the strip. Newly called it stands between moving arrows where there is room for them, else in turn
    bright on dark and dark on bright; it is never gone.

    Free is a dash, closed one dot; a small cross at the end says that the hub is not heard.
    """
    room = width if view.connected else width - SIGN_WIDTH
    sign = _sign(view)
    if sign:
        _draw_number(draw, room, sign, flash=view.flash, beat=beat)
    elif view.state == "closed":
        draw.point((0, 7), fill="white")
    else:
        middle = room // 2
        draw.rectangle((middle - 4, 3, middle + 3, 4), fill="white")
    if not view.connected:
        _draw_cross(draw, width - 3)


def _sign(view: CounterView) -> str:
    """The number; or a message with a figure in it, which names the unit or tests its lamps. Words have no room."""
    if view.number is not None:
        return view.number
    return view.message if any(letter.isdigit() for letter in view.message) else ""


def _draw_number(draw: Any, room: int, number: str, *, flash: bool, beat: bool) -> None:
    font = next((font for font in FONTS if _ink_width(number, font) <= room), FONTS[-1])
    while _ink_width(number, font) > room:
        number = number[1:]
    ink = _ink_width(number, font)
    left = max(0, (room - ink) // 2)
    arrows = flash and left >= ARROWS_WIDTH
    turned = flash and beat and not arrows
    if turned:
        draw.rectangle((0, 0, room - 1, 7), fill="white")
    text(draw, (left, 0), number, fill="black" if turned else "white", font=font)
    if arrows:
        _draw_arrows(draw, left, left + ink - 1, step=1 if beat else 0)


def _draw_arrows(draw: Any, left: int, right: int, step: int) -> None:
    """Two chevrons on each side that point at the number."""
    for behind in (5, 9):
        for row in range(7):
            tip = 3 - abs(3 - row)
            draw.point((left - behind - 3 + tip + step, row), fill="white")
            draw.point((right + behind + 3 - tip - step, row), fill="white")


def _ink_width(number: str, font: Any) -> int:
    """Without the empty column that follows the last figure."""
    return int(textsize(number, font)[0]) - 1


def _draw_cross(draw: Any, x: int) -> None:
    for at in ((0, 0), (2, 0), (1, 1), (0, 2), (2, 2)):
        draw.point((x + at[0], at[1]), fill="white")


class LedMatrixScreen:
    """Implements ``Screen[CounterView]`` on any luma device; ``pump`` lets a new call alternate."""

    def __init__(self, device: Any, *, calm: bool = False, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._device = device
        self._calm = calm
        self._monotonic = monotonic
        self._view: CounterView | None = None
        self._beat = False

    def show(self, view: CounterView) -> None:
        """Light it now, unless it stands already."""
        if view != self._view:
            self._view = view
            self.draw(view, self._beat)

    def pump(self, deliver: Callable[[Action], None]) -> None:
        """Nothing can be touched; a newly called number alternates."""
        if self._view is None or self._calm or not self._view.flash:
            return
        beat = beat_at(self._monotonic())
        if beat != self._beat:
            self._beat = beat
            self.draw(self._view, beat)

    def close(self) -> None:
        """Dark. May be called twice."""
        self._view = None
        self._device.clear()

    def draw(self, view: CounterView, beat: bool) -> None:
        """One frame, whatever stood before."""
        with canvas(self._device) as draw:
            draw_counter_leds(draw, self._device.width, view, beat)


def open_led_matrix(
    *,
    blocks: int = 4,
    port: int = 0,
    chip: int = 0,
    block_orientation: int = -90,
    reverse: bool = False,
    brightness: int = 8,
) -> LedMatrixScreen:
    """The real strip on SPI: ``blocks`` matrices of 8 by 8 in a row; ``brightness`` from 0 to 15."""
    from luma.core.interface.serial import noop, spi
    from luma.led_matrix.device import max7219

    device = max7219(
        spi(port=port, device=chip, gpio=noop()),
        cascaded=blocks,
        block_orientation=block_orientation,
        blocks_arranged_in_reverse_order=reverse,
        contrast=max(0, min(15, brightness)) * 16,
    )
    return LedMatrixScreen(device)
