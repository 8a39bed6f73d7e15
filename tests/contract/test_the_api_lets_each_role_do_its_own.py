"""Table R over the API: for every act and every role, whether it may. The turn is vero's, and called at counter 1."""

from __future__ import annotations

from typing import Any

import pytest
from rig.served_points import Answer, ServedPoint

EVERYBODY = ("advisor", "guard", "coordinator", "viewer", "guide-te", "clerk-te", "clerk-vero")

MAY: dict[str, tuple[str, ...]] = {
    "POST /visits vero": ("advisor", "guide-te", "clerk-vero"),
    "POST /counters/2/open": ("clerk-te", "clerk-vero"),
    "POST /counters/1/close": ("clerk-vero", "coordinator"),
    "POST /counters/1/call": ("clerk-vero",),
    "POST /turns/{turn}/serve": ("clerk-vero",),
    "POST /turns/{turn}/recall": ("clerk-vero",),
    "POST /turns/{turn}/finish": ("clerk-vero",),
    "POST /turns/{turn}/miss": ("clerk-vero",),
    "POST /turns/{turn}/park": ("clerk-vero",),
    "POST /turns/{turn}/resume": ("clerk-vero",),
    "POST /turns/{turn}/cancel": ("advisor", "clerk-vero"),
    "POST /turns/{turn}/transfer": ("advisor", "clerk-vero"),
    "POST /turns/{turn}/chain": ("clerk-vero",),
    "POST /turns/{turn}/needs": ("advisor", "clerk-vero"),
    "POST /turns/{turn}/notify": ("advisor",),
    "GET /turns": ("advisor", "guide-te", "clerk-te", "clerk-vero"),
    "GET /turns/{turn}": ("advisor", "clerk-vero"),
    "GET /help-calls": ("advisor", "guide-te"),
    "GET /events": ("coordinator",),
    "GET /counters": EVERYBODY,
    "GET /services": EVERYBODY,
}

BODIES: dict[str, Any] = {
    "POST /visits vero": {"service": "vero"},
    "POST /turns/{turn}/transfer": {"service": "tyo"},
    "POST /turns/{turn}/chain": {"service": "tyo"},
    "POST /turns/{turn}/notify": {"phrase": "comes-soon"},
    "POST /turns/{turn}/needs": {"needs": ["interpreter"]},
}

ELSEWHERE = ("POST /counters/1/close", "POST /counters/1/call")
"""To another clerk, a counter that somebody has open is in use (409), which is not about roles."""


@pytest.mark.parametrize("act", MAY)
def test_an_act_is_open_to_the_roles_of_table_r_and_closed_to_all_others(served: ServedPoint, act: str) -> None:
    turn = served.called_turn()
    before = len(served.events())
    for name in EVERYBODY:
        if name in MAY[act]:
            continue
        answer = asks(served, name, act, turn)
        expected = 409 if name == "clerk-te" and act in ELSEWHERE else 403
        assert (answer.status, answer.code) == (expected, "not-allowed"), f"{name} may not {act}: {answer.text}"
    assert len(served.events()) == before, "nothing was done"
    for name in MAY[act]:
        answer = asks(served, name, act, turn)
        assert answer.status not in (401, 403), f"{name} may {act}: {answer.text}"
        turn = served.number("vero")["turn"]  # whatever became of the other one


def test_without_a_token_nothing_is_open_but_what_is_public(served: ServedPoint) -> None:
    for caller in (served.caller(), served.with_token("demo-nobody"), served.with_token("")):
        for act in MAY:
            method, path = act.split()[:2]
            answer = caller.send(method, path.format(turn="1"), b"{}" if method == "POST" else None, {})
            if act == "GET /services":
                assert answer.status == 200
                continue
            assert (answer.status, answer.code) == (401, "not-allowed"), act
            assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="vuoro"')


def test_a_basic_sign_in_is_not_a_token(served: ServedPoint) -> None:
    answer = served.caller().get("/turns", Authorization="Basic YWR2aXNvcjpkZW1v")
    assert answer.status == 401


def asks(served: ServedPoint, name: str, act: str, turn: str) -> Answer:
    """A role asks for an act."""
    method, path = act.split()[:2]
    caller = served.caller(name)
    return (
        caller.get(path.format(turn=turn)) if method == "GET" else caller.post(path.format(turn=turn), BODIES.get(act))
    )
