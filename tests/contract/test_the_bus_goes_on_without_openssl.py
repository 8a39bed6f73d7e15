"""A program that has left OpenSSL out of its memory comes back when its connection is torn off."""

from __future__ import annotations

import os
import socket
import struct
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

PROGRAM = """
import sys, threading
from vuoro_mqtt.little_memory import leave_out
leave_out("ssl", "_hashlib")
from vuoro_mqtt.paho_bus import PahoBus
PahoBus("127.0.0.1", int(sys.argv[1]), "small", print, []).start()
threading.Event().wait()
"""
ACCEPTED = b"\x20\x02\x00\x00"


def one_connection(listener: socket.socket) -> socket.socket:
    """The next client, told that it is connected."""
    client, _address = listener.accept()
    client.settimeout(10)
    assert client.recv(1) == b"\x10", "a client begins with CONNECT"
    client.sendall(ACCEPTED)
    return client


def tear_off(client: socket.socket) -> None:
    """As when the other machine loses its power: a reset instead of an end."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def test_a_connection_torn_off_is_made_anew(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, (tmp_path / "said").open("w+") as said:
        listener.settimeout(10)
        program = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(listener.getsockname()[1])],
            stdout=said,
            stderr=said,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )
        try:
            tear_off(one_connection(listener))
            one_connection(listener).close()
            assert "Traceback" not in (tmp_path / "said").read_text()
        finally:
            program.kill()
            program.wait(5)
