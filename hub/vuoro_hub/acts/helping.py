"""Calls for help: wanted at a unit, seen by everybody who may come, taken by one (Q17)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from vuoro_mqtt.values import Texts, instant_text

from vuoro_hub.acts.transaction import Transaction
from vuoro_hub.domain import help_calls as rules
from vuoro_hub.domain.help_calls import HelpCall
from vuoro_hub.domain.refusals import Refusal, invalid, role_may_not, service_unknown
from vuoro_hub.domain.roles import Permission, Person


def want_help(t: Transaction, device: str, service: str | None, at: datetime) -> HelpCall | Refusal | None:
    """Somebody at a unit wants a person's help. None for a press that comes so late that nobody stands there now."""
    if service is not None and service not in t.site.service_by_id:
        return service_unknown(service)
    known = next((call for call in t.records.open_help_calls() if rules.pressed_again(call, device, t.now)), None)
    late = t.now - at >= rules.STILL_WANTED
    call = known or (None if late else _new_call(t, HelpCall(t.point.new_id(), device, service, min(at, t.now))))
    t.record(
        "help.wanted",
        device=device,
        service=service,
        call=call.id if call else None,
        again=known is not None,
        pressed_at=instant_text(at),
    )
    return call


def _new_call(t: Transaction, call: HelpCall) -> HelpCall:
    t.records.add_help_call(call)
    t.changed(pages=True)
    return call


def take_help_call(t: Transaction, call_id: str) -> HelpCall | Refusal:
    """Say that one is coming: the call is gone for everybody else."""
    call = t.records.help_call(call_id)
    if call is None:
        return unknown_call(call_id)
    if refusal := t.forbidden(Permission.ANSWER_HELP, _authority(t, call)):
        return refusal
    taken = rules.take(call, t.by.person.name if t.by.person else t.by.name, t.now)
    if isinstance(taken, Refusal) or taken == call:
        return taken
    t.records.store_help_call(taken)
    t.record("help.taken", call=call.id, device=call.device, service=call.service)
    t.changed(pages=True)
    return taken


def open_help_calls(t: Transaction) -> list[HelpCall] | Refusal:
    """The open calls that this person may answer, the longest waiting first."""
    person = t.by.person
    if person is not None and person.authorities(Permission.ANSWER_HELP) == frozenset():
        return role_may_not(Permission.ANSWER_HELP.value)
    return answerable(t, person, t.records.open_help_calls())


def answerable(t: Transaction, person: Person | None, calls: list[HelpCall]) -> list[HelpCall]:
    """Those that a person may answer: an advisor all, a guide the own authority's (table R)."""
    return [call for call in calls if person is None or person.may(Permission.ANSWER_HELP, _authority(t, call))]


def end_help_calls_left_open(t: Transaction) -> int:
    """At the end of the service day a call that nobody took is over. Returns how many there were."""
    left = t.records.open_help_calls()
    for call in left:
        t.records.store_help_call(rules.end(call, t.now))
        t.record("help.ended", call=call.id, device=call.device, service=call.service)
        t.changed(pages=True)
    return len(left)


def place_of(t: Transaction, device: str) -> Texts:
    """Where a unit stands, as the site file has it: its counter, else its area; empty where it says nothing."""
    known = t.site.device_by_id.get(device)
    counter = t.site.counter_by_id.get(known.counter or "") if known else None
    area = t.site.area_by_id.get(known.area or "") if known else None
    return counter.name if counter else (area.name if area else {})


def unknown_call(call_id: str) -> Refusal:
    return replace(invalid(f"No call for help has the id {call_id}.", call=call_id), missing=True)


def _authority(t: Transaction, call: HelpCall) -> str | None:
    return t.authority_of(call.service) if call.service else None
