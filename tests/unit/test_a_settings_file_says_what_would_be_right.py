"""What hub, site and unit files have in common: each fault with its place, the value found, and what would be right."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import Field, field_validator
from vuoro_mqtt.settings_file import Section, SettingsFileError, meant, read_toml
from vuoro_mqtt.values import Id, Texts


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


class Room(Section):
    id: Id
    name: Texts = {}
    seats: int = Field(1, ge=1, le=9)
    first: int = Field(0, alias="from")
    colour: Colour = Colour.RED


class House(Section):
    door: Literal["open", "closed"]
    owner: str = Field(examples=["owner = 'anna'"])
    colour: Colour = Colour.RED
    warmth: float = Field(20, gt=0)
    lit: bool = False
    secret: str | None = Field(None, repr=False)
    lines: list[Annotated[int, Field(ge=0, le=53)]] = Field([], min_length=1)
    rooms: list[Room] = []
    porch: Room | None = None
    zone: str = "here"

    @field_validator("zone")
    @classmethod
    def _known(cls, value: str) -> str:
        if value == "nowhere":
            raise ValueError("there is no such zone")
        return value


def faults(folder: Path, text: str) -> list[str]:
    file = folder / "house.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsFileError) as wrong:
        read_toml(file, House)
    return [str(fault) for fault in wrong.value.faults]


GOOD = 'door = "open"\nowner = "x"\n'


def test_a_good_file_becomes_its_model(tmp_path: Path) -> None:
    file = tmp_path / "house.toml"
    file.write_text(GOOD + '[[rooms]]\nid = "hall"\nfrom = 3\n')
    house = read_toml(file, House)
    assert (house.rooms[0].id, house.rooms[0].first) == ("hall", 3)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('dor = "open"', "dor: is not known here; did you mean 'door'?"),
        ("[porch]\nid = 'p'\nform = 1", "porch.form: is not known here; did you mean 'from'?"),
        ("[porch]\nid = 'p'\nzzz = 1", "porch.zzz: is not known here; one of id, name, seats, from, colour"),
        ('door = "opne"', "door: 'opne' is not one of open, closed; did you mean 'open'?"),
        ('colour = "blue"', "colour: 'blue' is not one of red, green"),
        ("", "owner: is missing; for example owner = 'anna'"),
        ("", "door: is missing; one of open, closed"),
        ("warmth = 0", "warmth: 0 is not right; wanted: more than 0"),
        ("warmth = 'hot'", "warmth: 'hot' is not right; wanted: a number"),
        ("lit = 'perhaps'", "lit: 'perhaps' is not right; wanted: true or false"),
        ("owner = 3", "owner: 3 is not right; wanted: text in quotes"),
        ("lines = []", "lines: has too few; at least 1 needed"),
        ("lines = 3", "lines: 3 is not right; wanted: a list"),
        ("lines = [4, 54]", "lines[2]: 54 is not right; wanted: 53 or less"),
        ("porch = 3", "porch: 3 is not right; wanted: a table"),
        ("owner = [3]", "owner: a list is not right; wanted: text in quotes"),
        ("zone = 'nowhere'", "zone: there is no such zone"),
        (
            "[[rooms]]\nid = 'a'\n[[rooms]]\nid = 'hall'\nseats = 2.5",
            "rooms[2] 'hall'.seats: 2.5 is not right; wanted: a",
        ),
        (
            "[[rooms]]\nid = 'The Hall'",
            "rooms[1] 'The Hall'.id: 'The Hall' is not right; wanted: an id of small letters",
        ),
        ("[[rooms]]\nseats = 10", "rooms[1].seats: 10 is not right; wanted: 9 or less"),
        (
            "[[rooms]]\nid = 'a'\nname = { FI = 'x' }",
            "rooms[1] 'a'.name.FI: 'FI' is not right; wanted: a language's tag",
        ),
    ],
)
def test_each_fault_has_its_place_and_what_would_be_right(tmp_path: Path, text: str, told: str) -> None:
    assert any(fault.startswith(told) for fault in faults(tmp_path, text)), faults(tmp_path, text)


def test_a_secret_is_never_told(tmp_path: Path) -> None:
    assert faults(tmp_path, GOOD + "secret = 123456") == ["secret: this is not right; wanted: text in quotes"]


def test_the_text_names_the_file_and_counts_its_faults(tmp_path: Path) -> None:
    file = tmp_path / "house.toml"
    file.write_text("dor = 1")
    with pytest.raises(SettingsFileError) as wrong:
        read_toml(file, House)
    told = str(wrong.value).splitlines()
    assert told[0] == f"{file}: 3 faults"
    assert len(told) == 4


@pytest.mark.parametrize(("content", "told"), [(b"door = ", "is not TOML:"), (b'door = "\xff"', "is not UTF-8 text")])
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, content: bytes, told: str) -> None:
    file = tmp_path / "house.toml"
    file.write_bytes(content)
    with pytest.raises(SettingsFileError, match=f"1 fault\n  {told}"):
        read_toml(file, House)
    with pytest.raises(SettingsFileError, match="cannot be read: No such file"):
        read_toml(tmp_path / "none.toml", House)


def test_nothing_is_guessed_where_nothing_is_near() -> None:
    assert meant("xyz", ["open", "closed"]) == ""
