"""``vuoro-hub person`` and ``vuoro-hub token``: the staff's accounts, from the console of the hub's machine.

They work on the hub's own database and take the writer's turn there, so the hub may be running or not.
"""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, TypeVar

import typer

if TYPE_CHECKING:  # needed by these commands alone, and heavy: `vuoro-hub check` does without
    from alembic.util import CommandError
    from sqlalchemy.exc import DatabaseError

    from vuoro_hub.acts.transaction import Point, Transaction
    from vuoro_hub.settings import HubSettings

EXIT_REFUSED = 1
EXIT_CONFIGURATION = 2

OF_THE_DEMO = """

The people and tokens of a demo (demo = true) are made anew at each of its starts and go with it: these commands leave
them alone.
"""

people = typer.Typer(
    no_args_is_help=True,
    help="The people of the staff: who may sign in, and what they may do." + OF_THE_DEMO,
)
tokens = typer.Typer(
    no_args_is_help=True,
    help="Tokens for the API: a program that holds one acts as the person it belongs to." + OF_THE_DEMO,
)

Config = Annotated[Path, typer.Option("--config", help="The hub's settings (TOML).")]
Name = Annotated[str, typer.Argument(help="The name somebody signs in with, such as eeva.esimerkki.")]
Roles = Annotated[
    list[str],
    typer.Option(
        "--role",
        help="advisor, guard, coordinator, viewer; clerk:AUTHORITY or guide:AUTHORITY. May be given several times.",
    ),
]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input: its first line.")
]

T = TypeVar("T")


@people.command("add")
def add_person(
    config: Config,
    name: Name,
    role: Roles = [],  # noqa: B006 - typer reads it, nobody changes it
    password_stdin: FromStdin = False,
    again: Annotated[bool, typer.Option("--again", help="Somebody who was removed has come back.")] = False,
) -> None:
    """Add somebody. The password is asked for twice; it has 12 characters or more."""
    from vuoro_hub.acts import staffing

    name = name.strip().lower()
    with _point(config) as point:
        told = _look(point, lambda t: staffing.faults_of_new(t, name, role, again=again))
        kept = _hashed(_password(name, told, from_stdin=password_stdin))
        _must(_act(point, lambda t: staffing.add_person(t, name, role, kept, again=again)))
    typer.echo(f"{name} may sign in now: {', '.join(dict.fromkeys(role))}.")


@people.command("list")
def list_people(config: Config) -> None:
    """List everybody, with roles and how many tokens."""
    from vuoro_hub.acts import staffing

    with _point(config) as point:
        found = _look(point, staffing.staff)
    if not found:
        typer.echo("Nobody may sign in yet: vuoro-hub person add NAME --role ROLE --config FILE", err=True)
        return
    _table(
        ("NAME", "ROLES", "TOKENS"),
        [(one.name, ", ".join(one.roles) if one.active else "removed", str(one.tokens)) for one in found],
    )


@people.command("roles")
def set_roles(config: Config, name: Name, role: Roles = []) -> None:  # noqa: B006 - typer reads it, nobody changes it
    """Give somebody these roles instead of those held now. It holds at once."""
    from vuoro_hub.acts import staffing

    name = name.strip().lower()
    with _point(config) as point:
        _must(_act(point, lambda t: staffing.set_roles(t, name, role)))
        left_open = _look(point, lambda t: _closed_to(t, name))
    typer.echo(f"{name} is now: {', '.join(dict.fromkeys(role))}.")
    _tell_of_counters(name, left_open)


@people.command("password")
def set_password(config: Config, name: Name, password_stdin: FromStdin = False) -> None:
    """Set somebody's new password. Whoever is signed in under the name is signed out."""
    from vuoro_hub.acts import staffing

    name = name.strip().lower()
    with _point(config) as point:
        told = _look(point, lambda t: staffing.known_faults(t, name))
        kept = _hashed(_password(name, told, from_stdin=password_stdin))
        _must(_act(point, lambda t: staffing.set_password(t, name, kept)))
    typer.echo(f"{name} signs in with the new password from now on.")


@people.command("remove")
def remove_person(config: Config, name: Name) -> None:
    """End somebody's access: sign-in, open sessions and tokens. The name stays taken, since history tells of it."""
    from vuoro_hub.acts import staffing

    name = name.strip().lower()
    with _point(config) as point:
        _must(_act(point, lambda t: staffing.remove_person(t, name)))
        left_open = _look(point, lambda t: staffing.counters_open_by(t, name))
    typer.echo(f"{name} is out: no sign-in, session or token opens anything any more.")
    _tell_of_counters(name, left_open)


@tokens.command("add")
def add_token(
    config: Config,
    name: Annotated[str, typer.Argument(help="Whose roles the token carries.")],
    note: Annotated[str, typer.Option("--note", help="What it is for, such as 'the info screen by the door'.")],
) -> None:
    """Make a token of a person. It is printed this once; the hub keeps only its digest."""
    from vuoro_hub.acts import staffing

    name = name.strip().lower()
    with _point(config) as point:
        made = _act(point, lambda t: staffing.add_token(t, name, note))
        if not isinstance(made, str):
            _refuse(made)
    typer.echo("Keep this token; it is not shown again:", err=True)
    typer.echo(made)


@tokens.command("list")
def list_tokens(config: Config) -> None:
    """List the tokens: their ids, whose they are, what they are for."""
    from vuoro_hub.acts import staffing

    with _point(config) as point:
        found = _look(point, staffing.tokens)
    _table(("ID", "NAME", "NOTE"), [(one.id, one.person, one.note) for one in found])


