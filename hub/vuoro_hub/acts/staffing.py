"""Who is of the staff: taking people in, what they may do, ending their access, and tokens for their programs.

These acts tell every fault at once, as a list for whoever types them; with none they are done.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from vuoro_mqtt.settings_file import meant

from vuoro_hub.acts.people import DEMO_NOTE, MOST_PASSWORD_BYTES, grants_kept, new_session_key, token_digest
from vuoro_hub.acts.transaction import Transaction
from vuoro_hub.domain.roles import Grant, Role

NAME_PATTERN = r"[a-z0-9][a-z0-9._-]{0,31}"

LEAST_PASSWORD_CHARACTERS = 12
"""There is no second proof beside it, and whoever reaches the pages may try."""

LEAST_DIFFERENT_CHARACTERS = 5

LONGEST_NOTE = 100

TOKEN_ID_CHARACTERS = 10
"""So much of a token's digest names it: enough to tell a point's tokens apart, and it opens nothing."""

ROLES_OF_AN_AUTHORITY = (Role.CLERK, Role.GUIDE)
"""Who holds one of these holds it for an authority (table R)."""

Faults = list[str]


@dataclass(frozen=True)
class Staffer:
    """Somebody of the staff as the console lists them."""

    name: str
    roles: tuple[str, ...]
    active: bool
    tokens: int


@dataclass(frozen=True)
class Token:
    """A token as the console lists it: never the token itself."""

    id: str
    person: str
    note: str


# --- People


def add_person(t: Transaction, name: str, roles: Sequence[str], password_hash: str, *, again: bool = False) -> Faults:
    """Somebody new; ``again``: somebody who was removed has come back under the same name."""
    if faults := faults_of_new(t, name, roles, again=again):
        return faults
    kept = {
        "password_hash": password_hash,
        "grants": grants_kept(_grants(roles)),
        "language": None,
        "session_key": new_session_key(),
        "active": True,
    }
    t.records.put_person(name, **kept)
    t.record("person.added", name=name, roles=_words(_grants(roles)))
    return []


def faults_of_new(t: Transaction, name: str, roles: Sequence[str], *, again: bool = False) -> Faults:
    """All that keeps somebody from being added, the password aside."""
    return [*_name_faults(t, name, again=again), *_role_faults(t, roles)]


def set_roles(t: Transaction, name: str, roles: Sequence[str]) -> Faults:
    """Other roles instead of those held now; holds from the next thing the person does."""
    if faults := [*known_faults(t, name), *_role_faults(t, roles)]:
        return faults
    before = t.records.person(name)
    assert before is not None
    t.records.put_person(name, grants=grants_kept(_grants(roles)))
    t.record("person.roles-changed", name=name, roles=_words(_grants(roles)), before=_written(before.grants))
    return []


def set_password(t: Transaction, name: str, password_hash: str) -> Faults:
    """A new password; whoever is signed in with the old one is signed out."""
    if faults := known_faults(t, name):
        return faults
    t.records.put_person(name, password_hash=password_hash, session_key=new_session_key())
    t.record("person.password-changed", name=name)
    return []


def remove_person(t: Transaction, name: str) -> Faults:
    """End somebody's access: sign-in, open sessions and tokens. The name stays taken, since history tells of it."""
    if faults := known_faults(t, name):
        return faults
    tokens = t.records.remove_tokens_of(name)
    t.records.put_person(name, active=False, session_key=new_session_key())
    t.record("person.removed", name=name, tokens=tokens)
    return []


def staff(t: Transaction) -> list[Staffer]:
    """Everybody, by name; also those who were removed, whose names stay taken."""
    tokens = [row.person for row in t.records.api_tokens()]
    return [
        Staffer(row.name, tuple(_written(row.grants)), row.active, tokens.count(row.name)) for row in t.records.people()
    ]


def counters_open_by(t: Transaction, name: str) -> list[str]:
    """The counters that somebody has open now."""
    return sorted(counter.id for counter in t.records.open_counters() if counter.opened_by == name)


# --- Tokens


def add_token(t: Transaction, name: str, note: str) -> str | Faults:
    """A new token of a person, told this once: only its digest is kept."""
    if faults := [*known_faults(t, name), *_note_faults(note)]:
        return faults
    token = secrets.token_urlsafe(32)
    digest = token_digest(token)
    t.records.add_api_token(digest=digest, person=name, note=note)
    t.record("token.added", token=_id(digest), person=name, note=note)
    return token


def remove_token(t: Transaction, token_id: str) -> Faults:
    """A token, by its id of the list, that is believed no more."""
    found = [row for row in t.records.api_tokens() if _id(row.digest) == token_id.strip().lower()]
    if not found:
        return [f"no token has the id {token_id!r}; `vuoro-hub token list` shows the ids"]
    if found[0].note == DEMO_NOTE:
        return [f"the token {token_id} is one of the demo's, which are made anew at each start of a demo"]
    t.records.remove_api_token(found[0].digest)
    t.record("token.removed", token=token_id, person=found[0].person, note=found[0].note)
    return []


