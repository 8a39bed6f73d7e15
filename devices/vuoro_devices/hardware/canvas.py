"""What the drawings of the units draw on: text that fits its box, symbols, and the regions a finger can touch.

Everything is placed as on a page that runs from left to right; on a right-to-left page the canvas mirrors it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Generic, Literal, NamedTuple, TypeVar

import segno
from PIL import Image, ImageDraw, ImageOps

from vuoro_devices.behaviour.views import Action
from vuoro_devices.hardware import lettering
from vuoro_devices.hardware.glass import Box
from vuoro_devices.hardware.palette import INK, Colour
from vuoro_devices.hardware.quiet_pygame import pygame
from vuoro_devices.hardware.symbols import draw_symbol

V = TypeVar("V")

Align = Literal["start", "center", "end"]

INK_KEPT_PIXELS = 2_000_000
"""How much drawn text is kept for the next frame: 8 MB."""


class Fitted(NamedTuple):
    """Text as it fits a box: its size, its lines, and whether some of it had to be left out."""

    size: int
    lines: tuple[str, ...]
    shortened: bool


def leading(size: int, language: str) -> int:
    """From one line's letters to the next line's, in pixels."""
    return round(size * (1.42 if lettering.is_right_to_left(language) else 1.22))


def height_of(lines: int, size: int, language: str) -> int:
    """Height of so many lines, from the top of the first one's capitals to the bottom of the last one's letters."""
    return (lines - 1) * leading(size, language) + lettering.capital_height(size)


def _room_for(lines: int, size: int, language: str, figures: bool) -> int:
    """Height that so many lines need to touch nothing: words have accents above and tails below, figures do not."""
    return height_of(lines, size, language) if figures else lines * leading(size, language)


def fit(
    text: str, width: int, height: int, size: int, *, smallest: int, lines: int, bold: bool, language: str
) -> Fitted:
    """The largest size, not above ``size``, at which the text fits without dividing a word; else the smallest, cut."""
    words = text.split() or [""]
    figures = text.isdigit()
    while True:
        wrapped = lettering.wrap_text(text, size, width, bold=bold, language=language)
        word = max(lettering.measure_text(word, size, bold=bold, language=language) for word in words)
        if word <= width and len(wrapped) <= lines and _room_for(len(wrapped), size, language, figures) <= height:
            return Fitted(size, tuple(wrapped), False)
        if size <= smallest:
            break
        size = max(smallest, min(size - 1, round(size * 0.93), size * width // word if word > width else size))
    room = max((n for n in range(1, lines + 1) if _room_for(n, size, language, figures) <= height), default=1)
    if len(wrapped) <= room:
        return Fitted(size, tuple(wrapped), False)
    last = lettering.shorten_text(" ".join(wrapped[room - 1 :]), size, width, bold=bold, language=language)
    return Fitted(size, (*wrapped[: room - 1], last), True)


class Inks:
    """Drawn text and symbols, kept for the next frame; the longest unused are let go."""

    def __init__(self, pixels: int = INK_KEPT_PIXELS) -> None:
        self._room = pixels
        self._used = 0
        self._kept: OrderedDict[object, tuple[pygame.Surface, int, int]] = OrderedDict()

    def take(self, key: object, colour: Colour, make: Callable[[], Image.Image]) -> tuple[pygame.Surface, int, int]:
        """The picture in that colour, cut to its ink, and where the ink stood in it."""
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        mask = make()
        ink = mask.getbbox() or (0, 0, 1, 1)
        cut = mask.crop(ink)
        tinted = Image.new("RGBA", cut.size, (*colour, 0))
        tinted.putalpha(cut)
        surface = pygame.Surface(cut.size, pygame.SRCALPHA, 32)
        # In SDL's own order of channels, which is blitted twenty times as fast as Pillow's.
        surface.get_buffer().write(tinted.tobytes("raw", "BGRA"), 0)
        self._kept[key] = (surface, ink[0], ink[1])
        self._used += cut.width * cut.height
        while self._used > self._room and len(self._kept) > 1:
            _, (old, _, _) = self._kept.popitem(last=False)
            self._used -= old.get_width() * old.get_height()
        return self._kept[key]


def _corners(box: Box, radius: int) -> list[tuple[int, int]]:
    """Where the quarters of the rounding stand: top left, top right, bottom left, bottom right."""
    return [(x, y) for y in (box.y, box.bottom - radius) for x in (box.x, box.right - radius)]


def _quarter(radius: int, number: int) -> Image.Image:
    """A quarter of a disc, drawn four times as large and made smaller, so that its edge is smooth."""
    large = Image.new("L", (4 * radius, 4 * radius), 0)
    x = 0 if number % 2 == 0 else -4 * radius
    y = 0 if number < 2 else -4 * radius
    ImageDraw.Draw(large).ellipse((x, y, x + 8 * radius - 1, y + 8 * radius - 1), fill=255)
    return large.resize((radius, radius), Image.Resampling.BOX)


@dataclass
class Canvas:
    """One frame being drawn."""

    surface: pygame.Surface
    inks: Inks
    language: str = "fi"
    beat: bool = False
    """True in every other half of the slow pulse that marks a new call; always False where movement is unwanted."""
    regions: list[tuple[Box, Action]] = field(default_factory=list)
    """What can be touched, as it stands on the glass."""
    texts: list[tuple[str, Box]] = field(default_factory=list)
    """Every line drawn and the box of its ink, as it stands on the glass."""
    shortened: list[str] = field(default_factory=list)
    """Texts that did not fit even at their smallest size."""

    @property
    def box(self) -> Box:
        return Box(0, 0, *self.surface.get_size())

    @property
    def _mirrored(self) -> bool:
        return lettering.is_right_to_left(self.language)

    def _on_glass(self, box: Box) -> Box:
        return Box(self.box.width - box.right, box.y, box.width, box.height) if self._mirrored else box

    def unmirrored(self) -> Canvas:
        """The same frame, where something is to stay in its place whatever the language."""
        return replace(self, language="fi")

    def fill(self, box: Box, colour: Colour, radius: int = 0) -> None:
        """A filled rectangle, its corners smooth."""
        at = self._on_glass(box)
        if radius <= 0:
            self.surface.fill(colour, at)
            return
        self.surface.fill(colour, at.inset(radius, 0))
        self.surface.fill(colour, at.inset(0, radius))
        for number, corner in enumerate(_corners(at, radius)):
            surface, left, top = self.inks.take(
                ("corner", radius, colour, number), colour, partial(_quarter, radius, number)
            )
            self.surface.blit(surface, (corner[0] + left, corner[1] + top))

    def card(self, box: Box, ground: Colour, edge: Colour, thickness: int, radius: int) -> None:
        """A filled rectangle with an edge."""
        self.fill(box, edge, radius)
        self.fill(box.inset(thickness), ground, max(0, radius - thickness))

    def touchable(self, box: Box, action: Action) -> None:
        self.regions.append((self._on_glass(box), action))

    def symbol(self, name: str, box: Box, colour: Colour, *, directional: bool = False) -> None:
        """A symbol as large as the box allows, in its middle; a directional one points the other way in a mirror."""
        size = min(box.width, box.height)
        flip = directional and self._mirrored
        surface, left, top = self.inks.take(
            ("symbol", name, size, colour, flip),
            colour,
            lambda: ImageOps.mirror(draw_symbol(name, size)) if flip else draw_symbol(name, size),
        )
        at = self._on_glass(Box(box.x + (box.width - size) // 2, box.y + (box.height - size) // 2, size, size))
        self.surface.blit(surface, (at.x + left, at.y + top))

    def text(
        self,
        text: str,
        box: Box,
        colour: Colour = INK,
        *,
        size: int,
        smallest: int | None = None,
        lines: int = 1,
        bold: bool = False,
        align: Align = "start",
        upright: Literal["top", "middle"] = "middle",
        language: str | None = None,
        flush: bool = False,
    ) -> Box:
        """Text in a box, at ``size`` or as much smaller as it must be; returns the box of its letters' height.

        ``flush``: the ink itself begins at the box's edge, for large figures below words.
        """
        tongue = language or self.language
        fitted = fit(
            text,
            box.width,
            box.height,
            size,
            smallest=smallest or max(10, size // 2),
            lines=lines,
            bold=bold,
            language=tongue,
        )
        if fitted.shortened:
            self.shortened.append(text)
        step = leading(fitted.size, tongue)
        tall = height_of(len(fitted.lines), fitted.size, tongue)
        top = box.y + (box.height - tall) // 2 if upright == "middle" else box.y
        for number, line in enumerate(fitted.lines):
            self._line(line, box, top + number * step, fitted.size, colour, bold, align, tongue, flush)
        return Box(box.x, top, box.width, tall)

    def _line(
        self,
        line: str,
        box: Box,
        capital_top: int,
        size: int,
        colour: Colour,
        bold: bool,
        align: Align,
        language: str,
        flush: bool,
    ) -> None:
        if not line:
            return
        surface, left, top = self.inks.take(
            (line, size, colour, bold, language),
            colour,
            lambda: lettering.draw_text(line, size, bold=bold, language=language),
        )
        width = lettering.measure_text(line, size, bold=bold, language=language)
        slack = box.width - width
        x = box.x + {"start": -left if flush else 0, "center": slack // 2, "end": slack}[align]
        at = self._on_glass(Box(x, 0, width, 0))
        letters_top = capital_top + lettering.capital_height(size) - lettering.baseline(size)
        ink = Box(at.x + left, letters_top + top, *surface.get_size())
        self.surface.blit(surface, ink[:2])
        self.texts.append((line, ink))

    def qr(self, address: str, box: Box) -> None:
        """A QR code as large as whole modules allow, on white with its quiet zone."""
        code = segno.make(address, error="m", micro=False)
        rows = [bytes(0 if dark else 255 for dark in row) for row in code.matrix_iter(border=4)]
        module = max(1, min(box.width, box.height) // len(rows))
        side = module * len(rows)
        small = Image.frombytes("L", (len(rows), len(rows)), b"".join(rows)).convert("RGB")
        modules = pygame.image.frombuffer(small.tobytes(), small.size, "RGB")
        at = self._on_glass(Box(box.x + (box.width - side) // 2, box.y + (box.height - side) // 2, side, side))
        self.surface.blit(pygame.transform.scale(modules, (side, side)), at[:2])


@dataclass(frozen=True)
class Drawing(Generic[V]):
    """How one unit's view becomes a frame."""

    paint: Callable[[Canvas, V], None]
    moves: Callable[[V], bool]
    """Whether this view pulses until it is replaced."""
    language: Callable[[V], str]
