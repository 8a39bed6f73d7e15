"""What everybody is shown, rebuilt from the database: the retained state of contract §2.1."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from vuoro_mqtt.payloads import (
    CallShown,
    CallsState,
    CounterMode,
    CounterState,
    DeviceConfig,
    DeviceKind,
    Estimate,
    OfflineGiven,
    OfflineNumbers,
    PointToday,
    ServicesState,
    ServiceToday,
)
from vuoro_mqtt.values import Texts

from vuoro_hub.acts.transaction import Transaction
from vuoro_hub.domain.calling import coming
from vuoro_hub.domain.estimates import estimate_wait
from vuoro_hub.domain.numbering import OfflineRange
from vuoro_hub.domain.turns import Turn, TurnState
from vuoro_hub.site_file import Device, Service, Site


def services_state(t: Transaction) -> ServicesState:
    """What is served today, how many wait, and how long it takes."""
    waiting = t.records.count_waiting(t.day)
    open_counters = t.records.open_counters()
    local = t.now.astimezone(t.site.zone)
    hours = t.point.hours()
    span = hours.today(t.now, t.site.zone)
    return ServicesState(
        at=t.now,
        today=local.date(),
        point=PointToday(
            opens=f"{span.opens:%H:%M}" if span else None,
            closes=f"{span.closes:%H:%M}" if span else None,
            open=hours.open_at(t.now, t.site.zone),
        ),
        services=[
            _service_today(
                t,
                service,
                waiting.get(service.id, 0),
                sum(1 for counter in open_counters if service.id in counter.services),
            )
            for service in t.site.services
        ],
    )


def _service_today(t: Transaction, service: Service, waiting: int, counters: int) -> ServiceToday:
    hours = t.point.hours(service.id)
    span = hours.today(t.now, t.site.zone)
    opens = hours.next_open(t.now, t.site.zone)
    seconds = t.records.service_seconds(service.id) if counters else []
    now = ServiceNow(
        open=hours.open_at(t.now, t.site.zone),
        opens=f"{span.opens:%H:%M}" if span else None,
        closes=f"{span.closes:%H:%M}" if span else None,
        next_open=opens,
        waiting=waiting,
        estimate=estimate_wait(waiting + 1, counters, seconds),
    )
    return service_today(t.site, service, now)


@dataclass(frozen=True)
class ServiceNow:
    """What changes of a service during the day."""

    open: bool
    opens: str | None
    closes: str | None
    next_open: datetime | None
    waiting: int
    estimate: Estimate | None


def service_today(site: Site, service: Service, now: ServiceNow) -> ServiceToday:
    """A service as everybody is shown it."""
    return ServiceToday(
        service=service.id,
        authority=service.authority,
        name=service.name,
        authority_name=site.authority_by_id[service.authority].name,
        open=now.open,
        opens=now.opens,
        closes=now.closes,
        next_open=now.next_open,
        mode=service.mode,
        waiting=now.waiting,
        estimate=now.estimate,
        other_channels=service.other_channels,
        symbol=service.symbol,
        group=service.group,
        wait_at=site.wait_at(service.id),
    )


def calls_state(t: Transaction) -> CallsState:
    """Called numbers, newest first, and the coming ones of all queues together (Q4, Q11)."""
    here = t.records.at_counters()
    shown = [_call_shown(t, turn) for turn in here]
    elsewhere = {turn.visit for turn in here}
    waiting = [turn for turn in t.records.waiting(t.day, most=200) if turn.visit not in elsewhere]
    return CallsState(
        at=t.now, seq=t.records.last_seq(), calls=shown, coming=coming(waiting, t.site.queue.coming_shown)
    )


def _call_shown(t: Transaction, turn: Turn) -> CallShown:
    now = CallNow(
        number=turn.number,
        called_at=turn.called_at or turn.arrived_at,
        showing=2 if turn.showing == 2 else 1,
        serving=turn.state is TurnState.SERVING,
        recalls=turn.recalls,
    )
    return call_shown(t.site, turn.counter or "", now)


@dataclass(frozen=True)
class CallNow:
    """What changes of a call at a counter."""

    number: str
    called_at: datetime
    showing: Literal[1, 2]
    serving: bool
    recalls: int


def call_shown(site: Site, counter_id: str, now: CallNow) -> CallShown:
    """A call as the displays show it."""
    counter = site.counter_by_id.get(counter_id)
    return CallShown(
        number=now.number,
        counter=counter_id,
        counter_name=counter.name if counter else {},
        area=counter.area if counter else "",
        area_name=_area_name(site, counter.area) if counter else {},
        called_at=now.called_at,
        showing=now.showing,
        serving=now.serving,
        recalls=now.recalls,
    )


def _area_name(site: Site, area: str) -> Texts:
    """The floor or area, where there are several (Q4)."""
    return site.area_by_id[area].name if len(site.areas) > 1 else {}


def counter_state(t: Transaction, counter: str) -> CounterState:
    """One counter as its own display shows it."""
    found = t.records.counter(counter)
    turn = t.records.at_counter(counter)
    mode = CounterMode.FREE if found.open else CounterMode.CLOSED
    if turn is not None:
        mode = CounterMode.SERVING if turn.state is TurnState.SERVING else CounterMode.CALLING
    return CounterState(
        at=t.now,
        counter=counter,
        state=mode,
        number=turn.number if turn else None,
        called_at=turn.called_at if turn else None,
        wait_until=turn.wait_until if turn else None,
        counter_name=t.site.counter_by_id[counter].name,
        showing=turn.showing if turn else 0,
        recalls=turn.recalls if turn else 0,
    )


def device_config(t: Transaction, device: Device) -> DeviceConfig:
    """What the hub sets for one unit."""
    numbers = device.offline_numbers
    given = t.records.numbers_given(t.day, OfflineRange(numbers.first, numbers.last)) if numbers else []
    return config_of(t.site, device, OfflineGiven(day=t.day, numbers=given))


def config_of(site: Site, device: Device, given: OfflineGiven) -> DeviceConfig:
    """What the site file says of a unit, and which of its own numbers somebody has today."""
    numbers = device.offline_numbers
    return DeviceConfig(
        version=1,
        kind=device.kind,
        site=site.id,
        site_name=site.name,
        timezone=site.timezone,
        languages=site.languages,
        offline_numbers=OfflineNumbers.model_validate({"from": numbers.first, "to": numbers.last}) if numbers else None,
        offline_given=given if numbers else None,
        services=device.services,
        service_for_the_lost=site.queue.advice_service if device.kind is DeviceKind.TICKET_DISPENSER else None,
        first_screen_note=site.first_screen_note if device.kind is DeviceKind.TICKET_DISPENSER else {},
        counter=device.counter,
        area=device.area,
    )
