"""Loopback ports: which are free, and who answers on them."""

from __future__ import annotations

import socket
from collections.abc import Iterator

LOOPBACK = "127.0.0.1"


def is_free(port: int) -> bool:
    """Whether a program of ours could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def free_ports(first: int) -> Iterator[int]:
    """Free ports from ``first`` upwards, each given once."""
    return (port for port in range(first, 65536) if is_free(port))
