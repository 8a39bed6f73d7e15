"""The site file: one service point as data (TOML). Read once at start; every fault is told at once, with its place."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import time, timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, StringConstraints, TypeAdapter, ValidationError, field_validator
from vuoro_mqtt.payloads import FIRST_OFFLINE_NUMBER, LARGEST_NUMBER, MOST_OFFLINE_NUMBERS, DeviceKind, Need
from vuoro_mqtt.settings_file import Fault, Section, SettingsFileError, faults_of, load_toml, meant, place
from vuoro_mqtt.values import Id, Language, Texts

from vuoro_hub.domain.calling import CallingRule
from vuoro_hub.domain.numbering import OfflineRange
from vuoro_hub.domain.opening_hours import OpeningHours, Span

SPAN_PATTERN = r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$"
SpanText = Annotated[str, StringConstraints(pattern=SPAN_PATTERN)]
WeeklyText = dict[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], list[SpanText]]


class QueueSettings(Section):
    """How the queue behaves."""

    wait_seconds: int = Field(150, ge=10, le=3600)
    """How long a called customer is waited for before the turn may be marked missed, in seconds (Q6)."""
    more_time_factor: float = Field(2.0, ge=1, le=5)
    """So many times longer for a customer who needs more time (Q6)."""
    miss_by_itself: bool = False
    """Whether a called turn becomes missed by itself when the waiting time is over (Q6: the clerk marks it)."""
    letters: bool = False
    """A letter per service before the number; off, so that numbers tell a bystander nothing (Q3)."""
    coming_shown: int = Field(8, ge=0, le=30)
    """How many coming numbers the displays show (Q11)."""
    advice_service: Id | None = None
    """The service behind "I do not know which" (Q1): it leads to an advisor, and takes in who fits nowhere else. The
    first service by default."""
    appointment_credit_minutes: int = Field(0, ge=0, le=240)
    """How much earlier than its booked time an appointment stands in line, in minutes."""
    more_time_credit_minutes: int = Field(0, ge=0, le=240)
    """How much earlier than by arrival a customer who needs more time stands in line, in minutes; bounded, so that
    nobody else waits for ever."""


class Authority(Section):
    """Whose services are given here."""

    id: Id = Field(examples=["id = 'vero'"])
    """Its id, on the wire and in figures."""
    name: Texts = Field(examples=["name = { fi = 'Verohallinto', sv = 'Skatteförvaltningen' }"])
    """Its own name, by language."""
    wait_seconds: int | None = Field(None, ge=10, le=3600)
    """Its own waiting time for a called customer, in seconds (Q6); the site's by default."""


class Service(Section):
    """What a customer can queue for. Their order is that of the dispenser's keys."""

    id: Id = Field(examples=["id = 'vero'"])
    """Its id, on the wire and in figures."""
    authority: Id = Field(examples=["authority = 'vero'"])
    """The authority that gives it."""
    name: Texts = Field(examples=["name = { fi = 'Verotus', sv = 'Beskattning' }"])
    """In the customer's words, not the office's (Q1); in each of the site's languages."""
    symbol: str | None = None
    """The symbol beside the words on the dispenser (Q1), such as ``coins``; a plain document where it is not known."""
    mode: Literal["on-site", "remote"] = "on-site"
    """Whether a person serves at the counter, or by video or phone (Q16)."""
    hours: WeeklyText | None = None
    """Its own weekly hours (Q15); the point's by default."""
    other_channels: Texts = {}
    """What to do when it is closed (Q14), in the authority's own words (Q12)."""
    letter: Annotated[str, StringConstraints(pattern=r"^[A-Z]$")] | None = None
    """Its letter before the number, needed where ``queue.letters`` is on (Q3)."""
    group: str | None = None
    """A word that services have in common which belong together, for screens that show them so."""
    wait_at: Texts = {}
    """Where to wait, for the last screen and the ticket (Q1); the area's name by default."""
    area: Id | None = None
    """The area its customers wait in; the first area by default."""


