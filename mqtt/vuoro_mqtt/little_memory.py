"""Keeping a program small: what it leaves out, and what glibc's allocator is told on the machines that have it."""

from __future__ import annotations

import ctypes
import sys
from typing import Any

# From <malloc.h>: which setting, and its value.
_SETTINGS = (
    (-8, 2),  # M_ARENA_MAX: each thread's own arena keeps what it once needed; two serve all threads
    (-3, 256 * 1024),  # M_MMAP_THRESHOLD: a large piece goes back to the system as soon as it is free
    (-1, 128 * 1024),  # M_TRIM_THRESHOLD: so does the heap's free end
)


def keep_memory_small() -> None:
    """Call it before threads start. Where the C library has no mallopt, nothing changes."""
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        for setting, value in _SETTINGS:
            library.mallopt(setting, value)


def leave_out(*modules: str) -> None:
    """Let libraries that can do without a module find that it is not there; what is loaded already stays.

    Call it before they are imported.
    """
    absent: Any = None  # Python's own mark of a module that cannot be imported
    for module in modules:
        sys.modules.setdefault(module, absent)
