"""The pygame screen: drawn only when something changed, touched by finger or mouse, on whichever thread opens it."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from rig.views_to_draw import calls, choosing, lobby
from vuoro_devices.behaviour.views import Action
from vuoro_devices.hardware.draw_dispenser import DISPENSER
from vuoro_devices.hardware.draw_lobby import LOBBY
from vuoro_devices.hardware.glass import Box
from vuoro_devices.hardware.pygame_screen import PygameScreen
from vuoro_devices.hardware.quiet_pygame import pygame

SIZE = (800, 480)


@pytest.fixture(autouse=True)
def no_real_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")


class Glass:
    """A dispenser's screen with a clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 10.0
        self.delivered: list[Action] = []
        self.screen = PygameScreen(DISPENSER, SIZE, fullscreen=False, monotonic=lambda: self.now)
        self.screen.show(choosing(8))
        self.now += 1.0

    def place(self, action: Action) -> Box:
        return next(box for box, found in self.screen.regions if found == action)

    def finger(self, kind: int, box: Box) -> None:
        x, y = (box.x + box.width / 2) / SIZE[0], (box.y + box.height / 2) / SIZE[1]
        pygame.event.post(pygame.event.Event(kind, touch_id=1, finger_id=1, x=x, y=y, dx=0.0, dy=0.0))

    def mouse(self, kind: int, box: Box, *, touch: bool = False) -> None:
        at = (box.x + box.width // 2, box.y + box.height // 2)
        pygame.event.post(pygame.event.Event(kind, pos=at, button=1, touch=touch))

    def pump(self) -> list[Action]:
        self.delivered.clear()
        self.screen.pump(self.delivered.append)
        return list(self.delivered)


@pytest.fixture
def glass() -> Iterator[Glass]:
    glass = Glass()
    yield glass
    glass.screen.close()


VERO = Action("choose", "service-0")
SUOMI = Action("language", "fi")


def test_a_finger_lifted_where_it_came_down_chooses(glass: Glass) -> None:
    glass.finger(pygame.FINGERDOWN, glass.place(VERO))
    assert glass.pump() == []
    glass.finger(pygame.FINGERUP, glass.place(VERO))
    assert glass.pump() == [VERO]


def test_a_finger_that_slides_away_chooses_nothing(glass: Glass) -> None:
    glass.finger(pygame.FINGERDOWN, glass.place(VERO))
    glass.finger(pygame.FINGERUP, glass.place(SUOMI))
    assert glass.pump() == []


def test_a_mouse_does_the_same(glass: Glass) -> None:
    glass.mouse(pygame.MOUSEBUTTONDOWN, glass.place(SUOMI))
    glass.mouse(pygame.MOUSEBUTTONUP, glass.place(SUOMI))
    assert glass.pump() == [SUOMI]


def test_a_finger_and_its_copy_as_a_mouse_count_once(glass: Glass) -> None:
    box = glass.place(VERO)
    glass.finger(pygame.FINGERDOWN, box)
    glass.mouse(pygame.MOUSEBUTTONDOWN, box, touch=True)
    glass.finger(pygame.FINGERUP, box)
    glass.mouse(pygame.MOUSEBUTTONUP, box, touch=True)
    assert glass.pump() == [VERO]


def test_a_second_tap_does_not_hit_the_page_that_came_between(glass: Glass) -> None:
    glass.screen.show(choosing(6, pages=2))
    glass.now += 0.1
    box = glass.place(VERO)
    glass.finger(pygame.FINGERDOWN, box)
    glass.finger(pygame.FINGERUP, box)
    assert glass.pump() == []


def test_a_finger_down_while_the_page_changes_chooses_nothing(glass: Glass) -> None:
    box = glass.place(VERO)
    glass.finger(pygame.FINGERDOWN, box)
    glass.pump()
    glass.screen.show(choosing(6, pages=2))
    glass.finger(pygame.FINGERUP, glass.place(VERO))
    assert glass.pump() == []


def test_what_is_pressed_shows_it(glass: Glass) -> None:
    before = pygame.image.tostring(pygame.display.get_surface(), "RGB")
    glass.finger(pygame.FINGERDOWN, glass.place(VERO))
    glass.pump()
    assert pygame.image.tostring(pygame.display.get_surface(), "RGB") != before
    glass.finger(pygame.FINGERUP, glass.place(VERO))
    glass.pump()
    assert pygame.image.tostring(pygame.display.get_surface(), "RGB") == before


def test_closing_the_window_of_a_desktop_is_heard(glass: Glass) -> None:
    pygame.event.post(pygame.event.Event(pygame.QUIT))
    glass.pump()
    assert glass.screen.asked_to_stop


@pytest.mark.parametrize(("calm", "changes"), [(False, True), (True, False)])
def test_a_new_call_pulses_unless_calm_was_asked_for(calm: bool, changes: bool) -> None:
    now = [0.0]
    screen = PygameScreen(LOBBY, SIZE, fullscreen=False, calm=calm, monotonic=lambda: now[0])
    screen.show(lobby(calls(2)))
    first = pygame.image.tostring(pygame.display.get_surface(), "RGB")
    now[0] = 0.9
    screen.pump(lambda action: None)
    assert (pygame.image.tostring(pygame.display.get_surface(), "RGB") != first) is changes
    screen.close()


def test_any_one_thread_may_own_it_and_it_may_be_closed_twice_and_opened_again() -> None:
    frames: list[bytes] = []

    def own() -> None:
        for count in (1, 2):
            screen = PygameScreen(LOBBY, SIZE, fullscreen=False)
            screen.show(lobby(calls(count)))
            screen.pump(lambda action: None)
            frames.append(pygame.image.tostring(pygame.display.get_surface(), "RGB"))
            screen.close()
            screen.close()

    thread = threading.Thread(target=own)
    thread.start()
    thread.join(30)
    assert len(set(frames)) == 2
