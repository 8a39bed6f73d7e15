"""Arabic is read right to left with its letters joined, also where Pillow cannot do it itself."""

from __future__ import annotations

import pytest
from PIL import Image
from vuoro_devices.hardware import lettering
from vuoro_devices.hardware.arabic_forms import joined, visual_order


def ink_columns(picture: Image.Image) -> list[int]:
    return [x for x in range(picture.width) if picture.crop((x, 0, x + 1, picture.height)).getextrema()[1] > 128]


def test_the_first_letter_stands_rightmost() -> None:
    """A wide dash begins the line: on a right-to-left page its ink is at the right."""
    picture = lettering.draw_text("— ا", 60, language="ar")
    columns = ink_columns(picture)
    widest = max((end - start, start) for start, end in _runs(columns))
    assert widest[1] > picture.width / 4


def _runs(columns: list[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for column in columns:
        if runs and column == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], column)
        else:
            runs.append((column, column))
    return runs


def test_joined_letters_are_narrower_than_letters_alone() -> None:
    word = "الضمان"
    alone = sum(lettering.measure_text(letter, 60, language="ar") for letter in word)
    assert lettering.measure_text(word, 60, language="ar") < alone


@pytest.mark.parametrize("language", ["ar", "fa", "ckb", "ar-IQ"])
def test_right_to_left_languages_are_known(language: str) -> None:
    assert lettering.is_right_to_left(language)


@pytest.mark.parametrize("language", ["fi", "sv", "ru", "arn"])
def test_others_run_left_to_right(language: str) -> None:
    assert not lettering.is_right_to_left(language)


def test_letters_take_the_form_of_their_place() -> None:
    assert joined("بب") == "\ufe91\ufe90"  # initial, final
    assert joined("ببب")[1] == "\ufe92"  # medial
    assert joined("ب") == "\ufe8f"  # isolated
    assert joined("دب") == "\ufea9\ufe8f"  # dal joins nothing after it


def test_lam_and_alef_become_one() -> None:
    assert joined("لا") == "\ufefb"


def test_a_vowel_mark_does_not_part_letters() -> None:
    assert joined("بَب") == "\ufe91\u064e\ufe90"


def test_a_line_is_reversed_but_its_numbers_and_latin_words_are_not() -> None:
    seen = visual_order("رقم 042 Kela", right_to_left=True)
    assert seen.startswith("Kela")
    assert "042" in seen
    assert seen.index("Kela") < seen.index("042") < seen.index(joined("رقم")[0])


def test_a_time_of_day_keeps_its_order() -> None:
    assert "12:45" in visual_order("الساعة 12:45", right_to_left=True)


def test_brackets_turn_with_the_line() -> None:
    assert visual_order("رقم (Kela)", right_to_left=True).startswith("(Kela)")


def test_text_without_arabic_stays_as_it_is() -> None:
    assert visual_order("Palvelupiste 3 (Aula)", right_to_left=False) == "Palvelupiste 3 (Aula)"


def test_every_joined_form_can_be_written() -> None:
    letters = "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىيپچژکگی"
    for letter in letters:
        for text in (letter, f"ب{letter}", f"{letter}ب", f"ب{letter}ب", f"ل{letter}"):
            assert lettering.can_write(joined(text)), text
