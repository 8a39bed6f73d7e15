"""A counter whose clerk is gone: a colleague takes it over, or the coordinator closes it, each after a question."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect
from rig.pages_running import RunningPages
from rig.points import clerk
from vuoro_hub.acts import calling
from vuoro_hub.acts.transaction import Actor
from vuoro_hub.domain.roles import Grant, Person, Role

pytestmark = pytest.mark.slow

GONE = Actor.staff(Person("gone-home", (Grant(Role.CLERK, "vero"),)))


def left_with_somebody_called(pages: RunningPages) -> str:
    turn = pages.work.arrives("vero")
    pages.work.opens("1", GONE)
    pages.work.called("1", GONE)
    return turn.turn


def test_a_colleague_is_asked_takes_it_over_and_goes_on(pages: RunningPages, signed_in: Any) -> None:
    turn = left_with_somebody_called(pages)
    page, other = signed_in("clerk-vero"), signed_in("clerk-kela")
    expect(page.locator("#really-take-over-1")).to_be_hidden()
    expect(other.locator("#take-over-1")).to_have_count(0)

    page.locator("#take-over-1 summary").click()
    expect(page.locator("#take-over-1")).to_contain_text("gone-home has this counter open.")
    expect(page.locator("#take-over-1")).to_contain_text("Number 001 stays called")
    page.locator("#really-take-over-1").click()

    expect(page.locator(".desk .hero")).to_contain_text("001")
    page.locator("#act-main").click()
    expect(page.locator("#act-next")).to_be_visible()
    assert pages.work.turn(turn).state == "serving"


def test_the_coordinator_is_told_what_will_happen_and_closes_it(pages: RunningPages, signed_in: Any) -> None:
    turn = left_with_somebody_called(pages)
    page = signed_in("coordinator")
    expect(page.locator("#really-close-1")).to_be_hidden()

    page.locator("#close-1 summary").click()
    expect(page.locator("#close-1")).to_contain_text("Number 001 is called here: it goes back to its place in line")
    pages.work.must(GONE, lambda t: calling.serve(t, turn))
    expect(page.locator("#close-1")).to_contain_text("Number 001 is being served here: it is marked finished.")
    page.locator("#really-close-1").click()

    expect(page.locator("#close-1")).to_have_count(0)
    assert pages.work.turn(turn).state == "finished"
    pages.work.opens("1", clerk("kela"))
