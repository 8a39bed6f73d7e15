"""The customer's own page (Q11): how near the turn is and where to go; no app, no account, no personal data."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, g, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from vuoro_mqtt.payloads import Estimate
from vuoro_mqtt.values import Texts

from vuoro_hub.acts.transaction import Transaction
from vuoro_hub.acts.waiting import estimate_for
from vuoro_hub.domain.turns import Turn, TurnState
from vuoro_hub.store.records import turn_of
from vuoro_hub.web.errors import error_page
from vuoro_hub.web.here import reading
from vuoro_hub.web.languages import FOR_CUSTOMERS, LANGUAGES, RIGHT_TO_LEFT

blueprint = Blueprint("customer", __name__)

MOST_TOKEN = 128

ORDER = (TurnState.CALLED, TurnState.SERVING, TurnState.WAITING, TurnState.PARKED, TurnState.HELD, TurnState.MISSED)
"""Which of several turns the page speaks of: the one that needs the customer most."""


@dataclass(frozen=True)
class Followed:
    """One visit as its customer sees it. Neither service nor authority stands here: others may look on (Q3)."""

    number: str
    state: str
    position: int | None
    estimate: Estimate | None
    counter_name: Texts
    area_name: Texts
    wait_at: Texts


@blueprint.get("/v/<token>")
def follow(token: str) -> ResponseReturnValue:
    with reading() as t:
        visit = t.records.visit_of_token(token) if len(token) <= MOST_TOKEN else None
        if visit is None:
            return _gone()
        chosen = request.args.get("lang") or visit.language
        g.page_language = chosen if chosen in FOR_CUSTOMERS else "en"
        turn = _foremost([turn_of(row) for row in t.records.turns_of_visit(visit.id)])
        followed = _followed(t, turn, visit.number)
        template = "follow_part.html" if request.headers.get("HX-Request") else "follow.html"
        page = render_template(
            template,
            followed=followed,
            token=token,
            rtl=chosen.split("-")[0] in RIGHT_TO_LEFT,
            offered=_offered(visit.language),
            at=t.now,
        )
    answer = make_response(page)
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _offered(own: str) -> dict[str, str]:
    """The languages to choose from: those of every page, and the one the customer chose at the dispenser."""
    return {**LANGUAGES, own: FOR_CUSTOMERS[own]} if own in FOR_CUSTOMERS else LANGUAGES


def _gone() -> Response:
    text = _("A number is valid on the day it was given. To come again, take a new number at the ticket dispenser.")
    return error_page(404, _("This number is no longer in use"), text)


def _foremost(turns: list[Turn]) -> Turn | None:
    for state in ORDER:
        found = next((turn for turn in turns if turn.state is state), None)
        if found is not None:
            return found
    return turns[-1] if turns else None


def _followed(t: Transaction, turn: Turn | None, number: str) -> Followed:
    if turn is None:
        return Followed(number, "held", None, None, {}, {}, {})
    waits = turn.state is TurnState.WAITING
    position = t.records.position(turn, t.day) if waits else None
    counter = t.site.counter_by_id.get(turn.counter or "")
    several = len(t.site.areas) > 1
    return Followed(
        number=number,
        state=turn.state.value,
        position=position,
        estimate=estimate_for(t, turn.service, position) if position else None,
        counter_name=counter.name if counter else {},
        area_name=t.site.area_by_id[counter.area].name if counter and several else {},
        wait_at=t.site.wait_at(turn.service) if turn.service in t.site.service_by_id else {},
    )
