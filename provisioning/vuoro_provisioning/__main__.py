"""The command ``vuoro-provision``: sets points up. ``vuoro-provision demo`` runs a whole one on this machine."""

from __future__ import annotations

import argparse
import sys

from vuoro_mqtt import __version__


def main() -> None:
    parser = argparse.ArgumentParser(prog="vuoro-provision", description="Sets up points of Vuoro.")
    parser.add_argument("--version", action="version", version=f"vuoro {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("demo", help="run a whole point on this machine, on loopback alone, with simulated hardware")
    parser.parse_args()
    from vuoro_provisioning.demo.program import run_demo

    sys.exit(run_demo())


if __name__ == "__main__":
    main()
