"""The counter display as a character LCD (HD44780 behind a PCF8574 on I2C, 16x2 or 20x4), by RPLCD.

What stands on it is a pure function of the view, shared with the simulated body. A number of up to four figures is
written two lines high from four pieces; those, and letters like ä ö å, are taught to the display for each frame, so it
does not matter which character table its controller has.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

from vuoro_devices.behaviour.views import Action, CounterView

FULL, UPPER, LOWER, BOTH = "█", "▔", "▁", "☰"

TALL_FIGURES: dict[str, tuple[str, str]] = {
    "0": (f"{FULL}{UPPER}{FULL}", f"{FULL}{LOWER}{FULL}"),
    "1": (f"{UPPER}{FULL} ", f"{LOWER}{FULL}{LOWER}"),
    "2": (f"{BOTH}{BOTH}{FULL}", f"{FULL}{LOWER}{LOWER}"),
    "3": (f"{BOTH}{BOTH}{FULL}", f"{LOWER}{LOWER}{FULL}"),
    "4": (f"{FULL}{LOWER}{FULL}", f"  {FULL}"),
    "5": (f"{FULL}{BOTH}{BOTH}", f"{LOWER}{LOWER}{FULL}"),
    "6": (f"{FULL}{BOTH}{BOTH}", f"{FULL}{LOWER}{FULL}"),
    "7": (f"{UPPER}{UPPER}{FULL}", f"  {FULL}"),
    "8": (f"{FULL}{BOTH}{FULL}", f"{FULL}{LOWER}{FULL}"),
    "9": (f"{FULL}{BOTH}{FULL}", f"{LOWER}{LOWER}{FULL}"),
}

TAUGHT: dict[str, tuple[int, ...]] = {
    FULL: (31, 31, 31, 31, 31, 31, 31, 31),
    UPPER: (31, 31, 0, 0, 0, 0, 0, 0),
    LOWER: (0, 0, 0, 0, 0, 0, 31, 31),
    BOTH: (31, 31, 0, 0, 0, 0, 31, 31),
    "ä": (10, 0, 14, 1, 15, 17, 15, 0),
    "ö": (10, 0, 14, 17, 17, 17, 14, 0),
    "å": (4, 10, 14, 1, 15, 17, 15, 0),
    "Ä": (10, 0, 14, 17, 31, 17, 17, 0),
    "Ö": (10, 0, 14, 17, 17, 17, 14, 0),
    "Å": (4, 10, 14, 17, 31, 17, 17, 0),
}
"""Characters the display is taught: eight rows of five dots."""

SLOTS = 8
"""How many characters a display can learn at a time."""

LOST = "x"
"""In the last place of the last line: the hub is not heard."""


def lcd_lines(view: CounterView, columns: int, rows: int) -> list[str]:
    """What stands on the display, each line exactly ``columns`` long."""
    lines = _number_lines(view, columns, rows) if view.number is not None else _message_lines(view, columns, rows)
    lines = [_writable(line)[:columns].ljust(columns) for line in lines[:rows]]
    lines += [" " * columns] * (rows - len(lines))
    if not view.connected:
        lines[-1] = lines[-1][: columns - 1] + LOST
    return lines


def _number_lines(view: CounterView, columns: int, rows: int) -> list[str]:
    assert view.number is not None
    tall = _tall(view.number)
    marks = (">", "<") if view.flash else (" ", " ")
    if tall is None or len(tall[0]) > columns - (0 if view.connected else 1):
        number = _between(view.number, marks, columns)
        name = view.counter_name.center(columns)
        return [number, name] if rows < 4 else [name, "", number, ""]
    number_lines = [_between(line, marks, columns) for line in tall]
    if rows < 4:
        return number_lines
    return [view.counter_name.center(columns), *number_lines, view.message.center(columns)]


def _tall(number: str) -> tuple[str, str] | None:
    """The number two lines high, or None where a letter or its length forbids."""
    if len(number) > 4 or any(figure not in TALL_FIGURES for figure in number):
        return None
    upper = " ".join(TALL_FIGURES[figure][0] for figure in number)
    return upper, " ".join(TALL_FIGURES[figure][1] for figure in number)


def _between(line: str, marks: tuple[str, str], columns: int) -> str:
    """The line in the middle, with the marks of a new call at both ends where there is room."""
    if len(line) + 2 > columns:
        return line.center(columns)
    return marks[0] + line.center(columns - 2) + marks[1]


def _message_lines(view: CounterView, columns: int, rows: int) -> list[str]:
    message = view.message or ("-" if view.state != "closed" else "")
    lines = [view.counter_name.center(columns), message.center(columns)]
    return lines if rows < 4 else ["", *lines]


def _writable(line: str) -> str:
    """Letters that the display neither has nor can learn lose their accents, others become a question mark."""
    written = []
    for letter in line:
        if letter in TAUGHT or (letter.isascii() and letter.isprintable()):
            written.append(letter)
        elif letter in "–—‑":
            written.append("-")
        else:
            bare = unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
            written.append(bare[:1] or "?")
    return "".join(written)


def taught_characters(lines: list[str]) -> list[str]:
    """The characters to teach for these lines, at most as many as there are slots."""
    found = dict.fromkeys(letter for line in lines for letter in line if letter in TAUGHT)
    return list(found)[:SLOTS]


class CharacterLcdScreen:
    """Implements ``Screen[CounterView]`` on RPLCD's ``CharLCD``."""

    def __init__(self, lcd: Any, *, columns: int, rows: int) -> None:
        self._lcd = lcd
        self._columns = columns
        self._rows = rows
        self._lines: list[str] = []
        self._taught: list[str] = []

    def show(self, view: CounterView) -> None:
        """Write the lines that changed."""
        lines = lcd_lines(view, self._columns, self._rows)
        taught = taught_characters(lines)
        if taught != self._taught:
            self._teach(taught)
        for row, line in enumerate(lines):
            if self._lines[row : row + 1] != [line]:
                self._lcd.cursor_pos = (row, 0)
                self._lcd.write_string(self._coded(line))
        self._lines = lines

    def pump(self, deliver: Callable[[Action], None]) -> None:
        """Nothing moves and nothing can be touched."""

    def close(self) -> None:
        """Blank. May be called twice."""
        self._lines = []
        self._lcd.clear()

    def _teach(self, letters: list[str]) -> None:
        for slot, letter in enumerate(letters):
            self._lcd.create_char(slot, TAUGHT[letter])
        self._taught = letters
        self._lines = []

    def _coded(self, line: str) -> str:
        coded = []
        for letter in line:
            if letter in self._taught:
                coded.append(chr(self._taught.index(letter)))
            elif letter in TAUGHT:
                coded.append(unicodedata.normalize("NFKD", letter)[0])
            else:
                coded.append(letter)
        return "".join(coded)


def open_character_lcd(
    *, columns: int = 16, rows: int = 2, address: int = 0x27, port: int = 1, charmap: str = "A00"
) -> CharacterLcdScreen:
    """The real display behind a PCF8574 on I2C."""
    from RPLCD.i2c import CharLCD

    lcd = CharLCD("PCF8574", address, port=port, cols=columns, rows=rows, charmap=charmap, auto_linebreaks=False)
    lcd.clear()
    return CharacterLcdScreen(lcd, columns=columns, rows=rows)
