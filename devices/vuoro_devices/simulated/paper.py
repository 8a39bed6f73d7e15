"""Printed paper from ESC/POS bytes: what a receipt printer of 203 dots an inch would put out, as pictures."""

from __future__ import annotations

import gzip
import struct
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageChops

from vuoro_devices.hardware.escpos_parts import code_pages, encoder, load_escpos, qr_matrix
from vuoro_devices.simulated.escpos_commands import Command, CommandReader

CELL_WIDTH, CELL_HEIGHT = 12, 24
"""A letter of font A, in dots."""

LINE = 34
"""Line spacing after ``ESC @``: a sixth of an inch."""

DOTS_AN_INCH = 203

HEAD_TO_KNIFE = 96
"""Dots between the heater and the knife: a cut leaves this much of the next ticket's paper blank at its top."""

MARGINS = {576: 32, 512: 64, 384: 40}
"""Paper to the left and right of what can be printed on: 80 mm and 58 mm rolls."""

PAPER, INK = (253, 253, 251), (38, 36, 40)

Pages = Mapping[int, str]
"""Slot of a code page -> its 128 upper letters."""


@cache
def pages_of(profile: str) -> Pages:
    """The code pages of a printer that python-escpos knows by name."""
    load_escpos()
    letters, pages = encoder(profile), {}
    for name, slot in code_pages(profile).items():
        upper = [" "] * 128
        for letter, code in _letters(letters, name).items():
            upper[code - 128] = letter
        pages[slot] = "".join(upper)
    return pages


def _letters(letters: object, page: str) -> dict[str, int]:
    try:
        found: dict[str, int] = letters._get_codepage_char_map(page)  # type: ignore[attr-defined]
    except LookupError:
        return {}
    return {letter: code for letter, code in found.items() if len(letter) == 1}


@cache
def font_a() -> Mapping[str, Image.Image]:
    """The printer's own letters: 255 is ink."""
    data = gzip.decompress((Path(__file__).parent / "font_a.psf.gz").read_bytes())
    _, _, start, _, count, size, height, width = struct.unpack("<8I", data[:32])
    names = data[start + count * size :].split(b"\xff")
    letters = {}
    for index in range(count):
        bits = data[start + index * size : start + (index + 1) * size]
        glyph = Image.frombytes("1", (width, height), bits).convert("L")
        for letter in names[index].split(b"\xfe")[0].decode():
            letters[letter] = glyph
    return letters


@dataclass
class _Style:
    """How letters come out now."""

    bold: bool = False
    underline: int = 0
    inverted: bool = False
    wide: int = 1
    high: int = 1
    align: int = 0
    spacing: int = LINE
    page: int = 0
    left: int = 0


@dataclass
class _Code:
    """A QR code being built by ``GS ( k``."""

    dots: int = 3
    text: bytes = b""


