"""A full screen drawn with pygame (or pygame-ce), with touch.

One thread does everything: the one that calls ``show`` first opens the screen, and that same one must call ``show``,
``pump`` and ``close`` from then on (SDL asks for it): ``show(view)`` when the view may have changed, and
``pump(deliver)`` some ten to thirty times a second. Nothing is drawn unless something changed.

On a Raspberry Pi without a desktop SDL draws with ``SDL_VIDEODRIVER=kmsdrm``, set in the unit file; pygame is Debian's.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Generic, TypeVar

from vuoro_devices.behaviour.views import Action
from vuoro_devices.hardware.canvas import Canvas, Drawing, Inks
from vuoro_devices.hardware.glass import Box, beat_at, touched
from vuoro_devices.hardware.palette import CALL
from vuoro_devices.hardware.quiet_pygame import pygame

V = TypeVar("V")

SETTLE_SECONDS = 0.25
"""A finger that comes down sooner after the page has changed meant the page before."""


class PygameScreen(Generic[V]):
    """Implements ``Screen[V]``; ``pump`` brings touches and lets a new call pulse."""

    def __init__(
        self,
        drawing: Drawing[V],
        size: tuple[int, int] = (0, 0),
        fullscreen: bool = True,
        *,
        calm: bool = False,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """``size`` (0, 0) is the panel's own; ``calm``: nothing pulses, for those who asked for less movement."""
        self._drawing = drawing
        self._size = size
        self._fullscreen = fullscreen
        self._calm = calm
        self._monotonic = monotonic
        self._inks = Inks()
        self._surface: pygame.Surface | None = None
        self._view: V | None = None
        self._beat = False
        self._pressed: tuple[Box, Action] | None = None
        self._changed_at = float("-inf")
        self.regions: list[tuple[Box, Action]] = []
        """What can be touched on the frame that stands."""
        self.asked_to_stop = False
        """True when somebody closed the window of a desktop."""

    def show(self, view: V) -> None:
        """Draw the view now, unless it stands already."""
        if view == self._view:
            return
        self._view = view
        before = [action for _, action in self.regions]
        self._draw()
        if [action for _, action in self.regions] != before:
            self._pressed = None
            self._changed_at = self._monotonic()

    def pump(self, deliver: Callable[[Action], None]) -> None:
        """Take the touches: one becomes an action when the finger is lifted where it came down."""
        if self._surface is None:
            return
        for event in pygame.event.get():
            self._take(event, deliver)
        if self._view is not None and not self._calm and self._drawing.moves(self._view):
            self._pulse()

    def close(self) -> None:
        """Blank the screen and let it go. May be called twice."""
        if self._surface is not None:
            self._surface.fill((0, 0, 0))
            pygame.display.flip()
            pygame.display.quit()
        self._surface = None
        self.regions = []

    def _open(self) -> pygame.Surface:
        if self._surface is None:
            pygame.display.init()
            flags = pygame.FULLSCREEN if self._fullscreen else 0
            self._surface = pygame.display.set_mode(self._size, flags)
            pygame.display.set_caption("Vuoro")
            pygame.mouse.set_visible(not self._fullscreen)
            pygame.event.set_blocked(None)
            pygame.event.set_allowed(
                [pygame.QUIT, pygame.FINGERDOWN, pygame.FINGERUP, pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP]
            )
        return self._surface

    def _draw(self) -> None:
        assert self._view is not None
        canvas = Canvas(self._open(), self._inks, self._drawing.language(self._view), self._beat)
        self._drawing.paint(canvas, self._view)
        self.regions = canvas.regions
        if self._pressed is not None:
            pygame.draw.rect(canvas.surface, CALL, self._pressed[0], width=max(4, canvas.box.height // 120))
        pygame.display.flip()

    def _pulse(self) -> None:
        beat = beat_at(self._monotonic())
        if beat != self._beat:
            self._beat = beat
            self._draw()

    def _take(self, event: pygame.event.Event, deliver: Callable[[Action], None]) -> None:
        if event.type == pygame.QUIT:
            self.asked_to_stop = True
        elif event.type in (pygame.FINGERDOWN, pygame.FINGERUP):
            width, height = self._open().get_size()
            point = int(event.x * width), int(event.y * height)
            self._press(event.type == pygame.FINGERDOWN, point, deliver)
        elif event.type in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP) and not getattr(event, "touch", False):
            # SDL sends a mouse's copy of each finger too, marked as touch.
            self._press(event.type == pygame.MOUSEBUTTONDOWN, event.pos, deliver)

    def _press(self, down: bool, point: tuple[int, int], deliver: Callable[[Action], None]) -> None:
        if down:
            self._down(*point)
        else:
            self._up(*point, deliver)

    def _down(self, x: int, y: int) -> None:
        if self._monotonic() - self._changed_at < SETTLE_SECONDS:
            return
        self._pressed = next(((box, action) for box, action in self.regions if box.holds(x, y)), None)
        if self._pressed is not None:
            self._draw()

    def _up(self, x: int, y: int, deliver: Callable[[Action], None]) -> None:
        pressed, self._pressed = self._pressed, None
        if pressed is None:
            return
        self._draw()
        if touched(self.regions, x, y) == pressed[1]:
            deliver(pressed[1])
