"""A screen without hardware is drawn by the real code, and can be looked at and touched from any thread."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
from typing import Any

import pytest
from PIL import Image
from rig.views_to_draw import calls, choosing, counter, lobby
from vuoro_devices.behaviour.views import Action
from vuoro_devices.hardware.draw_dispenser import DISPENSER
from vuoro_devices.hardware.draw_lobby import LOBBY
from vuoro_devices.simulated.screen import (
    SimulatedLcd,
    SimulatedLedMatrix,
    SimulatedPanel,
    SimulatedScreen,
)


def picture(screen: SimulatedScreen[Any]) -> Image.Image:
    return Image.open(io.BytesIO(screen.png()))


BODIES = {
    "pygame": lambda: (SimulatedScreen(SimulatedPanel(LOBBY, (640, 360))), lobby(calls(3)), lobby(calls(3), new=False)),
    "led-matrix": lambda: (
        SimulatedScreen(SimulatedLedMatrix()),
        counter("calling", "048", flash=True),
        counter("serving", "049"),
    ),
    "lcd": lambda: (SimulatedScreen(SimulatedLcd()), counter("calling", "048", flash=True), counter("serving", "048")),
}


@pytest.mark.parametrize("shows", BODIES)
def test_each_kind_draws_and_counts_its_frames(shows: str) -> None:
    screen, new, quiet = BODIES[shows]()  # type: ignore[no-untyped-call]
    assert screen.shows == shows
    assert (screen.frame, list(screen.drawn_at)) == (0, [])
    screen.show(new)
    first = picture(screen)
    assert screen.frame == 1
    assert [frame for frame, _at in screen.drawn_at] == [1]
    assert first.size == screen.size
    assert len(first.getcolors(1 << 24) or []) > 1, "a blank frame"
    screen.show(new)
    assert screen.frame == 1, "the same view is not drawn again"
    screen.show(quiet)
    assert screen.frame == 2
    assert picture(screen).tobytes() != first.tobytes()


@pytest.mark.parametrize(("shows", "frames"), [("pygame", 2), ("led-matrix", 2), ("lcd", 1)])
def test_a_new_call_pulses_where_the_display_can(shows: str, frames: int) -> None:
    screen, new, quiet = BODIES[shows]()  # type: ignore[no-untyped-call]
    now = [0.0]
    screen._monotonic = lambda: now[0]
    screen.show(new)
    for moment in (0.1, 0.9, 1.0):
        now[0] = moment
        screen.pump(lambda action: None)
    assert screen.frame == frames
    screen.show(quiet)
    now[0] = 2.0
    screen.pump(lambda action: None)
    assert screen.frame == frames + 1


def test_touching_it_is_like_touching_the_glass() -> None:
    screen = SimulatedScreen(SimulatedPanel(DISPENSER, (1280, 800)))
    screen.show(choosing(8))
    box = next(box for box, action in screen.regions if action == Action("choose", "service-2"))
    assert screen.touch(box.x + 5, box.y + 5) == Action("choose", "service-2")
    assert screen.touch(0, 799) is None


def test_the_panel_of_leds_shows_lit_lamps_where_the_strip_is_lit() -> None:
    screen = SimulatedScreen(SimulatedLedMatrix((32, 8)))
    screen.show(counter("closed"))
    colours = picture(screen).convert("RGB")
    assert colours.getpixel((16, 8 * 16)) == (255, 78, 32)  # the one lamp of a closed counter, lower left
    assert colours.getpixel((32, 8 * 16)) == (58, 22, 18)


def test_pictures_may_be_asked_for_while_another_thread_draws() -> None:
    screen = SimulatedScreen(SimulatedPanel(LOBBY, (320, 180)))
    screen.show(lobby(calls(1)))
    drawn = threading.Event()
    wrong: list[BaseException] = []

    def draw() -> None:
        for count in range(2, 30):
            screen.show(lobby(calls(count)))
        drawn.set()

    def look() -> None:
        try:
            while not drawn.is_set():
                picture(screen).load()
        except OSError as error:
            wrong.append(error)

    threads = [threading.Thread(target=draw), threading.Thread(target=look), threading.Thread(target=look)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not wrong
    assert drawn.is_set()


def test_it_may_be_closed_twice_and_still_be_looked_at() -> None:
    screen = SimulatedScreen(SimulatedLcd())
    screen.show(counter("free", message="Vapaa"))
    screen.close()
    screen.close()
    assert picture(screen).size == screen.size


@pytest.mark.slow
def test_a_unit_without_a_full_screen_needs_no_pygame() -> None:
    program = (
        "import sys; import vuoro_devices.simulated.screen, vuoro_devices.hardware.led_matrix,"
        " vuoro_devices.hardware.character_lcd; sys.exit('pygame' in sys.modules)"
    )
    paths = os.pathsep.join(path for path in sys.path if path)
    assert subprocess.run([sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": paths}).returncode == 0
