"""``hub.toml``: every fault at once, with file, key and what would be right; exit code 2 and no traceback."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from rig.points import PRESETS
from typer.testing import CliRunner
from vuoro_hub.__main__ import cli
from vuoro_hub.settings import read_settings
from vuoro_mqtt.settings_file import SettingsFileError

LAHTI = PRESETS / "lahti.toml"


def faults_of(folder: Path, *, top: str = "", http: str = "", mqtt: str = "", data: Path | None = None) -> list[str]:
    """Those of otherwise right settings."""
    path = folder / "hub.toml"
    path.write_text(
        f"site_file = '{LAHTI}'\ndata = '{data or folder}'\n{top}\n[http]\n{http}\n[mqtt]\n{mqtt}\n", "utf-8"
    )
    try:
        read_settings(path)
    except SettingsFileError as error:
        return [str(fault) for fault in error.faults]
    return []


@pytest.mark.parametrize("command", [("run",), ("person", "list")])
def test_all_faults_come_at_once_with_file_and_key(tmp_path: Path, command: tuple[str, ...]) -> None:
    config = tmp_path / "hub.toml"
    config.write_text(
        "site_file = '/nope.toml'\ndata = ''\npublic_url = 'javascript:alert(1)'\n[http]\nhost = 'not a host'\n"
        "[mqtt]\nhost = ''\nusername = ''\npassword_file = '/nope'\n",
        "utf-8",
    )
    refused = CliRunner().invoke(cli, [*command, "--config", str(config)])
    assert refused.exit_code == 2, refused.output
    told = refused.stderr.splitlines()
    assert told[0] == f"{config}: 7 faults"
    for fault in (
        "public_url: 'javascript:alert(1)' is not the address of a page; for example https://vuoro.example",
        "http.host: 'not a host' is neither a host's name nor an address; for example 127.0.0.1",
        "mqtt.host: '' is neither a host's name nor an address; for example 127.0.0.1",
        "mqtt.username: is empty; leave it out where the broker takes anonymous clients",
        "site_file: '/nope.toml' cannot be read: No such file or directory; wanted: the site file, such as "
        "/etc/vuoro/lahti.toml",
        "mqtt.password_file: '/nope' cannot be read: No such file or directory; wanted: a file that holds the "
        "broker's password alone",
        "data: is empty; wanted: a folder of the hub's own, such as /var/lib/vuoro/hub",
    ):
        assert f"  {fault}" in told


def test_faults_of_the_site_file_come_beside_those_of_the_settings(tmp_path: Path) -> None:
    site, config = tmp_path / "site.toml", tmp_path / "hub.toml"
    site.write_text(LAHTI.read_text("utf-8").replace("wait_seconds = 150", "wait_secnds = 150", 1), "utf-8")
    config.write_text(f"site_file = '{site}'\ndata = '{config}'\n", "utf-8")
    refused = CliRunner().invoke(cli, ["run", "--config", str(config)])
    assert refused.exit_code == 2
    assert f"{config}: 1 fault\n  data: '{config}' is a file, not a folder; wanted: " in refused.stderr
    assert f"{site}: 1 fault\n  queue.wait_secnds: is not known here" in refused.stderr


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "hub.example", "raspberrypi.local", "vuoro_broker"])
def test_a_host_is_a_name_or_an_address(tmp_path: Path, host: str) -> None:
    assert faults_of(tmp_path, http=f"host = '{host}'", mqtt=f"host = '{host}'") == []


@pytest.mark.parametrize(
    "host", ["", "not a host", "-a.example", "a..b", "300.1.1.1", "http://hub", "a" * 64, "hub:80"]
)
def test_what_is_neither_is_refused(tmp_path: Path, host: str) -> None:
    told = faults_of(tmp_path, http=f"host = '{host}'", mqtt=f"host = '{host}'")
    assert [fault.partition(":")[0] for fault in told] == ["http.host", "mqtt.host"]


@pytest.mark.parametrize("url", ["http://192.0.2.7:8000", "https://vuoro.example", "https://vuoro.example/lahti/"])
def test_customers_phones_reach_a_page(tmp_path: Path, url: str) -> None:
    assert faults_of(tmp_path, top=f"public_url = '{url}'") == []


@pytest.mark.parametrize(
    "url",
    ["", "vuoro.example", "javascript:alert(1)", "ftp://vuoro.example", "https://", "https://a b/", "http://a:x/"],
)
def test_what_is_no_page_is_refused(tmp_path: Path, url: str) -> None:
    (told,) = faults_of(tmp_path, top=f"public_url = '{url}'")
    assert told.startswith("public_url: ")


def test_the_data_folder_may_be_made_and_is_no_file(tmp_path: Path) -> None:
    assert faults_of(tmp_path, data=tmp_path / "new" / "inside") == []
    (tmp_path / "file").touch()
    for data in (tmp_path / "file", tmp_path / "file" / "inside"):
        (told,) = faults_of(tmp_path, data=data)
        assert told.startswith(f"data: '{tmp_path / 'file'}' is a file, not a folder")


def test_a_database_file_that_is_none_is_told_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "vuoro.db").write_text("my shopping list\n" * 100, "utf-8")
    config = tmp_path / "hub.toml"
    config.write_text(f"site_file = '{LAHTI}'\ndata = '{tmp_path}'\n", "utf-8")
    for command in (["run"], ["person", "list"]):
        refused = CliRunner().invoke(cli, [*command, "--config", str(config)])
        assert refused.exit_code == 2, refused.output
        assert f"  data: '{tmp_path / 'vuoro.db'}' is not a database of this hub: " in refused.stderr
        assert len(refused.stderr.splitlines()) == 2


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "vuoro.db")) as other:
        other.execute("CREATE TABLE songs (title TEXT)")
    (told,) = faults_of(tmp_path)
    assert "is a database of another program" in told


def test_an_empty_database_file_is_filled(tmp_path: Path) -> None:
    (tmp_path / "vuoro.db").touch()
    assert faults_of(tmp_path) == []


def test_a_database_of_a_newer_hub_is_told_so(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "vuoro.db")) as newer, newer:
        newer.execute("CREATE TABLE alembic_version (version_num VARCHAR(32))")
        newer.execute("INSERT INTO alembic_version VALUES ('9999')")
    config = tmp_path / "hub.toml"
    config.write_text(f"site_file = '{LAHTI}'\ndata = '{tmp_path}'\n", "utf-8")
    refused = CliRunner().invoke(cli, ["person", "list", "--config", str(config)])
    assert "the database cannot be used: it was made by a newer version of the hub" in refused.stderr.lower()
    assert refused.exit_code == 2
