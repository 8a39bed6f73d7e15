"""Every place on the dispenser's glass means what stands there, and nothing else; what is pressed is large enough."""

from __future__ import annotations

import math

import pytest
from rig.views_to_draw import LANGUAGES, choosing, telling
from vuoro_devices.behaviour.views import Action, DispenserView
from vuoro_devices.hardware.canvas import Canvas, Inks
from vuoro_devices.hardware.draw_dispenser import DISPENSER
from vuoro_devices.hardware.glass import Box, touched
from vuoro_devices.hardware.quiet_pygame import pygame


def regions(view: DispenserView, size: tuple[int, int] = (1280, 800)) -> list[tuple[Box, Action]]:
    canvas = Canvas(pygame.Surface(size, 0, 32), Inks(), view.language)
    DISPENSER.paint(canvas, view)
    return canvas.regions


def actions(view: DispenserView) -> set[Action]:
    return {action for _, action in regions(view)}


def middle(box: Box) -> tuple[int, int]:
    return box.x + box.width // 2, box.y + box.height // 2


def test_the_first_page_offers_services_languages_help_and_more() -> None:
    wanted = {Action("choose", f"service-{place}") for place in range(8)}
    wanted |= {Action("language", tag) for tag, _ in LANGUAGES[:3]}
    wanted |= {Action("help"), Action("page", "+1")}
    assert actions(choosing(8, pages=2)) == wanted


def test_a_page_in_the_middle_goes_both_ways() -> None:
    assert {Action("page", "-1"), Action("page", "+1")} <= actions(choosing(8, pages=3, page=2))


def test_the_last_page_goes_back_only() -> None:
    found = actions(choosing(8, pages=3, page=3))
    assert Action("page", "-1") in found
    assert Action("page", "+1") not in found


@pytest.mark.parametrize("step", ["take", "number", "refused", "helped", "closed"])
def test_every_other_page_has_back_and_help(step: str) -> None:
    number = "048" if step in ("take", "number") else None
    assert {Action("back"), Action("help")} <= actions(telling(step, number=number))


def test_help_stays_in_its_place() -> None:
    places = {
        box
        for view in (choosing(8), choosing(3, pages=2), telling("refused"), telling("take", number="048"))
        for box, action in regions(view)
        if action == Action("help")
    }
    assert len(places) == 1


def test_languages_stay_in_their_places_whatever_the_language() -> None:
    def places(language: str) -> list[tuple[Box, Action]]:
        return [region for region in regions(choosing(8, language, languages=8)) if region[1].kind == "language"]

    assert places("ar") == places("fi")


def test_a_right_to_left_page_is_mirrored() -> None:
    def first(language: str) -> Box:
        return next(box for box, action in regions(choosing(8, language)) if action == Action("choose", "service-0"))

    assert first("fi").x < 640 < first("ar").x
    assert first("ar").right == 1280 - first("fi").x


def test_a_touch_finds_its_action_and_beside_it_nothing() -> None:
    found = regions(choosing(8, pages=2))
    for box, action in found:
        assert touched(found, *middle(box)) == action
        assert touched(found, box.x, box.y) == action
    assert touched(found, 1279, 799) is None


def test_a_closed_service_can_be_asked_about() -> None:
    assert Action("choose", "service-3") in actions(choosing(8))


@pytest.mark.parametrize("size", [(1280, 800), (800, 480), (800, 1280), (1920, 1080)])
def test_targets_are_twenty_millimetres_on_a_ten_inch_panel(size: tuple[int, int]) -> None:
    dots_per_millimetre = math.hypot(*size) / (10 * 25.4)
    for box, action in regions(choosing(8, languages=3, pages=2), size):
        assert min(box.width, box.height) >= 20 * dots_per_millimetre, action


@pytest.mark.parametrize("size", [(1280, 720), (1280, 800), (800, 480), (800, 1280), (1920, 1080)])
def test_nine_choices_are_eighteen_millimetres_high_and_wide_enough_for_words(size: tuple[int, int]) -> None:
    dots_per_millimetre = math.hypot(*size) / (10 * 25.4)
    for box, action in regions(choosing(9, languages=3, pages=2), size):
        assert box.height >= 18 * dots_per_millimetre, action
        assert action.kind != "choose" or box.width >= 50 * dots_per_millimetre, action


@pytest.mark.parametrize("size", [(1280, 800), (800, 480), (800, 1280)])
def test_many_languages_still_leave_seventeen_millimetres(size: tuple[int, int]) -> None:
    dots_per_millimetre = math.hypot(*size) / (10 * 25.4)
    for box, action in regions(choosing(8, languages=8), size):
        assert min(box.width, box.height) >= 16.9 * dots_per_millimetre, action
