"""The hub's own settings (TOML): where its data, broker and pages are. The point itself stands in the site file."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError
from vuoro_mqtt.settings_file import Section, read_toml


def _an_address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        raise ValueError(f"{text!r} is not an address; for example 127.0.0.1") from None


IpAddress = Annotated[str, AfterValidator(_an_address)]

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

    host: str = "127.0.0.1"
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

    host: str = "127.0.0.1"
    """The broker's name or address; by default it runs on the hub's machine."""
    port: int = Field(1883, ge=1, le=65535)
    """The broker's port."""
    username: str | None = None
    """User name at the broker; none where it takes anonymous clients."""
    password_file: Path | None = None
    """A file that holds the password and nothing else, so that this file may be shown to anybody."""


class HubSettings(Section):
    """What the hub's program needs to know; the point stands in the site file."""

    site_file: Path = Field(examples=["site_file = '/etc/vuoro/lahti.toml'"])
    """The point: authorities, services, counters, hours, units."""
    data: Path = Field(examples=["data = '/var/lib/vuoro/hub'"])
    """Folder for the database and the secret key; made where it is not there. One hub at a time works on it."""
    database_url: DatabaseUrl | None = Field(None, examples=["database_url = 'postgresql:///vuoro'"])
    """A PostgreSQL database instead of ``vuoro.db`` in the data folder. `postgresql:///vuoro` is database `vuoro` on
    this machine, where the hub's own user needs no password (made by `createuser vuoro; createdb --owner vuoro vuoro`);
    `postgresql://vuoro@db.example/vuoro` is one elsewhere, whose password stands in that user's `~/.pgpass`. Each hub
    has a database of its own, makes its tables itself and holds at most 60 connections."""
    public_url: str | None = None
    """How customers' phones reach this hub; stands in the ticket's QR code (Q11). The pages' own address by default."""
    demo: bool = False
    """Demo users and tokens, any device id. For trying out on loopback alone."""
    demo_hours: Literal["always", "real"] = "always"
    """In the demo: every service open at every hour, or the site's own hours."""
    lobby_url: str | None = None
    """In the demo: where the virtual lobby is served; ``/lobby`` leads there."""
    http: HttpSettings = HttpSettings()
    """Where the pages are served."""
    mqtt: MqttSettings = MqttSettings()
    """Where the broker is."""


def read_settings(path: Path) -> HubSettings:
    """Read and check the settings. Raises SettingsFileError with every fault."""
    return read_toml(path, HubSettings)
