"""Text as pictures, in every script of the lobby: for screens, and for what a printer cannot write itself.

One family is shipped in two weights: Atkinson Hyperlegible, with Noto Sans for Cyrillic and for the Latin letters that
Atkinson lacks (Northern Sámi), and Noto Sans Arabic; see ``fonts/README.md``. Its figures are all of one width.

Pillow's raqm shapes Arabic and orders mixed directions. Where raqm or fribidi is missing (a bare machine),
``arabic_forms`` does the same well enough to be read: letters are joined, lines run right to left.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, features

from vuoro_devices.hardware.arabic_forms import visual_order

FONTS = Path(__file__).resolve().parent.parent / "fonts"

RIGHT_TO_LEFT = frozenset({"ar", "ckb", "fa", "ps", "ur"})

SYLLABLE = re.compile("[bcdfghjklmnpqrstvwxzčđŋšŧž][aeiouyåäöáéíóúàèü].", re.IGNORECASE)
"""Where a syllable begins in the words of Finnish, Sámi and mostly Swedish: a consonant before a vowel."""

SOFT_HYPHEN = "\u00ad"


def is_right_to_left(language: str) -> bool:
    """Whether a page in this language runs from right to left."""
    return language.split("-")[0] in RIGHT_TO_LEFT


@cache
def shapes_text() -> bool:
    """Whether Pillow can join and order letters itself."""
    return bool(features.check("raqm") and features.check("fribidi"))


@lru_cache(maxsize=64)
def _font(size: int, bold: bool) -> ImageFont.FreeTypeFont:
    engine = ImageFont.Layout.RAQM if shapes_text() else ImageFont.Layout.BASIC
    return ImageFont.truetype(FONTS / ("vuoro-bold.ttf" if bold else "vuoro-regular.ttf"), size, layout_engine=engine)


def line_height(size: int) -> int:
    """Height in pixels of a line of text of this size."""
    ascent, descent = _font(size, False).getmetrics()
    return ascent + descent


def baseline(size: int) -> int:
    """How far below the top of a drawn line its letters stand, in pixels."""
    return _font(size, False).getmetrics()[0]


def capital_height(size: int) -> int:
    """Height of a capital letter or a figure, in pixels."""
    return round(0.668 * size)


def _one_line(text: str) -> str:
    return " ".join(text.replace(SOFT_HYPHEN, "").split())


def _layout(text: str, language: str) -> tuple[str, str | None, str | None]:
    """What to hand to Pillow: the text, its direction and its language, the last two for raqm alone."""
    rtl = is_right_to_left(language)
    if shapes_text():
        return text, "rtl" if rtl else "ltr", language
    return visual_order(text, rtl), None, None


@lru_cache(maxsize=4096)
def _extent(text: str, size: int, bold: bool, language: str) -> tuple[int, int]:
    """Left overhang and whole width in pixels."""
    words, direction, tongue = _layout(text, language)
    font = _font(size, bold)
    left, _, right, _ = font.getbbox(words, anchor="ls", direction=direction, language=tongue)
    advance = font.getlength(words, direction=direction, language=tongue)
    overhang = max(0, -math.floor(left))
    return overhang, overhang + max(math.ceil(right), math.ceil(advance))


def measure_text(text: str, size: int, *, bold: bool = False, language: str = "fi") -> int:
    """Width in pixels of the picture that ``draw_text`` makes."""
    line = _one_line(text)
    return _extent(line, size, bold, language)[1] if line else 0


def draw_text(text: str, size: int, *, bold: bool = False, language: str = "fi") -> Image.Image:
    """One line of text, size in pixels, as a grey picture: 255 is ink, 0 is ground."""
    line = _one_line(text)
    picture = Image.new("L", (max(1, measure_text(line, size, bold=bold, language=language)), line_height(size)), 0)
    if line:
        overhang, _ = _extent(line, size, bold, language)
        words, direction, tongue = _layout(line, language)
        ImageDraw.Draw(picture).text(
            (overhang, baseline(size)),
            words,
            fill=255,
            font=_font(size, bold),
            anchor="ls",
            direction=direction,
            language=tongue,
        )
    return picture


def wrap_text(text: str, size: int, max_width: int, *, bold: bool = False, language: str = "fi") -> list[str]:
    """The text in lines no wider than ``max_width``; a word that is wider alone is divided."""

    def fits(line: str) -> bool:
        return measure_text(line, size, bold=bold, language=language) <= max_width

    lines: list[str] = []
    for paragraph in text.splitlines():
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}".strip()
            if fits(longer):
                line = longer
                continue
            if line:
                lines.append(line)
            while len(word) > 1 and not fits(word):
                head, word = _divide(word, fits)
                lines.append(head)
            line = word
        lines.append(line)
    return lines


def _divide(word: str, fits: Callable[[str], bool]) -> tuple[str, str]:
    """The longest beginning that fits, with its hyphen, and the rest: at a soft hyphen, else before a syllable."""
    soft = [place for place, letter in enumerate(word) if letter == SOFT_HYPHEN and fits(word[:place] + "-")]
    if soft and soft[-1] > 0:
        return word[: soft[-1]] + "-", word[soft[-1] + 1 :]
    longest = _longest(len(word) - 1, lambda place: fits(word[:place] + "-"))
    if longest < 2:
        return word[0], word[1:]
    near = range(longest, max(1, longest - 8), -1)
    place = next((place for place in near if SYLLABLE.match(word, place)), longest)
    return word[:place] + "-", word[place:]


def _longest(most: int, fits: Callable[[int], bool]) -> int:
    """The largest length up to ``most`` that fits, by halving; 0 when none does."""
    return bisect_left(range(1, most + 1), True, key=lambda length: not fits(length))


def shorten_text(text: str, size: int, max_width: int, *, bold: bool = False, language: str = "fi") -> str:
    """The text, its end replaced by … where it is wider than ``max_width``."""

    def shorter(length: int) -> str:
        return text[:length].rstrip() + "…"

    def fits(line: str) -> bool:
        return measure_text(line, size, bold=bold, language=language) <= max_width

    return text if fits(text) else shorter(_longest(len(text) - 1, lambda length: fits(shorter(length))))


@cache
def _missing_glyph() -> bytes:
    return bytes(_font(32, False).getmask("\uffff"))


@lru_cache(maxsize=4096)
def _has_glyph(character: str) -> bool:
    return bytes(_font(32, False).getmask(character)) != _missing_glyph()


def can_write(text: str) -> bool:
    """Whether every character has a glyph: a language that cannot be written is better not offered."""
    return all(character.isspace() or character == SOFT_HYPHEN or _has_glyph(character) for character in text)
