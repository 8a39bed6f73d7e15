"""The hub's own settings (TOML): where its data, broker and pages are. The point itself stands in the site file."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from vuoro_hub.toml_file import Section, read_toml


class HttpSettings(Section):
    host: str = "127.0.0.1"
    """Address the pages are served on."""
    port: int = Field(8000, ge=1, le=65535)
    """Port the pages are served on."""


class MqttSettings(Section):
    host: str = "127.0.0.1"
    """The broker's address."""
    port: int = Field(1883, ge=1, le=65535)
    """The broker's port."""
    username: str | None = None
    """User name at the broker; none where it takes anonymous clients."""
    password_file: Path | None = None
    """A file that holds the password and nothing else."""


class HubSettings(Section):
    """``hub.toml``."""

    site_file: Path
    """The point: authorities, services, counters, hours, units."""
    data: Path
    """Folder for the database and the secret key."""
    database_url: str | None = None
    """Another database than ``vuoro.db`` in the data folder, such as ``postgresql+psycopg://…``."""
    public_url: str | None = None
    """How customers' phones reach this hub; stands in the ticket's QR code. The pages' own address where not given."""
    demo: bool = False
    """Demo users and tokens, any device id. For trying out on loopback alone."""
    demo_hours: Literal["always", "real"] = "always"
    """In the demo: every service open at every hour, or the site's own hours."""
    lobby_url: str | None = None
    """In the demo: where the virtual lobby is served."""
    http: HttpSettings = HttpSettings()
    mqtt: MqttSettings = MqttSettings()


def read_settings(path: Path) -> HubSettings:
    """Read and check the settings. Raises TomlFileError with every fault."""
    return read_toml(path, HubSettings)