class Counter(Section):
    """A numbered desk or room. Counters are shared: an authority uses one, it does not own it."""

    id: Id = Field(examples=["id = '1'"])
    """Its id, on the wire and in the address of its display."""
    name: Texts = Field(examples=["name = { fi = 'Palvelupiste 1', sv = 'Serviceställe 1' }"])
    """What displays call it (Q4); in the site's first language at least."""
    area: Id = Field(examples=["area = 'aula'"])
    """The floor or area it is in."""
    wait_seconds: int | None = Field(None, ge=10, le=3600)
    """Its own waiting time for a called customer, in seconds (Q6), for a room far away; the authority's by default."""


class Area(Section):
    """A floor or waiting area, named on displays where there are several (Q4)."""

    id: Id = Field(examples=["id = 'aula'"])
    """Its id."""
    name: Texts = Field(examples=["name = { fi = 'Aula', sv = 'Lobbyn' }"])
    """What displays and tickets call it."""


class Range(Section):
    """Numbers of one dispenser's own."""

    first: int = Field(alias="from", ge=1, le=LARGEST_NUMBER, examples=["from = 900"])
    """The first of them."""
    last: int = Field(alias="to", ge=1, le=LARGEST_NUMBER, examples=["to = 949"])
    """The last of them."""


class Device(Section):
    """A unit of the point."""

    id: Id = Field(examples=["id = 'dispenser-1'"])
    """Its id: that of the unit's own file, and its user name at the broker."""
    kind: DeviceKind
    """What it is."""
    counter: Id | None = None
    """The counter that a counter display stands at; needed there."""
    area: Id | None = None
    """The area that a lobby display hangs in: it shows that area's calls alone; all calls by default."""
    offline_numbers: Range | None = None
    """A dispenser's own numbers, which it prints while the hub does not answer; needed there, and no two overlap. At
    most 500, from 900 on: 001 to 899 are the point's own series."""
    services: list[Id] = []
    """The services a dispenser offers, in the order of its keys; all, in the order of this file, by default."""
    simulated: Literal["pygame", "led-matrix", "lcd"] | None = None
    """What the demo's body of this unit shows."""


class Site(Section):
    """One service point as data."""

    id: Id = Field(examples=["id = 'lahti'"])
    """The point's id: stands in every topic, and in the units' own files."""
    name: Texts = Field(examples=["name = { fi = 'Lahden palvelupiste' }"])
    """What the point is called, by language."""
    timezone: str = "Europe/Helsinki"
    """What clocks show here; the service day changes at 04:00 of it."""
    languages: list[Language] = Field(["fi", "sv", "en"], min_length=1)
    """What customers may choose, the first one first; services need a name in each, all else in the first (Q18)."""
    first_screen_note: Texts = {}
    """What the dispenser's first screen says beside the choices: guests of a meeting sign in elsewhere (Q1)."""
    hours: WeeklyText = Field(examples=["[hours] mon = ['09:00-16:00']"])
    """The point's weekly hours in local time (Q15): a list of spans for each day; a day that is left out is closed."""
    queue: QueueSettings = QueueSettings()
    """How the queue behaves."""
    areas: list[Area] = Field(min_length=1, examples=["[[areas]] id = 'aula' name = { fi = 'Aula' }"])
    """Floors and waiting areas."""
    authorities: list[Authority] = Field(min_length=1, examples=["[[authorities]] id = 'vero' …"])
    """Whose services are given here."""
    services: list[Service] = Field(min_length=1, examples=["[[services]] id = 'vero' …"])
    """What a customer can queue for."""
    counters: list[Counter] = Field(min_length=1, examples=["[[counters]] id = '1' …"])
    """Desks and rooms."""
    devices: list[Device] = []
    """The point's units."""

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"no time zone is called {value!r}; for example Europe/Helsinki") from None
        return value

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @cached_property
    def service_by_id(self) -> dict[str, Service]:
        return {service.id: service for service in self.services}

    @cached_property
    def counter_by_id(self) -> dict[str, Counter]:
        return {counter.id: counter for counter in self.counters}

    @cached_property
    def authority_by_id(self) -> dict[str, Authority]:
        return {authority.id: authority for authority in self.authorities}

    @cached_property
    def device_by_id(self) -> dict[str, Device]:
        return {device.id: device for device in self.devices}

    @cached_property
    def area_by_id(self) -> dict[str, Area]:
        return {area.id: area for area in self.areas}

    @cached_property
    def offline_ranges(self) -> tuple[OfflineRange, ...]:
        found = (device.offline_numbers for device in self.devices)
        return tuple(OfflineRange(one.first, one.last) for one in found if one is not None)

    def dispenser_of(self, number: str) -> str | None:
        """The unit whose own range this number is of."""
        ranges = ((device.id, device.offline_numbers) for device in self.devices)
        value = int(number) if number.isdigit() else None
        return next((id for id, own in ranges if own and value is not None and own.first <= value <= own.last), None)

    @cached_property
    def calling_rule(self) -> CallingRule:
        return CallingRule(
            need_credit={Need.MORE_TIME: timedelta(minutes=self.queue.more_time_credit_minutes)},
            appointment_credit=timedelta(minutes=self.queue.appointment_credit_minutes),
        )

    def wait_seconds(self, counter: str, service: str) -> int:
        """The waiting time of Q6: the counter's own, else the authority's, else the site's."""
        at_counter = self.counter_by_id[counter].wait_seconds
        of_authority = self.authority_by_id[self.service_by_id[service].authority].wait_seconds
        return at_counter or of_authority or self.queue.wait_seconds

    def opening_hours(self, service: str | None = None, *, always: bool = False) -> OpeningHours:
        """A service's weekly hours, or the point's own."""
        text = self.hours if service is None else (self.service_by_id[service].hours or self.hours)
        return OpeningHours({day: [_span(one) for one in spans] for day, spans in text.items()}, always=always)

    def service_for_the_lost(self) -> str:
        """Where a turn goes whose service is not known here: to advice (Q1), else to the first service."""
        return self.queue.advice_service or self.services[0].id

    def wait_at(self, service: str) -> Texts:
        """Where a customer of this service waits."""
        chosen = self.service_by_id[service]
        if chosen.wait_at or chosen.area is None:
            return chosen.wait_at or self.areas[0].name
        return self.area_by_id[chosen.area].name


