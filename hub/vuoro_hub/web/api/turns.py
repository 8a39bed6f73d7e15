"""Calls about turns: see them, serve, recall, finish, mark missed, put aside, move, tell the clerk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from pydantic import Field
from vuoro_mqtt.payloads import Need, RefusalCode
from vuoro_mqtt.values import Id, Payload

from vuoro_hub.acts import calling, marking, moving
from vuoro_hub.acts.moving import Phrase
from vuoro_hub.acts.seeing import TurnSeen, one_turn, todays_turns, turn_seen
from vuoro_hub.acts.transaction import Transaction
from vuoro_hub.domain.refusals import Refusal
from vuoro_hub.domain.turns import Turn, TurnState
from vuoro_hub.web.api.call import Asked, Call, No, Nothing
from vuoro_hub.web.api.examples import SERVED_TURN, WAITING_TURN

GROUP = "turns"
PARTS = {"turn": "Id of the turn, from `call`, from giving a number, or from the list of turns."}
QUEUE_RUNNERS = "clerk of the turn's authority"
MOVERS = "advisor; guide and clerk of the turn's authority"

NO_SUCH_TURN = No(404, RefusalCode.INVALID, "no turn has this id")
WRONG_STATE = No(409, RefusalCode.NOT_ALLOWED, "the turn is in another state; `state` says which")
OTHER_AUTHORITY = No(403, RefusalCode.NOT_ALLOWED, "the caller's roles do not reach this turn")
AT_A_COUNTER = No(
    409, RefusalCode.NOT_ALLOWED, "to advisors and guides while the turn is called or being served; `state` says which"
)
CLERK_DECIDES = "What becomes of a turn that is called or being served, a clerk of its authority decides (Q8)."
SERVICE_UNKNOWN = No(422, RefusalCode.SERVICE_UNKNOWN, "the point has no such service")


class TurnsWanted(Payload):
    """Which turns to list."""

    service: Id | None = Field(None, description="Only this service's; all that the caller may see where not given.")
    state: list[TurnState] = Field(
        [],
        description="Only these states; may be given several times. Where not given: waiting, called, serving, parked.",
        max_length=len(TurnState),
    )
    limit: int = Field(1000, ge=1, le=1000, description="At most so many, first in line first.")


class ToService(Payload):
    """Where the turn, or the visit, goes."""

    service: Id = Field(description="Id of the service.")


class NeedsWanted(Payload):
    """What the customer needs."""

    needs: list[Need] = Field(
        description="All that the customer needs, in place of what was marked before; empty for nothing.",
        max_length=len(Need),
    )


class Told(Payload):
    """What the clerk is told."""

    phrase: Phrase = Field(description="One of the fixed phrases (Q8): no free text, no personal data.")


def _list(t: Transaction, asked: Asked[TurnsWanted]) -> list[TurnSeen] | Refusal:
    wanted = asked.given
    return todays_turns(t, wanted.service, wanted.state, wanted.limit)


def _see(t: Transaction, asked: Asked[Nothing]) -> TurnSeen | Refusal:
    return one_turn(t, asked.path["turn"])


def shown(t: Transaction, outcome: Turn | Refusal) -> TurnSeen | Refusal:
    """An act's outcome as it is answered."""
    return outcome if isinstance(outcome, Refusal) else turn_seen(t, outcome)


def _by_id(act: Callable[[Transaction, str], Turn | Refusal]) -> Callable[[Transaction, Asked[Any]], Any]:
    return lambda t, asked: shown(t, act(t, asked.path["turn"]))


def _simple(
    verb: Literal["serve", "recall", "finish", "miss", "park", "resume", "cancel"],
    title: str,
    meaning: str,
    act: Callable[[Transaction, str], Turn | Refusal],
    *more: No,
    who: str = QUEUE_RUNNERS,
) -> Call[Nothing]:
    return Call(
        "POST",
        f"/turns/{{turn}}/{verb}",
        verb,
        GROUP,
        title,
        meaning,
        TurnSeen,
        "The turn as it is now.",
        Nothing,
        _by_id(act),
        SERVED_TURN,
        who=who,
        noes=(NO_SUCH_TURN, OTHER_AUTHORITY, WRONG_STATE, *more),
        parts=PARTS,
    )


