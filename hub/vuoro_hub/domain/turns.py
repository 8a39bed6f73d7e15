"""A turn: one wait-and-be-served at one service, and what may become of it (Q4-Q10)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from vuoro_mqtt.payloads import Need, RefusalCode

from vuoro_hub.domain.refusals import Refusal, not_allowed, refuse


class TurnState(StrEnum):
    HELD = "held"
    """Asked for, but takes its place only with its paper (contract §2.3)."""
    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    PARKED = "parked"
    """Put aside by the clerk, with its place kept."""
    FINISHED = "finished"
    MISSED = "missed"
    CANCELLED = "cancelled"
    LEFT = "left"
    """Still open when the service day ended."""


OPEN = (TurnState.HELD, TurnState.WAITING, TurnState.CALLED, TurnState.SERVING, TurnState.PARKED)
AT_COUNTER = (TurnState.CALLED, TurnState.SERVING)
NOT_OVER = (*OPEN, TurnState.MISSED)
"""A missed customer may come after all (Q8)."""


@dataclass(frozen=True)
class Turn:
    """One turn. Instants are UTC. ``line_at`` is its time in line, ``rank_at`` what the calling rule orders by."""

    id: str
    visit: str
    number: str
    service: str
    state: TurnState
    arrived_at: datetime
    line_at: datetime
    rank_at: datetime
    needs: tuple[Need, ...] = ()
    appointment_at: datetime | None = None
    for_counter: str | None = None
    counter: str | None = None
    first_called_at: datetime | None = None
    called_at: datetime | None = None
    show_again_at: datetime | None = None
    wait_until: datetime | None = None
    showing: int = 0
    recalls: int = 0
    served_at: datetime | None = None
    ended_at: datetime | None = None


def waiting_time(base_seconds: int, needs: tuple[Need, ...], more_time_factor: float) -> timedelta:
    """How long a called customer is waited for: twice that for one who needs more time (Q6)."""
    return timedelta(seconds=base_seconds * (more_time_factor if Need.MORE_TIME in needs else 1))


def call(turn: Turn, counter: str, now: datetime, wait: timedelta) -> Turn | Refusal:
    """Call to a counter: shown as newly called now, and once more after half the waiting time (Q4)."""
    if turn.state not in (TurnState.WAITING, TurnState.PARKED, TurnState.MISSED):
        return wrong_state(turn, "call")
    return replace(
        turn,
        state=TurnState.CALLED,
        counter=counter,
        first_called_at=turn.first_called_at or now,
        called_at=now,
        show_again_at=now + wait / 2,
        wait_until=now + wait,
        showing=1,
        recalls=0,
        served_at=None,
        ended_at=None,
    )


def recall(turn: Turn) -> Turn | Refusal:
    """Show as newly called once more. The waiting time still counts from the first showing (Q6); no voice (Q5)."""
    if turn.state is not TurnState.CALLED:
        return wrong_state(turn, "recall")
    return replace(turn, recalls=turn.recalls + 1)


def show_again(turn: Turn) -> Turn:
    """The second showing (Q4)."""
    return replace(turn, showing=2, show_again_at=None)


def serve(turn: Turn, now: datetime) -> Turn | Refusal:
    """The customer has come."""
    if turn.state is not TurnState.CALLED:
        return wrong_state(turn, "serve")
    return replace(turn, state=TurnState.SERVING, served_at=now, show_again_at=None)


def finish(turn: Turn, now: datetime) -> Turn | Refusal:
    """The customer has been served. From "called" too: a clerk may forget to press "serve"."""
    if turn.state not in AT_COUNTER:
        return wrong_state(turn, "finish")
    return _ended(turn, TurnState.FINISHED, now, served_at=turn.served_at or now)


def miss(turn: Turn, now: datetime) -> Turn | Refusal:
    """Nobody came. Only after the waiting time (Q6)."""
    if turn.state is not TurnState.CALLED:
        return wrong_state(turn, "miss")
    if turn.wait_until is not None and now < turn.wait_until:
        left = int((turn.wait_until - now).total_seconds()) + 1
        return refuse(
            RefusalCode.TOO_EARLY,
            fi=f"Asiakasta odotetaan vielä {left} s. Kutsu tarvittaessa uudelleen.",
            sv=f"Kunden väntas ännu {left} s. Kalla på nytt vid behov.",
            en=f"The customer is waited for another {left} s. Call again if needed.",
            state=turn.state.value,
            wait_until=turn.wait_until,
        )
    return _ended(turn, TurnState.MISSED, now)


def park(turn: Turn) -> Turn | Refusal:
    """Put aside, for example while the customer fetches a paper; the place in line is kept."""
    if turn.state not in (TurnState.WAITING, *AT_COUNTER):
        return wrong_state(turn, "park")
    return replace(_off_counter(turn), state=TurnState.PARKED)


def resume(turn: Turn) -> Turn | Refusal:
    """Back into line at its own place: a parked turn, or a missed one whose customer came after all (Q8)."""
    if turn.state not in (TurnState.PARKED, TurnState.MISSED):
        return wrong_state(turn, "resume")
    return replace(_off_counter(turn), state=TurnState.WAITING, ended_at=None, served_at=None)


def give_back(turn: Turn) -> Turn | Refusal:
    """Called by somebody who is gone: it waits again at its own place, and is not counted as missed."""
    if turn.state is not TurnState.CALLED:
        return wrong_state(turn, "give-back")
    return replace(_off_counter(turn), state=TurnState.WAITING)


def mark_needs(
    turn: Turn, needs: tuple[Need, ...], rank_at: datetime, wait: timedelta | None, now: datetime
) -> Turn | Refusal:
    """All that the customer needs (Q16). ``wait``: how long a call is waited for with these needs (Q6).

    A call that is underway is waited for so long from its first showing, and never until before now.
    """
    if turn.state not in NOT_OVER:
        return wrong_state(turn, "needs")
    marked = replace(turn, needs=needs, rank_at=rank_at)
    other_wait = (Need.MORE_TIME in needs) != (Need.MORE_TIME in turn.needs)
    if turn.state is not TurnState.CALLED or turn.called_at is None or wait is None or not other_wait:
        return marked
    show_again_at = turn.called_at + wait / 2 if turn.show_again_at is not None else None
    return replace(marked, wait_until=max(turn.called_at + wait, now), show_again_at=show_again_at)


def cancel(turn: Turn, now: datetime) -> Turn | Refusal:
    """The customer does not come, or nobody got the number."""
    if turn.state not in NOT_OVER:
        return wrong_state(turn, "cancel")
    return _ended(turn, TurnState.CANCELLED, now)


def leave(turn: Turn, now: datetime) -> Turn:
    """The service day ended with this turn still open."""
    return _ended(turn, TurnState.LEFT, now)


def transfer(turn: Turn, service: str, longest_waiting: Turn | None) -> Turn | Refusal:
    """Into another service's queue by its time of arrival, never ahead of the longest waiting turn there (Q9)."""
    if turn.state not in (TurnState.WAITING, TurnState.PARKED, TurnState.MISSED, *AT_COUNTER):
        return wrong_state(turn, "transfer")
    if turn.service == service:
        return in_line_already(turn, service)
    line_at = turn.arrived_at
    if longest_waiting is not None and longest_waiting.rank_at >= line_at:
        line_at = longest_waiting.rank_at + timedelta(microseconds=1)
    return replace(
        _off_counter(turn),
        state=TurnState.WAITING,
        service=service,
        line_at=line_at,
        rank_at=line_at,
        appointment_at=None,
        for_counter=None,
        served_at=None,
        ended_at=None,
    )


