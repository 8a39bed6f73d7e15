"""Passwords and tokens: what proves who somebody is, and how soon it stops doing so."""

from __future__ import annotations

import pytest
from rig.points import CONSOLE, PointAtWork
from vuoro_hub.acts import staffing
from vuoro_hub.acts.people import KnownTokens, check_password, find_person, hash_password
from vuoro_hub.domain.roles import Grant, Role

PASSWORD = "kolme sanaa peräkkäin"


class Seconds:
    """A monotonic clock that moves when told."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def eeva(lahti: PointAtWork) -> PointAtWork:
    """A point with one clerk, eeva."""
    lahti.takes_in("eeva", "clerk:vero", password=PASSWORD)
    return lahti


def test_the_right_password_opens_and_nothing_else_does(eeva: PointAtWork) -> None:
    account = check_password(eeva.database, "eeva", PASSWORD)
    assert account is not None
    assert account.name == "eeva"
    assert account.person.grants == (Grant(Role.CLERK, "vero"),)
    for name, password in (("eeva", "kolme sanaa"), ("eeva", ""), ("nobody", PASSWORD), ("eeva", "x" * 2000)):
        assert check_password(eeva.database, name, password) is None


def test_a_password_is_kept_as_a_salted_hash() -> None:
    first, second = hash_password(PASSWORD), hash_password(PASSWORD)
    assert first != second
    assert first.startswith("$argon2id$")
    assert PASSWORD not in first


def test_a_token_is_its_persons_and_only_its_digest_is_kept(eeva: PointAtWork) -> None:
    token = eeva.token_of("eeva", "phone")
    account = KnownTokens(eeva.database, Seconds()).account(token)
    assert account is not None
    assert account.name == "eeva"
    with eeva.database.reading() as session:
        kept = session.connection().exec_driver_sql("SELECT digest FROM api_token").scalars().all()
    assert token not in kept


def test_a_removed_token_is_refused_within_a_second(eeva: PointAtWork) -> None:
    token, clock = eeva.token_of("eeva"), Seconds()
    tokens = KnownTokens(eeva.database, clock)
    assert tokens.account(token) is not None
    (listed,) = eeva.see(staffing.tokens)
    assert eeva.must(CONSOLE, lambda t: staffing.remove_token(t, listed.id)) == []
    clock.at += 0.99
    assert tokens.account(token) is None


def test_a_removed_person_is_out_within_a_second_in_every_way(eeva: PointAtWork) -> None:
    token, clock = eeva.token_of("eeva"), Seconds()
    tokens = KnownTokens(eeva.database, clock)
    assert tokens.account(token) is not None
    assert eeva.must(CONSOLE, lambda t: staffing.remove_person(t, "eeva")) == []
    clock.at += 0.99
    assert tokens.account(token) is None
    assert find_person(eeva.database, "eeva") is None
    assert check_password(eeva.database, "eeva", PASSWORD) is None


def test_a_token_that_is_nobodys_is_refused_every_time(eeva: PointAtWork) -> None:
    tokens = KnownTokens(eeva.database, Seconds())
    assert [tokens.account(token) for token in ("", "demo-eeva", "ä\ud800", "x" * 10_000)] == [None] * 4
