"""Fixtures of the contract tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from rig.points import PointAtWork, sqlite_in
from rig.postgres import PostgresServer
from rig.served_points import ServedPoint


@pytest.fixture
def served(tmp_path: Path) -> Iterator[ServedPoint]:
    """The Lahti preset on an ordinary Tuesday morning, its API served by the real server over loopback."""
    point = ServedPoint(tmp_path)
    yield point
    point.close()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A real PostgreSQL of this session's own."""
    server = PostgresServer()
    try:
        server.make()
        yield server
    finally:
        server.remove()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database with today's schema, once of each kind."""
    if request.param == "sqlite":
        yield sqlite_in(tmp_path)
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    address = server.new_database()
    yield address
    server.give_back(address)


@pytest.fixture
def lobby(new_database: str, tmp_path: Path) -> Iterator[PointAtWork]:
    """The Lahti preset on an ordinary Tuesday morning, over either database."""
    point = PointAtWork(tmp_path, database_url=new_database)
    yield point
    point.database.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each such test has a server of its own: together they take longer than a person waits before a commit."""
    for item in items:
        if "served" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)
