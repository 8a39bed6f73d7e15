"""Fixtures of every kind of test: real brokers, as the demo runs them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from rig.brokers import RunningBroker, embedded_broker, mosquitto
from rig.point import RunningPoint
from rig.points import PointAtWork


@pytest.fixture
def mosquitto_broker(tmp_path: Path) -> Iterator[RunningBroker]:
    """A real Mosquitto of this test's own, on a free loopback port."""
    broker = mosquitto(tmp_path / "broker")
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def amqtt_broker() -> Iterator[RunningBroker]:
    """The embedded broker, on a free loopback port."""
    broker = embedded_broker()
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture(scope="session")
def running_point(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPoint]:
    """The Lahti demo, running and ready, shared by the tests of a session: whoever pulls a plug puts it back."""
    point = RunningPoint(tmp_path_factory.mktemp("point"))
    point.start()
    point.wait_ready()
    yield point
    point.stop()


@pytest.fixture
def lahti(tmp_path: Path) -> Iterator[PointAtWork]:
    """The Lahti preset at work, on an ordinary Tuesday morning."""
    point = PointAtWork(tmp_path)
    yield point
    point.database.close()
