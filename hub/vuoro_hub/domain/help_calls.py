"""A call for a person's help: it reaches everybody who may come, and is taken by one (Q17)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from vuoro_hub.domain.refusals import Refusal, not_allowed

SAME_CALL = timedelta(minutes=1)
"""So long a press at a unit whose call is open is the same person pressing again."""

STILL_WANTED = timedelta(minutes=5)
"""A press that comes later than this is not shown as new any more (contract §2.2)."""


@dataclass(frozen=True)
class HelpCall:
    """Somebody at a unit wants help, perhaps with a service. Open until taken, or until the service day ends."""

    id: str
    device: str
    service: str | None
    wanted_at: datetime
    taken_by: str | None = None
    taken_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def open(self) -> bool:
        return self.taken_by is None and self.ended_at is None


def pressed_again(call: HelpCall, device: str, now: datetime) -> bool:
    """Whether a press at a unit belongs to this call."""
    return call.open and call.device == device and now - call.wanted_at < SAME_CALL


def take(call: HelpCall, by: str, now: datetime) -> HelpCall | Refusal:
    """Say that one is coming. Saying it again changes nothing."""
    if call.taken_by == by:
        return call
    if call.taken_by is not None:
        return taken_already(call)
    return over(call) if call.ended_at is not None else replace(call, taken_by=by, taken_at=now)


def end(call: HelpCall, now: datetime) -> HelpCall:
    """The service day ended and nobody had come."""
    return replace(call, ended_at=now)


def taken_already(call: HelpCall) -> Refusal:
    return not_allowed(
        fi=f"{call.taken_by} on jo menossa tämän avunpyytäjän luo.",
        sv=f"{call.taken_by} är redan på väg till den som bad om hjälp.",
        en=f"{call.taken_by} is on the way to this call already.",
        state="taken",
        taken_by=call.taken_by,
        taken_at=call.taken_at,
    )


def over(call: HelpCall) -> Refusal:
    return not_allowed(
        fi="Avunpyyntö päättyi palvelupäivän vaihtuessa.",
        sv="Begäran om hjälp upphörde när servicedagen tog slut.",
        en="This call ended with its service day.",
        state="ended",
        ended_at=call.ended_at,
    )
