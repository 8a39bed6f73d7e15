"""What a unit shows, as plain values: behaviour makes them, screens draw them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True)
class Action:
    """What a press means: ``choose`` a service, a ``language``, a ``page`` (+1, -1), ``back``, ``help``, or a key.

    ``value`` is the service id, the language tag, the step, or the digits typed.
    """

    kind: Literal["choose", "language", "page", "back", "help", "next", "recall", "missed", "finish"]
    value: str = ""


@dataclass(frozen=True)
class ChoiceView:
    """One service to choose. ``key`` is the number on its button or keypad ("1"…), ``note`` says why it is closed."""

    service: str
    name: str
    key: str
    symbol: str | None
    open: bool
    note: str = ""
    waiting: str = ""
    """How long the wait is, in words, or empty."""


@dataclass(frozen=True)
class DispenserView:
    """The dispenser's screen.

    ``step``: ``choose`` (first screen), ``working`` (waiting for the hub), ``take`` (ticket printed: take it),
    ``number`` (could not be printed: the number stands on the screen), ``refused`` (with the reason),
    ``helped`` (somebody was called), ``closed`` (no number can be given now, with the reason).
    """

    step: Literal["choose", "working", "take", "number", "refused", "helped", "closed"]
    language: str
    languages: tuple[tuple[str, str], ...]
    """``(tag, name in that language)`` of the languages to choose from."""
    title: str
    lines: tuple[str, ...] = ()
    choices: tuple[ChoiceView, ...] = ()
    page: int = 1
    pages: int = 1
    number: str | None = None
    follow_url: str | None = None
    banner: str = ""
    """A fault or "offline", in words for customers; empty when all is well."""
    note: str = ""
    trouble: bool = False
    """What the page tells is not as it should be: it stands under a warning, never under the sign of success."""
    help_label: str = ""
    back_label: str = ""
    more_label: str = ""


@dataclass(frozen=True)
class CounterView:
    """The counter display. ``flash`` while the number is newly called; ``message`` when there is no number to show."""

    state: Literal["closed", "free", "calling", "serving"]
    number: str | None
    counter_name: str
    flash: bool = False
    message: str = ""
    connected: bool = True


@dataclass(frozen=True)
class CallRow:
    """One called number: where to go, and whether it is shown as newly called just now."""

    number: str
    where: str
    area: str
    new: bool
    serving: bool = False
    names: tuple[str, ...] = ()
    """Where to go in each of the display's languages, for the panel that has room for all; ``where`` is one of them."""
    areas: tuple[str, ...] = ()
    """The floor or area likewise; empty where the point has but one (Q4)."""


@dataclass(frozen=True)
class LobbyView:
    """The lobby display. ``highlight`` is the call shown large just now (each for its full time, one after another)."""

    highlight: CallRow | None
    calls: tuple[CallRow, ...]
    coming: tuple[str, ...]
    waiting: int | None
    """How many wait in all; null when not known."""
    local_time: datetime
    title: str
    labels: dict[str, tuple[str, ...]]
    """Words, one in each of the display's languages: ``coming``, ``waiting``, ``empty``."""
    turn: int = 0
    """Which of the languages stands just now where there is room for one alone (Q18)."""
    language: str = "fi"
    """The language whose turn it is."""
    trouble: str = ""
    """What to say in it when hub or broker is gone, and on a line of its own what still holds; else empty."""


@dataclass(frozen=True)
class Ticket:
    """What stands on the paper. Nothing tells the authority or the matter (Q3)."""

    number: str
    language: str
    site_name: str
    local_time: datetime
    position: int | None
    estimate_minutes: tuple[int, int] | None
    follow_url: str | None
    wait_at: str
    offline: bool = False
    """Printed without the hub: the place in the queue follows."""
    test: bool = False
    """A test print, marked as such and worth no place."""


LampState = Literal["off", "on", "blink"]
