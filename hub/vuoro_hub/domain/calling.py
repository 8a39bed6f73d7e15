"""Who is next: by time in line, with credits the site sets, and nobody starves.

Every turn has a rank: an instant. A mark earns a fixed credit of time, so a marked turn goes ahead of those who came at
most so much earlier and never ahead of those who have waited longer: a credit is bounded, and that is the protection
from starving.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from vuoro_mqtt.payloads import Need, RefusalCode

from vuoro_hub.domain.refusals import Refusal, refuse
from vuoro_hub.domain.turns import Turn, TurnState


@dataclass(frozen=True)
class CallingRule:
    """A site's settings: credit in time by need, and for a booked time."""

    need_credit: Mapping[Need, timedelta]
    appointment_credit: timedelta = timedelta()

    def rank(self, line_at: datetime, needs: Iterable[Need], appointment_at: datetime | None) -> datetime:
        """What the line is ordered by: time in line, or the booked time, less the credits."""
        credit = sum((self.need_credit.get(need, timedelta()) for need in set(needs)), timedelta())
        if appointment_at is not None:
            return appointment_at - self.appointment_credit - credit
        return line_at - credit


def in_order(turns: Iterable[Turn]) -> list[Turn]:
    """Waiting turns in the order they will be called; a turn's id (made in time order) settles a tie."""
    return sorted(turns, key=lambda turn: (turn.rank_at, turn.id))


def next_in_line(
    waiting: Iterable[Turn], counter: str, services: Sequence[str], busy_visits: frozenset[str] = frozenset()
) -> Turn | Refusal:
    """The next turn for a counter that serves ``services``.

    Left out: a visit that is at another counter just now, and a turn booked for another counter.
    """
    fits = [turn for turn in waiting if _is_for(turn, counter, services)]
    free = next((turn for turn in in_order(fits) if turn.visit not in busy_visits), None)
    return free or (everybody_elsewhere() if fits else nobody_waiting())


def _is_for(turn: Turn, counter: str, services: Sequence[str]) -> bool:
    return turn.state is TurnState.WAITING and turn.service in services and turn.for_counter in (None, counter)


def nobody_waiting() -> Refusal:
    return refuse(
        RefusalCode.NOBODY_WAITING,
        fi="Jonossa ei ole nyt ketään.",
        sv="Ingen står i kön just nu.",
        en="Nobody is waiting now.",
    )


def everybody_elsewhere() -> Refusal:
    """Customers wait, each of them called or being served at another counter just now (Q10)."""
    return refuse(
        RefusalCode.NOBODY_WAITING,
        fi="Kaikki jonossa olevat ovat nyt toisessa palvelupisteessä.",
        sv="Alla som väntar är nu vid ett annat serviceställe.",
        en="Everybody who waits is at another counter now.",
    )


def coming(waiting: Iterable[Turn], most: int) -> list[str]:
    """Next in line of all queues together, soonest first, without saying whose (Q3, Q11).

    The first of each queue come before the second of any; a number stands once.
    """
    places: dict[str, int] = {}
    placed: list[tuple[int, Turn]] = []
    for turn in in_order(waiting):
        places[turn.service] = places.get(turn.service, 0) + 1
        placed.append((places[turn.service], turn))
    placed.sort(key=lambda pair: (pair[0], pair[1].rank_at, pair[1].id))
    return list(dict.fromkeys(turn.number for _place, turn in placed))[:most]
