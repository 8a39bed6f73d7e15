"""The tables. A row is what is kept; what it means stands in the domain."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, Column, DateTime, Index, Text, UniqueConstraint, text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel


class UtcInstant(TypeDecorator[datetime]):
    """An aware UTC instant with microseconds, the same over SQLite (which keeps no zone) and PostgreSQL."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive time cannot be stored")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _instant(*, nullable: bool = True) -> Any:
    return Field(default=None, sa_column=Column(UtcInstant, nullable=nullable))


AT_COUNTER_SQL = "state IN ('called', 'serving')"
OPEN_SQL = "state IN ('held', 'waiting', 'called', 'serving', 'parked')"
HELP_OPEN_SQL = "taken_by IS NULL AND ended_at IS NULL"


class VisitRow(SQLModel, table=True):
    """One customer's stay. No number is given twice in a service day: the table itself refuses it."""

    __tablename__ = "visit"
    __table_args__ = (UniqueConstraint("day", "number"),)

    id: str = Field(primary_key=True)
    day: date = Field(nullable=False)
    number: str = Field(nullable=False)
    language: str = Field(nullable=False)
    needs: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    arrived_at: datetime = _instant(nullable=False)
    token: str | None = Field(default=None, unique=True)
    """For the customer's own page; cleared when the service day ends."""
    request: str | None = Field(default=None, unique=True)
    """Id of the message that asked for it."""
    device: str | None = None
    medium: str | None = None
    """``paper`` or ``screen`` once somebody has the number; null while that is not known."""
    paper_number: str | None = None
    """What the paper says, where another visit has that number already."""


class TurnRow(SQLModel, table=True):
    """One wait-and-be-served. The table itself refuses two calls of one visit and two turns at one counter."""

    __tablename__ = "turn"
    __table_args__ = (
        Index("turn_open", "day", "service", "rank_at", sqlite_where=text(OPEN_SQL), postgresql_where=text(OPEN_SQL)),
        Index("turn_of_visit", "visit"),
        Index("turn_by_day", "day", "state"),
        Index("turn_served", "service", "served_at"),
        Index(
            "one_turn_at_a_counter",
            "counter",
            unique=True,
            sqlite_where=text(AT_COUNTER_SQL),
            postgresql_where=text(AT_COUNTER_SQL),
        ),
        Index(
            "one_call_of_a_visit",
            "visit",
            unique=True,
            sqlite_where=text(AT_COUNTER_SQL),
            postgresql_where=text(AT_COUNTER_SQL),
        ),
    )

    id: str = Field(primary_key=True)
    visit: str = Field(foreign_key="visit.id", nullable=False)
    day: date = Field(nullable=False)
    number: str = Field(nullable=False)
    service: str = Field(nullable=False)
    state: str = Field(nullable=False)
    needs: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    arrived_at: datetime = _instant(nullable=False)
    line_at: datetime = _instant(nullable=False)
    rank_at: datetime = _instant(nullable=False)
    appointment_at: datetime | None = _instant()
    for_counter: str | None = None
    counter: str | None = None
    first_called_at: datetime | None = _instant()
    called_at: datetime | None = _instant()
    show_again_at: datetime | None = _instant()
    wait_until: datetime | None = _instant()
    showing: int = 0
    recalls: int = 0
    served_at: datetime | None = _instant()
    ended_at: datetime | None = _instant()
    told: str | None = None
    """The fixed phrase an advisor sent the clerk about this turn (Q8); no free text."""
    told_at: datetime | None = _instant()


class CounterRow(SQLModel, table=True):
    """Who has a counter open, for which services."""

    __tablename__ = "counter"

    id: str = Field(primary_key=True)
    opened_by: str | None = None
    opened_at: datetime | None = _instant()
    services: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))


class SeriesRow(SQLModel, table=True):
    """The last value given in a series on a day; letter "" is the point's own series."""

    __tablename__ = "series"

    day: date = Field(primary_key=True)
    letter: str = Field(primary_key=True)
    last: int = Field(nullable=False)


