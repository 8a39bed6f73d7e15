"""A site file with faults: the hub's program tells all of them, with what would be right, and ends with exit code 2."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from rig.running_point import LAHTI, Hub

pytestmark = pytest.mark.slow

WRONG_CONFIGURATION = 2

FAULTY = (
    LAHTI.replace('timezone = "Europe/Helsinki"', 'timezone = "Europe/Lahti"')
    .replace("wait_seconds = 150 ", "wait_seconds = 1 ")
    .replace("miss_by_itself", "miss_by_itselv")
    .replace('authority = "vero"', 'authority = "verro"')
    .replace('advice_service = "neuvonta"', 'advice_service = "neuvonta"\nadvise = true')
    .replace('kind = "lobby-display"', 'kind = "lobby-screen"')
    .replace('mon = ["09:00-16:00"]', 'mon = ["9-16"]')
)

TOLD = (
    "timezone: no time zone is called 'Europe/Lahti'; for example Europe/Helsinki",
    "queue.wait_seconds: 1 is not right; wanted: 10 or more",
    "queue.miss_by_itselv: is not known here; did you mean 'miss_by_itself'?",
    "queue.advise: is not known here",
    "services[2] 'vero'.authority: 'verro' is not among authorities; did you mean 'vero'?",
    "devices[5] 'lobby-1'.kind: 'lobby-screen' is not one of ticket-dispenser",
    "hours.mon[1]: '9-16' is not right; wanted: a span such as 09:00-16:00",
)


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    path = tmp_path / "lahti.toml"
    path.write_text(FAULTY, encoding="utf-8")
    return path


def test_check_tells_every_fault_and_what_would_be_right(faulty: Path) -> None:
    checked = subprocess.run(
        [sys.executable, "-m", "vuoro_hub", "check", str(faulty)], capture_output=True, text=True, timeout=30
    )
    assert checked.returncode == WRONG_CONFIGURATION
    for line in TOLD:
        assert line in checked.stderr
    assert f"{faulty}: {len(TOLD)} faults" in checked.stderr
    assert "Traceback" not in checked.stderr


def test_run_tells_every_fault_and_starts_nothing(faulty: Path, tmp_path: Path) -> None:
    hub = Hub(tmp_path, faulty, 1)
    hub.start()
    assert hub.wait_ended() == WRONG_CONFIGURATION
    for line in TOLD:
        assert line in hub.said()
    assert "Traceback" not in hub.said()
    assert not hub.data.exists()


def test_a_right_file_is_told_to_be_right(tmp_path: Path) -> None:
    right = tmp_path / "lahti.toml"
    right.write_text(LAHTI, encoding="utf-8")
    checked = subprocess.run(
        [sys.executable, "-m", "vuoro_hub", "check", str(right)], capture_output=True, text=True, timeout=30
    )
    assert checked.returncode == 0
    assert "lahti: 10 authorities, 10 services, 11 counters, 5 units" in checked.stdout


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ("", ("site_file: is missing; for example", "data: is missing; for example")),
        ('site_file = "nowhere.toml"\ndata = "data"\nhttpp = 1', ("httpp: is not known here; did you mean 'http'?",)),
        (
            'site_file = "nowhere.toml"\ndata = "data"\n[http]\nport = 0\n[mqtt]\nport = 70000',
            ("http.port", "mqtt.port"),
        ),
        ('site_file = "nowhere.toml"\ndata = "data"', ("nowhere.toml", "cannot be read")),
        ("site_file = ", ("is not TOML",)),
    ],
)
def test_wrong_settings_of_the_hub_are_told_whole(tmp_path: Path, settings: str, told: tuple[str, ...]) -> None:
    hub = Hub(tmp_path, tmp_path / "lahti.toml", 1)
    hub.config.write_text(settings, encoding="utf-8")
    hub.start()
    assert hub.wait_ended() == WRONG_CONFIGURATION
    for line in told:
        assert line in hub.said()
    assert "Traceback" not in hub.said()
