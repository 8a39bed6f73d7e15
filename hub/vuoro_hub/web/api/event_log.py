"""The call that reads the event log."""

from __future__ import annotations

from typing import Any

from pydantic import Field
from vuoro_mqtt.payloads import RefusalCode
from vuoro_mqtt.values import Payload

from vuoro_hub.acts.seeing import EventSeen, events
from vuoro_hub.acts.transaction import Transaction
from vuoro_hub.domain.refusals import Refusal
from vuoro_hub.web.api.call import Asked, Call, No
from vuoro_hub.web.api.examples import EVENT

LARGEST_SEQ = 2**63 - 1


class EventsWanted(Payload):
    """Which part of the log."""

    after: int = Field(0, ge=0, le=LARGEST_SEQ, description="Entries after this `seq`; 0 begins at the first.")
    limit: int = Field(100, ge=1, le=1000, description="At most so many.")


def _list(t: Transaction, asked: Asked[EventsWanted]) -> list[EventSeen] | Refusal:
    return events(t, asked.given.after, asked.given.limit)


CALLS: tuple[Call[Any], ...] = (
    Call(
        "GET",
        "/events",
        "list-events",
        "events",
        "Read the event log",
        "The append-only log of all that happened, in order. To follow it, ask again after the last `seq` received: "
        "the log has no gaps.",
        list[EventSeen],
        "Entries in the order of `seq`.",
        EventsWanted,
        _list,
        [EVENT],
        who="coordinator",
        noes=(No(403, RefusalCode.NOT_ALLOWED, "the caller is not a coordinator"),),
    ),
)