class PaperRow(SQLModel, table=True):
    """What a dispenser printed for a request, kept also when it comes before the request itself."""

    __tablename__ = "paper"
    __table_args__ = (Index("paper_numbered", "number", "at"),)

    request: str = Field(primary_key=True)
    device: str = Field(nullable=False)
    number: str = Field(nullable=False)
    offline: bool = Field(nullable=False)
    medium: str = Field(nullable=False)
    uncertain: bool = Field(default=False, nullable=False)
    at: datetime = _instant(nullable=False)


class EventRow(SQLModel, table=True):
    """The event log: append-only, gapless, in the same transaction as what it tells of."""

    __tablename__ = "event"

    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime = _instant(nullable=False)
    type: str = Field(nullable=False)
    by: str = Field(nullable=False)
    visit: str | None = None
    turn: str | None = None
    body: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


class AnswerRow(SQLModel, table=True):
    """The first answer to a message or request: the same id gets the same answer and has its effect once."""

    __tablename__ = "answer"
    __table_args__ = (Index("answer_of_journal", "device", "journal", "seq"), Index("answer_at", "at"))

    key: str = Field(primary_key=True)
    at: datetime = _instant(nullable=False)
    type: str = Field(nullable=False)
    body: str = Field(sa_column=Column(Text, nullable=False))
    asked: str | None = None
    """What was asked: so that a key used again for something else is noticed, and a refused ticket that was printed
    all the same can be placed."""
    device: str | None = None
    journal: str | None = None
    seq: int | None = None


class JournalRow(SQLModel, table=True):
    """How far a unit's journal has been received without a gap."""

    __tablename__ = "journal"

    device: str = Field(primary_key=True)
    journal: str = Field(primary_key=True)
    contiguous: int = Field(nullable=False)
    furthest: int = Field(nullable=False)
    """The largest ``seq`` seen: beyond ``contiguous`` while there is a gap."""
    last_at: datetime = _instant(nullable=False)


class DeviceRow(SQLModel, table=True):
    """What was last heard of a unit."""

    __tablename__ = "device"

    id: str = Field(primary_key=True)
    kind: str | None = None
    state: str = Field(nullable=False)
    boot: str | None = None
    version: str | None = None
    at: datetime | None = _instant()
    clock: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    faults: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))


class HelpCallRow(SQLModel, table=True):
    """A call for help at a unit (Q17): open until somebody takes it or the service day ends."""

    __tablename__ = "help_call"
    __table_args__ = (
        Index(
            "help_call_open",
            "wanted_at",
            sqlite_where=text(HELP_OPEN_SQL),
            postgresql_where=text(HELP_OPEN_SQL),
        ),
        Index("help_call_taken", "taken_at"),
    )

    id: str = Field(primary_key=True)
    device: str = Field(nullable=False)
    service: str | None = None
    wanted_at: datetime = _instant(nullable=False)
    taken_by: str | None = None
    taken_at: datetime | None = _instant()
    ended_at: datetime | None = _instant()


class PersonRow(SQLModel, table=True):
    """Somebody of the staff who signs in. Grants are ``[role, authority or null]``."""

    __tablename__ = "person"

    name: str = Field(primary_key=True)
    password_hash: str = Field(nullable=False)
    grants: list[list[str | None]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    language: str | None = None
    session_key: str = Field(nullable=False)
    """Part of every session: a new one ends all that are open."""
    active: bool = True


class TokenRow(SQLModel, table=True):
    """An API token, kept as its SHA-256; it carries its person's roles."""

    __tablename__ = "api_token"

    digest: str = Field(primary_key=True)
    person: str = Field(foreign_key="person.name", nullable=False)
    note: str = ""


class DayRow(SQLModel, table=True):
    """Service days that have begun: what was open from earlier ones is closed."""

    __tablename__ = "service_day"

    day: date = Field(primary_key=True)
    begun_at: datetime | None = _instant()
