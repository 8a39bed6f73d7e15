"""The lobby display: each newly called number large, one after another, none lost, none for a second only (Q4)."""

from __future__ import annotations

from datetime import timedelta

from rig.before_a_display import InTheLobby, call, config
from rig.scripted_hub import NOON, hub_state, service, services
from vuoro_devices.behaviour.events import Told


def test_a_new_call_is_shown_large_for_its_time_and_then_stands_in_the_list() -> None:
    lobby = InTheLobby()
    lobby.told(lobby.call("017"))
    assert lobby.large == "017"
    assert lobby.view.highlight is not None
    assert lobby.view.highlight.where == "Piste 3"
    assert lobby.seconds_shown(12) == {"017": 8.0}
    assert [row.number for row in lobby.view.calls] == ["017"]
    assert not lobby.view.calls[0].new


def test_two_calls_at_once_are_shown_one_after_another_each_for_its_full_time() -> None:
    lobby = InTheLobby()
    lobby.told(lobby.call("018", "4"), lobby.call("017", "3"))
    assert lobby.large == "017"
    assert lobby.seconds_shown(20) == {"017": 8.0, "018": 8.0}


def test_many_at_once_are_hurried_but_none_is_lost_and_none_gets_a_second_only() -> None:
    lobby = InTheLobby()
    calls = [lobby.call(f"{number:03d}", str(number)) for number in range(20, 0, -1)]
    lobby.told(*calls)
    shown = lobby.seconds_shown(150)
    assert list(shown) == [f"{number:03d}" for number in range(1, 21)]
    assert min(shown.values()) >= 4.0


def test_a_call_that_comes_while_another_is_shown_does_not_cut_it_short() -> None:
    lobby = InTheLobby()
    first = lobby.call("017")
    lobby.told(first)
    lobby.wait(1)
    lobby.told(lobby.call("018", "4"), first)
    assert lobby.large == "017"
    assert lobby.seconds_shown(20) == {"017": 7.0, "018": 8.0}


def test_a_number_called_and_served_before_its_turn_on_the_display_is_still_shown() -> None:
    lobby = InTheLobby()
    first, second = lobby.call("017"), lobby.call("018", "4")
    lobby.told(second, first)
    lobby.told(first)
    assert "018" in lobby.seconds_shown(20)


def test_the_second_showing_and_a_recall_are_shown_as_new() -> None:
    lobby = InTheLobby()
    first = lobby.call("017")
    lobby.told(first)
    lobby.wait(75)
    assert lobby.large is None
    lobby.told(first.model_copy(update={"showing": 2}))
    assert lobby.large == "017"
    lobby.wait(60)
    lobby.told(first.model_copy(update={"showing": 2, "recalls": 1}))
    assert lobby.large == "017"


def test_the_same_state_again_is_no_news() -> None:
    lobby = InTheLobby()
    first = lobby.call("017")
    lobby.told(first)
    lobby.wait(9)
    lobby.told(first)
    lobby.told(first.model_copy(update={"serving": True}))
    assert lobby.large is None


def test_a_number_called_again_at_another_counter_is_shown_with_the_new_one() -> None:
    lobby = InTheLobby()
    lobby.told(lobby.call("017", "3"))
    lobby.wait(20)
    lobby.told(lobby.call("017", "5"))
    assert lobby.view.highlight is not None
    assert lobby.view.highlight.where == "Piste 5"


def test_old_calls_do_not_flash_as_new_when_the_display_starts() -> None:
    lobby = InTheLobby()
    old = call("011", called_at=NOON - timedelta(minutes=10))
    lobby.told(old, kept=True, at=NOON - timedelta(minutes=10))
    assert lobby.large is None
    assert [row.number for row in lobby.view.calls] == ["011"]


def test_a_call_of_a_moment_ago_is_shown_when_the_display_starts() -> None:
    lobby = InTheLobby()
    lobby.told(call("017", called_at=NOON - timedelta(seconds=20)), kept=True)
    assert lobby.large == "017"


def test_what_was_called_during_an_outage_is_shown_when_it_ends() -> None:
    lobby = InTheLobby()
    first = lobby.call("017")
    lobby.told(first)
    lobby.wait(10)
    lobby.broker_goes()
    lobby.wait(30)
    new = lobby.call("018", "4", called_at=lobby.now - timedelta(seconds=15))
    lobby.broker_comes()
    lobby.told(new, first, kept=True)
    assert lobby.large == "018"


