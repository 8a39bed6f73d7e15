"""Outside the demo: a hub with no people, somebody added from the console while it runs, who signs in and works."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from rig.running_point import Point, point_at

pytestmark = pytest.mark.slow

PASSWORD = "kolme sanaa peräkkäin"


@pytest.fixture
def point(tmp_path: Path) -> Iterator[Point]:
    with point_at(tmp_path / "point", demo=False) as point:
        yield point


def console(point: Point, *words: str, typed: str = "") -> str:
    command = [sys.executable, "-m", "vuoro_hub", *words, "--config", str(point.hub.config)]
    done = subprocess.run(command, input=typed, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    return done.stdout


def signed_in(point: Point, name: str, password: str) -> tuple[requests.Session, requests.Response]:
    browser, url = requests.Session(), f"http://127.0.0.1:{point.hub.port}"
    browser.headers["Accept-Language"] = "en"
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(f"{url}/sign-in", timeout=10).text)
    assert found is not None
    form = {"csrf_token": found[1], "name": name, "password": password}
    return browser, browser.post(f"{url}/sign-in", data=form, timeout=10)


def test_who_is_added_at_the_console_signs_in_and_who_is_removed_is_out(point: Point) -> None:
    for name in ("eeva", "advisor"):
        _browser, refused = signed_in(point, name, "demo")
        assert refused.status_code == 401
    added = ("--role", "clerk:vero", "--role", "coordinator", "--password-stdin")
    console(point, "person", "add", "eeva", *added, typed=f"{PASSWORD}\n")

    browser, page = signed_in(point, "eeva", PASSWORD)

    assert (page.status_code, page.url) == (200, f"http://127.0.0.1:{point.hub.port}/")
    assert "eeva" in page.text
    token = console(point, "token", "add", "eeva", "--note", "a program").strip()
    api, bearer = f"http://127.0.0.1:{point.hub.port}/api/v1", {"Authorization": f"Bearer {token}"}
    assert requests.post(f"{api}/counters/1/open", headers=bearer, timeout=10).status_code == 200
    events = requests.get(f"{api}/events", headers=bearer, timeout=10).json()
    assert [one["seq"] for one in events] == list(range(1, len(events) + 1))
    assert [one["type"] for one in events if one["by"].startswith("console:")] == ["person.added", "token.added"]

    console(point, "person", "remove", "eeva")

    page = browser.get(f"http://127.0.0.1:{point.hub.port}/", allow_redirects=False, timeout=10)
    assert (page.status_code, page.headers["Location"]) == (303, "/sign-in")
    assert signed_in(point, "eeva", PASSWORD)[1].status_code == 401


def test_people_may_be_added_before_the_first_start(tmp_path: Path) -> None:
    point = Point(tmp_path / "point", demo=False)
    try:
        added = ("--role", "viewer", "--password-stdin")
        console(point, "person", "add", "eeva", *added, typed=f"{PASSWORD}\n")
        point.start()
        assert signed_in(point, "eeva", PASSWORD)[1].status_code == 200
    finally:
        point.end()
