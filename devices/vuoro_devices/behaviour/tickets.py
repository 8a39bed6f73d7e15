"""What is put on a ticket: of the hub's answer, of an own number, and of a test (Q1, Q11)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from vuoro_mqtt.payloads import DeviceConfig, ServiceToday, TicketIssued
from vuoro_mqtt.values import text_in

from vuoro_devices.behaviour.service_day import local_time
from vuoro_devices.behaviour.views import Ticket


def issued_ticket(
    config: DeviceConfig, service: ServiceToday, language: str, issued: TicketIssued, now: datetime
) -> Ticket:
    """A number the hub gave: with the place in line and the customer's page."""
    estimate = issued.estimate
    return replace(
        _ticket(config, service, language, issued.number, now),
        position=issued.position,
        estimate_minutes=(estimate.low_minutes, estimate.high_minutes) if estimate else None,
        follow_url=issued.follow_url or None,
    )


def own_ticket(config: DeviceConfig, service: ServiceToday, language: str, number: int, now: datetime) -> Ticket:
    """A number of the unit's own range: the place in line follows."""
    return replace(_ticket(config, service, language, f"{number:03d}", now), offline=True)


def trial_ticket(config: DeviceConfig | None, device: str, language: str, now: datetime) -> Ticket:
    """A print that is no number in line; also where nothing is known of the point yet."""
    return Ticket(
        number="000",
        language=language,
        site_name=text_in(config.site_name, language, config.site) if config else device,
        local_time=local_time(now, config.timezone if config else "UTC"),
        position=None,
        estimate_minutes=None,
        follow_url=None,
        wait_at="",
        test=True,
    )


def _ticket(config: DeviceConfig, service: ServiceToday, language: str, number: str, now: datetime) -> Ticket:
    return Ticket(
        number=number,
        language=language,
        site_name=text_in(config.site_name, language, config.site),
        local_time=local_time(now, config.timezone),
        position=None,
        estimate_minutes=None,
        follow_url=None,
        wait_at=text_in(service.wait_at, language),
    )
