"""The demo's lobby page, with every program behind it running: broker, hub and units."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from rig.point import RunningPoint
from rig.waiting import until

pytestmark = pytest.mark.slow

SIZES = {"phone": (390, 844), "tablet": (820, 1180), "desk": (1440, 900)}
OpenLobby = Callable[..., Page]


@pytest.fixture
def open_lobby(chromium: Browser, running_point: RunningPoint) -> Iterator[OpenLobby]:
    """Opens the lobby as a newcomer does, through the hub's address; every script error is a failure."""
    contexts: list[Any] = []
    errors: list[str] = []

    def opened(size: str = "desk", locale: str = "en-GB") -> Page:
        width, height = SIZES[size]
        context = chromium.new_context(viewport={"width": width, "height": height}, locale=locale)
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{running_point.url}/lobby")
        expect(page.locator('[data-screen="dispenser-1"] img')).to_be_visible()
        return page

    yield opened
    for context in contexts:
        context.close()
    assert errors == []


def state_of(page: Page, key: str) -> Any:
    return page.locator(f'[data-state="{key}"] .word')


def press_service(page: Page, name: str) -> None:
    page.locator('[data-keys="dispenser-1"] button').filter(has_text=name).click()


def test_a_newcomer_gets_a_number_and_sees_it_called(open_lobby: OpenLobby, running_point: RunningPoint) -> None:
    lobby = open_lobby()
    papers = lobby.locator('[data-papers="dispenser-1"] .paper')
    had = papers.count()
    press_service(lobby, "Verotus")
    expect(papers).to_have_count(min(had + 1, 4))
    until(lambda: papers.first.locator("img").evaluate("image => image.naturalWidth"), "the paper is drawn")

    with lobby.context.expect_page() as opened:
        lobby.get_by_role("link", name="Staff pages").click()
    staff = opened.value
    staff.locator("#name").fill("clerk-vero")
    staff.locator("#password").fill("demo")
    staff.locator("#password").press("Enter")
    staff.locator("#open-1").click()
    before = running_point.lobby()["units"]
    staff.locator("#act-main").click()

    def lit() -> bool:
        units = running_point.lobby()["units"]
        return units["counter-1"]["step"] == "calling" and all(
            units[unit]["screen"]["frame"] > before[unit]["screen"]["frame"] for unit in ("counter-1", "lobby-1")
        )

    until(lit, "the number lights up on the counter display and the lobby display")
    staff.close()


def test_what_is_wrong_with_the_printer_is_shown_and_mended(open_lobby: OpenLobby, running_point: RunningPoint) -> None:
    lobby = open_lobby()
    lobby.get_by_role("radiogroup", name="Paper").get_by_label("out").check()
    until(lambda: running_point.lobby()["units"]["dispenser-1"]["printer"]["paper"] == "out", "the paper is out")
    lobby.get_by_role("radiogroup", name="Paper").get_by_label("in", exact=True).check()
    until(lambda: running_point.lobby()["units"]["dispenser-1"]["printer"]["paper"] == "ok", "the paper is in")


def test_a_pulled_plug_is_told_in_words_and_put_back_with_the_keyboard(open_lobby: OpenLobby) -> None:
    lobby = open_lobby()
    lobby.locator('[data-plug="counter-3"][data-do="pull"]').focus()
    lobby.keyboard.press("Enter")
    expect(state_of(lobby, "counter-3")).to_have_text("plug pulled")
    expect(lobby.locator('[data-screen="counter-3"] .dark')).to_be_visible()
    start = lobby.locator('[data-plug="counter-3"][data-do="start"]')
    expect(start).to_be_focused()
    lobby.keyboard.press("Enter")
    expect(state_of(lobby, "counter-3")).to_have_text("on, connected")


def test_without_the_broker_every_unit_says_so_and_comes_back(open_lobby: OpenLobby) -> None:
    lobby = open_lobby()
    lobby.locator('[data-plug="broker"][data-do="stop"]').click()
    expect(state_of(lobby, "broker")).to_have_text("stopped")
    for unit in ("dispenser-1", "counter-1", "lobby-1"):
        expect(state_of(lobby, unit)).to_have_text("on, without connection to the hub")
    expect(state_of(lobby, "hub")).to_have_text(re.compile("on, but not well"))
    lobby.locator('[data-plug="broker"][data-do="start"]').click()
    for unit in ("dispenser-1", "counter-1", "lobby-1", "hub"):
        expect(state_of(lobby, unit)).to_have_text("on, connected", timeout=30_000)


@pytest.mark.parametrize("size", SIZES)
def test_it_fits_every_width_and_everybody_can_use_it(open_lobby: OpenLobby, size: str) -> None:
    lobby = open_lobby(size, locale="fi-FI")
    expect(lobby.locator("html")).to_have_attribute("lang", "fi")
    assert lobby.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    results = Axe().run(lobby)
    assert results.violations_count == 0, results.generate_report()
