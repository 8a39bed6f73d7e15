"""Offline numbers (contract §2.3): hub or broker gone, the dispenser goes on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from rig.at_the_dispenser import AtTheDispenser
from rig.scripted_hub import NOON, dispenser_config, hub_state
from vuoro_devices.behaviour.events import Told
from vuoro_devices.behaviour.offline_numbers import OfflineSeries
from vuoro_devices.behaviour.service_day import service_day
from vuoro_mqtt.payloads import OfflineNumbers

THREE = OfflineNumbers(from_=900, to=902)


def test_no_answer_in_time_prints_the_units_own_number() -> None:
    lobby = AtTheDispenser()
    lobby.press()
    lobby.wait(1.4)
    assert lobby.prints == []
    lobby.wait(0.2)
    ticket = lobby.prints[-1].ticket
    assert (ticket.number, ticket.offline, ticket.position, ticket.follow_url) == ("900", True, None, None)


def test_without_a_broker_nobody_waits_for_an_answer() -> None:
    lobby = AtTheDispenser()
    lobby.broker_goes()
    lobby.press()
    assert lobby.prints[-1].ticket.number == "900"


def test_a_hub_that_is_gone_is_not_waited_for() -> None:
    lobby = AtTheDispenser()
    lobby.happens(Told(hub_state("offline")))
    lobby.press()
    assert lobby.prints[-1].ticket.number == "900"


def test_the_will_of_an_earlier_hub_does_not_count() -> None:
    lobby = AtTheDispenser()
    lobby.happens(Told(hub_state("online", boot="hub-2", at=NOON + timedelta(minutes=5))))
    lobby.happens(Told(hub_state("offline", boot="hub-1", at=NOON)))
    lobby.press()
    assert lobby.prints == []


def test_a_hub_that_came_and_went_unseen_is_gone() -> None:
    lobby = AtTheDispenser()
    lobby.broker_goes()
    lobby.broker_comes()
    lobby.happens(Told(hub_state("offline", boot="hub-2", at=NOON + timedelta(minutes=5)), kept=True))
    lobby.press()
    assert lobby.prints[-1].ticket.offline


def test_a_connection_lost_while_asking_prints_at_once() -> None:
    lobby = AtTheDispenser()
    lobby.press()
    lobby.broker_goes()
    assert lobby.prints[-1].ticket.number == "900"


def test_the_number_is_kept_as_given_before_it_is_printed_and_told_as_offline() -> None:
    lobby = AtTheDispenser(connected=False)
    lobby.press()
    assert lobby.kept["offline"]["days"]["2026-03-02"]["given"] == [900]
    lobby.paper_comes()
    printed = lobby.body_of("ticket.printed")
    assert (printed.number, printed.offline, printed.request) == ("900", True, lobby.request)


def test_a_late_answer_changes_nothing_since_paper_is_the_truth() -> None:
    lobby = AtTheDispenser()
    lobby.press()
    lobby.wait(2)
    lobby.hub_issues("017")
    lobby.paper_comes()
    lobby.hub_issues("017")
    assert [job.ticket.number for job in lobby.prints] == ["900"]
    assert lobby.body_of("ticket.printed").number == "900"


def test_the_customer_reads_that_the_place_in_line_follows() -> None:
    lobby = AtTheDispenser(connected=False)
    lobby.press()
    lobby.paper_comes()
    assert "Numerosi" in " ".join(lobby.view.lines) or "Paikkasi" in " ".join(lobby.view.lines)


def test_no_own_number_is_given_twice_over_a_restart() -> None:
    lobby = AtTheDispenser(connected=False)
    lobby.press()
    again = AtTheDispenser(connected=False, kept=lobby.kept)
    again.press()
    assert again.prints[-1].ticket.number == "901"


def test_a_used_up_range_is_told_on_the_screen_and_as_a_fault() -> None:
    lobby = AtTheDispenser(config=dispenser_config(offline_numbers=THREE), connected=False)
    for _ in range(3):
        lobby.press()
        lobby.paper_comes()
        lobby.wait(3)
    assert "offline-numbers-used-up" in lobby.faults
    assert [job.ticket.number for job in lobby.prints] == ["900", "901", "902"]
    lobby.press()
    assert lobby.view.step == "closed"
    assert lobby.view.lines == ("Pyydä vuoronumero palveluneuvojalta.",)
    assert len(lobby.prints) == 3


def test_a_slow_hub_is_waited_for_longer_when_there_is_no_own_number_left() -> None:
    lobby = AtTheDispenser(config=dispenser_config(offline_numbers=None))
    lobby.press()
    lobby.wait(6)
    lobby.hub_issues("017")
    assert lobby.prints[-1].ticket.number == "017"


def test_a_request_given_up_for_good_is_told_as_abandoned() -> None:
    lobby = AtTheDispenser(config=dispenser_config(offline_numbers=None))
    lobby.press()
    lobby.wait(11)
    assert lobby.body_of("ticket.abandoned").request == lobby.request
    assert lobby.view.step == "closed"
    assert lobby.prints == []
    lobby.hub_issues("017")
    assert lobby.prints == []


def test_the_range_is_whole_again_the_next_service_day_and_the_fault_is_gone() -> None:
    afternoon = datetime(2026, 3, 2, 13, 0, tzinfo=UTC)
    config = dispenser_config(offline_numbers=OfflineNumbers(from_=900, to=900))
    lobby = AtTheDispenser(config=config, connected=False, now=afternoon)
    lobby.press()
    lobby.paper_comes()
    assert "offline-numbers-used-up" in lobby.faults
    lobby.now += timedelta(hours=18)
    lobby.wait(30)
    assert "offline-numbers-used-up" not in lobby.faults
    lobby.press()
    assert lobby.prints[-1].ticket.number == "900"


def test_the_service_day_changes_at_four_in_the_morning_also_when_summer_time_begins() -> None:
    before = datetime(2026, 3, 29, 0, 59, tzinfo=UTC)  # 02:59 local, a minute before the clocks go to 04:00
    assert service_day(before, "Europe/Helsinki").isoformat() == "2026-03-28"
    assert service_day(before + timedelta(minutes=2), "Europe/Helsinki").isoformat() == "2026-03-29"
    autumn = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)  # 03:30 for the second time
    assert service_day(autumn, "Europe/Helsinki").isoformat() == "2026-10-24"
    assert service_day(autumn + timedelta(minutes=31), "Europe/Helsinki").isoformat() == "2026-10-25"


def test_a_lost_record_of_given_numbers_gives_none_before_the_next_day() -> None:
    lobby = AtTheDispenser(connected=False, kept={"offline": {"lost": True}})
    lobby.press()
    assert lobby.prints == []
    assert lobby.view.step == "closed"
    next_day = AtTheDispenser(connected=False, kept=lobby.kept, now=NOON + timedelta(days=1))
    next_day.press()
    assert next_day.prints[-1].ticket.number == "900"


def test_numbers_given_while_the_clock_was_far_ahead_count_for_today_and_are_free_tomorrow() -> None:
    config = dispenser_config(offline_numbers=OfflineNumbers(from_=900, to=903))
    ahead = AtTheDispenser(config=config, connected=False, now=NOON + timedelta(days=400))
    whole_ticket(ahead), whole_ticket(ahead)
    right = AtTheDispenser(config=config, connected=False, kept=ahead.kept)
    whole_ticket(right), whole_ticket(right), right.press()
    assert [job.ticket.number for job in (*ahead.prints, *right.prints)] == ["900", "901", "902", "903"]
    assert right.view.step == "closed"
    tomorrow = AtTheDispenser(config=config, connected=False, kept=right.kept, now=NOON + timedelta(days=1))
    for _ in range(4):
        whole_ticket(tomorrow)
    assert sorted(job.ticket.number for job in tomorrow.prints) == ["900", "901", "902", "903"]


def test_a_day_that_came_too_early_and_saw_no_press_is_forgotten_all_the_same() -> None:
    ahead = AtTheDispenser(connected=False, kept={"offline": {"lost": True}}, now=NOON + timedelta(days=400))
    right = AtTheDispenser(connected=False, kept=ahead.kept)
    right.press()
    assert right.prints == []
    tomorrow = AtTheDispenser(connected=False, kept=right.kept, now=NOON + timedelta(days=1))
    tomorrow.press()
    assert tomorrow.prints[-1].ticket.number == "900"


def whole_ticket(lobby: AtTheDispenser) -> None:
    lobby.press()
    lobby.paper_comes()
    lobby.wait(3)


steps_of_a_clock = st.lists(st.integers(min_value=-2, max_value=3), max_size=40)


@given(steps_of_a_clock)
def test_no_number_is_given_twice_on_a_day_however_the_clock_steps(steps: list[int]) -> None:
    """A clock set back is perhaps the same day: what was given on a day ahead is not given on the day it came to."""
    series, today = OfflineSeries(), NOON.date()
    given: dict[str, list[int]] = {}
    for step in steps:
        before, today = today, today + timedelta(days=step)
        series = OfflineSeries.from_kept(series.on(today).as_kept())
        taken = series.take(THREE, today)
        if taken is not None:
            number, series = taken
            assert today >= before or number not in given.get(str(before), [])
            given.setdefault(str(today), []).append(number)
    assert all(len(numbers) == len(set(numbers)) for numbers in given.values())


@given(steps_of_a_clock)
def test_whatever_the_clock_did_the_range_is_whole_on_the_second_day_it_is_right(steps: list[int]) -> None:
    series, today = OfflineSeries(lost=True), NOON.date()
    for step in steps:
        today += timedelta(days=step)
        taken = series.take(THREE, today)
        series = taken[1] if taken else series.on(today)
    right = NOON.date() - timedelta(days=100)
    series = series.on(right)
    for _ in range(3):
        taken = series.take(THREE, right + timedelta(days=1))
        assert taken is not None
        series = taken[1]
