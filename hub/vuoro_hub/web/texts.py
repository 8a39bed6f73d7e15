"""Words that stand for the values of the queue, in the page's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from vuoro_mqtt.payloads import Need

from vuoro_hub.acts.hearing import DOUBLED
from vuoro_hub.acts.moving import Phrase
from vuoro_hub.domain.roles import Role
from vuoro_hub.domain.turns import TurnState


def phrase_texts() -> dict[str, str]:
    """What an advisor may tell a clerk (Q8)."""
    return {
        Phrase.IS_HERE_NOW: _("The customer is here now"),
        Phrase.COMES_SOON: _("The customer comes soon"),
        Phrase.NEEDS_MORE_TIME: _("The customer needs more time"),
        Phrase.NEEDS_HELP_TO_COME: _("The customer needs help to come"),
    }


def need_texts() -> dict[str, str]:
    return {
        Need.MORE_TIME: _("More time"),
        Need.INTERPRETER: _("Interpreter"),
        Need.REMOTE: _("Remote"),
        Need.HELP: _("Help"),
    }


def state_texts() -> dict[str, str]:
    return {
        TurnState.HELD: _("not printed yet"),
        TurnState.WAITING: _("waiting"),
        TurnState.CALLED: _("called"),
        TurnState.SERVING: _("being served"),
        TurnState.PARKED: _("put aside"),
        TurnState.FINISHED: _("finished"),
        TurnState.MISSED: _("missed"),
        TurnState.CANCELLED: _("removed"),
        TurnState.LEFT: _("left"),
    }


def role_texts() -> dict[str, str]:
    return {
        Role.ADVISOR: _("Service advisor"),
        Role.GUIDE: _("Lobby guide"),
        Role.GUARD: _("Lobby guard"),
        Role.CLERK: _("Clerk"),
        Role.COORDINATOR: _("Coordinator"),
        Role.VIEWER: _("Viewer"),
    }


def view_texts() -> dict[str, str]:
    return {"clerk": _("Counter"), "lobby": _("Queues"), "today": _("Today")}


def kind_texts() -> dict[str, str]:
    return {
        "ticket-dispenser": _("Ticket dispenser"),
        "return-box": _("Return box"),
        "feedback-panel": _("Feedback panel"),
        "counter-display": _("Counter display"),
        "lobby-display": _("Lobby display"),
        "info-display": _("Info display"),
    }


def fault_text(fault: Mapping[str, Any]) -> str:
    """A unit's fault: in the page's language where the hub itself found it, else as the unit says it."""
    if fault["code"] == DOUBLED:
        return str(_("Two units use this name and push each other out. Take one of them out of use."))
    return str(fault.get("text") or fault["code"])


def display_texts() -> dict[str, dict[str, str]]:
    """The displays' words in all the languages that pages have: everybody in the lobby reads the same screen."""
    return {
        "called": {"fi": "Kutsuttu", "sv": "Uppkallad", "en": "Called"},
        "now": {"fi": "Nyt kutsutaan", "sv": "Nu kallas", "en": "Now calling"},
        "number": {"fi": "Numero", "sv": "Nummer", "en": "Number"},
        "where": {"fi": "Mene", "sv": "Gå till", "en": "Go to"},
        "coming": {"fi": "Seuraavaksi", "sv": "Näst i tur", "en": "Coming next"},
        "waiting": {"fi": "Jonossa", "sv": "I kö", "en": "Waiting"},
        "empty": {"fi": "Ketään ei kutsuta juuri nyt", "sv": "Ingen kallas just nu", "en": "Nobody is called just now"},
        "free": {"fi": "Odota kutsua", "sv": "Vänta på kallelse", "en": "Please wait to be called"},
        "closed": {"fi": "Suljettu", "sv": "Stängt", "en": "Closed"},
        "serving": {"fi": "Palveltavana", "sv": "Betjänas", "en": "Being served"},
        "trouble": {
            "fi": "Ei yhteyttä: näyttö ei saa nyt uusia tietoja. Numerosi on voimassa. Kysy palveluneuvojalta.",
            "sv": "Ingen anslutning: skärmen får inte ny information. Ditt nummer gäller. Fråga servicerådgivaren.",
            "en": "Not connected: this screen gets no news. Your number is valid. Please ask a service advisor.",
        },
    }
