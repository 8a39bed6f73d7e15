"""The words of a ticket, in the customer's language; nothing among them tells the authority or the matter (Q3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from vuoro_devices.behaviour.views import Ticket

LETTERS_TO_CHECK = "ÄÖÅ äöå Šš Žž Õõ €"
"""On a test print: letters that come out wrong where the printer's code page is set wrong."""


@dataclass(frozen=True)
class TicketLine:
    """One thing the ticket says. ``strong`` is what the customer acts upon first; ``apart`` begins a new group."""

    text: str
    strong: bool = False
    apart: bool = False


@dataclass(frozen=True)
class TicketWords:
    """A ticket as words, from top to bottom."""

    site: str
    moment: str
    """Date and time, as this language writes them."""
    mark: str
    """``TEST`` on a test print, else empty."""
    heading: str
    """What the number is; empty on a test print, whose number is none."""
    number: str
    lines: tuple[TicketLine, ...]
    follow: str
    """What the QR code is for; empty where there is none."""


def ticket_words(ticket: Ticket, say: Callable[[str], str]) -> TicketWords:
    """What stands on the paper; ``say`` turns an English sentence into the customer's language."""
    return TicketWords(
        site=ticket.site_name,
        moment=moment_text(ticket.local_time, say),
        mark=say("TEST") if ticket.test else "",
        heading="" if ticket.test else say("Your number"),
        number=ticket.number,
        lines=_test_lines(say) if ticket.test else _lines(ticket, say),
        follow=say("Follow your turn on your phone") if ticket.follow_url else "",
    )


def moment_text(moment: datetime, say: Callable[[str], str]) -> str:
    """A local date and time as the language writes them in figures."""
    return say("{day}.{month}.{year} at {hour}:{minute:02}").format(
        day=moment.day, month=moment.month, year=moment.year, hour=moment.hour, minute=moment.minute
    )


def _lines(ticket: Ticket, say: Callable[[str], str]) -> tuple[TicketLine, ...]:
    where = [TicketLine(say("Where to wait:")), TicketLine(ticket.wait_at, strong=True)] if ticket.wait_at else []
    return (
        *where,
        *_place(ticket, say),
        *_wait(ticket, say),
        TicketLine(say("Watch the displays. Numbers are not called out."), apart=True),
    )


def _place(ticket: Ticket, say: Callable[[str], str]) -> list[TicketLine]:
    """How many come first (Q11); a number given without the hub has its place later."""
    if ticket.offline:
        return [TicketLine(say("This number is valid. Your place in line follows on the displays."), apart=True)]
    if ticket.position is None:
        return []
    if ticket.position <= 1:
        return [TicketLine(say("You are next in line"), strong=True, apart=True)]
    return [TicketLine(say("In line before you: {count}").format(count=ticket.position - 1), strong=True, apart=True)]


def _wait(ticket: Ticket, say: Callable[[str], str]) -> list[TicketLine]:
    if ticket.offline or ticket.estimate_minutes is None:
        return []
    low, high = ticket.estimate_minutes
    if high <= 0:
        return [TicketLine(say("Your turn is soon"), strong=True)]
    if low >= high:
        return [TicketLine(say("Wait about {minutes} min").format(minutes=high), strong=True)]
    return [TicketLine(say("Wait about {low}–{high} min").format(low=low, high=high), strong=True)]


def _test_lines(say: Callable[[str], str]) -> tuple[TicketLine, ...]:
    return (TicketLine(say("A test print, not a number in line."), strong=True), TicketLine(LETTERS_TO_CHECK))
