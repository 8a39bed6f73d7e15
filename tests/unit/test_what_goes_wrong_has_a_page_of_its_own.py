"""Every error is a page that says what happened and what to do; programs get theirs from the API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from rig.pages_running import RunningPages

ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[RunningPages]:
    running = RunningPages(tmp_path)
    yield running
    running.close()


@pytest.fixture
def app(pages: RunningPages) -> Flask:
    return pages.app()


def test_a_page_that_is_not_there(app: Flask) -> None:
    answer = app.test_client().get("/nothing", headers=ENGLISH)

    assert answer.status_code == 404
    assert "There is no such page" in answer.text
    assert 'href="/"' in answer.text


def test_an_unknown_counter_lists_the_counters_there_are(app: Flask) -> None:
    answer = app.test_client().get("/display/counter/99", headers=ENGLISH)

    assert answer.status_code == 404
    assert "There is no such counter" in answer.text
    assert 'href="/display/counter/h13"' in answer.text


def test_a_bug_is_told_without_its_inside(app: Flask) -> None:
    app.view_functions["today.today"] = lambda: 1 / 0

    answer = app.test_client().get("/today", headers=ENGLISH)

    assert answer.status_code == 500
    assert "Something went wrong in the hub" in answer.text
    assert "ZeroDivision" not in answer.text


def test_too_many_streams_are_told_when_to_come_again(pages: RunningPages) -> None:
    app = pages.app()
    for _ in range(pages.streams.most):
        pages.streams.join()

    answer = app.test_client().get("/display/stream", headers=ENGLISH)

    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert app.test_client().get("/display/state").json is not None


def test_the_virtual_lobby_is_the_demos_alone(pages: RunningPages) -> None:
    assert pages.app().test_client().get("/lobby").location == "http://127.0.0.1:9/"

    answer = pages.app(demo=False).test_client().get("/lobby", headers=ENGLISH)

    assert answer.status_code == 404
    assert "There is no virtual lobby here" in answer.text


def test_only_the_demo_names_its_people(pages: RunningPages) -> None:
    assert "clerk-vero" in pages.app().test_client().get("/sign-in").text
    assert "clerk-vero" not in pages.app(demo=False).test_client().get("/sign-in").text


def test_static_files_are_kept_by_browsers_under_names_that_change_with_them(app: Flask) -> None:
    client = app.test_client()
    page = client.get("/sign-in").text
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]

    assert "max-age" in client.get(address).headers["Cache-Control"]
    assert client.get("/static/vuoro.css").headers["Cache-Control"] == "no-cache"
    assert client.get("/sign-in").headers["Cache-Control"] == "no-store"
