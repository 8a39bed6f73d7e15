"""Tickets as bytes, and the bytes as paper: nothing is lost on the way, in any language, on any paper."""

from __future__ import annotations

import pytest
from PIL import Image
from rig.qr_reader import read_qr
from rig.tickets import FOLLOW_URL, LANGUAGES, PLACES, SITES, a_ticket
from vuoro_devices.behaviour.ticket_words import ticket_words
from vuoro_devices.behaviour.views import Ticket
from vuoro_devices.hardware.ticket_layout import TicketLayout, balanced
from vuoro_devices.simulated.escpos_commands import CommandReader
from vuoro_devices.simulated.paper import Paper, pages_of
from vuoro_devices.words import words

pytestmark = pytest.mark.slow  # seconds in all

PRINTERS = [("default", 576), ("TM-T20II", 576), ("TM-T88IV-SA", 512), ("NT-5890K", 384), ("ZJ-5870", 384)]


def layout(profile: str = "default", width: int = 576, *, slow: bool = False) -> TicketLayout:
    made = TicketLayout(profile, width, slow=slow)
    made.warm()
    return made


def bytes_of(ticket: Ticket, on: TicketLayout, *, torn: bool = False) -> bytes:
    said = ticket_words(ticket, words(ticket.language))
    return b"".join(piece.data for piece in on.pieces(said, ticket.language, ticket.follow_url, torn=torn))


def paper_of(data: bytes, on: TicketLayout) -> Paper:
    paper = Paper(on.width_dots, pages_of(on.profile))
    paper.feed(data)
    return paper


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("profile", "width"), PRINTERS[1:4])
def test_no_letter_is_lost_and_no_command_is_unknown(language: str, profile: str, width: int) -> None:
    on = layout(profile, width)
    for ticket in (a_ticket(language), a_ticket(language, test=True), a_ticket(language, offline=True)):
        paper = paper_of(bytes_of(ticket, on), on)

        assert not paper.unknown
        assert not paper.lost
        assert not any("?" in line for line in paper.text)


@pytest.mark.parametrize("language", ["fi", "sv", "en", "et"])
def test_latin_letters_are_the_printers_own(language: str) -> None:
    on = layout("TM-T20II")

    text = " ".join(paper_of(bytes_of(a_ticket(language), on), on).text)

    assert SITES[language] in text
    assert PLACES[language] in text
    assert words(language)("Follow your turn on your phone") in text


def test_finnish_letters_with_a_hacek_come_out_right() -> None:
    on = layout()
    text = paper_of(bytes_of(a_ticket("fi", wait_at="Šekki, Žurnaali, Åå"), on), on).text

    assert "Šekki, Žurnaali, Åå" in text


def test_what_the_printer_has_no_letters_for_is_drawn() -> None:
    on = layout()
    drawn = paper_of(bytes_of(a_ticket("ar"), on), on)
    written = paper_of(bytes_of(a_ticket("fi"), on), on)

    assert len(drawn.text) < len(written.text)
    assert pictures(bytes_of(a_ticket("ar"), on)) > pictures(bytes_of(a_ticket("fi"), on))


def test_arabic_lines_stand_at_the_right_edge() -> None:
    on = layout()
    sheet = paper_of(bytes_of(a_ticket("ar", position=None, estimate_minutes=None, follow_url=None), on), on).tickets[0]
    last_line = ink_box(sheet.crop((0, sheet.height - 260, sheet.width, sheet.height)))

    assert last_line[2] > sheet.width - 32 - 24
    assert last_line[0] > sheet.width // 4


def test_a_dash_is_made_plain_before_a_line_is_drawn_for_its_sake() -> None:
    on = layout("TM-T88IV-SA", 512)
    text = paper_of(bytes_of(a_ticket("fi"), on), on).text

    assert "Odotus noin" in " ".join(text)
    assert "10-20 min" in " ".join(text)


