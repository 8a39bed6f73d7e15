"""Debian's Chromium, and the sizes of the screens that pages are looked at on."""

from __future__ import annotations

CHROMIUM = "/usr/bin/chromium"

QUIETLY = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

LOCALES = {"fi": "fi-FI", "sv": "sv-SE", "en": "en-GB"}

DESK = {"width": 1440, "height": 900}
TABLET = {"width": 820, "height": 1180}
PHONE = {"width": 390, "height": 844}
