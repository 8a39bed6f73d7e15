"""Fixtures of the contract tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from rig.served_points import ServedPoint


@pytest.fixture
def served(tmp_path: Path) -> Iterator[ServedPoint]:
    """The Lahti preset on an ordinary Tuesday morning, its API served by the real server over loopback."""
    point = ServedPoint(tmp_path)
    yield point
    point.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each such test has a server of its own: together they take longer than a person waits before a commit."""
    for item in items:
        if "served" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)
