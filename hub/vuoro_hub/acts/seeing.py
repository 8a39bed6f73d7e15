"""What one person, one customer or one program may see of the queue; nothing here changes anything."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from vuoro_mqtt.payloads import CounterState, Estimate, Need
from vuoro_mqtt.values import Id, Instant, Number, Payload, Texts

from vuoro_hub.acts import helping, showing
from vuoro_hub.acts.calling import unknown_counter, unknown_turn
from vuoro_hub.acts.moving import Phrase
from vuoro_hub.acts.transaction import Actor, Point, Transaction
from vuoro_hub.acts.waiting import estimate_for
from vuoro_hub.domain.calling import in_order
from vuoro_hub.domain.help_calls import HelpCall
from vuoro_hub.domain.refusals import Refusal, invalid, role_may_not, service_unknown
from vuoro_hub.domain.roles import Permission
from vuoro_hub.domain.turns import Turn, TurnState
from vuoro_hub.store.prepared import AnyRow
from vuoro_hub.store.records import Records, turn_of

R = TypeVar("R")

SEEN_UNLESS_ASKED = (TurnState.WAITING, TurnState.CALLED, TurnState.SERVING, TurnState.PARKED)
"""A held turn is nobody's yet (contract §2.3), and one that is over is shown on request."""

MAY_BE_ELSEWHERE = (TurnState.WAITING, TurnState.PARKED, TurnState.MISSED)
"""Such a turn may be called, unless its customer is at another counter with another turn of the visit (Q10)."""


class TurnSeen(Payload):
    """A turn as the staff sees it: number, service, state, times, needs, place in line; never more (table R)."""

    turn: str
    visit: str
    number: Number
    service: Id
    state: TurnState
    needs: list[Need]
    position: int | None
    """Place in its service's line, 1 is next; null unless it waits."""
    arrived_at: Instant
    appointment_at: Instant | None
    counter: Id | None
    """Where it is called to or was served."""
    elsewhere: Id | None
    """Where its customer is called or served now with another turn of the visit (Q10): not called until that is over.

    Null where the customer is free, and for a turn that is at a counter itself or over.
    """
    first_called_at: Instant | None
    called_at: Instant | None
    wait_until: Instant | None
    """From then on it may be marked missed (Q6)."""
    served_at: Instant | None
    ended_at: Instant | None
    told: Phrase | None
    """The fixed phrase an advisor has sent the clerk about it (Q8)."""
    told_at: Instant | None


class CounterSeen(CounterState):
    """A counter as the staff sees it: as its display, and who has it open for which services."""

    opened_by: str | None
    services: list[Id]
    turn: str | None
    """The turn called or served there now."""


class VisitTurn(Payload):
    """One turn of a visit as its customer sees it (Q11)."""

    service: Id
    service_name: Texts
    state: TurnState
    position: int | None
    """Place in line, 1 is next; null unless it waits."""
    estimate: Estimate | None
    counter_name: Texts
    """Where to go; empty unless called or being served."""
    wait_at: Texts
    """Where to wait."""
    called_at: Instant | None
    wait_until: Instant | None


class VisitSeen(Payload):
    """A visit as its customer sees it: no personal data, no other customer (Q3, Q11)."""

    number: Number
    turns: list[VisitTurn]


class HelpCallSeen(Payload):
    """A call for help as whoever may come sees it: where, about what, since when (Q17)."""

    call: str
    device: Id
    place: Texts
    """Where the unit stands; empty where the point's file does not say."""
    service: Id | None
    """What it is about; null where the customer did not say."""
    wanted_at: Instant
    taken_by: str | None
    taken_at: Instant | None


class EventSeen(Payload):
    """One entry of the event log. ``seq`` counts 1, 2, 3… without a gap."""

    seq: int
    at: Instant
    type: str
    by: str
    """Who did it: ``person:NAME``, ``device:ID``, ``console:LOGIN`` (at the hub's machine) or ``system``."""
    visit: str | None
    turn: str | None
    body: dict[str, Any]


def look(point: Point, by: Actor, see: Callable[[Transaction], R]) -> R:
    """See one consistent state. What ``see`` returns must be values, not rows."""
    with point.database.reading() as session:
        return see(Transaction(point, Records(session), by, point.now()))


def turn_seen(t: Transaction, turn: Turn) -> TurnSeen:
    """A turn just acted upon, within the act's own transaction."""
    row = t.records.turn_row(turn.id)
    assert row is not None, "a turn that was read or written in this transaction"
    position = t.records.position(turn, t.day) if turn.state is TurnState.WAITING else None
    return _turn_seen(row, position, where_visits_are(t) if turn.state in MAY_BE_ELSEWHERE else {})


def one_turn(t: Transaction, turn_id: str) -> TurnSeen | Refusal:
    """A turn by its id, where this person may see its authority's turns."""
    turn = t.records.turn(turn_id)
    if turn is None:
        return unknown_turn(turn_id)
    return t.forbidden(Permission.SEE_WAITING, t.authority_of(turn.service)) or turn_seen(t, turn)


