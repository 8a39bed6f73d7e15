"""A counter: a shared room or desk that somebody opens for services of the own authority."""

from __future__ import annotations

from dataclasses import dataclass, replace

from vuoro_hub.domain.refusals import Refusal, not_allowed


@dataclass(frozen=True)
class Counter:
    """Who has it open, for which services. ``opened_by`` None: closed."""

    id: str
    opened_by: str | None = None
    services: tuple[str, ...] = ()

    @property
    def open(self) -> bool:
        return self.opened_by is not None


def open_counter(counter: Counter, by: str, services: tuple[str, ...]) -> Counter | Refusal:
    """Open a free counter, or change the services of one that this person has open."""
    if counter.opened_by not in (None, by):
        return in_use(counter)
    return replace(counter, opened_by=by, services=services)


def take_over(counter: Counter, by: str, services: tuple[str, ...]) -> Counter:
    """Go on at a counter that a colleague has left open, for the same services unless others are named."""
    return replace(counter, opened_by=by, services=services or counter.services)


def of_another_authority(counter: Counter) -> Refusal:
    """Taking over is for those who could have called whoever is called there."""
    refusal = not_allowed(
        fi="Tämän palvelupisteen voi ottaa haltuunsa vain saman viranomaisen asiakaspalvelija.",
        sv="Bara en kundbetjänare vid samma myndighet kan ta över det här servicestället.",
        en="Only a clerk of the same authority may take this counter over.",
        counter=counter.id,
        opened_by=counter.opened_by,
    )
    return replace(refusal, forbidden=True)


def in_use(counter: Counter) -> Refusal:
    """Says who has it: the staff sees that of every counter (table R)."""
    return not_allowed(
        fi="Toinen henkilö käyttää tätä palvelupistettä.",
        sv="En annan person använder det här servicestället.",
        en="Somebody else has this counter open.",
        counter=counter.id,
        open=True,
        opened_by=counter.opened_by,
    )


def closed(counter: Counter) -> Refusal:
    return not_allowed(
        fi="Palvelupiste on kiinni. Avaa se ensin.",
        sv="Servicestället är stängt. Öppna det först.",
        en="The counter is closed. Open it first.",
        state="closed",
        counter=counter.id,
    )


def somebody_called(counter: str, number: str, state: str) -> Refusal:
    """A counter calls one number at a time."""
    return not_allowed(
        fi=f"Numero {number} on kutsuttu tähän. Palvele, merkitse ohi menneeksi tai siirrä sivuun ensin.",
        sv=f"Nummer {number} är kallat hit. Betjäna, märk som missat eller lägg åt sidan först.",
        en=f"Number {number} is called to this counter. Serve it, mark it missed or park it first.",
        state=state,
        number=number,
        counter=counter,
    )


def nobody_here(counter: str) -> Refusal:
    return not_allowed(
        fi="Tähän palvelupisteeseen ei ole nyt kutsuttu ketään.",
        sv="Ingen är kallad till det här servicestället nu.",
        en="Nobody is called to this counter now.",
        state="free",
        counter=counter,
    )
