"""What acts load and store within one transaction: domain values in, domain values and rows out.

Statements are built once and run over one connection: an act's cost is its statements, and a person is waiting at the
dispenser.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, text, update
from sqlmodel import Session, SQLModel
from vuoro_mqtt.payloads import Need

from vuoro_hub.domain.counters import Counter
from vuoro_hub.domain.help_calls import HelpCall
from vuoro_hub.domain.numbering import OfflineRange, next_value, number_text
from vuoro_hub.domain.turns import OPEN, Turn, TurnState
from vuoro_hub.store.prepared import AnyRow, Driver
from vuoro_hub.store.rows import AT_COUNTER_SQL, HELP_OPEN_SQL, OPEN_SQL

_TABLES = SQLModel.metadata.tables
VISIT, TURN, COUNTER, SERIES, PAPER = (_TABLES[name] for name in ("visit", "turn", "counter", "series", "paper"))
EVENT, ANSWER, JOURNAL, DEVICE, DAY = (
    _TABLES[name] for name in ("event", "answer", "journal", "device", "service_day")
)
PERSON, API_TOKEN = (_TABLES[name] for name in ("person", "api_token"))

_TURN_FIELDS = [one.name for one in fields(Turn) if one.name not in ("state", "needs")]
_WAITING = TURN.c.state == TurnState.WAITING.value
_SAME_DAY = TURN.c.day == bindparam("day")
_IN_ORDER = (TURN.c.rank_at, TURN.c.id)

_TURN_BY_ID = select(TURN).where(TURN.c.id == bindparam("id"))
_WAITING_TURNS = select(TURN).where(_SAME_DAY, _WAITING).order_by(*_IN_ORDER).limit(bindparam("most"))
_WAITING_OF = (
    select(TURN)
    .where(_SAME_DAY, _WAITING, TURN.c.service.in_(bindparam("services", expanding=True)))
    .order_by(*_IN_ORDER)
    .limit(bindparam("most"))
)
_TURNS_IN = select(TURN).where(_SAME_DAY, TURN.c.state.in_(bindparam("states", expanding=True))).order_by(*_IN_ORDER)
_OPEN_BEFORE = select(TURN).where(TURN.c.day < bindparam("day"), text(OPEN_SQL))
# As text, word for word as the partial indexes have it: a bound list would be read through all turns of all years.
_AT_COUNTER = text(AT_COUNTER_SQL)
_TURNS_AT_COUNTERS = select(TURN).where(_AT_COUNTER)
_TURN_AT_COUNTER = select(TURN).where(_AT_COUNTER, TURN.c.counter == bindparam("counter"))
_COUNT_WAITING = select(TURN.c.service, func.count()).where(_SAME_DAY, _WAITING).group_by(TURN.c.service)
_COUNT_AHEAD = (
    select(func.count())
    .select_from(TURN)
    .where(
        _SAME_DAY,
        TURN.c.service == bindparam("service"),
        _WAITING,
        (TURN.c.rank_at < bindparam("rank_at"))
        | ((TURN.c.rank_at == bindparam("rank_at")) & (TURN.c.id < bindparam("id"))),
    )
)
_CALLED_OF_DAY = select(TURN).where(_SAME_DAY, TURN.c.state == TurnState.CALLED.value)
_SERVED_TIMES = (
    select(TURN.c.called_at, TURN.c.ended_at)
    .where(
        TURN.c.service == bindparam("service"),
        TURN.c.served_at.is_not(None),
        TURN.c.state == TurnState.FINISHED.value,
    )
    .order_by(TURN.c.served_at.desc())
    .limit(bindparam("most"))
)
_VISIT_BY = {name: select(VISIT).where(VISIT.c[name] == bindparam(name)) for name in ("request", "token")}
_VISIT_NUMBERED = select(VISIT.c.id).where(VISIT.c.day == bindparam("day"), VISIT.c.number == bindparam("number"))
_NUMBERS_OF_DAY = select(VISIT.c.number).where(VISIT.c.day == bindparam("day")).order_by(VISIT.c.arrived_at, VISIT.c.id)
_TURNS_OF_VISIT = select(TURN).where(TURN.c.visit == bindparam("visit")).order_by(TURN.c.id)
_PAPER_NUMBERED = select(PAPER.c.request).where(PAPER.c.number == bindparam("number"), PAPER.c.at >= bindparam("since"))
_PAPER = select(PAPER).where(PAPER.c.request == bindparam("request"))
_COUNTER = select(COUNTER).where(COUNTER.c.id == bindparam("id"))
_OPEN_COUNTERS = select(COUNTER).where(COUNTER.c.opened_by.is_not(None))
HELP_CALL = _TABLES["help_call"]
_HELP_FIELDS = [one.name for one in fields(HelpCall)]
_HELP_CALL = select(HELP_CALL).where(HELP_CALL.c.id == bindparam("id"))
_OPEN_HELP_CALLS = select(HELP_CALL).where(text(HELP_OPEN_SQL)).order_by(HELP_CALL.c.wanted_at)
_HELP_CALLS_TAKEN = select(HELP_CALL).where(HELP_CALL.c.taken_at >= bindparam("since")).order_by(HELP_CALL.c.taken_at)
_STORE_HELP_CALL = (
    update(HELP_CALL)
    .where(HELP_CALL.c.id == bindparam("key_id"))
    .values({name: bindparam(name) for name in _HELP_FIELDS})
)
_NEXT_SEQ = select(func.coalesce(func.max(EVENT.c.seq), 0) + 1).scalar_subquery()
_APPEND_EVENT = (
    insert(EVENT)
    .inline()
    .values(seq=_NEXT_SEQ, **{name: bindparam(name) for name in ("at", "type", "by", "visit", "turn", "body")})
)
_LAST_SEQ = select(func.max(EVENT.c.seq))
_EVENTS_AFTER = select(EVENT).where(EVENT.c.seq > bindparam("after")).order_by(EVENT.c.seq).limit(bindparam("most"))
_ANSWER = select(ANSWER).where(ANSWER.c.key == bindparam("key"))
_JOURNAL = select(JOURNAL).where(JOURNAL.c.device == bindparam("device"), JOURNAL.c.journal == bindparam("journal"))
_RECEIVED = select(ANSWER.c.key).where(
    ANSWER.c.device == bindparam("device"), ANSWER.c.journal == bindparam("journal"), ANSWER.c.seq == bindparam("seq")
)
_DEVICE = select(DEVICE).where(DEVICE.c.id == bindparam("id"))
_DEVICES = select(DEVICE).order_by(DEVICE.c.id)
_DAY = select(DAY.c.day).where(DAY.c.day == bindparam("day"))

_PERSON = select(PERSON).where(PERSON.c.name == bindparam("name"))
_PEOPLE = select(PERSON).order_by(PERSON.c.name)
_API_TOKENS = select(API_TOKEN).order_by(API_TOKEN.c.person, API_TOKEN.c.note, API_TOKEN.c.digest)

# Inline: nothing is asked back of a row that was just written.
_INSERT = {name: insert(table).inline() for name, table in _TABLES.items()}
_UPDATE_TURN = update(TURN).where(TURN.c.id == bindparam("key_id"))
_UPDATE_VISIT = update(VISIT).where(VISIT.c.id == bindparam("key_id"))
_UPDATE_SERIES = update(SERIES).where(SERIES.c.day == bindparam("key_day"), SERIES.c.letter == bindparam("key_letter"))
_STEP_SERIES = _UPDATE_SERIES.values(last=SERIES.c.last + 1).returning(SERIES.c.last)
_UPDATE_PAPER = update(PAPER).where(PAPER.c.request == bindparam("key_request"))
_UPDATE_COUNTER = update(COUNTER).where(COUNTER.c.id == bindparam("key_id"))
_UPDATE_DEVICE = update(DEVICE).where(DEVICE.c.id == bindparam("key_id"))
_UPDATE_PERSON = update(PERSON).where(PERSON.c.name == bindparam("key_name"))
_REMOVE_API_TOKEN = delete(API_TOKEN).where(API_TOKEN.c.digest == bindparam("digest"))
_REMOVE_API_TOKENS_OF = delete(API_TOKEN).where(API_TOKEN.c.person == bindparam("person"))
_UPDATE_JOURNAL = update(JOURNAL).where(
    JOURNAL.c.device == bindparam("key_device"), JOURNAL.c.journal == bindparam("key_journal")
)
_NEXT_IN_JOURNAL = _UPDATE_JOURNAL.where(
    JOURNAL.c.contiguous == bindparam("before"), JOURNAL.c.furthest == bindparam("before")
).values(contiguous=bindparam("seq"), furthest=bindparam("seq"), last_at=bindparam("now"))
_FORGET_TOKENS = update(VISIT).where(VISIT.c.day < bindparam("before"), VISIT.c.token.is_not(None)).values(token=None)

NO_LIMIT = 1_000_000


def turn_of(row: AnyRow) -> Turn:
    """A row as the domain's turn."""
    values = {name: getattr(row, name) for name in _TURN_FIELDS}
    return Turn(state=TurnState(row.state), needs=tuple(Need(need) for need in row.needs), **values)


