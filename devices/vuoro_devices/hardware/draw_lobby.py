"""The lobby display: the number called now fills the upper part and is read at ten metres; the others stand below it.

Calls keep their places: the large panel shows the call in its turn, and between calls the newest one, quietly. A new
call is told by its panel's filling, its frame and its arrow, which pulse slowly; there is no sound (Q4, Q5).
"""

from __future__ import annotations

from vuoro_devices.behaviour.views import CallRow, LobbyView
from vuoro_devices.hardware import lettering
from vuoro_devices.hardware.canvas import Canvas, Drawing, fit, leading
from vuoro_devices.hardware.glass import Box
from vuoro_devices.hardware.palette import BRAND, CALL, GROUND, INK, LINE, NOTICE, PAPER, QUIET, TINT, Colour

ROWS = 3
LABEL = 0.058
"""Size of the words in the footer, read from nearly as far as the numbers beside them."""

CAPITAL = 0.668
"""Height of a figure for a size of 1."""

CLOSE = 0.82
"""Lines of one card stand so much closer than on a page of text: letters above and below still do not touch."""


def paint_lobby(canvas: Canvas, view: LobbyView) -> None:
    page = canvas.box
    unit = page.height if page.width > page.height else page.width
    canvas.fill(page, PAPER)
    wide = page.width > page.height
    header = page.top(round((0.075 if not view.trouble else 0.14 if wide else 0.28) * unit))
    footer_height = round(0.105 * unit)
    footer = Box(0, page.height - footer_height, page.width, footer_height)
    if view.trouble:
        _trouble(canvas, header, view, unit)
    else:
        _header(canvas, header, view)
    _footer(canvas, footer, view, unit)
    main = Box(0, header.bottom, page.width, footer.y - header.bottom)
    hero = view.highlight or (view.calls[0] if view.calls else None)
    if hero is None:
        _empty(canvas, main, view, unit)
        return
    others = tuple(call for call in view.calls if call.number != hero.number)
    tall = round((0.405 if wide else 0.83 if _areas(hero) else 0.66) * unit)
    margin = round(0.022 * unit)
    _hero(canvas, main.top(tall + 2 * margin).inset(margin), hero, view, unit)
    rest = main.below(tall + 2 * margin)
    foot = 0 if view.trouble else margin // 2
    _rows(canvas, Box(margin, rest.y, page.width - 2 * margin, rest.height - foot), others, view, unit)


