"""Values and messages inside a journal that opens well may be damaged: told, taken the careful way, and passed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from rig.a_unit import Lobby
from rig.at_the_dispenser import AtTheDispenser
from vuoro_devices.__main__ import run
from vuoro_devices.behaviour.offline_numbers import OfflineSeries
from vuoro_devices.behaviour.ticket_records import may_be_torn
from vuoro_devices.journal import FILE

REQUEST = "0197f3a0-0000-7000-8000-000000000001"


def write_badly(lobby: Lobby, table: str, column: str, where: str, value: object) -> None:
    lobby.journal._database.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (value,))


def faults(lobby: Lobby) -> dict[str, str]:
    return {fault.code: fault.text for fault in lobby.hub.statuses[-1].faults}


@pytest.mark.parametrize("value", ["{not json", "[]", "7", '{"days": []}', '{"given": [900]}', b"\xff\xfe", "null"])
def test_numbers_given_that_cannot_be_read_are_taken_for_lost(tmp_path: Path, value: Any) -> None:
    lobby = Lobby(tmp_path)
    lobby.journal.keep("offline", {"days": {}, "last": 901, "lost": False})
    write_badly(lobby, "kept", "value", "key = 'offline'", value)
    lobby.pull_the_plug()
    lobby.plug_in()
    assert "offline numbers" in faults(lobby)["journal-damaged"]
    lobby.press()
    assert lobby.printer.tickets[-1].number == "017"
    lobby.broker.stop()
    lobby.press()
    lobby.wait(3)
    lobby.press()
    assert len(lobby.printer.tickets) == 1
    assert lobby.view().step == "closed"


@pytest.mark.parametrize(
    "record", [None, [], "asked", {}, {"stage": "printing"}, {"stage": "printing", "number": 5, "offline": False}]
)
def test_a_ticket_whose_record_cannot_be_read_keeps_its_place_and_may_hang_torn(record: Any) -> None:
    kept = {f"ticket:{REQUEST}": record}
    lobby = AtTheDispenser(kept=kept)
    assert lobby.types() == []
    assert REQUEST in lobby.faults["journal-damaged"]
    assert f"ticket:{REQUEST}" not in lobby.kept
    assert may_be_torn(kept)
    lobby.ticket()
    assert lobby.prints[-1].ticket.number == "017"


def test_the_record_of_an_earlier_version_is_read() -> None:
    kept = {"day": "2026-03-03", "given": [900, 901], "last": 901, "lost": False}
    series = OfflineSeries.from_kept(kept)
    assert series.given_on(date(2026, 3, 3)) == {900, 901}
    assert OfflineSeries.from_kept(series.as_kept()) == series


def test_a_record_under_an_impossible_name_is_passed_over() -> None:
    lobby = AtTheDispenser(kept={"ticket:what": {"stage": "asked"}})
    assert lobby.types() == []
    assert "journal-damaged" in lobby.faults


@pytest.mark.parametrize("envelope", ["{not json", "[]", b"\xff\xfe"])
def test_a_damaged_message_holds_up_none_of_those_after_it(tmp_path: Path, envelope: Any) -> None:
    lobby = Lobby(tmp_path)
    lobby.broker.stop()
    lobby.press()
    lobby.wait(3)
    lobby.press()
    write_badly(lobby, "up", "envelope", "seq = 2", envelope)
    lobby.pull_the_plug()
    lobby.plug_in()
    lobby.broker.start()
    lobby.settle()
    assert [up.seq for up in lobby.hub.heard] == [1, 3, 4]
    assert "seq 2." in faults(lobby)["messages-damaged"]
    assert lobby.journal.unanswered() == []
    assert [entry.seq for entry in lobby.journal.since(1)] == [1, 3, 4]


def test_a_message_that_is_damaged_meanwhile_holds_up_none_either(tmp_path: Path) -> None:
    lobby = Lobby(tmp_path)
    lobby.broker.stop()
    lobby.press()
    write_badly(lobby, "up", "envelope", "seq = 1", "{")
    lobby.broker.start()
    lobby.settle()
    assert [up.seq for up in lobby.hub.heard] == [2]


def test_a_cached_word_of_the_hub_that_cannot_be_read_waits_for_the_hub(tmp_path: Path) -> None:
    lobby = Lobby(tmp_path)
    lobby.wait(1)
    write_badly(lobby, "kept", "value", "key = 'config'", "{")
    lobby.pull_the_plug()
    lobby.plug_in()
    lobby.press()
    assert lobby.printer.tickets[-1].number == "017"


def test_a_folder_where_the_journal_should_be_is_told_plainly(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / FILE).mkdir()
    file = tmp_path / "unit.toml"
    file.write_text(
        f"site = 'lahti'\ndevice = 'counter-1'\nstate = '{tmp_path}'\n[screen]\ntype = 'simulated'\nshows = 'lcd'\n"
        "[simulated]\nport = 18199\n"
    )
    assert run(["counter-display", "--config", str(file)]) == 1
    told = capsys.readouterr().err
    assert f"the journal {tmp_path / FILE} is no file" in told
    assert "Traceback" not in told
