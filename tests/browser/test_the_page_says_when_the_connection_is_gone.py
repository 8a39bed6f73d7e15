"""Hub gone: the page says so and what still holds, and recovers by itself when the hub is back."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect
from rig.browsers import PHONE
from rig.pages_running import RunningPages
from rig.points import clerk
from rig.waiting import until
from vuoro_hub.web.languages import FOR_CUSTOMERS

pytestmark = pytest.mark.slow

A_FEW_SECONDS = 6_000
BACK_WITHIN = 15_000


def test_a_clerk_is_told_within_seconds_and_the_page_comes_back_by_itself(pages: RunningPages, clerk_at: Any) -> None:
    page = clerk_at("1")
    banner = page.locator("#connection")
    expect(banner).to_have_text("")

    pages.stop()

    expect(banner).to_have_text("Not connected. What you see is from 10:00:00.", timeout=A_FEW_SECONDS)
    number = pages.work.arrives("vero").number
    pages.start()
    expect(banner).to_have_text("", timeout=BACK_WITHIN)
    expect(page.locator("#queue-vero .number")).to_have_text([number])


def test_an_act_without_a_connection_is_not_lost_in_silence(pages: RunningPages, clerk_at: Any) -> None:
    turn = pages.work.arrives("vero")
    page = clerk_at("1")
    page.locator(f"#call-{turn.turn}").wait_for()
    pages.stop()

    page.locator("#act-main").click()

    expect(page.locator("#connection")).to_contain_text("It is not known whether that was done")
    pages.start()
    expect(page.locator("#connection")).to_have_text("", timeout=BACK_WITHIN)
    page.locator("#act-main").click()
    expect(page.locator(".desk .hero")).to_contain_text(turn.number)


def test_a_display_says_after_five_seconds_that_it_gets_no_news(pages: RunningPages, open_page: Any) -> None:
    display = open_page("/display/lobby")
    expect(display.locator("#nobody")).to_be_visible()

    pages.stop()

    expect(display.locator("#trouble")).to_be_visible(timeout=12_000)
    expect(display.locator("#trouble")).to_contain_text("Please ask a service advisor")
    pages.start()
    expect(display.locator("#trouble")).to_be_hidden(timeout=BACK_WITHIN)


def test_a_counters_display_says_it_too(pages: RunningPages, open_page: Any) -> None:
    pages.work.opens("3", clerk("vero"))
    called = pages.work.called("3", clerk("vero"), pages.work.arrives("vero").turn)
    display = open_page("/display/counter/3")
    expect(display.locator("#number")).to_have_text(called.number)

    pages.stop()

    expect(display.locator("#trouble")).to_contain_text("Numerosi on voimassa", timeout=12_000)
    low, high = display.locator("#trouble").evaluate("box => [box.getBoundingClientRect().bottom, innerHeight]")
    assert low <= high
    pages.work.serves_and_finishes(called.id, clerk("vero"))
    pages.start()
    expect(display.locator("#trouble")).to_be_hidden(timeout=BACK_WITHIN)
    expect(display.locator("#number")).to_have_text("")


YOUR_NUMBER_IS_VALID = {
    "fi": "Ei yhteyttä. Vuoronumerosi on voimassa: seuraa näyttöjä.",
    "sv": "Ingen anslutning. Ditt könummer gäller: följ skärmarna.",
    "en": "Not connected. The number on your ticket is valid: watch the displays.",
    "et": "Ühendus puudub. Teie piletil olev number kehtib: jälgige ekraane.",
    "ru": "Нет связи. Номер на вашем талоне действителен: следите за экранами.",
    "uk": "Немає зв’язку. Номер на вашому талоні дійсний: стежте за екранами.",
    "ar": "لا يوجد اتصال. الرقم المكتوب على تذكرتك صالح: تابع الشاشات.",
}


def test_a_customer_is_told_that_the_number_is_valid_in_the_language_of_the_ticket(
    pages: RunningPages, open_page: Any
) -> None:
    assert YOUR_NUMBER_IS_VALID.keys() == FOR_CUSTOMERS.keys()
    turn = pages.work.arrives("vero")
    address = turn.follow_url
    opened = {tag: open_page(f"{address}?lang={tag}", size=PHONE) for tag in YOUR_NUMBER_IS_VALID}

    pages.stop()

    for tag, page in opened.items():
        expect(page.locator("#connection")).to_have_text(YOUR_NUMBER_IS_VALID[tag], timeout=12_000)
        expect(page.locator("#connection")).to_be_in_viewport()
        expect(page.locator("#followed h1")).to_contain_text(turn.number)
    pages.work.opens("3", clerk("vero"))
    pages.work.called("3", clerk("vero"))
    pages.start()
    for page in opened.values():
        expect(page.locator("#connection")).to_have_text("", timeout=BACK_WITHIN)
        expect(page.locator("#followed")).to_have_attribute("data-state", "called")


def test_a_customer_is_told_also_when_no_answer_comes_at_all(pages: RunningPages, open_page: Any) -> None:
    page = open_page(f"{pages.work.arrives('vero').follow_url}?lang=en", size=PHONE)
    page.route("**/v/*", lambda _route: None)

    expect(page.locator("#connection")).to_have_text(YOUR_NUMBER_IS_VALID["en"], timeout=20_000)

    page.unroute("**/v/*")
    expect(page.locator("#connection")).to_have_text("", timeout=BACK_WITHIN)


def test_the_page_of_today_stays_and_says_from_when_it_is(pages: RunningPages, open_page: Any) -> None:
    page = open_page("/today", size=PHONE)
    page.clock.install()
    page.reload()
    pages.stop()

    page.clock.run_for(30_000)

    expect(page.locator("#connection")).to_have_text(
        "Not connected. What you see is from 10:00.", timeout=A_FEW_SECONDS
    )
    expect(page.get_by_role("row", name="Taxes")).to_be_visible()
    pages.work.arrives("vero")
    pages.start()
    page.clock.run_for(30_000)
    expect(page.locator("#connection")).to_have_text("", timeout=BACK_WITHIN)
    expect(page.get_by_role("row", name="Taxes").locator(".waiting")).to_have_text("1")


def test_a_page_without_a_stream_asks_for_news_instead(pages: RunningPages, clerk_at: Any) -> None:
    page = clerk_at("1")
    until(lambda: pages.streams.count() == 1, "the page's stream")
    others = [stream for _ in range(pages.streams.most) if (stream := pages.streams.join())]
    page.reload()
    refused = page.request.get("/staff/stream")
    assert refused.status == 503
    assert int(refused.headers["retry-after"]) > 0

    number = pages.work.arrives("vero").number

    expect(page.locator("#queue-vero .number")).to_have_text([number], timeout=8_000)
    expect(page.locator("#connection")).to_have_text("")
    for stream in others:
        pages.streams.leave(stream)


def test_signed_out_elsewhere_the_page_asks_to_sign_in_again(pages: RunningPages, clerk_at: Any) -> None:
    page = clerk_at("1")
    other = page.context.new_page()
    other.goto("/")

    other.get_by_role("button", name="Sign out").click()

    expect(other.get_by_role("heading", name="Sign in")).to_be_visible()
    pages.work.arrives("vero")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
