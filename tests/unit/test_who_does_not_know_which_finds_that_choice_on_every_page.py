"""Always a choice "I do not know which" (Q1): on every page of choices, with push buttons always at the last key."""

from __future__ import annotations

from typing import Any

import pytest
from rig.at_the_dispenser import AtTheDispenser
from rig.points import preset
from rig.scripted_hub import dispenser_config, service, services
from vuoro_devices.behaviour.dispenser_view import DispenserSettings
from vuoro_hub.acts.showing import config_of
from vuoro_mqtt.payloads import OfflineGiven


def standing(count: int, lost: str = "neuvonta", **settings: Any) -> AtTheDispenser:
    """A dispenser with so many services and, last of all, advice."""
    many = services(*(service(f"palvelu-{place}") for place in range(1, count + 1)), service("neuvonta"))
    config = dispenser_config(service_for_the_lost=lost)
    return AtTheDispenser(config=config, offered=many, settings=DispenserSettings(**settings))


def choices(lobby: AtTheDispenser) -> list[tuple[str, str]]:
    return [(choice.key, choice.service) for choice in lobby.view.choices]


def test_on_a_screen_it_is_the_last_of_nine() -> None:
    lobby = standing(9)
    assert [choice.service for choice in lobby.view.choices[7:]] == ["palvelu-8", "neuvonta"]
    lobby.chooses("page", "+1")
    assert choices(lobby) == [("9", "palvelu-9"), ("10", "neuvonta")]
    assert lobby.view.pages == 2


def test_what_fits_on_one_page_keeps_its_order() -> None:
    lobby = standing(8)
    assert lobby.view.pages == 1
    assert choices(lobby)[-1] == ("9", "neuvonta")


def test_beside_push_buttons_it_is_always_the_last_key() -> None:
    lobby = standing(9, keys_per_page=8)
    assert choices(lobby)[-2:] == [("7", "palvelu-7"), ("8", "neuvonta")]
    assert lobby.lamps["8"] == "on"
    lobby.chooses("page", "+1")
    assert choices(lobby) == [("1", "palvelu-8"), ("2", "palvelu-9"), ("8", "neuvonta")]
    assert (lobby.lamps["2"], lobby.lamps.get("3"), lobby.lamps["8"]) == ("on", "on", "on")
    lobby.press("8")
    assert lobby.body_of("ticket.requested").service == "neuvonta"


def test_a_typed_number_finds_it_from_every_page() -> None:
    for page in ("+1", "+2"):
        lobby = standing(20)
        lobby.chooses("page", page)
        lobby.press("21")
        assert lobby.body_of("ticket.requested").service == "neuvonta"


def test_every_service_stands_on_one_page_and_advice_on_all() -> None:
    lobby = standing(20)
    seen = []
    for _ in range(lobby.view.pages):
        seen += [choice.service for choice in lobby.view.choices]
        lobby.chooses("page", "+1")
    assert lobby.view.pages == 3
    assert sorted(one for one in seen if one != "neuvonta") == sorted(f"palvelu-{place}" for place in range(1, 21))
    assert seen.count("neuvonta") == 3


@pytest.mark.parametrize("wishes", [{"lost": "gone"}, {"keys_per_page": 1}])
def test_where_there_is_no_such_service_or_no_room_all_is_as_before(wishes: dict[str, Any]) -> None:
    lobby = standing(9, **wishes)
    pages = lobby.view.pages
    assert pages == (10 if "keys_per_page" in wishes else 2)


@pytest.mark.parametrize("name", ["lahti", "lappeenranta"])
def test_the_hub_tells_a_dispenser_which_one_it_is(name: str) -> None:
    site = preset(name)
    given = OfflineGiven(day="2026-03-02", numbers=[])  # type: ignore[arg-type]
    told = {one.kind.value: config_of(site, one, given).service_for_the_lost for one in site.devices}
    assert told["ticket-dispenser"] == "neuvonta"
    assert told["counter-display"] is None
