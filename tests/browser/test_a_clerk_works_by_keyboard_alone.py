"""A whole working day without a mouse: every act by a key, the focus never lost."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from rig.pages_running import RunningPages

pytestmark = pytest.mark.slow


def test_from_sign_in_to_the_last_customer(pages: RunningPages, open_page: Any) -> None:
    turns = [pages.work.arrives("vero") for _ in range(4)]
    page = open_page("/")

    expect(page.locator("#name")).to_be_focused()
    page.keyboard.type("clerk-vero")
    page.keyboard.press("Tab")
    page.keyboard.type("demo")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Choose a counter").wait_for()
    tab_to(page, "open-2")
    page.keyboard.press("Enter")
    expect(page.locator("#act-main .label")).to_have_text("Call next")
    expect(page.locator("#act-main")).to_be_focused()

    page.keyboard.press("Enter")
    expect(page.locator(".desk .hero")).to_contain_text(turns[0].number)
    expect(page.locator("#act-main")).to_be_focused()

    page.keyboard.press("r")
    expect(page.locator("#said")).to_contain_text("shown as newly called again")
    page.keyboard.press("s")
    expect(page.locator("#act-main .label")).to_have_text("Finish")
    page.keyboard.press("n")
    expect(page.locator(".desk .hero")).to_contain_text(turns[1].number)
    assert pages.work.turn(turns[0].turn).state == "finished"

    page.keyboard.press("p")
    expect(page.locator("#parked .number")).to_have_text([turns[1].number])
    page.keyboard.press("n")
    expect(page.locator(".desk .hero")).to_contain_text(turns[2].number)
    page.keyboard.press("t")
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_role("button", name="Looking for work")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#act-main .label")).to_have_text("Call next")
    assert pages.work.turn(turns[2].turn).service == "tyo"

    page.keyboard.press("n")
    expect(page.locator(".desk .hero")).to_contain_text(turns[3].number)
    page.keyboard.press("c")
    expect(sheet).to_be_visible()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    page.keyboard.press("f")
    expect(page.locator("#act-again")).to_be_visible()
    expect(page.locator("#act-main")).to_be_focused()


def test_a_missed_customer_is_marked_after_the_waiting_time_and_called_again(
    pages: RunningPages, clerk_at: Any
) -> None:
    turn = pages.work.arrives("vero")
    page = clerk_at("1")
    page.keyboard.press("n")
    expect(page.locator("#act-miss")).to_be_disabled()
    expect(page.locator("#act-miss .left")).to_contain_text("2:")
    page.keyboard.press("m")  # nothing: it is not time yet
    pages.work.clock.pass_by(seconds=151)
    page.reload()

    page.keyboard.press("m")

    expect(page.locator("#missed .number")).to_have_text([turn.number])
    tab_to(page, f"call-{turn.turn}")
    page.keyboard.press("Enter")
    expect(page.locator(".desk .hero")).to_contain_text(turn.number)
    expect(page.locator("#act-main")).to_be_focused()


def test_keys_do_nothing_while_somebody_types_or_has_switched_them_off(pages: RunningPages, signed_in: Any) -> None:
    page = signed_in("advisor")
    page.keyboard.press("/")
    expect(page.locator("#find")).to_be_focused()
    page.keyboard.type("gw/1")
    expect(page.locator("#find")).to_have_value("gw/1")
    page.locator("#keys summary").click()
    page.locator("#keys-on").uncheck()
    page.keyboard.press("w")
    expect(page.locator("#waiting-title")).not_to_be_focused()


def test_the_focus_stays_when_the_page_updates_by_itself(pages: RunningPages, clerk_at: Any) -> None:
    turns = [pages.work.arrives("vero") for _ in range(3)]
    page = clerk_at("1")
    page.locator(f"#call-{turns[1].turn}").focus()

    number = pages.work.arrives("vero").number

    expect(page.locator("#queue-vero .number").last).to_have_text(number)
    expect(page.locator(f"#call-{turns[1].turn}")).to_be_focused()
    page.locator("#desk-settings summary").click()
    pages.work.arrives("vero")
    expect(page.locator("#queue-vero .number")).to_have_count(5)
    expect(page.locator("#form-services")).to_be_visible()


def tab_to(page: Page, element_id: str) -> None:
    """Press Tab until an element has the focus."""
    for _ in range(80):
        if page.evaluate("document.activeElement.id") == element_id:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"#{element_id} cannot be reached by Tab")
