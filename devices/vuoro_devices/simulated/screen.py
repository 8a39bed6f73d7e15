"""Screens without hardware: the real rendering code's last frame, kept to be looked at.

Any thread may ask for the picture or touch it while another draws; the picture is encoded only when asked for.
"""

from __future__ import annotations

import io
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, Literal, Protocol, TypeVar

from luma.core.device import dummy
from luma.core.legacy.font import LCD_FONT
from PIL import Image, ImageDraw

from vuoro_devices.behaviour.views import Action, CounterView
from vuoro_devices.hardware.character_lcd import TAUGHT, lcd_lines
from vuoro_devices.hardware.glass import Box, beat_at, touched
from vuoro_devices.hardware.led_matrix import LedMatrixScreen

if TYPE_CHECKING:
    from vuoro_devices.hardware.canvas import Drawing

V = TypeVar("V")
Contra = TypeVar("Contra", contravariant=True)

Shows = Literal["pygame", "led-matrix", "lcd"]


class Glass(Protocol[Contra]):
    """One kind of simulated display: draws a view, and makes a picture of what it drew."""

    shows: Shows

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of its picture."""

    def draw(self, view: Contra, beat: bool) -> list[tuple[Box, Action]]:
        """Draw, and say what can be touched."""

    def moves(self, view: Contra) -> bool:
        """Whether the view pulses."""

    def photograph(self) -> Callable[[], Image.Image]:
        """Take what stands now, quickly; the picture is made of it later."""


FRAMES_REMEMBERED = 32


class SimulatedScreen(Generic[V]):
    """Implements ``Screen[V]`` with ``pump``, like the real ones."""

    def __init__(self, glass: Glass[V], *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._glass = glass
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._view: V | None = None
        self._beat = False
        self._regions: list[tuple[Box, Action]] = []
        self._png: tuple[int, bytes] = (-1, b"")
        self.shows: Shows = glass.shows
        self.frame = 0
        """How many frames have been drawn."""
        self.drawn_at: deque[tuple[int, float]] = deque(maxlen=FRAMES_REMEMBERED)
        """Of the last frames: which, and the monotonic time at which it stood."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture."""
        return self._glass.size

    @property
    def regions(self) -> list[tuple[Box, Action]]:
        """What can be touched on the frame that stands."""
        with self._lock:
            return list(self._regions)

    def show(self, view: V) -> None:
        """Draw it now, unless it stands already."""
        with self._lock:
            if view != self._view:
                self._view = view
                self._draw()

    def pump(self, deliver: Callable[[Action], None]) -> None:
        """Let a new call pulse; touches come by ``touch``."""
        with self._lock:
            if self._view is None or not self._glass.moves(self._view):
                return
            beat = beat_at(self._monotonic())
            if beat != self._beat:
                self._beat = beat
                self._draw()

    def touch(self, x: int, y: int) -> Action | None:
        """What a touch at that point of the picture means."""
        return touched(self.regions, x, y)

    def png(self) -> bytes:
        """The last frame as a PNG."""
        with self._lock:
            frame = self.frame
            if self._png[0] == frame:
                return self._png[1]
            develop = self._glass.photograph()
        target = io.BytesIO()
        develop().save(target, "PNG", compress_level=3)
        with self._lock:
            if frame > self._png[0]:
                self._png = (frame, target.getvalue())
        return target.getvalue()

    def close(self) -> None:
        """Forget the view; the last frame stays to be looked at. May be called twice."""
        with self._lock:
            self._view = None
            self._regions = []

    def _draw(self) -> None:
        assert self._view is not None
        self._regions = self._glass.draw(self._view, self._beat)
        self.frame += 1
        self.drawn_at.append((self.frame, self._monotonic()))


class SimulatedPanel(Generic[V]):
    """A full screen: the real drawing on a surface in memory. No window is opened, so any thread may draw.

    pygame is imported with the first of them: a unit without a full screen does not need it.
    """

    shows: Shows = "pygame"

    def __init__(self, drawing: Drawing[V], size: tuple[int, int] = (1280, 720)) -> None:
        from vuoro_devices.hardware.canvas import Canvas, Inks
        from vuoro_devices.hardware.quiet_pygame import pygame

        self.size = size
        self._pygame = pygame
        self._canvas = Canvas
        self._drawing = drawing
        self._surface = pygame.Surface(size, 0, 32)
        self._inks = Inks()

    def draw(self, view: V, beat: bool) -> list[tuple[Box, Action]]:
        canvas = self._canvas(self._surface, self._inks, self._drawing.language(view), beat)
        self._drawing.paint(canvas, view)
        return canvas.regions

    def moves(self, view: V) -> bool:
        return self._drawing.moves(view)

    def photograph(self) -> Callable[[], Image.Image]:
        pixels = self._pygame.image.tostring(self._surface, "RGB")
        return lambda: Image.frombytes("RGB", self.size, pixels)


