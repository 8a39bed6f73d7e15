"""The dispenser's touch screen: choose, wait a moment, take the ticket; and what to say when something is amiss.

What can be pressed is 20 mm or more on a panel of 10 to 15 inches, as far as eight choices and the languages allow.
Help is on every page (Q17). Nothing but the view's own words and number is ever drawn (Q3).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial

from vuoro_devices.behaviour.views import Action, ChoiceView, DispenserView
from vuoro_devices.hardware import lettering
from vuoro_devices.hardware.canvas import Canvas, Drawing, Fitted, fit, leading
from vuoro_devices.hardware.draw_lobby import CAPITAL, trouble_strip
from vuoro_devices.hardware.glass import Box
from vuoro_devices.hardware.palette import (
    BRAND,
    BUTTON,
    EDGE,
    GOOD,
    GROUND,
    INK,
    LINE,
    NOTICE,
    NOTICE_EDGE,
    PAPER,
    QUIET,
    SHADE,
)

TARGET_OF_DIAGONAL = 20 / (10 * 25.4)
"""20 mm on a panel of 10 inches, as a part of the screen's diagonal."""


@dataclass(frozen=True)
class Measures:
    """Distances of one page, all from the smallest thing a finger is to meet."""

    target: int

    @property
    def margin(self) -> int:
        return round(0.2 * self.target)

    @property
    def gap(self) -> int:
        return round(0.1 * self.target)

    @property
    def radius(self) -> int:
        return round(0.07 * self.target)

    @property
    def edge(self) -> int:
        return max(2, round(0.02 * self.target))

    def text(self, part: float) -> int:
        return max(11, round(part * self.target))


def measures(page: Box) -> Measures:
    return Measures(math.ceil(math.hypot(page.width, page.height) * TARGET_OF_DIAGONAL))


def paint_dispenser(canvas: Canvas, view: DispenserView, *, keys: bool = False) -> None:
    page = canvas.box
    size = measures(page)
    canvas.fill(page, GROUND)
    rest = _languages(canvas.unmirrored(), page, view, size)
    if view.banner:
        strip = rest.top(round(0.5 * size.target))
        trouble_strip(canvas, strip, view.banner)
        rest = rest.below(strip.height)
    rest = _bottom(canvas, rest, view, size)
    rest = rest.inset(size.margin, 0)
    if view.step == "choose" and view.choices:
        _choose(canvas, rest, view, size, keys)
    elif view.number is not None:
        _number(canvas, rest, view, size)
    else:
        _message(canvas, rest, view, size)


# --- Languages ---------------------------------------------------------------------------------------------------


def _languages(canvas: Canvas, page: Box, view: DispenserView, size: Measures) -> Box:
    """The languages, each in its own words, always in the same place."""
    if len(view.languages) < 2:
        strip = page.top(round(0.25 * size.target))
        canvas.fill(strip, BRAND)
        return page.below(strip.height)
    inner_width = page.width - 2 * size.margin
    wanted = max(_language_width(tag, name, size) for tag, name in view.languages)
    rows = 1 if len(view.languages) * wanted <= inner_width * 1.25 else 2
    columns = math.ceil(len(view.languages) / rows)
    height = size.target if rows == 1 else round(0.85 * size.target)
    strip = page.top(rows * height)
    canvas.fill(strip, BRAND)
    width = inner_width // columns if columns > 3 else min(inner_width // columns, round(2.6 * size.target))
    for place, (tag, name) in enumerate(view.languages):
        row, column = divmod(place, columns)
        cell = Box(size.margin + column * width, strip.y + row * height, width, height)
        _language(canvas, cell, tag, name, size, chosen=tag == view.language)
        canvas.touchable(cell, Action("language", tag))
    return page.below(strip.height)


def _language_width(tag: str, name: str, size: Measures) -> int:
    return lettering.measure_text(name, size.text(0.21), bold=True, language=tag) + size.gap * 2


