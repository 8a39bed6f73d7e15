"""Ways to a printer: USB, network, serial line, device file. Each waits only so long, and says when it is cut."""

from __future__ import annotations

import errno
import os
import select
import socket
import termios
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Protocol

from vuoro_devices.hardware.escpos_parts import port

PRINTER_CLASS = 7
"""The USB device class of printers."""

USB_PORTION = 4096
"""Bytes handed over at once: each portion has the whole patience for itself."""


class LinkBroken(Exception):
    """Nothing more comes through. ``code`` as in PrinterTrouble: ``printer-gone``, or ``printer-error`` for a stall."""

    def __init__(self, text: str, code: str = "printer-gone") -> None:
        super().__init__(text)
        self.text = text
        self.code = code


class PrinterLink(Protocol):
    """An open way to a printer; every call ends in time, with LinkBroken where the way is cut."""

    reads: bool
    """Whether the printer's answers come back."""
    tells_when_cut: bool
    """Whether writing fails at once when the printer has gone away since the last ticket."""

    def write(self, data: bytes) -> None:
        """Hand over all of it."""

    def read(self, within: float) -> bytes:
        """What the printer has sent; nothing if nothing comes ``within`` seconds."""

    def close(self) -> None:
        """May be called twice."""


class NetworkLink:
    """A printer that listens on TCP (port 9100 as a rule)."""

    reads = True
    tells_when_cut = False

    def __init__(self, host: str, number: int, patience: float) -> None:
        self._patience = patience
        self._port = port("Network", host=host, port=number, timeout=patience)
        _open(self._port)
        self._socket: socket.socket = self._port.device
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def write(self, data: bytes) -> None:
        try:
            self._socket.settimeout(self._patience)
            self._socket.sendall(data)
        except TimeoutError as stalled:
            raise LinkBroken("The printer takes no more data.", "printer-error") from stalled
        except OSError as cut:
            raise LinkBroken(f"The connection to the printer is cut: {cut}") from cut

    def read(self, within: float) -> bytes:
        try:
            self._socket.settimeout(max(0.001, within))
            answer = self._socket.recv(64)
        except TimeoutError:
            return b""
        except OSError as cut:
            raise LinkBroken(f"The connection to the printer is cut: {cut}") from cut
        if not answer:
            raise LinkBroken("The printer has closed the connection.")
        return answer

    def close(self) -> None:
        self._port.close()


class SerialLink:
    """A printer on a serial line."""

    reads = True
    tells_when_cut = True

    def __init__(self, device: str, baud: int, patience: float) -> None:
        self._baud = baud
        self._patience = patience
        self._port = port("Serial", devfile=device, baudrate=baud, timeout=patience)
        _open(self._port)
        self._line: Any = self._port.device
        self._stalled = False

    def write(self, data: bytes) -> None:
        from serial import SerialException, SerialTimeoutException

        try:
            self._line.write_timeout = self._patience + len(data) * 10 / self._baud
            self._line.write(data)
        except SerialTimeoutException as stalled:
            self._stalled = True
            raise LinkBroken("The printer takes no more data.", "printer-error") from stalled
        except (SerialException, OSError, termios.error) as cut:
            raise LinkBroken(f"The serial line to the printer is cut: {cut}") from cut

    def read(self, within: float) -> bytes:
        from serial import SerialException

        try:
            if not select.select([self._line.fileno()], [], [], within)[0]:
                return b""
            return bytes(self._line.read(max(1, self._line.in_waiting)))
        except (SerialException, OSError, termios.error, ValueError) as cut:
            raise LinkBroken(f"The serial line to the printer is cut: {cut}") from cut

    def close(self) -> None:
        """Not through python-escpos, which would wait for ever on a printer that takes nothing."""
        if self._stalled:
            with suppress(OSError, termios.error, ValueError):  # unplugged meanwhile: nothing is left to throw away
                termios.tcflush(self._line.fileno(), termios.TCOFLUSH)
        self._stalled = False
        self._line.close()


