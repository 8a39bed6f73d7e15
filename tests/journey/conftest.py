"""What a failed journey shows: the logs of every program that took part."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest
from rig.running_point import Point


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        fixtures: dict[str, Any] = getattr(item, "funcargs", {})
        for name, value in fixtures.items():
            if isinstance(value, Point):
                report.sections.append((f"logs of {name}", value.story()))
    return report
