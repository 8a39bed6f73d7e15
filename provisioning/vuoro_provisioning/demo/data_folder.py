"""The demo's data folder belongs to one demo at a time."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class FolderTaken(Exception):
    """Another demo has it; the text says which."""


class DataFolder:
    """Held until ``release``, or until this process ends in whatever way."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock: int | None = None

    def take(self, who: str) -> None:
        """Make it and hold it; ``who`` is what another demo is told. Raises FolderTaken."""
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(self.folder / "demo.lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(lock, 1000).decode(errors="replace").strip()
            os.close(lock)
            raise FolderTaken(f"{self.folder} is in use by another demo: {holder or 'it does not say which'}") from None
        os.ftruncate(lock, 0)
        os.write(lock, f"{who}\n".encode())
        self._lock = lock

    def release(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
