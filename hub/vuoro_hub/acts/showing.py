"""What everybody is shown, rebuilt from the database: the retained state of contract §2.1."""

from __future__ import annotations

from collections.abc import Callable

from vuoro_mqtt.codec import MAX_BYTES
from vuoro_mqtt.payloads import (
    CallShown,
    CallsState,
    CounterMode,
    CounterState,
    DeviceConfig,
    DeviceKind,
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
from vuoro_hub.site_file import Device, Service

HEADROOM = 512
"""Bytes kept free below the contract's limit."""


def services_state(t: Transaction) -> ServicesState:
    """What is served today, how many wait, and how long it takes."""
    waiting = t.records.count_waiting(t.day)
    open_counters = t.records.open_counters()
    local = t.now.astimezone(t.site.zone)
    hours = t.point.hours()
    span = hours.today(t.now, t.site.zone)
    state = ServicesState(
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
    return fitting(state)


def _service_today(t: Transaction, service: Service, waiting: int, counters: int) -> ServiceToday:
    hours = t.point.hours(service.id)
    span = hours.today(t.now, t.site.zone)
    opens = hours.next_open(t.now, t.site.zone)
    seconds = t.records.service_seconds(service.id) if counters else []
    return ServiceToday(
        service=service.id,
        authority=service.authority,
        name=service.name,
        authority_name=t.site.authority_by_id[service.authority].name,
        open=hours.open_at(t.now, t.site.zone),
        opens=f"{span.opens:%H:%M}" if span else None,
        closes=f"{span.closes:%H:%M}" if span else None,
        next_open=f"{opens:%Y-%m-%dT%H:%M}" if opens else None,
        mode=service.mode,
        waiting=waiting,
        estimate=estimate_wait(waiting + 1, counters, seconds),
        other_channels=service.other_channels,
        symbol=service.symbol,
        group=service.group,
        wait_at=t.site.wait_at(service.id),
    )


def fitting(state: ServicesState) -> ServicesState:
    """The same within 16 KiB: what is shown least goes first (other channels of what is open, authorities' names)."""
    leaner: list[Callable[[ServiceToday], ServiceToday]] = [
        lambda one: one,
        lambda one: one.model_copy(update={"other_channels": {}}) if one.open else one,
        lambda one: one.model_copy(update={"other_channels": {}, "wait_at": {}}),
        lambda one: one.model_copy(update={"other_channels": {}, "wait_at": {}, "authority_name": {}}),
    ]
    for lean in leaner:
        smaller = state.model_copy(update={"services": [lean(one) for one in state.services]})
        if len(smaller.model_dump_json(by_alias=True).encode()) <= MAX_BYTES - HEADROOM:
            return smaller
    return smaller


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
    counter = t.site.counter_by_id.get(turn.counter or "")
    return CallShown(
        number=turn.number,
        counter=turn.counter or "",
        counter_name=counter.name if counter else {},
        area=counter.area if counter else "",
        area_name=_area_name(t, counter.area) if counter else {},
        called_at=turn.called_at or turn.arrived_at,
        showing=2 if turn.showing == 2 else 1,
        serving=turn.state is TurnState.SERVING,
        recalls=turn.recalls,
    )


def _area_name(t: Transaction, area: str) -> Texts:
    """The floor or area, where there are several (Q4)."""
    return t.site.area_by_id[area].name if len(t.site.areas) > 1 else {}


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


MOST_GIVEN = 1000
"""So many numbers of a range at most are told back, the last ones: a payload has its limit."""


def _offline_given(t: Transaction, within: OfflineRange) -> OfflineGiven:
    return OfflineGiven(day=t.day, numbers=t.records.numbers_given(t.day, within)[-MOST_GIVEN:])


def device_config(t: Transaction, device: Device) -> DeviceConfig:
    """What the hub sets for one unit."""
    numbers = device.offline_numbers
    return DeviceConfig(
        version=1,
        kind=device.kind,
        site=t.site.id,
        site_name=t.site.name,
        timezone=t.site.timezone,
        languages=t.site.languages,
        offline_numbers=OfflineNumbers.model_validate({"from": numbers.first, "to": numbers.last}) if numbers else None,
        offline_given=_offline_given(t, OfflineRange(numbers.first, numbers.last)) if numbers else None,
        services=device.services,
        first_screen_note=t.site.first_screen_note if device.kind is DeviceKind.TICKET_DISPENSER else {},
        counter=device.counter,
        area=device.area,
    )
