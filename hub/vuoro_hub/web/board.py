"""What a person of the staff is shown: turns, counters, services and units, as far as table R lets them see.

Nothing here identifies a customer: a number, a service, times and needs are all there is (table R, "never more").
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from vuoro_mqtt.payloads import ServiceToday
from vuoro_mqtt.values import Texts

from vuoro_hub.acts import calling, helping
from vuoro_hub.acts.seeing import MAY_BE_ELSEWHERE, where_visits_are
from vuoro_hub.acts.showing import services_state
from vuoro_hub.acts.transaction import Transaction
from vuoro_hub.domain.calling import everybody_elsewhere, next_in_line
from vuoro_hub.domain.counters import Counter
from vuoro_hub.domain.help_calls import HelpCall
from vuoro_hub.domain.refusals import Refusal
from vuoro_hub.domain.roles import Permission, Person, Role
from vuoro_hub.domain.turns import Turn, TurnState
from vuoro_hub.site_file import Counter as KnownCounter
from vuoro_hub.store.prepared import AnyRow
from vuoro_hub.store.records import turn_of
from vuoro_hub.web import texts

JUST_NOW = timedelta(minutes=10)
"""So long a turn that was finished by mistake can be called again from the counter."""

TAKEN_SHOWN = timedelta(minutes=1)
"""So long it is told who is on the way to a call for help."""

MISSED_SHOWN = 12
TOLD_SHOWN = 3


@dataclass(frozen=True)
class TurnLine:
    """One turn in a list."""

    id: str
    number: str
    service: str
    service_name: Texts
    state: TurnState
    since: datetime
    minutes: int
    needs: tuple[str, ...]
    told: str | None
    told_at: datetime | None
    counter: str | None
    counter_name: Texts
    elsewhere: Texts
    """The counter where the customer is now with another turn (Q10); its name alone (Q3). Empty for who is free."""
    ended_at: datetime | None


@dataclass(frozen=True)
class ServiceLine:
    """One service's queue."""

    id: str
    name: Texts
    authority_name: Texts
    waiting: tuple[TurnLine, ...]


@dataclass(frozen=True)
class CounterChoice:
    """A counter to choose from."""

    id: str
    name: Texts
    area_name: Texts
    opened_by: str | None
    mine: bool
    number: str | None
    state: TurnState | None
    """Of the turn at it."""
    services: tuple[Texts, ...]
    may_close: bool
    """Somebody else has it open, and this person is a coordinator."""
    may_take_over: bool
    """A colleague has it open, for services that this person serves too."""


@dataclass(frozen=True)
class Desk:
    """One clerk's counter and queue just now."""

    counter: str
    name: Texts
    area_name: Texts
    serves: tuple[ServiceLine, ...]
    own_services: tuple[tuple[str, Texts], ...]
    mode: str
    """``free``, ``called`` or ``serving``."""
    turn: TurnLine | None
    called_at: datetime | None
    showing: int
    wait_seconds: int | None
    """Seconds until the called turn may be marked missed (Q6); 0 when it may be."""
    next_number: str | None
    all_elsewhere: bool
    """Customers wait, and each of them is at another counter now."""
    waiting: int
    parked: tuple[TurnLine, ...]
    missed: tuple[TurnLine, ...]
    told: tuple[TurnLine, ...]
    """What an advisor has told of, newest first (Q8)."""
    finished: TurnLine | None
    """Finished just now at this counter, for the case that it was a mistake."""
    at: datetime
    seq: int

    @property
    def state_key(self) -> str:
        """Changes when the state has moved on: until then a refusal stays to be read."""
        turn = f"{self.turn.id}:{self.turn.state}" if self.turn else "none"
        return f"{self.counter}:{turn}:{self.next_number or self.all_elsewhere or ''}"


@dataclass(frozen=True)
class Lobby:
    """All queues that an advisor or guide sees."""

    queues: tuple[ServiceLine, ...]
    at_counters: tuple[TurnLine, ...]
    parked: tuple[TurnLine, ...]
    missed: tuple[TurnLine, ...]
    waiting: int
    at: datetime
    seq: int


