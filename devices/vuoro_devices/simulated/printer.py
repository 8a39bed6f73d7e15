"""A printer without hardware: the real rendering over a printer that is played, down to its status bytes."""

from __future__ import annotations

import time
import zlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import Any, Literal

from vuoro_devices.behaviour.views import Ticket
from vuoro_devices.hardware.escpos_parts import load_escpos, profile_data
from vuoro_devices.hardware.escpos_printer import EscposPrinter
from vuoro_devices.hardware.printer_links import LinkBroken
from vuoro_devices.ports import PrinterTrouble
from vuoro_devices.simulated.escpos_commands import Command, CommandReader

KEPT = 50
"""How many tickets can still be looked at."""

BUFFER = 32768
"""Bytes that a stopped printer still takes."""

Paper = Literal["ok", "low", "out"]
Cover = Literal["closed", "open"]
Connection = Literal["ok", "gone"]

STATES: dict[str, tuple[str, ...]] = {
    "paper": ("ok", "low", "out"),
    "cover": ("closed", "open"),
    "connection": ("ok", "gone"),
}


@dataclass(frozen=True)
class PrintedTicket:
    """One ticket as it came out, and the monotonic time at which its first byte arrived."""

    packed: bytes
    """Its bytes, compressed: fifty tickets, mostly pictures, would otherwise take 2 MB."""
    first_byte_at: float

    @property
    def data(self) -> bytes:
        """What the printer got."""
        return zlib.decompress(self.packed)


