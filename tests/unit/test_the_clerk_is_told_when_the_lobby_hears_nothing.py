"""While the broker is away nobody in the lobby sees a call: whoever calls must know it (Q4)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from rig.pages_running import RunningPages

NOTE = "The units in the lobby get no news just now"


@pytest.mark.parametrize("name", ["clerk-vero", "advisor", "coordinator"])
def test_the_note_stands_on_the_page_until_the_broker_is_back(tmp_path: Path, name: str) -> None:
    pages = RunningPages(tmp_path)
    client = pages.app().test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").text)
    assert token is not None
    client.post("/sign-in", data={"csrf_token": token[1], "name": name, "password": "demo"})
    assert NOTE not in client.get("/").text
    pages.broker_is_there = False
    assert NOTE in client.get("/").text
    pages.broker_is_there = True
    assert NOTE not in client.get("/").text
    pages.close()
