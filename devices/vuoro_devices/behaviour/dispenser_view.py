"""What stands on the dispenser's screen and which lamps are lit, for each stage of a customer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from vuoro_mqtt.payloads import DeviceConfig, ServicesState, ServiceToday
from vuoro_mqtt.values import text_in

from vuoro_devices.behaviour.connection import Connection
from vuoro_devices.behaviour.events import Moment
from vuoro_devices.behaviour.opening import Say, is_open, opens_text
from vuoro_devices.behaviour.service_day import local_time
from vuoro_devices.behaviour.views import ChoiceView, DispenserView, LampState, Ticket

Words = Callable[[str], Say]
"""From a language tag to its words."""

BLOCKING = {"paper-out", "cover-open", "printer-gone", "printer-error"}
"""Printer troubles that keep a ticket from coming out; little paper left does not."""

LANGUAGE_NAMES = {
    "fi": "Suomi",
    "sv": "Svenska",
    "en": "English",
    "se": "Davvisámegiella",
    "smn": "Anarâškielâ",
    "sms": "Sääʹmǩiõll",
    "et": "Eesti",
    "ru": "Русский",
    "uk": "Українська",
    "ar": "العربية",
    "so": "Soomaali",
    "fa": "فارسی",
    "ckb": "کوردی",
    "sq": "Shqip",
    "tr": "Türkçe",
    "vi": "Tiếng Việt",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
}


@dataclass(frozen=True)
class DispenserSettings:
    """How this unit behaves; seconds."""

    has_screen: bool = True
    keys_per_page: int | None = None
    """Push buttons beside the list: each page begins again at key 1. None: one numbering over all pages."""
    choices_per_page: int = 9
    guard_seconds: float = 2.0
    """After a ticket, presses count for nothing for so long: a nervous second press is the same customer's."""
    take_seconds: float = 8.0
    number_seconds: float = 30.0
    reading_seconds: float = 12.0
    idle_seconds: float = 30.0
    help_again_seconds: float = 30.0
    working_shown_after_seconds: float = 0.1
    """An answer comes in a few milliseconds: until then the screen stays still."""
    patience_seconds: float = 10.0
    """How long to wait for the hub where the unit has no number of its own to give."""
    printing_within_seconds: float = 20.0
    """A printer that has not said anything by then has failed."""
    paper_within_seconds: float = 120.0
    """A unit without a screen keeps a ticket so long: a customer waits for the paper to be changed, not longer."""
    offline_shown_after_seconds: float = 5.0


@dataclass(frozen=True)
class Choosing:
    touched_at: float = float("-inf")


@dataclass(frozen=True)
class Asking:
    """The hub has been asked for a number."""

    request: str
    service: ServiceToday
    key: str
    language: str
    since: float


@dataclass(frozen=True)
class Printing:
    """This ticket is at the printer."""

    request: str
    service: ServiceToday
    key: str
    pressed_at: float
    ticket: Ticket
    offline: bool
    since: float
    owed_since: float | None = None


@dataclass(frozen=True)
class Owed:
    """No screen and no paper: the ticket is printed when the printer is mended."""

    printing: Printing
    since: float


@dataclass(frozen=True)
class Telling:
    """Something stands on the screen for a while."""

    step: Literal["take", "number", "refused", "helped", "closed"]
    since: float
    seconds: float
    guard: float = 0.7
    service: ServiceToday | None = None
    """The one that was chosen; None where the unit itself cannot give a number."""
    ticket: Ticket | None = None
    text: str = ""
    reached: bool = False
    identify: str = ""


Stage = Choosing | Asking | Printing | Owed | Telling


@dataclass(frozen=True)
class Desk:
    """All that the appearance depends on."""

    stage: Stage
    config: DeviceConfig | None
    services: ServicesState | None
    connection: Connection
    printer: str | None
    language: str
    page: int
    words: Words
    settings: DispenserSettings
    before: DispenserView | None

    @property
    def say(self) -> Say:
        return self.words(self.language)

    @property
    def broken(self) -> bool:
        return self.printer in BLOCKING

    @property
    def gives(self) -> bool:
        """Whether a ticket can come of a press: a unit without a screen needs its printer."""
        return self.settings.has_screen or not self.broken


@dataclass(frozen=True)
class Offered:
    """A service with its key and a page it stands on."""

    key: str
    page: int
    service: ServiceToday


