"""The language of a page, and times and names as that language writes them."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from flask import Flask, g, request, session
from flask_babel import Babel
from flask_babel import gettext as _
from flask_login import current_user
from vuoro_mqtt.values import Texts, text_in

from vuoro_hub.web.here import pages

LANGUAGES = {"fi": "Suomi", "sv": "Svenska", "en": "English"}
"""Tag and own name of the languages that pages have."""

FOR_CUSTOMERS = {**LANGUAGES, "et": "Eesti", "ru": "Русский", "uk": "Українська", "ar": "العربية"}
"""A customer's own page speaks these too: the ticket that led to it does."""

WRITTEN_AS = {"fi": "fi_FI", "sv": "sv_FI"}
"""How dates and times are written: as people here write them."""

WRITTEN_AS_ELSE = "en_GB"

OPEN_ALL_DAY = (("00:00", "23:59"), ("00:00", "24:00"))
"""Hours that nobody needs to read as times."""

RIGHT_TO_LEFT = ("ar", "ckb", "fa", "he", "ur")


def init_languages(app: Flask) -> None:
    """Choose the language of every page, and give templates the words for it."""
    Babel(app, default_locale="en", locale_selector=page_language)
    app.jinja_env.filters.update(
        words=words, clock=clock, clock_seconds=clock_seconds, day=day, hours=hours_text, next_open=next_open
    )
    app.jinja_env.globals.update(page_language=page_language, languages=LANGUAGES, span_text=span_text)


def page_language() -> str:
    """Set for this page, chosen before, the person's own, the browser's, or the site's first."""
    forced = g.get("page_language")
    if forced in FOR_CUSTOMERS:
        return str(forced)
    for chosen in (session.get("language"), getattr(current_user, "language", None)):
        if chosen in LANGUAGES:
            return str(chosen)
    best = request.accept_languages.best_match(list(LANGUAGES))
    if best:
        return best
    return next((one for one in pages().point.site.languages if one in LANGUAGES), "en")


def words(texts: Texts) -> str:
    """A text for people in the page's language."""
    return text_in(texts, page_language())


def clock(moment: datetime) -> str:
    """A time of day, such as 14.05."""
    return format_time(moment.astimezone(_zone()), "short", locale=_locale(), tzinfo=_zone())


def clock_seconds(moment: datetime) -> str:
    """A time of day to the second, such as 14.05.10."""
    return format_time(moment.astimezone(_zone()), "medium", locale=_locale(), tzinfo=_zone())


def day(moment: date | datetime, form: str = "full") -> str:
    """A date, such as maanantai 24. marraskuuta."""
    local = moment.astimezone(_zone()).date() if isinstance(moment, datetime) else moment
    return format_date(local, form, locale=_locale())


def span_text(opens: str, closes: str) -> str:
    """Opening hours as the page's language writes them."""
    if (opens, closes) in OPEN_ALL_DAY:
        return str(_("all day"))
    return f"{hours_text(opens)}–{hours_text(closes)}"


def hours_text(text: str) -> str:
    """``HH:MM`` of the contract as the page's language writes it."""
    hour, _, minute = text.partition(":")
    return f"{int(hour)}.{minute}" if page_language() == "fi" else text


def next_open(moment: datetime) -> str:
    """An instant as weekday, date and time of the point."""
    local = moment.astimezone(_zone())
    weekday = format_date(
        local.date(), "EEE d.M." if page_language() in ("fi", "sv") else "EEE d MMM", locale=_locale()
    )
    return f"{weekday} {hours_text(local.strftime('%H:%M'))}"


def _locale() -> str:
    return WRITTEN_AS.get(page_language(), WRITTEN_AS_ELSE)


def _zone() -> ZoneInfo:
    return pages().point.site.zone
