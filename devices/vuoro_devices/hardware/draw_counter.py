"""The counter's own display as a full screen: the number being served, and nothing that competes with it."""

from __future__ import annotations

from vuoro_devices.behaviour.views import CounterView
from vuoro_devices.hardware.canvas import Canvas, Drawing
from vuoro_devices.hardware.draw_lobby import CAPITAL, trouble_strip
from vuoro_devices.hardware.glass import Box
from vuoro_devices.hardware.palette import BRAND, CALL, GROUND, INK, LINE, PAPER, QUIET, SHADE


def paint_counter(canvas: Canvas, view: CounterView) -> None:
    page = canvas.box
    unit = min(page.width, page.height)
    calling = view.flash and view.number is not None
    header = page.top(round(0.2 * unit))
    canvas.fill(page, BRAND if calling else SHADE if view.state == "closed" else PAPER)
    canvas.fill(header, BRAND)
    canvas.text(
        view.counter_name,
        header.inset(round(0.06 * unit), round(0.035 * unit)),
        PAPER,
        size=round(0.11 * unit),
        bold=True,
        lines=2,
    )
    body = page.below(header.height)
    if not view.connected:
        strip = Box(body.x, body.bottom - round(0.13 * unit), body.width, round(0.13 * unit))
        body = Box(body.x, body.y, body.width, body.height - strip.height)
        _unconnected(canvas, strip, view.message)
    if view.number is not None:
        _number(canvas, body, view.number, unit, calling)
    elif view.state == "closed":
        _message(canvas, body, view, unit, "lock")
    else:
        _message(canvas, body, view, unit, "")


def _number(canvas: Canvas, body: Box, number: str, unit: int, calling: bool) -> None:
    frame = body.inset(round(0.025 * unit))
    inner = frame.inset(round(0.05 * unit))
    if calling:
        thickness = round((0.03 if canvas.beat else 0.014) * unit)
        canvas.card(frame, BRAND, CALL, thickness, round(0.05 * unit))
        arrow = round(0.2 * unit)
        nudge = round(0.02 * unit) if canvas.beat else 0
        for x in (inner.x, inner.right - arrow):
            canvas.symbol("arrow-down", Box(x, inner.y + nudge, arrow, inner.height), CALL)
        inner = inner.inset(arrow, 0)
    canvas.text(
        number,
        inner,
        PAPER if calling else BRAND,
        size=round(0.56 * unit / CAPITAL),
        smallest=round(0.1 * unit),
        bold=True,
        align="center",
    )


def _message(canvas: Canvas, body: Box, view: CounterView, unit: int, symbol: str) -> None:
    ink = QUIET if view.state == "closed" else INK
    inner = body.inset(round(0.08 * unit))
    words = view.message if view.connected else ""
    if symbol:
        icon = round(0.22 * unit)
        canvas.symbol(symbol, inner.top(icon), ink)
        inner = inner.below(icon)
    if words:
        size = round(0.14 * unit)
        canvas.text(words, inner, ink, size=size, smallest=size // 3, lines=4, bold=True, align="center")
        return
    width, height = round(0.3 * unit), round(0.03 * unit)
    dash = Box(body.x + (body.width - width) // 2, inner.y + (inner.height - height) // 2, width, height)
    canvas.fill(dash, LINE if view.state == "closed" else QUIET, height // 2)


def _unconnected(canvas: Canvas, strip: Box, message: str) -> None:
    """Without a word from the hub the number may be an old one: say so, also where there are no words for it."""
    if message:
        trouble_strip(canvas, strip, message)
        return
    canvas.fill(strip, GROUND)
    canvas.symbol("disconnected", strip.inset(0, round(0.15 * strip.height)), INK)


COUNTER: Drawing[CounterView] = Drawing(
    paint=paint_counter, moves=lambda view: view.flash and view.number is not None, language=lambda view: "fi"
)
