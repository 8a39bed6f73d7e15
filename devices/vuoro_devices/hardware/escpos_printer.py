"""A thermal printer that speaks ESC/POS, over whichever link; made of python-escpos."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal, TypeGuard

from vuoro_devices.behaviour.ticket_words import ticket_words
from vuoro_devices.behaviour.views import Ticket
from vuoro_devices.hardware.escpos_parts import load_escpos
from vuoro_devices.hardware.printer_links import LinkBroken, PrinterLink
from vuoro_devices.hardware.printer_status import (
    ASK_CAUSE,
    ASK_PAPER,
    ASK_PRINTER,
    ASK_WHEN_DONE,
    is_done,
    is_offline,
    is_realtime,
    trouble_code,
    trouble_of,
)
from vuoro_devices.hardware.ticket_layout import TicketLayout
from vuoro_devices.ports import PrinterTrouble
from vuoro_devices.words import words


def stops(code: str | None) -> TypeGuard[str]:
    """Whether a printer with this trouble prints nothing."""
    return code is not None and code != "paper-low"


class EscposPrinter:
    """The Printer port over ESC/POS.

    A link is opened when it is needed and again after it broke: a printer may be unplugged, switched off and changed
    while the program runs. ``asks`` is False for the few printers that answer nothing.
    """

    def __init__(
        self,
        link_factory: Callable[[], PrinterLink],
        profile: str = "default",
        columns_dots: int = 576,
        *,
        codepage: str | None = None,
        slow: bool = False,
        cut: Literal["partial", "full"] = "partial",
        asks: bool = True,
        answer_within: float = 1.0,
        done_within: float = 6.0,
        state: Path | None = None,
        torn: bool = False,
    ) -> None:
        self._link_factory = link_factory
        self._layout = TicketLayout(profile, columns_dots, codepage=codepage, slow=slow, cut=cut)
        self._asks = asks
        self._answer_within = answer_within
        self._done_within = done_within
        self._state = state
        self._link: PrinterLink | None = None
        self._confirms: bool | None = None
        """Whether it answers ``GS r``; None until it has been tried on this link."""
        self._torn = torn
        """The ticket before broke off, so its remains hang from the printer."""

    def warm(self) -> None:
        """Load libraries and letters, so that the first customer does not wait for them."""
        load_escpos(self._state)
        words("fi")
        self._layout.warm()

    def print_ticket(self, ticket: Ticket) -> None:
        """Print and cut one ticket; returns when the printer says that it is done, where it can say so."""
        load_escpos(self._state)
        link, code = self._checked_link()
        if stops(code):
            raise trouble_of(code)
        self._send(link, ticket)
        self._confirm(link)
        self._let_go(link)

    def trouble(self) -> PrinterTrouble | None:
        """What keeps it from printing now, or the warning ``paper-low``, with which it prints."""
        load_escpos(self._state)
        try:
            link, code = self._checked_link()
        except PrinterTrouble as gone:
            return gone
        self._let_go(link)
        return trouble_of(code) if code else None

    def close(self) -> None:
        """Let go of the link; the next ticket opens a new one."""
        link, self._link, self._confirms = self._link, None, None
        if link is not None:
            link.close()

    # Before.

    def _checked_link(self) -> tuple[PrinterLink, str | None]:
        """An open link, and the trouble its printer tells of. A link kept from before may have died: one new try."""
        kept = self._link is not None
        try:
            return self._asked_link()
        except LinkBroken as broken:
            self.close()
            if not kept:
                raise trouble_of(broken.code, text=broken.text) from broken
        try:
            return self._asked_link()
        except LinkBroken as broken:
            self.close()
            raise trouble_of(broken.code, text=broken.text) from broken

    def _asked_link(self) -> tuple[PrinterLink, str | None]:
        if self._link is None:
            self._link = self._link_factory()
        return self._link, self._status(self._link)

    def _status(self, link: PrinterLink) -> str | None:
        """The trouble that the printer tells of; LinkBroken when it does not answer."""
        if not (self._asks and link.reads):
            return None
        printer = self._ask(link, ASK_PRINTER)
        cause = self._ask(link, ASK_CAUSE) if is_offline(printer) else None
        return trouble_code(printer, cause, self._ask(link, ASK_PAPER))

    def _ask(self, link: PrinterLink, question: bytes) -> int:
        """The answer; without one the link is given up, lest a late answer be taken for that to another question."""
        link.write(question)
        answer = self._answer(link, is_realtime, self._answer_within)
        if answer is None:
            raise LinkBroken("The printer does not answer.")
        return answer

    def _answer(self, link: PrinterLink, fits: Callable[[int], bool], within: float) -> int | None:
        """The first byte that is an answer of this kind; others are late answers to questions given up."""
        until = time.monotonic() + within
        while (left := until - time.monotonic()) > 0:
            for answer in link.read(left):
                if fits(answer):
                    return answer
        return None

    # The ticket.

    def _send(self, link: PrinterLink, ticket: Ticket) -> None:
        said, told = ticket_words(ticket, words(ticket.language)), False
        pieces = self._layout.pieces(said, ticket.language, ticket.follow_url, torn=self._torn)
        self._torn = True
        try:
            for piece in pieces:
                told = told or piece.tells_number
                link.write(piece.data)
        except LinkBroken as broken:
            code, text = self._why(link, broken)
            self.close()
            raise trouble_of(code, text=text, printed=told) from broken
        self._torn = False

    def _why(self, link: PrinterLink, broken: LinkBroken) -> tuple[str, str]:
        """Why it took no more: the printer's own word where it still gives one."""
        try:
            code = self._status(link)
        except LinkBroken:
            code = None
        return (code, "") if stops(code) else (broken.code, broken.text)

    # After.

    def _confirm(self, link: PrinterLink) -> None:
        """Wait until the printer says that all is printed. PrinterTrouble (perhaps printed) where it stopped before."""
        if not (self._asks and link.reads):
            return
        try:
            done = self._confirms is not False and self._is_done(link)
            code = None if done else self._status_after(link)
        except LinkBroken as broken:
            self.close()
            raise trouble_of(broken.code, text=broken.text, printed=True) from broken
        if stops(code):
            raise trouble_of(code, printed=True)
        if self._confirms and not done:
            raise trouble_of("printer-error", text="The printer does not say that the ticket came out.", printed=True)
        self._confirms = done

    def _status_after(self, link: PrinterLink) -> str | None:
        """The trouble after a ticket. Dots that happened to read as questions were answered too: that is let by."""
        link.read(0.01)
        return self._status(link)

    def _is_done(self, link: PrinterLink) -> bool:
        """Whether it has said so in time; it is asked meanwhile, so that a trouble is known before the time is up."""
        link.write(ASK_WHEN_DONE)
        until = time.monotonic() + self._done_within
        while (left := until - time.monotonic()) > 0:
            if self._answer(link, is_done, min(left, 0.5)) is not None:
                return True
            if stops(self._status(link)):
                return False
        return False

    def _let_go(self, link: PrinterLink) -> None:
        """A link that would hide that its printer has gone is not kept."""
        if not link.tells_when_cut and not (self._asks and link.reads):
            self.close()
