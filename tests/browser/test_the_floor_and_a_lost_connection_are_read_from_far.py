"""On the page for a lobby's screen the floor is as large as the counter, and a lost connection is told large (Q4)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from rig.pages_running import RunningPages
from rig.points import clerk

pytestmark = pytest.mark.slow

CAPITAL = 0.668
"""Height of a capital letter for a size of 1."""


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[RunningPages]:
    running = RunningPages(tmp_path, "lappeenranta")
    running.start()
    yield running
    running.close()


def capitals(page: Any, selector: str) -> float:
    size = page.locator(selector).first.evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
    return float(size) * CAPITAL


def test_both_are_read_from_far_and_no_number_goes(pages: RunningPages, open_page: Any) -> None:
    service = "vero"
    for counter in "123":
        pages.work.opens(counter, clerk(service))
        turn = pages.work.arrives(service).turn
        pages.work.called(counter, clerk(service), turn)
    page = open_page("/display/lobby")
    page.set_viewport_size({"width": 1920, "height": 1080})
    expect(page.locator("#calls li")).to_have_count(3)

    assert capitals(page, "#calls .area") >= 39
    assert capitals(page, "#calls .area") == pytest.approx(capitals(page, "#calls .place"))
    assert capitals(page, "#hero .area") > capitals(page, "#calls .area")

    pages.stop()
    expect(page.locator("#trouble")).to_be_visible(timeout=12_000)
    assert capitals(page, "#trouble") >= 44
    expect(page.locator("#trouble .label span:visible")).to_have_count(1)
    expect(page.locator("#calls .number")).to_have_count(3)
    pages.start()
