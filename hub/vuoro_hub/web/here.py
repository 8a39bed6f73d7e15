"""What the pages of one app work with, and the reading of a consistent state."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import current_app

from vuoro_hub.acts.transaction import SYSTEM, Point, Transaction
from vuoro_hub.store.records import Records
from vuoro_hub.web.live import DisplayFeed, Streams

KEPT_AT = "vuoro_pages"


@dataclass(frozen=True)
class Pages:
    """The point, its event streams, and what the demo adds."""

    point: Point
    streams: Streams
    display_feed: DisplayFeed
    demo: bool
    lobby_url: str | None


def pages() -> Pages:
    """Those of the app that answers just now."""
    found = current_app.extensions[KEPT_AT]
    assert isinstance(found, Pages)
    return found


@contextmanager
def reading() -> Iterator[Transaction]:
    """One consistent state of the point, to look at."""
    with seen(pages().point) as t:
        yield t


@contextmanager
def seen(point: Point) -> Iterator[Transaction]:
    """One consistent state of a point, outside a request."""
    with point.database.reading() as session:
        yield Transaction(point, Records(session), SYSTEM, point.now())
