"""Drawing on a thread of its own: a slow screen never holds up a ticket, and only the newest view is drawn."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from vuoro_mqtt.facts_log import FactsLog

from vuoro_devices.behaviour.effects import View
from vuoro_devices.behaviour.views import Action
from vuoro_devices.ports import Screen

log = FactsLog(__name__)

TRY_AGAIN_SECONDS = 5.0

TELL_AGAIN_SECONDS = 60.0
"""The log has the whole of a failure once, and while it lasts a line so often."""

TellScreen = Callable[[str | None], None]
"""Told what is wrong with the screen, or None when it is well again."""


class MovingScreen(Screen[Any], Protocol):
    """A screen that may be touched, and pulses by itself."""

    def pump(self, deliver: Callable[[Action], None]) -> None:
        """Deliver what was touched, and move what moves. On the thread that draws."""


class Drawer:
    """Opens, draws and closes the screen on one thread, as graphics libraries want it; opens it anew when it fails."""

    def __init__(
        self,
        open_screen: Callable[[], MovingScreen],
        tell: TellScreen,
        deliver: Callable[[Action], None],
        stop_asked: Callable[[], None] = lambda: None,
        pump_seconds: float = 0.1,
        try_again_seconds: float = TRY_AGAIN_SECONDS,
    ) -> None:
        """``deliver`` takes what is touched, asked for every ``pump_seconds``; ``stop_asked``: a window was closed."""
        self._open = open_screen
        self._tell = tell
        self._deliver = deliver
        self._stop_asked = stop_asked
        self._pump_seconds = pump_seconds
        self._try_again_seconds = try_again_seconds
        self._news = threading.Condition()
        self._view: View | None = None
        self._closing = False
        self._screen: MovingScreen | None = None
        self._failed = False
        self._logged = ""
        self._logged_at = float("-inf")
        self._thread = threading.Thread(target=self._run, name="screen", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def show(self, view: View) -> None:
        """Draw it as soon as the thread is free; returns at once."""
        with self._news:
            self._view = view
            self._news.notify()

    def close(self, within_seconds: float = 1.0) -> None:
        """Blank the screen. May be called twice."""
        with self._news:
            self._closing = True
            self._news.notify()
        if self._thread.is_alive():
            self._thread.join(within_seconds)

    def _run(self) -> None:
        while not self._closing:
            try:
                self._draw_on()
            except Exception as error:
                text = f"{type(error).__name__}: {error}"
                if text != self._logged:
                    self._logged, self._logged_at = text, time.monotonic()
                    log.exception("screen.failed")
                self._remind(text)
                self._failed = True
                self._tell(text)
                self._let_go()
                with self._news:
                    self._news.wait_for(lambda: self._closing, self._try_again_seconds)
        self._let_go()

    def _remind(self, text: str) -> None:
        """One line now and then while the failure lasts."""
        now = time.monotonic()
        if now - self._logged_at >= TELL_AGAIN_SECONDS:
            self._logged_at = now
            log.error("screen.still_failed", reason=text)

    def _draw_on(self) -> None:
        self._screen = self._open()
        drawn: View | None = None
        while not self._closing:
            with self._news:
                self._news.wait_for(partial(self._has_news, drawn), self._pump_seconds)
                view = self._view
            if view is not None and view is not drawn:
                self._screen.show(view)
                drawn = view
                self._well_again()
            self._screen.pump(self._deliver)
            if getattr(self._screen, "asked_to_stop", False):
                self._closing = True
                self._stop_asked()

    def _has_news(self, drawn: View | None) -> bool:
        return self._view is not drawn or self._closing

    def _well_again(self) -> None:
        if self._failed:
            self._failed = False
            self._tell(None)

    def _let_go(self) -> None:
        screen, self._screen = self._screen, None
        if screen is None:
            return
        try:
            screen.close()
        except Exception:
            log.exception("screen.close_failed")
