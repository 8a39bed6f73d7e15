"""Each make target, and each command and option of the three programs, stands where people look for it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from vuoro_devices.__main__ import BUILT, NOT_BUILT_YET
from vuoro_hub.__main__ import cli

ROOT = Path(__file__).parents[2]
PAGES = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "CONTRIBUTING.md")}
COMMANDS = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")


def make_targets() -> list[str]:
    """Those that ``make help`` lists."""
    return re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)


def helped(program: str, *arguments: str) -> str:
    command = [sys.executable, "-m", program, *arguments, "--help"]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout


def options(help_text: str) -> set[str]:
    return set(re.findall(r"--[a-z][a-z-]*", help_text))


def hubs_words(command: Any = None, words: str = "vuoro-hub") -> Iterator[str]:
    """Commands and options of ``vuoro-hub``, also of its commands' own commands."""
    command = command or get_command(cli)
    below = getattr(command, "commands", {})
    if not below:
        yield words
        for parameter in command.params:
            yield from (option for option in parameter.opts if option.startswith("--"))
    for name, one in below.items():
        yield from hubs_words(one, f"{words} {name}")


def test_the_hubs_commands_and_options_are_there() -> None:
    words = list(hubs_words())
    assert {"vuoro-hub run", "vuoro-hub person add"} <= set(words)
    assert [word for word in words if word not in COMMANDS] == []


def test_the_units_kinds_and_options_are_there() -> None:
    wanted = {*BUILT, *NOT_BUILT_YET, "vuoro-device KIND", *options(helped("vuoro_devices"))}
    assert "--check" in wanted
    assert [word for word in wanted if word not in COMMANDS] == []


def test_the_provisionings_commands_and_options_are_there() -> None:
    told = helped("vuoro_provisioning")
    names = re.findall(r"^    ([a-z]+)  ", told, flags=re.MULTILINE)
    assert "demo" in names
    wanted = {*(f"vuoro-provision {name}" for name in names), *options(told)}
    for name in names:
        wanted |= options(helped("vuoro_provisioning", name))
    assert [word for word in wanted if word not in COMMANDS] == []


@pytest.mark.parametrize("target", make_targets())
def test_every_make_target_is_there(target: str) -> None:
    assert f"`make {target}`" in COMMANDS


def test_what_the_pages_tell_people_to_make_exists() -> None:
    targets = set(make_targets())
    for name, page in {**PAGES, "docs/commands.md": COMMANDS}.items():
        told = set(re.findall(r"(?:`|^    )make ([a-z]+)", page, flags=re.MULTILINE))
        assert told <= targets, name


def test_every_link_between_the_pages_leads_somewhere() -> None:
    """Also to a heading within a page."""
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
            if re.match(r"[a-z]+:", link):
                continue
            file, _, heading = link.partition("#")
            target = page.parent / file if file else page
            assert target.exists(), f"{page.name}: {link}"
            if heading:
                assert heading in headings(target), f"{page.name}: {link}"


def headings(page: Path) -> set[str]:
    """As their addresses are made from them: small letters and digits, hyphens for spaces."""
    titles = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