class FileLink:
    """A printer behind a device file such as ``/dev/usb/lp0``: it can be written to and never asked.

    Not through python-escpos, whose file printer makes an ordinary file where the device is missing.
    """

    reads = False
    tells_when_cut = False

    def __init__(self, path: str, patience: float) -> None:
        self._patience = patience
        try:
            self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_NONBLOCK | os.O_NOCTTY)
        except OSError as missing:
            raise LinkBroken(f"The printer's file cannot be opened: {missing}") from missing

    def write(self, data: bytes) -> None:
        rest = memoryview(data)
        try:
            while rest:
                self._wait_until_writable()
                rest = rest[self._write_some(rest) :]
            self._wait_until_writable()
        except (OSError, ValueError) as cut:
            raise LinkBroken(f"The printer's file is gone: {cut}") from cut

    def _wait_until_writable(self) -> None:
        """Also after the last byte: closing ``/dev/usb/lp0`` before would throw away what is on its way."""
        if not select.select([], [self._file], [], self._patience)[1]:
            raise LinkBroken("The printer takes no more data.", "printer-error")

    def _write_some(self, data: memoryview) -> int:
        try:
            return os.write(self._file, data)
        except BlockingIOError:
            return 0

    def read(self, within: float) -> bytes:
        return b""

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


class UsbLink:
    """A printer on USB: one named by its ids, or whichever says that it is a printer."""

    reads = True
    tells_when_cut = True

    def __init__(self, vendor: int | None, product: int | None, patience: float) -> None:
        self._patience = int(patience * 1000)
        wanted = _named(vendor, product) if vendor else {"custom_match": _is_printer}
        self._port = port("Usb", usb_args=wanted, timeout=self._patience)
        _open(self._port)
        self._device: Any = self._port.device
        self._out, self._in = self._take()
        self.reads = self._in is not None

    def _take(self) -> tuple[int, int | None]:
        """Its endpoints, its interface freed from the kernel's own printer driver."""
        from usb.core import USBError

        try:
            interface, out, back = endpoints(self._device.get_active_configuration())
            if self._device.is_kernel_driver_active(interface):
                self._device.detach_kernel_driver(interface)
        except NotImplementedError:
            pass  # this libusb leaves drivers alone
        except (USBError, LookupError) as refused:
            self.close()
            raise LinkBroken(f"The USB printer cannot be used: {refused}") from refused
        return out, back

    def write(self, data: bytes) -> None:
        from usb.core import USBError, USBTimeoutError

        try:
            for start in range(0, len(data), USB_PORTION):
                self._device.write(self._out, data[start : start + USB_PORTION], self._patience)
        except USBTimeoutError as stalled:
            raise LinkBroken("The printer takes no more data.", "printer-error") from stalled
        except USBError as cut:
            raise LinkBroken(_usb_text(cut)) from cut

    def read(self, within: float) -> bytes:
        from usb.core import USBError, USBTimeoutError

        try:
            return bytes(self._device.read(self._in, 64, max(1, int(within * 1000))))
        except USBTimeoutError:
            return b""
        except USBError as cut:
            raise LinkBroken(_usb_text(cut)) from cut

    def close(self) -> None:
        from usb.core import USBError

        with suppress(USBError):  # unplugged: nothing is left to give back
            self._port.close()


def endpoints(interfaces: Iterable[Any]) -> tuple[int, int, int | None]:
    """``(interface, address out, address in or None)`` of the printer among USB interfaces; LookupError without one."""
    found = sorted(interfaces, key=lambda interface: interface.bInterfaceClass != PRINTER_CLASS)
    for interface in found:
        bulk = [end.bEndpointAddress for end in interface if end.bmAttributes & 0x03 == 0x02]
        out = next((address for address in bulk if not address & 0x80), None)
        if out is not None:
            return interface.bInterfaceNumber, out, next((address for address in bulk if address & 0x80), None)
    raise LookupError("it has no endpoint to print to")


def _named(vendor: int, product: int | None) -> dict[str, int]:
    return {"idVendor": vendor} if product is None else {"idVendor": vendor, "idProduct": product}


def _is_printer(device: Any) -> bool:
    from usb.core import USBError

    try:
        return any(interface.bInterfaceClass == PRINTER_CLASS for setup in device for interface in setup)
    except (USBError, NotImplementedError):
        return False


def _usb_text(error: Any) -> str:
    if error.errno == errno.EACCES:
        return "There is no permission to use the USB printer."
    return f"The USB printer is gone: {error}"


def _open(way: Any) -> None:
    """Open a port of python-escpos; whatever keeps it shut becomes LinkBroken."""
    from escpos.exceptions import DeviceNotFoundError

    try:
        way.open()
    except DeviceNotFoundError as missing:
        raise LinkBroken(" ".join(str(missing).split())) from missing
    except (OSError, ValueError, termios.error) as missing:
        raise LinkBroken(f"The printer cannot be opened: {missing}") from missing
