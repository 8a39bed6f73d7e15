"""A call for help appears at once at the top of every advisor's page and is taken by one (Q17)."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect
from rig.pages_running import RunningPages
from vuoro_hub.acts import helping
from vuoro_hub.acts.transaction import Actor

pytestmark = pytest.mark.slow


def pressed(pages: RunningPages, service: str | None = None) -> str:
    """Somebody presses the dispenser's help key."""
    unit, at = "dispenser-1", pages.work.clock()
    call = pages.work.must(Actor.device(unit), lambda t: helping.want_help(t, unit, service, at))
    assert call is not None
    return call.id


def test_it_appears_at_once_is_taken_by_one_and_gone_for_the_other(pages: RunningPages, signed_in: Any) -> None:
    first, second = signed_in("advisor"), signed_in("advisor")
    guide = signed_in("guide-te")
    guard = signed_in("guard")

    call = pressed(pages)
    for page in (first, second):
        expect(page.locator(".help-call")).to_contain_text("Help is wanted: Lobby", timeout=1000)
    expect(guide.locator(".help-call")).to_have_count(0)
    expect(guard.locator("#help-calls")).to_have_count(0)
    first.get_by_role("button", name="I am coming").click()

    for page in (first, second):
        expect(page.locator(".help-call")).to_have_count(0, timeout=1000)
        expect(page.locator(".help-taken")).to_contain_text("on the way: Lobby")
    assert pages.work.see(lambda t: t.records.help_call(call)).taken_by == "advisor"


def test_whoever_comes_too_late_is_told_who_is_on_the_way(pages: RunningPages, signed_in: Any) -> None:
    pressed(pages, "tyo")
    guide = signed_in("guide-te")
    expect(guide.locator(".help-call")).to_contain_text("Looking for work")
    advisor = signed_in("advisor")
    form = advisor.locator(".help-call form").evaluate("form => new URLSearchParams(new FormData(form)).toString()")

    guide.get_by_role("button", name="I am coming").click()
    expect(guide.locator(".help-taken")).to_contain_text("You are on the way")
    late = advisor.request.post(
        "/staff/act",
        data=form,
        headers={
            "Content-Type": "application/x-www-form-urlencoded",
            "HX-Request": "true",
            "Accept-Language": "en",
            "Referer": pages.url,
        },
    )

    assert "guide-te is on the way to this call already." in late.text()


def test_it_waits_for_an_advisor_who_comes_later(pages: RunningPages, signed_in: Any) -> None:
    pressed(pages)
    pages.work.clock.pass_by(minutes=20)

    page = signed_in("advisor")

    expect(page.locator(".help-call")).to_be_visible()
    assert page.title().startswith("‼")
