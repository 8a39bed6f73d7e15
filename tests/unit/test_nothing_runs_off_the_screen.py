"""Whatever the words, every line of a screen stays on it and inside what it belongs to, and lies on nothing else."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from rig.views_to_draw import LANGUAGES, LONG, LONG_ARABIC, SIZES, calls, choosing, counter, lobby, telling
from vuoro_devices.behaviour.views import CallRow
from vuoro_devices.hardware.canvas import Canvas, Drawing, Inks
from vuoro_devices.hardware.draw_counter import COUNTER
from vuoro_devices.hardware.draw_dispenser import DISPENSER, DISPENSER_WITH_KEYS
from vuoro_devices.hardware.draw_lobby import LOBBY
from vuoro_devices.hardware.glass import Box
from vuoro_devices.hardware.quiet_pygame import pygame

pytestmark = pytest.mark.slow  # seconds in all

INKS = Inks()
LOBBY_SIZES = [(1280, 720), (1920, 1080), (1080, 1920)]
STEPS = ("working", "take", "number", "refused", "helped", "closed")


def drawn(drawing: Drawing[Any], view: Any, size: tuple[int, int], *, beat: bool = False) -> Canvas:
    canvas = Canvas(pygame.Surface(size, 0, 32), INKS, drawing.language(view), beat)
    drawing.paint(canvas, view)
    return canvas


def inside(inner: Box, outer: Box) -> bool:
    return inner.x >= outer.x and inner.y >= outer.y and inner.right <= outer.right and inner.bottom <= outer.bottom


def meet(one: Box, other: Box) -> bool:
    return one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom


def check(canvas: Canvas) -> None:
    assert canvas.texts, "a blank frame"
    for line, box in canvas.texts:
        assert inside(box, canvas.box), f"{line} runs off the screen"
    for (one, one_box), (other, other_box) in combinations(canvas.texts, 2):
        assert not meet(one_box, other_box), f"{one} lies on {other}"
    for (one_region, one_action), (other_region, other_action) in combinations(canvas.regions, 2):
        assert not meet(one_region, other_region), f"{one_action} lies on {other_action}"
    for region, _ in canvas.regions:
        assert inside(region, canvas.box)
        for line, box in canvas.texts:
            assert inside(box, region) or not meet(box, region), f"{line} runs over the edge of what can be pressed"


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("count", [1, 8, 10, 24])
def test_however_many_services(size: tuple[int, int], count: int) -> None:
    check(drawn(DISPENSER, choosing(count, languages=8), size))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("language", "name"), [("fi", LONG), ("ar", LONG_ARABIC)])
@pytest.mark.parametrize("drawing", [DISPENSER, DISPENSER_WITH_KEYS])
def test_however_long_their_names(drawing: Drawing[Any], size: tuple[int, int], language: str, name: str) -> None:
    check(drawn(drawing, choosing(24 if language == "ar" else 8, language, name, languages=8, pages=3, page=2), size))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("step", STEPS)
def test_whatever_is_told(size: tuple[int, int], step: str) -> None:
    number = "A1048" if step in ("take", "number") else None
    check(drawn(DISPENSER, telling(step, "fi", LONG, number), size))
    check(drawn(DISPENSER, telling(step, "ar", LONG_ARABIC, number), size))


@pytest.mark.parametrize("size", LOBBY_SIZES)
@pytest.mark.parametrize("count", [0, 1, 12])
@pytest.mark.parametrize("new", [True, False])
def test_however_many_are_called(size: tuple[int, int], count: int, new: bool) -> None:
    check(drawn(LOBBY, lobby(calls(count), new=new), size, beat=True))
    check(drawn(LOBBY, lobby(calls(count, LONG, LONG), new=new, trouble=LONG, text=LONG), size))
    check(drawn(LOBBY, lobby(calls(count, area="2. kerros"), text="Seuraavaksi · Näst i tur · Next"), size))


@pytest.mark.parametrize("number", ["1048", "A048", "A104899", "lobby-display-1"])
def test_however_long_the_number(number: str) -> None:
    row = CallRow(number, "Palvelupiste 12", "Aula", new=True)
    check(drawn(LOBBY, lobby((row, *calls(5))), (1920, 1080)))
    check(drawn(COUNTER, counter("calling", number, flash=True), (1280, 720), beat=True))


@pytest.mark.parametrize("size", [(800, 480), (480, 800)])
@pytest.mark.parametrize("state", ["closed", "free", "calling", "serving"])
@pytest.mark.parametrize("connected", [True, False])
def test_whatever_the_counter_does(size: tuple[int, int], state: str, connected: bool) -> None:
    number = "048" if state in ("calling", "serving") else None
    for message in ("", LONG):
        view = counter(state, number, flash=state == "calling", message=message, connected=connected)
        check(drawn(COUNTER, view, size, beat=True))


@pytest.mark.parametrize(("language", "_"), LANGUAGES)
def test_ordinary_words_are_never_cut(language: str, _: str) -> None:
    assert drawn(DISPENSER, choosing(8, language, languages=8), (1280, 800)).shortened == []
    assert drawn(LOBBY, lobby(calls(6)), (1920, 1080)).shortened == []