def trouble_strip(canvas: Canvas, strip: Box, text: str) -> None:
    """A trouble told calmly and plainly."""
    canvas.fill(strip, NOTICE)
    canvas.fill(Box(strip.x, strip.bottom - max(2, strip.height // 20), strip.width, max(2, strip.height // 20)), CALL)
    inner = strip.inset(round(0.4 * strip.height), round(0.12 * strip.height))
    canvas.symbol("alert", inner.start(inner.height), INK)
    canvas.text(
        text,
        inner.after(inner.height + strip.height // 4),
        INK,
        size=round(0.5 * strip.height),
        smallest=round(0.26 * strip.height),
        lines=2,
    )


def _trouble(canvas: Canvas, box: Box, view: LobbyView, unit: int) -> None:
    """In the header's place: what is the matter, as large as ten metres need, and below it what still holds."""
    canvas.fill(box, NOTICE)
    edge = max(2, unit // 135)
    canvas.fill(Box(box.x, box.bottom - edge, box.width, edge), CALL)
    inner = Box(box.x, box.y, box.width, box.height - edge).inset(round(0.02 * unit), 0)
    icon = round(0.075 * unit)
    canvas.symbol("alert", inner.start(icon), INK)
    inner = inner.after(icon + round(0.015 * unit))
    first, _, rest = view.trouble.partition("\n")
    size = round(0.068 * unit)
    lines = 1 if canvas.box.width > canvas.box.height else 2
    upper = inner.top(round(0.59 * inner.height))
    canvas.text(first, upper, INK, size=size, smallest=size // 2, lines=lines, bold=True, language=view.language)
    lower = inner.below(upper.height)
    clock = f"{view.local_time:%H.%M}"
    small = round(0.78 * size)
    width = lettering.measure_text(clock, small, bold=True)
    canvas.text(clock, lower, INK, size=small, bold=True, align="end")
    room = lower.start(lower.width - width - small // 2)
    canvas.text(rest, room, INK, size=small, smallest=small // 2, lines=lines, language=view.language)


def _header(canvas: Canvas, box: Box, view: LobbyView) -> None:
    canvas.fill(box, BRAND)
    inner = box.inset(round(0.45 * box.height), 0)
    size = round(0.5 * box.height)
    clock = f"{view.local_time:%H.%M}"
    width = lettering.measure_text(clock, size, bold=True) + size
    canvas.text(clock, Box(inner.right - width, box.y, width, box.height), PAPER, size=size, bold=True, align="end")
    canvas.text(view.title, Box(inner.x, box.y, inner.width - width, box.height), PAPER, size=size)


def _footer(canvas: Canvas, box: Box, view: LobbyView, unit: int) -> None:
    """Who is next, and how many wait (Q11)."""
    canvas.fill(box, GROUND)
    canvas.fill(box.top(max(2, unit // 360)), LINE)
    inner = box.inset(round(0.03 * unit), 0)
    number = round(0.08 * unit)
    size = round(LABEL * unit)
    if view.waiting is not None:
        count = str(view.waiting)
        icon = round(0.07 * unit)
        gap = round(0.018 * unit)
        words = view.labels["waiting"]
        parts = (icon, _label_width(words, size, inner), lettering.measure_text(count, number, bold=True))
        at = inner.after(inner.width - sum(parts) - 2 * gap)
        canvas.symbol("people", at.start(icon), BRAND)
        canvas.text(words[view.turn], at.after(icon + gap).start(parts[1]), INK, size=size)
        canvas.text(count, at, BRAND, size=number, bold=True, align="end")
        inner = inner.start(inner.width - at.width - 2 * gap)
    if view.coming:
        words = view.labels["coming"]
        width = _label_width(words, size, inner)
        canvas.text(words[view.turn], inner.start(width), INK, size=size)
        ink = QUIET if view.trouble else BRAND
        _coming(canvas, inner.after(width + round(0.04 * unit)), view.coming, ink, number)


def _label_width(words: tuple[str, ...], size: int, box: Box) -> int:
    """Room for each of the words, so that nothing beside them moves when the next language has its turn."""
    return min(max(lettering.measure_text(word, size) for word in words) + 1, box.width // 3)


def _coming(canvas: Canvas, box: Box, coming: tuple[str, ...], ink: Colour, size: int) -> None:
    """The next numbers, soonest first, as many as there is room for (Q11)."""
    x = box.x
    gap = round(0.55 * size)
    for number in coming:
        width = lettering.measure_text(number, size, bold=True)
        if x + width > box.right:
            return
        canvas.text(number, Box(x, box.y, width, box.height), ink, size=size, bold=True)
        x += width + gap


def _empty(canvas: Canvas, box: Box, view: LobbyView, unit: int) -> None:
    middle = box.inset(round(0.1 * unit))
    icon = round(0.18 * unit)
    canvas.symbol("ticket", middle.top(icon), LINE)
    below = middle.below(icon + round(0.04 * unit))
    words = "\n".join(dict.fromkeys(view.labels["empty"]))
    canvas.text(words, below, INK, size=round(0.085 * unit), lines=4, align="center")


def _hero(canvas: Canvas, box: Box, call: CallRow, view: LobbyView, unit: int) -> None:
    """The number at a third of the screen's height or more, and where to go; grey where it may be an old one."""
    new, old = view.highlight is not None, bool(view.trouble)
    ground, ink, words = (BRAND, PAPER, PAPER) if new else (GROUND, QUIET, QUIET) if old else (TINT, BRAND, INK)
    radius = round(0.02 * unit)
    thickness = round((0.014 if canvas.beat else 0.007) * unit) if new else 0
    canvas.card(box, ground, CALL if new else ground, thickness, radius)
    size = round(0.338 * unit / CAPITAL)
    pad = round(0.035 * unit)
    inner = box.inset(pad, 0)
    if canvas.box.width <= canvas.box.height:
        number_box, where_box = inner.top(round(0.41 * unit)), inner.below(round(0.395 * unit)).inset(0, pad // 2)
    else:
        width = min(lettering.measure_text(call.number, size, bold=True), round(0.74 * inner.width))
        number_box, where_box = inner.start(width), inner.after(width + pad)
    canvas.text(call.number, number_box, ink, size=size, smallest=size // 6, bold=True)
    if not call.where:
        return
    arrow = round((0.13 if _areas(call) else 0.17) * unit)
    nudge = round(0.02 * unit) if new and canvas.beat else 0
    canvas.symbol(
        "arrow-right",
        Box(where_box.x + nudge, where_box.y, arrow, where_box.height),
        CALL if new else QUIET,
        directional=True,
    )
    _where(canvas, where_box.after(arrow + pad), call, words, unit)


def _areas(call: CallRow) -> tuple[str, ...]:
    """The floor or area in the languages the panel has room for; none where the point has but one."""
    return call.areas or ((call.area,) if call.area else ())


def _where(canvas: Canvas, box: Box, call: CallRow, ink: Colour, unit: int) -> None:
    """The counter in every language, its number or letter very large where its name ends with one; then the area."""
    names, sign = _sign_apart(call.names or (call.where,))
    several = len(names) > 1
    if sign and canvas.box.width <= canvas.box.height:
        beside = box.after(round(0.66 * box.width))
        canvas.text(sign, beside, ink, size=round(0.28 * unit), smallest=round(0.1 * unit), bold=True, flush=True)
        box, sign = box.start(box.width - beside.width), ""
    if areas := _areas(call):
        _where_with_area(canvas, box, names, sign, areas, ink, unit)
        return
    share = 0.28 if sign and not several else 0.5
    rows = [("\n".join(names), 0.075 if sign or several else 0.12, share, max(2, len(names)))]
    rows += [(sign, 0.23, 0.52, 1)] if sign else []
    whole = sum(part for _, _, part, _ in rows)
    y = box.y + round(0.06 * box.height)
    for text, size, part, lines in rows:
        height = round(0.88 * box.height * part / whole)
        canvas.text(
            text,
            Box(box.x, y, box.width, height),
            ink,
            size=round(size * unit),
            smallest=round(0.03 * unit),
            lines=lines,
            bold=True,
            flush=True,
        )
        y += height


def _where_with_area(
    canvas: Canvas, box: Box, names: tuple[str, ...], sign: str, areas: tuple[str, ...], ink: Colour, unit: int
) -> None:
    """The floor as large as the counter's name: one without the other sends people to the wrong one (Q4)."""
    inner = box.inset(0, round(0.008 * unit))
    upper = inner.top(round(inner.height * len(names) / (len(names) + len(areas))))
    lower = inner.below(upper.height)
    if sign:
        upper, lower = upper.top(min(upper.height, round(0.6 * inner.height))), inner.below(upper.height)
        size = min(round(0.23 * unit), round(0.86 * lower.height / CAPITAL))
        width = min(lettering.measure_text(sign, size, bold=True), box.width // 2)
        canvas.text(sign, lower.start(width), ink, size=size, smallest=size // 4, bold=True, flush=True)
        lower = lower.after(width + round(0.025 * unit))
    for texts, part in ((names, upper), (areas, lower)):
        _stack(canvas, part, texts, ink, round(0.08 * unit), unit)


def _stack(
    canvas: Canvas,
    box: Box,
    texts: tuple[str, ...],
    ink: Colour,
    size: int,
    unit: int,
    *,
    bold: bool = True,
    language: str | None = None,
) -> None:
    """Texts below each other in one size, a line each, closer than on a page; long ones in two lines."""
    tongue = language or canvas.language
    text, room = "\n".join(texts), round(box.height / CLOSE)
    smallest = round(0.03 * unit)
    fitted = fit(text, box.width, room, size, smallest=smallest, lines=len(texts), bold=bold, language=tongue)
    if fitted.shortened:
        double = 2 * len(texts)
        fitted = fit(text, box.width, room, size, smallest=smallest, lines=double, bold=bold, language=tongue)
    if fitted.shortened:
        canvas.shortened.append(text)
    tall = leading(fitted.size, tongue)
    step = round(CLOSE * tall)
    y = box.y + (box.height - step * (len(fitted.lines) - 1) - tall) // 2
    for place, line in enumerate(fitted.lines):
        at = Box(box.x, y + place * step, box.width, tall)
        canvas.text(line, at, ink, size=fitted.size, smallest=fitted.size, bold=bold, language=tongue, flush=True)


def _sign_apart(names: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """The names without the sign that all of them end with; whole and no sign where they do not."""
    apart = [name.rpartition(" ") for name in names]
    words, signs = dict.fromkeys(head for head, _, _ in apart), {last for _, _, last in apart}
    sign = signs.pop() if len(signs) == 1 and all(words) else ""
    return (tuple(words), sign) if len(sign) <= 4 and _is_sign(sign) else (names, "")


def _is_sign(word: str) -> bool:
    return any(character.isdigit() for character in word) or (len(word) == 1 and word.isupper())


def _rows(canvas: Canvas, box: Box, calls: tuple[CallRow, ...], view: LobbyView, unit: int) -> None:
    """The other calls, newest first, column by column; each row a tenth of the height or more."""
    wide = canvas.box.width > canvas.box.height
    columns = 2 if wide else 1
    room = max(1, int(box.height // (0.1 * unit)))
    rows = min(room, ROWS if wide else max(ROWS, len(calls)))
    gap = round(0.03 * unit)
    width = (box.width - (columns - 1) * gap) // columns
    height = min(box.height // rows, round(0.16 * unit))
    for place, call in enumerate(calls[: rows * columns]):
        column, row = divmod(place, rows)
        _row(canvas, Box(box.x + column * (width + gap), box.y + row * height, width, height), call, view, unit)


def _row(canvas: Canvas, box: Box, call: CallRow, view: LobbyView, unit: int) -> None:
    canvas.fill(Box(box.x, box.bottom - max(2, unit // 400), box.width, max(2, unit // 400)), LINE)
    if call.new:
        canvas.card(box.inset(0, round(0.006 * unit)), TINT, BRAND, max(3, round(0.004 * unit)), round(0.012 * unit))
    inner = box.inset(round(0.025 * unit), 0)
    size = round(0.68 * box.height / CAPITAL)
    width = min(lettering.measure_text(call.number, size, bold=True), round(0.5 * inner.width))
    canvas.text(call.number, inner.start(width), QUIET if view.trouble else BRAND, size=size, bold=not call.serving)
    arrow = round(0.55 * box.height)
    where = inner.after(width + round(0.02 * unit))
    canvas.symbol("person" if call.serving else "arrow-right", where.start(arrow), QUIET, directional=True)
    where = where.after(arrow + round(0.02 * unit))
    ink = QUIET if call.serving or view.trouble else INK
    words, tongue = round(0.0595 * unit), view.language
    if call.area:
        _stack(canvas, where, (call.where, call.area), ink, words, unit, bold=not call.serving, language=tongue)
    else:
        canvas.text(call.where, where, ink, size=words, lines=2, bold=not call.serving, language=tongue)


LOBBY: Drawing[LobbyView] = Drawing(
    paint=paint_lobby,
    moves=lambda view: view.highlight is not None and view.highlight.new,
    language=lambda view: "fi",
)
