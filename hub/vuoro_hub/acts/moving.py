"""Moving turns between queues, and telling the clerk (Q8, Q9, Q10)."""

from __future__ import annotations

from enum import StrEnum

from vuoro_hub.acts.calling import unknown_turn
from vuoro_hub.acts.transaction import Transaction
from vuoro_hub.domain import turns as turn_rules
from vuoro_hub.domain.refusals import Refusal, service_unknown
from vuoro_hub.domain.roles import Permission
from vuoro_hub.domain.turns import AT_COUNTER, OPEN, Turn, TurnState


class Phrase(StrEnum):
    """What an advisor may tell a clerk about a turn: fixed phrases, no free text (Q8)."""

    IS_HERE_NOW = "is-here-now"
    COMES_SOON = "comes-soon"
    NEEDS_MORE_TIME = "needs-more-time"
    NEEDS_HELP_TO_COME = "needs-help-to-come"


def transfer(t: Transaction, turn_id: str, service: str) -> Turn | Refusal:
    """Into the right authority's queue, by its time of arrival (Q9)."""
    turn = _movable(t, turn_id, service)
    if isinstance(turn, Refusal):
        return turn
    waiting = t.records.waiting(t.day, (service,), 1)
    moved = turn_rules.transfer(turn, service, waiting[0] if waiting else None)
    if isinstance(moved, Refusal):
        return moved
    t.records.store_turn(moved)
    t.record("turn.transferred", visit=turn.visit, turn=turn.id, before=turn.service, after=service)
    t.changed(services=True, calls=True, counters=(turn.counter,))
    return moved


def cancel(t: Transaction, turn_id: str) -> Turn | Refusal:
    """Remove a turn: the customer does not come."""
    turn = _movable(t, turn_id, None)
    if isinstance(turn, Refusal):
        return turn
    cancelled = turn_rules.cancel(turn, t.now)
    if isinstance(cancelled, Refusal):
        return cancelled
    t.records.store_turn(cancelled)
    t.record("turn.cancelled", visit=turn.visit, turn=turn.id, state=turn.state.value)
    t.changed(services=True, calls=True, counters=(turn.counter,))
    return cancelled


def add_next(t: Transaction, turn_id: str, service: str) -> Turn | Refusal:
    """The visit goes on at another service with the same number (Q10). The new turn is called once this one is over."""
    turn = t.records.turn(turn_id)
    if turn is None:
        return unknown_turn(turn_id)
    if service not in t.site.service_by_id:
        return service_unknown(service)
    if refusal := t.forbidden(Permission.RUN_QUEUE, t.authority_of(turn.service)):
        return refusal
    if turn.state not in (TurnState.CALLED, TurnState.SERVING, TurnState.FINISHED):
        return turn_rules.wrong_state(turn, "chain")
    others = t.records.turns_of_visit(turn.visit)
    if any(other.service == service and TurnState(other.state) in OPEN for other in others):
        return turn_rules.in_line_already(turn, service)
    added = Turn(
        id=t.point.new_id(),
        visit=turn.visit,
        number=turn.number,
        service=service,
        state=TurnState.WAITING,
        arrived_at=t.now,
        line_at=t.now,
        rank_at=t.site.calling_rule.rank(t.now, turn.needs, None),
        needs=turn.needs,
    )
    t.records.add_turn(added, t.day)
    t.record("turn.added", visit=turn.visit, turn=added.id, after=turn.id, service=service)
    t.changed(services=True, calls=True)
    return added


def tell_clerk(t: Transaction, turn_id: str, phrase: Phrase) -> Turn | Refusal:
    """Tell the clerk about a customer whose number went by: the number and a fixed phrase. The clerk decides (Q8)."""
    turn = t.records.turn(turn_id)
    if turn is None:
        return unknown_turn(turn_id)
    if refusal := t.forbidden(Permission.TELL_CLERK, t.authority_of(turn.service)):
        return refusal
    if turn.state not in (TurnState.WAITING, TurnState.CALLED, TurnState.MISSED, TurnState.PARKED):
        return turn_rules.wrong_state(turn, "notify")
    t.records.tell(turn_id, phrase.value, t.now)
    t.record("clerk.told", visit=turn.visit, turn=turn.id, phrase=phrase.value)
    t.changed(services=True, counters=(turn.counter,))
    return turn


def _movable(t: Transaction, turn_id: str, service: str | None) -> Turn | Refusal:
    """A turn that this person may move or remove: one at a counter is its clerks' alone (table R, Q9)."""
    turn = t.records.turn(turn_id)
    if turn is None:
        return unknown_turn(turn_id)
    if service is not None and service not in t.site.service_by_id:
        return service_unknown(service)
    authority = t.authority_of(turn.service)
    if refusal := t.forbidden(Permission.MOVE_TURN, authority):
        return refusal
    if turn.state in AT_COUNTER and t.forbidden(Permission.RUN_QUEUE, authority):
        return turn_rules.clerk_decides(turn)
    return turn
