"""A receipt printer that listens on loopback and outlives the unit that prints on it; its paper is read like paper."""

from __future__ import annotations

import functools
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from PIL import Image
from vuoro_devices.hardware.lettering import draw_text
from vuoro_devices.hardware.printer_status import is_done
from vuoro_devices.simulated.escpos_commands import CommandReader
from vuoro_devices.simulated.printer import PrinterMachine

DIGIT = (24, 32)
"""Every figure is brought to this size before it is compared."""

UNLIKE = 0.12
"""A figure of which more than this differs is not that figure."""


@dataclass
class Slip:
    """What came out between two cuts. ``cut`` is False for what hangs from the printer."""

    numbers: list[str] = field(default_factory=list)
    cut: bool = False


class LoopbackPrinter:
    """Plays the printer's answers and keeps every byte."""

    def __init__(self) -> None:
        self.machine = PrinterMachine()
        self.breaks_off_after_the_number = False
        """The next ticket stops once its number is on the paper: the rest is lost, and nothing is answered."""
        self.says_when_done = True
        """False: a ticket comes out whole, and the unit hears nothing of it."""
        self._heard: list[bytearray] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def tickets(self) -> int:
        """How many were cut off."""
        return int(self.machine.state()["tickets"])

    def slips(self) -> list[Slip]:
        """Everything on paper, in order; what hung from the printer came out with the next cut."""
        return list(slips_in(self._heard))

    def close(self) -> None:
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._server.accept()
                heard = bytearray()
                self._heard.append(heard)
                threading.Thread(target=self._serve, args=(connection, heard), daemon=True).start()

    def _serve(self, connection: socket.socket, heard: bytearray) -> None:
        self.machine.plug_in()
        with suppress(OSError):
            while data := connection.recv(4096):
                if self.breaks_off_after_the_number and any(slip.numbers for slip in slips_in([heard])):
                    continue
                heard += data
                with suppress(BufferError):
                    said = self.machine.receive(data)
                    answer = said if self.says_when_done else bytes(byte for byte in said if not is_done(byte))
                    if answer:
                        connection.sendall(answer)


def slips_in(connections: list[bytearray]) -> Iterator[Slip]:
    """The paper that these bytes make; half a command at the end of a connection comes to nothing."""
    slip = Slip()
    for heard in connections:
        for command in CommandReader().feed(bytes(heard)):
            if command.name == "GS V":
                slip.cut = True
                yield slip
                slip = Slip()
            elif command.name == "GS v":
                number = number_in(_picture(command.arguments))
                slip.numbers += [number] if number else []
    if slip.numbers:
        yield slip


def numbers_on(ticket: bytes) -> list[str]:
    """The numbers that a ticket's bytes print in large figures."""
    return [number for slip in slips_in([bytearray(ticket)]) for number in slip.numbers]


def number_in(picture: Image.Image) -> str | None:
    """The number that a picture shows in figures, or None where it shows something else."""
    box = picture.getbbox()
    if box is None or box[3] - box[1] < 60:
        return None
    figures = [_figure(part) for part in _parted(picture.crop(box))]
    return "".join(figure for figure in figures if figure) if len(figures) >= 3 and all(figures) else None


def _picture(raster: bytes) -> Image.Image:
    """``GS v 0`` as a picture: 255 is ink."""
    row, height = raster[2] + 256 * raster[3], raster[4] + 256 * raster[5]
    return Image.frombytes("1", (row * 8, height), raster[6:]).convert("L")


def _parted(picture: Image.Image) -> Iterator[Image.Image]:
    """The picture cut where a column has no ink."""
    columns = picture.resize((picture.width, 1), Image.Resampling.BOX).point(lambda grey: 255 if grey else 0)
    inked = [x for x in range(picture.width) if columns.getpixel((x, 0))]
    starts = [x for x in inked if x - 1 not in inked]
    ends = [x + 1 for x in inked if x + 1 not in inked]
    for start, end in zip(starts, ends, strict=True):
        yield picture.crop((start, 0, end, picture.height))


def _figure(part: Image.Image) -> str | None:
    if part.width > part.height:
        return None
    seen = _sized(part)
    likest = min(_figures(), key=lambda digit: _difference(seen, _figures()[digit]))
    return likest if _difference(seen, _figures()[likest]) < UNLIKE else None


@functools.cache
def _figures() -> dict[str, bytes]:
    return {digit: _sized(draw_text(digit, 200, bold=True)) for digit in "0123456789"}


def _sized(ink: Image.Image) -> bytes:
    return ink.crop(ink.getbbox()).resize(DIGIT, Image.Resampling.BOX).tobytes()


def _difference(one: bytes, other: bytes) -> float:
    return sum(abs(a - b) for a, b in zip(one, other, strict=True)) / (255 * len(one))
