"""Every payload of the contract, defined once (contract §2)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field

from vuoro_mqtt.values import Id, Instant, Language, MessageId, Number, Payload, Texts

MOST_COUNTED = 2**53 - 1
"""The largest whole number that every JSON reader keeps exact."""

# --- Hub to everyone, retained (§2.1) ---------------------------------------------------------------------------


class HubState(Payload):
    """Whether the hub answers; "offline" is its will."""

    state: Literal["online", "offline"]
    at: Instant
    boot: str
    version: str
    host: str | None = None
    """The machine the hub runs on, so that a second hub can say which one it found."""


class Who(Payload):
    """Asked by a starting hub: does another one answer for its site?"""

    boot: str
    """Of the hub that asks, so that it knows its own question."""


class Echo(Payload):
    """Topic ``hub/echo``: says nothing; what counts is that the broker takes it."""


class PointToday(Payload):
    """The point's own hours today; times of day are local ``HH:MM``."""

    opens: str | None
    closes: str | None
    open: bool


class Estimate(Payload):
    """How long until called, in whole minutes from low to high (Q11)."""

    low_minutes: int = Field(ge=0)
    high_minutes: int = Field(ge=0)


class ServiceToday(Payload):
    """One service as customers see it today (Q12, Q14)."""

    service: Id
    authority: Id
    name: Texts
    authority_name: Texts
    open: bool
    opens: str | None
    """Today, local time of day ``HH:MM``, as is ``closes``; null when it does not serve today."""
    closes: str | None
    next_open: Instant | None
    """When it next serves; null when it is open or not known."""
    mode: Literal["on-site", "remote"]
    waiting: int = Field(ge=0)
    estimate: Estimate | None
    other_channels: Texts
    symbol: str | None = None
    """Name of the symbol shown beside the words (Q1)."""
    group: str | None = None
    """A word that services have in common which belong together, for screens that show them so."""
    wait_at: Texts = {}
    """Where to wait, for the last screen and the ticket (Q1)."""


class ServicesState(Payload):
    """Topic ``services``: what is served today."""

    at: Instant
    today: date
    point: PointToday
    services: list[ServiceToday]


class CallShown(Payload):
    """One called number as the displays show it (Q4)."""

    number: Number
    counter: Id
    counter_name: Texts
    area: str
    called_at: Instant
    showing: Literal[1, 2]
    serving: bool
    recalls: int = 0
    """How often the clerk has called this number again: a rise means "show it as newly called"."""
    area_name: Texts = {}
    """Name of the floor or area, where the point has several (Q4)."""


class CallsState(Payload):
    """Topic ``calls``: newest call first; ``coming`` are the next in line of all queues together (Q3, Q11)."""

    at: Instant
    seq: int
    calls: list[CallShown]
    coming: list[Number]


class CounterMode(StrEnum):
    CLOSED = "closed"
    FREE = "free"
    CALLING = "calling"
    SERVING = "serving"


class CounterState(Payload):
    """Topic ``counters/{counter}``."""

    at: Instant
    counter: Id
    state: CounterMode
    number: Number | None
    called_at: Instant | None
    wait_until: Instant | None
    counter_name: Texts = {}
    showing: int = 0
    recalls: int = 0


class Notice(Payload):
    id: str
    area: Literal["arrival", "waiting"]
    authority: Id | None
    title: Texts
    text: Texts
    from_: Instant = Field(alias="from")
    until: Instant | None


class NoticesState(Payload):
    """Topic ``notices`` (Q13)."""

    at: Instant
    notices: list[Notice]


# --- Devices (§2.2) ---------------------------------------------------------------------------------------------


class DeviceKind(StrEnum):
    TICKET_DISPENSER = "ticket-dispenser"
    RETURN_BOX = "return-box"
    FEEDBACK_PANEL = "feedback-panel"
    COUNTER_DISPLAY = "counter-display"
    LOBBY_DISPLAY = "lobby-display"
    INFO_DISPLAY = "info-display"


class ClockReading(Payload):
    """How good the clock was: true UTC lies within ``uncertainty_seconds`` of ``at``; null means not known (D9)."""

    synced: bool
    uncertainty_seconds: float | None = Field(ge=0)
    source: str


class Fault(Payload):
    code: str
    since: Instant
    text: str


class DeviceStatus(Payload):
    """Topic ``devices/{device}/status``, retained, and as the will with state "offline"."""

    state: Literal["online", "offline"]
    kind: DeviceKind
    at: Instant
    boot: str
    version: str
    clock: ClockReading
    faults: list[Fault]


