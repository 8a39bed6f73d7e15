"""The printer port's bodies for its contract tests: a played printer at the far end, whose plug can be pulled."""

from __future__ import annotations

import os
import socket
import threading
import tty
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from vuoro_devices.hardware.escpos_printer import EscposPrinter
from vuoro_devices.ports import Printer
from vuoro_devices.printers import PrinterSettings, open_link
from vuoro_devices.simulated.printer import PrinterMachine, SimulatedPrinter


class PrinterBody(Protocol):
    """A printer as the program has it, and the machine that it reaches."""

    @property
    def printer(self) -> Printer: ...

    @property
    def machine(self) -> PrinterMachine: ...

    def pull_plug(self) -> None:
        """The printer is gone from one moment to the next."""

    def put_plug_back(self) -> None: ...

    def close(self) -> None: ...


def printer_over(settings: PrinterSettings) -> EscposPrinter:
    """The real printer, as impatient as a test must be."""
    return EscposPrinter(
        lambda: open_link(settings), "default", 576, slow=settings.slow, answer_within=2.0, done_within=0.3
    )


class SimulatedBody:
    """Everything in memory."""

    def __init__(self) -> None:
        self.printer = SimulatedPrinter()
        self.machine = self.printer.machine

    def pull_plug(self) -> None:
        self.machine.set(connection="gone")

    def put_plug_back(self) -> None:
        self.machine.set(connection="ok")

    def close(self) -> None:
        self.printer.close()


class NetworkBody:
    """Real bytes through a real socket, to a printer that listens on loopback."""

    def __init__(self) -> None:
        self.machine = PrinterMachine()
        self._connections: list[socket.socket] = []
        self._listen(0)
        port = self._server.getsockname()[1]
        self._port: int = port
        self.printer = printer_over(PrinterSettings(type="network", host="127.0.0.1", port=port, patience_seconds=2))

    def _listen(self, port: int) -> None:
        self._server = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._accept, args=(self._server,), daemon=True).start()

    def _accept(self, server: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = server.accept()
                self._connections.append(connection)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        self.machine.plug_in()
        _play(self.machine, lambda: connection.recv(4096), connection.sendall)

    def pull_plug(self) -> None:
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for connection in self._connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        self._connections.clear()

    def put_plug_back(self) -> None:
        self._listen(self._port)

    def close(self) -> None:
        self.printer.close()
        self.pull_plug()


class SerialBody:
    """Real bytes through a terminal line, at whose other end the printer sits; its name stays as udev keeps it."""

    def __init__(self, folder: Path) -> None:
        self.machine = PrinterMachine()
        self._name = folder / "ttyPrinter"
        self.put_plug_back()
        settings = PrinterSettings(type="serial", device=str(self._name), baud=115200, patience_seconds=2)
        self.printer = printer_over(settings)

    def put_plug_back(self) -> None:
        self._printer_end, self._program_end = os.openpty()
        tty.setraw(self._program_end)
        self._name.symlink_to(os.ttyname(self._program_end))
        stop, self._stop = os.pipe()
        self._played = threading.Thread(target=self._serve, args=(self._printer_end, stop), daemon=True)
        self._played.start()

    def _serve(self, line: int, stop: int) -> None:
        import select

        def receive() -> bytes:
            ready, _, _ = select.select([line, stop], [], [])
            return b"" if stop in ready else os.read(line, 4096)

        self.machine.plug_in()
        _play(self.machine, receive, lambda answer: os.write(line, answer))
        os.close(stop)

    def pull_plug(self) -> None:
        self._name.unlink()
        os.close(self._stop)
        self._played.join(5)
        os.close(self._printer_end)
        os.close(self._program_end)

    def close(self) -> None:
        self.printer.close()
        if self._name.is_symlink():
            self.pull_plug()


def _play(machine: PrinterMachine, receive: Callable[[], bytes], answer: Callable[[bytes], object]) -> None:
    """Until the plug is pulled. A full printer reads on and forgets nothing: its buffer is not what is tested here."""
    with suppress(OSError):
        while data := receive():
            with suppress(BufferError):
                said = machine.receive(data)
                if said:
                    answer(said)
