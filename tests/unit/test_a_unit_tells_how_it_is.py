"""Status, faults and commands of a unit (contract §2.2, §2.4)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from rig.a_unit import Lobby
from rig.scripted_hub import dispenser_config
from vuoro_devices.behaviour.effects import Effect
from vuoro_devices.behaviour.events import Event, Moment, Pressed
from vuoro_devices.behaviour.ticket_dispenser import TicketDispenser
from vuoro_devices.behaviour.views import Action
from vuoro_devices.journal import FILE
from vuoro_devices.ports import PrinterTrouble
from vuoro_devices.unit import Stop
from vuoro_mqtt import payloads
from vuoro_mqtt.codec import decode
from vuoro_mqtt.memory_bus import MemoryBus
from vuoro_mqtt.payloads import BoxCutoffDown, DeviceStatus, Down, IdentifyDown, ReprintDown, RestartDown
from vuoro_mqtt.values import new_message_id


def command(model: type[Down], **wishes: Any) -> Down:
    return model.model_validate({"id": new_message_id(), **wishes})


def retained_status(lobby: Lobby) -> DeviceStatus:
    """What a newcomer reads."""
    found: list[DeviceStatus] = []

    def take(event: Any) -> None:
        if getattr(event, "payload", None):
            found.append(decode(DeviceStatus, event.payload))

    newcomer = MemoryBus(lobby.broker, take, [lobby.topics.status("dispenser-1")])
    newcomer.start()
    newcomer.close()
    return found[-1]


def test_a_unit_is_online_with_its_kind_and_clock(tmp_path: Path) -> None:
    status = retained_status(Lobby(tmp_path))
    assert (status.state, status.kind.value, status.faults) == ("online", "ticket-dispenser", [])
    assert status.clock.synced


def test_a_pulled_plug_says_offline_with_the_same_boot_and_a_new_start_has_a_new_one(tmp_path: Path) -> None:
    lobby = Lobby(tmp_path)
    first = retained_status(lobby).boot
    lobby.pull_the_plug()
    gone = retained_status(lobby)
    assert (gone.state, gone.boot) == ("offline", first)
    lobby.plug_in()
    back = retained_status(lobby)
    assert back.state == "online"
    assert back.boot != first


def test_a_clean_stop_says_offline(tmp_path: Path) -> None:
    lobby = Lobby(tmp_path)
    lobby.stop()
    assert retained_status(lobby).state == "offline"


def test_the_status_is_told_again_at_every_connection(tmp_path: Path) -> None:
    lobby = Lobby(tmp_path)
    lobby.broker.stop()
    lobby.broker.start()
    lobby.settle()
    assert retained_status(lobby).state == "online"


def test_a_printer_fault_is_in_the_status_while_it_lasts(tmp_path: Path) -> None:
    lobby = Lobby(tmp_path)
    lobby.printer.fails = PrinterTrouble("paper-out", "The paper has run out.")
    lobby.press()
    fault = retained_status(lobby).faults[0]
    assert (fault.code, fault.text, fault.since) == ("paper-out", "The paper has run out.", lobby.clock.now())
    lobby.printer.fails = None
    lobby.desk.turn(0)
    lobby.settle()
    assert retained_status(lobby).faults == []


def test_a_journal_set_aside_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("rubbish")
    lobby = Lobby(tmp_path)
    assert lobby.set_aside is not None
    assert lobby.set_aside.read_text() == "rubbish"


# --- commands


def outcome(lobby: Lobby, of: Down) -> list[tuple[str, str | None]]:
    return [(up.type, up.body.code) for up in lobby.hub.heard if up.type in ("done", "failed") and up.body.re == of.id]


def test_a_test_ticket_is_printed_and_answered(tmp_path: Path) -> None:
    lobby = Lobby(tmp_path)
    test = command(payloads.TestDown)
    lobby.hub.say(test)
    lobby.settle()
    assert lobby.printer.tickets[-1].test
    assert outcome(lobby, test) == [("done", None)]


def test_a_test_that_cannot_be_printed_has_failed(tmp_path: Path) -> None:
    lobby = Lobby(tmp_path)
    lobby.printer.fails = PrinterTrouble("cover-open", "The cover is open.")
    test = command(payloads.TestDown)
    lobby.hub.say(test)
    lobby.settle()
    assert outcome(lobby, test) == [("failed", "cover-open")]


def test_the_last_ticket_is_printed_again(tmp_path: Path) -> None:
    lobby = Lobby(tmp_path)
    nothing = command(ReprintDown)
    lobby.hub.say(nothing)
    lobby.settle()
    assert outcome(lobby, nothing) == [("failed", "nothing-to-reprint")]
    lobby.press()
    again = command(ReprintDown)
    lobby.hub.say(again)
    lobby.settle()
    assert [ticket.number for ticket in lobby.printer.tickets] == ["017", "017"]
    assert outcome(lobby, again) == [("done", None)]
    assert lobby.hub.types().count("ticket.printed") == 1


def test_the_unit_shows_who_it_is(tmp_path: Path) -> None:
    lobby = Lobby(tmp_path)
    identify = command(IdentifyDown)
    lobby.hub.say(identify)
    lobby.settle()
    assert lobby.view().title == "dispenser-1"
    assert outcome(lobby, identify) == [("done", None)]


def test_the_same_command_twice_has_its_effect_once_also_over_a_restart(tmp_path: Path) -> None:
    lobby = Lobby(tmp_path)
    test = command(payloads.TestDown)
    lobby.hub.say(test)
    lobby.hub.say(test)
    lobby.settle()
    lobby.pull_the_plug()
    lobby.plug_in()
    lobby.hub.say(test)
    lobby.settle()
    assert len(lobby.printer.tickets) == 1


def test_an_expired_command_is_ignored(tmp_path: Path) -> None:
    lobby = Lobby(tmp_path)
    late = command(payloads.TestDown, expires_at=lobby.clock.now() - timedelta(seconds=1))
    timely = command(payloads.TestDown, expires_at=lobby.clock.now() + timedelta(seconds=30))
    lobby.hub.say(late)
    lobby.hub.say(timely)
    lobby.settle()
    assert len(lobby.printer.tickets) == 1
    assert outcome(lobby, late) == []


def test_a_restart_is_answered_before_the_unit_ends(tmp_path: Path) -> None:
    lobby = Lobby(tmp_path)
    restart = command(RestartDown)
    lobby.hub.say(restart)
    assert lobby.unit.run() == Stop(restart=True)
    assert outcome(lobby, restart) == [("done", None)]


def test_a_command_for_another_kind_of_unit_has_failed(tmp_path: Path) -> None:
    lobby = Lobby(tmp_path)
    cutoff = command(BoxCutoffDown, body={"slot": "1", "at": "2026-03-02T14:15:00Z", "state": "before"})
    lobby.hub.say(cutoff)
    lobby.settle()
    assert outcome(lobby, cutoff) == [("failed", "not-allowed")]


@pytest.mark.parametrize("value", ["verotus", "1"])
def test_a_retained_command_is_never_obeyed(tmp_path: Path, value: str) -> None:
    lobby = Lobby(tmp_path)
    lobby.pull_the_plug()
    lobby.broker.route(
        lobby.topics.down("dispenser-1"), command(payloads.TestDown).model_dump_json().encode(), retain=True
    )
    lobby.plug_in()
    lobby.settle()
    assert lobby.printer.tickets == []
    lobby.press(value)
    assert len(lobby.printer.tickets) == 1


# --- when the unit itself fails


def test_a_disk_that_cannot_be_written_gives_no_number_and_says_so(tmp_path: Path) -> None:
    """Without a durable record a number could be given twice: customers are sent to a person instead."""
    lobby = Lobby(tmp_path)
    lobby.journal._database.execute("PRAGMA query_only = ON")
    lobby.press()
    assert lobby.printer.tickets == []
    assert lobby.hub.types() == []
    assert lobby.view().step == "closed"
    assert [fault.code for fault in retained_status(lobby).faults] == ["disk-failed"]


def test_soon_after_the_disk_can_be_written_again_the_fault_is_gone(tmp_path: Path) -> None:
    lobby = Lobby(tmp_path)
    lobby.journal._database.execute("PRAGMA query_only = ON")
    lobby.hub.tell(dispenser_config(languages=["sv"]))
    lobby.wait(5)
    assert [fault.code for fault in retained_status(lobby).faults] == ["disk-failed"]
    lobby.journal._database.execute("PRAGMA query_only = OFF")
    lobby.wait(3)
    assert retained_status(lobby).faults == []
    assert lobby.journal.kept()["config"]["languages"] == ["sv"]


@pytest.mark.parametrize(
    "wish",
    [
        {"timezone": "Europe/Lahti"},
        {"timezone": "../etc/passwd"},
        {"timezone": ""},
        {"offline_numbers": {"from": 949, "to": 900}},
        {"offline_numbers": {"from": 1, "to": 10**15}},
        {"offline_numbers": {"from": 1, "to": 50}},
        {"offline_numbers": {"from": 899, "to": 949}},
        {"offline_numbers": {"from": 900, "to": 1400}},
        {"answer_within_seconds": -1},
        {"site": "lappeenranta"},
        {"languages": []},
    ],
)
def test_settings_that_cannot_be_lived_by_are_refused_and_the_last_ones_stay(
    tmp_path: Path, wish: dict[str, Any]
) -> None:
    lobby = Lobby(tmp_path)
    lobby.hub.tell(dispenser_config(**{"languages": ["sv"], **wish}))
    lobby.wait(1)
    faults = {fault.code: fault.text for fault in retained_status(lobby).faults}
    assert next(iter(wish)) in faults["config-invalid"]
    assert lobby.view().language == "fi"
    assert lobby.journal.kept()["config"]["languages"] == ["fi", "sv", "en"]
    lobby.press()
    assert lobby.printer.tickets[-1].number == "017"
    lobby.hub.tell(dispenser_config(languages=["sv"]))
    lobby.wait(10)
    assert lobby.view().language == "sv"
    assert retained_status(lobby).faults == []


@pytest.mark.parametrize("wish", [{"services": ["later"]}, {"service_for_the_lost": "later"}])
def test_services_that_are_not_there_yet_are_no_fault_of_the_settings(tmp_path: Path, wish: dict[str, Any]) -> None:
    lobby = Lobby(tmp_path)
    lobby.hub.tell(dispenser_config(languages=["sv"], **wish))
    lobby.wait(10)
    lobby.press()
    assert lobby.view().language == "sv"
    assert retained_status(lobby).faults == []


def test_the_widest_range_of_numbers_is_taken(tmp_path: Path) -> None:
    lobby = Lobby(tmp_path)
    lobby.hub.tell(dispenser_config(languages=["sv"], offline_numbers={"from": 900, "to": 1399}))
    lobby.wait(10)
    assert lobby.view().language == "sv"


def test_after_a_failed_write_the_unit_starts_anew(tmp_path: Path) -> None:
    lobby = Lobby(tmp_path)
    lobby.press(printing=False)
    lobby.journal._database.execute("PRAGMA query_only = ON")
    lobby.settle()
    lobby.wait(11)
    assert lobby.unit.run() == Stop(restart=True)
    lobby.pull_the_plug()
    lobby.plug_in()
    lobby.settle()
    assert [up.body.uncertain for up in lobby.hub.of_type("ticket.printed")] == [True]


class Stumbling(TicketDispenser):
    """A dispenser with a bug that shows itself at every press of one service."""

    def step(self, event: Event, moment: Moment) -> list[Effect]:
        if isinstance(event, Pressed) and event.action.value == "kela":
            raise KeyError("a bug")
        return super().step(event, moment)


def test_a_bug_in_one_step_does_not_stop_the_unit(tmp_path: Path) -> None:
    lobby = Lobby(tmp_path, behaviour=Stumbling)
    lobby.press("kela")
    lobby.press("verotus")
    assert len(lobby.printer.tickets) == 1
    assert [fault.code for fault in retained_status(lobby).faults] == ["internal-error"]


def test_a_unit_that_only_stumbles_starts_anew(tmp_path: Path) -> None:
    lobby = Lobby(tmp_path, behaviour=Stumbling)
    for _ in range(60):
        lobby.inbox.put(Pressed(Action("choose", "kela")))
    assert lobby.unit.run() == Stop(restart=True)


def test_what_another_version_kept_of_the_hubs_words_stops_no_start(tmp_path: Path) -> None:
    lobby = Lobby(tmp_path)
    lobby.journal.keep("config", {"version": "of long ago"})
    lobby.pull_the_plug()
    lobby.broker.stop()
    lobby.plug_in()
    assert lobby.view().step == "closed"
    lobby.broker.start()
    lobby.settle()
    assert lobby.unit.connected


def test_a_clean_stop_leaves_no_ghost_in_the_queue(tmp_path: Path) -> None:
    lobby = Lobby(tmp_path)
    lobby.hub.manner = "silent"
    lobby.press()
    lobby.stop()
    assert lobby.hub.types() == ["ticket.requested", "ticket.abandoned"]
