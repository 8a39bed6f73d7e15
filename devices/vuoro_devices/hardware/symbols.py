"""Symbols beside the words, from one small font: services on the dispenser (Q1), marks of state on every screen.

The names of services' symbols are those that a site file may use. They tell no authority apart to a bystander (Q3):
the same symbol may stand for several services.
"""

from __future__ import annotations

from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from vuoro_devices.hardware.lettering import FONTS

SERVICE_SYMBOLS: dict[str, str] = {
    "baby": "\U000f068f",
    "briefcase": "\U000f00d6",
    "building": "\U000f0991",
    "bus": "\U000f00e7",
    "calendar": "\U000f00f0",
    "camera": "\U000f0100",
    "car": "\U000f010b",
    "coins": "\U000f188f",
    "document": "\U000f0219",
    "handshake": "\U000f1218",
    "heart": "\U000f02d1",
    "home": "\U000f02dc",
    "id-card": "\U000f05d2",
    "leaf": "\U000f032a",
    "map": "\U000f034d",
    "passport": "\U000f07e3",
    "permit": "\U000f1186",
    "person": "\U000f0004",
    "phone": "\U000f03f2",
    "question": "\U000f02d7",
    "road": "\U000f0462",
    "scales": "\U000f05d1",
    "school": "\U000f0474",
    "shield": "\U000f088f",
    "stethoscope": "\U000f04d9",
    "tools": "\U000f1064",
    "wallet": "\U000f0584",
}

MARKS: dict[str, str] = {
    "alert": "\U000f0026",
    "arrow-down": "\U000f072e",
    "arrow-left": "\U000f0731",
    "arrow-right": "\U000f0734",
    "check": "\U000f0e1e",
    "clock": "\U000f0150",
    "close": "\U000f0156",
    "disconnected": "\U000f0319",
    "hand": "\U000f1821",
    "hourglass": "\U000f051f",
    "information": "\U000f02fc",
    "language": "\U000f05ca",
    "lock": "\U000f033e",
    "next": "\U000f0142",
    "people": "\U000f0849",
    "previous": "\U000f0141",
    "serving": "\U000f05cb",
    "ticket": "\U000f0518",
}

_GLYPHS = SERVICE_SYMBOLS | MARKS


@lru_cache(maxsize=32)
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONTS / "vuoro-symbols.ttf", size, layout_engine=ImageFont.Layout.BASIC)


def draw_symbol(name: str, size: int) -> Image.Image:
    """A square grey picture of the symbol: 255 is ink. An unknown name becomes the plain document."""
    picture = Image.new("L", (size, size), 0)
    glyph = _GLYPHS.get(name, SERVICE_SYMBOLS["document"])
    ImageDraw.Draw(picture).text((size / 2, size / 2), glyph, fill=255, font=_font(size), anchor="mm")
    return picture
