"""A proxy between two programs that can hold what one of them says: an answer that was given and never arrived."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Literal

Direction = Literal["to-server", "to-client"]

LOOPBACK = "127.0.0.1"


class HoldingProxy:
    """Listens on ``port`` and passes on to a server's port. What is held when its sender dies, or at a cut, is lost."""

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._news = threading.Condition()
        self._holding: set[Direction] = set()
        self._held: dict[Direction, int] = {"to-server": 0, "to-client": 0}
        self._open: list[socket.socket] = []
        self._listener = socket.create_server((LOOPBACK, 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def hold(self, direction: Direction) -> None:
        """From now on nothing more passes this way; it is kept."""
        with self._news:
            self._holding.add(direction)

    def release(self) -> None:
        """What was held goes on its way, and all that follows."""
        with self._news:
            self._holding.clear()
            self._news.notify_all()

    def held(self, direction: Direction) -> int:
        """How many bytes have been held this way since the proxy began."""
        with self._news:
            return self._held[direction]

    def cut(self) -> None:
        """Every connection breaks; new ones are taken."""
        with self._news:
            broken, self._open = self._open, []
        for end in broken:
            _break(end)

    def close(self) -> None:
        _break(self._listener)
        self.cut()
        self.release()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                try:
                    server = socket.create_connection((LOOPBACK, self._server_port), timeout=5)
                except OSError:
                    client.close()
                    continue
                server.settimeout(None)
                for end in (client, server):
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                with self._news:
                    self._open += [client, server]
                self._pump(client, server, "to-server")
                self._pump(server, client, "to-client")

    def _pump(self, source: socket.socket, sink: socket.socket, direction: Direction) -> None:
        kept: list[bytes] = []
        ended = threading.Event()
        threading.Thread(target=self._read, args=(source, kept, direction, ended), daemon=True).start()
        threading.Thread(target=self._write, args=(sink, kept, direction, ended), daemon=True).start()

    def _read(self, source: socket.socket, kept: list[bytes], direction: Direction, ended: threading.Event) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                with self._news:
                    kept.append(data)
                    if direction in self._holding:
                        self._held[direction] += len(data)
                    self._news.notify_all()
        with self._news:
            if direction in self._holding:
                kept.clear()
            ended.set()
            self._news.notify_all()

    def _write(self, sink: socket.socket, kept: list[bytes], direction: Direction, ended: threading.Event) -> None:
        def may_go_on() -> bool:
            return ended.is_set() or bool(kept and direction not in self._holding)

        with suppress(OSError):
            while True:
                with self._news:
                    self._news.wait_for(may_go_on)
                    now, kept[:] = b"".join(kept), []
                if not now:
                    break
                sink.sendall(now)
        _break(sink)


def _break(end: socket.socket) -> None:
    steps: tuple[Callable[[], None], ...] = (lambda: end.shutdown(socket.SHUT_RDWR), end.close)
    for step in steps:
        with suppress(OSError):
            step()
