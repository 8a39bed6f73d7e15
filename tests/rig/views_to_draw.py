"""Views for the tests of screens: ordinary ones, and ones that try a page's patience."""

from __future__ import annotations

from datetime import datetime

from vuoro_devices.behaviour.views import CallRow, ChoiceView, CounterView, DispenserView, LobbyView

SIZES = [(1280, 800), (800, 480), (800, 1280)]
LANGUAGES = (
    ("fi", "Suomi"),
    ("sv", "Svenska"),
    ("en", "English"),
    ("se", "Davvisámegiella"),
    ("ru", "Русский"),
    ("uk", "Українська"),
    ("et", "Eesti"),
    ("ar", "العربية"),
)
LONG = "Maahanmuuttoviraston oleskelulupa- ja kansalaisuushakemusneuvontapalvelut henkilöasiakkaille"
LONG_ARABIC = "خدمات الاستشارة بشأن طلبات تصاريح الإقامة والجنسية للعملاء من الأفراد والعائلات"


def choosing(
    count: int = 8, language: str = "fi", name: str = "Verotus", languages: int = 3, pages: int = 1, page: int = 1
) -> DispenserView:
    choices = tuple(
        ChoiceView(
            service=f"service-{place}",
            name=name,
            key=str(place + 1),
            symbol="coins" if place % 3 else None,
            open=place % 5 != 3,
            note="Avautuu torstaina klo 12.00" if place % 5 == 3 else "",
            waiting="noin 10–15 min" if place % 5 != 3 else "",
        )
        for place in range(count)
    )
    return DispenserView(
        step="choose",
        language=language,
        languages=LANGUAGES[:languages],
        title="Mitä asiaa sinulla on?",
        choices=choices,
        page=page,
        pages=pages,
        note="Kokousvieraat ilmoittautuvat infopisteessä.",
        help_label="Pyydä ihminen avuksi",
        more_label="Lisää palveluja",
        back_label="Edellinen sivu",
    )


def telling(step: str, language: str = "fi", text: str = "Odota täällä", number: str | None = None) -> DispenserView:
    return DispenserView(
        step=step,  # type: ignore[arg-type]
        language=language,
        languages=LANGUAGES,
        title=text,
        lines=(text, text),
        number=number,
        follow_url="http://127.0.0.1:8000/v/" + "x" * 43 if step == "number" else None,
        banner=text,
        help_label=text,
        back_label=text,
    )


def calls(count: int, where: str = "Palvelupiste 3", area: str = "") -> tuple[CallRow, ...]:
    return tuple(CallRow(f"{120 - place:03}", where, area, new=place == 0, serving=place > 3) for place in range(count))


def lobby(
    rows: tuple[CallRow, ...] = (), *, new: bool = True, trouble: str = "", text: str = "Seuraavaksi"
) -> LobbyView:
    return LobbyView(
        highlight=rows[0] if rows and new else None,
        calls=rows,
        coming=tuple(f"{121 + place}" for place in range(12)) if rows else (),
        waiting=137,
        local_time=datetime(2026, 11, 24, 10, 42),  # noqa: DTZ001
        title=text,
        labels=dict.fromkeys(("coming", "waiting", "empty"), tuple(text.split(" · "))),
        trouble=trouble,
    )


def counter(state: str, number: str | None = None, **rest: object) -> CounterView:
    return CounterView(state=state, number=number, counter_name="Palvelupiste 3", **rest)  # type: ignore[arg-type]
