"""Times are RFC 3339 in UTC with microseconds and ``Z`` (contract §1); local time is for people alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from rig.pages_running import RunningPages
from rig.points import PointAtWork
from vuoro_hub.acts.showing import services_state
from vuoro_mqtt.codec import encode


def told(lahti: PointAtWork) -> dict[str, Any]:
    state = json.loads(encode(lahti.see(services_state)))
    return {one["service"]: one["next_open"] for one in state["services"]}


def test_when_a_service_next_serves_is_one_of_them(lahti: PointAtWork) -> None:
    lahti.clock.pass_by(hours=9)  # Tuesday 19:00 in winter
    assert told(lahti)["vero"] == "2026-03-04T07:00:00.000000Z"
    lahti.clock.pass_by(days=24)  # Friday evening before the clocks change
    assert told(lahti)["vero"] == "2026-03-30T06:00:00.000000Z"


def test_what_is_open_says_nothing(lahti: PointAtWork) -> None:
    assert told(lahti)["vero"] is None


@pytest.mark.parametrize(("language", "said"), [("fi", "ke 4.3. 9.00"), ("en", "Wed 4 Mar 09:00")])
def test_a_person_reads_it_by_the_clock_on_the_wall(tmp_path: Path, language: str, said: str) -> None:
    pages = RunningPages(tmp_path)
    pages.work.clock.pass_by(hours=9)
    assert said in pages.app().test_client().get("/today", headers={"Accept-Language": language}).text
    pages.close()
