"""A numeric keypad read through evdev: digits, then Enter; or a pause after the last digit."""

from __future__ import annotations

import select
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vuoro_mqtt.facts_log import FactsLog

from vuoro_devices.behaviour.views import Action

log = FactsLog(__name__)

TRY_AGAIN_SECONDS = 3.0

_ACTIONS = {
    "KEY_KPASTERISK": Action("language"),
    "KEY_KPPLUS": Action("page", "+1"),
    "KEY_KPMINUS": Action("page", "-1"),
    "KEY_KPSLASH": Action("help"),
    "KEY_H": Action("help"),
    "KEY_L": Action("language"),
    "KEY_ESC": Action("back"),
    "KEY_BACKSPACE": Action("back"),
}
_ENTER = {"KEY_ENTER", "KEY_KPENTER"}


@dataclass
class Typing:
    """Digits on their way to a choice (pure). They count after a short pause too: Enter is easily forgotten."""

    pause_seconds: float = 1.2
    longest: int = 3
    _digits: str = ""
    _at: float = 0.0

    def key(self, name: str, at: float) -> Action | None:
        """A key went down (evdev's name of it)."""
        if name in _ENTER:
            return self._chosen()
        if name in _ACTIONS:
            self._digits = ""
            return _ACTIONS[name]
        digit = _digit(name)
        if digit is None:
            return None
        self._digits += digit
        self._at = at
        return self._chosen() if len(self._digits) >= self.longest else None

    def time_goes_by(self, at: float) -> Action | None:
        return self._chosen() if self._digits and at - self._at >= self.pause_seconds else None

    def _chosen(self) -> Action | None:
        digits, self._digits = self._digits.lstrip("0"), ""
        return Action("choose", digits) if digits else None


def _digit(name: str) -> str | None:
    last = name.removeprefix("KEY_KP").removeprefix("KEY_")
    return last if len(last) == 1 and last.isdigit() else None


class EvdevKeypad:
    """The keypad at ``path`` (such as ``/dev/input/by-id/…-kbd``); comes back after it was unplugged."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, deliver: Callable[[Action], None]) -> None:
        self._thread = threading.Thread(target=self._run, args=(deliver,), name="keypad", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        if self._thread is not None:
            self._thread.join(1.0)

    def _run(self, deliver: Callable[[Action], None]) -> None:
        told = False
        while not self._closing.is_set():
            try:
                self._read(deliver)
            except OSError as error:
                if not told:
                    log.warning("keypad.gone", path=self._path, reason=str(error))
                told = True
                self._closing.wait(TRY_AGAIN_SECONDS)
            else:
                told = False

    def _read(self, deliver: Callable[[Action], None]) -> None:
        import evdev

        keypad: Any = evdev.InputDevice(self._path)
        typing = Typing()
        try:
            keypad.grab()  # the console must not read what customers type
            while not self._closing.is_set():
                ready, _, _ = select.select([keypad.fd], [], [], 0.2)
                events = list(keypad.read()) if ready else []
                for action in [_action(typing, evdev, event) for event in events]:
                    if action is not None:
                        deliver(action)
                late = typing.time_goes_by(time.monotonic())
                if late is not None:
                    deliver(late)
        finally:
            keypad.close()


def _action(typing: Typing, evdev: Any, event: Any) -> Action | None:
    """Only keys going down: a held key's repeats are no presses."""
    if event.type != evdev.ecodes.EV_KEY or event.value != 1:
        return None
    name = evdev.ecodes.KEY.get(event.code, "")
    return typing.key(name[0] if isinstance(name, list | tuple) else name, time.monotonic())