CALLS: tuple[Call[Any], ...] = (
    Call(
        "GET",
        "/turns",
        "list-turns",
        GROUP,
        "List today's turns",
        "The turns of the service day that the caller's roles may see, in the order of the line: number, service, "
        "state, times, needs and place; never more. `elsewhere` names the counter where a waiting turn's customer is "
        "now with another turn of the visit (Q10): it is not called until that is over. Advisors see all; guides and "
        "clerks their own authority's.",
        list[TurnSeen],
        "The turns, first in line first.",
        TurnsWanted,
        _list,
        [WAITING_TURN],
        who="advisor; guide and clerk for their own authority",
        noes=(
            No(403, RefusalCode.NOT_ALLOWED, "the caller's roles see no turns, or not this service's"),
            SERVICE_UNKNOWN,
        ),
        etag=True,
    ),
    Call(
        "GET",
        "/turns/{turn}",
        "see-turn",
        GROUP,
        "See one turn",
        "One turn by its id.",
        TurnSeen,
        "The turn.",
        Nothing,
        _see,
        WAITING_TURN,
        who="advisor; guide and clerk for their own authority",
        noes=(NO_SUCH_TURN, OTHER_AUTHORITY),
        parts=PARTS,
        etag=True,
    ),
    _simple("serve", "The customer has come", "From `called` to `serving`.", calling.serve),
    _simple(
        "recall",
        "Show the number as newly called again",
        "The waiting time still counts from the first showing (Q6). Nobody is called by voice (Q5).",
        calling.recall,
    ),
    _simple(
        "finish",
        "The customer has been served",
        "From `serving`, or from `called` where nobody pressed `serve`, to `finished`.",
        calling.finish,
    ),
    _simple(
        "miss",
        "Nobody came",
        "From `called` to `missed`, once the waiting time is over (Q6).",
        calling.miss,
        No(409, RefusalCode.TOO_EARLY, "the customer is still waited for; `wait_until` says how long"),
    ),
    _simple("park", "Put a turn aside", "Its place in line is kept.", calling.park),
    _simple(
        "resume",
        "Take a turn back into line",
        "A parked turn, or a missed one whose customer came after all (Q8), at its own place.",
        calling.resume,
    ),
    _simple(
        "cancel",
        "Remove a turn",
        f"The customer does not come (Q9). {CLERK_DECIDES}",
        moving.cancel,
        AT_A_COUNTER,
        who=MOVERS,
    ),
    Call(
        "POST",
        "/turns/{turn}/transfer",
        "transfer",
        GROUP,
        "Move a turn to another service",
        f"It joins by its time of arrival, never ahead of the longest waiting turn there (Q9). {CLERK_DECIDES}",
        TurnSeen,
        "The turn in its new queue.",
        ToService,
        lambda t, asked: shown(t, moving.transfer(t, asked.path["turn"], asked.given.service)),
        WAITING_TURN,
        who=MOVERS,
        noes=(NO_SUCH_TURN, OTHER_AUTHORITY, WRONG_STATE, AT_A_COUNTER, SERVICE_UNKNOWN),
        parts=PARTS,
        takes_example={"service": "vero"},
    ),
    Call(
        "POST",
        "/turns/{turn}/chain",
        "chain",
        GROUP,
        "Add the visit's next turn",
        "The visit goes on at another service with the same number (Q10). The new turn waits at once, and is called "
        "when this one is over.",
        TurnSeen,
        "The new turn.",
        ToService,
        lambda t, asked: shown(t, moving.add_next(t, asked.path["turn"], asked.given.service)),
        WAITING_TURN,
        who=QUEUE_RUNNERS,
        noes=(NO_SUCH_TURN, OTHER_AUTHORITY, WRONG_STATE, SERVICE_UNKNOWN),
        parts=PARTS,
        takes_example={"service": "vero"},
    ),
    Call(
        "POST",
        "/turns/{turn}/needs",
        "mark-needs",
        GROUP,
        "Mark what the customer needs",
        "More time, an interpreter, a remote service or help (Q16), also for a turn that is called or being served. A "
        "customer who needs more time is waited for so much longer from the first showing on (Q6): `wait_until`.",
        TurnSeen,
        "The turn as it is now.",
        NeedsWanted,
        lambda t, asked: shown(t, marking.mark_needs(t, asked.path["turn"], tuple(dict.fromkeys(asked.given.needs)))),
        WAITING_TURN,
        who=MOVERS,
        noes=(NO_SUCH_TURN, OTHER_AUTHORITY, WRONG_STATE),
        parts=PARTS,
        takes_example={"needs": ["more-time", "interpreter"]},
    ),
    Call(
        "POST",
        "/turns/{turn}/notify",
        "notify",
        GROUP,
        "Tell the clerk about a customer",
        "The number and a fixed phrase reach the clerk, who decides (Q8).",
        TurnSeen,
        "The turn, with what was told.",
        Told,
        lambda t, asked: shown(t, moving.tell_clerk(t, asked.path["turn"], asked.given.phrase)),
        {**WAITING_TURN, "told": "is-here-now", "told_at": "2023-09-01T07:21:00.000000Z"},
        who="advisor; guide of the turn's authority",
        noes=(NO_SUCH_TURN, OTHER_AUTHORITY, WRONG_STATE),
        parts=PARTS,
        takes_example={"phrase": "is-here-now"},
    ),
)
