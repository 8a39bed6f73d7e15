"""What is said of a ticket when the link breaks under it, and of printers that say little."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from rig.tickets import a_ticket
from vuoro_devices.hardware.escpos_printer import EscposPrinter
from vuoro_devices.hardware.printer_links import LinkBroken, PrinterLink
from vuoro_devices.ports import PrinterTrouble
from vuoro_devices.printers import PrinterSettings, open_link, open_printer
from vuoro_devices.simulated.printer import MemoryLink, PrinterMachine


class BreakingLink(MemoryLink):
    """A link that breaks at the n-th piece of a ticket."""

    def __init__(self, machine: PrinterMachine, pieces: int) -> None:
        super().__init__(machine)
        self._pieces = pieces

    def write(self, data: bytes) -> None:
        if not data.startswith((b"\x10\x04", b"\x1dr")):
            self._pieces -= 1
        if self._pieces < 0:
            raise LinkBroken("The cable is cut.")
        super().write(data)


class QuietLink(MemoryLink):
    """A printer that answers only some questions."""

    def __init__(self, machine: PrinterMachine, answers: Callable[[bytes], bool]) -> None:
        super().__init__(machine)
        self._answers_to = answers
        self._asked = b""

    def write(self, data: bytes) -> None:
        self._asked = data
        super().write(data)

    def read(self, within: float) -> bytes:
        said = super().read(within)
        return said if self._answers_to(self._asked) else b""


def printer_over(
    *links: Callable[[PrinterMachine], PrinterLink], asks: bool = True
) -> tuple[EscposPrinter, PrinterMachine]:
    machine, rest = PrinterMachine(), list(links)

    def next_link() -> PrinterLink:
        return rest.pop(0)(machine) if rest else MemoryLink(machine)

    return EscposPrinter(next_link, answer_within=0.02, done_within=0.02, asks=asks), machine


def breaking_at(pieces: int) -> Callable[[PrinterMachine], PrinterLink]:
    return lambda machine: BreakingLink(machine, pieces)


@pytest.mark.parametrize(("pieces", "printed"), [(0, False), (1, False), (2, True), (3, True)])
def test_a_ticket_that_broke_off_counts_as_printed_once_its_number_was_on_the_way(pieces: int, printed: bool) -> None:
    printer, _ = printer_over(breaking_at(pieces))

    with pytest.raises(PrinterTrouble) as broken:
        printer.print_ticket(a_ticket())

    assert (broken.value.code, broken.value.printed) == ("printer-gone", printed)


def test_the_remains_of_a_broken_ticket_never_hang_from_the_next_one() -> None:
    printer, machine = printer_over(breaking_at(3))
    with pytest.raises(PrinterTrouble):
        printer.print_ticket(a_ticket(number="001"))

    printer.print_ticket(a_ticket(number="002"))
    printer.print_ticket(a_ticket(number="003"))

    assert machine.state()["tickets"] == 3
    assert b"Seuraa" not in machine.ticket(1).data
    assert machine.ticket(2).data.count(b"palvelupiste") == 1


def test_a_printer_that_does_not_answer_prints_nothing() -> None:
    printer, machine = printer_over(lambda machine: QuietLink(machine, lambda _: False))

    with pytest.raises(PrinterTrouble) as gone:
        printer.print_ticket(a_ticket())

    assert (gone.value.code, gone.value.printed) == ("printer-gone", False)
    assert machine.state()["tickets"] == 0


def test_a_printer_that_never_tells_when_it_is_done_still_prints() -> None:
    printer, machine = printer_over(lambda machine: QuietLink(machine, lambda asked: asked.startswith(b"\x10\x04")))

    printer.print_ticket(a_ticket(number="001"))
    printer.print_ticket(a_ticket(number="002"))

    assert machine.state()["tickets"] == 2


def test_a_printer_known_to_answer_nothing_is_not_asked() -> None:
    printer, machine = printer_over(lambda machine: QuietLink(machine, lambda _: False), asks=False)

    printer.print_ticket(a_ticket())

    assert printer.trouble() is None
    assert machine.state()["tickets"] == 1


def test_a_printer_that_takes_no_more_is_told_with_the_printers_own_word() -> None:
    printer, machine = printer_over()
    printer.print_ticket(a_ticket())
    machine.end_paper_after(200)

    with pytest.raises(PrinterTrouble) as full:
        printer.print_ticket(a_ticket("ar"))

    assert (full.value.code, full.value.printed) == ("paper-out", True)


def test_a_device_file_gets_the_ticket(tmp_path: Path) -> None:
    device = tmp_path / "lp0"
    device.touch()
    printer = open_printer(PrinterSettings(type="file", path=str(device)))

    assert printer.trouble() is None
    printer.print_ticket(a_ticket(number="001"))
    printer.print_ticket(a_ticket(number="002"))

    written = device.read_bytes()
    assert written.count(b"Lahden yhteinen palvelupiste") == 2
    assert written.endswith(b"\x1dV\x01")


def test_a_missing_device_file_is_told_and_not_made(tmp_path: Path) -> None:
    device = tmp_path / "lp0"
    printer = open_printer(PrinterSettings(type="file", path=str(device)))

    trouble = printer.trouble()
    assert trouble is not None
    assert trouble.code == "printer-gone"
    with pytest.raises(PrinterTrouble) as gone:
        printer.print_ticket(a_ticket())
    assert (gone.value.code, gone.value.printed) == ("printer-gone", False)
    assert not device.exists()

    device.touch()
    printer.print_ticket(a_ticket())
    assert device.stat().st_size > 1000


def test_a_device_file_that_takes_nothing_ends_in_time(tmp_path: Path) -> None:
    device = tmp_path / "lp0"
    os.mkfifo(device)
    reader = os.open(device, os.O_RDONLY | os.O_NONBLOCK)
    settings = PrinterSettings(type="file", path=str(device), patience_seconds=0.05)
    printer = EscposPrinter(lambda: open_link(settings))

    with pytest.raises(PrinterTrouble) as stalled:
        print_many(printer)

    os.close(reader)
    assert (stalled.value.code, stalled.value.printed) == ("printer-error", True)


def test_a_network_printer_that_is_not_there_is_told() -> None:
    printer = open_printer(PrinterSettings(type="network", host="127.0.0.1", port=1, patience_seconds=1))

    trouble = printer.trouble()

    assert trouble is not None
    assert trouble.code == "printer-gone"


def test_a_usb_printer_that_is_not_there_is_told() -> None:
    printer = open_printer(PrinterSettings(type="usb", vendor=0x04B8, product=0xFFFF))

    trouble = printer.trouble()

    assert trouble is not None
    assert trouble.code == "printer-gone"


def print_many(printer: EscposPrinter) -> None:
    """More than a pipe holds."""
    for _ in range(9):
        printer.print_ticket(a_ticket())
