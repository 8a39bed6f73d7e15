"""One body of tests for the printer port, over each of its bodies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from rig.printer_bodies import NetworkBody, PrinterBody, SerialBody, SimulatedBody
from rig.tickets import a_ticket
from vuoro_devices.ports import PrinterTrouble

CUT = b"\x1dV\x01"


@pytest.fixture(params=["simulated", "network", "serial"])
def body(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PrinterBody]:
    made: PrinterBody
    if request.param == "simulated":
        made = SimulatedBody()
    elif request.param == "network":
        made = NetworkBody()
    else:
        made = SerialBody(tmp_path)
    yield made
    made.close()


def tickets(body: PrinterBody) -> int:
    count: int = body.machine.state()["tickets"]
    return count


def test_a_ticket_comes_out_whole(body: PrinterBody) -> None:
    body.printer.print_ticket(a_ticket())

    data = body.machine.ticket(1).data
    assert tickets(body) == 1
    assert data.startswith(b"\x1b@")
    assert data.endswith(CUT)
    assert b"Lahden yhteinen palvelupiste" in data


def test_tickets_come_out_one_by_one(body: PrinterBody) -> None:
    for number in ("001", "002", "003"):
        body.printer.print_ticket(a_ticket(number=number))

    assert tickets(body) == 3
    assert all(body.machine.ticket(k).data.count(CUT) == 1 for k in (1, 2, 3))


def test_a_ready_printer_has_no_trouble(body: PrinterBody) -> None:
    assert body.printer.trouble() is None


def test_without_paper_nothing_is_printed_and_it_prints_again_after_new_paper(body: PrinterBody) -> None:
    body.machine.set(paper="out")

    assert the_trouble(body) == "paper-out"
    refused = refusal(body)
    assert (refused.code, refused.printed) == ("paper-out", False)

    body.machine.set(paper="ok")
    assert body.printer.trouble() is None
    assert tickets(body) == 0
    body.printer.print_ticket(a_ticket())
    assert tickets(body) == 1


def test_with_its_cover_open_nothing_is_printed(body: PrinterBody) -> None:
    body.machine.set(cover="open")

    assert the_trouble(body) == "cover-open"
    refused = refusal(body)
    assert (refused.code, refused.printed) == ("cover-open", False)

    body.machine.set(cover="closed")
    body.printer.print_ticket(a_ticket())
    assert tickets(body) == 1


def test_little_paper_is_told_and_prints(body: PrinterBody) -> None:
    body.machine.set(paper="low")

    assert the_trouble(body) == "paper-low"
    body.printer.print_ticket(a_ticket())
    assert tickets(body) == 1


def test_an_unplugged_printer_is_told_and_prints_again_when_it_is_back(body: PrinterBody) -> None:
    body.printer.print_ticket(a_ticket(number="001"))
    body.pull_plug()

    assert the_trouble(body) == "printer-gone"
    refused = refusal(body)
    assert (refused.code, refused.printed) == ("printer-gone", False)

    body.put_plug_back()
    assert body.printer.trouble() is None
    body.printer.print_ticket(a_ticket(number="002"))
    assert tickets(body) == 2


def test_a_printer_unplugged_and_put_back_between_two_tickets_is_not_noticed(body: PrinterBody) -> None:
    body.printer.print_ticket(a_ticket(number="001"))
    body.pull_plug()
    body.put_plug_back()

    body.printer.print_ticket(a_ticket(number="002"))

    assert tickets(body) == 2


def test_paper_that_ends_within_a_ticket_is_told_as_perhaps_printed(body: PrinterBody) -> None:
    body.printer.print_ticket(a_ticket(number="001"))
    body.machine.end_paper_after(3000)

    refused = refusal(body)

    assert (refused.code, refused.printed) == ("paper-out", True)
    assert tickets(body) == 1
    body.machine.set(paper="ok")
    assert tickets(body) == 2
    body.printer.print_ticket(a_ticket(number="003"))
    assert body.machine.ticket(3).data.count(CUT) == 1


def test_closing_twice_is_no_error_and_a_closed_printer_opens_again(body: PrinterBody) -> None:
    body.printer.close()
    body.printer.close()

    body.printer.print_ticket(a_ticket())

    assert tickets(body) == 1


def the_trouble(body: PrinterBody) -> str | None:
    trouble = body.printer.trouble()
    return trouble.code if trouble else None


def refusal(body: PrinterBody) -> PrinterTrouble:
    with pytest.raises(PrinterTrouble) as refused:
        body.printer.print_ticket(a_ticket())
    return refused.value
