"""Joins and orders right-to-left text where Pillow cannot: a plain stand-in for raqm and fribidi.

Letters become Unicode's presentation forms (isolated, initial, medial, final), then the line is put into the order in
which it is seen, left to right. Numbers and Latin words keep their own direction. Nested embeddings, which no text of
a lobby has, are not treated.
"""

from __future__ import annotations

import unicodedata
from functools import cache

TATWEEL = "\u0640"
BRACKETS = {"(": ")", ")": "(", "[": "]", "]": "[", "«": "»", "»": "«", "<": ">", ">": "<"}


@cache
def _forms() -> dict[str, dict[str, str]]:
    """Letter (or lam-alef pair) → form name → presentation character, as Unicode itself lists them."""
    forms: dict[str, dict[str, str]] = {}
    for code in (*range(0xFB50, 0xFBB2), *range(0xFBD3, 0xFC00), *range(0xFE80, 0xFEFD)):
        form, *letters = unicodedata.decomposition(chr(code)).split() or [""]
        if form in ("<isolated>", "<initial>", "<medial>", "<final>"):
            forms.setdefault("".join(chr(int(letter, 16)) for letter in letters), {})[form[1:-1]] = chr(code)
    return forms


def _joins_onward(letter: str) -> bool:
    return letter == TATWEEL or "initial" in _forms().get(letter, {})


def _joins_backward(letter: str) -> bool:
    return letter == TATWEEL or "final" in _forms().get(letter, {})


def _units(text: str) -> list[str]:
    """Letters, with lam and alef taken together."""
    units: list[str] = []
    for character in text:
        if units and units[-1] == "\u0644" and units[-1] + character in _forms():
            units[-1] += character
        else:
            units.append(character)
    return units


def joined(text: str) -> str:
    """The text in presentation forms, still in the order in which it is read."""
    units = _units(text)
    letters = [unit for unit in units if not unicodedata.combining(unit[0])]
    shaped: list[str] = []
    place = 0
    for unit in units:
        if unicodedata.combining(unit[0]):
            shaped.append(unit)
            continue
        before = place > 0 and _joins_onward(letters[place - 1]) and _joins_backward(unit)
        after = place + 1 < len(letters) and _joins_onward(unit) and _joins_backward(letters[place + 1])
        form = {(True, True): "medial", (True, False): "final", (False, True): "initial"}.get(
            (before, after), "isolated"
        )
        shaped.append(_forms().get(unit, {}).get(form, unit))
        place += 1
    return "".join(shaped)


def _between_digits(kinds: list[str], place: int) -> bool:
    return kinds[place - 1 : place] == ["EN"] == kinds[place + 1 : place + 2]


def _levels(text: str, right_to_left: bool) -> list[int]:
    """Embedding level of each character: odd runs right to left (a plain part of Unicode's annex 9)."""
    base = 1 if right_to_left else 0
    latin = 2 if right_to_left else 0
    levels: list[int | None] = []
    sides: list[int | None] = []
    strong = base
    kinds = [unicodedata.bidirectional(character) for character in text]
    for place, kind in enumerate(kinds):
        if kind in ("R", "AL", "L"):
            strong = 0 if kind == "L" else 1
            levels.append(1 if strong else latin)
            sides.append(strong)
        elif kind in ("EN", "AN"):
            levels.append(2 if strong else latin)
            sides.append(strong)
        elif levels and (kind == "NSM" or (kind in ("CS", "ES") and _between_digits(kinds, place))):
            levels.append(levels[-1])
            sides.append(sides[-1])
        else:
            levels.append(None)
            sides.append(base if text[place] in BRACKETS else None)
    return [
        level if level is not None else (1 if _side(sides, place, base) else latin)
        for place, level in enumerate(levels)
    ]


def _side(sides: list[int | None], place: int, base: int) -> int:
    """Spaces and punctuation take the direction around them, or that of the line."""
    before = next((side for side in reversed(sides[: place + 1]) if side is not None), base)
    after = next((side for side in sides[place:] if side is not None), base)
    return before if before == after else base


def visual_order(text: str, right_to_left: bool) -> str:
    """The line as it is seen from left to right, its Arabic letters joined."""
    if not any(unicodedata.bidirectional(character) in ("R", "AL") for character in text):
        return text
    shaped = joined(text)
    levels = _levels(shaped, right_to_left)
    characters = list(shaped)
    for place, level in enumerate(levels):
        if level % 2:
            characters[place] = BRACKETS.get(characters[place], characters[place])
    for level in range(max(levels), 0, -1):
        characters, levels = _reversed_from(level, characters, levels)
    return "".join(characters)


def _reversed_from(level: int, characters: list[str], levels: list[int]) -> tuple[list[str], list[int]]:
    start = 0
    while start < len(levels):
        end = start
        while end < len(levels) and levels[end] >= level:
            end += 1
        characters[start:end] = characters[start:end][::-1]
        levels[start:end] = levels[start:end][::-1]
        start = end + 1
    return characters, levels
