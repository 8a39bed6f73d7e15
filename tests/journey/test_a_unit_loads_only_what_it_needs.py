"""A unit's memory is a small board's: what its kind never uses is not in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from rig.brokers import free_port
from rig.running_point import Unit
from rig.waiting import until

pytestmark = pytest.mark.slow

HEAVY = ("libcrypto", "libssl", "pygame")


def loaded(unit: Unit) -> list[str]:
    """Which of the heavy libraries are in its memory."""
    until(unit.state, f"{unit.device} is set up")
    mapped = Path(f"/proc/{unit.pid}/maps").read_text(encoding="utf-8")
    return [library for library in HEAVY if library in mapped]


@pytest.fixture
def unit(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Unit]:
    kind, shows = request.param
    screen = {"type": "simulated", "shows": shows} if shows else {"type": "none"}
    unit = Unit(tmp_path, kind, "unit-1", free_port(), screen=screen)
    unit.start()
    yield unit
    unit.kill()


@pytest.mark.parametrize(
    "unit",
    [("ticket-dispenser", ""), ("counter-display", "led-matrix"), ("counter-display", "lcd")],
    indirect=True,
)
def test_a_unit_without_a_full_screen_loads_neither_openssl_nor_pygame(unit: Unit) -> None:
    assert loaded(unit) == []


@pytest.mark.parametrize("unit", [("lobby-display", "pygame")], indirect=True)
def test_a_unit_with_a_full_screen_loads_pygame_alone(unit: Unit) -> None:
    until(lambda: loaded(unit) == ["pygame"], "it draws with pygame")
