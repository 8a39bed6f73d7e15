"""``vuoro-hub person`` and ``token``: accounts of a real point, made and ended from the console of its machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from rig.points import CONSOLE, PRESETS, PointAtWork, preset
from typer.testing import CliRunner, Result
from vuoro_hub.__main__ import cli
from vuoro_hub.acts import staffing
from vuoro_hub.acts.people import KnownTokens, check_password, ensure_demo_people, find_person
from vuoro_hub.domain.roles import Grant, Role

PASSWORD = "kolme sanaa peräkkäin"


class Console:
    """The commands, typed in a folder with a point's settings, while the point is at work."""

    def __init__(self, folder: Path) -> None:
        self.point = PointAtWork(folder)
        self.config = folder / "hub.toml"
        self.be_demo(demo=False)

    def be_demo(self, *, demo: bool) -> None:
        site_file, data = PRESETS / "lahti.toml", self.config.parent
        self.config.write_text(f"site_file = '{site_file}'\ndata = '{data}'\ndemo = {str(demo).lower()}\n", "utf-8")

    def types(self, *words: str, typed: str = f"{PASSWORD}\n") -> Result:
        return CliRunner().invoke(cli, [*words, "--config", str(self.config)], input=typed)

    def adds(self, name: str, *roles: str, typed: str = f"{PASSWORD}\n", more: tuple[str, ...] = ()) -> Result:
        given = [word for role in roles for word in ("--role", role)]
        return self.types("person", "add", name, *given, "--password-stdin", *more, typed=typed)

    def log(self) -> list[tuple[str, dict[str, object]]]:
        """What the event log tells of it, checked to be told of the console."""
        events = self.point.events()
        assert all(event.by.startswith("console:") for event in events)
        return [(event.type, event.body) for event in events]


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Console]:
    console = Console(tmp_path)
    yield console
    console.point.database.close()


def test_who_is_added_may_sign_in_with_the_roles_given(console: Console) -> None:
    done = console.adds("Eeva", "clerk:vero", "advisor", "clerk:vero")
    assert done.exit_code == 0, done.output
    account = check_password(console.point.database, "eeva", PASSWORD)
    assert account is not None
    assert account.person.grants == (Grant(Role.CLERK, "vero"), Grant(Role.ADVISOR))
    assert console.log() == [("person.added", {"name": "eeva", "roles": ["clerk:vero", "advisor"]})]


def test_every_fault_is_told_at_once_and_nothing_is_done(console: Console) -> None:
    refused = console.adds("eeva!", "clerk", "clerk:verro", "advisr", "guard:te", typed="short\n")
    assert refused.exit_code == 1
    for told in (
        "'eeva!' cannot be a name",
        "Clerk is held for an authority, for example clerk:",
        "'verro' is not an authority here; one of ",
        "did you mean 'vero'?",
        "'advisr' is not a role; one of advisor,",
        "Guard is held for the whole point; write 'guard'.",
        "The password has 5 characters; at least 12 are needed",
    ):
        assert told in refused.stderr
    assert "Traceback" not in refused.output
    assert console.log() == []
    assert console.point.see(staffing.staff) == []


@pytest.mark.parametrize(
    ("password", "told"),
    [
        ("", "has 0 characters"),
        ("elevenchars", "has 11 characters"),
        ("aaaaaaaaaaaaaaaa", "repeats a few characters"),
        ("onko eeva tavattavissa", "the person's own name"),
        ("kolme sanaa " * 100, "longer than 1024 bytes"),
    ],
)
def test_a_password_that_is_easy_to_guess_is_refused(console: Console, password: str, told: str) -> None:
    refused = console.adds("eeva", "viewer", typed=f"{password}\n")
    assert refused.exit_code == 1
    assert told in refused.stderr
    assert find_person(console.point.database, "eeva") is None


def test_somebody_needs_a_role(console: Console) -> None:
    assert "at least one role is needed" in console.adds("eeva").stderr.lower()


def test_without_a_terminal_the_password_must_come_on_standard_input(console: Console) -> None:
    refused = console.types("person", "add", "eeva", "--role", "advisor")
    assert refused.exit_code == 1
    assert "use --password-stdin" in refused.stderr


def test_a_name_is_taken_once(console: Console) -> None:
    console.adds("eeva", "viewer")
    refused = console.adds("eeva", "clerk:vero")
    assert (refused.exit_code, "The name 'eeva' is taken" in refused.stderr) == (1, True)


def test_other_roles_hold_at_once(console: Console) -> None:
    console.adds("eeva", "clerk:vero")
    assert console.types("person", "roles", "eeva", "--role", "coordinator").exit_code == 0
    account = find_person(console.point.database, "eeva")
    assert account is not None
    assert account.person.grants == (Grant(Role.COORDINATOR),)
    assert console.log()[-1] == (
        "person.roles-changed",
        {"name": "eeva", "roles": ["coordinator"], "before": ["clerk:vero"]},
    )


def test_a_new_password_ends_what_the_old_one_opened(console: Console) -> None:
    console.adds("eeva", "clerk:vero")
    before = find_person(console.point.database, "eeva")
    assert console.types("person", "password", "eeva", "--password-stdin", typed="aivan muita sanoja\n").exit_code == 0
    after = check_password(console.point.database, "eeva", "aivan muita sanoja")
    assert check_password(console.point.database, "eeva", PASSWORD) is None
    assert before is not None
    assert after is not None
    assert before.session_key != after.session_key
    assert console.log()[-1] == ("person.password-changed", {"name": "eeva"})


