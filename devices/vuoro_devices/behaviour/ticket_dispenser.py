"""The ticket dispenser: a choice, a number, a ticket (Q1, Q3, Q14, Q17; contract §2.3).

A customer goes through stages: choosing → asking the hub → printing → being told to take the ticket. When the hub does
not answer in time the number comes from the unit's own range; when the printer fails the number stands on the screen;
a unit without a screen keeps the ticket until the printer is mended. A number once given is never lost and never given
twice: before the first byte is printed, the journal holds what is being printed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Literal

from vuoro_mqtt.payloads import (
    CommandOutcome,
    DeviceConfig,
    HelpWanted,
    Refused,
    ServicesState,
    ServiceToday,
    TicketIssued,
    TicketPrinted,
    TicketRequested,
)
from vuoro_mqtt.values import text_in

from vuoro_devices.behaviour.connection import Connection
from vuoro_devices.behaviour.dispenser_view import (
    BLOCKING,
    Asking,
    Choosing,
    Desk,
    DispenserSettings,
    Owed,
    Printing,
    Stage,
    Telling,
    Words,
    lamps,
    offered,
    view,
)
from vuoro_devices.behaviour.effects import Clear, Effect, Keep, Light, Print, Raise, Send, Show
from vuoro_devices.behaviour.events import (
    Answered,
    DiskFailed,
    Event,
    Moment,
    NotPrinted,
    Ordered,
    PaperOut,
    Pressed,
    PrinterCondition,
    Told,
)
from vuoro_devices.behaviour.opening import is_open
from vuoro_devices.behaviour.service_day import local_time, service_day
from vuoro_devices.behaviour.ticket_records import (
    LeftOpen,
    abandoned,
    asked,
    at_printer,
    given_offline,
    over,
    printed,
    torn,
)
from vuoro_devices.behaviour.tickets import issued_ticket, own_ticket, trial_ticket
from vuoro_devices.behaviour.views import DispenserView, LampState, Ticket

USED_UP = "offline-numbers-used-up"
JOURNAL_DAMAGED = "journal-damaged"
PRINTER_FAULTS = BLOCKING | {"paper-low"}
_TEST = "test:"
_REPRINT = "reprint:"


class TicketDispenser:
    """``start`` once, then ``step`` for each event, which answers with what is to be done, and ``appearance``."""

    def __init__(
        self,
        device: str,
        words: Words,
        new_id: Callable[[], str],
        settings: DispenserSettings | None = None,
        kept: Mapping[str, Any] | None = None,
    ) -> None:
        self._device = device
        self._words = words
        self._new_id = new_id
        self._settings = settings or DispenserSettings()
        self._connection = Connection()
        self._config: DeviceConfig | None = None
        self._services: ServicesState | None = None
        self._left_open = LeftOpen.of(kept or {})
        self._series = self._left_open.series
        self._torn = self._left_open.torn
        self._stage: Stage = Choosing()
        self._language = "fi"
        self._page = 1
        self._printer: PrinterCondition = PrinterCondition(None)
        self._faults: set[str] = set()
        self._last_ticket: Ticket | None = None
        self._help_at: float | None = None
        self._shown: DispenserView | None = None
        self._lit: dict[str, LampState] = {}

    @property
    def step_name(self) -> str:
        """The step that stands on the screen."""
        return self._shown.step if self._shown else "closed"

    @property
    def connected(self) -> bool:
        return self._connection.up

    # --- what happens

    def start(self, moment: Moment) -> list[Effect]:
        """Say how the tickets ended that a stop or a power cut left open."""
        self._connection = replace(self._connection, lost_at=moment.seconds)
        effects = self._left_open.settle(self._new_id)
        unreadable = " ".join(self._left_open.unreadable)
        return effects + (self._raise(JOURNAL_DAMAGED, unreadable) if unreadable else [])

    def step(self, event: Event, moment: Moment) -> list[Effect]:
        self._connection = self._connection.after(event, moment)
        effects = self._react(event, moment)
        return effects + self._time_goes_by(moment)

    def stop(self, moment: Moment) -> list[Effect]:
        """A clean end: who has no ticket yet gets none from here."""
        match self._stage:
            case Asking(request=request) | Owed(printing=Printing(request=request)):
                return abandoned(self._new_id, request, "the unit was stopped")
        return []

    def _react(self, event: Event, moment: Moment) -> list[Effect]:
        match event:
            case Told(state=DeviceConfig() as config):
                return self._take_config(config)
            case Told(state=ServicesState() as services):
                self._services = services
            case Pressed():
                return self._pressed(event, moment)
            case Answered():
                return self._answered(event, moment)
            case PaperOut():
                return self._paper_out(event.job, moment)
            case NotPrinted():
                return self._not_printed(event, moment)
            case PrinterCondition():
                return self._printer_says(event, moment)
            case Ordered():
                return self._ordered(event, moment)
            case DiskFailed():
                self._stage = Telling("closed", moment.seconds, self._settings.reading_seconds)
        return []

    # --- a customer presses

    def _pressed(self, event: Pressed, moment: Moment) -> list[Effect]:
        if not self._listens(moment):
            return []
        action = event.action
        match action.kind:
            case "choose":
                return self._chosen(action.value, moment)
            case "language":
                self._go_on_choosing(moment)
                self._choose_language(action.value)
            case "page":
                self._go_on_choosing(moment)
                self._turn_page(action.value, moment)
            case "back":
                self._go_on_choosing(moment)
                self._page = 1
            case "help":
                return self._help(moment)
        return []

    def _listens(self, moment: Moment) -> bool:
        """A nervous second press gives no second ticket: nothing counts while one is made, and for a moment after."""
        if self._config is None or self._services is None or not self._desk(moment).gives:
            return False
        if isinstance(self._stage, Telling):
            return moment.seconds - self._stage.since >= self._stage.guard
        return isinstance(self._stage, Choosing)

    def _chosen(self, value: str, moment: Moment) -> list[Effect]:
        found = self._find(value, moment)
        if found is None:
            return []
        self._go_on_choosing(moment)
        key, service = found
        if not self._is_open(service, moment):
            self._stage = Telling("closed", moment.seconds, self._settings.reading_seconds, service=service)
            return []
        if not self._connection.up and self._used_up(moment):
            self._stage = Telling("closed", moment.seconds, self._settings.reading_seconds)
            return self._fault_used_up()
        request = self._new_id()
        asking = Asking(request, service, key, self._language, moment.seconds)
        self._stage = asking
        effects: list[Effect] = [
            Send("ticket.requested", request, TicketRequested(service=service.service, language=self._language)),
            asked(request),
        ]
        if not self._connection.up:
            effects += self._give_own_number(asking, moment)
        return effects

    def _find(self, value: str, moment: Moment) -> tuple[str, ServiceToday] | None:
        """The service of that id, or of the key with that number on this page."""
        desk = self._desk(moment)
        everything = offered(desk)
        by_id = next(((choice.key, choice.service) for choice in everything if choice.service.service == value), None)
        if by_id is not None:
            return by_id
        on_page = [choice for choice in everything if choice.page == self._page or not self._settings.keys_per_page]
        return next(((choice.key, choice.service) for choice in on_page if choice.key == value), None)

    def _go_on_choosing(self, moment: Moment) -> None:
        """Back to the choices; after a ticket it is another customer who goes on."""
        if isinstance(self._stage, Telling) and self._stage.ticket is not None:
            self._first_screen()
        self._stage = Choosing(touched_at=moment.seconds)

    def _choose_language(self, tag: str) -> None:
        languages = self._languages()
        if tag in languages:
            self._language = tag
        elif not tag and languages:
            place = languages.index(self._language) if self._language in languages else -1
            self._language = languages[(place + 1) % len(languages)]

    def _turn_page(self, value: str, moment: Moment) -> None:
        pages = max((choice.page for choice in offered(self._desk(moment))), default=1)
        by = -1 if value.startswith("-") else 1
        self._page = (self._page - 1 + by) % pages + 1

    def _help(self, moment: Moment) -> list[Effect]:
        settings = self._settings
        self._stage = Telling("helped", moment.seconds, settings.reading_seconds, reached=self._connection.up)
        if not self._connection.up:
            return []
        if self._help_at is not None and moment.seconds - self._help_at < settings.help_again_seconds:
            return []
        self._help_at = moment.seconds
        return [Send("help.wanted", self._new_id(), HelpWanted())]

    # --- the hub answers, or does not

    def _answered(self, event: Answered, moment: Moment) -> list[Effect]:
        stage = self._stage
        if not isinstance(stage, Asking) or event.request != stage.request:
            return []  # too late: paper is the truth
        match event.answer:
            case TicketIssued() as issued:
                assert self._config is not None
                ticket = issued_ticket(self._config, stage.service, stage.language, issued, moment.wall)
                return self._print(stage, ticket, offline=False, moment=moment)
            case Refused() as refused:
                self._stage = Telling(
                    "refused",
                    moment.seconds,
                    self._settings.reading_seconds,
                    service=stage.service,
                    text=text_in(refused.text, stage.language),
                )
                return [over(stage.request)]
        return []

    def _no_answer(self, stage: Asking, moment: Moment) -> list[Effect]:
        assert self._config is not None
        waited = moment.seconds - stage.since
        if self._connection.up and waited < self._config.answer_within_seconds:
            return []
        if not self._used_up(moment):
            return self._give_own_number(stage, moment)
        if self._connection.up and waited < self._settings.patience_seconds:
            return self._fault_used_up()
        return self._give_own_number(stage, moment)

    def _give_own_number(self, stage: Asking, moment: Moment) -> list[Effect]:
        assert self._config is not None
        numbers = self._config.offline_numbers
        today = service_day(moment.wall, self._config.timezone)
        taken = self._series.take(numbers, today)
        if taken is None:
            self._stage = Telling("closed", moment.seconds, self._settings.reading_seconds)
            reason = "no answer from the hub, and no offline number is left"
            return abandoned(self._new_id, stage.request, reason) + self._fault_used_up()
        number, self._series = taken
        effects: list[Effect] = [given_offline(self._series)]
        if self._series.used_up(numbers, today):
            effects += self._fault_used_up()
        ticket = own_ticket(self._config, stage.service, stage.language, number, moment.wall)
        return effects + self._print(stage, ticket, offline=True, moment=moment)

    def _used_up(self, moment: Moment) -> bool:
        """Whether no own number is left today (or none was ever set)."""
        assert self._config is not None
        return self._series.used_up(self._config.offline_numbers, service_day(moment.wall, self._config.timezone))

    def _fault_used_up(self) -> list[Effect]:
        if self._config is None or self._config.offline_numbers is None:
            return []
        return self._raise(USED_UP, "All numbers of the unit's own range have been given today.")

    # --- printing

    def _print(self, stage: Asking, ticket: Ticket, *, offline: bool, moment: Moment) -> list[Effect]:
        printing = Printing(stage.request, stage.service, stage.key, stage.since, ticket, offline, moment.seconds)
        self._stage = printing
        if self._printer.code == "printer-gone" and self._settings.has_screen:
            return self._on_screen(printing, moment)  # trying would cost the customer seconds for nothing
        return [self._intend(printing, "printing"), Print(stage.request, ticket)]

    def _intend(self, stage: Printing, state: Literal["printing", "owed"]) -> Keep:
        return at_printer(stage.request, stage.ticket.number, offline=stage.offline, stage=state)

    def _paper_out(self, job: str, moment: Moment) -> list[Effect]:
        effects: list[Effect] = [torn(False)] if self._torn else []
        self._torn = False
        if job.startswith((_TEST, _REPRINT)):
            return [*effects, self._outcome(job.partition(":")[2], None)]
        stage = self._stage
        if not isinstance(stage, Printing) or job != stage.request:
            return effects
        self._last_ticket = stage.ticket
        self._told_number(stage, "take", self._settings.take_seconds, moment)
        return effects + self._printed(stage, "paper")

    def _not_printed(self, event: NotPrinted, moment: Moment) -> list[Effect]:
        effects = self._raise(event.code, event.text)
        effects += [] if self._torn else [torn(True)]
        self._torn = True
        self._printer = PrinterCondition(event.code, event.text)
        if event.job.startswith((_TEST, _REPRINT)):
            return [*effects, self._outcome(event.job.partition(":")[2], event.code)]
        stage = self._stage
        if not isinstance(stage, Printing) or event.job != stage.request:
            return effects
        if self._settings.has_screen:
            return effects + self._on_screen(stage, moment)
        self._last_ticket = stage.ticket
        if event.perhaps:
            self._told_number(stage, "take", self._settings.take_seconds, moment)
            return effects + self._printed(stage, "paper", uncertain=True)
        self._stage = Owed(stage, stage.owed_since or moment.seconds)
        return [*effects, self._intend(stage, "owed")]

    def _on_screen(self, stage: Printing, moment: Moment) -> list[Effect]:
        """The number stands on the screen in place of the paper."""
        self._last_ticket = stage.ticket
        self._told_number(stage, "number", self._settings.number_seconds, moment)
        return self._printed(stage, "screen")

    def _told_number(self, stage: Printing, step: Literal["take", "number"], seconds: float, moment: Moment) -> None:
        self._stage = Telling(
            step,
            moment.seconds,
            seconds,
            guard=self._settings.guard_seconds,
            service=stage.service,
            ticket=stage.ticket,
        )

    def _printed(self, stage: Printing, medium: Literal["paper", "screen"], *, uncertain: bool = False) -> list[Effect]:
        body = TicketPrinted(
            request=stage.request,
            number=stage.ticket.number,
            offline=stage.offline,
            medium=medium,
            uncertain=uncertain,
        )
        return printed(self._new_id, body)

    def _printer_says(self, condition: PrinterCondition, moment: Moment) -> list[Effect]:
        self._printer = condition
        effects: list[Effect] = []
        for code in sorted(self._faults & PRINTER_FAULTS - {condition.code}):
            effects += self._clear(code)
        if condition.code is not None:
            return effects + self._raise(condition.code, condition.text)
        if isinstance(self._stage, Owed):
            owed = self._stage
            again = replace(owed.printing, owed_since=owed.since, since=moment.seconds)
            self._stage = again
            effects += [self._intend(again, "printing"), Print(again.request, again.ticket)]
        return effects

    # --- commands

    def _ordered(self, event: Ordered, moment: Moment) -> list[Effect]:
        if event.command == "identify":
            if isinstance(self._stage, Choosing | Telling):
                self._stage = Telling("closed", moment.seconds, self._settings.reading_seconds, identify=self._device)
            return [self._outcome(event.id, None)]
        if isinstance(self._stage, Asking | Printing | Owed):
            return [self._outcome(event.id, "busy")]
        if event.command == "test":
            trial = trial_ticket(self._config, self._device, self._languages()[0], moment.wall)
            return [Print(_TEST + event.id, trial)]
        if self._last_ticket is None:
            return [self._outcome(event.id, "nothing-to-reprint")]
        return [Print(_REPRINT + event.id, self._last_ticket)]

    def _outcome(self, command: str, code: str | None) -> Effect:
        return Send("done" if code is None else "failed", self._new_id(), CommandOutcome(re=command, code=code))

    # --- time

    def _time_goes_by(self, moment: Moment) -> list[Effect]:
        stage = self._stage
        effects: list[Effect] = []
        if USED_UP in self._faults and not self._used_up(moment):
            effects += self._clear(USED_UP)
        effects += self._day_of_series(moment)
        match stage:
            case Asking():
                effects += self._no_answer(stage, moment)
            case Printing() if moment.seconds - stage.since >= self._settings.printing_within_seconds:
                text = "The printer has not said how the ticket ended."
                effects += self._not_printed(NotPrinted(stage.request, "printer-error", text, perhaps=True), moment)
            case Owed() if moment.seconds - stage.since >= self._settings.paper_within_seconds:
                self._stage = Telling("closed", moment.seconds, self._settings.reading_seconds)
                reason = "the printer was not mended in time, and the unit has no screen"
                effects += abandoned(self._new_id, stage.printing.request, reason)
            case Telling() if moment.seconds - stage.since >= stage.seconds:
                self._first_screen()
            case Choosing() if moment.seconds - stage.touched_at >= self._settings.idle_seconds:
                self._first_screen()
        return effects

    def _day_of_series(self, moment: Moment) -> list[Effect]:
        """What the clock's day means for the own numbers is settled when that day is seen, and once."""
        if self._config is None:
            return []
        before, self._series = self._series, self._series.on(service_day(moment.wall, self._config.timezone))
        return [] if self._series is before else [given_offline(self._series)]

    def _first_screen(self) -> None:
        """Nothing of the last customer stays (Q3)."""
        self._stage = Choosing()
        self._page = 1
        languages = self._languages()
        self._language = languages[0] if languages else "fi"

    # --- what the unit knows

    def _take_config(self, config: DeviceConfig) -> list[Effect]:
        first = self._config is None
        self._config = config
        if first or self._language not in config.languages:
            self._language = self._languages()[0]
        given = config.offline_given
        before = self._series
        self._series = before.after_the_hub(given.day, given.numbers) if given else before
        return [] if self._series is before else [given_offline(self._series)]

    def _languages(self) -> list[str]:
        return list(self._config.languages) if self._config and self._config.languages else ["fi"]

    def _is_open(self, service: ServiceToday, moment: Moment) -> bool:
        assert self._config is not None
        assert self._services is not None
        local = local_time(moment.wall, self._config.timezone)
        return is_open(service, self._services, local, connected=self._connection.up)

    def _raise(self, code: str, text: str) -> list[Effect]:
        if code in self._faults:
            return []
        self._faults.add(code)
        return [Raise(code, text)]

    def _clear(self, code: str) -> list[Effect]:
        self._faults.discard(code)
        return [Clear(code)]

    # --- what it looks like

    def _desk(self, moment: Moment) -> Desk:
        return Desk(
            stage=self._stage,
            config=self._config,
            services=self._services,
            connection=self._connection,
            printer=self._printer.code,
            language=self._language,
            page=self._page,
            words=self._words,
            settings=self._settings,
            before=self._shown,
        )

    def appearance(self, moment: Moment) -> list[Light | Show]:
        """What has changed of lamps and screen since it was last asked."""
        desk = self._desk(moment)
        effects: list[Light | Show] = []
        for lamp, state in lamps(desk, moment).items():
            if self._lit.get(lamp, "off") != state:
                self._lit[lamp] = state
                effects.append(Light(lamp, state))
        seen = view(desk, moment)
        if seen != self._shown:
            self._shown = seen
            effects.append(Show(seen))
        return effects