Look = Callable[[Site], Iterable[Fault]]


def read_site_file(path: Path, also: Look = lambda _site: ()) -> Site:
    """Read and check a site file. Raises SettingsFileError with every fault, not only the first.

    ``also``: what is looked at besides, once the file has the right shape and all it names is there.
    """
    data = load_toml(path)
    loose = _Loose(data)
    names = list(_reference_faults(loose))
    faults = [*names, *_faults(loose)]
    try:
        site = Site.model_validate(data)
    except ValidationError as error:
        raise SettingsFileError(path, [*faults_of(error, data, Site), *faults]) from None
    if not names:
        faults += also(site)
    if faults:
        raise SettingsFileError(path, faults)
    return site


def _is_span(text: object) -> bool:
    return isinstance(text, str) and re.match(SPAN_PATTERN, text) is not None


def _span(text: str) -> Span:
    opens, _, closes = text.partition("-")
    return Span(time.fromisoformat(opens), time.fromisoformat(closes))


T = TypeVar("T")

_TEXTS: TypeAdapter[Texts] = TypeAdapter(Texts)
_LANGUAGE: TypeAdapter[str] = TypeAdapter(Language)
_RANGE = TypeAdapter(Range)


class _Loose:
    """The parts of a file whose shape may be wrong elsewhere, as far as they can be read."""

    def __init__(self, data: dict[str, Any]) -> None:
        self._data = data

    def rows(self, name: str) -> list[tuple[int, dict[str, Any]]]:
        found = self._data.get(name, [])
        rows = enumerate(found) if isinstance(found, list) else ()
        return [(number, row) for number, row in rows if isinstance(row, dict)]

    def ids(self, name: str) -> list[str]:
        return [row["id"] for _number, row in self.rows(name) if isinstance(row.get("id"), str)]

    def table(self, name: str) -> dict[str, Any]:
        found = self._data.get(name)
        return found if isinstance(found, dict) else {}

    def languages(self) -> list[str]:
        """The site's, as far as they can be read."""
        written = self._data.get("languages", ["fi", "sv", "en"])
        return [one for one in written if _read(_LANGUAGE, one)] if isinstance(written, list) else []

    def name(self) -> Any:
        return self._data.get("name")

    def at(self, *loc: str | int) -> str:
        return place(loc, self._data)


