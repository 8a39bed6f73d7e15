"""Whether what a site file makes the hub say fits into messages (contract §1), however the day goes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from vuoro_mqtt.codec import MAX_BYTES
from vuoro_mqtt.payloads import CallsState, Estimate, OfflineGiven, PointToday, ServicesState
from vuoro_mqtt.settings_file import Fault, place
from vuoro_mqtt.values import Payload

from vuoro_hub.acts.showing import CallNow, ServiceNow, call_shown, config_of, service_today
from vuoro_hub.site_file import Device, Site

_LATE = datetime(2026, 12, 31, 23, 59, 59, 999_999, UTC)
_LONGEST_NUMBER = "A999999"
_MANY = 99_999

_CLOSED = ServiceNow(
    open=False,
    opens="23:59",
    closes="23:59",
    next_open=_LATE,
    waiting=_MANY,
    estimate=Estimate(low_minutes=_MANY, high_minutes=_MANY),
)
"""As long as it can be told: closed with a long line, other channels and when it next opens."""

_CALLED = CallNow(_LONGEST_NUMBER, _LATE, showing=1, serving=False, recalls=_MANY)


def fit_faults(site: Site) -> Iterator[Fault]:
    """Messages of this site that would be too large, with what makes them so."""
    if (size := _size(longest_services(site))) > MAX_BYTES:
        parts = {
            name: sum(_length(getattr(one, name)) for one in longest_services(site).services)
            for name in ("other_channels", "authority_name", "name", "wait_at")
        }
        yield Fault("services", _too_large("all of them together take", size, parts))
    if (size := _size(longest_calls(site))) > MAX_BYTES:
        calls = longest_calls(site).calls
        parts = {
            "counters' name": sum(_length(one.counter_name) for one in calls),
            "areas' name": sum(_length(one.area_name) for one in calls),
        }
        yield Fault("counters", _too_large("with somebody called to each, all of them together take", size, parts))
    for number, device in enumerate(site.devices):
        if (size := _size(longest_config(site, device))) > MAX_BYTES:
            where = place(("devices", number), {"devices": [{"id": one.id} for one in site.devices]})
            yield Fault(where, _too_large("its settings take", size, _parts_of_config(site, device)))


def longest_services(site: Site) -> ServicesState:
    """Every service closed, with the longest line."""
    return ServicesState(
        at=_LATE,
        today=_LATE.date(),
        point=PointToday(opens="23:59", closes="23:59", open=False),
        services=[service_today(site, service, _CLOSED) for service in site.services],
    )


def longest_calls(site: Site) -> CallsState:
    """Somebody called to every counter, and as many to come as are shown."""
    return CallsState(
        at=_LATE,
        seq=10**12,
        calls=[call_shown(site, counter.id, _CALLED) for counter in site.counters],
        coming=[_LONGEST_NUMBER] * site.queue.coming_shown,
    )


def longest_config(site: Site, device: Device) -> Payload:
    """A unit's settings on a day when somebody has each of its own numbers."""
    own = device.offline_numbers
    numbers = list(range(own.first, own.last + 1)) if own else []
    return config_of(site, device, OfflineGiven(day=date(2026, 12, 31), numbers=numbers))


def _parts_of_config(site: Site, device: Device) -> Mapping[str, int]:
    own = device.offline_numbers
    return {
        "first_screen_note": _length(site.first_screen_note),
        "the site's name": _length(site.name),
        "services": _length(device.services),
        "offline_numbers": _length(list(range(own.first, own.last + 1))) if own else 0,
    }


def _too_large(what: str, size: int, parts: Mapping[str, int]) -> str:
    longest = sorted((one for one in parts.items() if one[1]), key=lambda one: -one[1])
    shown = ", ".join(f"{name} {length}" for name, length in longest)
    return (
        f"{what} up to {size} bytes in one message, {size - MAX_BYTES} more than the {MAX_BYTES} that may travel; "
        f"shorten these, the largest first: {shown}"
    )


def _size(payload: Payload) -> int:
    return len(payload.model_dump_json(by_alias=True).encode())


def _length(part: Any) -> int:
    """So many bytes of the message."""
    return len(json.dumps(part, ensure_ascii=False, separators=(",", ":")).encode())