def in_line_already(turn: Turn, service: str) -> Refusal:
    """One customer stands in a queue once."""
    return not_allowed(
        fi=f"Numero {turn.number} on jo tässä jonossa.",
        sv=f"Nummer {turn.number} står redan i den här kön.",
        en=f"Number {turn.number} is in this queue already.",
        state=turn.state.value,
        service=service,
    )


def at_another_counter(turn: Turn, counter: str) -> Refusal:
    """The customer is called or served elsewhere just now."""
    return not_allowed(
        fi=f"Numero {turn.number} on nyt toisessa palvelupisteessä. Kutsu, kun asiointi siellä on päättynyt.",
        sv=f"Nummer {turn.number} är nu vid ett annat serviceställe. Kalla när ärendet där är klart.",
        en=f"Number {turn.number} is at another counter now. Call it when that has ended.",
        state=turn.state.value,
        counter=counter,
    )


def clerk_decides(turn: Turn) -> Refusal:
    """The customer is called or being served: what becomes of the turn is the clerk's to say (table R, Q8)."""
    return not_allowed(
        fi=f"Numero {turn.number} on jo kutsuttu. Asiakaspalvelija päättää, mitä sille tehdään.",
        sv=f"Nummer {turn.number} är redan uppkallat. Kundbetjänaren avgör vad som görs med det.",
        en=f"Number {turn.number} is called already. The clerk decides what becomes of it.",
        state=turn.state.value,
        counter=turn.counter,
    )


def wrong_state(turn: Turn, act: str) -> Refusal:
    """The act does not fit the state the turn is in; says which that is."""
    fi = {
        TurnState.HELD: "odottaa lippua",
        TurnState.WAITING: "jonossa",
        TurnState.CALLED: "kutsuttu",
        TurnState.SERVING: "palveltavana",
        TurnState.PARKED: "sivussa",
        TurnState.FINISHED: "palveltu",
        TurnState.MISSED: "ohi mennyt",
        TurnState.CANCELLED: "peruttu",
        TurnState.LEFT: "päivän päättyessä suljettu",
    }
    sv = {
        TurnState.HELD: "väntar på biljett",
        TurnState.WAITING: "i kö",
        TurnState.CALLED: "uppkallad",
        TurnState.SERVING: "betjänas",
        TurnState.PARKED: "åt sidan",
        TurnState.FINISHED: "betjänad",
        TurnState.MISSED: "missad",
        TurnState.CANCELLED: "återkallad",
        TurnState.LEFT: "stängd vid dagens slut",
    }
    en = {
        TurnState.HELD: "waits for its ticket",
        TurnState.WAITING: "waiting",
        TurnState.CALLED: "called",
        TurnState.SERVING: "being served",
        TurnState.PARKED: "put aside",
        TurnState.FINISHED: "served",
        TurnState.MISSED: "missed",
        TurnState.CANCELLED: "removed",
        TurnState.LEFT: "closed at the end of the day",
    }
    return not_allowed(
        fi=f"Vuoro {turn.number}: {fi[turn.state]}. Toiminto ei käy nyt.",
        sv=f"Tur {turn.number}: {sv[turn.state]}. Åtgärden går inte nu.",
        en=f"Number {turn.number}: {en[turn.state]}. That cannot be done now.",
        state=turn.state.value,
        act=act,
    )


def _off_counter(turn: Turn) -> Turn:
    return replace(turn, counter=None, called_at=None, show_again_at=None, wait_until=None, showing=0, recalls=0)


def _ended(turn: Turn, state: TurnState, now: datetime, served_at: datetime | None = None) -> Turn:
    return replace(
        turn, state=state, ended_at=now, show_again_at=None, wait_until=None, served_at=served_at or turn.served_at
    )
