"""At the counter: open it, call, serve, finish, mark missed, put aside (Q4-Q8)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from vuoro_hub.acts.transaction import Transaction
from vuoro_hub.domain import counters as counter_rules
from vuoro_hub.domain import turns as turn_rules
from vuoro_hub.domain.calling import next_in_line
from vuoro_hub.domain.counters import Counter
from vuoro_hub.domain.refusals import Refusal, invalid, role_may_not, service_unknown
from vuoro_hub.domain.roles import Permission, Role
from vuoro_hub.domain.turns import AT_COUNTER, Turn, TurnState, waiting_time
from vuoro_hub.store.records import NO_LIMIT, turn_of

LOOKED_AT = 4
"""So many of the first in line are looked at, besides those who are at other counters; all of them if none fits."""


@dataclass(frozen=True)
class CounterNow:
    """A counter and the turn at it."""

    counter: Counter
    turn: Turn | None


def open_counter(t: Transaction, counter: str, services: tuple[str, ...] | None) -> CounterNow | Refusal:
    """Open a free counter for services of the own authority; all of them where none are named."""
    if counter not in t.site.counter_by_id:
        return unknown_counter(counter)
    own = _own_services(t)
    if not own:
        return role_may_not(Permission.RUN_QUEUE.value)
    wanted = services if services else own
    unknown = [service for service in wanted if service not in t.site.service_by_id]
    if unknown:
        return service_unknown(unknown[0])
    if any(service not in own for service in wanted):
        return role_may_not(Permission.RUN_QUEUE.value)
    by = t.by.person.name if t.by.person else t.by.name
    opened = counter_rules.open_counter(t.records.counter(counter), by, tuple(wanted))
    if isinstance(opened, Refusal):
        return opened
    t.records.store_counter(opened, t.now)
    t.record("counter.opened", counter=counter, services=list(wanted))
    t.changed(services=True, counters=(counter,))
    return CounterNow(opened, t.records.at_counter(counter))


def close_counter(t: Transaction, counter: str) -> CounterNow | Refusal:
    """Close a counter at which nobody is called or served. The coordinator may close one that was left open."""
    found = _counter(t, counter)
    if isinstance(found, Refusal):
        return found
    coordinator = t.by.person is not None and t.by.person.holds(Role.COORDINATOR)
    if not coordinator and (refusal := _not_theirs(t, found)):
        return refusal
    if turn := t.records.at_counter(counter):
        return counter_rules.somebody_called(counter, turn.number, turn.state.value)
    closed = Counter(counter)
    if found.open:
        t.records.store_counter(closed, t.now)
        t.record("counter.closed", counter=counter)
        t.changed(services=True, counters=(counter,))
    return CounterNow(closed, None)


def call_next(t: Transaction, counter: str, turn_id: str | None = None) -> Turn | Refusal:
    """Call the next by the rule, or a named turn. One being served at this counter is finished with it."""
    found = _open_counter_of(t, counter)
    if isinstance(found, Refusal):
        return found
    here = t.records.at_counter(counter)
    if here is not None and here.state is TurnState.CALLED:
        return counter_rules.somebody_called(counter, here.number, here.state.value)
    chosen = _named(t, turn_id) if turn_id else _by_rule(t, found, here)
    if isinstance(chosen, Refusal):
        return chosen
    wait = _wait(t, counter, chosen)
    called = turn_rules.call(chosen, counter, t.now, wait)
    if isinstance(called, Refusal):
        return called
    if here is not None:
        _store(t, turn_rules.finish(here, t.now), "turn.finished", counter)
    return _store(t, called, "turn.called", counter, named=turn_id is not None)


def recall(t: Transaction, turn_id: str) -> Turn | Refusal:
    """Show the number as newly called once more."""
    return _on_turn(t, turn_id, turn_rules.recall, "turn.recalled")


def serve(t: Transaction, turn_id: str) -> Turn | Refusal:
    """The customer has come."""
    return _on_turn(t, turn_id, lambda turn: turn_rules.serve(turn, t.now), "turn.served")


def finish(t: Transaction, turn_id: str) -> Turn | Refusal:
    """The customer has been served."""
    return _on_turn(t, turn_id, lambda turn: turn_rules.finish(turn, t.now), "turn.finished")


def miss(t: Transaction, turn_id: str) -> Turn | Refusal:
    """Nobody came within the waiting time (Q6)."""
    return _on_turn(t, turn_id, lambda turn: turn_rules.miss(turn, t.now), "turn.missed")


def park(t: Transaction, turn_id: str) -> Turn | Refusal:
    """Put aside with its place kept."""
    return _on_turn(t, turn_id, turn_rules.park, "turn.parked")


def resume(t: Transaction, turn_id: str) -> Turn | Refusal:
    """Back into line at its own place."""
    return _on_turn(t, turn_id, turn_rules.resume, "turn.resumed")


def press_button(t: Transaction, counter: str, button: str) -> Turn | Refusal:
    """A key on the counter's unit: acts for whoever has the counter open."""
    if counter not in t.site.counter_by_id:
        return unknown_counter(counter)
    found = t.records.counter(counter)
    if not found.open:
        return counter_rules.closed(found)
    if button == "next":
        return call_next(t, counter)
    here = t.records.at_counter(counter)
    if here is None:
        return counter_rules.nobody_here(counter)
    acts: dict[str, Callable[[Transaction, str], Turn | Refusal]] = {"recall": recall, "missed": miss, "finish": finish}
    return acts[button](t, here.id)


