"""The site file: one service point as data (TOML). Read once at start; every fault is told at once, with its place."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from datetime import time, timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, StringConstraints, ValidationError, field_validator
from vuoro_mqtt.payloads import DeviceKind, Need
from vuoro_mqtt.values import Id, Language, Texts

from vuoro_hub.domain.calling import CallingRule
from vuoro_hub.domain.numbering import OfflineRange
from vuoro_hub.domain.opening_hours import OpeningHours, Span
from vuoro_hub.toml_file import Section, TomlFileError, faults_of, load_toml, meant

SpanText = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$")]
WeeklyText = dict[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], list[SpanText]]


class QueueSettings(Section):
    """How the queue behaves; each may be changed by the site (Q6, Q3, Q11)."""

    wait_seconds: int = Field(150, ge=10, le=3600)
    """How long a called customer is waited for before the turn may be marked missed (Q6)."""
    more_time_factor: float = Field(2.0, ge=1, le=5)
    """The same for a customer who needs more time (Q6)."""
    miss_by_itself: bool = False
    """Whether a called turn becomes missed by itself when the waiting time is over (Q6: off)."""
    letters: bool = False
    """A letter per service before the number; off, so that numbers tell nothing (Q3)."""
    coming_shown: int = Field(8, ge=0, le=30)
    """How many coming numbers the displays show (Q11)."""
    appointment_credit_minutes: int = Field(0, ge=0, le=240)
    """How much earlier than its booked time an appointment stands in line."""
    advice_service: Id | None = None
    """The service behind "I do not know which" (Q1): it leads to an advisor, and takes in who fits nowhere else."""
    more_time_credit_minutes: int = Field(0, ge=0, le=240)
    """How much earlier a customer who needs more time stands in line."""


class Authority(Section):
    id: Id
    name: Texts
    wait_seconds: int | None = Field(None, ge=10, le=3600)


class Service(Section):
    """What a customer can queue for; the name in the customer's words (Q1)."""

    id: Id
    authority: Id
    name: Texts
    symbol: str | None = None
    mode: Literal["on-site", "remote"] = "on-site"
    hours: WeeklyText | None = None
    """Weekly hours; the point's own where not given."""
    other_channels: Texts = {}
    """What to do when it is closed (Q14), in the authority's own words (Q12)."""
    letter: Annotated[str, StringConstraints(pattern=r"^[A-Z]$")] | None = None
    group: str | None = None
    wait_at: Texts = {}
    """Where to wait (Q1); the area's name where not given."""
    area: Id | None = None


class Counter(Section):
    id: Id
    name: Texts
    area: Id
    wait_seconds: int | None = Field(None, ge=10, le=3600)


class Area(Section):
    """A floor or waiting area, named on displays where there are several (Q4)."""

    id: Id
    name: Texts


class Range(Section):
    first: int = Field(alias="from", ge=1, le=999_999)
    last: int = Field(alias="to", ge=1, le=999_999)


class Device(Section):
    id: Id
    kind: DeviceKind
    counter: Id | None = None
    area: Id | None = None
    offline_numbers: Range | None = None
    services: list[Id] = []
    simulated: Literal["pygame", "led-matrix", "lcd"] | None = None
    """What the demo's body of this unit shows."""


class Site(Section):
    """One service point."""

    id: Id
    name: Texts
    timezone: str = "Europe/Helsinki"
    languages: list[Language] = ["fi", "sv", "en"]
    first_screen_note: Texts = {}
    hours: WeeklyText
    queue: QueueSettings = QueueSettings()
    areas: list[Area] = Field(min_length=1)
    authorities: list[Authority] = Field(min_length=1)
    services: list[Service] = Field(min_length=1)
    counters: list[Counter] = Field(min_length=1)
    devices: list[Device] = []

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


def read_site_file(path: Path) -> Site:
    """Read and check a site file. Raises TomlFileError with every fault, not only the first."""
    data = load_toml(path)
    try:
        site = Site.model_validate(data)
    except ValidationError as error:
        shape = faults_of(error, data, Site)
        raise TomlFileError(path, shape + list(_reference_faults(_Loose(data)))) from None
    faults = list(_faults(site))
    if faults:
        raise TomlFileError(path, faults)
    return site


def _span(text: str) -> Span:
    opens, _, closes = text.partition("-")
    return Span(time.fromisoformat(opens), time.fromisoformat(closes))


