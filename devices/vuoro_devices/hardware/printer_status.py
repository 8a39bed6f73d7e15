"""What a printer says of itself: the status bytes of ESC/POS (``DLE EOT``, ``GS r``), read into troubles."""

from __future__ import annotations

from vuoro_devices.ports import PrinterTrouble

ASK_PRINTER, ASK_CAUSE, ASK_ERROR, ASK_PAPER = (b"\x10\x04" + bytes([n]) for n in (1, 2, 3, 4))
"""Answered at once, whatever the printer is at: is it online, why not, which error, is there paper."""

ASK_WHEN_DONE = b"\x1dr\x01"
"""Answered in its turn, after all that was sent before has been printed."""

TEXTS = {
    "paper-out": "The printer is out of paper.",
    "paper-low": "The printer's paper is about to end.",
    "cover-open": "The printer's cover is open.",
    "printer-gone": "The printer does not answer.",
    "printer-error": "The printer reports an error.",
}


def is_realtime(answer: int) -> bool:
    """Whether a byte answers ``DLE EOT``: the bits that all such answers share."""
    return answer & 0x93 == 0x12


def is_done(answer: int) -> bool:
    """Whether a byte answers ``GS r``."""
    return answer & 0x90 == 0


def is_offline(printer: int) -> bool:
    """Whether the answer to ``ASK_PRINTER`` says that it takes no data."""
    return bool(printer & 0x08)


def trouble_code(printer: int, cause: int | None, paper: int | None) -> str | None:
    """The trouble that the answers tell of, the first to be mended first; None when all is well."""
    if cause is not None and cause & 0x04:
        return "cover-open"
    if (paper is not None and paper & 0x60) or (cause is not None and cause & 0x20):
        return "paper-out"
    if is_offline(printer):
        return "printer-error"
    if paper is not None and paper & 0x0C:
        return "paper-low"
    return None


def trouble_of(code: str, *, printed: bool = False, text: str = "") -> PrinterTrouble:
    """A trouble with its words for the staff."""
    return PrinterTrouble(code, text or TEXTS[code], printed=printed)
