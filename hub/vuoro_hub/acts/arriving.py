"""Arriving: a number is given, printed, or given up (Q1, contract §2.3)."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from vuoro_mqtt.payloads import Estimate, Need, RefusalCode, TicketIssued, TicketPrinted
from vuoro_mqtt.values import instant_text, text_in

from vuoro_hub.acts.transaction import Transaction
from vuoro_hub.acts.waiting import estimate_for
from vuoro_hub.domain.refusals import Refusal, refuse, service_unknown
from vuoro_hub.domain.roles import Permission
from vuoro_hub.domain.service_day import day_begins, service_day
from vuoro_hub.domain.turns import Turn, TurnState, cancel, leave
from vuoro_hub.store.prepared import AnyRow
from vuoro_hub.store.records import turn_of


@dataclass(frozen=True)
class Wish:
    """What a customer asks for. ``late`` when asked earlier, from a journal: then it needs its paper to count."""

    service: str
    language: str = "fi"
    needs: tuple[Need, ...] = ()
    request: str | None = None
    device: str | None = None
    asked_at: datetime | None = None
    late: bool = False


@dataclass(frozen=True)
class Issued:
    """A number given. ``position`` and ``estimate`` are unknown for a turn that waits for its paper."""

    visit: str
    turn: str
    number: str
    service: str
    position: int | None
    estimate: Estimate | None
    token: str
    follow_url: str
    at: datetime

    def as_payload(self) -> TicketIssued:
        """As it is answered."""
        return TicketIssued(
            visit=self.visit,
            number=self.number,
            service=self.service,
            position=self.position,
            estimate=self.estimate,
            follow_url=self.follow_url,
            at=self.at,
        )


def give_number(t: Transaction, wish: Wish) -> Issued | Refusal:
    """Give the next number of the series and put the turn in line."""
    service = wish.service
    if service not in t.site.service_by_id:
        if not wish.late:
            return service_unknown(service)
        service = t.site.service_for_the_lost()
    if refusal := t.forbidden(Permission.GIVE_NUMBER, t.authority_of(service)):
        return refusal
    if not wish.late and not t.point.hours(service).open_at(t.now, t.site.zone):
        return service_closed(t, service)
    arrived = _arrival(t, wish)
    state = TurnState.HELD if wish.late else TurnState.WAITING
    visit, turn = _enter(t, replace(wish, service=service), arrived, state)
    t.record(
        "ticket.issued",
        visit=visit.id,
        turn=turn.id,
        number=visit.number,
        service=service,
        needs=[need.value for need in wish.needs],
        late=wish.late,
        wished=wish.service,
    )
    if wish.request and (paper := t.records.paper(wish.request)):
        visit, turn = _follow_paper(t, visit, turn, paper)
    waits = turn.state is TurnState.WAITING
    position = t.records.position(turn, visit.day) if waits else None
    estimate = estimate_for(t, service, position) if position else None
    t.changed(services=True, calls=True)
    url = f"{t.point.public_url}/v/{visit.token}"
    return Issued(visit.id, turn.id, visit.number, service, position, estimate, visit.token, url, t.now)


def service_closed(t: Transaction, service: str) -> Refusal:
    """Closed now: when it next serves, and the other channels (Q14)."""
    opens = t.point.hours(service).next_open(t.now, t.site.zone)
    channels = t.site.service_by_id[service].other_channels
    when = {
        "fi": f" Palvelee seuraavan kerran {opens:%-d.%-m. klo %-H.%M}." if opens else "",
        "sv": f" Öppnar nästa gång {opens:%-d.%-m kl. %-H.%M}." if opens else "",
        "en": f" Next open on {opens:%-d %B at %H:%M}." if opens else "",
    }
    said = {"fi": "Palvelu on nyt kiinni.", "sv": "Tjänsten är stängd nu.", "en": "This service is closed now."}
    text = {tag: f"{said[tag]}{when[tag]} {text_in(channels, tag)}".strip() for tag in said}
    refusal = refuse(RefusalCode.SERVICE_CLOSED, **text, service=service)
    return replace(refusal, details={**refusal.details, "next_open": instant_text(opens) if opens else None})


def paper_printed(t: Transaction, request: str, printed: TicketPrinted, device: str, at: datetime) -> str:
    """Paper is the truth: the visit takes the printed number, and a held turn its place at its own time."""
    t.records.put_paper(
        request,
        device=device,
        number=printed.number,
        offline=printed.offline,
        medium=printed.medium,
        uncertain=printed.uncertain,
        at=at,
    )
    paper = t.records.paper(request)
    row = t.records.visit_of_request(request)
    if row is None:
        if not _enter_refused(t, paper):
            # Its request is on its way. Till then the number is nobody else's: the series passes it by.
            t.record("paper.kept", **printed.model_dump(mode="json"))
        return request
    visit = _visit_of(row)
    for turn in t.records.turns_of_visit(visit.id):
        visit, _turn = _follow_paper(t, visit, turn_of(turn), paper)
    return request


def ticket_abandoned(t: Transaction, request: str, reason: str) -> str:
    """Nobody got this number: its turns are cancelled."""
    visit = t.records.visit_of_request(request)
    for row in t.records.turns_of_visit(visit.id) if visit else []:
        cancelled = cancel(turn_of(row), t.now)
        if isinstance(cancelled, Turn):
            t.records.store_turn(cancelled)
            t.changed(services=True, calls=True, counters=(row.counter,))
    t.record("ticket.abandoned", visit=visit.id if visit else None, request=request, reason=reason)
    return request


def _arrival(t: Transaction, wish: Wish) -> datetime:
    """A late wish counts from its own time, as far as its clock can be right: never from the future."""
    return min(wish.asked_at, t.now) if wish.late and wish.asked_at else t.now


@dataclass(frozen=True)
class _Visit:
    """The part of a visit that acts here change."""

    id: str
    day: date
    number: str
    token: str


def _visit_of(row: AnyRow) -> _Visit:
    return _Visit(row.id, row.day, row.number, row.token or "")


def _enter(t: Transaction, wish: Wish, arrived: datetime, state: TurnState) -> tuple[_Visit, Turn]:
    day = service_day(arrived, t.site.zone)
    letter = (t.site.service_by_id[wish.service].letter or "") if t.site.queue.letters else ""
    number = t.records.take_number(day, letter, t.site.offline_ranges, day_begins(day, t.site.zone))
    visit = _Visit(t.point.new_id(), day, number, t.point.new_token())
    turn = Turn(
        id=t.point.new_id(),
        visit=visit.id,
        number=number,
        service=wish.service,
        state=state,
        arrived_at=arrived,
        line_at=arrived,
        rank_at=t.site.calling_rule.rank(arrived, wish.needs, None),
        needs=wish.needs,
    )
    t.records.add_visit(
        id=visit.id,
        day=day,
        number=number,
        language=wish.language,
        needs=[need.value for need in wish.needs],
        arrived_at=arrived,
        token=visit.token,
        request=wish.request,
        device=wish.device,
        medium=None,
        paper_number=None,
    )
    t.records.add_turn(turn, day)
    return visit, turn


def _follow_paper(t: Transaction, visit: _Visit, turn: Turn, paper: Any) -> tuple[_Visit, Turn]:
    """The record follows the paper."""
    t.records.change_visit(visit.id, medium=paper.medium)
    if visit.number != paper.number:
        visit = _renumber(t, visit, paper.number)
    followed = replace(turn, number=visit.number)
    if followed.state is TurnState.HELD:
        past = visit.day < t.day
        followed = leave(followed, t.now) if past else replace(followed, state=TurnState.WAITING)
    if followed != turn:
        t.records.store_turn(followed)
        t.changed(services=True, calls=True, counters=(turn.counter,))
    t.record(
        "ticket.printed",
        visit=visit.id,
        turn=turn.id,
        number=paper.number,
        offline=paper.offline,
        medium=paper.medium,
        uncertain=paper.uncertain,
    )
    return visit, followed


def _renumber(t: Transaction, visit: _Visit, number: str) -> _Visit:
    other = t.records.visit_numbered(visit.day, number)
    if other is not None:
        # Two papers with one number: two dispensers share a range. Both customers keep a place; the staff is told.
        t.records.change_visit(visit.id, paper_number=number)
        t.record("number.clashed", visit=visit.id, number=number, other=other, kept=visit.number)
        return visit
    t.record("visit.renumbered", visit=visit.id, before=visit.number, after=number)
    t.records.change_visit(visit.id, number=number)
    if dispenser := t.site.dispenser_of(number):
        t.changed(devices=(dispenser,))
    return replace(visit, number=number)


def _enter_refused(t: Transaction, paper: Any) -> bool:
    """A ticket that was refused and yet printed: somebody holds this paper, so it gets its place. False for others."""
    refused = t.records.answer(paper.request)
    if refused is None or refused.type != "refused":
        return False
    kind, _, body = (refused.asked or "").partition(" ")
    if kind != "ticket.requested":
        return False
    asked = json.loads(body)
    known = asked["service"] in t.site.service_by_id
    wish = Wish(
        service=asked["service"] if known else t.site.service_for_the_lost(),
        language=asked["language"],
        needs=tuple(Need(need) for need in asked["needs"]),
        request=paper.request,
        device=paper.device,
    )
    visit, turn = _enter(t, wish, min(paper.at, t.now), TurnState.HELD)
    t.record("ticket.issued", visit=visit.id, turn=turn.id, number=visit.number, service=wish.service, refused=True)
    _follow_paper(t, visit, turn, paper)
    return True


def close_open_turns_before(t: Transaction) -> int:
    """The service day has changed: what is still open from earlier days is closed as left. Returns how many."""
    rows = t.records.open_before(t.day)
    for row in rows:
        t.records.store_turn(leave(turn_of(row), t.now))
        t.record("turn.left", visit=row.visit, turn=row.id, state=row.state)
        t.changed(services=True, calls=True, counters=(row.counter,))
    return len(rows)
