"""Several calls at once: each is shown as newly called for its full eight seconds, one after another (Q4)."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect
from rig.pages_running import RunningPages
from rig.points import clerk

pytestmark = pytest.mark.slow


def test_three_calls_at_once_are_highlighted_one_after_another(pages: RunningPages, open_page: Any) -> None:
    turns = [pages.work.arrives("vero") for _ in range(3)]
    for counter in "123":
        pages.work.opens(counter, clerk("vero"))
    display = open_page("/display/lobby")
    display.clock.install()
    display.reload()
    expect(display.locator("#nobody")).to_be_visible()
    display.clock.pause_at(display.evaluate("(Date.now() + 1000) / 1000"))

    for counter in "123":
        pages.work.called(counter, clerk("vero"))
        pages.work.clock.pass_by(seconds=1)
        expect(display.locator("#calls .number")).to_have_count(int(counter))

    shown = display.locator("#hero-number")
    for turn in turns:
        expect(shown).to_have_text(turn.number)
        expect(display.locator("#hero-now")).to_be_visible()
        display.clock.run_for(7_999)
        expect(shown).to_have_text(turn.number)
        display.clock.run_for(1)
    expect(display.locator("#hero-now")).to_be_hidden()
    expect(display.locator("#calls .number")).to_have_text([turn.number for turn in reversed(turns)])


def test_the_second_showing_and_a_recall_are_new_again(pages: RunningPages, open_page: Any, clerk_at: Any) -> None:
    turn = pages.work.arrives("vero")
    page = clerk_at("1")
    page.locator("#act-main").click()
    page.locator("#act-recall").wait_for()
    display, counter = open_page("/display/lobby"), open_page("/display/counter/1")
    expect(display.locator("#hero-number")).to_have_text(turn.number)
    expect(display.locator("#hero-now")).to_be_hidden()

    pages.work.clock.pass_by(seconds=76)
    pages.shows_again()
    expect(display.locator("#hero-now")).to_be_visible()
    expect(counter.locator("body.flash")).to_have_count(1)
    expect(display.locator("#hero-now")).to_be_hidden(timeout=10_000)

    page.locator("#act-recall").click()
    expect(display.locator("#hero-now")).to_be_visible()


def test_a_counter_display_follows_its_counter(pages: RunningPages, open_page: Any, clerk_at: Any) -> None:
    turn = pages.work.arrives("vero")
    display = open_page("/display/counter/1")
    expect(display.locator("[data-for=closed]")).to_be_visible()
    page = clerk_at("1")
    expect(display.locator("[data-for=free]")).to_be_visible()

    page.locator("#act-main").click()

    expect(display.locator("#number")).to_have_text(turn.number)
    expect(display.locator("[data-for=calling]")).to_be_visible()
    page.locator("#act-main").click()
    expect(display.locator("[data-for=serving]")).to_be_visible()


def test_an_unknown_counter_or_area_says_which_there_are(open_page: Any) -> None:
    page = open_page("/display/counter/99")
    expect(page.get_by_role("heading", name="There is no such counter")).to_be_visible()
    page.get_by_role("link", name="Counter 3").click()
    expect(page.locator("body.counter h1")).to_contain_text("Counter 3")
    page.goto("/display/lobby?area=attic")
    expect(page.get_by_role("link", name="Lobby", exact=True)).to_be_visible()
