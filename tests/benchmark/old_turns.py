"""A database with years of old turns, made fast: every day a few hundred visits, called, served and finished."""

from __future__ import annotations

import sqlite3
from pathlib import Path

PER_DAY = 400

_VISITS = """
INSERT INTO visit (id, day, number, language, needs, arrived_at, token, request, device, medium, paper_number)
WITH RECURSIVE counted(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM counted WHERE n + 1 < :turns)
SELECT printf('0000%08d-old-visit', n),
       date('2025-12-31', '-' || (n / :per_day) || ' days'),
       printf('%03d', 1 + n % :per_day), 'fi', '[]',
       datetime(julianday('2025-12-31 08:00:00') - n / :per_day + (n % :per_day) / 1440.0) || '.000000',
       NULL, 'old/' || n, 'dispenser-1', 'paper', NULL
FROM counted
"""

_TURNS = """
INSERT INTO turn (id, visit, day, number, service, state, needs, arrived_at, line_at, rank_at, counter,
                  first_called_at, called_at, showing, recalls, served_at, ended_at)
SELECT replace(id, 'visit', 'turn'), id, day, number,
       CASE rowid % 4 WHEN 0 THEN 'vero' WHEN 1 THEN 'kela' WHEN 2 THEN 'tyo' ELSE 'vaesto' END,
       CASE rowid % 12 WHEN 0 THEN 'missed' WHEN 1 THEN 'left' ELSE 'finished' END,
       '[]', arrived_at, arrived_at, arrived_at, '1',
       datetime(arrived_at, '+10 minutes') || '.000000', datetime(arrived_at, '+10 minutes') || '.000000', 2, 0,
       datetime(arrived_at, '+11 minutes') || '.000000', datetime(arrived_at, '+20 minutes') || '.000000'
FROM visit
"""

_EVENTS = """
INSERT INTO event (seq, at, type, by, visit, turn, body)
SELECT rowid, arrived_at, 'ticket.issued', 'device:dispenser-1', id, NULL, '{}' FROM visit
"""

_ANSWERS = """
INSERT INTO answer (key, at, type, body, asked, device, journal, seq)
SELECT request, arrived_at, 'ticket.issued', '{}', NULL, 'dispenser-1', 'old', rowid FROM visit
"""


def fill(path: Path, turns: int) -> None:
    """Fill an empty, migrated SQLite database with so many old turns and what belongs to them."""
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA synchronous=OFF")
    database.execute("BEGIN")
    database.execute(_VISITS, {"turns": turns, "per_day": PER_DAY})
    for statement in (_TURNS, _EVENTS, _ANSWERS):
        database.execute(statement)
    database.execute("COMMIT")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