def _language(canvas: Canvas, cell: Box, tag: str, name: str, size: Measures, *, chosen: bool) -> None:
    inner = cell.inset(size.gap // 2, round(0.1 * size.target))
    if not chosen:
        canvas.card(inner, BRAND, LINE, max(1, size.edge // 2), size.radius)
    else:
        canvas.fill(inner, PAPER, size.radius)
        canvas.fill(Box(inner.x + size.gap, inner.bottom - size.gap, inner.width - 2 * size.gap, size.gap // 2), BRAND)
    canvas.text(
        name,
        inner.inset(size.gap // 2, 0),
        BRAND if chosen else PAPER,
        size=size.text(0.24),
        smallest=size.text(0.13),
        bold=True,
        align="center",
        language=tag,
    )


# --- The row at the foot -----------------------------------------------------------------------------------------


def _bottom(canvas: Canvas, rest: Box, view: DispenserView, size: Measures) -> Box:
    """Help always in the same place; beside it back, or the pages."""
    height = size.target + 2 * size.gap
    bar = Box(rest.x, rest.bottom - height, rest.width, height)
    canvas.fill(bar, PAPER)
    canvas.fill(bar.top(size.edge), LINE)
    inner = bar.inset(size.margin, size.gap)
    cells = _foot_buttons(view)
    side = round(0.29 * inner.width)
    starts = (inner.x, inner.x + side + size.gap, inner.right - side)
    widths = (side, inner.width - 2 * (side + size.gap), side)
    for place, button in cells:
        _button(canvas, Box(starts[place], inner.y, widths[place], inner.height), button, size)
    return Box(rest.x, rest.y, rest.width, rest.height - height)


@dataclass(frozen=True)
class _Foot:
    action: Action
    label: str
    symbol: str
    filled: bool = False


def _foot_buttons(view: DispenserView) -> list[tuple[int, _Foot]]:
    buttons: list[tuple[int, _Foot]] = []
    if view.step == "choose":
        if view.page > 1:
            buttons.append((0, _Foot(Action("page", "-1"), view.back_label, "previous")))
        if view.page < view.pages:
            buttons.append((2, _Foot(Action("page", "+1"), view.more_label, "next")))
    elif view.back_label:
        buttons.append((0, _Foot(Action("back"), view.back_label, "previous")))
    if view.help_label:
        buttons.append((1, _Foot(Action("help"), view.help_label, "hand", filled=True)))
    return buttons


def _button(canvas: Canvas, cell: Box, button: _Foot, size: Measures) -> None:
    ink = PAPER if button.filled else BRAND
    ground, edge = (BUTTON, BUTTON) if button.filled else (PAPER, EDGE)
    canvas.card(cell, ground, edge, size.edge, size.radius)
    icon = round(0.5 * size.target) if button.filled else round(0.36 * size.target)
    inner = cell.inset(size.gap, round(1.2 * size.gap))
    words = inner.after(icon + size.gap)
    if button.symbol == "next":
        words = inner.start(inner.width - icon - size.gap)
        canvas.symbol(button.symbol, inner.after(inner.width - icon), ink, directional=True)
    else:
        canvas.symbol(button.symbol, inner.start(icon), ink, directional=button.symbol == "previous")
    canvas.text(
        button.label,
        words,
        ink,
        size=size.text(0.26 if button.filled else 0.23),
        smallest=size.text(0.14),
        lines=3,
        bold=True,
        align="end" if button.symbol == "next" else "start",
    )
    canvas.touchable(cell, button.action)


# --- Choosing ----------------------------------------------------------------------------------------------------


def _choose(canvas: Canvas, rest: Box, view: DispenserView, size: Measures, keys: bool) -> None:
    title = rest.top(round(0.62 * size.target))
    pages = f"{view.page}/{view.pages}" if view.pages > 1 else ""
    pages_width = lettering.measure_text(pages, size.text(0.25)) if pages else 0
    canvas.text(
        view.title, title.start(title.width - pages_width - size.gap), BRAND, size=size.text(0.36), bold=True, lines=1
    )
    canvas.text(pages, title.after(title.width - pages_width), QUIET, size=size.text(0.25), align="end")
    grid = rest.below(title.height)
    if view.note:
        note = Box(grid.x, grid.bottom - round(0.46 * size.target), grid.width, round(0.46 * size.target))
        icon = round(0.26 * size.target)
        canvas.symbol("information", note.start(icon), QUIET)
        canvas.text(view.note, note.after(icon + size.gap), INK, size=size.text(0.2), lines=2)
        grid = Box(grid.x, grid.y, grid.width, grid.height - note.height)
    else:
        grid = Box(grid.x, grid.y, grid.width, grid.height - size.margin // 2)
    columns = _columns(len(view.choices), grid, size)
    rows = math.ceil(len(view.choices) / columns)
    width = (grid.width - (columns - 1) * size.gap) // columns
    height = min((grid.height - (rows - 1) * size.gap) // rows, round(1.8 * size.target))
    cells = []
    for place in range(len(view.choices)):
        row, column = divmod(place, columns)
        cells.append(Box(grid.x + column * (width + size.gap), grid.y + row * (height + size.gap), width, height))
    name_size = _common_size(canvas, view.choices, cells[0], size)
    for cell, choice in zip(cells, view.choices, strict=True):
        _choice(canvas, cell, choice, size, name_size, keys)
        canvas.touchable(cell, Action("choose", choice.service))


SHRUNK = 0.9
"""A little less than a target is better than five narrow columns: 18 mm on a panel of 10 inches."""


def _columns(count: int, grid: Box, size: Measures) -> int:
    """The fewest columns whose rows are tall enough for a finger, while the cells stay wide enough for words."""
    widest = max(1, grid.width // round(1.75 * size.target))
    least = min(2, count) if grid.width > 3.5 * size.target else 1
    for most, height in ((4, size.target), (4, round(SHRUNK * size.target)), (widest, size.target)):
        for columns in range(least, min(most, widest) + 1):
            rows = math.ceil(count / columns)
            if (grid.height - (rows - 1) * size.gap) // rows >= height:
                return columns
    return widest


@dataclass(frozen=True)
class _Cell:
    """The parts of one choice's cell."""

    icon: Box
    words: Box
    small: int

    def name_box(self, under: bool) -> Box:
        return self.words.top(self.words.height - (round(1.25 * self.small) if under else 0))


def _parts(cell: Box, size: Measures) -> _Cell:
    inner = cell.inset(round(1.4 * size.gap), round(0.05 * cell.height))
    icon = min(round(0.56 * size.target), round(0.55 * cell.height), round(0.22 * cell.width))
    return _Cell(inner.start(icon), inner.after(icon + round(1.2 * size.gap)), _small(cell, size))


def _small(cell: Box, size: Measures) -> int:
    return max(10, min(size.text(0.19), round(0.2 * cell.height)))


def _under(choice: ChoiceView) -> str:
    return choice.waiting if choice.open else choice.note


NAME, SMALLEST_NAME, SHARED_NAME = 0.28, 0.17, 0.2
"""Sizes of a service's name, as parts of a target: wished for, least, and least that all share for one long name."""


def _fit_name(canvas: Canvas, choice: ChoiceView, cell: Box, size: Measures, most: int) -> Fitted:
    box = _parts(cell, size).name_box(bool(_under(choice)))
    return fit(
        choice.name,
        box.width,
        box.height,
        most,
        smallest=min(most, max(10, round(SMALLEST_NAME * size.target))),
        lines=3,
        bold=True,
        language=canvas.language,
    )


def _common_size(canvas: Canvas, choices: tuple[ChoiceView, ...], cell: Box, size: Measures) -> int:
    """All names in one size, unless one is so long that the others would suffer."""
    wished, least = size.text(NAME), size.text(SHARED_NAME)
    fitted = [_fit_name(canvas, choice, cell, size, wished).size for choice in choices]
    return min((one for one in fitted if one >= least), default=least)


def _choice(canvas: Canvas, cell: Box, choice: ChoiceView, size: Measures, name_size: int, keys: bool) -> None:
    ground, edge = (PAPER, EDGE) if choice.open else (SHADE, LINE)
    canvas.card(cell, ground, edge, size.edge, size.radius)
    parts = _parts(cell, size)
    if keys and choice.key:
        width = parts.icon.width
        canvas.text(choice.key, parts.icon, BRAND, size=round(0.95 * width), smallest=width // 3, bold=True)
    else:
        symbol = (choice.symbol or "document") if choice.open else "lock"
        canvas.symbol(symbol, parts.icon, BRAND if choice.open else QUIET)
    name = _fit_name(canvas, choice, cell, size, name_size)
    name_height = len(name.lines) * leading(name.size, canvas.language)
    under = _fit_under(canvas, choice, parts, parts.words.height - name_height)
    under_height = len(under.lines) * leading(under.size, canvas.language)
    top = parts.words.y + (parts.words.height - name_height - under_height) // 2
    canvas.text(
        choice.name,
        Box(parts.words.x, top, parts.words.width, name_height),
        INK if choice.open else QUIET,
        size=name.size,
        smallest=name.size,
        lines=3,
        bold=True,
    )
    if under.lines:
        box = Box(parts.words.x, top + name_height, parts.words.width, under_height)
        canvas.text(_under(choice), box, QUIET, size=under.size, smallest=under.size, lines=2)


def _fit_under(canvas: Canvas, choice: ChoiceView, parts: _Cell, height: int) -> Fitted:
    """The wait or the next opening: on one line, even if a little smaller, else on two."""
    words = _under(choice)
    if not words:
        return Fitted(parts.small, (), False)
    least = max(10, round(0.75 * parts.small))
    width, language = parts.words.width, canvas.language
    one = fit(words, width, height, parts.small, smallest=least, lines=1, bold=False, language=language)
    if not one.shortened:
        return one
    return fit(words, width, height, parts.small, smallest=least, lines=2, bold=False, language=language)


# --- After choosing ----------------------------------------------------------------------------------------------


def _number(canvas: Canvas, rest: Box, view: DispenserView, size: Measures) -> None:
    """The number as large as the page allows; on the screen alone also the code to follow it by phone (Q11)."""
    assert view.number is not None
    box = rest.inset(0, size.margin)
    if view.follow_url:
        box = _beside_code(canvas, box, view.follow_url, size)
    title = box.top(round(0.62 * size.target))
    canvas.text(view.title, title, INK, size=size.text(0.4), bold=True, align="center", lines=2)
    lines_height = min(round(0.46 * size.target) * sum(_rows_of(line) for line in view.lines), round(0.36 * box.height))
    number = Box(box.x, title.bottom, box.width, box.height - title.height - lines_height)
    if view.step == "take":
        icon = round(0.9 * size.target)
        canvas.symbol("arrow-down", Box(number.x, number.bottom - icon, number.width, icon), GOOD)
        number = number.top(number.height - icon)
    canvas.text(
        view.number,
        number,
        BRAND,
        size=round(0.84 * number.height / CAPITAL),
        smallest=size.text(0.6),
        bold=True,
        align="center",
    )
    _lines(canvas, Box(box.x, box.bottom - lines_height, box.width, lines_height), view.lines, size)


def _rows_of(line: str) -> int:
    return 2 if len(line) > 40 else 1


def _beside_code(canvas: Canvas, box: Box, address: str, size: Measures) -> Box:
    """The code at the end of the line, or at the foot of a tall page; returns what is left."""
    if box.height > box.width:
        side = min(round(0.36 * box.height), box.width)
        canvas.qr(address, Box(box.x, box.bottom - side, box.width, side))
        return box.top(box.height - side - size.margin)
    side = min(box.height, round(0.36 * box.width))
    canvas.qr(address, box.after(box.width - side))
    return box.start(box.width - side - size.margin)


def _lines(canvas: Canvas, box: Box, lines: tuple[str, ...], size: Measures) -> None:
    if not lines:
        return
    row = box.height // sum(_rows_of(line) for line in lines)
    y = box.y
    for line in lines:
        height = row * _rows_of(line)
        canvas.text(
            line,
            Box(box.x, y, box.width, height),
            INK,
            size=size.text(0.28),
            smallest=size.text(0.15),
            lines=3,
            align="center",
        )
        y += height


SYMBOL_OF_STEP = {
    "choose": "information",
    "working": "hourglass",
    "take": "ticket",
    "number": "ticket",
    "refused": "information",
    "helped": "check",
    "closed": "clock",
}


def _message(canvas: Canvas, rest: Box, view: DispenserView, size: Measures) -> None:
    """One thing said large, what else to know below it."""
    box = rest.inset(round(0.5 * size.target), size.margin)
    icon = min(round(1.1 * size.target), box.height // 4)
    title_height = min(round(1.3 * size.target), box.height // 3)
    lines_height = min(
        round(0.5 * size.target) * sum(_rows_of(line) for line in view.lines), box.height - icon - title_height
    )
    tall = icon + title_height + lines_height
    top = box.y + (box.height - tall) // 2
    _sign(canvas, Box(box.x, top, box.width, icon), view, size)
    canvas.text(
        view.title,
        Box(box.x, top + icon, box.width, title_height),
        INK,
        size=size.text(0.46),
        smallest=size.text(0.22),
        lines=3,
        bold=True,
        align="center",
    )
    _lines(canvas, Box(box.x, top + icon + title_height, box.width, lines_height), view.lines, size)


def _sign(canvas: Canvas, box: Box, view: DispenserView, size: Measures) -> None:
    """What kind of news it is, before it is read: by form and colour."""
    if not view.trouble:
        canvas.symbol(SYMBOL_OF_STEP[view.step], box, GOOD if view.step == "helped" else BRAND)
        return
    plate = Box(box.x + (box.width - box.height) // 2, box.y, box.height, box.height)
    canvas.card(plate, NOTICE, NOTICE_EDGE, 2 * size.edge, 2 * size.radius)
    canvas.symbol("alert", plate.inset(plate.width // 6, plate.height // 6), INK)


def _moves(view: DispenserView) -> bool:
    return False


def _language_of(view: DispenserView) -> str:
    return view.language


DISPENSER: Drawing[DispenserView] = Drawing(paint=paint_dispenser, moves=_moves, language=_language_of)
"""For touch: symbols beside the words."""

DISPENSER_WITH_KEYS: Drawing[DispenserView] = Drawing(
    paint=partial(paint_dispenser, keys=True), moves=_moves, language=_language_of
)
"""For push buttons or a keypad: each choice shows the number of its key."""
