"""Event streams: pages and displays learn of a change within a moment, and of a dead connection within seconds.

A stream says that something changed, never what: a page fetches what it shows, so nothing is lost when a client is
slow. Each client has a queue of one, and a second change while one is pending adds nothing to it.
"""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable, Iterator

from vuoro_hub.acts.transaction import Changes

BEAT_SECONDS = 2.0
"""A sign of life goes out this often. A page that hears none for somewhat longer says so."""

MOST_STREAMS = 64
"""Each holds a thread of the server; what is left answers other requests."""

RETRY_AFTER_SECONDS = 15


class Stream:
    """One client's end: at most one change is pending."""

    def __init__(self) -> None:
        self._pending: queue.Queue[bool] = queue.Queue(maxsize=1)

    def wake(self) -> None:
        """Say that something changed. Never waits."""
        try:
            self._pending.put_nowait(True)
        except queue.Full:
            return  # one is pending already: the client will fetch the newest state anyway

    def changed(self, within_seconds: float) -> bool:
        """Wait for a change. False when none came in time."""
        try:
            return self._pending.get(timeout=within_seconds)
        except queue.Empty:
            return False


class Streams:
    """All open streams of the hub, never more than ``most``."""

    def __init__(self, most: int = MOST_STREAMS, beat_seconds: float = BEAT_SECONDS) -> None:
        self.most = most
        self.beat_seconds = beat_seconds
        self._open: set[Stream] = set()
        self._lock = threading.Lock()
        self._closed = False

    def announce(self, _changes: Changes) -> None:
        """Wake every client; returns at once."""
        with self._lock:
            streams = list(self._open)
        for stream in streams:
            stream.wake()

    def join(self) -> Stream | None:
        """A new client's stream; None when there are as many as the server can carry."""
        with self._lock:
            if self._closed or len(self._open) >= self.most:
                return None
            stream = Stream()
            self._open.add(stream)
            return stream

    def leave(self, stream: Stream) -> None:
        """The client is gone. May be called twice."""
        with self._lock:
            self._open.discard(stream)

    def count(self) -> int:
        with self._lock:
            return len(self._open)

    def close(self) -> None:
        """End every stream, so that the server can stop. May be called twice."""
        with self._lock:
            self._closed = True
            streams = list(self._open)
        for stream in streams:
            stream.wake()

    def events(
        self, stream: Stream, hello: dict[str, str], tell: Callable[[], str], beat: Callable[[], str]
    ) -> Iterator[str]:
        """The text of a stream: a greeting, then changes as they come, and a beat when all is quiet."""
        yield event("hello", json.dumps(hello))
        yield event("changed", tell())
        while not self._closed:
            if not stream.changed(self.beat_seconds):
                yield event("beat", beat())
            elif not self._closed:
                yield event("changed", tell())


def event(name: str, data: str) -> str:
    """One event of a stream; ``data`` is one line."""
    return f"event: {name}\ndata: {data}\n\n"


class DisplayFeed:
    """What lobby and counter displays show, built once for a change and handed to all of them."""

    def __init__(self, build: Callable[[], str]) -> None:
        self._build = build
        self._lock = threading.Lock()
        self._version = 0
        self._built: tuple[int, str] | None = None

    def announce(self, _changes: Changes) -> None:
        self._version += 1

    def text(self) -> str:
        """The state now, as one line of JSON."""
        with self._lock:
            version = self._version
            if self._built is None or self._built[0] != version:
                self._built = (version, self._build())
            return self._built[1]
