"""What went wrong is told under a warning, in another form and another colour than what went well."""

from __future__ import annotations

import pytest
from rig.at_the_dispenser import AtTheDispenser
from rig.scripted_hub import dispenser_config
from vuoro_devices.behaviour.views import DispenserView
from vuoro_devices.hardware.draw_dispenser import DISPENSER
from vuoro_devices.hardware.palette import GOOD, NOTICE, Colour
from vuoro_devices.simulated.screen import SimulatedPanel


def colours(view: DispenserView) -> set[Colour]:
    panel = SimulatedPanel(DISPENSER, (800, 480))
    panel.draw(view, beat=False)
    return {colour for _count, colour in panel.photograph()().getcolors(1 << 20) or []}  # type: ignore[misc]


def test_a_call_for_help_that_nobody_can_hear_is_no_success() -> None:
    lobby = AtTheDispenser(connected=False)
    lobby.chooses("help")
    assert lobby.view.trouble
    assert GOOD not in colours(lobby.view)
    assert NOTICE in colours(lobby.view)


def test_a_call_that_somebody_hears_is_one() -> None:
    lobby = AtTheDispenser()
    lobby.chooses("help")
    assert not lobby.view.trouble
    assert GOOD in colours(lobby.view)


@pytest.mark.parametrize("told", [True, False])
def test_a_unit_that_can_give_no_number_warns(told: bool) -> None:
    lobby = AtTheDispenser(config=dispenser_config(offline_numbers=None), connected=False, told=told)
    lobby.press()
    assert lobby.view.step == "closed"
    assert lobby.view.trouble
    assert NOTICE in colours(lobby.view)
