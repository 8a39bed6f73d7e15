"""The migrations, run on an empty database, make exactly the tables the rows describe."""

from pathlib import Path

import vuoro_hub.store.rows
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from rig.points import PointAtWork
from sqlalchemy import Connection
from sqlmodel import SQLModel
from vuoro_hub.store.database import Database, sqlite_url

assert vuoro_hub.store.rows


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, SQLModel.metadata))


def test_nothing_differs(lahti: PointAtWork) -> None:
    with lahti.database.engine.connect() as connection:
        assert differences(connection) == []


def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path / "vuoro.db"))
    database.migrate()
    database.migrate()
    assert database.answers()
    database.close()
