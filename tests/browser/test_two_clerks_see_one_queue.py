"""What one clerk does is on the other's page within a second, and only one of them gets a customer."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect
from rig.pages_running import RunningPages
from rig.points import clerk
from vuoro_hub.acts import calling, moving

pytestmark = pytest.mark.slow

A_SECOND = 1000


def test_a_number_taken_at_the_dispenser_is_on_every_page_within_a_second(pages: RunningPages, clerk_at: Any) -> None:
    one, other = clerk_at("1"), clerk_at("2")

    number = pages.work.arrives("vero").number

    for page in (one, other):
        expect(page.locator("#queue-vero .number")).to_have_text([number], timeout=A_SECOND)


def test_a_call_takes_the_number_off_the_other_clerks_list(pages: RunningPages, clerk_at: Any) -> None:
    first, second = (pages.work.arrives("vero").number for _ in range(2))
    one, other = clerk_at("1"), clerk_at("2")

    one.locator("#act-main").click()

    expect(one.locator(".desk .hero")).to_contain_text(first)
    expect(other.locator("#queue-vero .number")).to_have_text([second], timeout=A_SECOND)


def test_the_second_of_two_who_call_the_same_turn_is_told_so(pages: RunningPages, clerk_at: Any) -> None:
    turn = pages.work.arrives("vero")
    one, other = clerk_at("1"), clerk_at("2")
    other.route("**/staff/stream", lambda route: route.abort())  # this clerk's page has not heard yet
    other.route("**/staff/work", lambda route: route.abort())
    other.locator(f"#call-{turn.turn}").wait_for()

    one.locator(f"#call-{turn.turn}").click()
    expect(one.locator(".desk .hero")).to_contain_text(turn.number)
    other.locator(f"#call-{turn.turn}").click()

    expect(other.locator("#refusal")).to_have_text(f"Number {turn.number}: called. That cannot be done now.")
    expect(other.locator("#act-main .label")).to_have_text("Call next")


def test_a_refusal_stays_until_the_state_moves_on(pages: RunningPages, clerk_at: Any) -> None:
    page = clerk_at("1")

    page.locator("#act-main").click()
    expect(page.locator("#refusal")).to_have_text("Nobody is waiting now.")
    elsewhere = pages.work.arrives("tyo")  # news, but not about this counter
    page.evaluate("htmx.trigger('#work', 'refresh')")
    page.wait_for_function("seq => Number(document.getElementById('work').dataset.seq) >= seq", arg=_seq(pages))
    assert elsewhere.number
    expect(page.locator("#refusal")).to_have_text("Nobody is waiting now.")

    pages.work.arrives("vero")

    expect(page.locator("#refusal")).to_have_text("")


def test_who_is_at_another_counter_is_marked_and_called_once_free(pages: RunningPages, clerk_at: Any) -> None:
    first, vero = pages.work.arrives("vero"), clerk("vero")
    pages.work.opens("3", vero)
    pages.work.called("3", vero)
    page = clerk_at("1", "clerk-te")
    added = pages.work.must(vero, lambda t: moving.add_next(t, first.turn, "tyo"))
    row = page.locator(f"#turn-{added.id}")
    expect(row.locator(".elsewhere")).to_have_text("at Counter 3 now", timeout=A_SECOND)
    expect(page.locator(f"#call-{added.id}")).to_have_count(0)
    expect(page.locator(".hero-more")).to_have_text("Everybody who waits is at another counter now.")

    page.locator("#act-main").click()
    expect(page.locator("#refusal")).to_have_text("Everybody who waits is at another counter now.")
    pages.work.must(vero, lambda t: calling.finish(t, first.turn))

    expect(row.locator(".elsewhere")).to_have_count(0, timeout=A_SECOND)
    expect(page.locator("#refusal")).to_have_text("")
    expect(page.locator(".hero-more")).to_have_text(f"Next in line: {added.number}")
    page.locator("#act-main").click()
    expect(page.locator(".desk .hero")).to_contain_text(added.number)


def _seq(pages: RunningPages) -> int:
    return pages.work.see(lambda t: t.records.last_seq())


def test_a_double_click_calls_one_customer(pages: RunningPages, clerk_at: Any) -> None:
    turns = [pages.work.arrives("vero") for _ in range(3)]
    page = clerk_at("1")

    page.locator("#act-main").dblclick()

    expect(page.locator("#act-main .label")).to_have_text("Serve")
    expect(page.locator("#queue-vero .number")).to_have_text([turn.number for turn in turns[1:]])
    assert pages.work.turn(turns[0].turn).state == "called"


def test_a_form_sent_twice_acts_once(pages: RunningPages, clerk_at: Any) -> None:
    turns = [pages.work.arrives("vero") for _ in range(3)]
    page = clerk_at("1")
    form = page.evaluate("Object.fromEntries(new FormData(document.getElementById('form-act-main')))")

    answers = [page.request.post(f"{pages.url}/staff/act", form=form, headers={"HX-Request": "true"}) for _ in range(2)]

    assert [answer.status for answer in answers] == [200, 200]
    assert [pages.work.turn(turn.turn).state for turn in turns] == ["called", "waiting", "waiting"]
    assert "refusal" not in answers[1].text().split('id="refusal"')[1].split("</div>")[0].replace("refusal-box", "")


def test_a_page_on_a_slow_line_keeps_up_while_others_are_busy(pages: RunningPages, clerk_at: Any) -> None:
    page = clerk_at("1")
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    slow = {"offline": False, "latency": 1000, "downloadThroughput": -1, "uploadThroughput": -1}
    line.send("Network.emulateNetworkConditions", slow)
    number = pages.work.arrives("vero").number

    seen = 0
    for _ in range(20):
        pages.work.arrives("tyo")
        page.wait_for_timeout(400)
        seen = page.locator("#queue-vero .number").count()
        if seen:
            break

    assert seen
    expect(page.locator("#queue-vero .number")).to_have_text([number])
