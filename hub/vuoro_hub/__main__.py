"""The hub's program: builds the real things, starts them in order, stops them in reverse."""

from __future__ import annotations

import fcntl
import os
import secrets
import signal
import sys
import threading
from pathlib import Path
from typing import IO, Annotated

import sdnotify
import typer
from vuoro_mqtt import __version__
from vuoro_mqtt.facts_log import FactsLog, set_up_log
from vuoro_mqtt.little_memory import keep_memory_small
from vuoro_mqtt.settings_file import SettingsFileError
from vuoro_mqtt.values import new_message_id

from vuoro_hub import staff_commands

cli = typer.Typer(no_args_is_help=True, add_completion=False, help="The hub of a Vuoro service point.")
cli.add_typer(staff_commands.people, name="person")
cli.add_typer(staff_commands.tokens, name="token")

EXIT_CONFIGURATION = 2
EXIT_OTHER_HUB = 3

log = FactsLog("vuoro_hub")


@cli.command()
def run(config: Annotated[Path, typer.Option(help="The hub's settings (TOML).")]) -> None:
    """Run the hub until it is stopped."""
    from alembic.util import CommandError
    from sqlalchemy.exc import DatabaseError

    from vuoro_hub.acts.fitting import fit_faults
    from vuoro_hub.running import Hub
    from vuoro_hub.settings import WrongSettings, make_data_folder, read_settings_and_site

    try:
        settings, site = read_settings_and_site(config, fit_faults)
        make_data_folder(settings.data)
        lock = _lock(settings.data)
        key = secret_key(settings.data)
    except WrongSettings as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(EXIT_CONFIGURATION) from None
    except OSError as error:
        typer.echo(f"{config}: data: {error.filename or settings.data} cannot be used: {error.strerror}.", err=True)
        raise typer.Exit(EXIT_CONFIGURATION) from None
    if lock is None:
        raise typer.Exit(EXIT_OTHER_HUB)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    hub = Hub(settings, site, key, boot=new_message_id(), stop=stop)
    notifier = sdnotify.SystemdNotifier()
    try:
        hub.start()
        notifier.notify("READY=1")
        log.info("hub.ready", url=hub.url, site=site.id)
        while not stop.wait(5):
            if hub.well():
                notifier.notify("WATCHDOG=1")
    except (DatabaseError, CommandError) as error:
        typer.echo(f"The database cannot be used: {staff_commands.why_unusable(error)}", err=True)
        raise typer.Exit(EXIT_CONFIGURATION) from None
    except OSError as error:
        typer.echo(f"Cannot serve on {settings.http.host} port {settings.http.port}: {error.strerror}.", err=True)
        raise typer.Exit(EXIT_CONFIGURATION) from None
    finally:
        notifier.notify("STOPPING=1")
        hub.close()
        lock.close()
    if hub.other_hub:
        typer.echo(f"Another hub answers for site {site.id}: {hub.other_hub}. This one stops.", err=True)
        raise typer.Exit(EXIT_OTHER_HUB)


@cli.command()
def check(site_file: Annotated[Path, typer.Argument(help="A site file (TOML).")]) -> None:
    """Check a site file: says every fault at once."""
    from vuoro_hub.acts.fitting import fit_faults
    from vuoro_hub.site_file import read_site_file

    try:
        site = read_site_file(site_file, fit_faults)
    except SettingsFileError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(EXIT_CONFIGURATION) from None
    typer.echo(
        f"{site_file}: right. {site.id}: {len(site.authorities)} authorities, {len(site.services)} services, "
        f"{len(site.counters)} counters, {len(site.devices)} units."
    )


@cli.command()
def version() -> None:
    """Say which version this is."""
    typer.echo(__version__)


def secret_key(data: Path) -> bytes:
    """The key that signs sessions: made once, readable by the hub alone."""
    path = data / "secret.key"
    if not path.exists():
        fresh = path.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_bytes(secrets.token_bytes(32))
        os.replace(fresh, path)
    return path.read_bytes()


def _lock(data: Path) -> IO[str] | None:
    """Only one hub works on a data folder. None, with a word to the person, when another one has it."""
    lock = (data / "hub.lock").open("a+", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        typer.echo(
            f"Another hub (process {lock.read().strip() or '?'}) works on {data}. This one does not start.", err=True
        )
        lock.close()
        return None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def main() -> None:
    os.umask(0o077)  # password hashes and follow tokens are in what it writes
    set_up_log()
    sys.setswitchinterval(0.001)
    keep_memory_small()
    cli()


if __name__ == "__main__":
    main()