def test_a_clock_that_is_wrong_by_an_hour_does_not_hide_new_calls() -> None:
    lobby = InTheLobby()
    lobby.now += timedelta(hours=1)
    lobby.told(call("017"), at=NOON)
    assert lobby.large == "017"


def test_only_the_displays_own_area_is_shown() -> None:
    lobby = InTheLobby(area="2. kerros")
    lobby.told(lobby.call("018", "4", area="2. kerros"), lobby.call("017"))
    assert [row.number for row in lobby.view.calls] == ["018"]
    assert lobby.seconds_shown(20) == {"018": 8.0}


def test_the_coming_numbers_and_how_many_wait_are_shown() -> None:
    lobby = InTheLobby()
    lobby.told(coming=["019", "020"])
    lobby.happens(Told(services(service("kela", waiting=2), service("verotus", waiting=3))))
    assert lobby.view.coming == ("019", "020")
    assert lobby.view.waiting == 5


def test_a_gone_hub_or_broker_is_told_after_a_while_and_the_display_recovers_by_itself() -> None:
    lobby = InTheLobby()
    lobby.told(lobby.call("017"))
    lobby.broker_goes()
    lobby.wait(4)
    assert lobby.view.trouble == ""
    lobby.wait(2)
    said = set()
    for _ in range(3):
        said.add(lobby.view.trouble.split(".")[0])
        lobby.wait(5)
    assert said == {"Yhteys puuttuu juuri nyt", "Ingen förbindelse just nu", "No connection just now"}
    lobby.broker_comes()
    assert lobby.view.trouble == ""
    lobby.happens(Told(hub_state("offline")))
    lobby.wait(6)
    assert lobby.view.trouble
    lobby.happens(Told(hub_state("online", boot="hub-2")))
    assert lobby.view.trouble == ""


def test_the_display_draws_anew_only_when_something_changes() -> None:
    lobby = InTheLobby()
    lobby.happens(Told(config("lobby-display", languages=["fi"])))
    before = len(lobby.shown)
    lobby.wait(30)
    assert len(lobby.shown) == before


IN_THREE = {"fi": "Palvelupiste 3", "sv": "Serviceställe 3", "en": "Counter 3"}


def test_the_counters_name_stands_in_every_language_at_once_where_there_is_room() -> None:
    lobby = InTheLobby()
    lobby.told(lobby.call("017", counter_name=IN_THREE))
    assert lobby.view.highlight
    assert lobby.view.highlight.names == tuple(IN_THREE.values())


def test_elsewhere_each_language_has_its_turn() -> None:
    lobby = InTheLobby()
    lobby.told(lobby.call("018"), lobby.call("017", counter_name=IN_THREE, serving=True))
    seen: set[tuple[str, str]] = set()
    for _ in range(3):
        lobby.wait(5)
        view = lobby.view
        seen.add((view.calls[1].where, view.labels["coming"][view.turn]))
    assert seen == {("Palvelupiste 3", "Seuraavina"), ("Serviceställe 3", "Näst i tur"), ("Counter 3", "Next in line")}


def test_more_calls_than_have_room_stand_in_the_list_in_turn_and_served_ones_give_way() -> None:
    lobby = InTheLobby()
    served = [lobby.call(f"1{number:02d}", f"s{number}", serving=True) for number in range(2)]
    calling = [lobby.call(f"0{number:02d}", str(number)) for number in range(8)]
    lobby.told(*served, *calling)
    lobby.wait(120)  # every one has been shown large
    seen: set[str] = set()
    for _ in range(8):
        rows = [row.number for row in lobby.view.calls]
        assert len(rows) == 10
        seen |= set(rows[1:7])
        lobby.wait(3)
    assert seen >= {call.number for call in calling}


def test_with_room_for_all_those_still_called_stand_before_those_being_served() -> None:
    lobby = InTheLobby()
    lobby.told(lobby.call("101", "1", serving=True), lobby.call("017", "3"))
    lobby.wait(20)
    assert [row.number for row in lobby.view.calls][1:] == ["017"]