def offered(desk: Desk) -> list[Offered]:
    """The services of this unit, in the order of its keys."""
    if desk.services is None or desk.config is None:
        return []
    known = {service.service: service for service in desk.services.services}
    order = [tag for tag in desk.config.services if tag in known] if desk.config.services else list(known)
    per_page = desk.settings.keys_per_page or desk.settings.choices_per_page
    lost = desk.config.service_for_the_lost
    if len(order) > per_page > 1 and lost in order:
        return _with_a_way_for_the_lost(desk, [known[tag] for tag in order if tag != lost], known[lost], per_page)
    return [
        Offered(_key(desk, place, place % per_page), place // per_page + 1, known[tag])
        for place, tag in enumerate(order)
    ]


def _key(desk: Desk, place: int, on_page: int) -> str:
    """Push buttons are counted on each page, what is typed over all pages."""
    return str((on_page if desk.settings.keys_per_page else place) + 1)


def _with_a_way_for_the_lost(
    desk: Desk, others: list[ServiceToday], lost: ServiceToday, per_page: int
) -> list[Offered]:
    """Who does not know which service finds that choice last on every page, always at the same key (Q1)."""
    room = per_page - 1
    key = _key(desk, len(others), room)
    found: list[Offered] = []
    for first in range(0, len(others), room):
        page = first // room + 1
        found += [
            Offered(_key(desk, first + nth, nth), page, one) for nth, one in enumerate(others[first : first + room])
        ]
        found.append(Offered(key, page, lost))
    return found


def view(desk: Desk, moment: Moment) -> DispenserView:
    """What to show now."""
    stage = desk.stage
    if desk.config is None or desk.services is None:
        return _not_ready(desk)
    match stage:
        case Choosing():
            return _choose(desk, moment)
        case Asking() | Printing() | Owed():
            return _working(desk, stage, moment)
        case Telling():
            return _telling(desk, stage, moment)


def lamps(desk: Desk, moment: Moment) -> dict[str, LampState]:
    """Lit beside keys that can be pressed; blinking beside the one at work (all of them while a ticket is owed)."""
    states: dict[str, LampState] = {}
    for choice in offered(desk):
        if choice.page == desk.page or not desk.settings.keys_per_page:
            states[choice.key] = _lamp(desk, choice, moment)
    return states


def _lamp(desk: Desk, choice: Offered, moment: Moment) -> LampState:
    stage = desk.stage
    match stage:
        case Owed():
            return "blink"
        case Asking() | Printing():
            return "blink" if choice.key == stage.key else "off"
        case Telling() if stage.ticket is not None and moment.seconds - stage.since < stage.guard:
            return "off"
    return "on" if desk.gives and _open(desk, choice.service, moment) else "off"


def _open(desk: Desk, service: ServiceToday, moment: Moment) -> bool:
    assert desk.services is not None
    assert desk.config is not None
    local = local_time(moment.wall, desk.config.timezone)
    return is_open(service, desk.services, local, connected=desk.connection.up)


def _base(
    desk: Desk, step: Literal["choose", "working", "take", "number", "refused", "helped", "closed"]
) -> DispenserView:
    tags = desk.config.languages if desk.config else []
    return DispenserView(
        step=step,
        language=desk.language,
        languages=tuple((tag, LANGUAGE_NAMES.get(tag.split("-")[0], tag)) for tag in tags),
        title="",
        help_label=desk.say("Ask a person for help") if desk.config and step not in ("working", "helped") else "",
    )


def _not_ready(desk: Desk) -> DispenserView:
    return replace(
        _base(desk, "closed"),
        trouble=True,
        title=desk.say("This device is not ready yet"),
        lines=(desk.say("Please ask a service advisor."),),
    )


def _choose(desk: Desk, moment: Moment) -> DispenserView:
    assert desk.config is not None
    say = desk.say
    everything = offered(desk)
    pages = max((choice.page for choice in everything), default=1)
    choices = tuple(_choice(desk, choice, moment) for choice in everything if choice.page == desk.page)
    return replace(
        _base(desk, "choose"),
        title=say("What would you like to do?") if choices else say("No service can be chosen now"),
        lines=() if choices else (say("Please ask a service advisor."),),
        choices=choices,
        page=desk.page,
        pages=pages,
        banner=_banner(desk, moment),
        note=text_in(desk.config.first_screen_note, desk.language),
        more_label=say("More services") if pages > 1 else "",
        back_label=say("Previous page") if pages > 1 else "",
    )


def _choice(desk: Desk, choice: Offered, moment: Moment) -> ChoiceView:
    assert desk.config is not None
    service, say = choice.service, desk.say
    is_open_now = _open(desk, service, moment)
    local = local_time(moment.wall, desk.config.timezone)
    closed_note = opens_text(service, local, say) or say("Closed now")
    return ChoiceView(
        service=service.service,
        name=text_in(service.name, desk.language, service.service),
        key=choice.key,
        symbol=service.symbol,
        open=is_open_now,
        note="" if is_open_now else closed_note,
        waiting=_waiting(service, say) if is_open_now and desk.connection.up else "",
    )


def _waiting(service: ServiceToday, say: Say) -> str:
    if service.waiting == 0:
        return say("No queue")
    if service.estimate is None:
        return say("{count} waiting").format(count=service.waiting)
    low, high = service.estimate.low_minutes, service.estimate.high_minutes
    if low >= high:
        return say("Wait about {minutes} min").format(minutes=high)
    return say("Wait about {low}–{high} min").format(low=low, high=high)


def _banner(desk: Desk, moment: Moment) -> str:
    if desk.broken:
        return desk.say("The printer is not working. Your number will be shown on this screen.")
    if desk.connection.lost_for(moment) >= desk.settings.offline_shown_after_seconds:
        return desk.say("No connection to the queue just now. You can still take a number.")
    return ""


def _working(desk: Desk, stage: Asking | Printing | Owed, moment: Moment) -> DispenserView:
    if isinstance(stage, Owed):
        return replace(_base(desk, "working"), title=desk.say("One moment, please"))
    pressed_at = stage.since if isinstance(stage, Asking) else stage.pressed_at
    fresh = moment.seconds - pressed_at < desk.settings.working_shown_after_seconds
    if fresh and desk.before is not None:
        return desk.before
    title = desk.say("One moment, please") if isinstance(stage, Asking) else desk.say("Your ticket is being printed")
    return replace(_base(desk, "working"), title=title)


def _telling(desk: Desk, stage: Telling, moment: Moment) -> DispenserView:
    page = replace(_base(desk, stage.step), back_label=desk.say("Back"))
    if stage.identify:
        return replace(page, title=stage.identify, lines=(desk.config.site if desk.config else "",))
    match stage.step:
        case "take" | "number":
            return _number_page(page, desk, stage)
        case "refused":
            return replace(
                page,
                title=desk.say("No number could be given"),
                lines=(stage.text or desk.say("Please ask a service advisor."),),
            )
        case "helped" if stage.reached:
            return replace(
                page,
                title=desk.say("An advisor has been told"),
                lines=(desk.say("Please wait here. Somebody comes to help you."),),
            )
        case "helped":
            return replace(
                page,
                trouble=True,
                title=desk.say("The call for help does not work just now"),
                lines=(desk.say("Please go to a service advisor in the lobby."),),
            )
        case "closed":
            return _closed_page(page, desk, stage, moment)


def _number_page(page: DispenserView, desk: Desk, stage: Telling) -> DispenserView:
    ticket = stage.ticket
    assert ticket is not None
    say = desk.say
    on_paper = stage.step == "take"
    lines = (
        [] if on_paper else [say("The printer is not working. Please remember your number or take a picture of it.")]
    )
    if ticket.offline:
        lines.append(say("This number is valid. Your place in line follows on the displays."))
    if ticket.wait_at:
        lines.append(f"{say('Where to wait:')} {ticket.wait_at}")
    return replace(
        page,
        title=say("Please take your ticket") if on_paper else say("Your number"),
        lines=tuple(lines),
        number=ticket.number,
        follow_url=None if on_paper else ticket.follow_url,
    )


def _closed_page(page: DispenserView, desk: Desk, stage: Telling, moment: Moment) -> DispenserView:
    assert desk.config is not None
    say, service = desk.say, stage.service
    if service is None:
        return replace(
            page,
            trouble=True,
            title=say("This device cannot give a number just now"),
            lines=(say("Please ask a service advisor for a number."),),
        )
    local = local_time(moment.wall, desk.config.timezone)
    lines = (opens_text(service, local, say), text_in(service.other_channels, desk.language))
    return replace(
        page,
        title=say("{service} is closed now").format(service=text_in(service.name, desk.language, service.service)),
        lines=tuple(line for line in lines if line),
    )
