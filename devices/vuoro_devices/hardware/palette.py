"""Colours and distances of every screen: the values of Suomi.fi's design tokens (suomifi-design-tokens 7.0.0, MIT).

The names are ours and say what a colour is for; the token stands beside each. Numbers keep 7:1 against their ground and
text 4.5:1 (WCAG AAA and AA); nothing is told by colour alone.
"""

from __future__ import annotations

import colorsys

Colour = tuple[int, int, int]


def _hsl(hue: int, saturation: int, lightness: int) -> Colour:
    """A token as it is written: degrees and per cent."""
    red, green, blue = colorsys.hls_to_rgb(hue / 360, lightness / 100, saturation / 100)
    return round(red * 255), round(green * 255), round(blue * 255)


PAPER = _hsl(0, 0, 100)  # fi-color-white-base
INK = _hsl(0, 0, 13)  # fi-color-black-base
BRAND = _hsl(214, 100, 24)  # fi-color-brand-base: headers, numbers, the newly called
BUTTON = _hsl(212, 63, 37)  # fi-color-highlight-dark1
TINT = _hsl(212, 63, 95)  # fi-color-highlight-light3: the chosen, the latest
LINE = _hsl(202, 7, 80)  # fi-color-depth-light1
EDGE = _hsl(202, 7, 40)  # fi-color-depth-dark1: the edge of what can be pressed, 3:1 and more
GROUND = _hsl(202, 7, 97)  # fi-color-depth-light3
SHADE = _hsl(202, 7, 93)  # fi-color-depth-light2: what is closed
QUIET = _hsl(202, 7, 40)  # fi-color-depth-dark1: text of the second rank
CALL = _hsl(42, 93, 50)  # fi-color-warning-base: the frame of a new call, on BRAND
NOTICE = _hsl(42, 100, 94)  # fi-color-warning-light1: ground of a trouble told calmly
NOTICE_EDGE = _hsl(42, 93, 50)  # fi-color-warning-base: the edge of a warning
GOOD = _hsl(165, 90, 27)  # fi-color-success-dark1

NUMBERS_ON: tuple[tuple[Colour, Colour], ...] = ((PAPER, BRAND), (BRAND, PAPER), (BRAND, GROUND), (BRAND, TINT))
"""Every pair of (ink, ground) in which a number stands."""

TEXT_ON: tuple[tuple[Colour, Colour], ...] = (
    (INK, PAPER),
    (INK, GROUND),
    (INK, SHADE),
    (INK, NOTICE),
    (INK, TINT),
    (QUIET, PAPER),
    (QUIET, GROUND),
    (QUIET, SHADE),
    (PAPER, BRAND),
    (PAPER, BUTTON),
    (BRAND, PAPER),
    (BRAND, TINT),
    (GOOD, PAPER),
)
"""Every pair of (ink, ground) in which words stand."""


def contrast(one: Colour, other: Colour) -> float:
    """Contrast ratio by WCAG 2.2, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Colour) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (channel / 255 for channel in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
