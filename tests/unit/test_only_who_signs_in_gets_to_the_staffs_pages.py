"""Sign-in: passwords, forms that cannot be forged, limits on guessing, and a sign-out that holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from rig.pages_running import RunningPages
from werkzeug.test import TestResponse

pytestmark = pytest.mark.slow  # seconds in all


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[RunningPages]:
    running = RunningPages(tmp_path)
    yield running
    running.close()


@pytest.fixture
def client(pages: RunningPages) -> FlaskClient:
    return english(pages.app())


def english(app: Flask) -> FlaskClient:
    """A browser that asks for English."""
    client = app.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def token_of(answer: TestResponse) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', answer.text)
    assert found is not None
    return found[1]


def sign_in(client: FlaskClient, name: str, password: str = "demo", **more: str) -> TestResponse:
    token = token_of(client.get("/sign-in"))
    return client.post("/sign-in", data={"csrf_token": token, "name": name, "password": password, **more})


def test_nobody_gets_in_without_signing_in(client: FlaskClient) -> None:
    assert client.get("/").location == "/sign-in"
    assert client.get("/staff/today").location == "/sign-in?next=/staff/today"
    assert client.get("/staff/stream").status_code == 401
    refresh = client.get("/staff/work", headers={"HX-Request": "true"})
    assert (refresh.status_code, refresh.headers["HX-Redirect"]) == (401, "/sign-in?ended=1")


def test_a_wrong_password_and_an_unknown_name_are_told_the_same(client: FlaskClient) -> None:
    wrong, unknown = sign_in(client, "clerk-vero", "guess"), sign_in(client, "nobody", "guess")

    assert wrong.status_code == unknown.status_code == 401
    text = "The name or the password is wrong. Check both and try again."
    assert text in wrong.text
    assert text in unknown.text


def at(app: Flask, address: str) -> FlaskClient:
    """A browser of another address."""
    client = english(app)
    client.environ_base["REMOTE_ADDR"] = address
    return client


def guesses(client: FlaskClient, name: str, times: int) -> list[int]:
    return [sign_in(client, name, f"guess-{guess}").status_code for guess in range(times)]


def test_a_right_password_costs_nothing(pages: RunningPages) -> None:
    app = pages.app()
    for _ in range(12):
        assert sign_in(english(app), "clerk-vero").status_code == 303


def test_who_guesses_at_one_name_is_stopped_and_nobody_else_at_that_address(pages: RunningPages) -> None:
    app = pages.app()
    assert guesses(english(app), "clerk-te", 10) == [401] * 10

    stopped = sign_in(english(app), "clerk-te")

    assert stopped.status_code == 429
    assert stopped.headers["Retry-After"] == "300"
    assert "Too many failed sign-ins. Wait five minutes and try again." in stopped.text
    assert sign_in(english(app), "clerk-vero").status_code == 303
    assert sign_in(at(app, "192.0.2.7"), "clerk-te").status_code == 303, "nor that name elsewhere"


def test_a_right_password_begins_the_count_afresh(pages: RunningPages) -> None:
    app = pages.app()
    for _ in range(2):
        assert guesses(english(app), "clerk-te", 9) == [401] * 9
        assert sign_in(english(app), "clerk-te").status_code == 303


def test_a_name_guessed_at_from_many_addresses_is_closed_but_where_it_is_familiar(pages: RunningPages) -> None:
    app = pages.app()
    assert sign_in(at(app, "192.0.2.99"), "clerk-te").status_code == 303
    for number in range(6):
        assert guesses(at(app, f"192.0.2.{number}"), "clerk-te", 10) == [401] * 10

    assert sign_in(at(app, "192.0.2.200"), "clerk-te").status_code == 429
    assert sign_in(at(app, "192.0.2.99"), "clerk-te").status_code == 303


def test_an_address_that_guesses_at_many_names_is_closed_but_to_who_is_familiar(pages: RunningPages) -> None:
    app = pages.app()
    assert sign_in(english(app), "clerk-vero").status_code == 303
    for number in range(12):
        assert guesses(english(app), f"name-{number}", 10) == [401] * 10

    assert sign_in(english(app), "clerk-te").status_code == 429
    assert sign_in(english(app), "clerk-vero").status_code == 303
    assert guesses(english(app), "clerk-vero", 11) == [401] * 10 + [429]


def test_a_form_of_another_site_does_nothing(client: FlaskClient, pages: RunningPages) -> None:
    turn = pages.work.arrives("vero")
    sign_in(client, "clerk-vero")
    page = client.get("/")
    client.post("/staff/act", data={"csrf_token": token_of(page), "act": "open", "counter": "1", "key": "1"})

    forged = client.post("/staff/act", data={"act": "next", "counter": "1", "key": "2"})

    assert forged.status_code == 400
    assert "This page was too old" in forged.text
    assert pages.work.turn(turn.turn).state == "waiting"


def test_signed_out_is_signed_out_for_a_copied_cookie_too(pages: RunningPages) -> None:
    app = pages.app()
    client, thief = english(app), english(app)
    sign_in(client, "clerk-vero")
    kept = client.get_cookie("vuoro")
    assert kept is not None
    thief.set_cookie("vuoro", kept.value)
    assert thief.get("/").status_code == 200

    client.post("/sign-out", data={"csrf_token": token_of(client.get("/"))})

    assert client.get("/").status_code == 303
    assert thief.get("/").status_code == 303


@pytest.mark.parametrize(
    "elsewhere", ["https://example.org/", "//example.org", "/\\example.org", "javascript:alert(1)", "/\r\nX: y"]
)
def test_sign_in_leads_to_no_other_site(client: FlaskClient, elsewhere: str) -> None:
    assert sign_in(client, "clerk-vero", next=elsewhere).location == "/"


def test_sign_in_leads_back_to_where_somebody_wanted_to_go(client: FlaskClient) -> None:
    assert sign_in(client, "clerk-vero", next="/staff/today").location == "/staff/today"


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(client: FlaskClient) -> None:
    cookie = sign_in(client, "clerk-vero").headers["Set-Cookie"]

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_the_language_is_remembered_for_the_person(pages: RunningPages) -> None:
    app = pages.app()
    client = english(app)
    sign_in(client, "clerk-vero")
    client.post("/language", data={"csrf_token": token_of(client.get("/")), "language": "sv"})
    assert '<html lang="sv"' in client.get("/").text

    elsewhere = english(app)
    sign_in(elsewhere, "clerk-vero")

    assert '<html lang="sv"' in elsewhere.get("/").text


def test_a_role_gets_its_own_pages_alone(pages: RunningPages) -> None:
    app = pages.app()
    for name, view in [("viewer", "clerk"), ("guard", "lobby"), ("clerk-vero", "lobby"), ("advisor", "clerk")]:
        client = english(app)
        sign_in(client, name)
        assert client.get(f"/staff/{view}").status_code == 403


def test_an_act_that_the_page_does_not_offer_is_refused_by_the_act_itself(pages: RunningPages) -> None:
    turn = pages.work.arrives("vero")
    client = english(pages.app())
    sign_in(client, "advisor")
    token = token_of(client.get("/"))

    answer = client.post(
        "/staff/act",
        data={"csrf_token": token, "act": "serve", "turn": turn.turn, "key": "1"},
        headers={"HX-Request": "true"},
    )

    assert "Your role does not allow this." in answer.text
    assert pages.work.turn(turn.turn).state == "waiting"


def test_a_turn_of_another_authority_is_not_shown(pages: RunningPages) -> None:
    turn = pages.work.arrives("tyo")
    client = english(pages.app())
    sign_in(client, "clerk-vero")

    assert "Looking for work" not in client.get(f"/staff/turn/{turn.turn}").text
    assert "Looking for work" not in client.get(f"/staff/find?number={turn.number}").text


def test_every_answer_lets_the_browser_run_nothing_but_the_hubs_own_files(client: FlaskClient) -> None:
    for path in ("/sign-in", "/today", "/display/lobby", "/nothing", "/static/staff.js"):
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
    for path in ("/sign-in", "/today", "/display/lobby"):
        page = client.get(path).text
        assert not re.search(r"<script(?![^>]*src=)(?![^>]*application/json)", page)
        assert not re.search(r"\son\w+=|\sstyle=|<style", page)