FIRST_OFFLINE_NUMBER = 900
"""001 to 899 are the point's own series: a dispenser that prints of them gives two customers the same number (§1)."""

MOST_OFFLINE_NUMBERS = 500
"""Of one dispenser: more than a day of silence needs."""

LARGEST_NUMBER = 999_999


class OfflineNumbers(Payload):
    """A dispenser's own range, which the hub never issues (§2.3)."""

    from_: int = Field(alias="from", ge=1)
    to: int = Field(ge=1)


class OfflineGiven(Payload):
    """Which numbers of its range a dispenser has printed in a service day, as far as the hub knows."""

    day: date
    numbers: list[Annotated[int, Field(ge=1)]]
    """In the order in which their customers came."""


class DeviceConfig(Payload):
    """Topic ``devices/{device}/config``: what the hub sets for one device; other kinds' fields keep their defaults."""

    version: int
    kind: DeviceKind
    site: Id
    site_name: Texts
    timezone: str
    languages: list[Language]
    answer_within_seconds: float = 1.5
    """How long a dispenser waits for the hub before it prints a number of its own range."""
    offline_numbers: OfflineNumbers | None = None
    offline_given: OfflineGiven | None = None
    """Today's numbers of that range that somebody has: a dispenser whose journal is new gives none of them again."""
    services: list[Id] = []
    """The services a dispenser offers, in the order of its keys; empty means all."""
    service_for_the_lost: Id | None = None
    """The service "I do not know which", which stands on every page of choices (Q1); null where there is none."""
    first_screen_note: Texts = {}
    """What the first screen says beside the choices: guests of a meeting sign in elsewhere (Q1)."""
    counter: Id | None = None
    """The counter that a counter display stands at."""
    area: str | None = None
    """The waiting area a display hangs in; null shows all."""


# --- Upward messages (§2.3) -------------------------------------------------------------------------------------


class Need(StrEnum):
    """What a customer needs besides the service (Q6, Q16, Q17)."""

    MORE_TIME = "more-time"
    INTERPRETER = "interpreter"
    REMOTE = "remote"
    HELP = "help"


class TicketRequested(Payload):
    service: Id
    language: Language = "fi"
    needs: list[Need] = []


class TicketPrinted(Payload):
    """Paper is the truth: the hub's record follows ``number``."""

    request: MessageId
    number: Number
    offline: bool
    medium: Literal["paper", "screen"] = "paper"
    uncertain: bool = False
    """True when power went while it printed: the customer may hold this paper or not."""


class TicketAbandoned(Payload):
    request: MessageId
    reason: Annotated[str, Field(max_length=200)]


class AppointmentArrived(Payload):
    code: Annotated[str, Field(min_length=1, max_length=64)]
    language: Language = "fi"


class HelpWanted(Payload):
    service: Id | None = None


class BoxEntry(Payload):
    """One entry of a slot's chain, whole (§5)."""

    site: Id
    device: Id
    slot: Id
    index: int = Field(ge=0, le=MOST_COUNTED)
    previous: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    kind: Literal["start", "drop", "cutoff", "emptied", "clock", "fault", "cleared"]
    at: Instant
    clock: ClockReading
    boot: str
    monotonic_ns: int
    data: dict[str, Any]
    hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class FeedbackGiven(Payload):
    service: Id | None = None
    language: Language = "fi"
    ces: int | None = Field(default=None, ge=1, le=5)
    csat: int | None = Field(default=None, ge=1, le=5)
    nps: int | None = Field(default=None, ge=0, le=10)
    text: Annotated[str, Field(max_length=4000)] | None = None
    presses: list[dict[str, Any]] = []


class ButtonPressed(Payload):
    """A key on a counter's unit."""

    button: Literal["next", "recall", "missed", "finish"]


class CommandOutcome(Payload):
    """Answer to a command: which one, and how it ended."""

    re: MessageId
    code: str | None = None


JournalId = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")]
Seq = Annotated[int, Field(ge=1, le=MOST_COUNTED, strict=True)]


class Envelope(Payload):
    """What is common to all upward messages: ``seq`` counts 1, 2, 3… within ``journal``."""

    id: MessageId
    journal: JournalId
    seq: Seq
    at: Instant
    clock: ClockReading
    late: Annotated[bool, Field(strict=True)] = False
    """True when sent later than it was made, from the journal."""
    sent_at: Instant | None = None
    """When this copy was sent, by the same clock as ``at``: how old the message is, even where that clock is wrong."""


