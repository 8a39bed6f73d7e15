"""What is wrong with the unit now, since when, in words for the staff."""

from __future__ import annotations

from datetime import datetime

from vuoro_mqtt.payloads import Fault


class Faults:
    """Each code once; ``since`` is when it was first raised."""

    def __init__(self) -> None:
        self._standing: dict[str, Fault] = {}

    def raise_(self, code: str, text: str, now: datetime) -> bool:
        """True when this changes what the status says."""
        standing = self._standing.get(code)
        if standing is not None and standing.text == text:
            return False
        since = standing.since if standing else now
        self._standing[code] = Fault(code=code, since=since, text=text)
        return True

    def clear(self, code: str) -> bool:
        """True when it stood."""
        return self._standing.pop(code, None) is not None

    def stands(self, code: str) -> bool:
        return code in self._standing

    def all(self) -> list[Fault]:
        """In the order they were raised."""
        return list(self._standing.values())
