"""One act, one transaction: state, event log and answer are committed together, or nothing is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from vuoro_hub.domain.opening_hours import OpeningHours
from vuoro_hub.domain.refusals import Refusal, invalid, role_may_not
from vuoro_hub.domain.roles import Permission, Person
from vuoro_hub.domain.service_day import service_day
from vuoro_hub.site_file import Site
from vuoro_hub.store.database import Database
from vuoro_hub.store.prepared import AnyRow
from vuoro_hub.store.records import Records

R = TypeVar("R")


@dataclass(frozen=True)
class Changes:
    """What an act changed, as far as others are shown it."""

    services: bool = False
    calls: bool = False
    counters: frozenset[str] = frozenset()
    pages: bool = False
    """Something that the staff's pages alone show."""
    devices: frozenset[str] = frozenset()
    """Units whose settings have changed."""

    def __or__(self, other: Changes) -> Changes:
        return Changes(
            self.services or other.services,
            self.calls or other.calls,
            self.counters | other.counters,
            self.pages or other.pages,
            self.devices | other.devices,
        )

    def __bool__(self) -> bool:
        return self.services or self.calls or bool(self.counters) or self.pages or bool(self.devices)


class Announcer(Protocol):
    """Tells displays, devices and pages of a change, after the commit."""

    def changed(self, changes: Changes) -> None: ...


class NobodyListens:
    """An announcer for work that nobody watches, such as a command line tool."""

    def changed(self, changes: Changes) -> None:
        pass


@dataclass
class Point:
    """One service point at work."""

    site: Site
    database: Database
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    new_token: Callable[[], str]
    announcer: Announcer = field(default_factory=NobodyListens)
    public_url: str = ""
    always_open: bool = False
    any_device: bool = False

    def hours(self, service: str | None = None) -> OpeningHours:
        return self.site.opening_hours(service, always=self.always_open)


@dataclass(frozen=True)
class Actor:
    """Who acts, as the event log names it: ``person:clerk-te``, ``device:dispenser-1``, ``console:ann``, ``system``."""

    name: str
    person: Person | None = None

    @staticmethod
    def staff(person: Person) -> Actor:
        return Actor(f"person:{person.name}", person)

    @staticmethod
    def device(device: str) -> Actor:
        return Actor(f"device:{device}")


SYSTEM = Actor("system")


class Transaction:
    """What an act works with."""

    def __init__(self, point: Point, records: Records, by: Actor, now: datetime) -> None:
        self.point = point
        self.site = point.site
        self.records = records
        self.by = by
        self.now = now
        self.day: date = service_day(now, point.site.zone)
        self.changes = Changes()

    def record(self, type_: str, *, visit: str | None = None, turn: str | None = None, **body: Any) -> None:
        """Append to the event log, next in its gapless sequence."""
        self.records.append_event(at=self.now, type=type_, by=self.by.name, visit=visit, turn=turn, body=body)

    def changed(
        self,
        *,
        services: bool = False,
        calls: bool = False,
        counters: tuple[str | None, ...] = (),
        pages: bool = False,
        devices: tuple[str, ...] = (),
    ) -> None:
        at_counters = frozenset(one for one in counters if one is not None)
        self.changes |= Changes(services, calls, at_counters, pages, frozenset(devices))

    def forbidden(self, permission: Permission, authority: str | None) -> Refusal | None:
        """Table R. Units and the system itself act within what they are."""
        person = self.by.person
        if person is None or person.may(permission, authority):
            return None
        return role_may_not(permission.value)

    def authority_of(self, service: str) -> str | None:
        found = self.site.service_by_id.get(service)
        return found.authority if found else None


@dataclass(frozen=True)
class Origin:
    """Which message of which unit's journal an act answers."""

    device: str
    journal: str
    seq: int


@dataclass(frozen=True)
class Answer:
    """What is answered: a type (or status) and a JSON text. ``again`` when it is the first answer, given once more."""

    type: str
    body: str
    again: bool = False


def perform(
    point: Point,
    by: Actor,
    act: Callable[[Transaction], R | Refusal],
    render: Callable[[R | Refusal], tuple[str, str]],
    *,
    key: str | None = None,
    asked: str | None = None,
    origin: Origin | None = None,
) -> Answer:
    """Do an act once for its key and answer it.

    The same ``key`` again gets the first answer and changes nothing. An act that refuses leaves nothing behind but its
    answer. Displays are told after the commit.

    Hardly ever is a key used again or a number taken, and somebody stands and waits: so it is not looked for first.
    The tables refuse it, nothing of the attempt remains, and the second attempt looks.
    """
    asking = _Asking(point, by, act, render, key, asked, origin)
    with point.database.acting() as connection:
        try:
            answer, changes = _attempt(asking, connection, wary=False)
        except IntegrityError:
            connection.rollback()
            point.database.begin(connection)
            answer, changes = _attempt(asking, connection, wary=True)
    if changes:
        point.announcer.changed(changes)
    return answer


@dataclass(frozen=True)
class _Asking:
    point: Point
    by: Actor
    act: Callable[[Transaction], Any]
    render: Callable[[Any], tuple[str, str]]
    key: str | None
    asked: str | None
    origin: Origin | None


def _attempt(asking: _Asking, connection: Connection, *, wary: bool) -> tuple[Answer, Changes]:
    point, origin = asking.point, asking.origin
    records = Records(connection, wary=wary)
    now = point.now()
    if wary and asking.key and (first := records.answer(asking.key)):
        _advance(records, origin, now)
        return _same(first, asking.asked, asking.render), Changes()
    transaction = Transaction(point, records, asking.by, now)
    outcome = asking.act(transaction)
    changes = transaction.changes
    if isinstance(outcome, Refusal):
        connection.rollback()
        point.database.begin(connection)
        changes = Changes()
    answer = Answer(*asking.render(outcome))
    if asking.key:
        records.add_answer(
            key=asking.key,
            at=now,
            type=answer.type,
            body=answer.body,
            asked=asking.asked,
            device=origin.device if origin else None,
            journal=origin.journal if origin else None,
            seq=origin.seq if origin else None,
        )
    _advance(records, origin, now)
    return answer, changes


def _advance(records: Records, origin: Origin | None, now: datetime) -> None:
    if origin is not None:
        records.advance_journal(origin.device, origin.journal, origin.seq, now)


def do(point: Point, by: Actor, act: Callable[[Transaction], R | Refusal]) -> R | Refusal:
    """Do an act that needs no stored answer."""
    kept: list[R | Refusal] = []

    def keep(outcome: R | Refusal) -> tuple[str, str]:
        kept.append(outcome)
        return "", ""

    perform(point, by, act, keep)
    return kept[0]


def _same(first: AnyRow, asked: str | None, render: Callable[[Any], tuple[str, str]]) -> Answer:
    if asked is not None and first.asked is not None and asked != first.asked:
        kind, body = render(
            invalid(
                "This key was used for another request. Use a new key for a new request.",
                fi="Tätä avainta on käytetty toiseen pyyntöön. Käytä uutta avainta.",
                sv="Den här nyckeln har använts för en annan begäran. Använd en ny nyckel.",
            )
        )
        return Answer(kind, body)
    return Answer(first.type, first.body, again=True)
