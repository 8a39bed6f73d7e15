"""``vuoro-device KIND --config FILE``: one unit of the lobby. The one place that builds real things."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vuoro_mqtt.little_memory import keep_memory_small, leave_out

if TYPE_CHECKING:
    from vuoro_mqtt.payloads import DeviceKind

    from vuoro_devices.config import UnitConfig

# argparse, not typer: a unit's memory is a Raspberry Pi's, and typer with its pictures of text takes 8 MB of it.

BUILT = ("ticket-dispenser", "counter-display", "lobby-display")
NOT_BUILT_YET = ("return-box", "feedback-panel", "info-display")

WRONG_USE = 2


def main() -> None:
    """The program: one unit, until SIGTERM or SIGINT."""
    leave_out("ssl", "_hashlib")  # OpenSSL: a tenth of a small unit's memory, for TLS that no setting asks for yet
    sys.exit(run(sys.argv[1:]))


def run(argv: Sequence[str]) -> int:
    """Do what the command line says; its exit code, 2 where that or the file is wrong."""
    arguments = _arguments(argv)
    return _run(arguments.kind, arguments.config, check=arguments.check)


def _arguments(argv: Sequence[str]) -> Any:
    parser = argparse.ArgumentParser(
        prog="vuoro-device", description="One unit of the lobby: ticket dispenser, counter display or lobby display."
    )
    parser.add_argument("kind", metavar="KIND", type=_kind, help=f"one of {', '.join(BUILT)}")
    parser.add_argument("--config", metavar="FILE", type=Path, required=True, help="the unit's TOML file")
    parser.add_argument("--check", action="store_true", help="only check the file")
    return parser.parse_args(argv)


def _kind(name: str) -> str:
    """A kind that this version runs."""
    if name in BUILT:
        return name
    why = f"a {name} cannot be run yet" if name in NOT_BUILT_YET else f"there is no {name!r}"
    raise argparse.ArgumentTypeError(f"{why}; this version runs {', '.join(BUILT)}")


def _run(kind_name: str, file: Path, *, check: bool) -> int:
    from vuoro_mqtt.payloads import DeviceKind
    from vuoro_mqtt.settings_file import SettingsFileError

    from vuoro_devices.config import read_config

    kind = DeviceKind(kind_name)
    try:
        config = read_config(file, kind)
    except SettingsFileError as wrong:
        sys.stderr.write(f"{wrong}\n")
        return WRONG_USE
    if check:
        sys.stdout.write(f"{file}: all right\n")
        return 0
    return _run_unit(kind, config, file)


def _run_unit(kind: DeviceKind, config: UnitConfig, file: Path) -> int:
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    from vuoro_mqtt.facts_log import set_up_log

    from vuoro_devices.journal import JournalUnusable
    from vuoro_devices.program import AlreadyRunning, Program

    set_up_log()
    sys.setswitchinterval(0.001)
    keep_memory_small()
    try:
        program = Program(kind, config)
    except (AlreadyRunning, JournalUnusable, ValueError, OSError) as error:
        sys.stderr.write(f"vuoro-device {kind.value} {config.device} ({file}): {error}\n")
        return WRONG_USE if isinstance(error, ValueError) else 1
    signal.signal(signal.SIGTERM, lambda *_: program.stop())
    signal.signal(signal.SIGINT, lambda *_: program.stop())
    if program.run():
        _start_again()
    return 0


def _start_again() -> None:
    """The same program in the same process: whoever supervises it sees no end."""
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606


if __name__ == "__main__":
    main()