class PrinterMachine:
    """What stands at the other end of the link: paper, cover, a buffer, a knife. Safe to use from several threads."""

    def __init__(self, *, has_knife: bool = True, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.has_knife = has_knife
        self._lock = RLock()
        self._monotonic = monotonic
        self._paper: Paper = "ok"
        self._cover: Cover = "closed"
        self._connection: Connection = "ok"
        self._paper_left: int | None = None
        self._reader = CommandReader()
        self._waiting: deque[tuple[Command, float]] = deque()
        self._answers = bytearray()
        self._ticket = bytearray()
        self._first_byte_at = 0.0
        self._tickets: deque[PrintedTicket] = deque(maxlen=KEPT)
        self._count = 0

    def set(
        self, *, paper: Paper | None = None, cover: Cover | None = None, connection: Connection | None = None
    ) -> None:
        """Take paper out, open the cover, pull the cable, and back. ValueError for a state that there is not."""
        for name, value in (("paper", paper), ("cover", cover), ("connection", connection)):
            if value is not None and value not in STATES[name]:
                raise ValueError(f"{name} is one of {', '.join(STATES[name])}, not {value!r}")
        with self._lock:
            self._paper = paper or self._paper
            self._cover = cover or self._cover
            self._connection = connection or self._connection
            self._print_on()

    def end_paper_after(self, size: int) -> None:
        """The roll ends once this many more bytes are printed: in the middle of a ticket, that is."""
        with self._lock:
            self._paper_left = size

    def state(self) -> dict[str, Any]:
        """As the panel shows it."""
        with self._lock:
            return {
                "paper": self._paper,
                "cover": self._cover,
                "connection": self._connection,
                "tickets": self._count,
                "first_byte_at": self._tickets[-1].first_byte_at if self._tickets else None,
            }

    @property
    def is_connected(self) -> bool:
        """Whether the cable is in."""
        return self._connection == "ok"

    def plug_in(self) -> None:
        """Somebody connects: half a command of an earlier connection is forgotten."""
        with self._lock:
            self._reader = CommandReader()

    def receive(self, data: bytes) -> bytes:
        """Take bytes from the link; what is answered to them. BufferError where a stopped printer is full."""
        arrived = self._monotonic()
        with self._lock:
            commands = self._reader.feed(data)
            for command in commands:
                if command.kind == "realtime":
                    self._answer_now(command)
                else:
                    self._waiting.append((command, arrived))
            self._print_on()
            if self._is_full and any(command.kind != "realtime" for command in commands):
                raise BufferError("the buffer is full")
        return self.answers()

    @property
    def _is_full(self) -> bool:
        return sum(len(command.data) for command, _ in self._waiting) > BUFFER

    def answers(self) -> bytes:
        """What it says since it was last asked: some answers come only when printing has gone on."""
        with self._lock:
            said = bytes(self._answers)
            self._answers.clear()
        return said

    def ticket(self, k: int) -> PrintedTicket:
        """Ticket ``k``, counted from 1; LookupError if it was never printed or is no longer kept."""
        with self._lock:
            place = k - 1 - (self._count - len(self._tickets))
            if not 0 <= place < len(self._tickets):
                raise LookupError(f"there is no ticket {k}")
            return self._tickets[place]

    @property
    def _stopped(self) -> bool:
        return self._paper == "out" or self._cover == "open"

    def _answer_now(self, command: Command) -> None:
        question = command.arguments[0] if command.name == "DLE \x04" else 0
        if question == 1:
            self._answers.append(0x12 | (0x08 if self._stopped else 0))
        elif question == 2:
            self._answers.append(0x12 | (0x04 if self._cover == "open" else 0) | (0x20 if self._paper == "out" else 0))
        elif question == 3:
            self._answers.append(0x12)
        elif question == 4:
            self._answers.append(0x12 | {"ok": 0, "low": 0x0C, "out": 0x6C}[self._paper])

    def _print_on(self) -> None:
        while self._waiting and not self._stopped:
            command, arrived = self._waiting.popleft()
            if command.name == "GS r":
                self._answers.append({"ok": 0, "low": 0x03, "out": 0x0F}[self._paper])
            else:
                self._print(command, arrived)

    def _print(self, command: Command, arrived: float) -> None:
        if not self._ticket:
            self._first_byte_at = arrived
        self._ticket += command.data
        if self._parts(command):
            self._tickets.append(PrintedTicket(zlib.compress(self._ticket), self._first_byte_at))
            self._count += 1
            self._ticket.clear()
        self._use_paper(len(command.data))

    def _parts(self, command: Command) -> bool:
        """Whether a ticket ends here: at the cut; without a knife at the long feed, where it is torn off."""
        if self.has_knife:
            return command.name in ("GS V", "ESC i", "ESC m")
        return command.name == "ESC d" and command.arguments[0] >= 5

    def _use_paper(self, size: int) -> None:
        if self._paper_left is None:
            return
        self._paper_left -= size
        if self._paper_left <= 0:
            self._paper_left, self._paper = None, "out"


class MemoryLink:
    """A link to a played printer in the same process."""

    reads = True
    tells_when_cut = True

    def __init__(self, machine: PrinterMachine) -> None:
        self._machine = machine
        self._answers = bytearray()
        self._check()
        machine.plug_in()

    def _check(self) -> None:
        if not self._machine.is_connected:
            raise LinkBroken("The printer's cable is pulled out.")

    def write(self, data: bytes) -> None:
        self._check()
        try:
            self._answers += self._machine.receive(data)
        except BufferError as full:
            raise LinkBroken("The printer takes no more data.", "printer-error") from full

    def read(self, within: float) -> bytes:
        """It answers at once or not at all, so it waits for nothing."""
        self._check()
        said = bytes(self._answers) + self._machine.answers()
        self._answers.clear()
        return said

    def close(self) -> None:
        self._answers.clear()


class SimulatedPrinter:
    """The Printer port without hardware, with what the panel needs to play with it and to look at the tickets."""

    def __init__(
        self,
        profile: str = "default",
        width_dots: int = 576,
        *,
        codepage: str | None = None,
        cut: Literal["partial", "full"] = "partial",
        state: Path | None = None,
        torn: bool = False,
    ) -> None:
        self.machine = PrinterMachine()
        self._profile = profile
        self._width_dots = width_dots
        self._state_folder = state
        self._printer = EscposPrinter(
            lambda: MemoryLink(self.machine),
            profile,
            width_dots,
            codepage=codepage,
            cut=cut,
            answer_within=0.05,
            done_within=0.05,
            state=state,
            torn=torn,
        )

        self._is_warm = False

    def warm(self) -> None:
        """Load libraries and letters before the first ticket."""
        self._printer.warm()
        features = profile_data(self._profile)["features"]
        self.machine.has_knife = bool(features.get("paperFullCut") or features.get("paperPartCut"))
        self._is_warm = True

    def print_ticket(self, ticket: Ticket) -> None:
        if not self._is_warm:
            self.warm()
        self._printer.print_ticket(ticket)

    def trouble(self) -> PrinterTrouble | None:
        return self._printer.trouble()

    def close(self) -> None:
        self._printer.close()

    def set(
        self, *, paper: Paper | None = None, cover: Cover | None = None, connection: Connection | None = None
    ) -> None:
        """As ``PrinterMachine.set``."""
        self.machine.set(paper=paper, cover=cover, connection=connection)

    def state(self) -> dict[str, Any]:
        """``paper``, ``cover``, ``connection``, how many ``tickets``, ``first_byte_at`` of the newest."""
        return self.machine.state()

    def ticket_bytes(self, k: int) -> bytes:
        """What the printer got for ticket ``k`` (from 1); LookupError if there is none."""
        return self.machine.ticket(k).data

    def first_byte_at(self, k: int) -> float:
        """When the first byte of ticket ``k`` arrived, monotonic; LookupError if there is none."""
        return self.machine.ticket(k).first_byte_at

    def ticket_png(self, k: int) -> bytes:
        """Ticket ``k`` as its paper looks; LookupError if there is none. The paper is loaded with the first look."""
        from vuoro_devices.simulated.paper import as_png, pages_of, ticket_picture

        data = self.machine.ticket(k).data
        load_escpos(self._state_folder)
        return as_png(ticket_picture(data, width_dots=self._width_dots, pages=pages_of(self._profile)))