@dataclass
class Paper:
    """A roll of paper under a printer's head. Bytes go in, whole tickets come out in ``tickets``.

    ``unknown`` counts commands that were skipped; ``lost`` the letters that the printer had no sign for.
    """

    width_dots: int = 576
    pages: Pages = field(default_factory=dict)
    tickets: list[Image.Image] = field(default_factory=list)
    unknown: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    text: list[str] = field(default_factory=list)
    """The lines printed with the printer's own letters, as read."""

    def __post_init__(self) -> None:
        self._reader = CommandReader()
        self._style = _Style()
        self._strips: list[Image.Image] = []
        self._line: list[Image.Image] = []
        self._line_text = ""
        self._code = _Code()
        self._stored: Image.Image | None = None
        self._acts = self._table()

    def feed(self, data: bytes) -> None:
        """Print on."""
        for command in self._reader.feed(data):
            self._obey(command)

    def tear_off(self) -> Image.Image:
        """What is out of the printer and not yet cut."""
        if self._line:
            self._end_line()
        return self._sheet(self._strips)

    def _obey(self, command: Command) -> None:
        if command.kind == "unknown":
            self.unknown[command.name] += 1
        elif command.kind == "text":
            self._write(command.data)
        else:
            act = self._acts.get(command.name)
            if act is not None:
                act(command.arguments)

    def _table(self) -> dict[str, Callable[[bytes], None]]:
        """What each command does; those that are known and change nothing on paper are left out."""
        return {
            "LF": lambda _: self._end_line(),
            "ESC @": lambda _: self._initialise(),
            "ESC !": self._mode,
            "ESC E": lambda n: self._set(bold=bool(n[0] & 1)),
            "ESC G": lambda n: self._set(bold=bool(n[0] & 1)),
            "ESC -": lambda n: self._set(underline=n[0] % 48),
            "ESC a": lambda n: self._set(align=n[0] % 48),
            "ESC t": lambda n: self._set(page=n[0]),
            "ESC 2": lambda _: self._set(spacing=LINE),
            "ESC 3": lambda n: self._set(spacing=_dots(n[0], 180)),
            "ESC +": lambda n: self._set(spacing=_dots(n[0], 360)),
            "ESC A": lambda n: self._set(spacing=_dots(n[0], 60)),
            "ESC J": lambda n: self._feed_dots(_dots(n[0], 180)),
            "ESC d": lambda n: self._feed_dots(n[0] * self._style.spacing),
            "ESC *": self._columns,
            "ESC i": lambda _: self._cut(),
            "ESC m": lambda _: self._cut(),
            "GS !": lambda n: self._set(wide=(n[0] >> 4 & 7) + 1, high=(n[0] & 7) + 1),
            "GS B": lambda n: self._set(inverted=bool(n[0] & 1)),
            "GS L": lambda n: self._set(left=n[0] + 256 * n[1]),
            "GS v": self._raster,
            "GS (": self._bracket,
            "GS 8": lambda n: self._graphics(n[5:]),
            "GS V": self._cut_after,
        }

    def _set(self, **changes: int) -> None:
        for name, value in changes.items():
            setattr(self._style, name, value)

    def _initialise(self) -> None:
        """``ESC @``: the line not yet printed is forgotten, all settings with it."""
        self._line, self._line_text = [], ""
        self._style = _Style()

    def _mode(self, n: bytes) -> None:
        self._set(bold=bool(n[0] & 8), underline=n[0] >> 7, high=1 + (n[0] >> 4 & 1), wide=1 + (n[0] >> 5 & 1))

    # Letters.

    def _write(self, data: bytes) -> None:
        for code in data:
            letter = chr(code) if code < 128 else self._upper(code)
            cell = self._cell(letter)
            if self._width(self._line) + cell.width > self._room:
                self._end_line()
            self._line.append(cell)
            self._line_text += letter

    def _upper(self, code: int) -> str:
        page = self.pages.get(self._style.page)
        if page is None:
            self.lost[f"code page {self._style.page}"] += 1
            return "\ufffd"
        return page[code - 128]

    def _cell(self, letter: str) -> Image.Image:
        glyph = font_a().get(letter)
        if glyph is None:
            self.lost[letter] += 1
            glyph = Image.new("L", (CELL_WIDTH, CELL_HEIGHT), 255)
        if self._style.bold:
            glyph = ImageChops.lighter(glyph, ImageChops.offset(glyph, 1, 0))
        if self._style.underline:
            glyph = glyph.copy()
            glyph.paste(255, (0, CELL_HEIGHT - self._style.underline, CELL_WIDTH, CELL_HEIGHT))
        if self._style.inverted:
            glyph = ImageChops.invert(glyph)
        size = (glyph.width * self._style.wide, glyph.height * self._style.high)
        return glyph.resize(size, Image.Resampling.NEAREST)

    def _end_line(self) -> None:
        """Print the line and go to the next; letters stand on one base line."""
        height = max((cell.height for cell in self._line), default=0)
        row = Image.new("L", (max(1, self._width(self._line)), max(1, height)), 0)
        at = 0
        for cell in self._line:
            row.paste(cell, (at, height - cell.height))
            at += cell.width
        if self._line:
            self._put(row)
        self._blank(self._style.spacing - height)
        if self._line_text:
            self.text.append(self._line_text)
        self._line, self._line_text = [], ""

    @staticmethod
    def _width(cells: list[Image.Image]) -> int:
        return sum(cell.width for cell in cells)

    # Pictures.

    def _raster(self, n: bytes) -> None:
        mode, row, height = n[1] % 48, n[2] + 256 * n[3], n[4] + 256 * n[5]
        dots = _bits(n[6:], row * 8, height)
        size = (dots.width * (1 + (mode & 1)), dots.height * (1 + (mode >> 1)))
        self._picture(dots.resize(size, Image.Resampling.NEAREST))

    def _columns(self, n: bytes) -> None:
        """``ESC *``: a stripe of 8 or 24 dots' height, part of a line of text."""
        deep, width = n[0] in (32, 33), n[1] + 256 * n[2]
        height = 24 if deep else 8
        stripe = _bits(n[3:], height, width).transpose(Image.Transpose.TRANSPOSE)
        size = (width * (1 if n[0] in (1, 33) else 2), 24)
        self._line.append(stripe.resize(size, Image.Resampling.NEAREST))

    def _bracket(self, n: bytes) -> None:
        if n[:1] == b"L":
            self._graphics(n[3:])
        elif n[:1] == b"k" and n[3:4] == b"1":
            self._qr(n[4], n[5:])

    def _graphics(self, n: bytes) -> None:
        """``GS ( L``: keep a picture, then print it."""
        if n[1] in (112, ord("p")):
            width, height = n[6] + 256 * n[7], n[8] + 256 * n[9]
            dots = _bits(n[10:], (width + 7) // 8 * 8, height)
            self._stored = dots.resize((dots.width * n[3], dots.height * n[4]), Image.Resampling.NEAREST)
        elif n[1] in (2, 50) and self._stored is not None:
            self._picture(self._stored)

    def _qr(self, function: int, n: bytes) -> None:
        if function == 67:
            self._code.dots = n[0]
        elif function == 80:
            self._code.text = n[1:]
        elif function == 81 and self._code.text:
            matrix = qr_matrix(self._code.text.decode())
            dots = Image.new("L", (len(matrix), len(matrix)))
            dots.putdata([255 if dark else 0 for row in matrix for dark in row])
            size = len(matrix) * self._code.dots
            self._picture(dots.resize((size, size), Image.Resampling.NEAREST))

    def _picture(self, dots: Image.Image) -> None:
        if self._line:
            self._end_line()
        self._put(dots)

    # Paper.

    @property
    def _room(self) -> int:
        return self.width_dots - self._style.left

    def _put(self, dots: Image.Image) -> None:
        strip = Image.new("L", (self.width_dots, dots.height), 0)
        indent = max(0, self._room - dots.width) * self._style.align // 2 + self._style.left
        strip.paste(dots, (indent, 0))
        self._strips.append(strip)

    def _blank(self, height: int) -> None:
        if height > 0:
            self._strips.append(Image.new("L", (self.width_dots, height), 0))

    def _feed_dots(self, height: int) -> None:
        if self._line:
            self._end_line()
        self._blank(height)

    def _cut_after(self, n: bytes) -> None:
        """``GS V``: cut here, or (66 and its like) feed to the knife first."""
        if n[0] not in (0, 1, 48, 49):
            self._feed_dots(HEAD_TO_KNIFE + n[1])
        self._cut()

    def _cut(self) -> None:
        if self._line:
            self._end_line()
        sheet = _stack(self._strips, self.width_dots)
        above, below = max(0, sheet.height - HEAD_TO_KNIFE), sheet.height
        self.tickets.append(self._sheet([sheet.crop((0, 0, self.width_dots, above))]))
        rest = sheet.crop((0, above, self.width_dots, below))
        self._strips = [rest] if rest.height else []

    def _sheet(self, strips: list[Image.Image]) -> Image.Image:
        ink = _stack(strips, self.width_dots)
        margin = MARGINS.get(self.width_dots, 32)
        sheet = Image.new("RGB", (ink.width + 2 * margin, max(1, ink.height)), PAPER)
        sheet.paste(INK, (margin, 0), ink)
        return sheet


def ticket_picture(data: bytes, *, width_dots: int = 576, pages: Pages | None = None) -> Image.Image:
    """One ticket's bytes as its paper, with the blank top that the cut before left."""
    paper = Paper(width_dots, pages or pages_of("default"))
    paper._blank(HEAD_TO_KNIFE)
    paper.feed(data)
    return paper.tickets[-1] if paper.tickets else paper.tear_off()


def as_png(picture: Image.Image) -> bytes:
    """The picture as a PNG file of few colours."""
    file = BytesIO()
    picture.quantize(16).save(file, "PNG", optimize=True)
    return file.getvalue()


def _dots(n: int, an_inch: int) -> int:
    return round(n * DOTS_AN_INCH / an_inch)


def _bits(data: bytes, width: int, height: int) -> Image.Image:
    """Rows of bits as a picture, 255 is ink."""
    if width == 0 or height == 0:
        return Image.new("L", (1, 1), 0)
    return Image.frombytes("1", (width, height), data[: width // 8 * height]).convert("L")


def _stack(strips: list[Image.Image], width: int) -> Image.Image:
    whole = Image.new("L", (width, sum(strip.height for strip in strips)), 0)
    at = 0
    for strip in strips:
        whole.paste(strip, (0, at))
        at += strip.height
    return whole