def test_who_is_removed_is_out_and_the_name_stays_taken(console: Console) -> None:
    console.adds("eeva", "clerk:vero")
    token = console.types("token", "add", "eeva", "--note", "phone").stdout.strip()
    removed = console.types("person", "remove", "eeva")
    assert removed.exit_code == 0, removed.output
    assert check_password(console.point.database, "eeva", PASSWORD) is None
    assert KnownTokens(console.point.database, lambda: 0.0).account(token) is None
    assert console.log()[-1] == ("person.removed", {"name": "eeva", "tokens": 1})
    assert "add --again if the same person has come back" in console.adds("eeva", "clerk:vero").stderr

    back = console.adds("eeva", "guide:te", more=("--again",))

    assert back.exit_code == 0, back.output
    account = check_password(console.point.database, "eeva", PASSWORD)
    assert account is not None
    assert account.person.grants == (Grant(Role.GUIDE, "te"),)
    assert KnownTokens(console.point.database, lambda: 0.0).account(token) is None


def test_a_counter_left_open_by_who_is_removed_is_told(console: Console) -> None:
    console.adds("eeva", "clerk:vero")
    account = find_person(console.point.database, "eeva")
    assert account is not None
    console.point.opens("3", CONSOLE.staff(account.person))
    assert "counter 3. The coordinator can close it" in console.types("person", "remove", "eeva").stderr


def test_a_counter_is_told_of_only_where_the_new_roles_may_not_go_on_there(console: Console) -> None:
    console.adds("eeva", "clerk:vero")
    account = find_person(console.point.database, "eeva")
    assert account is not None
    console.point.opens("3", CONSOLE.staff(account.person))
    for roles in (("clerk:vero", "advisor"), ("clerk:te", "clerk:vero")):
        words = [word for role in roles for word in ("--role", role)]
        changed = console.types("person", "roles", "eeva", *words)
        assert (changed.exit_code, changed.stderr) == (0, "")
    for role in ("clerk:te", "coordinator"):
        assert "counter 3. The coordinator can" in console.types("person", "roles", "eeva", "--role", role).stderr


def test_nobody_can_be_changed_who_is_not_there(console: Console) -> None:
    console.adds("eeva", "clerk:vero")
    for words in (("person", "remove", "eva"), ("person", "roles", "eva", "--role", "viewer")):
        refused = console.types(*words)
        assert refused.exit_code == 1
        assert "There is nobody named 'eva'; did you mean 'eeva'?" in refused.stderr


def test_the_list_shows_everybody_and_no_secret(console: Console) -> None:
    assert "Nobody may sign in yet" in console.types("person", "list").stderr
    console.adds("eeva", "clerk:vero", "advisor")
    console.adds("kalle", "viewer")
    token = console.types("token", "add", "eeva", "--note", "phone").stdout.strip()
    console.types("person", "remove", "kalle")
    people, tokens = console.types("person", "list").stdout, console.types("token", "list").stdout
    assert [line.split() for line in people.splitlines()] == [
        ["NAME", "ROLES", "TOKENS"],
        ["eeva", "clerk:vero,", "advisor", "1"],
        ["kalle", "removed", "0"],
    ]
    assert tokens.splitlines()[1].split()[1:] == ["eeva", "phone"]
    assert token not in people + tokens
    assert PASSWORD not in people


def test_a_token_is_its_persons_until_it_is_removed(console: Console) -> None:
    console.adds("eeva", "clerk:vero")
    token = console.types("token", "add", "eeva", "--note", "phone").stdout.strip()
    account = KnownTokens(console.point.database, lambda: 0.0).account(token)
    assert account is not None
    assert account.name == "eeva"
    (listed,) = console.point.see(staffing.tokens)
    assert console.types("token", "remove", listed.id).exit_code == 0
    assert KnownTokens(console.point.database, lambda: 0.0).account(token) is None
    told = {"token": listed.id, "person": "eeva", "note": "phone"}
    assert console.log()[-2:] == [("token.added", told), ("token.removed", told)]
    assert "No token has the id 'ffff'" in console.types("token", "remove", "ffff").stderr


@pytest.mark.parametrize("note", ["", "  ", "demo", "x" * 101, "two\nlines"])
def test_a_token_needs_a_note_that_is_not_the_demos_mark(console: Console, note: str) -> None:
    console.adds("eeva", "clerk:vero")
    refused = console.types("token", "add", "eeva", "--note", note)
    assert (refused.exit_code, "note" in refused.stderr) == (1, True)
    assert console.point.see(staffing.tokens) == []


def test_the_demos_people_are_left_alone_and_others_may_be_added(console: Console) -> None:
    console.be_demo(demo=True)
    ensure_demo_people(console.point.database, preset("lahti"))
    for words in (("person", "remove", "advisor"), ("token", "add", "advisor", "--note", "phone")):
        assert "is of the demo" in console.types(*words).stderr
    assert "is taken" in console.adds("advisor", "viewer").stderr
    demo_token = next(one.id for one in console.point.see(staffing.tokens))
    assert "one of the demo's" in console.types("token", "remove", demo_token).stderr
    assert console.adds("eeva", "viewer").exit_code == 0
    ensure_demo_people(console.point.database, preset("lahti"))
    assert find_person(console.point.database, "eeva") is not None
    console.be_demo(demo=False)
    assert console.adds("advisor", "advisor").exit_code == 0, "outside the demo its names are free"


def test_wrong_settings_are_told_as_everywhere(console: Console) -> None:
    console.config.write_text("data = 'x'\nsite = 'y'", "utf-8")
    refused = console.types("person", "list")
    assert refused.exit_code == 2
    assert "2 faults" in refused.stderr
