"""On a lobby display the number called now is a third of the screen high, and it is not told by colour alone (Q4)."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from PIL import Image
from rig.views_to_draw import calls, lobby
from vuoro_devices.behaviour.views import LobbyView
from vuoro_devices.hardware.canvas import Canvas, Inks
from vuoro_devices.hardware.draw_lobby import LOBBY
from vuoro_devices.hardware.glass import Box
from vuoro_devices.hardware.quiet_pygame import pygame


def drawn(view: LobbyView, size: tuple[int, int], *, beat: bool = False) -> Canvas:
    canvas = Canvas(pygame.Surface(size, 0, 32), Inks(), "fi", beat)
    LOBBY.paint(canvas, view)
    return canvas


def box_of(canvas: Canvas, text: str) -> Box:
    return next(box for line, box in canvas.texts if line == text)


@pytest.mark.parametrize("size", [(1920, 1080), (1280, 720)])
@pytest.mark.parametrize("count", [1, 4, 12])
def test_the_called_number_is_a_third_of_the_height(size: tuple[int, int], count: int) -> None:
    assert box_of(drawn(lobby(calls(count)), size), "120").height * 3 >= size[1]


@pytest.mark.parametrize("trouble", ["", "Yhteys on poikki."])
@pytest.mark.parametrize("area", ["", "2. kerros"])
def test_the_other_numbers_stand_in_rows_of_a_tenth(trouble: str, area: str) -> None:
    canvas = drawn(lobby(calls(12, area=area), trouble=trouble), (1920, 1080))
    tops = sorted(box.y for line, box in canvas.texts if line in {f"{number}" for number in range(109, 120)})
    steps = [later - earlier for earlier, later in pairwise(tops) if later - earlier > 20]
    assert steps
    assert min(steps) * 10 >= 1080


def test_between_calls_the_newest_stays_large_and_nothing_moves() -> None:
    called, quiet = drawn(lobby(calls(6)), (1920, 1080)), drawn(lobby(calls(6), new=False), (1920, 1080))
    assert called.texts == quiet.texts


def test_a_new_call_differs_without_its_colours() -> None:
    """In shades of grey, too, the panel of a new call looks another than a quiet one."""
    called, quiet = drawn(lobby(calls(6)), (640, 360)), drawn(lobby(calls(6), new=False), (640, 360))
    assert _grey(called) != _grey(quiet)
    assert abs(_mean(called) - _mean(quiet)) > 25


def test_a_new_call_pulses_and_a_quiet_one_does_not() -> None:
    new, quiet = lobby(calls(3)), lobby(calls(3), new=False)
    assert _grey(drawn(new, (640, 360))) != _grey(drawn(new, (640, 360), beat=True))
    assert _grey(drawn(quiet, (640, 360))) == _grey(drawn(quiet, (640, 360), beat=True))
    assert LOBBY.moves(new)
    assert not LOBBY.moves(quiet)


def test_the_number_stays_readable_in_both_halves_of_the_pulse() -> None:
    new = lobby(calls(3))
    assert drawn(new, (640, 360)).texts == drawn(new, (640, 360), beat=True).texts


def test_the_number_is_shown_once() -> None:
    canvas = drawn(lobby(calls(6)), (1920, 1080))
    assert [line for line, _ in canvas.texts].count("120") == 1


def test_the_next_in_line_and_how_many_wait_are_told() -> None:
    lines = [line for line, _ in drawn(lobby(calls(6)), (1920, 1080)).texts]
    assert lines.index("121") < lines.index("122")
    assert "137" in lines


@pytest.mark.parametrize("language", [("Seuraavina", "Näst i tur", "Next in line"), ("التالي", "Далее", "Järgmised")])
def test_the_words_beside_the_next_in_line_are_read_from_nearly_as_far(language: tuple[str, ...]) -> None:
    """Nearly 4 cm on a screen a metre high; the numbers stand still whichever language has its turn."""
    places = set()
    for turn, word in enumerate(language):
        view = replace(lobby(calls(6)), labels=dict.fromkeys(("coming", "waiting", "empty"), language), turn=turn)
        canvas = drawn(view, (1920, 1080))
        assert box_of(canvas, word).height >= 0.036 * 1080
        places.add(box_of(canvas, "121"))
    assert len(places) == 1


def test_the_counter_is_named_in_every_language_above_its_number() -> None:
    row = replace(calls(1)[0], names=("Palvelupiste 3", "Serviceställe 3", "Counter 3"))
    canvas = drawn(lobby((row,)), (1920, 1080))
    lines = [line for line, _ in canvas.texts]
    assert [line for line in lines if line in {"Palvelupiste", "Serviceställe", "Counter", "3"}] == [
        "Palvelupiste",
        "Serviceställe",
        "Counter",
        "3",
    ]
    assert box_of(canvas, "3").height >= 0.13 * 1080


def test_counters_whose_signs_differ_between_languages_keep_their_whole_names() -> None:
    row = replace(calls(1)[0], names=("Huone A", "Rum B"))
    lines = [line for line, _ in drawn(lobby((row,)), (1920, 1080)).texts]
    assert {"Huone A", "Rum B"} <= set(lines)


FLOORS = ("1. kerros", "Våning 1", "Floor 1")


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920)])
def test_the_floor_is_as_large_as_the_counter_and_told_in_every_language(size: tuple[int, int]) -> None:
    """In rows in the language whose turn it is; in the large panel in all of them, larger still (Q4)."""
    names = ("Palvelupiste 3", "Serviceställe 3", "Counter 3")
    rows = tuple(replace(row, names=names, areas=FLOORS) for row in calls(6, area="Kerros 1"))
    canvas = drawn(lobby(rows), size)
    in_rows = box_of(canvas, "Kerros 1").height
    assert in_rows >= 40
    assert box_of(canvas, "Palvelupiste 3").height <= 1.4 * in_rows
    assert all(box_of(canvas, floor).height > in_rows for floor in FLOORS[1:])


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920)])
@pytest.mark.parametrize(
    ("language", "matter"),
    [
        ("fi", "Yhteys puuttuu juuri nyt. Kysy palveluneuvojalta."),
        ("sv", "Ingen förbindelse just nu. Fråga en servicerådgivare."),
        ("en", "No connection just now. Please ask a service advisor."),
    ],
)
def test_a_lost_connection_is_read_from_far_and_no_number_goes(
    size: tuple[int, int], language: str, matter: str
) -> None:
    ordinary = lobby(calls(6, area="1. kerros"), new=False, trouble=f"{matter}\nNumero")
    view = replace(ordinary, language=language, waiting=None)
    canvas = drawn(view, size)
    first = next(box for line, box in canvas.texts if matter.startswith(line))
    assert first.height >= 45
    assert not canvas.shortened
    assert {"120", "119", "118", "117", "116", "115"} <= {line for line, _ in canvas.texts}
    assert min(box.y for line, box in canvas.texts if line == "120") > first.y + first.height


def test_numbers_that_may_be_old_are_grey() -> None:
    known, old = lobby(calls(3), new=False), lobby(calls(3), new=False, trouble="Yhteys puuttuu.")
    assert _ink_of(drawn(known, (1920, 1080)), "119") != _ink_of(drawn(old, (1920, 1080)), "119")


def _ink_of(canvas: Canvas, text: str) -> set[tuple[int, ...]]:
    box = box_of(canvas, text)
    return {tuple(canvas.surface.get_at((x, box.y + box.height // 2))) for x in range(box.x, box.right)}


def _grey(canvas: Canvas) -> bytes:
    pixels = pygame.image.tostring(canvas.surface, "RGB")
    return Image.frombytes("RGB", canvas.surface.get_size(), pixels).convert("L").tobytes()


def _mean(canvas: Canvas) -> float:
    grey = _grey(canvas)
    upper = grey[len(grey) // 8 : len(grey) // 2]
    return sum(upper) / len(upper)
