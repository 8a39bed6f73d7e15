"""The hub's web app, put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from vuoro_mqtt import __version__

from vuoro_hub.acts.transaction import Point
from vuoro_hub.announcing import Announcements
from vuoro_hub.web import customer, displays, staff, texts, today
from vuoro_hub.web.api import create_api
from vuoro_hub.web.assets import init_assets
from vuoro_hub.web.errors import init_errors
from vuoro_hub.web.health import health
from vuoro_hub.web.here import KEPT_AT, Pages
from vuoro_hub.web.languages import init_languages
from vuoro_hub.web.live import DisplayFeed, Streams
from vuoro_hub.web.security import CookiesOfTheConnection, init_security
from vuoro_hub.web.sign_in import init_sign_in

SERVER_OPTIONS: dict[str, Any] = {
    "threads": 96,
    "connection_limit": 600,
    "channel_timeout": 120,
    "asyncore_use_poll": True,
    "clear_untrusted_proxy_headers": True,
    "ident": None,
}
"""For waitress: a thread for every event stream and enough for the rest. It sends each piece of a stream at once."""


def behind(trusted_proxy: str | None, count: int) -> dict[str, Any]:
    """For waitress: whom to believe about where a request comes from. It strips such headers of everybody else."""
    if trusted_proxy is None:
        return {}
    believed = {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"}
    return {"trusted_proxy": trusted_proxy, "trusted_proxy_count": count, "trusted_proxy_headers": believed}


MOST_BODY_BYTES = 256 * 1024

SIGNED_IN_FOR = timedelta(hours=12)
"""A session ends this long after the sign-in: a working day."""


def create_app(
    point: Point,
    announcements: Announcements,
    *,
    secret_key: bytes,
    demo: bool,
    lobby_url: str | None,
    broker_answers: Callable[[], bool],
    streams: Streams | None = None,
    ask_broker: Callable[[], bool] | None = None,
    unpublished: Callable[[], Mapping[str, str]] = dict,
) -> Flask:
    """All pages, the API and the health page over one point.

    Pages look at ``broker_answers``, which is quick; the health page may wait for ``ask_broker``.
    """
    app = Flask("vuoro_hub.web")
    app.config.update(
        SECRET_KEY=secret_key,
        SESSION_COOKIE_NAME="vuoro",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=SIGNED_IN_FOR,
        SESSION_REFRESH_EACH_REQUEST=False,  # an answer that changes nothing must not undo what another one set
        MAX_CONTENT_LENGTH=MOST_BODY_BYTES,
        WTF_CSRF_SSL_STRICT=False,  # it asks for a Referer, which the pages tell browsers not to send
        WTF_CSRF_TIME_LIMIT=None,  # good as long as the session: a page may stand open all day
        TEMPLATES_AUTO_RELOAD=False,
    )
    app.session_interface = CookiesOfTheConnection()
    streams = streams or Streams()
    feed = DisplayFeed(lambda: displays.state_text(point))
    announcements.listen(feed.announce)
    announcements.listen(streams.announce)
    app.extensions[KEPT_AT] = Pages(point, streams, feed, demo, lobby_url)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        version=__version__,
        site=point.site,
        demo=demo,
        need_texts=texts.need_texts,
        state_texts=texts.state_texts,
        role_texts=texts.role_texts,
        view_texts=texts.view_texts,
        kind_texts=texts.kind_texts,
        fresh_key=point.new_id,
        broker_answers=broker_answers,
    )
    CSRFProtect(app)
    init_assets(app)
    init_security(app)
    init_languages(app)
    init_sign_in(app)
    init_errors(app)
    for pages in (staff, displays, customer, today):
        app.register_blueprint(pages.blueprint)
    create_api(app, point)
    app.register_blueprint(health(point, ask_broker or broker_answers, unpublished))
    return app
