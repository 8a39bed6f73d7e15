"""What turns words into a printer's bytes: python-escpos, keeping them. Import it by ``escpos_parts.writer`` alone."""

from __future__ import annotations

from typing import Any

from escpos.escpos import Escpos


class Writer(Escpos):  # type: ignore[misc]
    """As python-escpos's own ``Dummy``, which only comes with libraries for USB, CUPS and serial lines."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.output = bytearray()

    def _raw(self, msg: bytes) -> None:
        self.output += msg

    def close(self) -> None:
        """Nothing is open."""
