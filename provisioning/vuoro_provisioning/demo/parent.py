"""The program that started the demo, when that is make: its being interrupted or killed means the demo's end.

On SIGINT, make waits for its children without passing the signal on: it relies on the terminal for that. A SIGINT sent
to make alone (by another program, not by Ctrl-C) would leave both waiting for ever. But make then gives SIGINT its
default action back, and the kernel tells which signals a process catches.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from pathlib import Path


class ParentMake:
    """Watches make; without make there is nothing to watch."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._pid = os.getppid() if environment.get("MAKELEVEL") else None
        self._caught = self._pid is not None and _catches_interrupt(self._pid)

    def wants_an_end(self) -> bool:
        """True once make has been interrupted or is gone."""
        if self._pid is None:
            return False
        gone = os.getppid() != self._pid
        return gone or (self._caught and not _catches_interrupt(self._pid))


def _catches_interrupt(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    caught = next((line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:")), "0")
    return bool(int(caught, 16) >> (signal.SIGINT - 1) & 1)
