"""Status bytes, USB descriptors and settings of printers."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pydantic import ValidationError
from rig.tickets import a_ticket
from vuoro_devices.hardware.escpos_printer import EscposPrinter
from vuoro_devices.hardware.printer_links import endpoints
from vuoro_devices.hardware.printer_status import is_done, is_realtime, trouble_code
from vuoro_devices.printers import PrinterSettings, open_printer
from vuoro_devices.simulated.printer import SimulatedPrinter


@pytest.mark.parametrize(
    ("printer", "cause", "paper", "code"),
    [
        (0x12, None, 0x12, None),
        (0x16, None, 0x12, None),
        (0x12, None, 0x1E, "paper-low"),
        (0x1A, 0x32, 0x7E, "paper-out"),
        (0x12, None, 0x72, "paper-out"),
        (0x1A, 0x16, 0x12, "cover-open"),
        (0x1A, 0x16, 0x7E, "cover-open"),
        (0x1A, 0x52, 0x12, "printer-error"),
        (0x1A, 0x12, 0x12, "printer-error"),
    ],
)
def test_status_bytes_become_troubles(printer: int, cause: int | None, paper: int, code: str | None) -> None:
    assert trouble_code(printer, cause, paper) == code


def test_answers_of_different_kinds_are_told_apart() -> None:
    assert all(is_realtime(answer) and not is_done(answer) for answer in (0x12, 0x1A, 0x16, 0x7E))
    assert all(is_done(answer) and not is_realtime(answer) for answer in (0x00, 0x03, 0x0C, 0x0F))


@dataclass(frozen=True)
class Endpoint:
    bEndpointAddress: int
    bmAttributes: int = 0x02


@dataclass(frozen=True)
class Interface:
    bInterfaceClass: int
    bInterfaceNumber: int
    ends: list[Endpoint] = field(default_factory=list)

    def __iter__(self) -> object:
        return iter(self.ends)


def test_endpoints_are_read_from_the_descriptor() -> None:
    interfaces = [
        Interface(3, 0, [Endpoint(0x81, 0x03)]),
        Interface(7, 1, [Endpoint(0x84), Endpoint(0x03)]),
    ]

    assert endpoints(interfaces) == (1, 0x03, 0x84)


def test_a_printer_that_names_itself_otherwise_is_taken_by_its_endpoints() -> None:
    assert endpoints([Interface(0xFF, 0, [Endpoint(0x02)])]) == (0, 0x02, None)


def test_a_device_without_a_way_in_is_no_printer() -> None:
    with pytest.raises(LookupError):
        endpoints([Interface(3, 0, [Endpoint(0x81, 0x03)])])


@pytest.mark.parametrize(
    "settings",
    [
        {"type": "network"},
        {"type": "serial"},
        {"type": "file"},
        {"type": "usb", "product": 1},
        {"type": "fax"},
        {"type": "network", "host": "p", "port": 0},
        {"type": "network", "host": "p", "colour": "blue"},
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        PrinterSettings.model_validate(settings)


def test_both_names_of_the_width_are_understood() -> None:
    for name in ("width_dots", "columns_dots"):
        assert PrinterSettings.model_validate({"type": "usb", name: 384}).width_dots == 384


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"profile": "TM-T99"}, "TM-T20II"),
        ({"codepage": "CP999"}, "CP858"),
        ({"profile": "TM-T88V", "width_dots": 576}, "512"),
    ],
)
def test_an_unknown_printer_is_refused_with_what_there_is(changes: dict[str, object], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        open_printer(PrinterSettings.model_validate({"type": "network", "host": "127.0.0.1", **changes}))


def test_only_a_slow_serial_line_is_spared_pictures() -> None:
    assert PrinterSettings(type="serial", device="/dev/ttyS0", baud=9600).slow
    assert not PrinterSettings(type="serial", device="/dev/ttyS0", baud=115200).slow
    assert not PrinterSettings(type="usb").slow


def test_settings_build_the_printer_they_name(tmp_path: Path) -> None:
    assert isinstance(open_printer(PrinterSettings(type="simulated"), tmp_path), SimulatedPrinter)
    assert isinstance(open_printer(PrinterSettings(type="network", host="127.0.0.1"), tmp_path), EscposPrinter)


def test_a_simulated_printer_keeps_the_last_fifty_tickets_and_shows_them() -> None:
    printer = SimulatedPrinter()
    for number in range(1, 53):
        printer.print_ticket(a_ticket(number=f"{number:03}", follow_url=None))

    assert printer.state()["tickets"] == 52
    assert printer.ticket_png(52).startswith(b"\x89PNG")
    assert printer.first_byte_at(51) < printer.first_byte_at(52) == printer.state()["first_byte_at"]
    for gone in (0, 2, 53):
        with pytest.raises(LookupError):
            printer.ticket_bytes(gone)


def test_a_state_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="low"):
        SimulatedPrinter().set(paper="plenty")  # type: ignore[arg-type]
