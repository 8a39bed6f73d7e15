"""From the units: each message becomes one act and gets its answer after the commit."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError
from vuoro_mqtt.payloads import (
    Ack,
    AppointmentArrivedUp,
    BoxEntryUp,
    ButtonPressedUp,
    DoneUp,
    FailedUp,
    FeedbackGivenUp,
    HelpWantedUp,
    JournalId,
    RefusalCode,
    Refused,
    Seq,
    TicketAbandonedUp,
    TicketPrintedUp,
    TicketRequestedUp,
    UpMessage,
)
from vuoro_mqtt.values import MessageId, Payload

from vuoro_hub.acts import arriving, calling, hearing, helping
from vuoro_hub.acts.arriving import Issued, Wish
from vuoro_hub.acts.transaction import Actor, Answer, Origin, Point, Transaction, perform
from vuoro_hub.domain.refusals import Refusal, invalid, not_allowed, refuse
from vuoro_hub.domain.service_day import service_day

CLOCK_MAY_BE_AHEAD = timedelta(seconds=5)

CLOCKS_AGREE_WITHIN = timedelta(seconds=5)
"""A message may have waited so long for its turn: a smaller difference tells nothing of the clocks."""


def answer_up(point: Point, device: str, message: UpMessage) -> Answer:
    """Do what a unit's message asks, once for its id, and say what to answer."""
    origin = Origin(device, message.journal, message.seq)
    return perform(
        point,
        Actor.device(device),
        lambda t: _act(t, device, message),
        as_down,
        key=key_of(device, message.id),
        asked=f"{message.type} {message.body.model_dump_json()}",
        origin=origin,
    )


def key_of(device: str, message_id: str) -> str:
    """A message id belongs to its sender: no unit can use up another's."""
    return f"{device}/{message_id.lower()}"


def as_down(outcome: Any) -> tuple[str, str]:
    """An act's outcome as the type and body of a downward message."""
    if isinstance(outcome, Refusal):
        reason = outcome.details.get("reason")
        return "refused", Refused(code=outcome.code, text=outcome.text, reason=reason).model_dump_json()
    if isinstance(outcome, Issued):
        return "ticket.issued", outcome.as_payload().model_dump_json()
    return "ack", Ack().model_dump_json()


class _Place(Payload):
    """As much of an envelope as says which message of which journal it is."""

    id: MessageId
    journal: JournalId
    seq: Seq


def answer_unreadable(point: Point, device: str, payload: bytes, message_id: str, reason: str) -> Answer:
    """A message with an id whose rest makes no sense: refused once and for all, so that it is not sent for ever."""
    try:
        place = _Place.model_validate_json(payload)
    except ValidationError:
        return Answer(*as_down(_unreadable(reason)))
    key, origin = key_of(device, message_id), Origin(device, place.journal, place.seq)
    return perform(point, Actor.device(device), lambda _t: _unreadable(reason), as_down, key=key, origin=origin)


def _unreadable(reason: str) -> Refusal:
    return invalid(
        "The unit sent a message that the hub cannot read. Please tell whoever looks after the units.",
        fi="Laite lähetti viestin, jota järjestelmä ei pysty lukemaan. Kerro laitteiden ylläpidolle.",
        sv="Enheten sände ett meddelande som systemet inte kan läsa. Meddela den som sköter enheterna.",
        reason=reason[:500],
    )


def _act(t: Transaction, device: str, message: UpMessage) -> Any:
    match message:
        case TicketRequestedUp(body=body):
            wish = Wish(
                service=body.service,
                language=body.language,
                needs=tuple(dict.fromkeys(body.needs)),
                request=key_of(device, message.id),
                device=device,
                asked_at=_trusted_time(t, message),
                late=message.late,
            )
            return arriving.give_number(t, wish)
        case TicketPrintedUp(body=body):
            request = key_of(device, body.request)
            return arriving.paper_printed(t, request, body, device, _trusted_time(t, message))
        case TicketAbandonedUp(body=body):
            return arriving.ticket_abandoned(t, key_of(device, body.request), body.reason)
        case AppointmentArrivedUp():
            return code_unknown()
        case ButtonPressedUp(body=body):
            return _press(t, device, message, body.button)
        case HelpWantedUp(body=body):
            return helping.want_help(t, device, body.service, _trusted_time(t, message))
        case FeedbackGivenUp() | BoxEntryUp() | DoneUp() | FailedUp():
            return hearing.heard(t, message.type, json.loads(message.body.model_dump_json()))


def _press(t: Transaction, device: str, message: ButtonPressedUp, button: str) -> Any:
    known = t.site.device_by_id.get(device)
    if known is None or known.counter is None:
        return not_allowed(
            fi="Tämä laite ei kuulu millekään palvelupisteelle.",
            sv="Den här enheten hör inte till något serviceställe.",
            en="This unit belongs to no counter.",
        )
    if message.late:
        return refuse(
            RefusalCode.TOO_LATE,
            fi="Painallus tuli perille liian myöhään, eikä sitä tehty.",
            sv="Tryckningen kom fram för sent och utfördes inte.",
            en="The press arrived too late and was not acted on.",
        )
    return calling.press_button(t, known.counter, button)


def code_unknown() -> Refusal:
    return refuse(
        RefusalCode.CODE_UNKNOWN,
        fi="Koodia ei löydy. Tarkista koodi tai kysy palveluneuvojalta.",
        sv="Koden hittades inte. Kontrollera koden eller fråga servicerådgivaren.",
        en="This code is not known. Check it or ask a service advisor.",
    )


def _trusted_time(t: Transaction, message: UpMessage) -> datetime:
    """When the message was made: by the sender's clock where that can be right, else by the message's age."""
    vouched = message.clock.synced or message.clock.uncertainty_seconds is not None
    return message.at if vouched and message.at <= t.now + CLOCK_MAY_BE_AHEAD else _by_its_age(t, message)


def _by_its_age(t: Transaction, message: UpMessage) -> datetime:
    """A clock that nobody vouches for still measures spans; what would lie in another service day it measured wrong.

    Where it agrees with the hub's when the message is sent, it was right when the message was made.
    """
    slow_by = t.now - message.sent_at if message.sent_at else timedelta()
    made = message.at + (slow_by if abs(slow_by) > CLOCKS_AGREE_WITHIN else timedelta())
    same_day = service_day(made, t.site.zone) == t.day
    return made if same_day and made <= t.now else t.now
