"""Fixtures of the browser tests: the pages at work, and Debian's Chromium looking at them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from rig.browsers import CHROMIUM, DESK, LOCALES, QUIETLY
from rig.pages_running import RunningPages

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIETLY)
        yield browser
        browser.close()


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[RunningPages]:
    """The Lahti preset on an ordinary Tuesday at 10."""
    running = RunningPages(tmp_path)
    running.start()
    yield running
    running.close()


@pytest.fixture
def open_page(chromium: Browser, pages: RunningPages) -> Iterator[OpenPage]:
    """Opens a page in a browser of its own; every script error is a failure."""
    contexts: list[Any] = []
    errors: list[str] = []

    def opened(path: str = "/", language: str = "en", size: dict[str, int] = DESK, **options: Any) -> Page:
        context = chromium.new_context(viewport=size, locale=LOCALES[language], base_url=pages.url, **options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def signed_in(open_page: OpenPage) -> OpenPage:
    """Signs somebody of the demo in; the start page stands open."""

    def enter(name: str, **options: Any) -> Page:
        page = open_page("/", **options)
        page.locator("#name").fill(name)
        page.locator("#password").fill("demo")
        page.locator("#password").press("Enter")
        page.locator("#work").wait_for()
        return page

    return enter


@pytest.fixture
def clerk_at(signed_in: OpenPage) -> OpenPage:
    """A clerk of the demo at an open counter."""

    def at(counter: str, name: str = "clerk-vero", **options: Any) -> Page:
        page = signed_in(name, **options)
        page.locator(f"#open-{counter}").click()
        page.locator("#act-main").wait_for()
        return page

    return at