def show_again(t: Transaction) -> int:
    """The second showing of every call that is due (Q4). Returns how many."""
    rows = t.records.due_again(t.day, t.now)
    for row in rows:
        _store(t, turn_rules.show_again(turn_of(row)), "turn.shown-again", row.counter)
    return len(rows)


def miss_by_itself(t: Transaction) -> int:
    """Where the site says so, a call whose waiting time is over becomes missed (Q6). Returns how many."""
    rows = t.records.waited_out(t.day, t.now) if t.site.queue.miss_by_itself else []
    for row in rows:
        _store(t, turn_rules.miss(turn_of(row), t.now), "turn.missed", row.counter)
    return len(rows)


def close_counters_left_open(t: Transaction) -> int:
    """At the end of the service day every counter is closed. Returns how many were open."""
    left = t.records.open_counters()
    for counter in left:
        t.records.store_counter(Counter(counter.id), t.now)
        t.record("counter.closed", counter=counter.id)
        t.changed(services=True, counters=(counter.id,))
    return len(left)


def unknown_counter(counter: str) -> Refusal:
    return replace(invalid(f"No counter is called {counter}.", counter=counter), missing=True)


def unknown_turn(turn_id: str) -> Refusal:
    return replace(invalid(f"No turn has the id {turn_id}.", turn=turn_id), missing=True)


def _counter(t: Transaction, counter: str) -> Counter | Refusal:
    if counter not in t.site.counter_by_id:
        return unknown_counter(counter)
    return t.records.counter(counter)


def _not_theirs(t: Transaction, counter: Counter) -> Refusal | None:
    person = t.by.person
    if person is None:
        return None
    if not person.authorities(Permission.RUN_QUEUE):
        return role_may_not(Permission.RUN_QUEUE.value)
    return counter_rules.in_use(counter) if counter.opened_by not in (None, person.name) else None


def _open_counter_of(t: Transaction, counter: str) -> Counter | Refusal:
    found = _counter(t, counter)
    if isinstance(found, Refusal):
        return found
    if refusal := _not_theirs(t, found):
        return refusal
    return found if found.open else counter_rules.closed(found)


def _own_services(t: Transaction) -> tuple[str, ...]:
    own = t.by.person.authorities(Permission.RUN_QUEUE) if t.by.person else None
    return tuple(one.id for one in t.site.services if own is None or one.authority in own)


def _by_rule(t: Transaction, counter: Counter, here: Turn | None) -> Turn | Refusal:
    elsewhere = [turn.visit for turn in t.records.at_counters() if here is None or turn.id != here.id]
    for most in (LOOKED_AT + len(elsewhere), NO_LIMIT):
        waiting = t.records.waiting(t.day, counter.services, most)
        found = next_in_line(waiting, counter.id, counter.services, frozenset(elsewhere))
        if isinstance(found, Turn) or len(waiting) < most:
            break
    return found


def _named(t: Transaction, turn_id: str) -> Turn | Refusal:
    turn = t.records.turn(turn_id)
    if turn is None:
        return unknown_turn(turn_id)
    if refusal := t.forbidden(Permission.RUN_QUEUE, t.authority_of(turn.service)):
        return refusal
    busy = [other for other in t.records.turns_of_visit(turn.visit) if TurnState(other.state) in AT_COUNTER]
    elsewhere = next((other for other in busy if other.id != turn_id), None)
    return turn_rules.at_another_counter(turn, elsewhere.counter) if elsewhere else turn


def _wait(t: Transaction, counter: str, turn: Turn) -> timedelta:
    seconds = t.site.wait_seconds(counter, turn.service)
    return waiting_time(seconds, turn.needs, t.site.queue.more_time_factor)


def _on_turn(t: Transaction, turn_id: str, change: Callable[[Turn], Turn | Refusal], event: str) -> Turn | Refusal:
    turn = t.records.turn(turn_id)
    if turn is None:
        return unknown_turn(turn_id)
    if refusal := t.forbidden(Permission.RUN_QUEUE, t.authority_of(turn.service)):
        return refusal
    return _store(t, change(turn), event, turn.counter)


def _store(t: Transaction, turn: Turn | Refusal, event: str, counter: str | None, **body: object) -> Turn | Refusal:
    if isinstance(turn, Refusal):
        return turn
    t.records.store_turn(turn)
    t.record(event, visit=turn.visit, turn=turn.id, counter=counter, service=turn.service, number=turn.number, **body)
    t.changed(services=True, calls=True, counters=(counter, turn.counter))
    return turn
