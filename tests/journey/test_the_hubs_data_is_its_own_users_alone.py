"""Password hashes and follow tokens are in the hub's data: nobody else on the machine may read it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from rig.points import PRESETS

pytestmark = pytest.mark.slow


def modes(data: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mode & 0o777 for path in (data, *data.iterdir())}


def lists_people(config: Path, data: Path) -> None:
    config.write_text(f"site_file = '{PRESETS / 'lahti.toml'}'\ndata = '{data}'\n", "utf-8")
    command = [sys.executable, "-m", "vuoro_hub", "person", "list", "--config", str(config)]
    listed = subprocess.run(command, capture_output=True, text=True, timeout=30, umask=0o022)
    assert listed.returncode == 0, listed.stderr


def test_a_data_folder_that_is_made_is_closed_to_others(tmp_path: Path) -> None:
    data = tmp_path / "new" / "hub"
    lists_people(tmp_path / "hub.toml", data)
    assert modes(data)["hub"] == 0o700
    assert modes(data)["vuoro.db"] == 0o600


def test_a_database_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    data = tmp_path / "hub"
    lists_people(tmp_path / "hub.toml", data)
    os.chmod(data / "vuoro.db", 0o644)
    lists_people(tmp_path / "hub.toml", data)
    assert modes(data)["vuoro.db"] == 0o640
    assert not any(mode & 0o007 for mode in modes(data).values())
