"""The counter display: the number being served here, flashing while it is newly called (Q4), and perhaps four keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, cast

from vuoro_mqtt.payloads import ButtonPressed, CounterMode, CounterState, Refused
from vuoro_mqtt.values import text_in

from vuoro_devices.behaviour.display import Display, Words
from vuoro_devices.behaviour.effects import Effect, Send
from vuoro_devices.behaviour.events import Answered, Event, Moment, Pressed, Told
from vuoro_devices.behaviour.opening import Say
from vuoro_devices.behaviour.views import CounterView

Button = Literal["next", "recall", "missed", "finish"]
BUTTONS = ("next", "recall", "missed", "finish")


@dataclass(frozen=True)
class CounterSettings:
    """How this unit behaves; seconds."""

    flash_seconds: float = 8.0
    fresh_seconds: float = 60.0
    """A call older than this does not flash when the unit starts or comes back."""
    message_seconds: float = 4.0
    lost_after_seconds: float = 5.0
    """A broker that restarts within this goes unseen."""
    press_again_seconds: float = 0.5


_MODES: dict[CounterMode, Literal["closed", "free", "calling", "serving"]] = {
    CounterMode.CLOSED: "closed",
    CounterMode.FREE: "free",
    CounterMode.CALLING: "calling",
    CounterMode.SERVING: "serving",
}


class CounterDisplay(Display[CounterView]):
    """The display of one counter, perhaps with keys."""

    def __init__(
        self, device: str, words: Words, new_id: Callable[[], str], settings: CounterSettings | None = None
    ) -> None:
        super().__init__(device, words, new_id)
        self._settings = settings or CounterSettings()
        self._counters: dict[str, CounterState] = {}
        self._flash_until = float("-inf")
        self._message = ""
        self._message_until = float("-inf")
        self._asked: str | None = None
        self._pressed_at = float("-inf")

    @property
    def step_name(self) -> str:
        return self._shown.state if self._shown else "closed"

    def _react(self, event: Event, moment: Moment) -> list[Effect]:
        match event:
            case Told(state=CounterState() as state):
                self._told(state, kept=event.kept, moment=moment)
            case Pressed() if event.action.kind in BUTTONS:
                return self._pressed(cast("Button", event.action.kind), moment)
            case Answered() if event.request == self._asked:
                self._asked = None
                if isinstance(event.answer, Refused):
                    self._say(text_in(event.answer.text, self._language), moment)
        return []

    def _told(self, state: CounterState, *, kept: bool, moment: Moment) -> None:
        before = self._counters.get(state.counter)
        self._counters[state.counter] = state
        if state.counter != self._counter_id or state.state is not CounterMode.CALLING:
            return
        if _is_newly_called(before, state) and self._is_fresh(state, kept=kept, moment=moment):
            self._flash_until = moment.seconds + self._settings.flash_seconds

    def _is_fresh(self, state: CounterState, *, kept: bool, moment: Moment) -> bool:
        """Compared with the hub's own clock where it speaks now; what the broker had kept is compared with ours too."""
        if state.called_at is None:
            return not kept
        ages = [(state.at - state.called_at).total_seconds()]
        if kept:
            ages.append((moment.wall - state.called_at).total_seconds())
        # A second showing or a recall that is heard live is new, however long ago the first call was.
        return max(ages) <= self._settings.fresh_seconds or (not kept and state.showing + state.recalls > 1)

    # --- keys

    def _pressed(self, button: Button, moment: Moment) -> list[Effect]:
        """A key is for now: without the hub it is refused here, and never sent late."""
        if not self._connection.up:
            self._say(self._words_now("No connection"), moment)
            return []
        if moment.seconds - self._pressed_at < self._settings.press_again_seconds:
            return []
        self._pressed_at = moment.seconds
        self._asked = self._new_id()
        return [Send("button.pressed", self._asked, ButtonPressed(button=button))]

    # --- what it looks like

    @property
    def _language(self) -> str:
        return self._config.languages[0] if self._config and self._config.languages else "fi"

    @property
    def _counter_id(self) -> str | None:
        return self._config.counter if self._config else None

    @property
    def _words_now(self) -> Say:
        return self._words(self._language)

    def _say(self, text: str, moment: Moment) -> None:
        self._message, self._message_until = text, moment.seconds + self._settings.message_seconds

    def _view(self, moment: Moment) -> CounterView:
        state = self._counters.get(self._counter_id) if self._counter_id else None
        name = text_in(state.counter_name, self._language, state.counter) if state else self._counter_id or ""
        mode = state.state if state else CounterMode.CLOSED
        base = CounterView(state=_MODES[mode], number=state.number if state else None, counter_name=name)
        lost = self._connection.lost_for(moment) >= self._settings.lost_after_seconds
        if self._shows_sign(moment):
            return replace(base, number=None, message=self._sign, connected=not lost)
        if moment.seconds < self._message_until:
            return replace(base, number=None, message=self._message, connected=not lost)
        if lost:
            return replace(base, number=None, message=self._words_now("No connection"), connected=False)
        if state is None:
            return replace(base, message=self._words_now("Not ready"))
        return self._as_told(base, state, moment)

    def _as_told(self, base: CounterView, state: CounterState, moment: Moment) -> CounterView:
        if state.state is CounterMode.CALLING:
            return replace(base, flash=moment.seconds < self._flash_until)
        if state.number is not None:
            return base
        if state.state is CounterMode.CLOSED:
            return replace(base, message=self._words_now("Closed"))
        return replace(base, message=self._words_now("Free"))


def _is_newly_called(before: CounterState | None, now: CounterState) -> bool:
    """A new number, its second showing, or a recall (Q4)."""
    if before is None or before.number != now.number or before.called_at != now.called_at:
        return True
    return now.showing > before.showing or now.recalls > before.recalls
