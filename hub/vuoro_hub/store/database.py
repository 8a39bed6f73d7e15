"""The database: one writer at a time, every commit durable, the schema brought up to date at start."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlmodel import Session

MIGRATIONS = Path(__file__).parent / "migrations"

CHECKPOINT_AT_LATEST_PAGES = 20_000
"""SQLite's own checkpoint comes within a commit, for which somebody waits: ``checkpoint`` is to come long before."""


def sqlite_url(path: Path) -> str:
    return f"sqlite:///{path}"


class Database:
    """An engine, and the rule that writers take turns.

    SQLite: WAL, full sync, foreign keys, ``BEGIN IMMEDIATE``. PostgreSQL: an advisory lock takes the place of SQLite's
    single writer, so the code above need not know which of the two it has.
    """

    def __init__(self, url: str) -> None:
        sqlite = url.startswith("sqlite")
        extra: dict[str, Any] = {"connect_args": {"check_same_thread": False, "timeout": 30}} if sqlite else {}
        self.engine: Engine = create_engine(url, pool_size=16, max_overflow=80, **extra)
        self._sqlite = sqlite
        self._writer = threading.Lock()
        self._writing: Connection | None = None
        if sqlite:
            event.listen(self.engine, "connect", _prepare_sqlite)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one consistent state and changes nothing."""
        with Session(self.engine, autoflush=False, expire_on_commit=False) as session:
            if self._sqlite:
                session.connection().exec_driver_sql("BEGIN")
            yield session
            session.rollback()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """The one writer's session: committed durably at the end, or rolled back whole when an exception passes."""
        with self.acting() as connection, Session(connection, autoflush=False, expire_on_commit=False) as session:
            yield session
            session.flush()

    @contextmanager
    def acting(self) -> Iterator[Connection]:
        """The one writer's connection, for what somebody waits for; ends as ``writing`` does."""
        # Within this process writers wait for a lock in turn: SQLite's own waiting polls and can starve one of them.
        with self._writer:
            connection = self._writing or self._connect_writer()
            try:
                self.begin(connection)
                yield connection
                connection.commit()
            except BaseException:
                self._writing = None
                connection.close()  # rolls back
                raise

    def _connect_writer(self) -> Connection:
        """The writer keeps its connection for the next act; after a failure the next act gets a new one."""
        self._writing = self.engine.connect()
        return self._writing

    def begin(self, connection: Connection) -> None:
        """Take the writer's turn at the database; also after a rollback within ``acting``."""
        connection.begin()
        if self._sqlite:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(text("SELECT pg_advisory_xact_lock(5681)"))

    def answers(self) -> bool:
        """Whether it can be asked something now."""
        with self.reading() as session:
            return session.execute(text("SELECT 1")).scalar() == 1

    def migrate(self) -> None:
        """Bring the schema up to date. Does nothing when it is."""
        from alembic import command  # needed only here, and heavy
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        with self.acting() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def checkpoint(self) -> None:
        """Move what is committed from SQLite's log into its file, while nobody waits for a commit."""
        if self._sqlite:
            with closing(self.engine.raw_connection()) as connection:  # outside of any transaction
                connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def close(self) -> None:
        with self._writer:
            if self._writing is not None:
                self._writing.close()
                self._writing = None
        self.engine.dispose()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin where this file says, not where the driver guesses
    cursor = connection.cursor()
    for pragma in (
        "page_size=2048",  # an act changes a few rows on many pages, and every page is written whole at its commit
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=30000",
        "cache_size=-8000",
        f"wal_autocheckpoint={CHECKPOINT_AT_LATEST_PAGES}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
