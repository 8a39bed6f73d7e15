"""The customer's own page: place in line, where to go, and nothing that tells the matter (Q3, Q11)."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect
from rig.browsers import PHONE
from rig.pages_running import RunningPages
from rig.points import clerk

pytestmark = pytest.mark.slow


def test_from_waiting_to_the_counter(pages: RunningPages, open_page: Any) -> None:
    pages.work.arrives("vero")
    turn = pages.work.arrives("vero")
    page = open_page(turn.follow_url, size=PHONE)

    expect(page.get_by_role("heading", name=turn.number)).to_be_visible()
    expect(page.locator("#followed")).to_contain_text("Ennen sinua jonossa on 1 asiakas.")
    expect(page.locator("body")).not_to_contain_text("Vero")

    pages.work.opens("3", clerk("vero"))
    pages.work.called("3", clerk("vero"), turn.turn)
    expect(page.locator(".go-where")).to_have_text("Palvelupiste 3", timeout=8_000)
    pages.work.serves_and_finishes(turn.turn, clerk("vero"))
    expect(page.locator("#followed")).to_contain_text("Asiointisi on päättynyt", timeout=8_000)


def test_a_page_in_a_language_read_from_the_right(pages: RunningPages, open_page: Any) -> None:
    turn = pages.work.arrives("vero", language="ar")
    page = open_page(turn.follow_url, size=PHONE)

    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator("#followed h1")).to_contain_text(turn.number)
    page.get_by_role("link", name="Svenska").click()
    expect(page.locator("html")).not_to_have_attribute("dir", "rtl")
    expect(page.locator("#followed")).to_contain_text("Du är näst i tur.")


def test_an_old_number_has_a_page_that_says_so(pages: RunningPages, open_page: Any) -> None:
    page = open_page("/v/a-token-of-yesterday", size=PHONE)

    expect(page.get_by_role("heading", name="This number is no longer in use")).to_be_visible()
