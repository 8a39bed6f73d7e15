"""The dispenser offers what is open now, and for the rest says when (Q14), with or without the hub."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from rig.at_the_dispenser import AtTheDispenser
from rig.scripted_hub import NOON, service, services
from vuoro_devices.behaviour.opening import is_open, opens_text
from vuoro_devices.words import words

HELSINKI = ZoneInfo("Europe/Helsinki")


def local(hour: int, minute: int = 0, day: int = 2) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=HELSINKI)


def test_a_closed_service_gives_no_number_and_says_when_and_where_else() -> None:
    closed = service("kela", open=False, next_open="2026-03-03T07:00:00Z")
    lobby = AtTheDispenser(offered=services(closed, service("verotus")))
    lobby.press("kela")
    assert lobby.sent == []
    assert lobby.view.step == "closed"
    assert lobby.view.title == "Kela: nyt suljettu"
    assert lobby.view.lines == ("Avautuu huomenna klo 9.00", "Soita 029 497 000.")


def test_the_list_says_it_before_the_press() -> None:
    closed = service("kela", open=False, next_open="2026-03-06T07:00:00.000000Z")
    lobby = AtTheDispenser(offered=services(closed))
    assert not lobby.view.choices[0].open
    assert lobby.view.choices[0].note == "Avautuu perjantaina 6.3. klo 9.00"


def test_the_time_is_told_as_people_of_each_language_write_it() -> None:
    closed = service(open=False, next_open="2026-03-02T11:30:00Z")
    assert opens_text(closed, local(12), words("fi")) == "Avautuu tänään klo 13.30"
    assert opens_text(closed, local(12), words("sv")) == "Öppnar i dag kl. 13.30"
    assert opens_text(closed, local(12), words("en")) == "Opens today at 13:30"


def test_a_day_in_summer_time_is_told_by_the_clock_on_the_wall_of_that_day() -> None:
    closed = service(open=False, next_open="2026-03-30T06:00:00Z")
    assert opens_text(closed, local(12, day=28), words("fi")) == "Avautuu maanantaina 30.3. klo 9.00"


def test_nothing_is_said_where_nobody_knows() -> None:
    assert opens_text(service(open=False), local(12), words("fi")) == ""


def test_with_the_hub_its_own_word_counts() -> None:
    told = services(service(open=False))
    assert not is_open(told.services[0], told, local(12), connected=True)


def test_without_the_hub_the_hours_of_today_decide() -> None:
    told = services(service(open=True, opens="09:00", closes="16:00"))
    assert is_open(told.services[0], told, local(15, 59), connected=False)
    assert not is_open(told.services[0], told, local(16, 1), connected=False)


def test_what_was_closed_early_today_stays_closed_without_the_hub() -> None:
    told = services(service(open=False, opens="09:00", closes="16:00"))
    assert not is_open(told.services[0], told, local(13), connected=False)


def test_what_the_hub_last_told_in_the_morning_opens_by_itself() -> None:
    told = services(service(open=False, opens="12:30", closes="16:00"))
    assert not is_open(told.services[0], told, local(12, 20), connected=False)
    assert is_open(told.services[0], told, local(12, 40), connected=False)


def test_a_unit_that_has_not_heard_the_hub_since_yesterday_still_gives_numbers() -> None:
    told = services(service(open=False, opens="09:00", closes="16:00", next_open="2026-03-03T07:00:00Z"))
    assert not is_open(told.services[0], told, local(8, day=3), connected=False)
    assert is_open(told.services[0], told, local(10, day=3), connected=False)
    assert not is_open(told.services[0], told, local(17, day=3), connected=False)


def test_hours_that_nobody_told_keep_no_customer_from_a_number() -> None:
    told = services(service(open=False, opens=None, closes=None, next_open=None))
    assert is_open(told.services[0], told, local(10, day=5), connected=False)


def test_a_service_that_is_open_at_every_hour_is_open_at_midnight() -> None:
    told = services(service(opens="00:00", closes="24:00"))
    assert is_open(told.services[0], told, local(23, 59), connected=False)


def test_a_unit_that_has_never_heard_of_services_says_that_it_is_not_ready() -> None:
    lobby = AtTheDispenser(told=False)
    assert lobby.view.step == "closed"
    lobby.press()
    assert lobby.sent == []


def test_offline_tickets_come_also_from_services_told_days_ago() -> None:
    old = services(service("kela", next_open=None), at=NOON - timedelta(days=3))
    lobby = AtTheDispenser(offered=old, connected=False, now=datetime(2026, 3, 2, 10, tzinfo=UTC))
    lobby.press("kela")
    assert lobby.prints[-1].ticket.offline
