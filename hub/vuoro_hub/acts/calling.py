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
from vuoro_hub.domain.roles import Permission, Person, Role
from vuoro_hub.domain.turns import AT_COUNTER, Turn, TurnState, waiting_time
from vuoro_hub.store.records import NO_LIMIT, turn_of

LOOKED_AT = 4
"""So many of the first in line are looked at, besides those who are at other counters; all of them if none fits."""


@dataclass(frozen=True)
class CounterNow:
    """A counter and the turn at it."""

    counter: Counter
    turn: Turn | None


def open_counter(
    t: Transaction, counter: str, services: tuple[str, ...] | None, *, take_over: bool = False
) -> CounterNow | Refusal:
    """Open a free counter for services of the own authority; all of them where none are named.

    ``take_over``: also one that a colleague of the same authority has open. Who is called or served there stays so.
    """
    if counter not in t.site.counter_by_id:
        return unknown_counter(counter)
    own = _own_services(t)
    if not own:
        return role_may_not(Permission.RUN_QUEUE.value)
    unknown = [service for service in services or () if service not in t.site.service_by_id]
    if unknown:
        return service_unknown(unknown[0])
    if any(service not in own for service in services or ()):
        return role_may_not(Permission.RUN_QUEUE.value)
    by = t.by.person.name if t.by.person else t.by.name
    found = t.records.counter(counter)
    if take_over and found.opened_by not in (None, by):
        return _take_over(t, found, by, services or ())
    opened = counter_rules.open_counter(found, by, services or own)
    if isinstance(opened, Refusal):
        return opened
    return _opened(t, opened, "counter.opened")


def _take_over(t: Transaction, found: Counter, by: str, services: tuple[str, ...]) -> CounterNow | Refusal:
    here = t.records.at_counter(found.id)
    if t.by.person is not None and not may_take_over(t, t.by.person, found, here):
        return counter_rules.of_another_authority(found)
    taken = counter_rules.take_over(found, by, services)
    return _opened(t, taken, "counter.taken-over", before=found.opened_by, after=by)


def may_take_over(t: Transaction, person: Person, counter: Counter, here: Turn | None) -> bool:
    """A colleague runs the queue of all that the counter serves, and of whoever is there."""
    services = {*counter.services, *((here.service,) if here else ())}
    return all(person.may(Permission.RUN_QUEUE, t.authority_of(service)) for service in services)


def _opened(t: Transaction, counter: Counter, event: str, **body: str | None) -> CounterNow:
    t.records.store_counter(counter, t.now)
    t.record(event, counter=counter.id, services=list(counter.services), **body)
    t.changed(services=True, counters=(counter.id,))
    return CounterNow(counter, t.records.at_counter(counter.id))


def close_counter(t: Transaction, counter: str) -> CounterNow | Refusal:
    """Close a counter at which nobody is called or served.

    The coordinator may close any, also one whose clerk is gone with somebody called or being served there.
    """
    found = _counter(t, counter)
    if isinstance(found, Refusal):
        return found
    person = t.by.person
    for_somebody_else = person is not None and person.holds(Role.COORDINATOR) and found.opened_by != person.name
    if not for_somebody_else and (refusal := _not_theirs(t, found)):
        return refusal
    here = t.records.at_counter(counter)
    if here and not for_somebody_else:
        return counter_rules.somebody_called(counter, here.number, here.state.value)
    if here:
        _leave_nobody_there(t, here)
    closed = Counter(counter)
    if found.open:
        t.records.store_counter(closed, t.now)
        t.record("counter.closed", counter=counter, before=found.opened_by)
        t.changed(services=True, counters=(counter,))
    return CounterNow(closed, None)


def _leave_nobody_there(t: Transaction, here: Turn) -> None:
    """Called: back to its place in line. Being served: finished."""
    if here.state is TurnState.CALLED:
        _store(t, turn_rules.give_back(here), "turn.given-back", here.counter)
    else:
        _store(t, turn_rules.finish(here, t.now), "turn.finished", here.counter)


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
