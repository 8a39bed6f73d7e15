"""A PostgreSQL that is stopped and started again: no act is lost or done twice, and the hub goes on by itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from rig.points import PointAtWork
from rig.postgres import PostgresServer
from rig.sending_dispenser import Dispenser
from sqlalchemy.exc import OperationalError
from vuoro_hub.acts.people import find_person
from vuoro_hub.acts.transaction import Actor, Transaction

pytestmark = pytest.mark.slow


@pytest.fixture
def lobby(postgres_server: PostgresServer, tmp_path: Path) -> Iterator[PointAtWork]:
    """A point over PostgreSQL."""
    address = postgres_server.new_database()
    point = PointAtWork(tmp_path, database_url=address)
    yield point
    point.database.close()
    postgres_server.give_back(address)


def restart(server: PostgresServer) -> None:
    server.stop()
    server.start()


def test_a_server_started_anew_between_two_acts_is_not_even_noticed(
    lobby: PointAtWork, postgres_server: PostgresServer
) -> None:
    lobby.arrives()
    restart(postgres_server)
    assert lobby.arrives().number == "002"
    restart(postgres_server)
    assert find_person(lobby.database, "nobody") is None
    assert [event.seq for event in lobby.events()] == [1, 2]


def test_while_it_is_away_nothing_is_answered_and_then_the_same_message_is(
    lobby: PointAtWork, postgres_server: PostgresServer
) -> None:
    unit = Dispenser(lobby)
    first, second = unit.request(), unit.request()
    unit.send(first)
    postgres_server.stop()
    assert not lobby.database.answers()
    for _ in range(2):
        with pytest.raises(OperationalError):
            unit.send(second)
    postgres_server.start()
    assert lobby.database.answers()
    assert (unit.send(second).again, unit.send(first).again) == (False, True)
    assert lobby.arrives().number == "003"


def test_an_act_it_leaves_in_the_middle_of_is_not_done(lobby: PointAtWork, postgres_server: PostgresServer) -> None:
    def act(t: Transaction) -> str:
        t.record("begun")
        restart(postgres_server)
        t.record("never.reached")
        return ""

    with pytest.raises(OperationalError):
        lobby.do(Actor("test"), act)
    assert lobby.events() == []
    assert lobby.arrives().number == "001"
