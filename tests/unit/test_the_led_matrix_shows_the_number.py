"""The LED strip: the number in crisp dots, a pulse that never hides it, and signs that need no words."""

from __future__ import annotations

import pytest
from luma.core.device import dummy
from rig.views_to_draw import counter
from vuoro_devices.behaviour.views import CounterView
from vuoro_devices.hardware.led_matrix import LedMatrixScreen


def rows(view: CounterView, *, width: int = 32, beat: bool = False) -> list[str]:
    device = dummy(width=width, height=8, mode="1")
    LedMatrixScreen(device).draw(view, beat)
    assert device.image is not None
    image = device.image.convert("L")
    return ["".join("#" if image.getpixel((x, y)) else "." for x in range(width)) for y in range(8)]


def lit(lines: list[str]) -> int:
    return sum(line.count("#") for line in lines)


def test_a_number_dot_by_dot() -> None:
    assert rows(counter("serving", "042")) == [
        ".....#####.....###...####.......",
        "....##...##...####..##..##......",
        "....##..###..##.##......##......",
        "....##.####.##..##....###.......",
        "....####.##.#######..##.........",
        "....###..##.....##..##..##......",
        ".....#####.....####.######......",
        "................................",
    ]


@pytest.mark.parametrize("number", ["042", "1048", "A048", "A1048", "A123456"])
@pytest.mark.parametrize("connected", [True, False])
def test_every_figure_differs_from_every_other(number: str, connected: bool) -> None:
    pictures = {tuple(rows(counter("serving", number[:-1] + last, connected=connected))) for last in "0123456789"}
    assert len(pictures) == 10


def test_a_new_call_alternates_and_can_always_be_read() -> None:
    view = counter("calling", "042", flash=True)
    plain, turned = rows(view), rows(view, beat=True)
    assert plain == rows(counter("serving", "042"))
    assert turned == [line.translate(str.maketrans("#.", ".#")) for line in plain]


def test_a_wide_strip_points_at_the_number_instead() -> None:
    view = counter("calling", "042", flash=True)
    still, moved = rows(view, width=64), rows(view, width=64, beat=True)
    quiet = rows(counter("calling", "042"), width=64)
    assert lit(still) > lit(quiet)
    assert still != moved
    assert [line[20:44] for line in still] == [line[20:44] for line in moved] == [line[20:44] for line in quiet]


def test_free_is_a_dash_closed_a_dot_and_neither_is_dark() -> None:
    assert [line.count("#") for line in rows(counter("free"))] == [0, 0, 0, 8, 8, 0, 0, 0]
    assert lit(rows(counter("closed"))) == 1


@pytest.mark.parametrize(("state", "number"), [("free", None), ("closed", None), ("serving", "1048")])
def test_a_lost_connection_has_its_own_sign(state: str, number: str | None) -> None:
    lines = rows(counter(state, number, connected=False))
    assert [line[29:] for line in lines[:3]] == ["#.#", ".#.", "#.#"]
    assert all(line[28] == "." for line in lines)


def test_the_sign_that_names_the_unit_is_written() -> None:
    assert lit(rows(counter("free", message="888"))) > 40
    assert rows(counter("free", message="Vapaa")) == rows(counter("free"))


class CountingDevice(dummy):  # type: ignore[misc]
    frames = 0

    def display(self, image: object) -> None:
        self.frames += 1
        super().display(image)


def test_the_same_view_is_not_drawn_again() -> None:
    device = CountingDevice(width=32, height=8, mode="1")
    now = [0.0]
    screen = LedMatrixScreen(device, monotonic=lambda: now[0])
    screen.show(counter("calling", "042", flash=True))
    screen.show(counter("calling", "042", flash=True))
    screen.pump(lambda action: None)
    assert device.frames == 1
    now[0] = 0.9
    screen.pump(lambda action: None)
    screen.pump(lambda action: None)
    assert device.frames == 2


def test_closing_twice_leaves_it_dark() -> None:
    device = dummy(width=32, height=8, mode="1")
    screen = LedMatrixScreen(device)
    screen.show(counter("serving", "042"))
    screen.close()
    screen.close()
    assert device.image is not None
    assert device.image.getbbox() is None
