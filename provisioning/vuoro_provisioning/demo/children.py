"""The programs of the demo as child processes: started, stopped, their plug pulled, and started again when they die."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 30.0
"""Who has run for so long is not failing at the start: its next pause is short again."""
PATIENCE_SECONDS = 8.0
"""How long a program may take to stop before it is ended by force."""
LOG_BYTES = 2_000_000


class Plug(StrEnum):
    """How a program stands."""

    ON = "on"
    STOPPING = "stopping"
    STOPPED = "stopped"
    PULLED = "pulled"
    FAILED = "failed"


@dataclass(frozen=True)
class Program:
    """What to run: ``key`` names it on the page, ``title`` to people."""

    key: str
    title: str
    command: list[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)


class Child:
    """One program's process. Everything here is called from one thread: the one whose end is the children's end."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.plug = Plug.STOPPED
        self.runs = 0
        """How often it has been started; pictures and tickets of an earlier run are not those of this one."""
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._pause = FIRST_PAUSE_SECONDS
        self._due = 0.0
        """When to start again (failed) or to end by force (stopping)."""

    def start(self, now: float) -> None:
        """Run it, unless it runs already."""
        if self._process is not None:
            return
        self._process = _spawn(self.program)
        self._started_at = now
        self.plug = Plug.ON
        self.runs += 1

    def stop(self, now: float) -> None:
        """Ask it to end (SIGTERM); ``tend`` ends it by force when it does not."""
        if self._process is None:
            self.plug = Plug.STOPPED
        elif self.plug is not Plug.STOPPING:
            self.plug = Plug.STOPPING
            self._due = now + PATIENCE_SECONDS
            self._signal(signal.SIGTERM)

    def pull(self) -> None:
        """End it with no warning at all (SIGKILL), as a pulled plug does."""
        if self._process is not None:
            self._signal(signal.SIGKILL)
            self._process.wait()
            self._process = None
        self.plug = Plug.PULLED

    def tend(self, now: float) -> str | None:
        """Look after it: what has happened, as a line for people, or nothing."""
        if self.plug is Plug.FAILED and now >= self._due:
            self.start(now)
            return None
        if self._process is None:
            return None
        code = self._process.poll()
        if code is not None:
            return self._ended(code, now)
        if self.plug is Plug.STOPPING and now >= self._due:
            self.pull()
            self.plug = Plug.STOPPED
            return f"{self.program.title} did not stop within {PATIENCE_SECONDS:.0f} s and was ended by force."
        return None

    @property
    def ended(self) -> bool:
        return self._process is None

    def _ended(self, code: int, now: float) -> str | None:
        self._sweep()
        self._process = None
        if self.plug is Plug.STOPPING:
            self.plug = Plug.STOPPED
            return None
        self.plug = Plug.FAILED
        steady = now - self._started_at > STEADY_SECONDS
        self._pause = FIRST_PAUSE_SECONDS if steady else self._pause
        self._due = now + self._pause
        told = f"{self.program.title} ended by itself ({_how(code)}); starting it again in {self._pause:g} s."
        again = self._pause > FIRST_PAUSE_SECONDS
        self._pause = min(self._pause * 2, LONGEST_PAUSE_SECONDS)
        details = [] if again else [*last_lines(self.program.log), f"  (all of it: {self.program.log})"]
        return "\n".join([told, *details])

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    def _sweep(self) -> None:
        """What it has started itself goes with it."""
        self._signal(signal.SIGKILL)


def _spawn(program: Program) -> subprocess.Popen[bytes]:
    """In a process group of its own, so that Ctrl-C reaches it in our order; it dies with the thread that starts it."""
    program.log.parent.mkdir(parents=True, exist_ok=True)
    fresh = not program.log.exists() or program.log.stat().st_size > LOG_BYTES
    with program.log.open("wb" if fresh else "ab") as log:
        return subprocess.Popen(
            [*_dies_with_parent(), *program.command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **program.environment},
            start_new_session=True,
        )


def _dies_with_parent() -> list[str]:
    """Has the kernel end the child when the demo is killed outright (setpriv is part of every Debian)."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL"] if setpriv else []


def last_lines(log: Path, count: int = 5) -> list[str]:
    """The end of a log, indented."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return [f"  | {line[:300]}" for line in lines[-count:] if line.strip()]


def _how(code: int) -> str:
    return f"exit {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"
