"""Who comes with a name that is taken throws the other one off, and is thrown off in turn: both say so."""

from __future__ import annotations

from pathlib import Path

from rig.a_unit import Lobby
from vuoro_devices.contested import Contested


def thrown_off(lobby: Lobby, times: int) -> None:
    for _ in range(times):
        lobby.bus.cut()
        lobby.wait(1)
        lobby.bus.start()
        lobby.wait(2)


def faults(lobby: Lobby) -> dict[str, str]:
    return {fault.code: fault.text for fault in lobby.hub.statuses[-1].faults}


def test_a_connection_taken_over_again_and_again_is_told(tmp_path: Path) -> None:
    lobby = Lobby(tmp_path)
    thrown_off(lobby, 4)
    assert "connection-contested" not in faults(lobby)
    thrown_off(lobby, 1)
    assert faults(lobby)["connection-contested"].endswith("Perhaps another unit uses the name dispenser-1.")


def test_once_it_holds_for_a_minute_all_is_well(tmp_path: Path) -> None:
    lobby = Lobby(tmp_path)
    thrown_off(lobby, 5)
    lobby.wait(50)
    assert "connection-contested" in faults(lobby)
    lobby.wait(15)
    assert "connection-contested" not in faults(lobby)


def test_it_is_told_once_however_long_it_lasts(tmp_path: Path) -> None:
    lobby = Lobby(tmp_path)
    thrown_off(lobby, 5)
    since = [fault.since for fault in lobby.hub.statuses[-1].faults]
    thrown_off(lobby, 10)
    assert [fault.since for fault in lobby.hub.statuses[-1].faults] == since


def test_a_broker_that_is_away_is_contested_by_nobody() -> None:
    contested = Contested()
    contested.connected(0)
    for second in range(60):
        contested.lost(second)
    assert not contested.now


def test_a_line_that_breaks_now_and_then_is_contested_by_nobody() -> None:
    contested = Contested()
    for minute in range(20):
        contested.connected(minute * 20)
        contested.lost(minute * 20 + 15)
    assert not contested.now
