"""One call of the API, stated once: what it takes, does, answers and refuses. Routes and document are made from it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from vuoro_mqtt.payloads import RefusalCode
from vuoro_mqtt.values import Payload

from vuoro_hub.acts.transaction import Transaction
from vuoro_hub.domain.refusals import Refusal
from vuoro_hub.web.api.problems import HubFault

P = TypeVar("P", bound=Payload)

PREFIX = "/api/v1"


class Nothing(Payload):
    """For a call that takes nothing."""


@dataclass(frozen=True)
class Asked(Generic[P]):
    """A request that has the right shape: the parts of its path, and its body or query."""

    path: Mapping[str, str]
    given: P


@dataclass(frozen=True)
class No:
    """A refusal that a call may answer, for the document."""

    status: int
    code: RefusalCode | HubFault
    when: str


@dataclass(frozen=True)
class Call(Generic[P]):
    """A call. ``do`` runs within one transaction; a POST's changes are committed with its answer."""

    method: Literal["GET", "POST"]
    path: str
    name: str
    group: str
    title: str
    meaning: str
    answer: Any
    """The type answered: a payload, or a list of them."""
    answer_meaning: str
    takes: type[P]
    do: Callable[[Transaction, Asked[P]], Any | Refusal]
    example: Any
    status: int = 200
    who: str | None = None
    """Who may, in words; None for everybody, without signing in."""
    noes: tuple[No, ...] = ()
    parts: Mapping[str, str] = field(default_factory=dict)
    """Meaning of each part of the path."""
    takes_example: Mapping[str, Any] = field(default_factory=dict)
    etag: bool = False
    """Whether a caller that has the answer already is told only that (304), whatever the time of asking."""

    @property
    def public(self) -> bool:
        return self.who is None

    @property
    def takes_something(self) -> bool:
        return bool(self.takes.model_fields)

    @property
    def rule(self) -> str:
        """The path as Flask writes it."""
        return PREFIX + re.sub(r"{(\w+)}", r"<\1>", self.path)
