"""Keys: our own debounce, GPIO buttons and lamps on mock pins, digits of a keypad."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from gpiozero.pins.mock import MockFactory
from hypothesis import given
from hypothesis import strategies as st
from vuoro_devices.behaviour.debounce import Debounce
from vuoro_devices.behaviour.views import Action
from vuoro_devices.hardware.gpio_controls import GpioButtons, GpioLamps
from vuoro_devices.hardware.keypad import Typing


class Seconds:
    """A clock put forward by hand."""

    def __init__(self) -> None:
        self.now = 10.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def pins() -> Iterator[MockFactory]:
    factory = MockFactory()
    yield factory
    factory.reset()
    factory.close()


def test_the_first_edge_of_a_press_counts_and_its_rattling_does_not() -> None:
    key = Debounce(rest_seconds=0.04)
    edges = [(True, 0.0), (False, 0.001), (True, 0.002), (False, 0.004), (True, 0.006)]
    assert [key.edge(down=down, at=at) for down, at in edges] == [True, False, False, False, False]


def test_letting_go_rattles_too() -> None:
    key = Debounce(rest_seconds=0.04)
    assert key.edge(down=True, at=0.0)
    assert not key.edge(down=False, at=0.5)
    assert not key.edge(down=True, at=0.502)
    assert not key.edge(down=False, at=0.504)
    assert key.edge(down=True, at=0.9)


@given(st.lists(st.floats(min_value=0.0001, max_value=0.039), max_size=30))
def test_no_rattling_however_long_is_a_second_press(gaps: list[float]) -> None:
    key = Debounce(rest_seconds=0.04)
    at, down, presses = 0.0, True, 0
    for gap in [0.0, *gaps]:
        at += gap
        presses += key.edge(down=down, at=at)
        down = not down
    assert presses == 1


def test_a_button_on_a_line_is_delivered_once(pins: MockFactory) -> None:
    seconds, pressed = Seconds(), []
    buttons = GpioButtons({5: Action("choose", "1"), 6: Action("help")}, pin_factory=pins, monotonic=seconds)
    buttons.start(pressed.append)
    line = pins.pin(5)
    for _ in range(3):
        line.drive_low()
        line.drive_high()
    assert pressed == [Action("choose", "1")]
    seconds.now += 1
    pins.pin(6).drive_low()
    assert pressed[-1] == Action("help")
    buttons.close()
    buttons.close()


def test_lamps_are_on_off_and_blinking_by_name(pins: MockFactory) -> None:
    lamps = GpioLamps({"1": 17, "2": 27}, pin_factory=pins)
    lamps.set("1", "on")
    lamps.set("9", "on")
    assert pins.pin(17).state == 1
    assert pins.pin(27).state == 0
    lamps.set("2", "blink")
    lamps.set("1", "off")
    assert pins.pin(17).state == 0
    lamps.set("2", "off")
    assert pins.pin(27).state == 0
    lamps.close()
    lamps.close()


# --- keypad


def test_digits_and_enter_choose() -> None:
    typing = Typing()
    assert typing.key("KEY_KP1", 0.0) is None
    assert typing.key("KEY_2", 0.1) is None
    assert typing.key("KEY_KPENTER", 0.2) == Action("choose", "12")
    assert typing.key("KEY_KPENTER", 0.3) is None


def test_enter_may_be_forgotten() -> None:
    typing = Typing(pause_seconds=1.2)
    typing.key("KEY_KP3", 0.0)
    assert typing.time_goes_by(1.0) is None
    assert typing.time_goes_by(1.3) == Action("choose", "3")
    assert typing.time_goes_by(5.0) is None


def test_other_keys_have_their_meaning_and_forget_half_a_number() -> None:
    typing = Typing()
    typing.key("KEY_KP1", 0.0)
    assert typing.key("KEY_BACKSPACE", 0.1) == Action("back")
    assert typing.time_goes_by(9.0) is None
    assert typing.key("KEY_KPPLUS", 1.0) == Action("page", "+1")
    assert typing.key("KEY_Q", 1.0) is None
