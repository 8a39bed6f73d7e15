"""Numbers stand at 7:1 and words at 4.5:1 against their ground (WCAG AAA and AA)."""

from __future__ import annotations

import pytest
from vuoro_devices.hardware import palette
from vuoro_devices.hardware.palette import Colour, contrast


def test_the_scale_runs_from_one_to_twenty_one() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((90, 90, 90), (90, 90, 90)) == pytest.approx(1)


@pytest.mark.parametrize(("ink", "ground"), palette.NUMBERS_ON)
def test_numbers(ink: Colour, ground: Colour) -> None:
    assert contrast(ink, ground) >= 7


@pytest.mark.parametrize(("ink", "ground"), palette.TEXT_ON)
def test_words(ink: Colour, ground: Colour) -> None:
    assert contrast(ink, ground) >= 4.5


@pytest.mark.parametrize("ground", [palette.PAPER, palette.GROUND])
def test_the_edge_of_what_can_be_pressed(ground: Colour) -> None:
    assert contrast(palette.EDGE, ground) >= 3


def test_the_frame_of_a_new_call() -> None:
    assert contrast(palette.CALL, palette.BRAND) >= 3
