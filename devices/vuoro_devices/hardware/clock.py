"""The machine's clock and how far it may be off, asked from the kernel (D9)."""

from __future__ import annotations

import ctypes
import time
from datetime import UTC, datetime

from vuoro_mqtt.payloads import ClockReading

UNKNOWN_FROM_SECONDS = 16.0
"""The kernel's bound stops growing here: it means "not known"."""

READ_EVERY_SECONDS = 5.0


class _Timex(ctypes.Structure):
    """``struct timex`` of Linux, as far as it is read; the rest is room."""

    _fields_ = [
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("room", ctypes.c_byte * 256),
    ]


class SystemClock:
    """Wall time of the system. The bound is ``maxerror``: the kernel's own flag stays clear after its keeper died."""

    def __init__(self) -> None:
        self._reading: ClockReading | None = None
        self._read_at = float("-inf")

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def reading(self) -> ClockReading:
        """Read anew every few seconds; in between the bound grows by far less than it is worth."""
        at = self.monotonic()
        if self._reading is None or at - self._read_at >= READ_EVERY_SECONDS:
            self._reading, self._read_at = clock_reading(_maxerror_seconds()), at
        return self._reading


def clock_reading(maxerror_seconds: float | None) -> ClockReading:
    """What the kernel's bound is worth."""
    if maxerror_seconds is None or maxerror_seconds >= UNKNOWN_FROM_SECONDS:
        return ClockReading(synced=False, uncertainty_seconds=None, source="kernel")
    return ClockReading(synced=True, uncertainty_seconds=round(maxerror_seconds, 6), source="kernel")


def _maxerror_seconds() -> float | None:
    """``maxerror``, or None where it cannot be asked."""
    timex = _Timex(modes=0)
    try:
        adjtimex = ctypes.CDLL(None, use_errno=True).adjtimex
    except (OSError, AttributeError):
        return None
    if adjtimex(ctypes.byref(timex)) < 0:
        return None
    return float(timex.maxerror) / 1_000_000
