"""What a dispenser offers now (Q14), also when the hub has been silent for hours or days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta

from vuoro_mqtt.payloads import ServicesState, ServiceToday

Say = Callable[[str], str]
"""From an English sentence to the customer's language."""

_WEEKDAYS = ("on Monday", "on Tuesday", "on Wednesday", "on Thursday", "on Friday", "on Saturday", "on Sunday")


def is_open(service: ServiceToday, told: ServicesState, local: datetime, *, connected: bool) -> bool:
    """Whether a number may be taken now.

    The hub's own word counts while it can be reached. Without it the hours it last told decide; where they say nothing
    about today, the service is taken to be open, since a customer at the door is better served with a number.
    """
    if connected:
        return service.open
    if told.today == local.date():
        if _within_hours(service, told.at.astimezone(local.tzinfo), otherwise=service.open) != service.open:
            return service.open  # today is an exception to the hours
        return _within_hours(service, local, otherwise=service.open)
    opens = _next_open(service, local)
    if opens is not None and opens.date() >= local.date():
        return local >= opens and _before(service.closes, local)
    return _within_hours(service, local, otherwise=True)


def _next_open(service: ServiceToday, local: datetime) -> datetime | None:
    """When it next serves, by the clock on the wall."""
    return service.next_open.astimezone(local.tzinfo) if service.next_open else None


def opens_text(service: ServiceToday, local: datetime, say: Say) -> str:
    """When a closed service next serves, for customers; empty when not known."""
    opens = _next_open(service, local)
    if opens is None or opens <= local:
        return ""
    clock = say("{hour}:{minute:02}").format(hour=opens.hour, minute=opens.minute)
    if opens.date() == local.date():
        return say("Opens today at {time}").format(time=clock)
    if opens.date() == local.date() + timedelta(days=1):
        return say("Opens tomorrow at {time}").format(time=clock)
    date_text = say("{day}.{month}.").format(day=opens.day, month=opens.month)
    day = f"{say(_WEEKDAYS[opens.weekday()])} {date_text}"
    return say("Opens {day} at {time}").format(day=day, time=clock)


def _within_hours(service: ServiceToday, local: datetime, *, otherwise: bool) -> bool:
    opens, closes = _time(service.opens), _time(service.closes)
    if opens is None or closes is None:
        return otherwise
    return opens <= local.time() <= closes


def _before(closes: str | None, local: datetime) -> bool:
    closing = _time(closes)
    return closing is None or local.time() <= closing


def _time(text: str | None) -> time | None:
    if text == "24:00":
        return time.max
    try:
        return time.fromisoformat(text) if text else None
    except ValueError:
        return None
