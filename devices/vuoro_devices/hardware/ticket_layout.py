"""A ticket's words as ESC/POS: the printer's own letters where it has them, drawn lettering where it has not."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from PIL import Image

from vuoro_devices.behaviour.ticket_words import TicketLine, TicketWords
from vuoro_devices.hardware.escpos_parts import code_pages, encoder, profile_data, qr_matrix, writer
from vuoro_devices.hardware.lettering import draw_text, is_right_to_left, measure_text, wrap_text

CELL = 12
"""Width of a letter of font A, in dots."""

SURE_PAGES = ("CP437", "CP850", "CP858", "CP1252")
"""In these slots nearly every printer has what Epson's have."""

OTHER_PAGES = ("CP865", "CP852", "CP775", "CP1257", "ISO_8859-15", "CP866", "CP1251")
"""Trusted where the printer's profile is named."""

PLAIN_SIGNS = str.maketrans({"–": "-", "—": "-", "’": "'", "‘": "'", "”": '"', "“": '"', "…": "...", "\u00a0": " "})
"""What a printer's letters may stand in for, before a line is drawn for a dash's sake."""

CANCEL_CHINESE = b"\x1c."
"""Cheap printers wake up reading two bytes as one Chinese sign; harmless to all others."""

AMERICAN_SIGNS = b"\x1bR\x00"
"""Plain ASCII, whatever country the printer's switches say."""

GAP = b"\x1bJ\x10"
"""A little feed between groups of lines."""

NUMBER_SIZE = 288
"""Font size of the number in dots, on 80 mm paper: figures 24 mm high."""

LARGE, SMALL = 46, 34
"""Font sizes of drawn lines, in dots."""

QR_DOTS = 200
"""About how wide a QR code is: 25 mm, easy for an old telephone."""


@dataclass(frozen=True)
class Piece:
    """Some of a ticket's bytes. ``tells_number``: from here on the paper may be taken for a ticket."""

    data: bytes
    tells_number: bool = False


