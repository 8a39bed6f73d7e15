"""From a form of a page to an act of table R, and from its outcome to what the page keeps of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from vuoro_mqtt.payloads import Need
from werkzeug.datastructures import MultiDict

from vuoro_hub.acts import arriving, calling, helping, marking, moving
from vuoro_hub.acts.arriving import Issued, Wish
from vuoro_hub.acts.calling import CounterNow
from vuoro_hub.acts.moving import Phrase
from vuoro_hub.acts.transaction import Transaction
from vuoro_hub.domain.help_calls import HelpCall
from vuoro_hub.domain.refusals import Refusal, invalid
from vuoro_hub.domain.turns import Turn


@dataclass(frozen=True)
class Asked:
    """One act as a form asks for it."""

    act: str
    turn: str | None = None
    counter: str | None = None
    service: str | None = None
    services: tuple[str, ...] = ()
    phrase: str | None = None
    language: str | None = None
    needs: tuple[str, ...] = ()
    help_call: str | None = None

    @staticmethod
    def from_form(form: MultiDict[str, str]) -> Asked | None:
        """None when no act of that name exists."""
        act = form.get("act", "")
        if act not in ACTS:
            return None
        return Asked(
            act=act,
            turn=form.get("turn") or None,
            counter=form.get("counter") or None,
            service=form.get("service") or None,
            services=tuple(form.getlist("services")),
            phrase=form.get("phrase") or None,
            language=form.get("language") or None,
            needs=tuple(form.getlist("needs")),
            help_call=form.get("help_call") or None,
        )

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


Outcome = Turn | CounterNow | Issued | HelpCall | Refusal


def outcome_told(outcome: Any) -> tuple[str, str]:
    """What is kept as the answer to a form."""
    if isinstance(outcome, Refusal):
        return "refused", json.dumps({"code": outcome.code.value, "text": outcome.text})
    if isinstance(outcome, Turn):
        return "done", json.dumps({"turn": outcome.id, "number": outcome.number})
    if isinstance(outcome, Issued):
        kept = {"turn": outcome.turn, "number": outcome.number, "follow_url": outcome.follow_url}
        return "done", json.dumps({**kept, "service": outcome.service, "position": outcome.position})
    return "done", "{}"


def _turn_act(act: Callable[[Transaction, str], Turn | Refusal]) -> Callable[[Transaction, Asked], Outcome]:
    return lambda t, asked: act(t, asked.turn or "")


def _open(t: Transaction, asked: Asked) -> Outcome:
    return calling.open_counter(t, asked.counter or "", asked.services or None)


def _take_over(t: Transaction, asked: Asked) -> Outcome:
    return calling.open_counter(t, asked.counter or "", None, take_over=True)


def _use(t: Transaction, asked: Asked) -> Outcome:
    """Go on at a counter that is one's own already."""
    counter = t.records.counter(asked.counter or "")
    return CounterNow(counter, None) if counter.open else calling.open_counter(t, counter.id, None)


def _close(t: Transaction, asked: Asked) -> Outcome:
    return calling.close_counter(t, asked.counter or "")


def _next(t: Transaction, asked: Asked) -> Outcome:
    return calling.call_next(t, asked.counter or "")


def _call(t: Transaction, asked: Asked) -> Outcome:
    return calling.call_next(t, asked.counter or "", asked.turn)


def _again(t: Transaction, asked: Asked) -> Outcome:
    """Finished by mistake: the visit goes on at the same service and is called at once."""
    turn = t.records.turn(asked.turn or "")
    if turn is None:
        return calling.unknown_turn(asked.turn or "")
    added = moving.add_next(t, turn.id, turn.service)
    return added if isinstance(added, Refusal) else calling.call_next(t, asked.counter or "", added.id)


def _transfer(t: Transaction, asked: Asked) -> Outcome:
    return moving.transfer(t, asked.turn or "", asked.service or "")


def _chain(t: Transaction, asked: Asked) -> Outcome:
    return moving.add_next(t, asked.turn or "", asked.service or "")


def _tell(t: Transaction, asked: Asked) -> Outcome:
    known = {phrase.value: phrase for phrase in Phrase}
    phrase = known.get(asked.phrase or "")
    if phrase is None:
        return invalid(
            "There is no such phrase. Choose one of those on the page.",
            fi="Tällaista viestiä ei ole. Valitse jokin sivulla olevista.",
            sv="Det finns inget sådant meddelande. Välj ett av dem på sidan.",
        )
    return moving.tell_clerk(t, asked.turn or "", phrase)


def _give(t: Transaction, asked: Asked) -> Outcome:
    return arriving.give_number(t, Wish(asked.service or "", asked.language or "fi", _needs(asked)))


def _mark(t: Transaction, asked: Asked) -> Outcome:
    return marking.mark_needs(t, asked.turn or "", _needs(asked))


def _needs(asked: Asked) -> tuple[Need, ...]:
    known = {need.value: need for need in Need}
    return tuple(known[need] for need in dict.fromkeys(asked.needs) if need in known)


def _take_help(t: Transaction, asked: Asked) -> Outcome:
    return helping.take_help_call(t, asked.help_call or "")


ACTS: Mapping[str, Callable[[Transaction, Asked], Outcome]] = {
    "open": _open,
    "take-over": _take_over,
    "use": _use,
    "close": _close,
    "next": _next,
    "call": _call,
    "again": _again,
    "recall": _turn_act(calling.recall),
    "serve": _turn_act(calling.serve),
    "finish": _turn_act(calling.finish),
    "miss": _turn_act(calling.miss),
    "park": _turn_act(calling.park),
    "resume": _turn_act(calling.resume),
    "cancel": _turn_act(moving.cancel),
    "transfer": _transfer,
    "chain": _chain,
    "tell": _tell,
    "give": _give,
    "needs": _mark,
    "take-help": _take_help,
}
