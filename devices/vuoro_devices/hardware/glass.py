"""What all displays share, without any graphics library: places on the glass, what they mean, and the slow pulse."""

from __future__ import annotations

from typing import NamedTuple

from vuoro_devices.behaviour.views import Action


class Box(NamedTuple):
    """A rectangle in pixels."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    def inset(self, across: int, down: int | None = None) -> Box:
        """The same, smaller by so much on each side."""
        down = across if down is None else down
        return Box(self.x + across, self.y + down, max(0, self.width - 2 * across), max(0, self.height - 2 * down))

    def top(self, height: int) -> Box:
        return Box(self.x, self.y, self.width, height)

    def below(self, height: int) -> Box:
        """What is left when so much is taken from the top."""
        return Box(self.x, self.y + height, self.width, max(0, self.height - height))

    def start(self, width: int) -> Box:
        return Box(self.x, self.y, width, self.height)

    def after(self, width: int) -> Box:
        """What is left when so much is taken from the beginning of the line."""
        return Box(self.x + width, self.y, max(0, self.width - width), self.height)

    def holds(self, x: int, y: int) -> bool:
        return self.x <= x < self.right and self.y <= y < self.bottom


def touched(regions: list[tuple[Box, Action]], x: int, y: int) -> Action | None:
    """What a touch at that point means."""
    return next((action for box, action in regions if box.holds(x, y)), None)


BEAT_SECONDS = 0.8
"""Half of the slow pulse that marks a new call: well below three flashes a second."""


def beat_at(monotonic: float) -> bool:
    """Which half of the pulse it is."""
    return int(monotonic / BEAT_SECONDS) % 2 == 1