class _Loose:
    """The lists of a file whose shape is wrong, as far as they can be read."""

    def __init__(self, data: dict[str, Any]) -> None:
        self._data = data

    def rows(self, name: str) -> list[dict[str, Any]]:
        found = self._data.get(name, [])
        return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []

    def ids(self, name: str) -> list[str]:
        return [row["id"] for row in self.rows(name) if isinstance(row.get("id"), str)]


_REFERENCES = (
    ("services", "authority", "authorities"),
    ("services", "area", "areas"),
    ("counters", "area", "areas"),
    ("devices", "counter", "counters"),
    ("devices", "area", "areas"),
)


def _reference_faults(data: _Loose) -> Iterator[str]:
    """Ids used twice, and ids that nothing has, with the nearest one that exists."""
    for name in ("areas", "authorities", "services", "counters", "devices"):
        ids = data.ids(name)
        for one in sorted({one for one in ids if ids.count(one) > 1}):
            yield f"{name}: id {one!r} is used {ids.count(one)} times; each must be used once"
    for table, key, among in _REFERENCES:
        for row in data.rows(table):
            wanted = row.get(key)
            if isinstance(wanted, str) and wanted not in data.ids(among):
                near = meant(wanted, data.ids(among))
                yield f"{table} {row.get('id', '?')!r}: {key} {wanted!r} is not among {among}{near}"
    for row in data.rows("devices"):
        offered = row.get("services", [])
        for wanted in offered if isinstance(offered, list) else []:
            if isinstance(wanted, str) and wanted not in data.ids("services"):
                near = meant(wanted, data.ids("services"))
                yield f"devices {row.get('id', '?')!r}: service {wanted!r} is not among services{near}"


def _faults(site: Site) -> Iterator[str]:
    """What a file of the right shape may still get wrong."""
    yield from _reference_faults(_Loose(site.model_dump(by_alias=True)))
    yield from _hours_faults("hours", site.hours)
    for service in site.services:
        yield from _hours_faults(f"services {service.id!r}: hours", service.hours or {})
        yield from _language_faults(f"services {service.id!r}: name", service.name, site.languages)
        if site.queue.letters and service.letter is None:
            yield f"services {service.id!r}: letter is missing; queue.letters is on"
    for counter in site.counters:
        yield from _language_faults(f"counters {counter.id!r}: name", counter.name, site.languages[:1])
    advice = site.queue.advice_service
    if advice is not None and advice not in site.service_by_id:
        yield f"queue.advice_service: {advice!r} is not among services{meant(advice, site.service_by_id)}"
    yield from _device_faults(site)


def _device_faults(site: Site) -> Iterator[str]:
    ranges: list[tuple[str, OfflineRange]] = []
    for device in site.devices:
        where = f"devices {device.id!r}"
        if device.kind is DeviceKind.COUNTER_DISPLAY and device.counter is None:
            yield f"{where}: counter is missing; a counter display stands at one"
        if device.kind is DeviceKind.TICKET_DISPENSER and device.offline_numbers is None:
            yield f"{where}: offline_numbers is missing; for example {{ from = 900, to = 949 }}"
        if device.offline_numbers is None:
            continue
        span = OfflineRange(device.offline_numbers.first, device.offline_numbers.last)
        if span.first > span.last:
            yield f"{where}: offline_numbers from {span.first} is after to {span.last}"
        for other, theirs in ranges:
            if span.overlaps(theirs):
                yield f"{where}: offline_numbers overlap those of {other!r}; each dispenser needs its own"
        ranges.append((device.id, span))


def _hours_faults(where: str, hours: WeeklyText) -> Iterator[str]:
    for day, texts in hours.items():
        spans = [_span(text) for text in texts]
        for text, span in zip(texts, spans, strict=True):
            if span.opens >= span.closes:
                yield f"{where}.{day}: {text} closes before it opens"
        for earlier, later in itertools.pairwise(spans):
            if later.opens < earlier.closes:
                yield f"{where}.{day}: {later.opens:%H:%M} begins before {earlier.closes:%H:%M} has ended"


def _language_faults(where: str, texts: Texts, languages: Iterable[str]) -> Iterator[str]:
    missing = [language for language in languages if not texts.get(language)]
    if missing:
        yield f"{where}: missing in {', '.join(missing)}"