LED_PITCH = 16
LED_ON, LED_OFF, LED_BOARD = (255, 78, 32), (58, 22, 18), (20, 14, 14)


class SimulatedLedMatrix:
    """The strip of LEDs: luma's dummy device drawn by the real code, each dot enlarged to a lamp."""

    shows: Shows = "led-matrix"

    def __init__(self, size: tuple[int, int] = (32, 8)) -> None:
        self._device: Any = dummy(width=size[0], height=size[1], mode="1")
        self._screen = LedMatrixScreen(self._device)
        self._dots = size
        self.size = ((size[0] + 1) * LED_PITCH, (size[1] + 1) * LED_PITCH)

    def draw(self, view: CounterView, beat: bool) -> list[tuple[Box, Action]]:
        self._screen.draw(view, beat)
        return []

    def moves(self, view: CounterView) -> bool:
        return view.flash and view.number is not None

    def photograph(self) -> Callable[[], Image.Image]:
        dots = self._device.image or Image.new("1", self._dots)
        return lambda: led_picture(dots)


def led_picture(dots: Image.Image) -> Image.Image:
    """A panel of round lamps, lit where the device's picture is white."""
    width, height = dots.size
    scale = 3
    picture = Image.new("RGB", ((width + 1) * LED_PITCH * scale, (height + 1) * LED_PITCH * scale), LED_BOARD)
    draw = ImageDraw.Draw(picture)
    pixels = dots.convert("L")
    for y in range(height):
        for x in range(width):
            middle = ((x + 1) * LED_PITCH * scale, (y + 1) * LED_PITCH * scale)
            draw.circle(middle, 0.42 * LED_PITCH * scale, fill=LED_ON if pixels.getpixel((x, y)) else LED_OFF)
    return picture.resize((picture.width // scale, picture.height // scale), Image.Resampling.LANCZOS)


LCD_DOT = 4
LCD_CELL = (6 * LCD_DOT, 9 * LCD_DOT)
LCD_PAD, LCD_EDGE = 5 * LCD_DOT, 11 * LCD_DOT
"""From the letters to the edge of the glass, and to the edge of the black frame."""

LCD_INK, LCD_PAPER, LCD_GROUND, LCD_FRAME = (22, 40, 18), (150, 186, 52), (160, 196, 60), (28, 30, 30)


class SimulatedLcd:
    """The character display: the real lines, drawn dot by dot."""

    shows: Shows = "lcd"

    def __init__(self, columns: int = 16, rows: int = 2) -> None:
        self._columns = columns
        self._rows = rows
        self.size = (columns * LCD_CELL[0] + 2 * LCD_EDGE, rows * LCD_CELL[1] + 2 * LCD_EDGE)
        self.lines: list[str] = [" " * columns] * rows
        """What stands on the display."""

    def draw(self, view: CounterView, beat: bool) -> list[tuple[Box, Action]]:
        self.lines = lcd_lines(view, self._columns, self._rows)
        return []

    def moves(self, view: CounterView) -> bool:
        return False

    def photograph(self) -> Callable[[], Image.Image]:
        lines = list(self.lines)
        return lambda: lcd_picture(lines)


def lcd_picture(lines: list[str]) -> Image.Image:
    """A yellow-green display of 5 by 8 dots a character, in its black frame."""
    columns = max(len(line) for line in lines)
    size = (columns * LCD_CELL[0] + 2 * LCD_EDGE, len(lines) * LCD_CELL[1] + 2 * LCD_EDGE)
    picture = Image.new("RGB", size, LCD_FRAME)
    draw = ImageDraw.Draw(picture)
    frame = LCD_EDGE - LCD_PAD
    draw.rounded_rectangle((frame, frame, size[0] - frame - 1, size[1] - frame - 1), 2 * LCD_DOT, fill=LCD_GROUND)
    for row, line in enumerate(lines):
        for column, letter in enumerate(line):
            _draw_letter(draw, letter, LCD_EDGE + column * LCD_CELL[0], LCD_EDGE + row * LCD_CELL[1])
    return picture


def _draw_letter(draw: ImageDraw.ImageDraw, letter: str, left: int, top: int) -> None:
    dots = _letter_dots(letter)
    for y in range(8):
        for x in range(5):
            at = (left + x * LCD_DOT, top + y * LCD_DOT)
            ink = LCD_INK if dots[y] & (16 >> x) else LCD_PAPER
            draw.rectangle((*at, at[0] + LCD_DOT - 2, at[1] + LCD_DOT - 2), fill=ink)


def _letter_dots(letter: str) -> tuple[int, ...]:
    """Eight rows of five dots: as taught, or from luma's font of the same controllers, which stands in columns."""
    if letter in TAUGHT:
        return TAUGHT[letter]
    columns = list(LCD_FONT[ord(letter)])[:5]
    return tuple(sum(16 >> x for x, column in enumerate(columns) if column >> y & 1) for y in range(8))
