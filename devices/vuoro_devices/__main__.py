"""``vuoro-device KIND --config FILE``: one unit of the lobby. The one place that builds real things."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vuoro_mqtt.payloads import DeviceKind

    from vuoro_devices.config import UnitConfig

# argparse, not typer: a unit's memory is a Raspberry Pi's, and typer with its pictures of text takes 8 MB of it.

BUILT = ("ticket-dispenser", "counter-display", "lobby-display")
NOT_BUILT_YET = ("return-box", "feedback-panel", "info-display")

WRONG_USE = 2


def main(argv: Sequence[str] | None = None) -> None:
    """Run one unit until SIGTERM or SIGINT. Exit code 2: the command line or the file is wrong."""
    arguments = _arguments(argv)
    sys.exit(_run(arguments.kind, arguments.config, check=arguments.check))


def _arguments(argv: Sequence[str] | None) -> Any:
    parser = argparse.ArgumentParser(
        prog="vuoro-device", description="One unit of the lobby: ticket dispenser, counter display or lobby display."
    )
    parser.add_argument("kind", metavar="KIND", choices=[*BUILT, *NOT_BUILT_YET], help=f"one of {', '.join(BUILT)}")
    parser.add_argument("--config", metavar="FILE", type=Path, required=True, help="the unit's TOML file")
    parser.add_argument("--check", action="store_true", help="only check the file")
    arguments = parser.parse_args(argv)
    if arguments.kind in NOT_BUILT_YET:
        parser.error(f"a {arguments.kind} cannot be run yet; this version runs {', '.join(BUILT)}")
    return arguments


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
    return _run_unit(kind, config)


def _run_unit(kind: DeviceKind, config: UnitConfig) -> int:
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    from vuoro_mqtt.facts_log import set_up_log
    from vuoro_mqtt.little_memory import keep_memory_small

    from vuoro_devices.program import AlreadyRunning, Program

    set_up_log()
    sys.setswitchinterval(0.001)
    keep_memory_small()
    try:
        program = Program(kind, config)
    except (AlreadyRunning, ValueError, OSError) as error:
        sys.stderr.write(f"vuoro-device {kind.value} {config.device}: {error}\n")
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
