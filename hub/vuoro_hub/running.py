"""A hub at work: database, gateway, clock and pages, put together."""

from __future__ import annotations

import errno
import gc
import secrets
import threading
from datetime import UTC, datetime

from vuoro_mqtt.bus import Bus, Deliver, Will
from vuoro_mqtt.facts_log import FactsLog
from vuoro_mqtt.paho_bus import PahoBus
from vuoro_mqtt.values import new_message_id
from waitress.server import create_server

from vuoro_hub.acts.people import ensure_demo_people, remove_demo_people
from vuoro_hub.acts.transaction import Point
from vuoro_hub.announcing import Announcements
from vuoro_hub.gateway.gateway import Gateway
from vuoro_hub.settings import HubSettings
from vuoro_hub.site_file import Site
from vuoro_hub.store.database import Database, sqlite_url
from vuoro_hub.ticking import Ticker
from vuoro_hub.web.app import SERVER_OPTIONS, behind, create_app
from vuoro_hub.web.live import Streams

TOKEN_BYTES = 16
"""128 random bits (contract §1)."""

FINISH_WITHIN_SECONDS = 2
"""So long a request that is underway may take when the hub is asked to stop."""

log = FactsLog(__name__)


class Hub:
    """Starts in order, stops in reverse."""

    def __init__(
        self, settings: HubSettings, site: Site, secret_key: bytes, *, boot: str, stop: threading.Event
    ) -> None:
        self._settings = settings
        self._stop = stop
        self.other_hub: str | None = None
        self.url = f"http://{settings.http.host}:{settings.http.port}"
        self._database = Database(settings.database_url or sqlite_url(settings.data / "vuoro.db"))
        self._announcements = Announcements()
        self._point = Point(
            site=site,
            database=self._database,
            now=lambda: datetime.now(UTC),
            new_id=new_message_id,
            new_token=lambda: secrets.token_urlsafe(TOKEN_BYTES),
            announcer=self._announcements,
            public_url=(settings.public_url or self.url).rstrip("/"),
            always_open=settings.demo and settings.demo_hours == "always",
            any_device=settings.demo,
        )
        self._gateway = Gateway(self._point, self._make_bus, boot, self._on_other_hub)
        self._announcements.listen(self._gateway.changed)
        self._ticker = Ticker(self._point)
        self._streams = Streams()
        self._closing = False
        self._secret_key = secret_key
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Returns when pages are served. The broker may come later. Raises OSError when the port is taken."""
        self._database.migrate()
        if self._settings.demo:
            ensure_demo_people(self._database, self._point.site)
        else:
            remove_demo_people(self._database)
        self._ticker.tick()
        app = create_app(
            self._point,
            self._announcements,
            secret_key=self._secret_key,
            demo=self._settings.demo,
            lobby_url=self._settings.lobby_url if self._settings.demo else None,
            broker_answers=self._gateway.broker_answers,
            ask_broker=self._gateway.ask_broker,
            unpublished=self._gateway.unpublished,
            streams=self._streams,
        )
        http = self._settings.http
        options = SERVER_OPTIONS | behind(http.trusted_proxy, http.trusted_proxy_count)
        try:
            self._server = create_server(app, host=http.host, port=http.port, **options)
        except ValueError as error:  # waitress' word for a name that nothing has
            raise OSError(errno.EADDRNOTAVAIL, "no machine has this name") from error
        self._ticker.start()
        self._gateway.start()
        serving = threading.Thread(target=self._serve, name="pages", daemon=True)
        serving.start()
        self._threads.append(serving)
        gc.collect()
        gc.freeze()  # what lives as long as the program is not gone through again while somebody waits

    def well(self) -> bool:
        """Whether the parts that must turn do turn: what the watchdog is told."""
        serving = all(thread.is_alive() for thread in self._threads)
        return serving and self._gateway.running() and self._ticker.running() and self._database.answers()

    def close(self) -> None:
        """May be called twice, and when start() did not end. Streams end first; what is underway is answered."""
        self._closing = True
        self._streams.close()
        server = getattr(self, "_server", None)
        if server is not None:
            server.task_dispatcher.shutdown(timeout=FINISH_WITHIN_SECONDS)
            server.close()
        self._gateway.close()
        self._ticker.close()
        self._database.close()

    def _serve(self) -> None:
        try:
            self._server.run()
        except OSError:  # at the end its sockets are closed beneath it
            if not self._closing:
                raise

    def _on_other_hub(self, other: str) -> None:
        self.other_hub = other
        self._stop.set()

    def _make_bus(self, deliver: Deliver, subscriptions: list[str], will: Will) -> Bus:
        mqtt = self._settings.mqtt
        password = mqtt.password_file.read_text(encoding="utf-8").strip() if mqtt.password_file else None
        return PahoBus(
            mqtt.host,
            mqtt.port,
            f"vuoro-hub-{self._point.site.id}-{new_message_id()[-8:]}",
            deliver,
            subscriptions,
            will,
            mqtt.username,
            password,
        )
