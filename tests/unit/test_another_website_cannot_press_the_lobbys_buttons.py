from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from vuoro_provisioning.demo.broker import BrokerProgram
from vuoro_provisioning.demo.lobby.server import lobby_app
from vuoro_provisioning.demo.lobby.view import LobbyView
from vuoro_provisioning.demo.lobby.words import WORDS
from vuoro_provisioning.demo.plan import plan_point
from vuoro_provisioning.demo.point import Point
from vuoro_provisioning.demo.ports import free_ports
from vuoro_provisioning.demo.preset import preset_file, read_preset
from vuoro_provisioning.demo.settings import read_settings


@pytest.fixture
def point(tmp_path: Path) -> Point:
    """Planned, not started: every unit is off."""
    settings = read_settings({"VUORO_DATA": str(tmp_path), "VUORO_HTTP_PORT": str(next(free_ports(18950)))})
    plan = plan_point(settings, read_preset(preset_file("lahti")), 18883, itertools.islice(free_ports(18951), 20))
    return Point(plan, BrokerProgram("a broker", ["true"]), lambda _line: None)


class Browser(FlaskClient):
    """On the page's own address unless a test says otherwise."""

    address = ""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        return super().open(*args, **{"base_url": self.address, **kwargs})


@pytest.fixture
def browser(point: Point) -> Iterator[Browser]:
    view = LobbyView(point)
    app = lobby_app(point, view)
    app.test_client_class = Browser
    client = app.test_client()
    assert isinstance(client, Browser)
    client.address = f"http://127.0.0.1:{point.plan.lobby_port}"
    yield client
    view.close()


def test_the_pages_own_buttons_work(browser: Browser, point: Point) -> None:
    own = {"Origin": f"http://127.0.0.1:{point.plan.lobby_port}", "Sec-Fetch-Site": "same-origin"}
    assert browser.post("/plugs/hub", json={"do": "stop"}, headers=own).status_code == 202


@pytest.mark.parametrize(
    "strange",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_press_that_comes_from_another_page_is_refused(browser: Browser, strange: dict[str, str]) -> None:
    assert browser.post("/plugs/hub", json={"do": "stop"}, headers=strange).status_code == 403


def test_a_form_of_another_page_is_refused(browser: Browser) -> None:
    assert browser.post("/plugs/hub", data='{"do": "stop"}', content_type="text/plain").status_code == 415


def test_a_foreign_name_for_this_machine_is_refused(browser: Browser) -> None:
    assert browser.get("/state", headers={"Host": "elsewhere.example"}).status_code == 403


def test_unknown_programs_and_deeds_are_refused(browser: Browser) -> None:
    assert browser.post("/plugs/cellar", json={"do": "stop"}).status_code == 404
    assert browser.post("/plugs/hub", json={"do": "explode"}).status_code == 400
    assert browser.post("/plugs/hub", json=["stop"]).status_code == 400
    assert browser.post("/units/cellar/press", json={"key": "1"}).status_code == 404


def test_a_unit_that_is_off_answers_that_it_is_off(browser: Browser) -> None:
    assert browser.post("/units/dispenser-1/press", json={"key": "1"}).status_code == 503
    state = browser.get("/state").get_json()
    assert state["units"]["dispenser-1"]["answers"] is False
    assert state["hub"]["answers"] is False


@pytest.mark.parametrize("language", ["en", "fi", "sv"])
def test_the_page_shows_every_unit_in_each_language(browser: Browser, point: Point, language: str) -> None:
    page = browser.get(f"/?lang={language}").get_data(as_text=True)
    assert f'<html lang="{language}">' in page
    assert WORDS[language]["try_1"] in page
    for unit in point.plan.units:
        assert f'data-screen="{unit.unit.id}"' in page


def test_every_language_has_every_word() -> None:
    assert all(set(words) == set(WORDS["en"]) for words in WORDS.values())
