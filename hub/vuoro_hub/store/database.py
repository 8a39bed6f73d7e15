"""The database: one writer at a time, every commit durable, the schema brought up to date at start."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlmodel import Session
from vuoro_mqtt.facts_log import FactsLog

MIGRATIONS = Path(__file__).parent / "migrations"

CHECKPOINT_AT_LATEST_PAGES = 4_000
"""SQLite's own checkpoint comes within a commit, for which somebody waits: ``checkpoint`` is to come long before."""

MOST_CONNECTIONS = {"sqlite": 96, "postgresql": 60}
"""PostgreSQL takes 100 of all programs unless it is told otherwise; the console and a backup want some too."""

CONNECT_WITHIN_SECONDS = 10
"""A PostgreSQL that is not there at all is told of after so long."""

WRITER_WITHIN_SECONDS = 1.5
"""So long the writer's turn may be another program's before that is told: the hub's own acts take milliseconds."""

log = FactsLog(__name__)


def sqlite_url(path: Path) -> str:
    return f"sqlite:///{path}"


class Database:
    """An engine, and the rule that writers take turns.

    SQLite: WAL, full sync, foreign keys, ``BEGIN IMMEDIATE``. PostgreSQL: an advisory lock takes the place of SQLite's
    single writer, so the code above need not know which of the two it has; a server that was started anew is noticed
    before anybody's act fails for it.
    """

    def __init__(self, url: str) -> None:
        address = make_url(url)
        self._sqlite = address.get_backend_name() == "sqlite"
        self.engine: Engine = _sqlite_engine(address) if self._sqlite else _postgresql_engine(address)
        # What SQLite's BEGIN promises a reader: one state, however much is written meanwhile.
        one_state = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        self._readers = self.engine if self._sqlite else self.engine.execution_options(**one_state)
        self._writer = threading.Lock()
        self._writing: Connection | None = None
        self._turns = 0
        file = address.database if self._sqlite else None
        self._path = Path(file) if file and file != ":memory:" else None
        self._opened: tuple[int, int] | None = None
        if self._path is not None:
            event.listen(self.engine, "connect", self._remember_file)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one consistent state and changes nothing."""
        with Session(self._readers, autoflush=False, expire_on_commit=False) as session:
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
            try:
                connection = self._begin_writing()
                self._turns += 1
                yield connection
                connection.commit()
            except BaseException:
                self._let_go()
                raise

    def _begin_writing(self) -> Connection:
        """The writer keeps its connection for the next act; one that was lost meanwhile is replaced."""
        if self._writing is not None:
            try:
                self.begin(self._writing)
                return self._writing
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
                self._let_go()
        self._writing = self.engine.connect()
        self.begin(self._writing)
        return self._writing

    def _let_go(self) -> None:
        """After a failure the next act gets a new connection; this one rolls back."""
        connection, self._writing = self._writing, None
        if connection is not None:
            connection.close()

    def begin(self, connection: Connection) -> None:
        """Take the writer's turn at the database; also after a rollback within ``acting``."""
        connection.begin()
        if self._sqlite:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(text("SELECT pg_advisory_xact_lock(5681)"))

    def answers(self) -> bool:
        """Whether it can be asked something now; the log is told why not."""
        try:
            with self.reading() as session:
                return session.execute(text("SELECT 1")).scalar() == 1
        except SQLAlchemyError as error:
            log.warning("database.away", error=error)
            return False

    def trouble(self) -> str | None:
        """What keeps acts from being done and kept, for who looks after the machine; None where all is well."""
        told = self._file_trouble()  # first, since a connection that is made anew makes the file anew as well
        if told is None and not self.answers():
            return "does not answer"
        told = told or self._writer_trouble()
        if told:
            log.warning("database.in-trouble", why=told)
        return told

    def _file_trouble(self) -> str | None:
        """SQLite goes on in a file that was moved or removed, and whatever is written there is lost to a restart."""
        if self._path is None or self._opened is None:
            return None
        try:
            there = _which_file(self._path)
        except OSError as error:
            return f"its file {self._path.name} is gone: {error.strerror}"
        return None if there == self._opened else f"its file {self._path.name} was replaced by another one"

    def _writer_trouble(self) -> str | None:
        """Takes the writer's turn on a connection of its own and gives it back at once."""
        before = self._turns
        milliseconds = int(WRITER_WITHIN_SECONDS * 1000)
        with self.engine.connect() as connection:
            connection.detach()  # closed at the end, so that nobody goes on with its short patience
            patience = "PRAGMA busy_timeout" if self._sqlite else "SET lock_timeout"
            connection.exec_driver_sql(f"{patience} = {milliseconds}")
            connection.commit()
            try:
                self.begin(connection)
            except OperationalError as error:
                if self._turns != before:  # the hub's own acts were done meanwhile, so many that this had to wait
                    return None
                log.warning("database.not-writable", error=error)
                return f"cannot be written to: for {WRITER_WITHIN_SECONDS} s another program has held it"
            connection.rollback()
        return None

    def _remember_file(self, _connection: Any, _record: Any) -> None:
        if self._opened is None and self._path is not None:
            self._opened = _which_file(self._path)

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
            self._let_go()
        self.engine.dispose()


def _which_file(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_dev, status.st_ino


def _sqlite_engine(address: URL) -> Engine:
    engine = _engine(address, connect_args={"check_same_thread": False, "timeout": 30})
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _postgresql_engine(address: URL) -> Engine:
    if address.drivername == "postgresql":
        address = address.set(drivername="postgresql+psycopg")
    if "connect_timeout" not in address.query:
        address = address.update_query_dict({"connect_timeout": str(CONNECT_WITHIN_SECONDS)})
    engine = _engine(address, pool_pre_ping=True)
    event.listen(engine, "connect", _prepare_postgresql)
    return engine


def _engine(address: URL, **more: Any) -> Engine:
    most = MOST_CONNECTIONS[address.get_backend_name()]
    return create_engine(address, pool_size=16, max_overflow=most - 16, **more)


def _prepare_postgresql(connection: Any, _record: Any) -> None:
    from psycopg.types.string import StrDumperUnknown  # needed only here

    class WithoutNul(StrDumperUnknown):
        """PostgreSQL keeps no NUL: whoever sends one, the sign for what is unknown is kept and looked for instead."""

        def dump(self, obj: str) -> Any:
            return super().dump(obj.replace("\0", "\N{REPLACEMENT CHARACTER}"))

    connection.adapters.register_dumper(str, WithoutNul)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin where this file says, not where the driver guesses
    cursor = connection.cursor()
    for pragma in (
        "page_size=2048",  # an act changes a few rows on many pages, and every page is written whole at its commit
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=30000",
        "cache_size=-500",  # of each connection; the system keeps the file in memory as well
        f"wal_autocheckpoint={CHECKPOINT_AT_LATEST_PAGES}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
