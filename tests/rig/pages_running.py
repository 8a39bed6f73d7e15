"""The hub's pages over a real database, served by the real server on a free loopback port."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from pathlib import Path
from typing import Any

from flask import Flask
from rig.points import PointAtWork, preset
from rig.waiting import until
from vuoro_hub.acts import calling
from vuoro_hub.acts.people import ensure_demo_people
from vuoro_hub.acts.transaction import SYSTEM
from vuoro_hub.announcing import Announcements
from vuoro_hub.web import app as web
from vuoro_hub.web.live import Streams
from waitress.server import create_server

TRANSLATIONS = Path(web.__file__).parent / "translations"


def compile_words() -> None:
    """The catalogues as the pages read them, made anew where a text has changed."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    for source in TRANSLATIONS.glob("*/LC_MESSAGES/messages.po"):
        made = source.with_suffix(".mo")
        if not made.exists() or made.stat().st_mtime < source.stat().st_mtime:
            fresh = made.with_suffix(f".{os.getpid()}")
            with source.open("rb") as words, fresh.open("wb") as out:
                write_mo(out, read_po(words, locale=source.parts[-3]))
            fresh.replace(made)


class RunningPages:
    """Pages, and the point behind them. May be stopped, as when the hub dies, and started again on the same port."""

    def __init__(self, folder: Path, site: str = "lahti", *, most_streams: int = 20, proxy: str | None = None) -> None:
        """``proxy``: the address that is believed about where requests come from."""
        self.broker_is_there = True
        compile_words()
        self.work = PointAtWork(folder, preset(site))
        self.announcements = Announcements()
        self.work.point.announcer = self.announcements
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.work.point.public_url = self.url
        ensure_demo_people(self.work.database, self.work.point.site)
        self._most_streams = most_streams
        self._proxy = proxy
        self.streams = Streams(most_streams, beat_seconds=1.0)
        self._server: Any = None
        self._thread: threading.Thread | None = None

    def app(self, *, demo: bool = True) -> Flask:
        """The app itself, for tests that need no server."""
        return web.create_app(
            self.work.point,
            self.announcements,
            secret_key=b"a key of the tests alone",
            demo=demo,
            lobby_url="http://127.0.0.1:9/" if demo else None,
            broker_answers=lambda: self.broker_is_there,
            streams=self.streams,
        )

    def start(self) -> None:
        self.streams = Streams(self._most_streams, beat_seconds=1.0)
        options = {**web.SERVER_OPTIONS, **web.behind(self._proxy, 1), "threads": self._most_streams + 8}
        self._server = create_server(self.app(), host="127.0.0.1", port=self.port, **options)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        with contextlib.suppress(OSError):  # its sockets are closed beneath it: that is how it is stopped
            self._server.run()

    def stop(self) -> None:
        """Every connection ends. May be called twice."""
        if self._thread is None:
            return
        self.streams.close()
        until(lambda: self.streams.count() == 0, "the streams' ends")
        self._server.task_dispatcher.shutdown(timeout=2)
        self._server.close()
        self._server.asyncore.close_all(self._server._map, ignore_all=True)
        self._thread.join(timeout=5)
        self._thread = None

    def close(self) -> None:
        self.stop()
        self.work.database.close()

    def shows_again(self) -> None:
        """The second showing of every call that is due (Q4)."""
        self.work.must(SYSTEM, calling.show_again)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
