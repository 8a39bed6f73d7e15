"""WCAG 2.2 AA by axe-core on every page in every state; pages reflow at 400 % and fit the fingers of a tablet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from rig.browsers import PHONE, TABLET
from rig.pages_running import RunningPages
from vuoro_hub.acts import helping
from vuoro_hub.acts.transaction import Actor
from vuoro_hub.domain.roles import Grant, Person, Role
from vuoro_mqtt.payloads import Need

pytestmark = pytest.mark.slow

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}

ZOOMED = {"width": 320, "height": 256}
"""What is left of a 1280 x 1024 screen at 400 %."""

LEAST_TARGET = 44
"""Height in CSS pixels of what a finger presses."""

PUBLIC = ("/sign-in", "/today", "/display/lobby", "/display/counter/3", "/display/counter/none", "/nothing-here")


def faults(page: Page) -> list[str]:
    """Every fault axe finds, with where it is."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{one['id']}: {node['target']} {node['failureSummary']}" for one in found for node in one["nodes"]]


def wider_than_the_screen(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_pages_for_everybody(pages: RunningPages, open_page: Any, language: str) -> None:
    pages.work.arrives("vero")
    page = open_page("/", language=language)
    for path in PUBLIC:
        page.goto(path)
        assert faults(page) == [], path
        assert page.locator("html").get_attribute("lang") == ("fi" if path.startswith("/display/") else language) or (
            "none" in path
        )


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_a_clerks_page_in_every_state(pages: RunningPages, signed_in: Any, clerk_at: Any, language: str) -> None:
    pages.work.arrives("vero", needs=(Need.MORE_TIME, Need.INTERPRETER))
    for _ in range(3):
        pages.work.arrives("vero")
    page = signed_in("clerk-vero", language=language)
    assert faults(page) == [], "choosing a counter"
    page.locator("#open-1").click()
    page.locator("#act-main").wait_for()
    page.locator("#desk-settings summary").click()
    page.locator("#give summary").click()
    assert faults(page) == [], "free"
    page.keyboard.press("n")
    page.locator("#act-recall").wait_for()
    assert faults(page) == [], "called"
    page.keyboard.press("t")
    page.get_by_role("dialog").wait_for()
    assert faults(page) == [], "moving"
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    page.locator("#act-next").wait_for()
    assert faults(page) == [], "serving"
    page.keyboard.press("p")
    page.locator("#parked").wait_for()
    assert faults(page) == [], "put aside"
    page.locator("#keys summary").click()
    assert faults(page) == [], "keys"
    pages.stop()
    expect(page.locator("#connection")).not_to_have_text("", timeout=8_000)
    assert faults(page) == [], "not connected"


@pytest.mark.parametrize("name", ["advisor", "guide-te", "guard", "coordinator", "viewer"])
def test_the_pages_of_every_other_role(pages: RunningPages, signed_in: Any, name: str) -> None:
    turn = pages.work.arrives("tyo", needs=(Need.REMOTE,))
    page = signed_in(name, size=TABLET)
    assert faults(page) == []
    if name in ("advisor", "guide-te"):
        page.locator(".services button").first.click()
        page.locator("#issued .hero").wait_for()
        page.locator(f"#more-{turn.turn}").click()
        page.get_by_role("dialog").wait_for()
        assert faults(page) == []


def test_calls_for_help_and_what_asks_really(pages: RunningPages, signed_in: Any) -> None:
    gone = Actor.staff(Person("gone-home", (Grant(Role.CLERK, "te"),)))
    pages.work.arrives("tyo")
    pages.work.opens("1", gone)
    pages.work.called("1", gone)
    for unit in ("dispenser-1", "counter-1"):
        pages.work.must(Actor.device(unit), lambda t, unit=unit: helping.want_help(t, unit, None, t.now))
    page = signed_in("advisor", size=PHONE, has_touch=True)
    page.get_by_role("button", name="I am coming").first.click()
    page.locator(".help-taken").wait_for()
    assert faults(page) == []
    assert too_small(page) == []
    assert wider_than_the_screen(page) <= 0
    for name, asked in (("clerk-te", "#take-over-1"), ("coordinator", "#close-1")):
        page = signed_in(name, size=PHONE, has_touch=True)
        page.locator(f"{asked} summary").click()
        assert faults(page) == [], name
        assert too_small(page) == [], name
        assert wider_than_the_screen(page) <= 0, name


@pytest.mark.parametrize("language", ["fi", "ar"])
def test_a_customers_page(pages: RunningPages, open_page: Any, language: str) -> None:
    page = open_page(_path(pages.work.arrives("vero", language=language).follow_url), size=PHONE)
    assert faults(page) == []
    page.goto("/v/no-such-token")
    assert faults(page) == []


def _path(url: str) -> str:
    return "/" + url.split("/", 3)[3]


@pytest.mark.parametrize(
    ("name", "go"),
    [
        ("clerk-vero", lambda page: page.locator("#open-1").click()),
        ("advisor", lambda page: None),
        ("coordinator", lambda page: None),
    ],
)
def test_pages_reflow_at_400_percent(
    pages: RunningPages, signed_in: Any, name: str, go: Callable[[Page], None]
) -> None:
    pages.work.arrives("vero", needs=(Need.MORE_TIME, Need.INTERPRETER))
    page = signed_in(name, language="fi", size=ZOOMED)
    go(page)
    page.locator(".clerk-work, .lobby-work, .today-work").wait_for()
    assert wider_than_the_screen(page) <= 0
    for path in ("/today", "/sign-in", "/nothing-here"):
        page.goto(path)
        assert wider_than_the_screen(page) <= 0, path


@pytest.mark.parametrize("size", [PHONE, TABLET], ids=["phone", "tablet"])
def test_the_next_act_is_under_the_thumb_and_every_button_large_enough(
    pages: RunningPages, clerk_at: Any, size: dict[str, int]
) -> None:
    for _ in range(12):
        pages.work.arrives("vero")
    page = clerk_at("1", size=size, language="fi", has_touch=True)
    main = page.locator("#act-main")

    for state in ("Kutsu seuraava", "Palvele", "Päätä"):
        expect(main.locator(".label")).to_have_text(state)
        expect(main).to_be_in_viewport(ratio=1)
        assert main.bounding_box()["height"] >= 80
        assert too_small(page) == []
        main.click()
    expect(main.locator(".label")).to_have_text("Kutsu seuraava")
    assert wider_than_the_screen(page) <= 0


def too_small(page: Page) -> list[str]:
    """Visible buttons that are lower than a finger needs."""
    return list(
        page.evaluate(
            """least => [...document.querySelectorAll('main button, main a.button, header button, header a, summary')]
                 .filter(one => one.offsetParent && one.getBoundingClientRect().height < least - 0.5)
                 .filter(one => !one.closest('.top-name'))
                 .map(one => one.textContent.trim() + ' ' + one.getBoundingClientRect().height)""",
            LEAST_TARGET,
        )
    )
