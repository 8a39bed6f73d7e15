"""A point at work without pages or broker: the real acts over a real database, with a clock the test moves."""

from __future__ import annotations

import functools
import secrets
import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from vuoro_hub.acts import arriving, calling, moving, staffing
from vuoro_hub.acts.arriving import Issued, Wish
from vuoro_hub.acts.people import hash_password
from vuoro_hub.acts.transaction import Actor, Changes, Point, Transaction, do
from vuoro_hub.domain.refusals import Refusal
from vuoro_hub.domain.roles import Grant, Person, Role
from vuoro_hub.domain.turns import Turn
from vuoro_hub.site_file import Site, read_site_file
from vuoro_hub.store.database import Database, sqlite_url
from vuoro_hub.store.records import Records
from vuoro_mqtt.values import new_message_id

PRESETS = Path(__file__).parents[2] / "provisioning" / "vuoro_provisioning" / "presets"

A_TUESDAY = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
"""10:00 in Finland, an ordinary working day."""

CONSOLE = Actor("console:tester")

R = TypeVar("R")


@functools.cache
def preset(name: str) -> Site:
    """A preset's site."""
    return read_site_file(PRESETS / f"{name}.toml")


@functools.cache
def _migrated() -> Path:
    """An empty database with today's schema, made once and copied for each test."""
    path = Path(tempfile.mkdtemp()) / "empty.db"
    database = Database(sqlite_url(path))
    database.migrate()
    database.close()
    return path


def sqlite_in(folder: Path) -> str:
    """The address of that folder's database, with today's schema."""
    path = folder / "vuoro.db"
    if not path.exists():
        shutil.copy(_migrated(), path)
    return sqlite_url(path)


class Clock:
    """A clock that moves when told."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, **span: float) -> None:
        self.at += timedelta(**span)


class Heard:
    """An announcer that keeps what it is told."""

    def __init__(self) -> None:
        self.changes: list[Changes] = []

    def changed(self, changes: Changes) -> None:
        self.changes.append(changes)


def clerk(*authorities: str) -> Actor:
    """A clerk of some authorities."""
    grants = tuple(Grant(Role.CLERK, authority) for authority in authorities)
    return Actor.staff(Person(f"clerk-{'-'.join(authorities)}", grants))


def staff(role: Role, authority: str | None = None) -> Actor:
    """Somebody with one role."""
    return Actor.staff(Person(role.value, (Grant(role, authority),)))


class PointAtWork:
    """A point, and short words for what happens in its lobby."""

    def __init__(
        self, folder: Path, site: Site | None = None, at: datetime = A_TUESDAY, *, database_url: str | None = None
    ) -> None:
        self.clock = Clock(at)
        self.heard = Heard()
        self.database = Database(database_url or sqlite_in(folder))
        self.point = Point(
            site=site or preset("lahti"),
            database=self.database,
            now=self.clock,
            new_id=new_message_id,
            new_token=lambda: secrets.token_urlsafe(16),
            announcer=self.heard,
            public_url="http://127.0.0.1:8000",
        )

    def do(self, by: Actor, act: Callable[[Transaction], R | Refusal]) -> R | Refusal:
        return do(self.point, by, act)

    def must(self, by: Actor, act: Callable[[Transaction], R | Refusal]) -> R:
        """Do an act that is expected to be allowed."""
        outcome = do(self.point, by, act)
        assert not isinstance(outcome, Refusal), outcome.text["en"]
        return outcome

    def arrives(self, service: str = "vero", **wish: Any) -> Issued:
        """A customer takes a number; a second passes, so that arrivals differ."""
        issued = self.must(Actor.device("dispenser-1"), lambda t: arriving.give_number(t, Wish(service, **wish)))
        self.clock.pass_by(seconds=1)
        return issued

    def opens(self, counter: str, by: Actor, *services: str) -> None:
        self.must(by, lambda t: calling.open_counter(t, counter, services or None))

    def calls(self, counter: str, by: Actor, turn: str | None = None) -> Turn | Refusal:
        return self.do(by, lambda t: calling.call_next(t, counter, turn))

    def called(self, counter: str, by: Actor, turn: str | None = None) -> Turn:
        return self.must(by, lambda t: calling.call_next(t, counter, turn))

    def serves_and_finishes(self, turn: str, by: Actor) -> Turn:
        self.must(by, lambda t: calling.serve(t, turn))
        return self.must(by, lambda t: calling.finish(t, turn))

    def transfers(self, turn: str, service: str, by: Actor) -> Turn | Refusal:
        return self.do(by, lambda t: moving.transfer(t, turn, service))

    def takes_in(self, name: str, *roles: str, password: str = "kolme sanaa peräkkäin") -> None:
        """Somebody joins the staff."""
        assert self.must(CONSOLE, lambda t: staffing.add_person(t, name, roles, hash_password(password))) == []

    def token_of(self, name: str, note: str = "of a test") -> str:
        """A new token of somebody of the staff."""
        token = self.must(CONSOLE, lambda t: staffing.add_token(t, name, note))
        assert isinstance(token, str), token
        return token

    def see(self, look: Callable[[Transaction], R]) -> R:
        """Look without changing anything."""
        with self.database.reading() as session:
            return look(Transaction(self.point, Records(session), Actor("test"), self.clock()))

    def turn(self, turn: str) -> Turn:
        found = self.see(lambda t: t.records.turn(turn))
        assert found is not None
        return found

    def events(self) -> list[Any]:
        return self.see(lambda t: t.records.events_after(0, 1_000_000))
