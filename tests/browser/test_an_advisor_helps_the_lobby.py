"""An advisor gives numbers, moves and removes turns, and tells the clerk by a fixed phrase (Q8, Q9, table R)."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect
from rig.browsers import TABLET
from rig.pages_running import RunningPages

pytestmark = pytest.mark.slow


def test_a_number_is_given_with_needs_and_a_code_for_the_phone(pages: RunningPages, signed_in: Any) -> None:
    page = signed_in("advisor", size=TABLET)
    page.get_by_label("Interpreter").check()

    page.locator(".services button[value=vero]").click()

    expect(page.locator("#issued .hero")).to_have_text("001")
    expect(page.locator("#issued img")).to_be_visible()
    expect(page.locator("#queue-vero .badge")).to_have_text(["Interpreter"])
    expect(page.get_by_label("Interpreter")).not_to_be_checked()
    pages.work.arrives("tyo")
    expect(page.locator("#queue-tyo .number")).to_have_text(["002"])
    expect(page.locator("#issued .hero")).to_have_text("001")
    page.get_by_role("button", name="Done").click()
    expect(page.locator("#issued .hero")).to_have_count(0)


def test_the_clerk_hears_of_a_customer_whose_number_went_by(pages: RunningPages, signed_in: Any, clerk_at: Any) -> None:
    turn = pages.work.arrives("vero")
    clerk = clerk_at("1")
    clerk.locator("#act-main").click()
    clerk.locator("#act-recall").wait_for()
    pages.work.clock.pass_by(seconds=151)
    clerk.reload()
    clerk.locator("#act-miss").click()
    advisor = signed_in("advisor")
    advisor.locator("#find").fill("1")
    advisor.locator("#find").press("Enter")

    advisor.get_by_role("dialog").get_by_role("button", name="The customer is here now").click()

    expect(advisor.get_by_role("dialog")).to_be_hidden()
    expect(clerk.locator("#from-advisor")).to_contain_text("The customer is here now", timeout=1000)
    clerk.locator(f"#call-told-{turn.turn}").click()
    expect(clerk.locator(".desk .hero")).to_contain_text(turn.number)


def test_a_turn_is_moved_and_removed(pages: RunningPages, signed_in: Any) -> None:
    wrong, needless = pages.work.arrives("vero"), pages.work.arrives("vero")
    page = signed_in("advisor")
    sheet = page.get_by_role("dialog")

    page.locator(f"#more-{wrong.turn}").click()
    sheet.get_by_text("Move to another service").click()
    sheet.get_by_role("button", name="Kela benefits").click()
    expect(page.locator("#queue-kela .number")).to_have_text([wrong.number])
    page.locator(f"#more-{needless.turn}").click()
    sheet.get_by_text("Remove from the queue").click()
    sheet.get_by_role("button", name=f"Remove {needless.number}").click()

    expect(page.locator("#queue-vero")).to_have_count(0)
    assert pages.work.turn(needless.turn).state == "cancelled"


def test_of_who_is_called_the_clerk_decides_and_the_advisor_is_offered_no_move(
    pages: RunningPages, signed_in: Any, clerk_at: Any
) -> None:
    turn = pages.work.arrives("vero")
    clerk, advisor = clerk_at("1"), signed_in("advisor")
    clerk.locator("#act-main").click()
    clerk.locator("#act-recall").wait_for()

    advisor.locator(f"#more-{turn.turn}").click()
    sheet = advisor.get_by_role("dialog")
    expect(sheet).to_contain_text("the clerk decides")
    expect(sheet.locator("#sheet-move")).to_have_count(0)
    expect(sheet.locator("#sheet-remove")).to_have_count(0)
    expect(sheet.get_by_role("button", name="The customer comes soon")).to_be_visible()
    clerk.locator("#act-more").click()
    expect(clerk.locator("#sheet-remove")).to_be_visible()


def test_needs_are_marked_on_a_turn_and_the_clerk_waits_longer(
    pages: RunningPages, signed_in: Any, clerk_at: Any
) -> None:
    turn = pages.work.arrives("vero")
    clerk, advisor = clerk_at("1"), signed_in("advisor")
    clerk.locator("#act-main").click()
    clerk.locator("#act-recall").wait_for()
    pages.work.clock.pass_by(seconds=149)
    clerk.reload()

    advisor.locator(f"#more-{turn.turn}").click()
    sheet = advisor.get_by_role("dialog")
    sheet.get_by_text("What the customer needs").click()
    sheet.get_by_label("More time").check()
    sheet.get_by_label("Interpreter").check()
    sheet.get_by_role("button", name="Save").click()

    expect(sheet).to_be_hidden()
    expect(clerk.locator(".desk .badge")).to_have_text(["More time", "Interpreter"], timeout=1000)
    expect(clerk.locator("#act-miss")).to_contain_text("2:3")
    clerk.locator("#act-more").click()
    clerk.get_by_role("dialog").get_by_text("What the customer needs").click()
    expect(clerk.get_by_role("dialog").get_by_label("Interpreter")).to_be_checked()


def test_a_clerk_gives_a_number_for_the_own_authoritys_services(pages: RunningPages, clerk_at: Any) -> None:
    page = clerk_at("1", "clerk-te")
    expect(page.locator("#form-give")).to_be_hidden()

    page.keyboard.press("g")
    expect(page.locator("#give .services button[value=vero]")).to_have_count(0)
    page.locator("#give .services button[value=tyo]").click()

    expect(page.locator("#issued .hero")).to_have_text("001")
    expect(page.locator("#queue-tyo .number")).to_have_text(["001"])


def test_an_advisor_is_offered_no_call_and_a_guide_sees_the_own_authority(pages: RunningPages, signed_in: Any) -> None:
    pages.work.arrives("vero")
    pages.work.arrives("tyo")
    advisor, guide = signed_in("advisor"), signed_in("guide-te")

    expect(advisor.locator("#queue-vero .number")).to_have_count(1)
    expect(advisor.locator("#queue-tyo .number")).to_have_count(1)
    expect(advisor.get_by_role("button", name="Call", exact=False)).to_have_count(0)
    expect(guide.locator("#queue-tyo .number")).to_have_count(1)
    expect(guide.locator("#queue-vero")).to_have_count(0)


@pytest.mark.parametrize(("name", "units"), [("guard", 1), ("coordinator", 1), ("viewer", 0)])
def test_others_see_the_point_today_as_far_as_their_role_goes(signed_in: Any, name: str, units: int) -> None:
    page = signed_in(name)

    expect(page.get_by_role("heading", name="Services today")).to_be_visible()
    expect(page.get_by_role("heading", name="Units")).to_have_count(units)
    expect(page.locator("#act-main")).to_have_count(0)
