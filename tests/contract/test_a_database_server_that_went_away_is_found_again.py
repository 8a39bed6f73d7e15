"""A PostgreSQL that is stopped and started again: no act is lost or done twice, and the hub goes on by itself."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from rig.brokers import free_port
from rig.points import PRESETS, PointAtWork, preset
from rig.postgres import PostgresServer
from rig.sending_dispenser import Dispenser
from rig.waiting import until
from sqlalchemy.exc import OperationalError
from vuoro_hub.acts.people import find_person
from vuoro_hub.acts.transaction import Actor, Transaction
from vuoro_hub.running import Hub
from vuoro_hub.settings import HubSettings

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


def test_a_lock_that_another_program_holds_is_named(lobby: PointAtWork) -> None:
    assert lobby.database.trouble() is None
    with lobby.database.engine.connect() as other:
        other.exec_driver_sql("SELECT pg_advisory_xact_lock(5681)")
        assert "another program has held it" in str(lobby.database.trouble())
    assert lobby.database.trouble() is None
    assert lobby.arrives().number == "001"


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


def test_a_whole_hub_says_that_it_is_away_and_outlives_it(tmp_path: Path, postgres_server: PostgresServer) -> None:
    settings = HubSettings.model_validate(
        {
            "site_file": str(PRESETS / "lahti.toml"),
            "data": str(tmp_path),
            "database_url": postgres_server.empty_database(),
            "demo": True,
            "demo_hours": "always",
            "http": {"port": free_port()},
            "mqtt": {"port": free_port()},
        }
    )
    hub = Hub(settings, preset("lahti"), bytes(32), boot="a-start", stop=threading.Event())
    try:
        hub.start()

        def number() -> requests.Response:
            headers = {"Authorization": "Bearer demo-advisor"}
            return requests.post(f"{hub.url}/api/v1/visits", json={"service": "vero"}, headers=headers, timeout=10)

        def database() -> str:
            return str(requests.get(f"{hub.url}/healthz", timeout=10).json()["database"])

        assert (database(), number().json()["number"], hub.well()) == ("ok", "001", True)
        postgres_server.stop()
        away = number()
        assert (away.status_code, away.json()["code"]) == (503, "database-away")
        assert (database(), hub.well()) == ("does not answer", False)
        postgres_server.start()
        until(lambda: database() == "ok", "the hub has found the database again")
        assert (number().json()["number"], hub.well()) == ("002", True)
    finally:
        hub.close()


def test_a_hub_that_cannot_have_its_database_says_so_in_a_line(tmp_path: Path) -> None:
    config = tmp_path / "hub.toml"
    address = f"postgresql:///vuoro?host={tmp_path}"
    config.write_text(f"site_file = '{PRESETS / 'lahti.toml'}'\ndata = '{tmp_path}'\ndatabase_url = '{address}'\n")
    ended = subprocess.run(
        [sys.executable, "-m", "vuoro_hub", "run", "--config", config], capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 2
    assert "The database cannot be used: " in ended.stderr
    assert "Traceback" not in ended.stderr
