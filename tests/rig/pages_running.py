"""The hub's pages over a real database and a real server, on a free loopback port; the clock can be moved."""

from __future__ import annotations

import contextlib
import itertools
import socket
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from vuoro_hub.acts.arriving import Issued, Wish, give_number
from vuoro_hub.acts.people import ensure_demo_people
from vuoro_hub.acts.transaction import SYSTEM, Actor, Point, do
from vuoro_hub.announcing import Announcements
from vuoro_hub.site_file import read_site_file
from vuoro_hub.store.database import Database, sqlite_url
from vuoro_hub.web.app import SERVER_OPTIONS, create_app
from vuoro_hub.web.live import Streams
from rig.waiting import until
from vuoro_mqtt.values import new_message_id
from waitress.server import create_server

PRESETS = Path(__file__).parents[2] / "provisioning/vuoro_provisioning/presets"


class MovableClock:
    """Real time, moved forward on demand."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def forward(self, seconds: float) -> None:
        self._ahead += timedelta(seconds=seconds)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class RunningPages:
    """Everything behind the pages but units and broker. May be stopped and started again on the same port."""

    def __init__(self, folder: Path, preset: str = "lahti", *, most_streams: int = 64, port: int | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.clock = MovableClock()
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.announcements = Announcements()
        self._most_streams = most_streams
        tokens = itertools.count(1)
        self.point = Point(
            site=read_site_file(PRESETS / f"{preset}.toml"),
            database=Database(sqlite_url(folder / "vuoro.db")),
            now=self.clock.now,
            new_id=new_message_id,
            new_token=lambda: f"token-of-visit-{next(tokens)}",
            announcer=self.announcements,
            public_url=self.url,
            always_open=True,
        )
        self.point.database.migrate()
        ensure_demo_people(self.point.database, self.point.site)
        self._server: Any = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self.streams = Streams(self._most_streams, beat_seconds=1.0)
        app = create_app(
            self.point,
            self.announcements,
            secret_key=b"a key of the tests alone",
            demo=True,
            lobby_url="http://127.0.0.1:9/",
            broker_answers=lambda: True,
            streams=self.streams,
        )
        self._server = create_server(app, host="127.0.0.1", port=self.port, **{**SERVER_OPTIONS, "threads": 24})
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        with contextlib.suppress(OSError):  # its sockets are closed beneath it: that is how it is stopped
            self._server.run()

    def stop(self) -> None:
        """As when the hub dies: every connection ends."""
        if self._server is None:
            return
        server, self._server = self._server, None
        self.streams.close()
        until(lambda: self.streams.count() == 0, "the streams' ends")
        server.close()
        for channel in list(server._map.values()):
            channel.close()
        server.task_dispatcher.shutdown(timeout=2)
        if self._thread is not None:
            self._thread.join(timeout=5)

    def close(self) -> None:
        self.stop()
        self.point.database.close()

    def give(self, service: str, *needs: Any, language: str = "fi") -> Issued:
        """A customer takes a number at the dispenser."""
        issued = do(self.point, Actor.device("dispenser-1"), lambda t: give_number(t, Wish(service, language, needs)))
        assert isinstance(issued, Issued)
        return issued

    def tick(self) -> None:
        """What happens by the clock."""
        from vuoro_hub.acts import calling

        do(self.point, SYSTEM, calling.show_again)