def _read(adapter: TypeAdapter[T], written: object) -> T | None:
    """A part that has the right shape; None for another one, which is told as a fault of shape."""
    try:
        return adapter.validate_python(written)
    except ValidationError:
        return None


_REFERENCES = (
    ("services", "authority", "authorities"),
    ("services", "area", "areas"),
    ("counters", "area", "areas"),
    ("devices", "counter", "counters"),
    ("devices", "area", "areas"),
)


def _reference_faults(data: _Loose) -> Iterator[Fault]:
    """Ids used twice, and ids that nothing has, with the nearest one that exists."""
    for name in ("areas", "authorities", "services", "counters", "devices"):
        ids = data.ids(name)
        for one in sorted({one for one in ids if ids.count(one) > 1}):
            yield Fault(name, f"id {one!r} is used {ids.count(one)} times; each must be used once")
    for table, key, among in _REFERENCES:
        for number, row in data.rows(table):
            yield from _unless_known(data.at(table, number, key), row.get(key), among, data.ids(among))
    for number, row in data.rows("devices"):
        offered = row.get("services", [])
        for nth, wanted in enumerate(offered if isinstance(offered, list) else []):
            yield from _unless_known(
                data.at("devices", number, "services", nth), wanted, "services", data.ids("services")
            )


def _unless_known(where: str, wanted: object, among: str, ids: list[str]) -> Iterator[Fault]:
    if isinstance(wanted, str) and wanted not in ids:
        near = meant(wanted, ids) or (f"; there are {', '.join(ids)}" if ids else "")
        yield Fault(where, f"{wanted!r} is not among {among}{near}")


def _faults(data: _Loose) -> Iterator[Fault]:
    """What the parts of the right shape may still get wrong, also where other parts have the wrong one."""
    queue = data.table("queue")
    yield from _unless_known("queue.advice_service", queue.get("advice_service"), "services", data.ids("services"))
    yield from _hours_faults("hours", data.table("hours"))
    for number, row in data.rows("services"):
        hours = row.get("hours")
        yield from _hours_faults(data.at("services", number, "hours"), hours if isinstance(hours, dict) else {})
        if queue.get("letters") is True and row.get("letter") is None:
            yield Fault(data.at("services", number, "letter"), "is missing; queue.letters is on")
    yield from _name_faults(data)
    yield from _text_faults(data)
    yield from _device_faults(data)


def _name_faults(data: _Loose) -> Iterator[Fault]:
    """A service is named in each language of the site, all else in the first at least: others fall back to that."""
    languages = data.languages()
    for language in sorted({one for one in languages if languages.count(one) > 1}):
        yield Fault("languages", f"{language!r} stands there {languages.count(language)} times")
    languages = list(dict.fromkeys(languages))
    yield from _language_faults("name", data.name(), languages[:1])
    for table in ("areas", "authorities", "services", "counters"):
        wanted = languages if table == "services" else languages[:1]
        for number, row in data.rows(table):
            yield from _language_faults(data.at(table, number, "name"), row.get("name"), wanted)


LONGEST_NAME = 120
"""Letters of a name: two lines of a ticket or a page; what is longer is no name."""

LONGEST_TEXT = 1000
"""Letters of any other text for customers."""

_LONGEST = {"name": LONGEST_NAME, "wait_at": LONGEST_NAME, "other_channels": LONGEST_TEXT}


def _text_faults(data: _Loose) -> Iterator[Fault]:
    """What customers read fits where it is shown, and nothing in it that is not seen changes how the rest is."""
    yield from _writing_faults("name", data.name(), LONGEST_NAME)
    yield from _writing_faults("first_screen_note", data.table("first_screen_note"), LONGEST_TEXT)
    for table in ("areas", "authorities", "services", "counters"):
        for number, row in data.rows(table):
            for key, most in _LONGEST.items():
                yield from _writing_faults(data.at(table, number, key), row.get(key), most)
            for key in ("symbol", "group"):
                yield from _one_writing_faults(data.at(table, number, key), row.get(key), LONGEST_NAME)


