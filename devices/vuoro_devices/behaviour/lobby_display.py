"""The lobby display: who is called where, one after another and none for a second only (Q4, Q11); silent (Q5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from vuoro_mqtt.payloads import CallShown, CallsState, ServicesState
from vuoro_mqtt.values import Texts

from vuoro_devices.behaviour.display import Display, Words
from vuoro_devices.behaviour.effects import Effect
from vuoro_devices.behaviour.events import Event, Moment, Told
from vuoro_devices.behaviour.service_day import local_time
from vuoro_devices.behaviour.views import CallRow, LobbyView

LANGUAGES_SHOWN = 3


@dataclass(frozen=True)
class LobbySettings:
    """How this display behaves; seconds."""

    highlight_seconds: float = 8.0
    hurried_seconds: float = 4.0
    """For each, while ``many`` or more wait for their showing."""
    many: int = 3
    fresh_seconds: float = 90.0
    """A call older than this is not shown as new when the display starts or comes back."""
    lost_after_seconds: float = 5.0
    rows: int = 6
    """So many calls have room beside the large one."""
    page_seconds: float = 6.0
    """When there are more, they take turns, each so long."""
    language_seconds: float = 5.0
    """What has room for one language at a time stands in each so long; not in step with the pages, so all meet."""


@dataclass(frozen=True)
class _Highlight:
    call: CallShown
    since: float


class LobbyDisplay(Display[LobbyView]):
    """A display in the lobby or in one of its areas."""

    def __init__(
        self, device: str, words: Words, new_id: Callable[[], str], settings: LobbySettings | None = None
    ) -> None:
        super().__init__(device, words, new_id)
        self._settings = settings or LobbySettings()
        self._services: ServicesState | None = None
        self._calls: CallsState | None = None
        self._highlight: _Highlight | None = None
        self._waiting_to_show: tuple[CallShown, ...] = ()

    @property
    def step_name(self) -> str:
        if self._shown is None or self._shown.trouble:
            return "trouble"
        return "highlight" if self._shown.highlight else "list"

    def step(self, event: Event, moment: Moment) -> list[Effect]:
        effects = super().step(event, moment)
        self._move_on(moment)
        return effects

    def _react(self, event: Event, moment: Moment) -> list[Effect]:
        match event:
            case Told(state=ServicesState() as services):
                self._services = services
            case Told(state=CallsState() as calls):
                self._told(calls, kept=event.kept, moment=moment)
        return []

    # --- newly called numbers

    def _told(self, calls: CallsState, *, kept: bool, moment: Moment) -> None:
        before = self._calls
        self._calls = calls
        known = {(call.number, call.counter): call for call in before.calls} if before else {}
        for call in reversed(calls.calls):  # the oldest first: shown in the order they were called
            earlier = known.get((call.number, call.counter))
            if self._is_news(call, earlier, calls, kept=kept, moment=moment):
                self._line_up(call)

    def _is_news(
        self, call: CallShown, earlier: CallShown | None, calls: CallsState, *, kept: bool, moment: Moment
    ) -> bool:
        if earlier is not None and earlier.called_at == call.called_at:
            return call.showing > earlier.showing or call.recalls > earlier.recalls
        ages = [(calls.at - call.called_at).total_seconds()]
        if kept:
            ages.append((moment.wall - call.called_at).total_seconds())
        return not call.serving and max(ages) <= self._settings.fresh_seconds

    def _line_up(self, call: CallShown) -> None:
        """Each is shown for its full time, one after another; one that already waits for it is not shown doubly."""
        others = tuple(waiting for waiting in self._waiting_to_show if waiting.number != call.number)
        self._waiting_to_show = (*others, call)

    def _move_on(self, moment: Moment) -> None:
        self._waiting_to_show = tuple(call for call in self._waiting_to_show if self._is_ours(call))
        if self._highlight and moment.seconds - self._highlight.since >= self._time_for_each:
            self._highlight = None
        if self._highlight is None and self._waiting_to_show:
            self._highlight = _Highlight(self._waiting_to_show[0], moment.seconds)
            self._waiting_to_show = self._waiting_to_show[1:]

    @property
    def _time_for_each(self) -> float:
        hurried = len(self._waiting_to_show) >= self._settings.many
        return self._settings.hurried_seconds if hurried else self._settings.highlight_seconds

    def _is_ours(self, call: CallShown) -> bool:
        area = self._config.area if self._config else None
        return area is None or not call.area or call.area == area

    # --- what it looks like

    @property
    def _languages(self) -> list[str]:
        languages = self._config.languages if self._config else []
        return list(languages[:LANGUAGES_SHOWN]) or ["fi", "sv", "en"]

    def _turn(self, moment: Moment) -> int:
        return int(moment.seconds // self._settings.language_seconds) % len(self._languages)

    def _in_each(self, sentence: str) -> tuple[str, ...]:
        return tuple(self._words(language)(sentence) for language in self._languages)

    def _text(self, texts: Texts, turn: int, fallback: str = "") -> str:
        """The text in the language whose turn it is, else in the first that has it."""
        languages = self._languages
        for language in (languages[turn], *languages):
            if texts.get(language):
                return texts[language]
        return next((text for text in texts.values() if text), fallback)

    def _texts(self, texts: Texts, fallback: str = "") -> tuple[str, ...]:
        """The text in each of the languages, every wording once."""
        known = [texts[language] for language in self._languages if texts.get(language)]
        return tuple(dict.fromkeys(known)) or (self._text(texts, 0, fallback),)

    def _view(self, moment: Moment) -> LobbyView:
        config, turn = self._config, self._turn(moment)
        local = local_time(moment.wall, config.timezone if config else "Europe/Helsinki")
        calls = [call for call in (self._calls.calls if self._calls else []) if self._is_ours(call)]
        highlight = self._highlight.call if self._highlight else None
        row = self._row(highlight, highlight, turn) if highlight else None
        if self._shows_sign(moment):
            row = CallRow(number=self._sign, where="", area="", new=True)
        trouble = self._trouble(moment, self._languages[turn])
        return LobbyView(
            highlight=row,
            calls=tuple(self._row(call, highlight, turn) for call in self._in_turn(calls, highlight, moment)),
            coming=tuple(self._calls.coming) if self._calls else (),
            waiting=None if trouble else self._waiting(),
            local_time=local.replace(second=0, microsecond=0),
            title=self._text(config.site_name, turn, config.site) if config else self._device,
            labels={
                "coming": self._in_each("Next in line"),
                "waiting": self._in_each("Waiting"),
                "empty": self._in_each("Nobody has been called yet"),
            },
            turn=turn,
            language=self._languages[turn],
            trouble=trouble,
        )

    def _in_turn(self, calls: list[CallShown], highlight: CallShown | None, moment: Moment) -> list[CallShown]:
        """Who is still called comes before who is served; when not all have room, they are shown in turn (Q4)."""
        first = highlight or (calls[0] if calls else None)
        others = sorted((call for call in calls if call is not first and not _same(call, first)), key=_is_served)
        rows = self._settings.rows
        if len(others) > rows:
            page = int(moment.seconds // self._settings.page_seconds) % (-(-len(others) // rows))
            others = others[page * rows :] + others[: page * rows]
        return [call for call in calls if _same(call, first)] + others

    def _waiting(self) -> int | None:
        """How many wait in all."""
        return sum(service.waiting for service in self._services.services) if self._services else None

    def _row(self, call: CallShown, highlight: CallShown | None, turn: int) -> CallRow:
        """The floor or area goes with it where the point has several (Q4)."""
        return CallRow(
            number=call.number,
            where=self._text(call.counter_name, turn, call.counter),
            area=self._text(call.area_name, turn),
            new=_same(call, highlight),
            serving=call.serving,
            names=self._texts(call.counter_name, call.counter),
            areas=self._texts(call.area_name) if call.area_name else (),
        )

    def _trouble(self, moment: Moment, language: str) -> str:
        """In one language at a time, so that it can be as large as the way across the lobby needs (Q4)."""
        if self._connection.lost_for(moment) < self._settings.lost_after_seconds:
            return ""
        say = self._words(language)
        matter = say("No connection just now. Please ask a service advisor.")
        holds = say("Your number is valid. What is shown may be old.")
        return f"{matter}\n{holds}"


def _same(call: CallShown, other: CallShown | None) -> bool:
    return other is not None and (call.number, call.counter) == (other.number, other.counter)


def _is_served(call: CallShown) -> bool:
    return call.serving