@dataclass(frozen=True)
class Given:
    """A service for which a number may be given."""

    id: str
    name: Texts
    open: bool
    waiting: int


@dataclass(frozen=True)
class HelpLine:
    """A call for help (Q17)."""

    id: str
    place: Texts
    device: str
    service_name: Texts
    wanted_at: datetime
    taken_by: str | None


@dataclass(frozen=True)
class HelpLines:
    """Calls for help that this person may answer: open ones, and those that somebody has just taken."""

    open: tuple[HelpLine, ...]
    taken: tuple[HelpLine, ...]


@dataclass(frozen=True)
class UnitLine:
    """One device as last heard of."""

    id: str
    kind: str
    state: str
    at: datetime | None
    faults: tuple[str, ...]
    where: Texts


@dataclass(frozen=True)
class Overview:
    """The point today."""

    services: tuple[ServiceToday, ...]
    counters: tuple[CounterChoice, ...]
    units: tuple[UnitLine, ...] | None
    waiting: int
    at: datetime
    seq: int


def open_counters_of(t: Transaction, person: Person) -> list[str]:
    """The counters that this person has open."""
    return [one.id for one in t.records.open_counters() if one.opened_by == person.name]


def own_services(t: Transaction, person: Person) -> list[str]:
    """The services whose queue this person may run."""
    return [one.id for one in t.site.services if person.may(Permission.RUN_QUEUE, one.authority)]


def counters(t: Transaction, person: Person) -> list[CounterChoice]:
    """Every counter: free, one's own, or whose it is."""
    opened = {one.id: one for one in t.records.open_counters()}
    at = {turn.counter: turn for turn in t.records.at_counters()}
    return [_counter(t, person, one, opened.get(one.id), at.get(one.id)) for one in t.site.counters]


def _counter(
    t: Transaction, person: Person, known: KnownCounter, now: Counter | None, here: Turn | None
) -> CounterChoice:
    services = [t.site.service_by_id.get(one) for one in now.services] if now else []
    mine = now is not None and now.opened_by == person.name
    return CounterChoice(
        id=known.id,
        name=known.name,
        area_name=_area(t, known.area),
        opened_by=now.opened_by if now else None,
        mine=mine,
        number=here.number if here else None,
        state=here.state if here else None,
        services=tuple(one.name for one in services if one is not None),
        may_close=now is not None and not mine and person.holds(Role.COORDINATOR),
        may_take_over=now is not None and not mine and calling.may_take_over(t, person, now, here),
    )


def desk(t: Transaction, person: Person, counter_id: str, finished: str | None = None) -> Desk:
    """A counter that this person has open."""
    counter = t.records.counter(counter_id)
    known = t.site.counter_by_id[counter_id]
    turn = t.records.at_counter(counter_id)
    lines = _lines(t, person, counter_id)
    services = [one for one in counter.services if one in t.site.service_by_id]
    waiting = [line for line in lines if line.state is TurnState.WAITING]
    own = set(own_services(t, person))
    following = _next(t, counter_id, tuple(services), turn)
    return Desk(
        counter=counter_id,
        name=known.name,
        area_name=_area(t, known.area),
        serves=tuple(_queue(t, service, waiting) for service in services),
        own_services=tuple((one.id, one.name) for one in t.site.services if one.id in own),
        mode=turn.state.value if turn else "free",
        turn=next((line for line in lines if turn and line.id == turn.id), None),
        called_at=turn.called_at if turn else None,
        showing=turn.showing if turn else 0,
        wait_seconds=_seconds_left(turn, t.now),
        next_number=following.number if isinstance(following, Turn) else None,
        all_elsewhere=following == everybody_elsewhere(),
        waiting=sum(1 for line in waiting if line.service in services),
        parked=tuple(line for line in lines if line.state is TurnState.PARKED and line.service in own),
        missed=_newest(line for line in lines if line.state is TurnState.MISSED and line.service in own),
        told=_told(line for line in lines if line.service in own),
        finished=_finished(t, counter_id, finished) if turn is None else None,
        at=t.now,
        seq=t.records.last_seq(),
    )


