"""Push buttons and lamps on GPIO lines, with gpiozero; the debounce is our own."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from vuoro_mqtt.facts_log import FactsLog

from vuoro_devices.behaviour.debounce import Debounce
from vuoro_devices.behaviour.views import Action, LampState

log = FactsLog(__name__)

BLINK_SECONDS = 0.4


class GpioButtons:
    """Buttons between a line and ground: ``actions`` says what each line's button means."""

    def __init__(
        self,
        actions: Mapping[int, Action],
        *,
        pin_factory: Any = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._actions = dict(actions)
        self._factory = pin_factory
        self._monotonic = monotonic
        self._buttons: list[Any] = []

    def start(self, deliver: Callable[[Action], None]) -> None:
        from gpiozero import Button

        for pin, action in self._actions.items():
            button = Button(pin, pull_up=True, bounce_time=None, pin_factory=self._factory)
            watch = _Watch(action, deliver, self._monotonic)
            button.when_activated = watch.down
            button.when_deactivated = watch.up
            self._buttons.append(button)

    def close(self) -> None:
        buttons, self._buttons = self._buttons, []
        for button in buttons:
            button.close()


class _Watch:
    """Edges of one button on their way to presses."""

    def __init__(self, action: Action, deliver: Callable[[Action], None], monotonic: Callable[[], float]) -> None:
        self._action = action
        self._deliver = deliver
        self._monotonic = monotonic
        self._debounce = Debounce()

    def down(self) -> None:
        if self._debounce.edge(down=True, at=self._monotonic()):
            self._deliver(self._action)

    def up(self) -> None:
        self._debounce.edge(down=False, at=self._monotonic())


class GpioLamps:
    """Lamps named by the key beside them; ``pins`` says on which line each is."""

    def __init__(self, pins: Mapping[str, int], *, pin_factory: Any = None) -> None:
        from gpiozero import LED

        self._lamps = {name: LED(pin, pin_factory=pin_factory) for name, pin in pins.items()}

    def set(self, lamp: str, state: LampState) -> None:
        led = self._lamps.get(lamp)
        if led is None:
            return
        match state:
            case "on":
                led.on()
            case "off":
                led.off()
            case "blink":
                led.blink(on_time=BLINK_SECONDS, off_time=BLINK_SECONDS)

    def close(self) -> None:
        lamps, self._lamps = self._lamps, {}
        for led in lamps.values():
            led.close()