@tokens.command("remove")
def remove_token(
    config: Config, token: Annotated[str, typer.Argument(metavar="ID", help="Its id, as the list shows it.")]
) -> None:
    """Remove a token: it opens nothing any more within a second."""
    from vuoro_hub.acts import staffing

    with _point(config) as point:
        _must(_act(point, lambda t: staffing.remove_token(t, token)))
    typer.echo(f"The token {token} opens nothing any more.")


# --- The point, and acts on it


@contextmanager
def _point(config: Path) -> Iterator[Point]:
    """The point of these settings, its database brought up to date. Tells what is wrong and ends the program."""
    import secrets
    from datetime import UTC, datetime

    from alembic.util import CommandError
    from sqlalchemy.exc import DatabaseError
    from vuoro_mqtt.values import new_message_id

    from vuoro_hub.acts.people import remove_demo_people
    from vuoro_hub.acts.transaction import Point
    from vuoro_hub.settings import WrongSettings, read_settings_and_site
    from vuoro_hub.store.database import Database, sqlite_url

    try:
        settings, site = read_settings_and_site(config)
    except WrongSettings as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(EXIT_CONFIGURATION) from None
    _prepare(settings)
    database = Database(settings.database_url or sqlite_url(settings.data / "vuoro.db"))
    try:
        database.migrate()
        if not settings.demo:
            remove_demo_people(database)
        yield Point(
            site, database, now=lambda: datetime.now(UTC), new_id=new_message_id, new_token=secrets.token_urlsafe
        )
    except (DatabaseError, CommandError) as error:
        advice = "; run this as the user the hub runs as" if isinstance(error, DatabaseError) else ""
        _refuse([f"the database cannot be used: {why_unusable(error)}{advice}"], EXIT_CONFIGURATION)
    finally:
        database.close()


def why_unusable(error: DatabaseError | CommandError) -> str:
    """What the database says; of a schema that is not known here, where it comes from."""
    return str(error.orig).strip() if hasattr(error, "orig") else "it was made by a newer version of the hub"


def _prepare(settings: HubSettings) -> None:
    """The data folder, which must not come to belong to root: the hub could not write there."""
    from vuoro_hub.settings import make_data_folder

    try:
        make_data_folder(settings.data)
        owner = settings.data.stat().st_uid
    except OSError as error:
        _refuse([f"the data folder {settings.data} cannot be used: {error.strerror}"], EXIT_CONFIGURATION)
    if os.geteuid() == 0 and owner != 0:
        _refuse([f"{settings.data} belongs to user {_user(owner)}; run this as that user: sudo -u {_user(owner)} …"])


def _user(uid: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"#{uid}"


def _act(point: Point, act: Callable[[Transaction], T]) -> T:
    """Do an act in the console's name, as the event log tells it: ``console:`` and who is logged in there."""
    from vuoro_hub.acts.transaction import Actor, do
    from vuoro_hub.domain.refusals import Refusal

    done = do(point, Actor(f"console:{os.environ.get('SUDO_USER') or _user(os.getuid())}"), act)
    assert not isinstance(done, Refusal)
    return done


def _look(point: Point, see: Callable[[Transaction], T]) -> T:
    from vuoro_hub.acts.transaction import SYSTEM, Transaction
    from vuoro_hub.store.records import Records

    with point.database.reading() as session:
        return see(Transaction(point, Records(session), SYSTEM, point.now()))


def _closed_to(t: Transaction, name: str) -> list[str]:
    """The counters that somebody has open and cannot go on at with the roles held now."""
    from vuoro_hub.acts.people import find_person
    from vuoro_hub.acts.staffing import counters_open_by
    from vuoro_hub.domain.roles import Permission

    account = find_person(t.point.database, name)

    def usable(counter: str) -> bool:
        here = t.records.at_counter(counter)
        services = (here.service,) if here else t.records.counter(counter).services
        return account is not None and any(
            account.person.may(Permission.RUN_QUEUE, t.authority_of(service)) for service in services
        )

    return [counter for counter in counters_open_by(t, name) if not usable(counter)]


# --- What is asked and told


def _password(name: str, told: Sequence[str], *, from_stdin: bool) -> str:
    """A right password. Where it is typed, what is wrong besides is told before anybody types."""
    from vuoro_hub.acts.staffing import password_faults

    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
        _must([*told, *password_faults(name, password)])
        return password
    if not sys.stdin.isatty():
        told = [*told, "there is no terminal to ask for the password at; use --password-stdin"]
    _must(told)
    password = getpass.getpass("Password: ")
    _must(password_faults(name, password))
    if getpass.getpass("The same again: ") != password:
        _refuse(["the two passwords differ; nothing was changed"])
    return password


def _hashed(password: str) -> str:
    from vuoro_hub.acts.people import hash_password

    return hash_password(password)


def _must(faults: Sequence[str]) -> None:
    if faults:
        _refuse(faults)


def _refuse(faults: Sequence[str], code: int = EXIT_REFUSED) -> NoReturn:
    for fault in faults:
        typer.echo(f"{fault[0].upper()}{fault[1:]}.", err=True)
    raise typer.Exit(code)


def _tell_of_counters(name: str, counters: Sequence[str]) -> None:
    if counters:
        typer.echo(
            f"Still open in the name of {name}: counter {', '.join(counters)}. The coordinator can close it; at 04:00 "
            "it closes by itself.",
            err=True,
        )


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    widths = [max(len(row[place]) for row in [heads, *rows]) for place in range(len(heads))]
    for row in [heads, *rows]:
        typer.echo("  ".join(f"{text:{width}}" for text, width in zip(row, widths, strict=True)).rstrip())