@pytest.mark.parametrize("number", ["001", "1042", "A1042", "100000"])
@pytest.mark.parametrize("width", [576, 384])
def test_the_number_is_large_and_within_the_paper(number: str, width: int) -> None:
    on = layout(width=width)
    figures = number_picture(bytes_of(a_ticket(number=number), on))

    assert figures.width <= width
    left, top, right, bottom = figures.getbbox() or (0, 0, 0, 0)
    assert right - left > 0.7 * width
    assert bottom - top >= (100 if len(number) <= 4 else 55)


@pytest.mark.parametrize(("profile", "width"), PRINTERS)
def test_the_qr_code_leads_to_the_customers_page(profile: str, width: int) -> None:
    on = layout(profile, width)

    assert read_qr(qr_modules(bytes_of(a_ticket(), on))) == FOLLOW_URL


def test_a_slow_line_gets_few_bytes_and_the_same_ticket() -> None:
    on = layout("TM-T20II", slow=True)
    data = bytes_of(a_ticket(), on)
    paper = paper_of(data, on)

    assert len(data) < 1000
    assert "042" in paper.text
    assert not paper.unknown


def test_the_first_bytes_need_no_picture_and_the_number_comes_next() -> None:
    on = layout()
    said = ticket_words(a_ticket(), words("fi"))
    pieces = on.pieces(said, "fi", FOLLOW_URL)
    waking, top, number = next(pieces), next(pieces), next(pieces)

    assert pictures(waking.data + top.data) == 0
    assert [one.tells_number for one in (waking, top, number)] == [False, False, True]


def test_remains_of_a_torn_ticket_are_cut_away_first() -> None:
    on = layout()
    paper = paper_of(bytes_of(a_ticket(), on, torn=True), on)

    assert len(paper.tickets) == 2


def test_a_printer_without_a_knife_feeds_to_its_edge() -> None:
    on = layout("NT-5890K", 384)
    data = bytes_of(a_ticket(), on)

    assert data.endswith(b"\x1bd\x06")
    assert b"\x1dV" not in data.replace(b"\x1dv0", b"")


def test_signs_that_would_command_the_printer_are_left_out() -> None:
    on = layout()
    paper = paper_of(bytes_of(a_ticket(wait_at="Aula\x1bi\x1d!\x77\n2. kerros"), on), on)

    assert len(paper.tickets) == 1
    assert "Aula i !w 2. kerros" in paper.text


def test_rows_are_about_equally_long_and_no_word_is_divided() -> None:
    assert balanced("Zala očikuvannja, 1 poverch", 24) == ["Zala očikuvannja,", "1 poverch"]
    assert balanced("Vänthallen, våning 1", 16) == ["Vänthallen,", "våning 1"]
    assert balanced("lyhyt", 16) == ["lyhyt"]


def rasters(data: bytes) -> list[Image.Image]:
    found = []
    for command in CommandReader().feed(data):
        if command.name == "GS v":
            row, height = (int.from_bytes(command.data[at : at + 2], "little") for at in (4, 6))
            found.append(Image.frombytes("1", (row * 8, height), command.data[8:]).convert("L"))
    return found


def pictures(data: bytes) -> int:
    return len(rasters(data))


def number_picture(data: bytes) -> Image.Image:
    return rasters(data)[0]


def qr_modules(data: bytes) -> list[list[bool]]:
    """The modules of the last picture, read at their centres; a finder's edge of seven modules tells their size."""
    picture = rasters(data)[-1]
    picture = picture.crop(picture.getbbox())
    assert picture.width == picture.height
    size = next(x for x in range(picture.width) if picture.getpixel((x, 0)) == 0) // 7
    count = picture.width // size
    return [
        [picture.getpixel((x * size + size // 2, y * size + size // 2)) == 255 for x in range(count)]
        for y in range(count)
    ]


def ink_box(sheet: Image.Image) -> tuple[int, int, int, int]:
    box = sheet.convert("L").point(lambda grey: 255 if grey < 128 else 0).getbbox()
    assert box is not None
    return box
