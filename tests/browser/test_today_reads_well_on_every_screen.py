"""The page of today: a table where there is room, cards on a phone, and no hours to read where it is open all day."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect
from rig.browsers import DESK, PHONE, TABLET
from rig.pages_running import RunningPages

pytestmark = pytest.mark.slow

SMALLEST = {"width": 320, "height": 568}


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_nothing_is_cut_off_or_scrolled_sideways(pages: RunningPages, open_page: Any, language: str) -> None:
    pages.work.arrives("vero")
    page = open_page("/today", language=language)
    for size in (SMALLEST, PHONE, TABLET, DESK):
        page.set_viewport_size(size)
        for part in (".scroll", "html"):
            hidden = page.locator(part).evaluate("one => one.scrollWidth - one.clientWidth")
            assert hidden == 0, (size, part)


def test_on_a_phone_a_service_is_a_card_as_wide_as_the_screen(pages: RunningPages, open_page: Any) -> None:
    pages.work.arrives("vero")
    page = open_page("/today", size=PHONE)
    row = page.get_by_role("row", name="Taxes")

    name, hours, waiting = (row.locator(part).bounding_box() for part in ("th", ".hours", ".waiting"))

    assert name["width"] > 300
    assert hours["y"] >= name["y"] + name["height"]
    assert hours["height"] < 40, "on one line"
    assert abs(waiting["y"] - hours["y"]) < 5
    expect(row.get_by_role("cell")).to_have_count(3)
    expect(page.get_by_role("columnheader", name="Way of service")).to_have_count(1)


@pytest.mark.parametrize(
    ("language", "point", "service"),
    [
        ("fi", "Palvelupiste on auki koko päivän.", "koko päivän"),
        ("sv", "Servicestället är öppet hela dagen.", "hela dagen"),
        ("en", "The service point is open all day.", "all day"),
    ],
)
def test_open_at_every_hour_is_said_in_words(
    pages: RunningPages, open_page: Any, language: str, point: str, service: str
) -> None:
    pages.work.point.always_open = True
    page = open_page("/today", language=language, size=PHONE)

    expect(page.locator("#day")).to_contain_text(point)
    expect(page.locator(".hours").first).to_contain_text(service)
    expect(page.locator("body")).not_to_contain_text("23")