def lobby(t: Transaction, person: Person) -> Lobby:
    """Every queue that this person may see."""
    lines = _lines(t, person)
    waiting = [line for line in lines if line.state is TurnState.WAITING]
    seen = [one for one in t.site.services if person.may(Permission.SEE_WAITING, one.authority)]
    at_counter = [line for line in lines if line.state in (TurnState.CALLED, TurnState.SERVING)]
    return Lobby(
        queues=tuple(_queue(t, one.id, waiting) for one in seen),
        at_counters=tuple(at_counter),
        parked=tuple(line for line in lines if line.state is TurnState.PARKED),
        missed=_newest(line for line in lines if line.state is TurnState.MISSED),
        waiting=len(waiting),
        at=t.now,
        seq=t.records.last_seq(),
    )


def given(t: Transaction, person: Person, permission: Permission) -> list[Given]:
    """The services for which this person may give a number (table R): all at the lobby's page, at a counter the own."""
    waiting = t.records.count_waiting(t.day)
    return [
        Given(one.id, one.name, t.point.hours(one.id).open_at(t.now, t.site.zone), waiting.get(one.id, 0))
        for one in t.site.services
        if person.may(Permission.GIVE_NUMBER, one.authority) and person.may(permission, one.authority)
    ]


def help_calls(t: Transaction, person: Person) -> HelpLines | None:
    """Calls for help, for those who answer them; None for all others."""
    if person.authorities(Permission.ANSWER_HELP) == frozenset():
        return None
    just_taken = t.records.help_calls_taken_since(t.now - TAKEN_SHOWN)
    return HelpLines(
        tuple(_help_line(t, call) for call in helping.answerable(t, person, t.records.open_help_calls())),
        tuple(_help_line(t, call) for call in helping.answerable(t, person, just_taken)),
    )


def _help_line(t: Transaction, call: HelpCall) -> HelpLine:
    service = t.site.service_by_id.get(call.service or "")
    return HelpLine(
        id=call.id,
        place=helping.place_of(t, call.device),
        device=call.device,
        service_name=service.name if service else {},
        wanted_at=call.wanted_at,
        taken_by=call.taken_by,
    )


def overview(t: Transaction, person: Person) -> Overview:
    """Today's services, counters, and units for those who may see them."""
    services = services_state(t).services
    return Overview(
        services=tuple(services),
        counters=tuple(counters(t, person)),
        units=tuple(_units(t)) if person.may(Permission.SEE_DEVICES) else None,
        waiting=sum(one.waiting for one in services),
        at=t.now,
        seq=t.records.last_seq(),
    )


def turn_line(t: Transaction, turn_id: str, person: Person) -> TurnLine | None:
    """One turn, when this person may see it."""
    row = t.records.turn_row(turn_id)
    if row is None or not person.may(Permission.SEE_WAITING, t.authority_of(row.service)):
        return None
    return _line(t, row, where_visits_are(t))


def turns_numbered(t: Transaction, number: str, person: Person) -> list[TurnLine]:
    """Today's turns of a number, newest first, as far as this person may see them."""
    visit = t.records.visit_numbered(t.day, number)
    rows = t.records.turns_of_visit(visit) if visit else []
    seen = [row for row in rows if person.may(Permission.SEE_WAITING, t.authority_of(row.service))]
    at = where_visits_are(t)
    return [_line(t, row, at) for row in reversed(seen)]


LISTED = (TurnState.WAITING, TurnState.CALLED, TurnState.SERVING, TurnState.PARKED, TurnState.MISSED)


