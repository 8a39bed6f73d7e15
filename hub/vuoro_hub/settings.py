"""The hub's own settings (TOML): where its data, broker and pages are. The point itself stands in the site file."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationError
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError
from vuoro_mqtt.settings_file import Fault, Section, SettingsFileError, faults_of, load_toml

from vuoro_hub.site_file import Site, read_site_file


def _an_address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        raise ValueError(f"{text!r} is not an address; for example 127.0.0.1") from None


IpAddress = Annotated[str, AfterValidator(_an_address)]

_LABEL = r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)"
_HOST_NAME = re.compile(rf"(?=.{{1,253}}$)({_LABEL}\.)*(?![0-9]+\.?$){_LABEL}\.?")


def _is_host(text: str) -> bool:
    try:
        return bool(ip_address(text))
    except ValueError:
        return _HOST_NAME.fullmatch(text) is not None


def _a_host(text: str) -> str:
    if not _is_host(text):
        raise ValueError(f"{text!r} is neither a host's name nor an address; for example 127.0.0.1")
    return text


Host = Annotated[str, AfterValidator(_a_host)]


def _a_page(text: str) -> str:
    try:
        parts = urlsplit(text)
        right = parts.scheme in ("http", "https") and _is_host(parts.hostname or "") and parts.port != 0
    except ValueError:
        right = False
    if not right or not text.isprintable() or set(text) & set(' ?#@\\"<>'):
        raise ValueError(f"{text!r} is not the address of a page; for example https://vuoro.example")
    return text


PageUrl = Annotated[str, AfterValidator(_a_page)]


def _written(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty; leave it out where the broker takes anonymous clients")
    return text


DATABASES = ("postgresql", "postgresql+psycopg", "sqlite")


def _a_database(text: str) -> str:
    # What was written is not said again: it may hold a password.
    try:
        kind = make_url(text).drivername
    except (ArgumentError, ValueError):
        kind = ""
    if kind not in DATABASES:
        raise ValueError("this is not the address of a PostgreSQL database; for example postgresql:///vuoro")
    return text


DatabaseUrl = Annotated[str, AfterValidator(_a_database)]


class HttpSettings(Section):
    """Where the pages are served."""

    host: Host = "127.0.0.1"
    """Address the pages are served on; this machine alone by default, since TLS belongs before it on a real site."""
    port: int = Field(8000, ge=1, le=65535)
    """Port the pages are served on."""
    trusted_proxy: IpAddress | None = Field(None, examples=["trusted_proxy = '127.0.0.1'"])
    """Address of the proxy that serves the pages over TLS, as the hub sees it. What it says in `X-Forwarded-For`,
    `X-Forwarded-Proto` and `X-Forwarded-Host` is believed, from nobody else: so wrong passwords count for the address
    they really come from, and cookies are for TLS alone. Nobody is believed by default."""
    trusted_proxy_count: int = Field(1, ge=1, le=10)
    """So many proxies stand one behind the other, each adding to `X-Forwarded-For`."""


class MqttSettings(Section):
    """Where the broker is."""

    host: Host = "127.0.0.1"
    """The broker's name or address; by default it runs on the hub's machine."""
    port: int = Field(1883, ge=1, le=65535)
    """The broker's port."""
    username: Annotated[str, AfterValidator(_written)] | None = None
    """User name at the broker; none where it takes anonymous clients."""
    password_file: Path | None = None
    """A file that holds the password and nothing else, so that this file may be shown to anybody."""


class HubSettings(Section):
    """What the hub's program needs to know; the point stands in the site file."""

    site_file: Path = Field(examples=["site_file = '/etc/vuoro/lahti.toml'"])
    """The point: authorities, services, counters, hours, units."""
    data: Path = Field(examples=["data = '/var/lib/vuoro/hub'"])
    """Folder for the database and the secret key; made where it is not there, for the hub's own user alone. One hub at
    a time works on it."""
    database_url: DatabaseUrl | None = Field(None, examples=["database_url = 'postgresql:///vuoro'"])
    """A PostgreSQL database instead of ``vuoro.db`` in the data folder. `postgresql:///vuoro` is database `vuoro` on
    this machine, where the hub's own user needs no password (made by `createuser vuoro; createdb --owner vuoro vuoro`);
    `postgresql://vuoro@db.example/vuoro` is one elsewhere, whose password stands in that user's `~/.pgpass`. Each hub
    has a database of its own, makes its tables itself and holds at most 60 connections."""
    public_url: PageUrl | None = None
    """How customers' phones reach this hub; stands in the ticket's QR code (Q11); begins with `https://` or
    `http://`. The pages' own address by default."""
    demo: bool = False
    """Demo users and tokens, any device id. For trying out on loopback alone."""
    demo_hours: Literal["always", "real"] = "always"
    """In the demo: every service open at every hour, or the site's own hours."""
    lobby_url: PageUrl | None = None
    """In the demo: where the virtual lobby is served; ``/lobby`` leads there."""
    http: HttpSettings = HttpSettings()
    """Where the pages are served."""
    mqtt: MqttSettings = MqttSettings()
    """Where the broker is."""