class Records:
    """The rows of one point, seen through one transaction of a session; after a rollback, make a new one.

    ``wary`` looks first whether a number is taken; otherwise the table refuses it, with an IntegrityError.
    """

    def __init__(self, source: Session | Connection, *, wary: bool = True) -> None:
        self._driver = Driver(source if isinstance(source, Connection) else source.connection())
        self._wary = wary
        self._turns: dict[str, Turn] = {}

    # --- turns

    def turn(self, turn_id: str) -> Turn | None:
        row = self.turn_row(turn_id)
        return self._seen(row) if row else None

    def turn_row(self, turn_id: str) -> AnyRow | None:
        return self._one(_TURN_BY_ID, id=turn_id)

    def waiting(self, day: date, services: Sequence[str] | None = None, most: int = NO_LIMIT) -> list[Turn]:
        """Waiting turns in the order of their rank; of all services unless some are named."""
        if services is None:
            return [self._seen(row) for row in self._all(_WAITING_TURNS, day=day, most=most)]
        return [self._seen(row) for row in self._all(_WAITING_OF, day=day, services=list(services), most=most)]

    def open_turns(self, day: date, states: Iterable[TurnState] = OPEN) -> list[AnyRow]:
        """Turns of a day in some states, in the order of their rank."""
        return self._all(_TURNS_IN, day=day, states=[state.value for state in states])

    def open_before(self, day: date) -> list[AnyRow]:
        """Turns of earlier days that nobody closed."""
        return self._all(_OPEN_BEFORE, day=day)

    def at_counters(self) -> list[Turn]:
        """Turns called or being served, newest call first."""
        turns = [self._seen(row) for row in self._all(_TURNS_AT_COUNTERS)]
        return sorted(turns, key=lambda turn: turn.called_at or turn.arrived_at, reverse=True)

    def at_counter(self, counter: str) -> Turn | None:
        row = self._one(_TURN_AT_COUNTER, counter=counter)
        return self._seen(row) if row else None

    def count_waiting(self, day: date) -> dict[str, int]:
        """Waiting turns by service."""
        return {row[0]: row[1] for row in self._all(_COUNT_WAITING, day=day)}

    def position(self, turn: Turn, day: date) -> int:
        """Place in its service's line, 1 is next."""
        found = self._one(_COUNT_AHEAD, day=day, service=turn.service, rank_at=turn.rank_at, id=turn.id)
        return int(found[0]) + 1 if found else 1

    def due_again(self, day: date, now: datetime) -> list[AnyRow]:
        """Called turns whose second showing is due."""
        rows = self._all(_CALLED_OF_DAY, day=day)
        return [row for row in rows if row.show_again_at is not None and row.show_again_at <= now]

    def waited_out(self, day: date, now: datetime) -> list[AnyRow]:
        """Called turns whose waiting time is over."""
        return [row for row in self._all(_CALLED_OF_DAY, day=day) if row.wait_until and row.wait_until <= now]

    def service_seconds(self, service: str, most: int = 30) -> list[float]:
        """Seconds from call to finish of the last served turns of a service."""
        rows = self._all(_SERVED_TIMES, service=service, most=most)
        return [(ended - called).total_seconds() for called, ended in rows if called and ended]

    def add_turn(self, turn: Turn, day: date) -> None:
        self._insert("turn", day=day, told=None, told_at=None, **_values(turn))

    def store_turn(self, turn: Turn) -> None:
        """Write what has changed of a turn, at once: a place at a counter is free before the next one takes it."""
        before = self._turns.get(turn.id)
        stored = _values(before) if before else {}
        values = {name: value for name, value in _values(turn).items() if name not in stored or stored[name] != value}
        if values:
            self._change(_UPDATE_TURN, {"key_id": turn.id}, values)
            self._turns[turn.id] = turn

    def tell(self, turn_id: str, phrase: str, now: datetime) -> None:
        """Keep the fixed phrase told about a turn (Q8)."""
        self._change(_UPDATE_TURN, {"key_id": turn_id}, {"told": phrase, "told_at": now})

    def _seen(self, row: AnyRow) -> Turn:
        turn = turn_of(row)
        self._turns[turn.id] = turn
        return turn

    # --- visits and numbers

    def visit_of_request(self, request: str) -> AnyRow | None:
        return self._one(_VISIT_BY["request"], request=request)

    def visit_of_token(self, token: str) -> AnyRow | None:
        return self._one(_VISIT_BY["token"], token=token)

    def visit_numbered(self, day: date, number: str) -> str | None:
        """The id of the visit that has a number on a day."""
        row = self._one(_VISIT_NUMBERED, day=day, number=number)
        return str(row[0]) if row else None

    def numbers_given(self, day: date, within: OfflineRange) -> list[int]:
        """Which numbers of a range visits of the day have, in the order of their arrival."""
        values = [int(row[0]) for row in self._all(_NUMBERS_OF_DAY, day=day) if row[0].isdigit()]
        return [value for value in values if within.holds(value)]

    def turns_of_visit(self, visit_id: str) -> list[AnyRow]:
        return self._all(_TURNS_OF_VISIT, visit=visit_id)

    def add_visit(self, **values: Any) -> None:
        self._insert("visit", **values)

    def change_visit(self, visit_id: str, **values: Any) -> None:
        self._change(_UPDATE_VISIT, {"key_id": visit_id}, values)

    def take_number(self, day: date, letter: str, offline: Iterable[OfflineRange], since: datetime) -> str:
        """The next number of the series, never one that a visit of the day has, or a paper ``since`` it began."""
        ranges = list(offline)
        row = self._one(_STEP_SERIES, key_day=day, key_letter=letter)
        stepped = int(row[0]) if row else None
        last = next_value(stepped - 1 if stepped else 0, ranges)
        while self._taken(day, number_text(last, letter), since):
            last = next_value(last, ranges)
        if stepped is None:
            self._insert("series", day=day, letter=letter, last=last)
        elif last != stepped:
            self._change(_UPDATE_SERIES, {"key_day": day, "key_letter": letter}, {"last": last})
        return number_text(last, letter)

    def _taken(self, day: date, number: str, since: datetime) -> bool:
        if self._one(_PAPER_NUMBERED, number=number, since=since) is not None:
            return True
        return self._wary and self.visit_numbered(day, number) is not None

    def forget_tokens_before(self, day: date) -> None:
        """The customer's page dies with the service day."""
        self._run(_FORGET_TOKENS, before=day)

    # --- papers

    def paper(self, request: str) -> AnyRow | None:
        return self._one(_PAPER, request=request)

    def put_paper(self, request: str, **values: Any) -> None:
        if self.paper(request) is None:
            self._insert("paper", request=request, **values)
        else:
            self._change(_UPDATE_PAPER, {"key_request": request}, values)

    # --- counters

    def counter(self, counter_id: str) -> Counter:
        row = self._one(_COUNTER, id=counter_id)
        return Counter(counter_id, row.opened_by, tuple(row.services)) if row else Counter(counter_id)

    def open_counters(self) -> list[Counter]:
        return [Counter(row.id, row.opened_by, tuple(row.services)) for row in self._all(_OPEN_COUNTERS)]

    def store_counter(self, counter: Counter, now: datetime) -> None:
        values = {
            "opened_by": counter.opened_by,
            "services": list(counter.services),
            "opened_at": now if counter.open else None,
        }
        if self._one(_COUNTER, id=counter.id) is None:
            self._insert("counter", id=counter.id, **values)
        else:
            self._change(_UPDATE_COUNTER, {"key_id": counter.id}, values)

    # --- calls for help

    def help_call(self, call_id: str) -> HelpCall | None:
        row = self._one(_HELP_CALL, id=call_id)
        return _help_call_of(row) if row else None

    def open_help_calls(self) -> list[HelpCall]:
        """Calls that nobody has taken, the longest waiting first."""
        return [_help_call_of(row) for row in self._all(_OPEN_HELP_CALLS)]

    def help_calls_taken_since(self, since: datetime) -> list[HelpCall]:
        return [_help_call_of(row) for row in self._all(_HELP_CALLS_TAKEN, since=since)]

    def add_help_call(self, call: HelpCall) -> None:
        self._insert("help_call", **_help_values(call))

    def store_help_call(self, call: HelpCall) -> None:
        self._run(_STORE_HELP_CALL, key_id=call.id, **_help_values(call))

    # --- the event log

    def last_seq(self) -> int:
        row = self._one(_LAST_SEQ)
        return int(row[0] or 0) if row else 0

    def events_after(self, seq: int, most: int) -> list[AnyRow]:
        return self._all(_EVENTS_AFTER, after=seq, most=most)

    def append_event(self, **values: Any) -> None:
        """Next in the gapless sequence: one writer at a time, so the largest ``seq`` and one is free."""
        self._run(_APPEND_EVENT, **values)

    # --- answers and journals

    def answer(self, key: str) -> AnyRow | None:
        return self._one(_ANSWER, key=key)

    def add_answer(self, **values: Any) -> None:
        self._insert("answer", **values)

    def journal(self, device: str, journal: str) -> AnyRow | None:
        return self._one(_JOURNAL, device=device, journal=journal)

    def advance_journal(self, device: str, journal: str, seq: int, now: datetime) -> None:
        """Move on how far a unit's journal is received without a gap."""
        if self._next_in_journal(device, journal, seq, now):
            return
        row = self.journal(device, journal)
        contiguous = row.contiguous if row else 0
        furthest = max(row.furthest if row else 0, seq)
        if seq == contiguous + 1:
            contiguous = seq
            while contiguous < furthest and self._received(device, journal, contiguous + 1):
                contiguous += 1
        values = {"contiguous": contiguous, "furthest": furthest, "last_at": now}
        if row is None:
            self._insert("journal", device=device, journal=journal, **values)
        else:
            self._change(_UPDATE_JOURNAL, {"key_device": device, "key_journal": journal}, values)

    def _next_in_journal(self, device: str, journal: str, seq: int, now: datetime) -> bool:
        """The ordinary case: the message after the last one, and no later one came before it."""
        values = {"key_device": device, "key_journal": journal, "before": seq - 1, "seq": seq, "now": now}
        return bool(self._run(_NEXT_IN_JOURNAL, **values))

    def _received(self, device: str, journal: str, seq: int) -> bool:
        return self._one(_RECEIVED, device=device, journal=journal, seq=seq) is not None

    # --- devices and days

    def device(self, device_id: str) -> AnyRow | None:
        return self._one(_DEVICE, id=device_id)

    def devices(self) -> list[AnyRow]:
        return self._all(_DEVICES)

    def put_device(self, device_id: str, **values: Any) -> None:
        if self.device(device_id) is None:
            self._insert("device", id=device_id, **values)
        else:
            self._change(_UPDATE_DEVICE, {"key_id": device_id}, values)

    def day_begun(self, day: date) -> bool:
        return self._one(_DAY, day=day) is not None

    def begin_day(self, day: date, now: datetime) -> None:
        self._insert("service_day", day=day, begun_at=now)

    # --- people and their tokens

    def person(self, name: str) -> AnyRow | None:
        return self._one(_PERSON, name=name)

    def people(self) -> list[AnyRow]:
        return self._all(_PEOPLE)

    def put_person(self, name: str, **values: Any) -> None:
        if self.person(name) is None:
            self._insert("person", name=name, **values)
        else:
            self._change(_UPDATE_PERSON, {"key_name": name}, values)

    def api_tokens(self) -> list[AnyRow]:
        return self._all(_API_TOKENS)

    def add_api_token(self, **values: Any) -> None:
        self._insert("api_token", **values)

    def remove_api_token(self, digest: str) -> None:
        self._run(_REMOVE_API_TOKEN, digest=digest)

    def remove_tokens_of(self, person: str) -> int:
        """Returns how many there were."""
        return self._run(_REMOVE_API_TOKENS_OF, person=person)

    # --- statements

    def _one(self, statement: Any, **values: Any) -> AnyRow | None:
        return self._driver.first(statement, values)

    def _all(self, statement: Any, **values: Any) -> list[AnyRow]:
        return self._driver.all(statement, values)

    def _run(self, statement: Any, **values: Any) -> int:
        return self._driver.run(statement, values)

    def _insert(self, table: str, **values: Any) -> None:
        self._driver.insert(_INSERT[table], values)

    def _change(self, statement: Any, key: Mapping[str, Any], values: Mapping[str, Any]) -> int:
        """Set some columns of the rows that an update means."""
        return self._run(_setting(statement, tuple(values)), **key, **values)


@cache
def _setting(statement: Any, columns: tuple[str, ...]) -> Any:
    return statement.values({name: bindparam(name) for name in columns})


def _help_call_of(row: AnyRow) -> HelpCall:
    return HelpCall(**{name: getattr(row, name) for name in _HELP_FIELDS})


def _help_values(call: HelpCall) -> Mapping[str, Any]:
    return {name: getattr(call, name) for name in _HELP_FIELDS}


def _values(turn: Turn) -> Mapping[str, Any]:
    values = {name: getattr(turn, name) for name in _TURN_FIELDS}
    return {**values, "state": turn.state.value, "needs": [need.value for need in turn.needs]}
