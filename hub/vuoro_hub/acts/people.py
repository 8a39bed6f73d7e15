"""People of the staff: who they are, how they prove it, and the demo's people (contract §3)."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete
from sqlmodel import Session, col, select
from vuoro_mqtt.facts_log import FactsLog

from vuoro_hub.domain.roles import Grant, Person, Role
from vuoro_hub.site_file import Site
from vuoro_hub.store.database import Database
from vuoro_hub.store.rows import PersonRow, TokenRow

log = FactsLog(__name__)

DEMO_PASSWORD = "demo"  # noqa: S105 - everybody knows it: it exists in the demo alone, which listens on loopback
DEMO_NOTE = "demo"
"""Note of a demo token. Who holds such a token is of the demo, and goes with it."""

MOST_PASSWORD_BYTES = 1024
"""Longer ones are refused unread: hashing is work that anybody could ask for."""

TOKEN_KNOWN_SECONDS = 0.5
"""So long a token is believed without asking the database: who loses a token is out within a second."""

# Argon2id by OWASP's parameters with the least memory, and on one thread: each thread would keep its own 7 MiB.
_HASHER = PasswordHasher(time_cost=5, memory_cost=7 * 1024, parallelism=1)
_HASHING = ThreadPoolExecutor(max_workers=1, thread_name_prefix="passwords")

_NOBODYS_HASH = "$argon2id$v=19$m=7168,t=5,p=1$mLxZKm1TLWG2ITXddeIwcg$78LGtHirhJ0s6UwfxhO4uikYKMK7A7joHaEtnhtyA7k"
"""Of random bytes nobody kept: no password fits, and an unknown name costs the same work as a known one."""


@dataclass(frozen=True)
class Account:
    """Somebody who may sign in. A session is good while its key is the account's ``session_key``."""

    person: Person
    session_key: str
    language: str | None = None

    @property
    def name(self) -> str:
        return self.person.name


def find_person(database: Database, name: str) -> Account | None:
    """The active account of that name."""
    with database.reading() as session:
        return _account(session.get(PersonRow, name))


def check_password(database: Database, name: str, password: str) -> Account | None:
    """The account whose name and password these are. An unknown name takes as long as a wrong password."""
    if len(password.encode(errors="replace")) > MOST_PASSWORD_BYTES:
        return None
    with database.reading() as session:
        row = session.get(PersonRow, name)
        account, kept = _account(row), row.password_hash if row else _NOBODYS_HASH
    return account if _verify(kept, password) else None


def hash_password(password: str) -> str:
    """What is kept of a password: Argon2id, with its own salt."""
    return _HASHING.submit(_HASHER.hash, password).result()


def token_digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


class KnownTokens:
    """Whose a bearer token is. Believed for half a second without asking the database again."""

    def __init__(self, database: Database, monotonic: Callable[[], float]) -> None:
        self._database = database
        self._monotonic = monotonic
        self._known: dict[str, tuple[float, Account]] = {}

    def account(self, token: str) -> Account | None:
        digest = token_digest(token)
        now = self._monotonic()
        known = self._known.get(digest)
        if known is not None and now - known[0] < TOKEN_KNOWN_SECONDS:
            return known[1]
        with self._database.reading() as session:
            account = _account(_person_of_token(session, digest))
        if account is None:
            self._known.pop(digest, None)
        else:
            self._known[digest] = (now, account)
        return account


# --- The demo's people


def demo_people(site: Site) -> list[Person]:
    """Everybody of the demo, named by role: a clerk for every authority, a guide for those that have their own."""
    of_the_point = [
        Person(role.value, (Grant(role),)) for role in (Role.ADVISOR, Role.GUARD, Role.COORDINATOR, Role.VIEWER)
    ]
    clerks = [Person(f"clerk-{one.id}", (Grant(Role.CLERK, one.id),)) for one in site.authorities]
    guides = [
        Person(f"guide-{authority}", (Grant(Role.GUIDE, authority),))
        for authority in AUTHORITIES_WITH_A_GUIDE
        if authority in site.authority_by_id
    ]
    return of_the_point + guides + clerks


AUTHORITIES_WITH_A_GUIDE = ("te", "hyvinvointi")
"""Those whose own person works in the lobby (handbook, "The two presets")."""


def ensure_demo_people(database: Database, site: Site) -> list[str]:
    """The demo's people with password ``demo`` and token ``demo-NAME``; returns their names. Idempotent.

    A person of that name who is not of the demo is left alone, and gets no demo token.
    """
    wanted = {person.name: person for person in demo_people(site)}
    with database.reading() as session:
        missing = bool(wanted.keys() - _demo_names(session))
    # One hash for all: its salt would hide which passwords are the same, and that every one is "demo" is no secret.
    shared_hash = hash_password(DEMO_PASSWORD) if missing else ""
    with database.writing() as session:
        demo = _demo_names(session)
        _remove(session, demo - wanted.keys())
        taken = [name for name in wanted.keys() - demo if session.get(PersonRow, name) is not None]
        for name, person in wanted.items():
            if name in demo:
                _set_grants(session, person)
            elif name not in taken:
                session.add(_row(person, shared_hash, None))
                session.flush()
                session.add(TokenRow(digest=token_digest(f"demo-{name}"), person=name, note=DEMO_NOTE))
    if taken:
        log.warning(
            "demo.names-taken", names=sorted(taken), note="these people are not of the demo and were left alone"
        )
    return [name for name in wanted if name not in taken]


def remove_demo_people(database: Database) -> list[str]:
    """Outside the demo none of its people or tokens exists; returns the names of those removed, and logs them."""
    with database.reading() as session:
        if not _demo_names(session):
            return []
    with database.writing() as session:
        names = _demo_names(session)
        _remove(session, names)
    log.warning("demo.people-removed", names=sorted(names), note="this database was used by a demo before")
    return sorted(names)


def _demo_names(session: Session) -> set[str]:
    return set(session.exec(select(TokenRow.person).where(TokenRow.note == DEMO_NOTE)))


def _remove(session: Session, names: Iterable[str]) -> None:
    listed = list(names)
    session.execute(delete(TokenRow).where(col(TokenRow.person).in_(listed)))
    session.execute(delete(PersonRow).where(col(PersonRow.name).in_(listed)))


def _set_grants(session: Session, person: Person) -> None:
    row = session.get_one(PersonRow, person.name)
    if row.grants != grants_kept(person.grants):
        row.grants = grants_kept(person.grants)
        session.add(row)


# --- Rows


def _row(person: Person, password_hash: str, language: str | None) -> PersonRow:
    return PersonRow(
        name=person.name,
        password_hash=password_hash,
        grants=grants_kept(person.grants),
        language=language,
        session_key=new_session_key(),
    )


def grants_kept(grants: Iterable[Grant]) -> list[list[str | None]]:
    """As a person's row holds them."""
    return [[grant.role.value, grant.authority] for grant in grants]


def _person_of_token(session: Session, digest: str) -> PersonRow | None:
    token = session.get(TokenRow, digest)
    return session.get(PersonRow, token.person) if token else None


def _account(row: PersonRow | None) -> Account | None:
    if row is None or not row.active:
        return None
    grants = tuple(Grant(Role(str(role)), authority) for role, authority in row.grants)
    return Account(Person(row.name, grants), row.session_key, row.language)


def new_session_key() -> str:
    """Whoever is signed in with another one is signed out."""
    return secrets.token_urlsafe(16)


def _verify(kept: str, password: str) -> bool:
    try:
        return _HASHING.submit(_HASHER.verify, kept, password).result()
    except (VerificationError, InvalidHashError):
        return False
