"""A unit that has forgotten everything learns from the hub which of its own numbers somebody has today (§2.3)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from rig.a_unit import Lobby
from rig.at_the_dispenser import AtTheDispenser
from rig.points import PointAtWork
from rig.scripted_hub import NOON, dispenser_config
from rig.waiting import until
from vuoro_devices.behaviour.events import Told
from vuoro_hub.gateway.gateway import Gateway
from vuoro_mqtt.bus import Deliver, Message, Will
from vuoro_mqtt.codec import decode
from vuoro_mqtt.memory_bus import MemoryBus
from vuoro_mqtt.payloads import DeviceConfig, OfflineNumbers


class WithARealHub:
    """A dispenser over the bus in memory, and the real hub behind it."""

    def __init__(self, folder: Path, point: PointAtWork) -> None:
        point.clock.at = NOON
        self.unit = Lobby(folder / "first", hub=False)
        self.unit.hub.manner = "silent"
        self.given: list[list[int]] = []
        MemoryBus(self.unit.broker, self._hear, [self.unit.topics.config("dispenser-1")]).start()
        self.gateway = Gateway(point.point, self._bus, "boot-1", lambda _other: None, ask_seconds=0.01)
        point.point.announcer = self.gateway
        self.gateway.start()
        until(lambda: self.unit.settle() or self.unit.unit.keys(), "the unit's settings and services")

    def _bus(self, deliver: Deliver, subscriptions: list[str], will: Will) -> MemoryBus:
        self.bus = MemoryBus(self.unit.broker, deliver, subscriptions, will)
        return self.bus

    def _hear(self, event: object) -> None:
        if isinstance(event, Message):
            told = decode(DeviceConfig, event.payload).offline_given
            self.given.append(told.numbers if told else [])

    def presses_without_hub(self) -> str:
        self.bus.cut()
        self.unit.settle()
        self.unit.press("vero")
        self.unit.wait(3)
        return self.unit.printer.tickets[-1].number

    def hub_comes_back(self, *, knowing: list[int]) -> None:
        self.bus.start()
        until(lambda: self.unit.settle() or self.given[-1] == knowing, f"the hub's word of {knowing}")
        self.unit.settle()

    def card_is_replaced(self) -> None:
        self.unit.pull_the_plug()
        self.unit.folder = self.unit.folder.with_name("second")
        self.unit.plug_in()


@pytest.fixture
def lobby(tmp_path: Path, lahti: PointAtWork) -> Iterator[WithARealHub]:
    lobby = WithARealHub(tmp_path, lahti)
    yield lobby
    lobby.gateway.close()


def test_a_new_card_goes_on_after_what_the_hub_knows(lobby: WithARealHub) -> None:
    assert lobby.presses_without_hub() == "900"
    lobby.hub_comes_back(knowing=[900])
    assert lobby.presses_without_hub() == "901"
    lobby.hub_comes_back(knowing=[900, 901])
    lobby.card_is_replaced()
    assert lobby.presses_without_hub() == "902"


def test_a_new_card_may_start_while_only_the_broker_is_there(lobby: WithARealHub) -> None:
    assert lobby.presses_without_hub() == "900"
    lobby.hub_comes_back(knowing=[900])
    lobby.bus.cut()
    lobby.card_is_replaced()
    assert lobby.presses_without_hub() == "901"


def config(*numbers: int, ahead: int = 0, **wishes: object) -> DeviceConfig:
    day = (NOON + timedelta(days=ahead)).date()
    return dispenser_config(offline_given={"day": day, "numbers": list(numbers)}, **wishes)


def test_own_record_and_the_hubs_word_count_together() -> None:
    before = AtTheDispenser(connected=False)
    before.press()
    lobby = AtTheDispenser(connected=False, kept=before.kept, config=config(901, 902))
    lobby.press()
    assert lobby.prints[-1].ticket.number == "903"
    assert lobby.kept["offline"]["days"]["2026-03-02"]["given"] == [900, 901, 902, 903]


def test_the_hubs_word_of_yesterday_takes_no_number_from_today() -> None:
    one = OfflineNumbers(from_=900, to=900)
    lobby = AtTheDispenser(connected=False, config=config(900, ahead=-1, offline_numbers=one))
    lobby.press()
    assert lobby.prints[-1].ticket.number == "900"


def test_a_clock_that_is_behind_gives_no_number_of_the_hubs_today() -> None:
    lobby = AtTheDispenser(connected=False, config=config(900, 901, ahead=1))
    lobby.press()
    assert lobby.prints[-1].ticket.number == "902"


def test_the_same_word_again_is_not_written_again() -> None:
    lobby = AtTheDispenser(config=config(900))
    assert lobby.happens(Told(config(900))) == []
