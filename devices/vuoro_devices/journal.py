"""What a unit must not lose: every upward message, and a few values, each durable before anything else happens."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from vuoro_mqtt.facts_log import FactsLog
from vuoro_mqtt.values import instant_text, new_message_id

FILE = "journal.db"
APPLICATION_ID = 0x56554F52  # "VUOR"
VERSION = 1

KEPT_DAYS = 30
KEPT_ENTRIES = 50_000
SENT_AT_ONCE = 1_000
REMEMBERED_COMMANDS = 2_000
_PRUNED_AT_ONCE = 1_000
CHECKPOINT_AT_LATEST_PAGES = 4_000
"""SQLite's own checkpoint comes within a commit, perhaps a customer's: ``checkpoint`` is to come long before."""

BUSY_SECONDS = 1.0
"""Nobody else writes; somebody may look."""

_SCHEMA = """
CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE up (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    envelope TEXT NOT NULL,
    answer TEXT,
    answered_at TEXT
);
CREATE INDEX up_unanswered ON up (seq) WHERE answered_at IS NULL;
CREATE INDEX up_answered ON up (answered_at) WHERE answered_at IS NOT NULL;
CREATE TABLE kept (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE commands (turn INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE);
"""

log = FactsLog(__name__)


@dataclass(frozen=True)
class Entry:
    """One upward message as it stands on disk."""

    seq: int
    id: str
    type: str
    envelope: dict[str, Any]


class Journal:
    """One SQLite file (WAL, full sync). Used by one thread; writes inside ``transaction()`` share one commit."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._depth = 0
        self.id: str = database.execute("SELECT value FROM about WHERE key = 'journal'").fetchone()[0]

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. Costs no commit when nothing is written inside."""
        self._depth += 1
        try:
            yield
        except BaseException:
            if self._depth == 1 and self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise
        else:
            if self._depth == 1 and self._database.in_transaction:
                self._database.execute("COMMIT")
        finally:
            self._depth -= 1

    # --- upward messages

    def append(self, type: str, id: str, envelope: Mapping[str, Any]) -> Entry:
        """Write the next message: ``envelope`` without journal and seq, which are added here."""
        with self.transaction():
            self._begin()
            row = self._database.execute("SELECT seq FROM sqlite_sequence WHERE name = 'up'").fetchone()
            seq = (row[0] if row else 0) + 1
            whole = {"id": id, "journal": self.id, "seq": seq, "type": type, **envelope}
            self._database.execute(
                "INSERT INTO up (seq, id, type, envelope) VALUES (?, ?, ?, ?)",
                (seq, id, type, json.dumps(whole, ensure_ascii=False, separators=(",", ":"))),
            )
        return Entry(seq, id, type, whole)

    def type_unanswered(self, id: str) -> str | None:
        """The type of a message that waits for its answer; None where there is none, or it has been answered."""
        sought = "SELECT type FROM up WHERE id = ? AND answered_at IS NULL"
        row = self._database.execute(sought, (id,)).fetchone()
        return str(row[0]) if row else None

    def mark_answered(self, id: str, answer: str, at: datetime) -> None:
        """The hub has answered this message; it stays for a while, so that it can be sent again when asked for."""
        with self.transaction():
            self._begin()
            self._database.execute(
                "UPDATE up SET answer = ?, answered_at = ? WHERE id = ? AND answered_at IS NULL",
                (answer, instant_text(at), id),
            )

    def unanswered(self) -> list[Entry]:
        """In ``seq`` order, as many as are sent in one go."""
        found = self._database.execute(f"{_SELECT} WHERE answered_at IS NULL ORDER BY seq LIMIT {SENT_AT_ONCE}")
        return _readable(found)

    def give_up_unreadable(self, now: datetime) -> list[int]:
        """Of messages that nobody can read any more none is sent: those after them are. Returns their ``seq``."""
        waiting = self._database.execute(f"{_SELECT} WHERE answered_at IS NULL ORDER BY seq")
        damaged = [(row[0], row[1]) for row in waiting if _envelope(row[3]) is None]
        with self.transaction():
            for _seq, id in damaged:
                self.mark_answered(id, "unreadable", now)
        return [seq for seq, _id in damaged]

    def since(self, seq: int) -> list[Entry]:
        """From ``seq`` on, answered or not, in order; as far back as they are kept, as many as go at once."""
        found = self._database.execute(f"{_SELECT} WHERE seq >= ? ORDER BY seq LIMIT {SENT_AT_ONCE}", (seq,))
        return _readable(found)

    def prune(self, now: datetime) -> int:
        """Forget some answered messages that are old or too many; never an unanswered one. Returns how many went."""
        before = instant_text(now - timedelta(days=KEPT_DAYS))
        with self.transaction():
            self._begin()
            gone = self._database.execute(
                "DELETE FROM up WHERE seq IN (SELECT seq FROM up WHERE answered_at IS NOT NULL "
                "AND (answered_at < ? OR seq <= (SELECT max(seq) FROM up) - ?) ORDER BY seq LIMIT ?)",
                (before, KEPT_ENTRIES, _PRUNED_AT_ONCE),
            ).rowcount
            self._database.execute(
                "DELETE FROM commands WHERE turn <= (SELECT max(turn) FROM commands) - ?", (REMEMBERED_COMMANDS,)
            )
        return gone

    def checkpoint(self) -> None:
        """Move what is committed from SQLite's log into its file, while no customer waits for a commit."""
        self._database.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    # --- values and commands

    def keep(self, key: str, value: Any) -> None:
        """Keep a JSON value under a name; None forgets it."""
        with self.transaction():
            self._begin()
            if value is None:
                self._database.execute("DELETE FROM kept WHERE key = ?", (key,))
            else:
                self._database.execute(
                    "INSERT INTO kept VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                    (key, json.dumps(value, ensure_ascii=False)),
                )

    def kept(self) -> dict[str, Any]:
        """Each value by its name; None where it is damaged."""
        rows = self._database.execute("SELECT key, CAST(value AS BLOB) FROM kept")
        return {key: _json(value) for key, value in rows}

    def is_new_command(self, id: str) -> bool:
        """True the first time a command is seen, also over restarts: the same command has its effect once."""
        with self.transaction():
            self._begin()
            return self._database.execute("INSERT OR IGNORE INTO commands (id) VALUES (?)", (id,)).rowcount == 1

    def close(self) -> None:
        """May be called twice."""
        self._database.close()

    def _begin(self) -> None:
        if not self._database.in_transaction:
            self._database.execute("BEGIN IMMEDIATE")


_SELECT = "SELECT seq, id, type, CAST(envelope AS BLOB) FROM up"

_Row = tuple[int, str, str, bytes]


def _json(written: bytes) -> Any:
    """The value; None where it is damaged."""
    try:
        return json.loads(written)
    except ValueError as error:
        log.error("journal.value_damaged", reason=str(error))
        return None


def _envelope(written: bytes) -> dict[str, Any] | None:
    value = _json(written)
    return value if isinstance(value, dict) else None


def _entry(row: _Row) -> Entry:
    return Entry(row[0], row[1], row[2], _envelope(row[3]) or {})


def _readable(rows: Iterable[_Row]) -> list[Entry]:
    """A damaged message keeps none of the others from being sent."""
    return [entry for entry in map(_entry, rows) if entry.envelope]


@dataclass(frozen=True)
class Opened:
    """A journal ready for use; ``set_aside`` is where an unreadable one before it went."""

    journal: Journal
    set_aside: Path | None = None


def open_journal(folder: Path, now: datetime) -> Opened:
    """Open the journal in ``folder``, or begin one.

    A file that is torn or not a journal is moved aside, never deleted. Of what it knew, the offline numbers already
    given are saved where they can still be read; otherwise none is given before the next service day, since no number
    may be given twice. Raises JournalUnusable where no journal can be opened at all.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE
    try:
        return _open(path, now)
    except (sqlite3.Error, OSError) as error:
        raise JournalUnusable(f"the journal {path} cannot be used: {error}") from error


def _open(path: Path, now: datetime) -> Opened:
    if path.exists() and not path.is_file():
        raise JournalUnusable(f"the journal {path} is no file; move it away, and a new journal is begun")
    if not path.exists():
        return Opened(Journal(_begun(path)))
    try:
        return Opened(Journal(_checked(path)))
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF not in _TORN:
            raise
        log.error("journal.set_aside", reason=str(error))
    except _NotAJournal as error:
        log.error("journal.set_aside", reason=str(error))
    given = _offline_numbers_in(path)
    aside = _move_aside(path, now)
    journal = Journal(_begun(path))
    journal.keep("offline", given)
    return Opened(journal, aside)


class JournalUnusable(Exception):
    """No journal can be opened or begun there; its text says where, and why."""


class _NotAJournal(Exception):
    pass


_TORN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}
"""What SQLite says of a file that is damaged or not its own; a full or locked disk is another matter."""


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)


def _made_durable(database: sqlite3.Connection) -> sqlite3.Connection:
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("PRAGMA cache_size = -512")
    database.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_AT_LATEST_PAGES}")
    return database


def _begun(path: Path) -> sqlite3.Connection:
    database = _opened(path)
    database.execute("PRAGMA page_size = 1024")  # a message changes a few rows; a page is written whole at its commit
    _made_durable(database)
    database.executescript(
        f"BEGIN IMMEDIATE;\n{_SCHEMA}\n"
        f"INSERT INTO about VALUES ('journal', '{new_message_id()}');\n"
        f"PRAGMA application_id = {APPLICATION_ID};\nPRAGMA user_version = {VERSION};\nCOMMIT;"
    )
    return database


def _checked(path: Path) -> sqlite3.Connection:
    """The journal in a file that is there; a file that is something else is not touched."""
    database = _opened(path)
    try:
        found = database.execute("PRAGMA application_id").fetchone()[0]
        version = database.execute("PRAGMA user_version").fetchone()[0]
        if found != APPLICATION_ID:
            raise _NotAJournal("the file is a database of something else")
        if version != VERSION:
            raise _NotAJournal(f"its version is {version}; this program reads {VERSION}")
        _made_durable(database)
        fault = database.execute("PRAGMA quick_check(1)").fetchone()[0]
        if fault != "ok":
            raise _NotAJournal(fault)
        database.execute(f"{_SELECT} LIMIT 1").fetchone()
        if database.execute("SELECT 1 FROM about WHERE key = 'journal'").fetchone() is None:
            raise _NotAJournal("it has no id")
    except BaseException:
        database.close()
        raise
    return database


def _offline_numbers_in(path: Path) -> dict[str, Any]:
    """The record of offline numbers in a damaged file, or the word that it is lost."""
    lost: dict[str, Any] = {"lost": True}
    try:
        with closing(sqlite3.connect(path)) as database:
            row = database.execute("SELECT CAST(value AS BLOB) FROM kept WHERE key = 'offline'").fetchone()
    except sqlite3.Error as error:
        log.warning("journal.offline_numbers_lost", reason=str(error))
        return lost
    given = _json(row[0]) if row else None
    return given if isinstance(given, dict) else lost


def _move_aside(path: Path, now: datetime) -> Path:
    stamp = now.strftime("%Y%m%dT%H%M%S%f")
    aside = path.with_name(f"{path.name}.set-aside-{stamp}")
    for suffix in ("", "-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    return aside
