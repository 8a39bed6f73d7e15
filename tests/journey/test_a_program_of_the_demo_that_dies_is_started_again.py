from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from rig.waiting import until
from vuoro_provisioning.demo.children import Child, Plug, Program

pytestmark = pytest.mark.slow

WAITS = "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(0)); signal.pause()"
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); signal.pause()"
BREAKS = "raise SystemExit('the paper is not paper')"


def child(tmp_path: Path, code: str) -> Child:
    return Child(Program("unit", "Unit", [sys.executable, "-c", code], tmp_path / "unit.log"))


def test_who_dies_by_itself_is_started_again_after_a_growing_pause(tmp_path: Path) -> None:
    broken = child(tmp_path, BREAKS)
    broken.start(0.0)
    told = until(lambda: broken.tend(1.0), "it is told that it ended")
    assert "Unit ended by itself (exit 1); starting it again in 0.5 s." in told
    assert "the paper is not paper" in told
    assert broken.plug is Plug.FAILED

    assert broken.tend(1.4) is None
    assert broken.runs == 1
    broken.tend(1.5)
    assert broken.runs == 2
    told = until(lambda: broken.tend(1.6), "it is told again")
    assert "in 1 s" in told


def test_who_is_asked_to_stop_stays_stopped(tmp_path: Path) -> None:
    unit = child(tmp_path, WAITS)
    unit.start(0.0)
    unit.stop(1.0)
    until(lambda: unit.tend(1.0) or unit.ended, "it has ended")
    assert unit.plug is Plug.STOPPED
    unit.tend(1000.0)
    assert unit.runs == 1


def test_a_pulled_plug_ends_it_at_once_and_it_stays_off_until_plugged_in(tmp_path: Path) -> None:
    unit = child(tmp_path, DEAF)
    unit.start(0.0)
    unit.pull()
    assert (unit.ended, unit.plug) == (True, Plug.PULLED)
    unit.tend(1000.0)
    assert unit.runs == 1
    unit.start(1001.0)
    assert (unit.plug, unit.runs) == (Plug.ON, 2)
    unit.pull()


def test_who_does_not_stop_is_ended_by_force(tmp_path: Path) -> None:
    unit = child(tmp_path, DEAF)
    unit.start(0.0)
    until(lambda: "deaf" in (tmp_path / "unit.log").read_text(), "it is deaf")
    unit.stop(1.0)
    assert unit.tend(2.0) is None
    told = unit.tend(1000.0)
    assert told is not None
    assert "ended by force" in told
    assert unit.plug is Plug.STOPPED


def test_children_die_with_whoever_started_them(tmp_path: Path) -> None:
    log = tmp_path / "unit.log"
    starter = (
        "import sys, time; from pathlib import Path; from vuoro_provisioning.demo.children import Child, Program\n"
        f"unit = Child(Program('unit', 'Unit', [sys.executable, '-c', {WAITS!r}], Path({str(log)!r})))\n"
        "unit.start(0.0); print(unit._process.pid, flush=True); time.sleep(600)"
    )
    parent = subprocess.Popen([sys.executable, "-c", starter], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    until(lambda: psutil.Process(pid).name() != "setpriv", "the program itself runs")
    parent.kill()
    parent.wait()
    began = time.monotonic()
    until(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == "zombie", "the child has died too")
    assert time.monotonic() - began < 10
