"""What acts load and store within one transaction: domain values in, domain values out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, update
from sqlmodel import Session, col, select
from vuoro_mqtt.payloads import Need

from vuoro_hub.domain.counters import Counter
from vuoro_hub.domain.numbering import OfflineRange, next_value, number_text
from vuoro_hub.domain.turns import AT_COUNTER, OPEN, Turn, TurnState
from vuoro_hub.store.rows import (
    AnswerRow,
    CounterRow,
    DayRow,
    DeviceRow,
    EventRow,
    JournalRow,
    PaperRow,
    PersonRow,
    SeriesRow,
    TokenRow,
    TurnRow,
    VisitRow,
)

_TURN_FIELDS = [one.name for one in fields(Turn) if one.name not in ("state", "needs")]


def turn_of(row: TurnRow) -> Turn:
    """A row as the domain's turn."""
    values = {name: getattr(row, name) for name in _TURN_FIELDS}
    return Turn(state=TurnState(row.state), needs=tuple(Need(need) for need in row.needs), **values)


class Records:
    """The rows of one point, seen through one session."""

    def __init__(self, session: Session) -> None:
        self.session = session

    # --- turns

    def turn(self, turn_id: str) -> Turn | None:
        row = self.session.get(TurnRow, turn_id)
        return turn_of(row) if row else None

    def turn_row(self, turn_id: str) -> TurnRow | None:
        return self.session.get(TurnRow, turn_id)

    def waiting(self, day: date, services: Sequence[str] | None = None, most: int | None = None) -> list[Turn]:
        """Waiting turns in the order of their rank; of all services unless some are named."""
        query = select(TurnRow).where(TurnRow.day == day, TurnRow.state == TurnState.WAITING.value)
        if services is not None:
            query = query.where(col(TurnRow.service).in_(services))
        query = query.order_by(col(TurnRow.rank_at), col(TurnRow.id)).limit(most)
        return [turn_of(row) for row in self.session.exec(query)]

    def open_turns(self, day: date, states: Iterable[TurnState] = OPEN) -> list[TurnRow]:
        wanted = [state.value for state in states]
        query = select(TurnRow).where(TurnRow.day == day, col(TurnRow.state).in_(wanted))
        return list(self.session.exec(query.order_by(col(TurnRow.rank_at), col(TurnRow.id))))

    def open_before(self, day: date) -> list[TurnRow]:
        """Turns of earlier days that nobody closed."""
        open_states = [state.value for state in OPEN]
        return list(self.session.exec(select(TurnRow).where(TurnRow.day < day, col(TurnRow.state).in_(open_states))))

    def at_counters(self, day: date) -> list[Turn]:
        """Turns called or being served, newest call first."""
        rows = [turn_of(row) for row in self.open_turns(day, AT_COUNTER)]
        return sorted(rows, key=lambda turn: turn.called_at or turn.arrived_at, reverse=True)

    def at_counter(self, counter: str) -> Turn | None:
        states = [state.value for state in AT_COUNTER]
        row = self.session.exec(
            select(TurnRow).where(TurnRow.counter == counter, col(TurnRow.state).in_(states))
        ).first()
        return turn_of(row) if row else None

    def count_waiting(self, day: date) -> dict[str, int]:
        """Waiting turns by service."""
        query = (
            select(TurnRow.service, func.count())
            .where(TurnRow.day == day, TurnRow.state == TurnState.WAITING.value)
            .group_by(TurnRow.service)
        )
        return dict(self.session.exec(query).all())

    def position(self, turn: Turn, day: date) -> int:
        """Place in its service's line, 1 is next."""
        ahead = (
            select(func.count())
            .select_from(TurnRow)
            .where(
                TurnRow.day == day,
                TurnRow.service == turn.service,
                TurnRow.state == TurnState.WAITING.value,
                (col(TurnRow.rank_at) < turn.rank_at)
                | ((col(TurnRow.rank_at) == turn.rank_at) & (col(TurnRow.id) < turn.id)),
            )
        )
        return int(self.session.exec(ahead).one()) + 1

    def due_again(self, day: date, now: datetime) -> list[TurnRow]:
        """Called turns whose second showing is due."""
        query = select(TurnRow).where(
            TurnRow.day == day, TurnRow.state == TurnState.CALLED.value, col(TurnRow.show_again_at) <= now
        )
        return list(self.session.exec(query))

    def waited_out(self, day: date, now: datetime) -> list[TurnRow]:
        """Called turns whose waiting time is over."""
        query = select(TurnRow).where(
            TurnRow.day == day, TurnRow.state == TurnState.CALLED.value, col(TurnRow.wait_until) <= now
        )
        return list(self.session.exec(query))

    def service_seconds(self, service: str, most: int = 30) -> list[float]:
        """Seconds from call to finish of the last served turns of a service."""
        query = (
            select(TurnRow.called_at, TurnRow.ended_at)
            .where(
                TurnRow.service == service,
                TurnRow.state == TurnState.FINISHED.value,
                col(TurnRow.served_at).is_not(None),
            )
            .order_by(col(TurnRow.served_at).desc())
            .limit(most)
        )
        return [(ended - called).total_seconds() for called, ended in self.session.exec(query) if called and ended]

    def add_turn(self, turn: Turn, day: date) -> None:
        row = TurnRow(day=day, **_values(turn))
        self.session.add(row)

    def store_turn(self, turn: Turn) -> None:
        """Write a changed turn over its row."""
        row = self.session.get_one(TurnRow, turn.id)
        for name, value in _values(turn).items():
            if getattr(row, name) != value:
                setattr(row, name, value)
        self.session.add(row)
        # At once, not at commit: two rows may swap a place that only one may hold (one turn at a counter).
        self.session.flush()

    # --- visits and numbers

    def visit(self, visit_id: str) -> VisitRow | None:
        return self.session.get(VisitRow, visit_id)

    def visit_of_request(self, request: str) -> VisitRow | None:
        return self.session.exec(select(VisitRow).where(VisitRow.request == request)).first()

    def visit_of_token(self, token: str) -> VisitRow | None:
        return self.session.exec(select(VisitRow).where(VisitRow.token == token)).first()

    def visit_numbered(self, day: date, number: str) -> VisitRow | None:
        return self.session.exec(select(VisitRow).where(VisitRow.day == day, VisitRow.number == number)).first()

    def turns_of_visit(self, visit_id: str) -> list[TurnRow]:
        return list(self.session.exec(select(TurnRow).where(TurnRow.visit == visit_id).order_by(col(TurnRow.id))))

    def take_number(self, day: date, letter: str, offline: Iterable[OfflineRange]) -> str:
        """The next number of the series, never one that a visit of the day has (a paper may have taken it)."""
        row = self.session.get(SeriesRow, (day, letter)) or SeriesRow(day=day, letter=letter, last=0)
        ranges = list(offline)
        while True:
            row.last = next_value(row.last, ranges)
            number = number_text(row.last, letter)
            if self.visit_numbered(day, number) is None:
                self.session.add(row)
                return number

    def forget_tokens_before(self, day: date) -> None:
        """The customer's page dies with the service day."""
        self.session.execute(
            update(VisitRow).where(col(VisitRow.day) < day, col(VisitRow.token).is_not(None)).values(token=None)
        )

    # --- papers

    def paper(self, request: str) -> PaperRow | None:
        return self.session.get(PaperRow, request)

    # --- counters

    def counter(self, counter_id: str) -> Counter:
        row = self.session.get(CounterRow, counter_id)
        return Counter(counter_id, row.opened_by, tuple(row.services)) if row else Counter(counter_id)

    def open_counters(self) -> list[Counter]:
        rows = self.session.exec(select(CounterRow).where(col(CounterRow.opened_by).is_not(None)))
        return [Counter(row.id, row.opened_by, tuple(row.services)) for row in rows]

    def store_counter(self, counter: Counter, now: datetime) -> None:
        row = self.session.get(CounterRow, counter.id) or CounterRow(id=counter.id)
        row.opened_by, row.services = counter.opened_by, list(counter.services)
        row.opened_at = now if counter.open else None
        self.session.add(row)

    # --- the event log

    def last_seq(self) -> int:
        return int(self.session.exec(select(func.max(EventRow.seq))).one() or 0)

    def events_after(self, seq: int, most: int) -> list[EventRow]:
        query = select(EventRow).where(col(EventRow.seq) > seq).order_by(col(EventRow.seq)).limit(most)
        return list(self.session.exec(query))

    # --- answers and journals

    def answer(self, key: str) -> AnswerRow | None:
        return self.session.get(AnswerRow, key)

    def journal(self, device: str, journal: str) -> JournalRow | None:
        return self.session.get(JournalRow, (device, journal))

    def received(self, device: str, journal: str, seq: int) -> bool:
        query = select(AnswerRow.key).where(
            AnswerRow.device == device, AnswerRow.journal == journal, AnswerRow.seq == seq
        )
        return self.session.exec(query).first() is not None

    # --- devices, people, days

    def device(self, device_id: str) -> DeviceRow | None:
        return self.session.get(DeviceRow, device_id)

    def devices(self) -> list[DeviceRow]:
        return list(self.session.exec(select(DeviceRow).order_by(col(DeviceRow.id))))

    def person(self, name: str) -> PersonRow | None:
        return self.session.get(PersonRow, name)

    def person_of_token(self, digest: str) -> PersonRow | None:
        token = self.session.get(TokenRow, digest)
        return self.session.get(PersonRow, token.person) if token else None

    def day_begun(self, day: date) -> bool:
        return self.session.get(DayRow, day) is not None


def _values(turn: Turn) -> dict[str, Any]:
    values = {name: getattr(turn, name) for name in _TURN_FIELDS}
    return {**values, "state": turn.state.value, "needs": [need.value for need in turn.needs]}
