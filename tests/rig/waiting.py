"""Waiting for a condition instead of sleeping for a guess."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(condition: Callable[[], T], what: str, within_seconds: float = 15.0, every_seconds: float = 0.01) -> T:
    """The first true value of the condition; fails, saying what was waited for, when it does not come in time."""
    pause = threading.Event()
    end = time.monotonic() + within_seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {within_seconds} s in vain: {what}")
        pause.wait(every_seconds)