def todays_turns(
    t: Transaction, service: str | None, states: Collection[TurnState], limit: int
) -> list[TurnSeen] | Refusal:
    """Today's turns that this person may see, in the order of the line."""
    if service is not None and service not in t.site.service_by_id:
        return service_unknown(service)
    services = _services_seen(t)
    if not services or (service is not None and service not in services):
        return role_may_not(Permission.SEE_WAITING.value)
    wanted = {service} if service is not None else services
    rows = [row for row in t.records.open_turns(t.day, states or SEEN_UNLESS_ASKED) if row.service in wanted]
    places = _places(t, sorted({row.service for row in rows if row.state == TurnState.WAITING.value}))
    at = where_visits_are(t)
    return [_turn_seen(row, places.get(row.id), at) for row in rows[:limit]]


def where_visits_are(t: Transaction) -> dict[str, str]:
    """The counter at which a visit is called or served now, by the visit's id."""
    return {turn.visit: turn.counter for turn in t.records.at_counters() if turn.counter is not None}


def one_counter(t: Transaction, counter: str) -> CounterSeen | Refusal:
    """A counter's state, within an act's own transaction too."""
    return _counter_seen(t, counter) if counter in t.site.counter_by_id else unknown_counter(counter)


def all_counters(t: Transaction) -> list[CounterSeen]:
    """Every counter of the point, in the order of its file."""
    return [_counter_seen(t, counter.id) for counter in t.site.counters]


def visit_of_token(t: Transaction, token: str) -> VisitSeen | Refusal:
    """The visit whose page this token opens; a token dies with its service day (contract §1)."""
    visit = t.records.visit_of_token(token)
    if visit is None or visit.day != t.day:
        return token_unknown()
    return VisitSeen(
        number=visit.number, turns=[_visit_turn(t, turn_of(row)) for row in t.records.turns_of_visit(visit.id)]
    )


def token_unknown() -> Refusal:
    refusal = invalid(
        "No number of today has this address.",
        fi="Tällä osoitteella ei ole tämän päivän numeroa.",
        sv="Ingen av dagens nummer har den här adressen.",
    )
    return replace(refusal, missing=True)


def help_call_seen(t: Transaction, call: HelpCall) -> HelpCallSeen:
    return HelpCallSeen(
        call=call.id,
        device=call.device,
        place=helping.place_of(t, call.device),
        service=call.service,
        wanted_at=call.wanted_at,
        taken_by=call.taken_by,
        taken_at=call.taken_at,
    )


def open_help_calls_seen(t: Transaction) -> list[HelpCallSeen] | Refusal:
    """The open calls for help that this person may answer."""
    found = helping.open_help_calls(t)
    return found if isinstance(found, Refusal) else [help_call_seen(t, call) for call in found]


def events(t: Transaction, after: int, limit: int) -> list[EventSeen] | Refusal:
    """The event log from the entry after ``after`` on."""
    if refusal := t.forbidden(Permission.SEE_EVENTS, None):
        return refusal
    return [
        EventSeen(seq=row.seq, at=row.at, type=row.type, by=row.by, visit=row.visit, turn=row.turn, body=row.body)
        for row in t.records.events_after(after, limit)
    ]


def _services_seen(t: Transaction) -> set[str]:
    """The services whose waiting turns this person may see."""
    own = t.by.person.authorities(Permission.SEE_WAITING) if t.by.person else frozenset[str]()
    return {service.id for service in t.site.services if own is None or service.authority in own}


def _counter_seen(t: Transaction, counter: str) -> CounterSeen:
    kept, here = t.records.counter(counter), t.records.at_counter(counter)
    return CounterSeen(
        **dict(showing.counter_state(t, counter)),
        opened_by=kept.opened_by,
        services=list(kept.services),
        turn=here.id if here else None,
    )


def _places(t: Transaction, services: list[str]) -> dict[str, int]:
    """Place in line of every waiting turn of these services, by turn id."""
    places: dict[str, int] = {}
    lengths: dict[str, int] = {}
    for turn in in_order(t.records.waiting(t.day, services)):
        lengths[turn.service] = lengths.get(turn.service, 0) + 1
        places[turn.id] = lengths[turn.service]
    return places


def _turn_seen(row: AnyRow, position: int | None, at: Mapping[str, str]) -> TurnSeen:
    return TurnSeen(
        turn=row.id,
        visit=row.visit,
        number=row.number,
        service=row.service,
        state=TurnState(row.state),
        needs=[Need(need) for need in row.needs],
        position=position,
        arrived_at=row.arrived_at,
        appointment_at=row.appointment_at,
        counter=row.counter,
        elsewhere=at.get(row.visit) if TurnState(row.state) in MAY_BE_ELSEWHERE else None,
        first_called_at=row.first_called_at,
        called_at=row.called_at,
        wait_until=row.wait_until,
        served_at=row.served_at,
        ended_at=row.ended_at,
        told=Phrase(row.told) if row.told else None,
        told_at=row.told_at,
    )


def _visit_turn(t: Transaction, turn: Turn) -> VisitTurn:
    position = t.records.position(turn, t.day) if turn.state is TurnState.WAITING else None
    here = turn.state in (TurnState.CALLED, TurnState.SERVING)
    counter = t.site.counter_by_id.get(turn.counter or "") if here else None
    service = t.site.service_by_id.get(turn.service)
    return VisitTurn(
        service=turn.service,
        service_name=service.name if service else {},
        state=turn.state,
        position=position,
        estimate=estimate_for(t, turn.service, position) if position else None,
        counter_name=counter.name if counter else {},
        wait_at=t.site.wait_at(turn.service) if service else {},
        called_at=turn.called_at if here else None,
        wait_until=turn.wait_until if here else None,
    )
