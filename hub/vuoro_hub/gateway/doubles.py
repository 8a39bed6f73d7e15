"""Two units with one id, as after a copied card: they throw each other off the broker for ever, and somebody must know.

A program's boot is new at each start and its journal lasts as long as its card: what was replaced does not come back.
Where it does (A, B, A), there are two.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

WITHIN_SECONDS = 600.0
"""What comes back later is an old card put in again. Two units take turns within seconds."""

TELL_AGAIN_SECONDS = 3600.0

DEVICES_REMEMBERED = 1000


@dataclass
class _Heard:
    """What was heard in one device's name."""

    now: dict[str, str] = field(default_factory=dict)
    replaced: dict[tuple[str, str], float] = field(default_factory=dict)
    doubled_at: float | None = None
    told_at: float = float("-inf")


class Doubles:
    """Notices when what a device was before takes turns with what it is now."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._heard: dict[str, _Heard] = {}

    def note(self, device: str, what: str, value: str) -> bool:
        """``value`` is the device's ``what`` ("boot", "journal") now. True when it is time to tell of two."""
        with self._lock:
            heard = self._of(device)
            before = heard.now.get(what, value)
            heard.now[what] = value
            if before == value:
                return False
            now = self._monotonic()
            heard.replaced = {key: at for key, at in heard.replaced.items() if now - at <= WITHIN_SECONDS}
            came_back = (what, value) in heard.replaced
            heard.replaced[what, before] = now
            if not came_back:
                return False
            heard.doubled_at = now
            due = now - heard.told_at >= TELL_AGAIN_SECONDS
            heard.told_at = now if due else heard.told_at
            return due

    def doubled(self, device: str) -> bool:
        """Whether two have taken turns lately."""
        with self._lock:
            heard = self._heard.get(device)
            return heard is not None and heard.doubled_at is not None

    def count(self) -> int:
        with self._lock:
            return sum(1 for heard in self._heard.values() if heard.doubled_at is not None)

    def over(self) -> list[str]:
        """Devices that were two and have been one for a while; each is told once."""
        with self._lock:
            now = self._monotonic()
            found = [
                device
                for device, heard in self._heard.items()
                if heard.doubled_at is not None and now - heard.doubled_at > WITHIN_SECONDS
            ]
            for device in found:
                self._heard[device].doubled_at = None
            return found

    def _of(self, device: str) -> _Heard:
        if device not in self._heard and len(self._heard) >= DEVICES_REMEMBERED:
            self._heard.clear()
        return self._heard.setdefault(device, _Heard())
