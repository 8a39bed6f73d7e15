"""python-escpos, loaded when it is first needed: its import is heavy, and leaves files about where it is not told."""

from __future__ import annotations

import json
import os
import pickle
import platform
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

MEDIUM_CORRECTION = 0
"""A QR code of which 15 % may be lost, as the qrcode library counts."""


def load_escpos(state: Path | None = None) -> None:
    """Import python-escpos, its table of printers kept in ``state`` (a folder that nobody else can write).

    The table is pickled there from its JSON beforehand: python-escpos would read it as YAML, slowly, with much memory.
    """
    if "escpos.capabilities" in sys.modules:
        return
    if state is not None:
        _import_with_table_in(state)
        return
    with tempfile.TemporaryDirectory() as folder:
        _import_with_table_in(Path(folder))


def _import_with_table_in(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ["ESCPOS_CAPABILITIES_PICKLE_DIR"] = str(folder)
    _pickle_table(folder / f"{platform.python_version()}.capabilities.pickle")
    with _spare_folder():
        import_module("escpos.capabilities")


@contextmanager
def _spare_folder() -> Iterator[None]:
    """python-escpos makes a temporary folder at import that it neither uses nor removes: here it goes away."""
    before = tempfile.tempdir
    with tempfile.TemporaryDirectory() as spare:
        tempfile.tempdir = spare
        try:
            yield
        finally:
            tempfile.tempdir = before


def _pickle_table(target: Path) -> None:
    source = _table()
    if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
        return
    unfinished = target.with_suffix(f".{os.getpid()}")
    unfinished.write_bytes(pickle.dumps(json.loads(source.read_bytes()), protocol=2))
    unfinished.replace(target)


def _table() -> Path:
    spec = find_spec("escpos")
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "capabilities.json"


def known_printers() -> dict[str, dict[str, Any]]:
    """The printers that python-escpos knows by name, and what each can do; read without loading it."""
    profiles: dict[str, dict[str, Any]] = json.loads(_table().read_bytes())["profiles"]
    return profiles


def profile_data(name: str) -> dict[str, Any]:
    """What a printer of this name can do; KeyError where there is none."""
    load_escpos()
    data: dict[str, Any] = import_module("escpos.capabilities").CAPABILITIES["profiles"][name]
    return data


def code_pages(profile: str) -> dict[str, int]:
    """Name of a code page -> its slot (``ESC t``); of several slots the lowest, which is the one most likely true."""
    pages: dict[str, int] = {}
    for slot, name in sorted(profile_data(profile)["codePages"].items(), key=lambda entry: int(entry[0])):
        pages.setdefault(name, int(slot))
    pages.pop("Unknown", None)
    return pages


def encoder(profile: str) -> Any:
    """python-escpos's letters of a printer, in the slots of ``code_pages``."""
    return import_module("escpos.magicencode").Encoder(code_pages(profile))


def writer(profile: str, letters: Any) -> Any:
    """A python-escpos printer that keeps what is written (``.output``); ``letters`` from ``encoder``."""
    from vuoro_devices.hardware.escpos_writer import Writer

    return Writer(profile=profile, magic_encode_args={"encoder": letters})


def port(kind: str, **arguments: Any) -> Any:
    """python-escpos's own way to a printer: ``Usb``, ``Network`` or ``Serial``, not yet opened."""
    load_escpos()
    return getattr(import_module("escpos.printer"), kind)(**arguments)


def qr_matrix(text: str) -> list[list[bool]]:
    """The modules of a QR code without quiet zone, dark ones true; by the library that python-escpos brings along."""
    code = import_module("qrcode.main").QRCode(border=0, error_correction=MEDIUM_CORRECTION)
    code.add_data(text, optimize=0)
    code.make(fit=True)
    matrix: list[list[bool]] = code.get_matrix()
    return matrix
