"""The character LCD: two or four lines, the number two lines high, and letters it has to be taught."""

from __future__ import annotations

import pytest
from rig.views_to_draw import LONG, LONG_ARABIC, counter
from vuoro_devices.behaviour.views import CounterView
from vuoro_devices.hardware.character_lcd import SLOTS, TAUGHT, CharacterLcdScreen, lcd_lines, taught_characters


def test_a_number_two_lines_high() -> None:
    assert lcd_lines(counter("serving", "048"), 16, 2) == ["  █▔█ █▁█ █☰█   ", "  █▁█   █ █▁█   "]


def test_a_new_call_is_pointed_at() -> None:
    assert lcd_lines(counter("calling", "048", flash=True), 16, 2) == ["> █▔█ █▁█ █☰█  <", "> █▁█   █ █▁█  <"]


def test_four_lines_have_room_for_the_counter() -> None:
    lines = lcd_lines(counter("calling", "1048", flash=True), 20, 4)
    assert lines[0].strip() == "Palvelupiste 3"
    assert lines[1][0] == ">"
    assert lines[3].strip() == ""


def test_a_letter_makes_it_one_line_high() -> None:
    assert lcd_lines(counter("serving", "A048"), 16, 2) == ["      A048      ", " Palvelupiste 3 "]


def test_no_number_but_a_message() -> None:
    assert lcd_lines(counter("free", message="Vapaa"), 16, 2) == [" Palvelupiste 3 ", "     Vapaa      "]
    assert lcd_lines(counter("free"), 16, 2)[1].strip() == "-"
    assert lcd_lines(counter("closed"), 16, 2)[1].strip() == ""


def test_a_lost_connection_is_marked_at_the_end() -> None:
    for state, number in (("free", None), ("serving", "048"), ("serving", "1048")):
        assert lcd_lines(counter(state, number, connected=False), 16, 2)[-1][-1] == "x"
    assert "█" in lcd_lines(counter("serving", "048", connected=False), 16, 2)[0]


@pytest.mark.parametrize(("columns", "rows"), [(16, 2), (20, 4), (16, 1), (40, 2)])
@pytest.mark.parametrize("number", [None, "048", "1048", "A123456"])
@pytest.mark.parametrize("words", ["Palvelupiste 3", LONG, LONG_ARABIC, "Žåäö – Łódź", ""])
def test_lines_are_always_as_many_and_as_long_as_the_display(
    columns: int, rows: int, number: str | None, words: str
) -> None:
    lines = lcd_lines(CounterView("calling", number, words, flash=True, message=words), columns, rows)
    assert [len(line) for line in lines] == [columns] * rows
    assert all(letter in TAUGHT or (letter.isascii() and letter.isprintable()) for line in lines for letter in line)
    assert len(taught_characters(lines)) <= SLOTS


def test_finnish_letters_stay_and_others_lose_their_accents() -> None:
    assert lcd_lines(CounterView("free", None, "Žåäö – Łé"), 16, 2)[0].strip() == "Zåäö - ?e"


class Hd44780:
    """As much of RPLCD's ``CharLCD`` as a screen uses, remembering what a person would see."""

    def __init__(self, columns: int, rows: int) -> None:
        self.cells = [[" "] * columns for _ in range(rows)]
        self.memory: dict[int, tuple[int, ...]] = {}
        self.cursor_pos = (0, 0)
        self.written = 0

    def clear(self) -> None:
        self.cells = [[" "] * len(row) for row in self.cells]

    def create_char(self, location: int, bitmap: tuple[int, ...]) -> None:
        assert 0 <= location < 8
        assert len(bitmap) == 8
        self.memory[location] = bitmap

    def write_string(self, value: str) -> None:
        row, column = self.cursor_pos
        for letter in value:
            assert ord(letter) < 128
            self.cells[row][column] = letter
            column += 1
            self.written += 1
        self.cursor_pos = (row, column)

    def seen(self) -> list[list[tuple[int, ...] | str]]:
        return [[self.memory[ord(cell)] if ord(cell) < 8 else cell for cell in row] for row in self.cells]


@pytest.mark.parametrize("number", [None, "048"])
def test_the_real_body_shows_those_lines(number: str | None) -> None:
    lcd = Hd44780(20, 4)
    screen = CharacterLcdScreen(lcd, columns=20, rows=4)
    for view in (counter("serving", "123"), CounterView("calling", number, "Työpöytä Å", message="Äänetön")):
        screen.show(view)
        wanted = [[TAUGHT.get(letter, letter) for letter in line] for line in lcd_lines(view, 20, 4)]
        assert lcd.seen() == wanted


def test_only_what_changed_is_written() -> None:
    lcd = Hd44780(16, 2)
    screen = CharacterLcdScreen(lcd, columns=16, rows=2)
    screen.show(counter("free", message="Vapaa"))
    screen.show(counter("free", message="Vapaa"))
    assert lcd.written == 32
    screen.show(counter("free", message="Tauko"))
    assert lcd.written == 48


def test_closing_twice_leaves_it_blank() -> None:
    lcd = Hd44780(16, 2)
    screen = CharacterLcdScreen(lcd, columns=16, rows=2)
    screen.show(counter("free", message="Vapaa"))
    screen.close()
    screen.close()
    assert lcd.cells == [[" "] * 16] * 2