DATABASE_FILE = "vuoro.db"

Look = Callable[[Site], Iterable[Fault]]


class WrongSettings(Exception):
    """The hub cannot work with what is written; its text names each file and every fault."""


def read_settings(path: Path) -> HubSettings:
    """Read and check the settings, and what they point at. Raises SettingsFileError with every fault."""
    data = load_toml(path)
    faults = list(_found_faults(data))
    try:
        settings = HubSettings.model_validate(data)
    except ValidationError as error:
        raise SettingsFileError(path, [*faults_of(error, data, HubSettings), *faults]) from None
    if faults:
        raise SettingsFileError(path, faults)
    return settings


def read_settings_and_site(path: Path, also: Look = lambda _site: ()) -> tuple[HubSettings, Site]:
    """The settings and the point. Raises WrongSettings with every fault of both files.

    ``also``: what is looked at besides, once the site file has the right shape.
    """
    wrong: list[SettingsFileError] = []
    settings = site = None
    try:
        settings = read_settings(path)
    except SettingsFileError as error:
        wrong.append(error)
    try:
        site_file = settings.site_file if settings else _site_file_beside_faults(path)
        site = read_site_file(site_file, also) if site_file else None
    except SettingsFileError as error:
        wrong.append(error)
    if settings is None or site is None:
        raise WrongSettings("\n".join(map(str, wrong)))
    return settings, site


def _site_file_beside_faults(path: Path) -> Path | None:
    """The site file, where it can be read although other settings are wrong."""
    try:
        written = load_toml(path).get("site_file")
    except SettingsFileError:
        return None
    return Path(written) if isinstance(written, str) and _why_not_read(Path(written)) is None else None


def make_data_folder(folder: Path) -> None:
    """Made for this user alone; a database that is there already is closed to all others. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in folder.glob(f"{DATABASE_FILE}*"):
        status = path.stat()
        if path.is_file() and status.st_uid == os.geteuid() and status.st_mode & 0o007:
            path.chmod(status.st_mode & 0o770)


# --- What the settings point at: looked at also where other settings are wrong


def _found_faults(data: Mapping[str, Any]) -> Iterator[Fault]:
    mqtt = data.get("mqtt")
    password_file = mqtt.get("password_file") if isinstance(mqtt, dict) else None
    yield from _file_faults("site_file", data.get("site_file"), "the site file, such as /etc/vuoro/lahti.toml")
    yield from _file_faults("mqtt.password_file", password_file, "a file that holds the broker's password alone")
    if isinstance(folder := data.get("data"), str):
        if told := _why_no_folder(folder):
            yield Fault("data", f"{told}; wanted: a folder of the hub's own, such as /var/lib/vuoro/hub")
        elif data.get("database_url") is None and (told := _why_no_database(Path(folder) / DATABASE_FILE)):
            yield Fault("data", told)


def _file_faults(key: str, written: object, wanted: str) -> Iterator[Fault]:
    if isinstance(written, str) and (told := _why_not_read(Path(written)) if written else "is empty"):
        yield Fault(key, f"{f'{written!r} ' if written else ''}{told}; wanted: {wanted}")


def _why_not_read(path: Path) -> str | None:
    try:
        path.read_text(encoding="utf-8")
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    except ValueError:  # a NUL in its name, or no UTF-8 in it
        return "is not a file of UTF-8 text"
    return None


def _why_no_folder(written: str) -> str | None:
    """Why this is no folder that is there or can be made."""
    if not written or "\0" in written:
        return "is empty" if not written else f"{written!r} is not a folder's name"
    folder = Path(written).absolute()
    try:
        there = next(one for one in (folder, *folder.parents) if one.exists())
    except OSError as error:
        return f"{written!r} cannot be used: {error.strerror}"
    if not there.is_dir():
        return f"{str(there)!r} is a file, not a folder"
    if not os.access(there, os.W_OK | os.X_OK):
        return f"{str(there)!r} cannot be written in by the user this runs as"
    return None


def _why_no_database(path: Path) -> str | None:
    """Why a database file that is there is none of a hub's. One that is locked or closed to us is told of later."""
    if not path.exists():
        return None
    if not path.is_file():
        return f"{str(path)!r} is not a file"
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=1)) as connection:
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.OperationalError:
        return None
    except sqlite3.DatabaseError as error:
        return f"{str(path)!r} is not a database of this hub: {error}; put a backup in its place, or move it away"
    if tables and "alembic_version" not in tables:
        return f"{str(path)!r} is a database of another program; wanted: a folder of the hub's own"
    return None