def _writing_faults(where: str, texts: object, most: int) -> Iterator[Fault]:
    for language, written in texts.items() if isinstance(texts, dict) else ():
        yield from _one_writing_faults(f"{where}.{language}", written, most)


def _one_writing_faults(where: str, written: object, most: int) -> Iterator[Fault]:
    """Of a text that can be read: one that is none is told as a fault of shape."""
    if not isinstance(written, str):
        return
    if len(written) > most:
        yield Fault(where, f"has {len(written)} letters; {most} or less wanted")
    allowed = _ALLOWED if most == LONGEST_NAME else _ALLOWED | {"\n"}
    if unseen := sorted({letter for letter in written if _is_unseen(letter)} - allowed):
        named = ", ".join(f"U+{ord(letter):04X}" for letter in unseen[:MOST_UNSEEN_NAMED])
        yield Fault(where, f"has signs that cannot be shown: {named}; letters alone wanted")


MOST_UNSEEN_NAMED = 5

_ALLOWED = frozenset("\u00ad\u061c\u200c\u200d\u200e\u200f")
"""Unseen, but needed to write some languages rightly: where a word may be parted, what is joined, and which way."""


def _is_unseen(letter: str) -> bool:
    """Control characters, and what turns the direction of the letters after it."""
    return unicodedata.category(letter) in ("Cc", "Cf", "Zl", "Zp", "Co")


def _device_faults(data: _Loose) -> Iterator[Fault]:
    ranges: list[tuple[str, OfflineRange]] = []
    for number, row in data.rows("devices"):
        where, kind = data.at("devices", number, "offline_numbers"), row.get("kind")
        if kind == DeviceKind.COUNTER_DISPLAY and "counter" not in row:
            yield Fault(data.at("devices", number, "counter"), "is missing; a counter display stands at one")
        if kind == DeviceKind.TICKET_DISPENSER and "offline_numbers" not in row:
            yield Fault(where, "is missing; for example offline_numbers = { from = 900, to = 949 }")
        written = _read(_RANGE, row.get("offline_numbers"))
        if written is None:
            continue
        span = OfflineRange(written.first, written.last)
        yield from _range_faults(where, span)
        for other, theirs in ranges:
            if span.overlaps(theirs):
                yield Fault(where, f"overlap those of {other!r}; each dispenser needs its own")
        ranges.append((str(row.get("id")), span))


def _range_faults(where: str, span: OfflineRange) -> Iterator[Fault]:
    if span.first > span.last:
        yield Fault(where, f"from {span.first} is after to {span.last}")
    elif span.last - span.first >= MOST_OFFLINE_NUMBERS:
        count = span.last - span.first + 1
        yield Fault(where, f"are {count} numbers; {MOST_OFFLINE_NUMBERS} or less wanted, such as 900 to 949")
    if span.first < FIRST_OFFLINE_NUMBER:
        series = f"001 to {FIRST_OFFLINE_NUMBER - 1} are the point's own series"
        yield Fault(where, f"begin at {span.first}; {series}: {FIRST_OFFLINE_NUMBER} or more")


def _hours_faults(where: str, hours: Mapping[str, Any]) -> Iterator[Fault]:
    """Of those spans that can be read: what is written wrongly is told as a fault of shape."""
    for day, written in hours.items():
        texts = [text for text in written if _is_span(text)] if isinstance(written, list) else []
        spans = [_span(text) for text in texts]
        for text, span in zip(texts, spans, strict=True):
            if span.opens >= span.closes:
                yield Fault(f"{where}.{day}", f"{text} closes before it opens")
        for earlier, later in itertools.pairwise(spans):
            if later.opens < earlier.closes:
                yield Fault(f"{where}.{day}", f"{later.opens:%H:%M} begins before {earlier.closes:%H:%M} has ended")


def _language_faults(where: str, written: object, languages: Iterable[str]) -> Iterator[Fault]:
    """Of a name that can be read: one that is not there is told as a fault of shape."""
    texts = _read(_TEXTS, written)
    missing = [one for one in languages if not texts.get(one, "").strip()] if texts is not None else []
    if missing:
        yield Fault(where, f"is missing in {', '.join(missing)}")
