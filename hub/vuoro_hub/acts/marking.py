"""Marking what the customer of a turn needs: more time, an interpreter, a remote service (Q6, Q16)."""

from __future__ import annotations

from datetime import datetime, timedelta

from vuoro_mqtt.payloads import Need

from vuoro_hub.acts.calling import unknown_turn
from vuoro_hub.acts.transaction import Transaction
from vuoro_hub.domain import turns as turn_rules
from vuoro_hub.domain.refusals import Refusal
from vuoro_hub.domain.roles import Permission
from vuoro_hub.domain.turns import Turn


def mark_needs(t: Transaction, turn_id: str, needs: tuple[Need, ...]) -> Turn | Refusal:
    """All that the customer needs, in place of what was marked before; by whoever may move or serve the turn."""
    turn = t.records.turn(turn_id)
    if turn is None:
        return unknown_turn(turn_id)
    if refusal := t.forbidden(Permission.MOVE_TURN, t.authority_of(turn.service)):
        return refusal
    marked = turn_rules.mark_needs(turn, needs, _rank(t, turn, needs), _wait(t, turn, needs), t.now)
    if isinstance(marked, Refusal):
        return marked
    if set(needs) == set(turn.needs):
        return turn
    t.records.store_turn(marked)
    t.record(
        "turn.needs-marked",
        visit=turn.visit,
        turn=turn.id,
        counter=turn.counter,
        before=[need.value for need in turn.needs],
        after=[need.value for need in needs],
    )
    t.changed(services=True, calls=True, counters=(turn.counter,))
    return marked


def _rank(t: Transaction, turn: Turn, needs: tuple[Need, ...]) -> datetime:
    """Its place in line: another one only where the site gives credit for what is marked or no longer marked."""
    rule = t.site.calling_rule
    before = rule.rank(turn.line_at, turn.needs, turn.appointment_at)
    after = rule.rank(turn.line_at, needs, turn.appointment_at)
    return turn.rank_at if before == after else after


def _wait(t: Transaction, turn: Turn, needs: tuple[Need, ...]) -> timedelta | None:
    """How long a call to its counter is waited for; None when it is not at one that the site has."""
    if turn.counter not in t.site.counter_by_id or turn.service not in t.site.service_by_id:
        return None
    seconds = t.site.wait_seconds(turn.counter, turn.service)
    return turn_rules.waiting_time(seconds, needs, t.site.queue.more_time_factor)