class TicketRequestedUp(Envelope):
    type: Literal["ticket.requested"] = "ticket.requested"
    body: TicketRequested


class TicketPrintedUp(Envelope):
    type: Literal["ticket.printed"] = "ticket.printed"
    body: TicketPrinted


class TicketAbandonedUp(Envelope):
    type: Literal["ticket.abandoned"] = "ticket.abandoned"
    body: TicketAbandoned


class AppointmentArrivedUp(Envelope):
    type: Literal["appointment.arrived"] = "appointment.arrived"
    body: AppointmentArrived


class HelpWantedUp(Envelope):
    type: Literal["help.wanted"] = "help.wanted"
    body: HelpWanted


class BoxEntryUp(Envelope):
    type: Literal["box.entry"] = "box.entry"
    body: BoxEntry


class FeedbackGivenUp(Envelope):
    type: Literal["feedback.given"] = "feedback.given"
    body: FeedbackGiven


class ButtonPressedUp(Envelope):
    type: Literal["button.pressed"] = "button.pressed"
    body: ButtonPressed


class DoneUp(Envelope):
    type: Literal["done"] = "done"
    body: CommandOutcome


class FailedUp(Envelope):
    type: Literal["failed"] = "failed"
    body: CommandOutcome


UpMessage = Annotated[
    TicketRequestedUp
    | TicketPrintedUp
    | TicketAbandonedUp
    | AppointmentArrivedUp
    | HelpWantedUp
    | BoxEntryUp
    | FeedbackGivenUp
    | ButtonPressedUp
    | DoneUp
    | FailedUp,
    Field(discriminator="type"),
]

# --- Downward messages (§2.4) -----------------------------------------------------------------------------------


class RefusalCode(StrEnum):
    """Why something was not done."""

    SERVICE_CLOSED = "service-closed"
    SERVICE_UNKNOWN = "service-unknown"
    CODE_UNKNOWN = "code-unknown"
    TOO_EARLY = "too-early"
    TOO_LATE = "too-late"
    NOBODY_WAITING = "nobody-waiting"
    NOT_ALLOWED = "not-allowed"
    INVALID = "invalid"


class Ack(Payload):
    """The hub has it."""


class TicketIssued(Payload):
    visit: str
    number: Number
    service: Id
    position: int | None = Field(ge=1)
    """Place in line, 1 is next; null when the turn takes its place only with its paper."""
    estimate: Estimate | None
    follow_url: str
    at: Instant


class Refused(Payload):
    code: RefusalCode
    text: Texts
    reason: str | None = None
    """For programmers: what could not be read in a message, and where."""


class Identify(Payload):
    """Show who you are."""


class ShowTest(Payload):
    """Print or show a test pattern."""


class Reprint(Payload):
    """Print the last ticket again."""


class BoxCutoff(Payload):
    slot: Id
    at: Instant
    state: Literal["before", "after"]


class Resend(Payload):
    from_: int = Field(alias="from", ge=1)


class Restart(Payload):
    """Stop cleanly and start again."""


class Down(Payload):
    """Common to all downward messages: ``re`` is the id being answered, null for a command."""

    id: MessageId
    re: MessageId | None = None
    expires_at: Instant | None = None
    """For commands: afterwards a device ignores it."""


class AckDown(Down):
    type: Literal["ack"] = "ack"
    body: Ack = Ack()


class TicketIssuedDown(Down):
    type: Literal["ticket.issued"] = "ticket.issued"
    body: TicketIssued


class RefusedDown(Down):
    type: Literal["refused"] = "refused"
    body: Refused


class IdentifyDown(Down):
    type: Literal["identify"] = "identify"
    body: Identify = Identify()


class TestDown(Down):
    type: Literal["test"] = "test"
    body: ShowTest = ShowTest()


class ReprintDown(Down):
    type: Literal["reprint"] = "reprint"
    body: Reprint = Reprint()


class BoxCutoffDown(Down):
    type: Literal["box.cutoff"] = "box.cutoff"
    body: BoxCutoff


class ResendDown(Down):
    type: Literal["resend"] = "resend"
    body: Resend


class RestartDown(Down):
    type: Literal["restart"] = "restart"
    body: Restart = Restart()


DownMessage = Annotated[
    AckDown
    | TicketIssuedDown
    | RefusedDown
    | IdentifyDown
    | TestDown
    | ReprintDown
    | BoxCutoffDown
    | ResendDown
    | RestartDown,
    Field(discriminator="type"),
]
