"""Telling systemd: ready, alive, stopping. Silent where systemd does not ask."""

from __future__ import annotations

import os

from sdnotify import SystemdNotifier


class Notify:
    """The watchdog is fed at half its time, and only while ``alive`` says so."""

    def __init__(self) -> None:
        self._systemd = SystemdNotifier()
        self._fed_at = float("-inf")
        self._every = _watchdog_seconds() / 2

    def ready(self, status: str) -> None:
        self._systemd.notify(f"READY=1\nSTATUS={status}")

    def feed(self, seconds: float, *, alive: bool) -> None:
        """``seconds`` of a clock that never steps."""
        if alive and self._every and seconds - self._fed_at >= self._every:
            self._fed_at = seconds
            self._systemd.notify("WATCHDOG=1")

    def stopping(self) -> None:
        self._systemd.notify("STOPPING=1")


def _watchdog_seconds() -> float:
    """0 when no watchdog is set for this process."""
    pid = os.environ.get("WATCHDOG_PID")
    if pid is not None and pid != str(os.getpid()):
        return 0.0
    try:
        return int(os.environ.get("WATCHDOG_USEC", "0")) / 1_000_000
    except ValueError:
        return 0.0
