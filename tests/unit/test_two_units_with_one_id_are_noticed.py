"""A copied card: what a device was before takes turns with what it is now (A, B, A)."""

from __future__ import annotations

from rig.points import CONSOLE, PointAtWork
from vuoro_hub.acts import hearing
from vuoro_hub.gateway.doubles import TELL_AGAIN_SECONDS, WITHIN_SECONDS, Doubles
from vuoro_mqtt.payloads import DeviceStatus


class Seconds:
    """A monotonic clock that moves when told."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def said(doubles: Doubles, *boots: str, device: str = "dispenser-1") -> list[bool]:
    return [doubles.note(device, "boot", boot) for boot in boots]


def test_taking_turns_is_told_once_an_hour() -> None:
    clock = Seconds()
    doubles = Doubles(clock)
    assert said(doubles, "a", "b", "a", "b", "a") == [False, False, True, False, False]
    for _ in range(int(TELL_AGAIN_SECONDS / 60) - 1):
        clock.at += 60
        assert not any(said(doubles, "b", "a"))
    clock.at += 60
    assert said(doubles, "b", "a") == [True, False]


def test_new_starts_and_other_devices_are_no_double() -> None:
    doubles = Doubles(Seconds())
    assert not any(said(doubles, "a", "a", "b", "b", "c", "d"))
    assert not any(said(doubles, "a", "e", device="dispenser-2"))
    assert doubles.count() == 0


def test_an_old_card_put_in_again_much_later_is_no_double() -> None:
    clock = Seconds()
    doubles = Doubles(clock)
    said(doubles, "a", "b")
    clock.at += WITHIN_SECONDS + 1
    assert said(doubles, "a") == [False]


def test_it_is_over_when_one_of_them_is_gone() -> None:
    clock = Seconds()
    doubles = Doubles(clock)
    said(doubles, "a", "b", "a")
    assert (doubles.doubled("dispenser-1"), doubles.count(), doubles.over()) == (True, 1, [])
    clock.at += WITHIN_SECONDS + 1
    assert doubles.over() == ["dispenser-1"]
    assert (doubles.doubled("dispenser-1"), doubles.count(), doubles.over()) == (False, 0, [])


def test_turns_taken_fill_no_log_and_the_fault_goes_with_them(lahti: PointAtWork) -> None:
    def hear(boot: str, *, doubled: bool) -> None:
        status = DeviceStatus.model_validate(
            {
                "state": "online",
                "kind": "ticket-dispenser",
                "at": lahti.clock(),
                "boot": boot,
                "version": "1",
                "clock": {"synced": True, "uncertainty_seconds": 0.01, "source": "test"},
                "faults": [],
            }
        )
        lahti.must(CONSOLE, lambda t: hearing.device_status(t, "dispenser-1", status, doubled=doubled) or "")

    hear("a", doubled=False)
    hear("b", doubled=False)
    lahti.must(CONSOLE, lambda t: hearing.device_doubled(t, "dispenser-1"))
    for _ in range(5):
        hear("a", doubled=True)
        hear("b", doubled=True)
    assert [event.type for event in lahti.events()] == ["device.status", "device.status", "device.doubled"]

    lahti.must(CONSOLE, lambda t: hearing.device_single(t, "dispenser-1"))

    assert lahti.see(lambda t: t.records.device("dispenser-1")).faults == []
    assert lahti.events()[-1].type == "device.single"
