"""Calls about calls for help: see the open ones, and say that one is coming (Q17)."""

from __future__ import annotations

from typing import Any

from vuoro_mqtt.payloads import RefusalCode

from vuoro_hub.acts import helping
from vuoro_hub.acts.seeing import HelpCallSeen, help_call_seen, open_help_calls_seen
from vuoro_hub.acts.transaction import Transaction
from vuoro_hub.domain.refusals import Refusal
from vuoro_hub.web.api.call import Asked, Call, No, Nothing
from vuoro_hub.web.api.examples import HELP_CALL

GROUP = "help-calls"
ANSWERERS = "advisor; guide for calls about a service of the own authority"


def _list(t: Transaction, _asked: Asked[Nothing]) -> list[HelpCallSeen] | Refusal:
    return open_help_calls_seen(t)


def _take(t: Transaction, asked: Asked[Nothing]) -> HelpCallSeen | Refusal:
    outcome = helping.take_help_call(t, asked.path["call"])
    return outcome if isinstance(outcome, Refusal) else help_call_seen(t, outcome)


CALLS: tuple[Call[Any], ...] = (
    Call(
        "GET",
        "/help-calls",
        "list-help-calls",
        GROUP,
        "List the open calls for help",
        "Somebody at a unit wants a person's help (Q17). A call is open until somebody takes it or the service day "
        "ends.",
        list[HelpCallSeen],
        "The open calls that the caller may answer, the longest waiting first.",
        Nothing,
        _list,
        [HELP_CALL],
        who=ANSWERERS,
        noes=(No(403, RefusalCode.NOT_ALLOWED, "the caller's roles answer no calls for help"),),
        etag=True,
    ),
    Call(
        "POST",
        "/help-calls/{call}/take",
        "take-help-call",
        GROUP,
        "Say that one is coming",
        "The call is taken by one, and gone for everybody else. Taking one's own call again changes nothing.",
        HelpCallSeen,
        "The call as it is now.",
        Nothing,
        _take,
        {**HELP_CALL, "taken_by": "advisor", "taken_at": "2023-09-01T07:20:31.400000Z"},
        who=ANSWERERS,
        noes=(
            No(404, RefusalCode.INVALID, "no call for help has this id"),
            No(403, RefusalCode.NOT_ALLOWED, "the caller's roles do not answer this call"),
            No(
                409,
                RefusalCode.NOT_ALLOWED,
                "somebody else has taken it (`taken_by`), or it ended with its service day",
            ),
        ),
        parts={"call": "Id of the call, from the list of open calls."},
    ),
)