@dataclass(frozen=True)
class TicketLayout:
    """How tickets look on one printer. ``slow`` (a serial line) spends no bytes on pictures where letters do."""

    profile: str = "default"
    width_dots: int = 576
    codepage: str | None = None
    slow: bool = False
    cut: Literal["partial", "full"] = "partial"

    def pieces(
        self, words: TicketWords, language: str, follow_url: str | None, *, torn: bool = False
    ) -> Iterator[Piece]:
        """The ticket from its first byte to the cut; each piece is made only when asked for, the cheapest first.

        ``torn``: the ticket before broke off, so its remains are cut away first.
        """
        yield Piece(self._start(torn))  # the printer wakes while the first line is made
        yield Piece(self._top(words, language))
        yield Piece(self._number(words, language), tells_number=True)
        for line in words.lines:
            yield Piece(self._line(line, language))
        if follow_url:
            yield Piece(self._follow(words.follow, follow_url, language))
        yield Piece(self._end())

    def warm(self) -> None:
        """Load what the first ticket would otherwise wait for."""
        self._writer()
        self.printable("ÄÖÅäöå–")
        draw_text("0123456789", self._number_size("000"), bold=True)

    def _writer(self) -> Any:
        return writer(self.profile, self._encoder)

    @cached_property
    def _pages(self) -> tuple[str, ...]:
        """Code pages that may be used, the likeliest first."""
        trusted = SURE_PAGES if self.profile == "default" else (*SURE_PAGES, *OTHER_PAGES)
        wished = (self.codepage, *trusted) if self.codepage else trusted
        return tuple(page for page in wished if page in code_pages(self.profile))

    @cached_property
    def _encoder(self) -> Any:
        return encoder(self.profile)

    @property
    def _columns(self) -> int:
        return self.width_dots // CELL

    def _supports(self, feature: str) -> bool:
        return bool(profile_data(self.profile)["features"].get(feature))

    def printable(self, text: str) -> tuple[str, str] | None:
        """``(code page, text)`` as the printer's own letters give it, or None where it must be drawn."""
        for candidate in (text, text.translate(PLAIN_SIGNS)):
            for page in self._pages:
                if all(self._encoder.can_encode(page, letter) for letter in candidate):
                    return page, candidate
        return None

    def _start(self, torn: bool) -> bytes:
        out = self._writer()
        out.hw("INIT")
        out._raw(CANCEL_CHINESE + AMERICAN_SIGNS)
        if torn:
            self._cut(out)
        return bytes(out.output)

    def _top(self, words: TicketWords, language: str) -> bytes:
        out = self._writer()
        self._centred(out, words.site, language)
        self._centred(out, words.moment, language)
        if words.mark:
            self._centred(out, words.mark, language, times=3)
        return bytes(out.output)

    def _centred(self, out: Any, text: str, language: str, *, times: int = 1) -> None:
        """A line in the middle: ``times`` wide and, at least, double height."""
        text = one_line(text)
        encoded = self.printable(text)
        if encoded is None:
            for line in balanced_drawn(text, SMALL * times, self.width_dots, bold=True, language=language):
                self._picture(out, draw_text(line, SMALL * times, bold=True, language=language), "center")
            return
        page, plain = encoded
        out.magic.force_encoding(page)
        out.set(align="center", bold=True, custom_size=True, width=times, height=max(2, times))
        for line in balanced(plain, self._columns // times):
            out.textln(line)

    def _number(self, words: TicketWords, language: str) -> bytes:
        out = self._writer()
        out.ln()
        if words.heading:
            self._centred(out, words.heading, language)
        if self.slow or not self._draws:
            self._number_in_letters(out, words.number)
        else:
            figures = draw_text(words.number, self._number_size(words.number), bold=True, language="fi")
            self._picture(out, figures.crop(figures.getbbox()), "center", above=16, below=24)
        return bytes(out.output)

    def _number_in_letters(self, out: Any, number: str) -> None:
        times = max(1, min(8, self._columns // len(number)))
        out.set(align="center", bold=True, custom_size=True, width=times, height=times, smooth=True)
        out.textln(number)
        out.set(custom_size=True, width=1, height=1, smooth=False)
        out.ln()

    def _number_size(self, number: str) -> int:
        """As large as the paper takes it."""
        widest = measure_text("0" * len(number), 100, bold=True)
        return min(NUMBER_SIZE * self.width_dots // 576 + 20, int(0.96 * self.width_dots * 100 / widest))

    def _line(self, line: TicketLine, language: str) -> bytes:
        out = self._writer()
        if line.apart:
            out._raw(GAP)
        text = one_line(line.text)
        encoded = self.printable(text)
        if encoded is None:
            self._drawn_line(out, text, line.strong, language)
        else:
            self._written_line(out, encoded, line.strong, language)
        return bytes(out.output)

    def _written_line(self, out: Any, encoded: tuple[str, str], strong: bool, language: str) -> None:
        """Double height always; double width too for what matters."""
        page, text = encoded
        wide = 2 if strong else 1
        out.magic.force_encoding(page)
        side = "right" if is_right_to_left(language) else "left"
        out.set(align=side, bold=True, custom_size=True, width=wide, height=2)
        for row in balanced(text, self._columns // wide):
            out.textln(row)

    def _drawn_line(self, out: Any, text: str, strong: bool, language: str) -> None:
        side: Literal["left", "right"] = "right" if is_right_to_left(language) else "left"
        size = LARGE if strong else SMALL
        for row in balanced_drawn(text, size, self.width_dots, bold=strong, language=language):
            self._picture(out, draw_text(row, size, bold=strong, language=language), side)

    def _follow(self, text: str, url: str, language: str) -> bytes:
        out = self._writer()
        if not self._draws and not self._supports("qrCode"):
            return b""
        out.set(custom_size=True, width=1, height=1)
        out.ln()
        if self.slow and self._supports("qrCode"):
            out.set(align="center")
            out.qr(url, ec=1, size=6, native=True)
            out.ln()
        else:
            self._picture(out, qr_picture(url), "center", above=8, below=8)
        self._centred(out, text, language)
        return bytes(out.output)

    def _end(self) -> bytes:
        out = self._writer()
        out.set(align="left", bold=False, custom_size=True, width=1, height=1)
        self._cut(out)
        return bytes(out.output)

    def _cut(self, out: Any) -> None:
        """Past the knife and cut; where there is no knife, past the edge to tear at."""
        out.cut(mode="PART" if self.cut == "partial" else "FULL")

    @cached_property
    def _draws(self) -> Literal["bitImageRaster", "graphics", "bitImageColumn"] | None:
        """How this printer takes pictures."""
        ways: tuple[Literal["bitImageRaster", "graphics", "bitImageColumn"], ...]
        ways = ("bitImageRaster", "graphics", "bitImageColumn")
        return next((way for way in ways if self._supports(way)), None)

    def _picture(
        self, out: Any, ink: Image.Image, side: Literal["left", "center", "right"], *, above: int = 0, below: int = 4
    ) -> None:
        """Ink (255) on nothing (0) as black dots. Moved by white dots, since many printers align letters alone."""
        room = max(0, self.width_dots - ink.width)
        indent = {"left": 0, "center": room // 2, "right": room}[side]
        width = min(self.width_dots, indent + ink.width)
        dots = Image.new("L", (width, above + ink.height + below), 0)
        dots.paste(ink, (indent, above))
        out.set(align="left", custom_size=True, width=1, height=1)
        if self._draws == "bitImageRaster":
            out._raw(raster(dots))
        elif self._draws is not None:
            out.image(dots.point(lambda grey: 0 if grey > 127 else 255), impl=self._draws)


def balanced(text: str, columns: int) -> list[str]:
    """The text in as few rows as it takes, about equally long."""
    rows = textwrap.wrap(text, columns)
    if len(rows) <= 1:
        return rows
    for narrower in range(columns - 1, max(map(len, text.split()), default=columns) - 1, -1):
        tighter = textwrap.wrap(text, narrower)
        if len(tighter) > len(rows):
            break
        rows = tighter
    return rows


def balanced_drawn(text: str, size: int, width: int, *, bold: bool, language: str) -> list[str]:
    """The same for drawn letters, in dots."""
    rows = wrap_text(text, size, width, bold=bold, language=language)
    if len(rows) <= 1:
        return rows
    longest = max((measure_text(word, size, bold=bold, language=language) for word in text.split()), default=width)
    for narrower in range(width - size, longest, -size):
        tighter = wrap_text(text, size, narrower, bold=bold, language=language)
        if len(tighter) > len(rows):
            break
        rows = tighter
    return rows


def one_line(text: str) -> str:
    """The text without breaks and without signs that would be commands to a printer."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def raster(dots: Image.Image) -> bytes:
    """``GS v 0``: a picture (255 is ink) as rows of bits."""
    bits = dots.point(lambda grey: 255 if grey > 127 else 0).convert("1", dither=Image.Dither.NONE)
    row = (bits.width + 7) // 8
    return b"\x1dv0\x00" + row.to_bytes(2, "little") + bits.height.to_bytes(2, "little") + bits.tobytes()


def qr_picture(url: str) -> Image.Image:
    """The QR code of an address, 255 is ink; its quiet zone is the paper around it."""
    matrix = qr_matrix(url)
    modules = Image.new("L", (len(matrix), len(matrix)), 0)
    modules.putdata([255 if dark else 0 for row in matrix for dark in row])
    times = max(4, min(8, round(QR_DOTS / len(matrix))))
    return modules.resize((modules.width * times, modules.height * times), Image.Resampling.NEAREST)
