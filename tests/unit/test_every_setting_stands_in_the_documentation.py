"""``docs/settings.md`` is what the models say today, with a meaning for each key."""

from __future__ import annotations

import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")


def rows() -> list[list[str]]:
    """Key, type, default and meaning of every setting of the page."""
    cells = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if line.startswith("| `")]
    return [row for row in cells if len(row) == 4]


def test_the_page_is_what_the_models_say() -> None:
    made = runpy.run_path(str(ROOT / "provisioning" / "setup" / "settings_reference.py"))
    assert made["reference"]() == PAGE, "run: make docs"


def test_every_setting_has_a_type_and_a_meaning() -> None:
    assert len(rows()) > 100
    for key, type_, _default, meaning in rows():
        assert type_, key
        assert len(meaning) > 5, key


def test_a_setting_without_a_default_is_marked_as_needed() -> None:
    needed = {key for key, _type, default, _meaning in rows() if default == "*needed*"}
    assert {"`site_file`", "`data`", "`site`", "`device`", "`state`", "`kind`"} <= needed
