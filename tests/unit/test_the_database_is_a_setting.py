"""``database_url``: what is taken, and what is refused without saying the password in it again."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError
from vuoro_hub.settings import HubSettings


def read(address: str | None) -> HubSettings:
    return HubSettings(site_file=Path("lahti.toml"), data=Path("data"), database_url=address)


@pytest.mark.parametrize(
    "address",
    [None, "postgresql:///vuoro", "postgresql://vuoro@db.example/vuoro", "postgresql+psycopg://u:p@h:5433/d?host=/run"],
)
def test_an_address_of_postgresql_is_taken(address: str | None) -> None:
    assert read(address).database_url == address


@pytest.mark.parametrize(
    "address", ["mysql://me:secret@db/vuoro", "postgresql+psycopg2://me:secret@db/vuoro", "secret", "", "postgresql:/x"]
)
def test_another_is_refused_with_an_example_and_without_its_secret(address: str) -> None:
    with pytest.raises(ValidationError) as wrong:
        read(address)
    (fault,) = wrong.value.errors()
    assert "postgresql:///vuoro" in fault["msg"]
    assert "secret" not in fault["msg"]