def tokens(t: Transaction) -> list[Token]:
    """Every token, by the person who holds it."""
    return [Token(_id(row.digest), row.person, row.note) for row in t.records.api_tokens()]


# --- What is wrong


def password_faults(name: str, password: str) -> Faults:
    """What is wrong with a new password. Length counts; what is easy to guess does not."""
    faults = []
    if len(password) < LEAST_PASSWORD_CHARACTERS:
        faults.append(
            f"the password has {len(password)} characters; at least {LEAST_PASSWORD_CHARACTERS} are needed, "
            "for example three or four words"
        )
    elif len(set(password.lower())) < LEAST_DIFFERENT_CHARACTERS:
        faults.append("the password repeats a few characters; take three or four words")
    if len(name) > 2 and name in password.lower():
        faults.append("the password holds the person's own name; take other words")
    if len(password.encode(errors="replace")) > MOST_PASSWORD_BYTES:
        faults.append(f"the password is longer than {MOST_PASSWORD_BYTES} bytes")
    return faults


def _name_faults(t: Transaction, name: str, *, again: bool) -> Iterator[str]:
    if not re.fullmatch(NAME_PATTERN, name):
        yield (
            f"{name!r} cannot be a name; wanted: small letters a-z, digits, '.', '_' and '-', at most 32, beginning "
            "with a letter or digit, for example eeva.esimerkki"
        )
        return
    row = t.records.person(name)
    if row is not None and (row.active or _of_the_demo(t, name)):
        yield f"the name {name!r} is taken; `vuoro-hub person list` shows who there is"
    elif row is not None and not again:
        yield (
            f"the name {name!r} was that of somebody removed, of whom history tells; take another name, or add --again "
            "if the same person has come back"
        )
    elif row is None and again:
        yield f"nobody named {name!r} was removed, so --again has nobody to bring back; leave it out"


def known_faults(t: Transaction, name: str) -> Faults:
    """What keeps a name from being somebody whose account may be changed."""
    row = t.records.person(name)
    if row is None or not row.active:
        near = meant(name, [one.name for one in t.records.people() if one.active])
        return [f"there is nobody named {name!r}{near or '; `vuoro-hub person list` shows who there is'}"]
    if _of_the_demo(t, name):
        return [f"{name!r} is of the demo, whose people and tokens are made anew at each of its starts; choose others"]
    return []


def _of_the_demo(t: Transaction, name: str) -> bool:
    return any(row.note == DEMO_NOTE and row.person == name for row in t.records.api_tokens())


def _role_faults(t: Transaction, roles: Sequence[str]) -> Iterator[str]:
    if not roles:
        yield f"at least one role is needed, for example --role clerk:{t.site.authorities[0].id} or --role advisor"
    for written in dict.fromkeys(roles):
        yield from _faults_of_role(t, written)


def _faults_of_role(t: Transaction, written: str) -> Iterator[str]:
    role, colon, authority = written.partition(":")
    known, authorities = [one.value for one in Role], list(t.site.authority_by_id)
    if role not in known:
        yield f"{role!r} is not a role; one of {', '.join(known)}{meant(role, known)}"
        return
    needs_one = Role(role) in ROLES_OF_AN_AUTHORITY
    if needs_one and not authority:
        yield f"{role} is held for an authority, for example {role}:{authorities[0]}; one of {', '.join(authorities)}"
    elif needs_one and authority not in authorities:
        yield f"{authority!r} is not an authority here; one of {', '.join(authorities)}{meant(authority, authorities)}"
    elif colon and not needs_one:
        yield f"{role} is held for the whole point; write {role!r}"


def _note_faults(note: str) -> Iterator[str]:
    if not note.strip() or len(note) > LONGEST_NOTE or not note.isprintable():
        yield f"a note says what the token is for, in one line of at most {LONGEST_NOTE} characters"
    elif note == DEMO_NOTE:
        yield f"the note {DEMO_NOTE!r} marks the demo's own tokens, which go with it; take another"


# --- As it is kept and written


def _grants(roles: Iterable[str]) -> list[Grant]:
    parts = (one.partition(":") for one in dict.fromkeys(roles))
    return [Grant(Role(role), authority or None) for role, _colon, authority in parts]


def _words(grants: Iterable[Grant]) -> list[str]:
    return _written(grants_kept(grants))


def _written(kept: Iterable[Sequence[str | None]]) -> list[str]:
    """As ``--role`` takes them."""
    return [f"{role}:{authority}" if authority else str(role) for role, authority in kept]


def _id(digest: str) -> str:
    return digest[:TOKEN_ID_CHARACTERS]
