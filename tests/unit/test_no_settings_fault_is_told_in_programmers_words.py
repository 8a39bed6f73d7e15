"""Whatever stands in a settings file, what is wrong is told in the keepers' words, not in those of a library."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError
from vuoro_devices.config import UnitConfig
from vuoro_devices.printers import PrinterSettings
from vuoro_hub.settings import HubSettings
from vuoro_hub.site_file import Site
from vuoro_mqtt.settings_file import faults_of, model_in
from vuoro_provisioning.demo.preset import Preset

WRONG: list[Any] = [
    *("", "x" * 300, "Ä", "09:00-08:00"),
    *(1.5, math.nan, math.inf, -1, 0, 10**30, True),
    *([], [1], [1, 2, 3], ["x"] * 40, [[]], [{}]),
    *({}, {"a": 1}, {"from": 1.5, "to": -1}, {"mon": ["x"]}, {"mon": "x"}, {"fi": 1}, {"fi": ""}),
    *(date(2026, 3, 2), time(9, 15), datetime(2026, 3, 2, 9, 15, tzinfo=UTC)),
]

PROGRAMMERS_WORDS = ("Input", "input", "should", "valid", "validation", "Tuple", "instance", "datetime", "None")


@pytest.mark.parametrize("file", [Site, HubSettings, UnitConfig, PrinterSettings, Preset])
def test_every_wrong_value_of_every_key_is_told_in_words(file: type[BaseModel]) -> None:
    texts = set(_told(file))
    assert texts
    assert [text for text in texts for word in PROGRAMMERS_WORDS if word in text] == []


def _told(model: type[BaseModel]) -> Iterator[str]:
    """The faults of this table and of those within it, one wrong value at a time."""
    for name, field in model.model_fields.items():
        for value in WRONG:
            table = {field.alias or name: value}
            try:
                model.model_validate(table)
            except ValidationError as error:
                yield from (fault.text for fault in faults_of(error, table, model))
        if inner := model_in(field.annotation):
            yield from _told(inner)
