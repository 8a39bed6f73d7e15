"""One family of letters writes every language of the lobby, with figures of one width."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from vuoro_devices.behaviour.dispenser_view import LANGUAGE_NAMES
from vuoro_devices.hardware import lettering

ROOT = Path(__file__).resolve().parents[2]
CATALOGUES = sorted([*(ROOT / "devices").rglob("*.po"), *(ROOT / "hub").rglob("*.po")])
PRESETS = sorted((ROOT / "provisioning" / "vuoro_provisioning" / "presets").glob("*.toml"))
SAMPLES = {
    "fi": "Henkilöasiakkaiden verotus, Åbo",
    "se": "Váldde vuorronummira, ŋ đ ŧ č š ž Ŋ Đ Ŧ",
    "sms": "Sääʹmǩiõll ǥ ǧ ǩ ʒ ǯ",
    "uk": "Візьміть номер черги, їжак, ґанок, є",
    "ru": "Возьмите номер, объём, ёлка",
    "ar": "خذ رقم دورك وانتظر حتى يظهر",
    "fa": "سازمان تأمین اجتماعی گچپژ",
}


def texts_in(value: object) -> list[str]:
    """Every string in a site file."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for part in value.values() for text in texts_in(part)]
    return [text for part in value for text in texts_in(part)] if isinstance(value, list) else []


def unwritten(text: str) -> str:
    return "".join(sorted({letter for letter in text if not lettering.can_write(letter)}))


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda path: "-".join(path.parts[-4:-2]))
def test_every_shipped_translation(catalogue: Path) -> None:
    with catalogue.open("rb") as lines:
        messages = read_po(lines)
    said = "".join(str(message.string) for message in messages if message.id)
    assert unwritten(said) == ""


@pytest.mark.parametrize("preset", PRESETS, ids=lambda path: path.stem)
def test_every_name_of_the_presets(preset: Path) -> None:
    assert unwritten("".join(texts_in(tomllib.loads(preset.read_text())))) == ""


@pytest.mark.parametrize("text", [*SAMPLES.values(), *LANGUAGE_NAMES.values()])
def test_the_languages_spoken_here(text: str) -> None:
    assert unwritten(text) == ""


def test_what_cannot_be_written_is_known() -> None:
    assert not lettering.can_write("漢字")


def test_figures_have_one_width() -> None:
    for bold in (False, True):
        assert len({lettering.measure_text(figure * 8, 100, bold=bold) for figure in "0123456789"}) == 1


@pytest.mark.parametrize(("language", "text"), SAMPLES.items())
def test_a_drawn_line_is_as_large_as_it_says(language: str, text: str) -> None:
    picture = lettering.draw_text(text, 40, language=language)
    assert picture.mode == "L"
    assert picture.size == (lettering.measure_text(text, 40, language=language), lettering.line_height(40))
    assert picture.getextrema() == (0, 255)


@pytest.mark.parametrize(("language", "text"), SAMPLES.items())
def test_no_ink_is_cut_off_above_or_below(language: str, text: str) -> None:
    picture = lettering.draw_text(text + " jÅẦgي", 100, language=language)
    top, bottom = picture.getbbox()[1], picture.getbbox()[3]  # type: ignore[index]
    assert top >= 1
    assert bottom <= picture.height - 1


def test_a_longer_text_and_a_larger_size_are_wider() -> None:
    text = "Odota täällä, kunnes numerosi näkyy"
    widths = [lettering.measure_text(text[:end].rstrip(), 32) for end in range(1, len(text) + 1)]
    assert widths == sorted(widths)
    sizes = [lettering.measure_text(text, size) for size in range(8, 80, 4)]
    assert sizes == sorted(set(sizes))


def test_an_empty_text_takes_no_room() -> None:
    assert lettering.measure_text("", 30) == 0
    assert lettering.wrap_text("", 30, 100) == []
    assert lettering.draw_text("", 30).getbbox() is None


@pytest.mark.parametrize("width", [60, 150, 400, 1000])
@pytest.mark.parametrize(("language", "text"), SAMPLES.items())
def test_wrapped_lines_fit_and_lose_nothing(language: str, text: str, width: int) -> None:
    lines = lettering.wrap_text(text, 24, width, language=language)
    assert all(lettering.measure_text(line, 24, language=language) <= width for line in lines)
    assert "".join(lines).replace("-", "").replace(" ", "") == text.replace(" ", "")


def test_a_word_too_long_is_divided_before_a_syllable() -> None:
    assert lettering.wrap_text("Aluehallintovirasto", 40, 300)[0] == "Aluehallintovi-"


def test_a_soft_hyphen_says_where_to_divide() -> None:
    word = "maistraatti\u00adpalvelu"
    assert lettering.wrap_text(word, 40, lettering.measure_text("maistraattipa-", 40)) == ["maistraatti-", "palvelu"]


def test_a_shortened_text_says_so() -> None:
    shorter = lettering.shorten_text("Henkilöasiakkaiden verotus", 30, 200)
    assert shorter.endswith("…")
    assert lettering.measure_text(shorter, 30) <= 200
    assert lettering.shorten_text("Verotus", 30, 200) == "Verotus"
