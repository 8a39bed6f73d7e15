"""Sessions of people who are signed in on a page: ending them, and the language they chose."""

from __future__ import annotations

import secrets

from vuoro_hub.store.database import Database
from vuoro_hub.store.rows import PersonRow


def end_sessions(database: Database, name: str) -> None:
    """Sign somebody out for good, on every device: the old session key opens nothing any more."""
    with database.writing() as session:
        row = session.get(PersonRow, name)
        if row is not None:
            row.session_key = secrets.token_urlsafe(16)
            session.add(row)


def keep_language(database: Database, name: str, language: str) -> None:
    """Remember somebody's language for the next sign-in."""
    with database.writing() as session:
        row = session.get(PersonRow, name)
        if row is not None and row.language != language:
            row.language = language
            session.add(row)