def _lines(t: Transaction, person: Person, here: str | None = None) -> list[TurnLine]:
    """The turns of today that are not over. Who is at the counter ``here`` is not elsewhere."""
    rows = t.records.open_turns(t.day, LISTED)
    at = {visit: counter for visit, counter in where_visits_are(t).items() if counter != here}
    return [_line(t, row, at) for row in rows if person.may(Permission.SEE_WAITING, t.authority_of(row.service))]


def _line(t: Transaction, row: AnyRow, at: Mapping[str, str]) -> TurnLine:
    turn = turn_of(row)
    service = t.site.service_by_id.get(turn.service)
    counter = t.site.counter_by_id.get(turn.counter or "")
    elsewhere = t.site.counter_by_id.get(at.get(turn.visit, "")) if turn.state in MAY_BE_ELSEWHERE else None
    return TurnLine(
        id=turn.id,
        number=turn.number,
        service=turn.service,
        service_name=service.name if service else {},
        state=turn.state,
        since=turn.arrived_at,
        minutes=max(0, int((t.now - turn.arrived_at).total_seconds() // 60)),
        needs=tuple(need.value for need in turn.needs),
        told=row.told,
        told_at=row.told_at,
        counter=turn.counter,
        counter_name=counter.name if counter else {},
        elsewhere=elsewhere.name if elsewhere else {},
        ended_at=turn.ended_at,
    )


def _queue(t: Transaction, service_id: str, waiting: Iterable[TurnLine]) -> ServiceLine:
    service = t.site.service_by_id[service_id]
    authority = t.site.authority_by_id[service.authority]
    lines = tuple(line for line in waiting if line.service == service_id)
    return ServiceLine(service_id, service.name, authority.name, lines)


def _newest(lines: Iterable[TurnLine]) -> tuple[TurnLine, ...]:
    """Those an advisor has told of first, then the newest."""
    ordered = sorted(lines, key=lambda line: (line.told_at or line.since, line.ended_at or line.since), reverse=True)
    ordered.sort(key=lambda line: line.told is None)
    return tuple(ordered[:MISSED_SHOWN])


def _told(lines: Iterable[TurnLine]) -> tuple[TurnLine, ...]:
    """Turns that an advisor has told of and that wait for the clerk's decision."""
    open_to_decide = (TurnState.WAITING, TurnState.PARKED, TurnState.MISSED)
    found = [line for line in lines if line.told_at is not None and line.state in open_to_decide]
    return tuple(sorted(found, key=lambda line: line.told_at or line.since, reverse=True)[:TOLD_SHOWN])


def _seconds_left(turn: Turn | None, now: datetime) -> int | None:
    if turn is None or turn.state is not TurnState.CALLED or turn.wait_until is None:
        return None
    left = (turn.wait_until - now).total_seconds()
    return max(0, math.ceil(left))


def _next(t: Transaction, counter: str, services: tuple[str, ...], here: Turn | None) -> Turn | Refusal:
    busy = frozenset(turn.visit for turn in t.records.at_counters() if here is None or turn.id != here.id)
    return next_in_line(t.records.waiting(t.day, services, 60 + len(busy)), counter, services, busy)


def _finished(t: Transaction, counter: str, turn_id: str | None) -> TurnLine | None:
    row = t.records.turn_row(turn_id) if turn_id else None
    if row is None or row.counter != counter or row.state != TurnState.FINISHED.value or row.ended_at is None:
        return None
    visit = t.records.turns_of_visit(row.visit)
    gone_on = any(other.id > row.id for other in visit)
    return None if gone_on or t.now - row.ended_at > JUST_NOW else _line(t, row, {})


def _area(t: Transaction, area: str) -> Texts:
    return t.site.area_by_id[area].name if len(t.site.areas) > 1 else {}


def _units(t: Transaction) -> Iterable[UnitLine]:
    for row in t.records.devices():
        faults = tuple(texts.fault_text(fault) for fault in row.faults)
        yield UnitLine(row.id, row.kind or "", row.state, row.at, faults, helping.place_of(t, row.id))
