"""The interpreter of ESC/POS: commands of any portion, letters, pictures, cuts."""

from __future__ import annotations

import pytest
from PIL import Image
from vuoro_devices.simulated.escpos_commands import CommandReader
from vuoro_devices.simulated.paper import HEAD_TO_KNIFE, LINE, Paper, as_png, pages_of, ticket_picture

CUT = b"\x1dV\x00"


def printed(data: bytes, width: int = 576) -> Paper:
    paper = Paper(width, pages_of("default"))
    paper.feed(data)
    return paper


def ink(picture: Image.Image) -> Image.Image:
    return picture.convert("L").point(lambda grey: 255 if grey < 128 else 0)


def ink_box(paper: Paper) -> tuple[int, int, int, int]:
    box = ink(paper.tear_off()).getbbox()
    assert box is not None
    return box


def test_bytes_may_come_in_any_portions() -> None:
    data = b"\x1b@\x1ba\x01Vuoro\n\x1dv0\x00\x02\x00\x03\x00abcdef\x1d(k\x03\x00\x31\x43\x06" + CUT

    whole = CommandReader().feed(data)
    reader, one_by_one = CommandReader(), []
    for byte in data:
        one_by_one += reader.feed(bytes([byte]))

    assert b"".join(command.data for command in one_by_one) == data
    assert [c.name for c in one_by_one if c.kind != "text"] == [c.name for c in whole if c.kind != "text"]
    assert whole[-1].name == "GS V"


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (b"\x1b@", "ESC @"),
        (b"\x1b*\x21\x02\x00abcdef", "ESC *"),
        (b"\x1bD\x08\x10\x00", "ESC D"),
        (b"\x1d(L\x02\x00\x30\x32", "GS ("),
        (b"\x1d8L\x02\x00\x00\x00\x30\x32", "GS 8"),
        (b"\x1dk\x04123\x00", "GS k"),
        (b"\x1dk\x49\x03123", "GS k"),
        (b"\x1dVB\x00", "GS V"),
        (b"\x1dV\x31", "GS V"),
        (b"\x1c.", "FS ."),
        (b"\x10\x04\x01", "DLE \x04"),
        (b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08", "DLE \x14"),
    ],
)
def test_a_command_ends_where_the_next_begins(command: bytes, name: str) -> None:
    commands = CommandReader().feed(command + b"\x1b@")

    assert [c.name for c in commands] == [name, "ESC @"]
    assert commands[0].data == command


def test_unknown_commands_are_counted_and_letters_go_on() -> None:
    paper = printed(b"\x1b\x7fVuoro\n")

    assert paper.unknown == {"ESC \x7f": 1}
    assert paper.text == ["Vuoro"]


def test_letters_come_from_the_code_page() -> None:
    assert printed(b"\x1bt\x00\x84\x94\x86\n").text == ["äöå"]
    assert printed(b"\x1bt\x10\xe4\xf6\xe5\x9a\x9e\x80\n").text == ["äöåšž€"]
    assert printed(b"\x1bt\x11\x8f\x90\n").text == ["ПР"]


def test_a_letter_without_a_code_page_is_counted_as_lost() -> None:
    assert printed(b"\x1bt\xc8\x84\n").lost


def test_size_and_place_of_letters() -> None:
    left, top, right, bottom = ink_box(printed(b"\x1d!\x11HH\n"))
    assert right - left <= 4 * 12
    assert right - left > 2 * 12
    assert bottom - top > 24

    middle = ink_box(printed(b"\x1ba\x01H\n"))
    assert abs((middle[0] + middle[2]) / 2 - 320) < 8
    at_right = ink_box(printed(b"\x1ba\x02H\n"))
    assert at_right[2] > 32 + 576 - 12


def test_bold_letters_have_more_ink() -> None:
    plain = ink(printed(b"Vuoro\n").tear_off()).histogram()[255]
    bold = ink(printed(b"\x1bE\x01Vuoro\n").tear_off()).histogram()[255]

    assert bold > plain


def test_a_line_that_is_full_goes_on_below() -> None:
    assert printed(b"a" * 50 + b"\n").text == ["a" * 48, "a" * 2]


def test_lines_and_feeds_take_paper() -> None:
    assert printed(b"a\nb\n").tear_off().height == 2 * LINE
    assert printed(b"\x1bd\x03").tear_off().height == 3 * LINE
    assert printed(b"\x1b3\x5aa\n").tear_off().height == round(90 * 203 / 180)


@pytest.mark.parametrize(
    "picture",
    [
        b"\x1dv0\x00\x02\x00\x10\x00" + b"\xff" * 32,
        b"\x1d(L\x2a\x00\x30\x70\x30\x01\x01\x31\x10\x00\x10\x00" + b"\xff" * 32 + b"\x1d(L\x02\x00\x30\x32",
    ],
)
def test_pictures_are_dots(picture: bytes) -> None:
    box = ink_box(printed(picture))

    assert (box[2] - box[0], box[3] - box[1]) == (16, 16)


def test_a_picture_in_columns_is_dots_too() -> None:
    box = ink_box(printed(b"\x1b*\x21\x10\x00" + b"\xff" * 48 + b"\n"))

    assert (box[2] - box[0], box[3] - box[1]) == (16, 24)


def test_the_printers_own_qr_code_is_drawn() -> None:
    store = b"https://example.fi/v/abc"
    data = b"\x1d(k\x03\x00\x31\x43\x06" + b"\x1d(k" + (len(store) + 3).to_bytes(2, "little") + b"\x31\x50\x30" + store
    box = ink_box(printed(data + b"\x1d(k\x03\x00\x31\x51\x30"))

    assert box[2] - box[0] == box[3] - box[1] == 25 * 6


def test_a_cut_ends_a_ticket_and_leaves_the_next_ones_top() -> None:
    paper = printed(b"one\n\x1bd\x06" + CUT + b"two\n\x1bd\x06" + CUT)

    assert len(paper.tickets) == 2
    assert paper.tickets[0].height == 7 * LINE - HEAD_TO_KNIFE
    assert paper.tickets[1].height == 7 * LINE


def test_initialising_forgets_settings_and_what_is_not_yet_printed() -> None:
    paper = printed(b"\x1ba\x02\x1d!\x77lost\x1b@H\n")

    assert paper.text == ["H"]
    assert ink_box(paper)[0] < 32 + 12


def test_a_ticket_is_a_png_of_its_paper() -> None:
    picture = ticket_picture(b"Vuoro\n\x1bd\x06" + CUT, width_dots=384)

    assert picture.width == 384 + 80
    assert as_png(picture).startswith(b"\x89PNG")
