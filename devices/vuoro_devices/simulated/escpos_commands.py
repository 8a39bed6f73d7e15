"""A stream of ESC/POS bytes, cut into commands: as far as receipt printers of today understand them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DLE, ESC, FS, GS = 0x10, 0x1B, 0x1C, 0x1D

Kind = Literal["text", "control", "command", "realtime", "unknown"]


@dataclass(frozen=True)
class Command:
    """One command or one run of letters. ``name`` is what it begins with (``ESC a``), ``data`` all its bytes."""

    kind: Kind
    name: str
    data: bytes

    @property
    def arguments(self) -> bytes:
        """What follows the name's bytes."""
        return self.data[2:]


FIXED: dict[int, dict[str, int]] = {
    ESC: {
        **dict.fromkeys("@2<LSijm\x0c", 0),
        **dict.fromkeys("!-3+AEGJKMQRTUVaderrt{?%= \x19", 1),
        **dict.fromkeys("$\\B", 2),
        **dict.fromkeys("p", 3),
        "c": 2,
        "W": 8,
    },
    GS: {
        **dict.fromkeys(":\x0c", 0),
        **dict.fromkeys("!/BEHITabfghrwx", 1),
        **dict.fromkeys("$LPW\\", 2),
        "^": 3,
    },
    FS: {
        **dict.fromkeys("&.", 0),
        **dict.fromkeys("!-CW", 1),
        **dict.fromkeys("Spr", 2),
    },
}
"""How many bytes follow ``ESC x``, ``GS x``, ``FS x``, where that does not depend on them."""

CONTROLS = {0x09: "HT", 0x0A: "LF", 0x0C: "FF", 0x0D: "CR"}

LEADS = {DLE: "DLE", ESC: "ESC", FS: "FS", GS: "GS"}


class CommandReader:
    """Takes bytes in any portions and gives whole commands; an unfinished one waits for its rest."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[Command]:
        """The commands that are complete now."""
        stream, at, commands = self._rest + data, 0, []
        while at < len(stream):
            command = _next(stream, at)
            if command is None:
                break
            commands.append(command)
            at += len(command.data)
        self._rest = stream[at:]
        return commands

    @property
    def rest(self) -> bytes:
        """What has come of a command that is not complete."""
        return self._rest


def _next(stream: bytes, at: int) -> Command | None:
    first = stream[at]
    if first in LEADS:
        return _command(stream, at)
    if first < 0x20:
        return Command("control", CONTROLS.get(first, "other"), stream[at : at + 1])
    end = at
    while end < len(stream) and stream[end] >= 0x20:
        end += 1
    return Command("text", "text", stream[at:end])


def _command(stream: bytes, at: int) -> Command | None:
    if len(stream) < at + 2:
        return None
    lead, letter = stream[at], chr(stream[at + 1])
    follow = _following(lead, letter, stream[at + 2 :])
    if follow is None:
        return None
    known = follow >= 0
    end = at + 2 + max(0, follow)
    if len(stream) < end:
        return None
    name = f"{LEADS[lead]} {letter}"
    kind: Kind = "unknown" if not known else "realtime" if lead == DLE else "command"
    return Command(kind, name, stream[at:end])


def _following(lead: int, letter: str, rest: bytes) -> int | None:
    """How many bytes follow the two that name the command: None = not known yet, -1 = not a command we know."""
    if lead == DLE:
        return _following_dle(letter, rest)
    if letter in FIXED[lead]:
        return FIXED[lead][letter]
    if lead == ESC:
        return _following_esc(letter, rest)
    if lead == GS:
        return _following_gs(letter, rest)
    return _counted(rest, 1, 2) if letter == "(" else -1


def _following_dle(letter: str, rest: bytes) -> int | None:
    if letter == "\x04":
        return (2 if rest[0] in (7, 8, 18) else 1) if rest else None
    if letter == "\x05":
        return 1
    if letter == "\x14":
        return {1: 3, 2: 3, 3: 4, 7: 2, 8: 8}.get(rest[0], 3) if rest else None
    return -1


def _following_esc(letter: str, rest: bytes) -> int | None:
    if letter == "*":
        if len(rest) < 3:
            return None
        return 3 + (rest[1] + 256 * rest[2]) * (3 if rest[0] in (32, 33) else 1)
    if letter == "D":
        return rest.index(0) + 1 if 0 in rest else None
    if letter == "(":
        return _counted(rest, 1, 2)
    return -1


def _following_gs(letter: str, rest: bytes) -> int | None:
    if letter == "v":
        if len(rest) < 6:
            return None
        return 6 + (rest[2] + 256 * rest[3]) * (rest[4] + 256 * rest[5])
    if letter == "(":
        return _counted(rest, 1, 2)
    if letter == "8":
        return _counted(rest, 1, 4)
    if letter == "V":
        return (1 if rest[0] in (0, 1, 48, 49) else 2) if rest else None
    if letter == "k":
        return _following_barcode(rest)
    if letter == "*":
        return 2 + rest[0] * rest[1] * 8 if len(rest) >= 2 else None
    return -1


def _following_barcode(rest: bytes) -> int | None:
    if not rest:
        return None
    if rest[0] <= 6:
        return rest.index(0, 1) + 1 if 0 in rest[1:] else None
    return 2 + rest[1] if len(rest) >= 2 else None


def _counted(rest: bytes, start: int, size: int) -> int | None:
    """A command that says its own length in ``size`` bytes after ``start`` others."""
    if len(rest) < start + size:
        return None
    return start + size + int.from_bytes(rest[start : start + size], "little")
