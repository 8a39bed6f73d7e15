"""Mosquitto stopped in its tracks keeps its connections: ``/healthz`` says within seconds that it does not answer."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from rig.running_point import Point, point_at
from rig.waiting import until

pytestmark = pytest.mark.slow

TOLD_WITHIN_SECONDS = 6.0
"""Far below the 19 s after which the connection itself is given up."""


@pytest.fixture
def point(tmp_path: Path) -> Iterator[Point]:
    with point_at(tmp_path / "point") as point:
        yield point


def test_a_hanging_broker_is_named_and_believed_again_when_it_goes_on(point: Point) -> None:
    point.broker.freeze()
    began = time.monotonic()
    try:
        until(lambda: point.hub.get("/healthz").status == 503, "the hub says so", TOLD_WITHIN_SECONDS)
        assert point.hub.get("/healthz").body == {"database": "ok", "broker": "does not answer"}
        assert time.monotonic() - began < TOLD_WITHIN_SECONDS
    finally:
        point.broker.thaw()
    until(lambda: point.hub.get("/healthz").status == 200, "the broker answers again", TOLD_WITHIN_SECONDS)
