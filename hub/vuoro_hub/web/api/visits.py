"""Calls about arriving: today's services, a number for a customer, and the customer's own view."""

from __future__ import annotations

from typing import Any

from pydantic import Field
from vuoro_mqtt.payloads import Need, RefusalCode, ServicesState, TicketIssued
from vuoro_mqtt.values import Id, Language, Payload

from vuoro_hub.acts.arriving import Wish, give_number
from vuoro_hub.acts.seeing import VisitSeen, visit_of_token
from vuoro_hub.acts.showing import services_state
from vuoro_hub.acts.transaction import Transaction
from vuoro_hub.domain.refusals import Refusal
from vuoro_hub.web.api.call import Asked, Call, No, Nothing
from vuoro_hub.web.api.examples import ISSUED, SERVICES, VISIT


class NumberWanted(Payload):
    """What a customer comes for."""

    service: Id = Field(description="Id of the service.")
    language: Language | None = Field(None, description="The customer's; the point's first where not given.")
    needs: list[Need] = Field([], description="What the customer needs besides the service.", max_length=len(Need))


class VisitIssued(TicketIssued):
    """A number given, as `ticket.issued` of the MQTT contract, with the turn and the customer's token."""

    turn: str
    token: str
    """Opens the customer's own page, `/v/{token}`, until the service day ends."""


def _give(t: Transaction, asked: Asked[NumberWanted]) -> VisitIssued | Refusal:
    wanted = asked.given
    language = wanted.language or t.site.languages[0]
    issued = give_number(t, Wish(wanted.service, language, tuple(dict.fromkeys(wanted.needs))))
    if isinstance(issued, Refusal):
        return issued
    return VisitIssued(**dict(issued.as_payload()), turn=issued.turn, token=issued.token)


def _services(t: Transaction, _asked: Asked[Nothing]) -> ServicesState:
    return services_state(t)


def _follow(t: Transaction, asked: Asked[Nothing]) -> VisitSeen | Refusal:
    return visit_of_token(t, asked.path["token"])


CALLS: tuple[Call[Any], ...] = (
    Call(
        "GET",
        "/services",
        "list-services",
        "services",
        "See what is served today",
        "Every service of the point with its hours, how many wait and how long it takes (Q12, Q14): the same as the "
        "MQTT topic `services`.",
        ServicesState,
        "What is served today.",
        Nothing,
        _services,
        SERVICES,
        etag=True,
    ),
    Call(
        "POST",
        "/visits",
        "give-number",
        "visits",
        "Give a number",
        "Gives the next number of the series and puts the turn in line (Q1).",
        VisitIssued,
        "The number given.",
        NumberWanted,
        _give,
        ISSUED,
        status=201,
        who="advisor and guide for every service; clerk for the own authority's",
        noes=(
            No(403, RefusalCode.NOT_ALLOWED, "the caller's roles may not give a number for this service"),
            No(409, RefusalCode.SERVICE_CLOSED, "closed now; `next_open` says when it next serves"),
            No(422, RefusalCode.SERVICE_UNKNOWN, "the point has no such service"),
        ),
        takes_example={"service": "vero", "language": "fi", "needs": ["more-time"]},
    ),
    Call(
        "GET",
        "/visits/{token}",
        "follow-visit",
        "visits",
        "Follow a visit",
        "The customer's own view: the number, and each turn's place and wait (Q11). The token is the permission; it is "
        "dead after the service day.",
        VisitSeen,
        "The visit.",
        Nothing,
        _follow,
        VISIT,
        noes=(No(404, RefusalCode.INVALID, "no visit of today has this token"),),
        parts={"token": "The visit's token, from giving the number or from the ticket's QR code."},
        etag=True,
    ),
)
