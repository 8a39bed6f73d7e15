"""Tickets for tests, in every language of the lobby."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from vuoro_devices.behaviour.views import Ticket

LANGUAGES = ("fi", "sv", "en", "ar", "uk", "ru", "et", "se")

SITES = {
    "fi": "Lahden yhteinen palvelupiste",
    "sv": "Lahtis gemensamma servicepunkt",
    "en": "Lahti shared service point",
    "ar": "نقطة الخدمة المشتركة في لاهتي",
    "uk": "Спільний пункт обслуговування Лахті",
    "ru": "Единый пункт обслуживания Лахти",
    "et": "Lahti ühine teeninduspunkt",
    "se": "Lahti oktasaš bálvalanbáiki",
}

PLACES = {
    "fi": "Odotusaula, 1. kerros",
    "sv": "Vänthallen, våning 1",
    "en": "Waiting hall, floor 1",
    "ar": "قاعة الانتظار، الطابق 1",
    "uk": "Зала очікування, 1 поверх",
    "ru": "Зал ожидания, 1 этаж",
    "et": "Ootesaal, 1. korrus",
    "se": "Vuordinhálla, 1. gearddi",
}

FOLLOW_URL = "https://jono.example.fi/v/Zk3l5mQ1x8Yt0aBcDeFgHi"


def a_ticket(language: str = "fi", **changes: Any) -> Ticket:
    """A ticket with everything on it."""
    ticket = Ticket(
        number="042",
        language=language,
        site_name=SITES[language],
        local_time=datetime(2023, 6, 7, 9, 5, tzinfo=ZoneInfo("Europe/Helsinki")),
        position=4,
        estimate_minutes=(10, 20),
        follow_url=FOLLOW_URL,
        wait_at=PLACES[language],
    )
    return replace(ticket, **changes)
