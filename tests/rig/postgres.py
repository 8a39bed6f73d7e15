"""A real PostgreSQL for tests: a server of its own in a temporary folder, reached through its socket there alone."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from rig.waiting import until
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError
from sqlmodel import SQLModel
from vuoro_hub.store.database import Database

WHERE_DEBIAN_HAS_IT = Path("/usr/lib/postgresql")

SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",  # no test pulls this server's plug
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "100",
    "timezone": "Asia/Kathmandu",  # instants are instants, wherever the server thinks it is
}


def programs() -> Path:
    """The folder of the newest server's programs."""
    found = [path.parent for path in WHERE_DEBIAN_HAS_IT.glob("*/bin/initdb")]
    elsewhere = shutil.which("initdb")
    assert found or elsewhere, "PostgreSQL is not installed; `make test` brings it"
    return max(found, key=lambda path: int(path.parent.name)) if found else Path(str(elsewhere)).parent


class PostgresServer:
    """A server that can be stopped and started again, and as many databases of today's schema as tests want."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="vuoro-pg-"))  # a socket's path may not be long
        self._process: subprocess.Popen[bytes] | None = None
        self._free: list[str] = []
        self._names = (f"vuoro_{place}" for place in itertools.count(1))
        self._as: dict[str, Any] = {"cwd": self._folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.STDOUT}
        if os.geteuid() == 0:  # the server refuses to be root
            owner = pwd.getpwnam("postgres")
            os.chown(self._folder, owner.pw_uid, owner.pw_gid)
            self._as |= {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}

    def make(self) -> None:
        """Make the server's files, start it, and make the database that others are copied from."""
        how = ["--username=vuoro", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        subprocess.run([programs() / "initdb", f"--pgdata={self._data}", *how], check=True, **self._as)
        self.start()
        database = Database(self.empty_database("today"))
        database.migrate()
        database.close()

    def start(self) -> None:
        """Returns when it answers."""
        settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
        command = [programs() / "postgres", "-D", self._data, "-k", self._folder, *settings]
        self._process = subprocess.Popen(command, **self._as)
        until(self._answers, "PostgreSQL answers")

    def stop(self) -> None:
        """At once, whoever is connected; what was committed stays."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(timeout=20)
            self._process = None

    def remove(self) -> None:
        """Stop it and leave nothing behind."""
        self.stop()
        shutil.rmtree(self._folder)

    def empty_database(self, name: str | None = None) -> str:
        """The address of a new database without any table."""
        return self._made(name or next(self._names), "template0")

    def new_database(self) -> str:
        """The address of a database with today's schema and no rows."""
        return self._free.pop() if self._free else self._made(next(self._names), "today")

    def give_back(self, address: str) -> None:
        """Empty a database that a test no longer wants: much faster than making another one."""
        self._tell(f"TRUNCATE {', '.join(SQLModel.metadata.tables)}", address)
        self._free.append(address)

    def address(self, name: str) -> str:
        return f"postgresql+psycopg://vuoro@/{name}?host={self._folder}"

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _made(self, name: str, template: str) -> str:
        self._tell(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.address(name)

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, "PostgreSQL ended instead of starting"
        try:
            self._tell("SELECT 1")
        except OperationalError:
            return False
        return True

    def _tell(self, statement: str, address: str | None = None) -> None:
        engine = create_engine(address or self.address("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()
