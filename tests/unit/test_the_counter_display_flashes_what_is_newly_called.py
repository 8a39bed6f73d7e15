"""The counter display and its keys (Q4)."""

from __future__ import annotations

from datetime import timedelta

from rig.before_a_display import BeforeTheCounter
from rig.scripted_hub import NOON, hub_state
from vuoro_devices.behaviour.events import Answered, Ordered, Told
from vuoro_mqtt.payloads import Ack, ButtonPressed, Refused


def test_a_new_number_flashes_for_its_time() -> None:
    counter = BeforeTheCounter()
    counter.told("calling", "017")
    assert (counter.view.number, counter.view.flash) == ("017", True)
    counter.wait(8.25)
    assert (counter.view.number, counter.view.flash) == ("017", False)


def test_the_second_showing_and_a_recall_flash_again() -> None:
    counter = BeforeTheCounter()
    counter.told("calling", "017", called_at=NOON)
    counter.wait(75)
    counter.told("calling", "017", called_at=NOON, showing=2)
    assert counter.view.flash
    counter.wait(9)
    counter.told("calling", "017", called_at=NOON, showing=2, recalls=1)
    assert counter.view.flash


def test_serving_stands_still() -> None:
    counter = BeforeTheCounter()
    counter.told("calling", "017")
    counter.told("serving", "017")
    assert (counter.view.number, counter.view.flash) == ("017", False)


def test_an_old_call_kept_by_the_broker_does_not_flash() -> None:
    counter = BeforeTheCounter()
    counter.told("calling", "017", called_at=NOON - timedelta(minutes=5), kept=True, showing=2)
    assert (counter.view.number, counter.view.flash) == ("017", False)


def test_without_a_number_it_says_closed_or_free() -> None:
    counter = BeforeTheCounter()
    counter.told("closed")
    assert (counter.view.number, counter.view.message) == (None, "Suljettu")
    counter.told("free")
    assert counter.view.message == "Vapaa"


def test_other_counters_are_not_shown() -> None:
    counter = BeforeTheCounter()
    counter.told("calling", "099", counter="4")
    assert counter.view.number is None
    assert counter.view.message == "Ei valmis"


def test_a_lost_connection_is_told_after_a_while_and_goes_by_itself() -> None:
    counter = BeforeTheCounter()
    counter.told("serving", "017")
    counter.broker_goes()
    counter.wait(4)
    assert counter.view.number == "017"
    counter.wait(2)
    assert (counter.view.connected, counter.view.message) == (False, "Ei yhteyttä")
    counter.broker_comes()
    assert (counter.view.number, counter.view.connected) == ("017", True)
    counter.happens(Told(hub_state("offline")))
    counter.wait(6)
    assert not counter.view.connected


def test_each_key_is_told_to_the_hub() -> None:
    counter = BeforeTheCounter()
    for button in ("next", "recall", "missed", "finish"):
        counter.press(button)
        counter.wait(1)
    assert [send.body for send in counter.sent] == [
        ButtonPressed(button="next"),
        ButtonPressed(button="recall"),
        ButtonPressed(button="missed"),
        ButtonPressed(button="finish"),
    ]


def test_a_key_pressed_twice_in_haste_counts_once() -> None:
    counter = BeforeTheCounter()
    counter.press("next")
    counter.press("next")
    assert len(counter.sent) == 1


def test_a_refusal_is_shown_for_a_moment() -> None:
    counter = BeforeTheCounter()
    counter.told("free")
    counter.press("next")
    refused = Refused.model_validate({"code": "nobody-waiting", "text": {"fi": "Ketään ei odota."}})
    counter.happens(Answered(counter.sent[-1].id, refused))
    assert counter.view.message == "Ketään ei odota."
    counter.wait(5)
    assert counter.view.message == "Vapaa"


def test_an_acknowledged_key_changes_nothing_by_itself() -> None:
    counter = BeforeTheCounter()
    counter.told("free")
    counter.press("next")
    counter.happens(Answered(counter.sent[-1].id, Ack()))
    assert counter.view.message == "Vapaa"


def test_a_key_without_connection_is_never_sent_late() -> None:
    counter = BeforeTheCounter()
    counter.broker_goes()
    counter.press("next")
    assert counter.sent == []
    assert counter.view.message == "Ei yhteyttä"


def test_it_says_who_it_is_when_asked() -> None:
    counter = BeforeTheCounter()
    counter.happens(Ordered("00000000-0000-7000-8000-00000000c0de", "identify"))
    assert counter.view.message == "counter-3"
    assert [send.type for send in counter.sent] == ["done"]
