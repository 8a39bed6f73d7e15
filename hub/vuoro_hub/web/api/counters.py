"""Calls about counters: see them, open, close, call the next."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StringConstraints
from vuoro_mqtt.payloads import RefusalCode
from vuoro_mqtt.values import Id, Payload

from vuoro_hub.acts import calling
from vuoro_hub.acts.calling import CounterNow
from vuoro_hub.acts.seeing import CounterSeen, TurnSeen, all_counters, one_counter
from vuoro_hub.acts.transaction import Transaction
from vuoro_hub.domain.refusals import Refusal
from vuoro_hub.web.api.call import Asked, Call, No, Nothing
from vuoro_hub.web.api.examples import CALLED_TURN, COUNTER, TURN_ID
from vuoro_hub.web.api.turns import shown

GROUP = "counters"
PARTS = {"counter": "Id of the counter."}
NO_SUCH_COUNTER = No(404, RefusalCode.INVALID, "no counter has this id")
NO_CLERK = No(403, RefusalCode.NOT_ALLOWED, "the caller's roles do not allow it")

TurnId = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{1,64}$")]


class Opening(Payload):
    """For which services."""

    services: list[Id] = Field(
        [], description="Services of the caller's own authority; all of them where not given.", max_length=100
    )
    take_over: bool = Field(
        False,
        description="Take the counter over when a colleague of the same authority has it open: for the colleague's "
        "services where none are given. Whoever is called or served there stays so.",
    )


class CallWanted(Payload):
    """Whom to call."""

    turn: TurnId | None = Field(None, description="That turn; the next by the rule where not given.")


def _list(t: Transaction, _asked: Asked[Nothing]) -> list[CounterSeen]:
    return all_counters(t)


def _open(t: Transaction, asked: Asked[Opening]) -> CounterSeen | Refusal:
    counter = asked.path["counter"]
    services = tuple(dict.fromkeys(asked.given.services)) or None
    return _seen(t, calling.open_counter(t, counter, services, take_over=asked.given.take_over))


def _close(t: Transaction, asked: Asked[Nothing]) -> CounterSeen | Refusal:
    return _seen(t, calling.close_counter(t, asked.path["counter"]))


def _call(t: Transaction, asked: Asked[CallWanted]) -> TurnSeen | Refusal:
    return shown(t, calling.call_next(t, asked.path["counter"], asked.given.turn))


def _seen(t: Transaction, outcome: CounterNow | Refusal) -> CounterSeen | Refusal:
    return outcome if isinstance(outcome, Refusal) else one_counter(t, outcome.counter.id)


CALLS: tuple[Call[Any], ...] = (
    Call(
        "GET",
        "/counters",
        "list-counters",
        GROUP,
        "List the counters",
        "Every counter of the point with its state, and who has it open for which services.",
        list[CounterSeen],
        "The counters, in the order of the point's file.",
        Nothing,
        _list,
        [COUNTER],
        who="everybody of the staff",
        etag=True,
    ),
    Call(
        "POST",
        "/counters/{counter}/open",
        "open-counter",
        GROUP,
        "Open a counter",
        "Rooms are shared: any clerk may open a free one, for services of the own authority. Opening it again changes "
        "the services. With `take_over` a clerk goes on at a counter that a colleague of the same authority has left "
        "open.",
        CounterSeen,
        "The counter's state.",
        Opening,
        _open,
        {**COUNTER, "state": "free", "number": None, "called_at": None, "wait_until": None, "showing": 0, "turn": None},
        who="clerk",
        noes=(
            NO_SUCH_COUNTER,
            No(
                403,
                RefusalCode.NOT_ALLOWED,
                "not a clerk, a service of another authority, or a counter of another authority to be taken over",
            ),
            No(409, RefusalCode.NOT_ALLOWED, "somebody else has it open; `opened_by` says who"),
            No(422, RefusalCode.INVALID, "a service that the point does not have"),
        ),
        parts=PARTS,
        takes_example={"services": ["vero"], "take_over": False},
    ),
    Call(
        "POST",
        "/counters/{counter}/close",
        "close-counter",
        GROUP,
        "Close a counter",
        "A clerk: only when nobody is called or served there. The coordinator may close a counter whose clerk is gone: "
        "a called turn goes back to its place in line as waiting, and a turn being served is finished. Closing a "
        "closed one changes nothing.",
        CounterSeen,
        "The counter's state.",
        Nothing,
        _close,
        {
            **COUNTER,
            "state": "closed",
            "number": None,
            "called_at": None,
            "wait_until": None,
            "showing": 0,
            "opened_by": None,
            "services": [],
            "turn": None,
        },
        who="clerk who has it open; coordinator",
        noes=(
            NO_SUCH_COUNTER,
            NO_CLERK,
            No(
                409,
                RefusalCode.NOT_ALLOWED,
                "to its clerk while somebody is called or served there; to another clerk: `opened_by` says who has it",
            ),
        ),
        parts=PARTS,
    ),
    Call(
        "POST",
        "/counters/{counter}/call",
        "call-next",
        GROUP,
        "Call the next turn, or a named one",
        "The next by the calling rule among the counter's services, or the turn named. One being served at this "
        "counter is finished with it.",
        TurnSeen,
        "The turn called.",
        CallWanted,
        _call,
        CALLED_TURN,
        who="clerk who has the counter open",
        noes=(
            No(404, RefusalCode.INVALID, "no counter, or no turn, has this id"),
            No(403, RefusalCode.NOT_ALLOWED, "not a clerk, or a turn of another authority"),
            No(409, RefusalCode.NOBODY_WAITING, "nobody who is free waits for the counter's services"),
            No(
                409,
                RefusalCode.NOT_ALLOWED,
                "the counter is closed or somebody else's (`opened_by` says whose), a number is called there already, "
                "or the named turn is in another state; `state` says which",
            ),
        ),
        parts=PARTS,
        takes_example={"turn": TURN_ID},
    ),
)
