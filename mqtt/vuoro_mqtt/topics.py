"""Where each payload travels (contract §2)."""

from __future__ import annotations

from dataclasses import dataclass

PREFIX = "vuoro/1"


@dataclass(frozen=True)
class Topics:
    """The topics of one site."""

    site: str

    @property
    def base(self) -> str:
        return f"{PREFIX}/{self.site}"

    @property
    def hub(self) -> str:
        return f"{self.base}/hub"

    @property
    def hub_who(self) -> str:
        """Not retained: a starting hub asks here whether another one answers for its site."""
        return f"{self.base}/hub/who"

    @property
    def hub_echo(self) -> str:
        """Not retained: the hub says nothing here, to see whether the broker takes it."""
        return f"{self.base}/hub/echo"

    @property
    def services(self) -> str:
        return f"{self.base}/services"

    @property
    def calls(self) -> str:
        return f"{self.base}/calls"

    @property
    def notices(self) -> str:
        return f"{self.base}/notices"

    @property
    def counters(self) -> str:
        """Filter for all counters."""
        return f"{self.base}/counters/+"

    def counter(self, counter: str) -> str:
        return f"{self.base}/counters/{counter}"

    def status(self, device: str) -> str:
        return f"{self.base}/devices/{device}/status"

    def up(self, device: str) -> str:
        return f"{self.base}/devices/{device}/up"

    def down(self, device: str) -> str:
        return f"{self.base}/devices/{device}/down"

    def config(self, device: str) -> str:
        return f"{self.base}/devices/{device}/config"

    def device_of(self, topic: str) -> tuple[str, str] | None:
        """``(device, leaf)`` of a topic below ``devices/``, such as ``("dispenser-1", "up")``; else None."""
        head = f"{self.base}/devices/"
        if not topic.startswith(head):
            return None
        device, _, leaf = topic[len(head) :].partition("/")
        return (device, leaf) if device and leaf else None
