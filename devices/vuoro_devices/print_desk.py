"""Printing on a thread of its own, so that the unit goes on listening while paper moves."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

from vuoro_mqtt.facts_log import FactsLog

from vuoro_devices.behaviour.events import NotPrinted, PaperOut, PrinterCondition
from vuoro_devices.behaviour.views import Ticket
from vuoro_devices.ports import Printer, PrinterTrouble

log = FactsLog(__name__)

ASK_EVERY_SECONDS = 3.0
ASK_IN_TROUBLE_SECONDS = 1.0

PrinterNews = PaperOut | NotPrinted | PrinterCondition


class PrintDesk:
    """Takes jobs, tells how each ended, and asks the idle printer now and then how it is."""

    def __init__(self, printer: Printer, tell: Callable[[PrinterNews], None]) -> None:
        self._printer = printer
        self._tell = tell
        self._jobs: queue.SimpleQueue[tuple[str, Ticket] | None] = queue.SimpleQueue()
        self._told: PrinterCondition | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="printer", daemon=True)
        self._thread.start()

    def submit(self, job: str, ticket: Ticket) -> None:
        """Print it next; its end is told as PaperOut or NotPrinted."""
        self._jobs.put((job, ticket))

    @property
    def is_idle(self) -> bool:
        """Whether no job waits."""
        return self._jobs.empty()

    def turn(self, wait_seconds: float) -> bool:
        """One job if there is one within the wait, else one question to the printer. False when it is to end."""
        try:
            job = self._jobs.get(timeout=wait_seconds) if wait_seconds > 0 else self._jobs.get_nowait()
        except queue.Empty:
            self._ask()
            return True
        if job is None:
            return False
        self._print(*job)
        return True

    def close(self, within_seconds: float = 1.5) -> None:
        """Let the ticket at work come out, as long as that does not take too long. May be called twice."""
        self._jobs.put(None)
        if self._thread is not None:
            self._thread.join(within_seconds)
        if self._thread is None or not self._thread.is_alive():
            self._printer.close()

    def _run(self) -> None:
        self._ask()
        while self.turn(ASK_EVERY_SECONDS if self._told == PrinterCondition(None) else ASK_IN_TROUBLE_SECONDS):
            pass

    def _print(self, job: str, ticket: Ticket) -> None:
        try:
            self._printer.print_ticket(ticket)
        except PrinterTrouble as trouble:
            self._told = None
            self._tell(NotPrinted(job, trouble.code, trouble.text, perhaps=trouble.printed))
        except Exception as error:  # a driver's bug must not end the thread that prints
            log.exception("printer.failed", job=job)
            self._told = None
            self._tell(NotPrinted(job, "printer-error", f"{type(error).__name__}: {error}", perhaps=True))
        else:
            self._tell(PaperOut(job))

    def _ask(self) -> None:
        try:
            trouble = self._printer.trouble()
        except Exception as error:
            log.exception("printer.status_failed")
            trouble = PrinterTrouble("printer-error", f"{type(error).__name__}: {error}")
        condition = PrinterCondition(trouble.code, trouble.text) if trouble else PrinterCondition(None)
        if condition != self._told:
            self._told = condition
            self._tell(condition)
