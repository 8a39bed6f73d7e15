"""The journal over the bus: durable first, sent until answered, in order, marked late (contract §2.2, §2.3)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from rig.a_unit import Lobby
from rig.scripted_hub import dispenser_config, hub_state, service, services
from vuoro_devices.journal import open_journal
from vuoro_mqtt.bus import Message
from vuoro_mqtt.memory_bus import MemoryBus
from vuoro_mqtt.payloads import ResendDown
from vuoro_mqtt.values import new_message_id


def test_one_ticket_is_two_messages_in_order(tmp_path: Path) -> None:
    lobby = Lobby(tmp_path)
    lobby.press()
    assert [ticket.number for ticket in lobby.printer.tickets] == ["017"]
    assert [(up.seq, up.type, up.late) for up in lobby.hub.heard] == [
        (1, "ticket.requested", False),
        (2, "ticket.printed", False),
    ]
    assert lobby.journal.unanswered() == []


def test_every_message_is_on_disk_before_it_is_published(tmp_path: Path) -> None:
    """A watcher that opens the disk anew at each message finds it there."""
    lobby = Lobby(tmp_path)
    found: list[bool] = []

    def look(event: object) -> None:
        if isinstance(event, Message):
            seen = open_journal(tmp_path, lobby.clock.now()).journal
            newest = lobby.hub.heard[-1].id if lobby.hub.heard else ""
            found.append(any(entry.id == newest for entry in seen.since(1)))
            seen.close()

    watcher = MemoryBus(lobby.broker, look, [lobby.topics.up("dispenser-1")])
    watcher.start()
    lobby.press()
    assert found == [True, True]


def test_what_was_said_without_a_broker_is_sent_late_and_in_order_when_it_is_back(tmp_path: Path) -> None:
    lobby = Lobby(tmp_path)
    lobby.broker.stop()
    lobby.settle()
    lobby.press()
    lobby.wait(3)
    lobby.press("kela")
    lobby.wait(3)
    assert [ticket.number for ticket in lobby.printer.tickets] == ["900", "901"]
    assert lobby.hub.heard == []
    lobby.broker.start()
    lobby.settle()
    assert {up.sent_at for up in lobby.hub.heard} == {lobby.clock.now()}
    assert [(up.seq, up.type) for up in lobby.hub.heard] == [
        (1, "ticket.requested"),
        (2, "ticket.printed"),
        (3, "ticket.requested"),
        (4, "ticket.printed"),
    ]
    assert all(up.late for up in lobby.hub.heard)
    assert lobby.journal.unanswered() == []


def test_an_unanswered_request_is_sent_again_after_a_reconnect_with_the_same_id(tmp_path: Path) -> None:
    lobby = Lobby(tmp_path)
    lobby.hub.manner = "silent"
    lobby.press()
    lobby.bus.cut()
    lobby.settle()
    lobby.hub.manner = "issue"
    lobby.bus.start()
    lobby.settle()
    requests = lobby.hub.of_type("ticket.requested")
    assert [up.late for up in requests] == [False, True]
    assert requests[0].id == requests[1].id
    assert [ticket.number for ticket in lobby.printer.tickets] == ["900"]


def test_a_hub_that_starts_again_behind_a_broker_that_stayed_hears_what_it_missed(tmp_path: Path) -> None:
    lobby = Lobby(tmp_path)
    lobby.hub.manner = "silent"
    lobby.hub.tell(hub_state("offline"))
    lobby.press()
    lobby.hub.manner = "issue"
    lobby.hub.heard.clear()
    lobby.hub.tell(hub_state("online", boot="hub-2"))
    lobby.settle()
    assert lobby.hub.types() == ["ticket.requested", "ticket.printed"]
    assert lobby.journal.unanswered() == []


def test_a_hub_that_comes_to_the_new_broker_after_the_unit_hears_what_it_missed(tmp_path: Path) -> None:
    lobby = Lobby(tmp_path)
    lobby.hub.tell(hub_state("online"))
    lobby.broker.stop()
    lobby.settle()
    lobby.press()
    lobby.hub.manner = "silent"  # it has not subscribed yet
    lobby.broker.start()
    lobby.settle()
    lobby.hub.manner = "issue"
    lobby.hub.heard.clear()
    lobby.hub.tell(hub_state("online"))
    lobby.settle()
    assert lobby.hub.types() == ["ticket.requested", "ticket.printed"]
    assert lobby.journal.unanswered() == []


def test_an_answer_lost_on_the_way_is_asked_for_again_while_the_connection_holds(tmp_path: Path) -> None:
    lobby = Lobby(tmp_path)
    lobby.hub.manner = "silent"
    lobby.press()
    lobby.wait(3)
    lobby.hub.manner = "issue"
    lobby.wait(35)
    assert lobby.journal.unanswered() == []


def test_the_same_answer_twice_prints_once(tmp_path: Path) -> None:
    lobby = Lobby(tmp_path)
    lobby.press()
    lobby.hub.issue(lobby.hub.heard[0])
    lobby.settle()
    lobby.wait(10)
    assert len(lobby.printer.tickets) == 1
    assert lobby.hub.types().count("ticket.printed") == 1


def test_the_hub_gets_again_what_it_asks_for(tmp_path: Path) -> None:
    lobby = Lobby(tmp_path)
    for _ in range(3):
        lobby.press()
        lobby.wait(3)
    lobby.hub.heard.clear()
    lobby.hub.say(ResendDown.model_validate({"id": new_message_id(), "body": {"from": 3}}))
    lobby.settle()
    again = [up for up in lobby.hub.heard if up.type != "done"]
    assert [up.seq for up in again if up.seq < 7] == [3, 4, 5, 6]
    assert all(up.late for up in again if up.seq < 7)
    assert lobby.hub.types().count("done") >= 1


def test_malformed_and_foreign_messages_stop_nothing(tmp_path: Path) -> None:
    lobby = Lobby(tmp_path)
    down, config = lobby.topics.down("dispenser-1"), lobby.topics.config("dispenser-1")
    for payload in (b"", b"{", b"[]", b"\xff\xfe", b'{"id": 1}', b"x" * 20_000, b'{"type": "ticket.issued"}'):
        lobby.broker.route(down, payload, retain=False)
        lobby.broker.route(config, payload, retain=False)
        lobby.broker.route(lobby.topics.services, payload, retain=False)
    lobby.settle()
    lobby.press()
    assert len(lobby.printer.tickets) == 1


def test_a_config_for_another_kind_of_device_is_not_taken(tmp_path: Path) -> None:
    lobby = Lobby(tmp_path)
    lobby.hub.tell(dispenser_config(kind="lobby-display", languages=["ar"]))
    lobby.settle()
    assert lobby.view().language == "fi"


# --- pulling the plug


def test_a_plug_pulled_while_asking_leaves_no_ghost_in_the_queue(tmp_path: Path) -> None:
    lobby = Lobby(tmp_path)
    lobby.hub.manner = "silent"
    lobby.press()
    lobby.pull_the_plug()
    lobby.hub.manner = "issue"
    lobby.plug_in()
    lobby.settle()
    abandoned = lobby.hub.of_type("ticket.abandoned")
    assert [up.body.request for up in abandoned] == [lobby.hub.heard[0].id]
    assert lobby.printer.tickets == []


def test_a_plug_pulled_between_answer_and_paper_is_told_as_uncertain(tmp_path: Path) -> None:
    lobby = Lobby(tmp_path)
    lobby.press(printing=False)
    lobby.pull_the_plug()
    lobby.plug_in()
    lobby.settle()
    printed = lobby.hub.of_type("ticket.printed")
    assert [(up.body.number, up.body.uncertain) for up in printed] == [("017", True)]
    assert lobby.printer.tickets == []


def test_the_unit_starts_and_gives_numbers_without_hub_and_broker(tmp_path: Path) -> None:
    lobby = Lobby(tmp_path)
    lobby.pull_the_plug()
    lobby.broker.stop()
    lobby.plug_in()
    assert lobby.view().step == "choose"
    lobby.press()
    assert lobby.printer.tickets[-1].number == "900"


def test_a_clean_stop_keeps_the_newest_services(tmp_path: Path) -> None:
    lobby = Lobby(tmp_path)
    lobby.hub.tell(services(service("uusi")))
    lobby.settle()
    lobby.stop()
    lobby.broker.stop()
    lobby.plug_in()
    assert [choice.service for choice in lobby.view().choices] == ["uusi"]


def test_after_a_day_offline_numbers_still_come(tmp_path: Path) -> None:
    lobby = Lobby(tmp_path)
    lobby.pull_the_plug()
    lobby.broker.stop()
    lobby.clock.forward(timedelta(days=2).total_seconds())
    lobby.plug_in()
    lobby.press()
    assert lobby.printer.tickets[-1].offline
