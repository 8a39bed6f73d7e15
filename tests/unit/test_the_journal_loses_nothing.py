"""The journal on disk: durable, in order, and never deleted however the file comes to harm."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from vuoro_devices import journal as journals
from vuoro_devices.journal import FILE, Journal, JournalUnusable, open_journal

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def opened(folder: Path) -> Journal:
    return open_journal(folder, NOW).journal


def write(journal: Journal, count: int, start: int = 1) -> None:
    for place in range(start, start + count):
        journal.append("help.wanted", f"id-{place}", {"body": {"place": place}})


def test_messages_are_numbered_without_a_gap_within_one_journal(tmp_path: Path) -> None:
    journal = opened(tmp_path)
    write(journal, 3)
    assert [entry.seq for entry in journal.unanswered()] == [1, 2, 3]
    assert {entry.envelope["journal"] for entry in journal.unanswered()} == {journal.id}


def test_number_and_name_go_on_over_a_restart(tmp_path: Path) -> None:
    first = opened(tmp_path)
    write(first, 3)
    first.close()
    second = opened(tmp_path)
    write(second, 1, start=4)
    assert second.id == first.id
    assert [entry.seq for entry in second.unanswered()] == [1, 2, 3, 4]


def test_a_step_that_fails_leaves_no_trace_and_no_gap(tmp_path: Path) -> None:
    journal = opened(tmp_path)
    write(journal, 1)
    with pytest.raises(RuntimeError):
        stumble(journal)
    write(journal, 1, start=3)
    assert [(entry.seq, entry.id) for entry in journal.unanswered()] == [(1, "id-1"), (2, "id-3")]
    assert journal.kept() == {}


def stumble(journal: Journal) -> None:
    with journal.transaction():
        write(journal, 1, start=2)
        journal.keep("ticket:x", {"stage": "asked"})
        raise RuntimeError("in the middle of a step")


def test_answered_messages_are_not_sent_again_but_can_still_be_asked_for(tmp_path: Path) -> None:
    journal = opened(tmp_path)
    write(journal, 3)
    journal.mark_answered("id-2", "ack", NOW)
    assert [entry.id for entry in journal.unanswered()] == ["id-1", "id-3"]
    assert [entry.id for entry in journal.since(2)] == ["id-2", "id-3"]


def test_answered_messages_are_forgotten_after_thirty_days_unanswered_ones_never(tmp_path: Path) -> None:
    journal = opened(tmp_path)
    write(journal, 3)
    journal.mark_answered("id-1", "ack", NOW)
    journal.mark_answered("id-3", "ack", NOW + timedelta(days=20))
    assert journal.prune(NOW + timedelta(days=29)) == 0
    assert journal.prune(NOW + timedelta(days=31)) == 1
    assert [entry.id for entry in journal.since(1)] == ["id-2", "id-3"]
    journal.mark_answered("id-2", "ack", NOW)
    journal.mark_answered("id-3", "ack", NOW)
    journal.prune(NOW + timedelta(days=400))
    write(journal, 1, start=4)
    assert [entry.seq for entry in journal.since(1)] == [4]


def test_a_command_is_new_once(tmp_path: Path) -> None:
    journal = opened(tmp_path)
    assert journal.is_new_command("c-1")
    assert not journal.is_new_command("c-1")
    journal.close()
    assert not opened(tmp_path).is_new_command("c-1")


def test_every_commit_reaches_the_disk(tmp_path: Path) -> None:
    journal = opened(tmp_path)
    database = journal._database
    assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert database.execute("PRAGMA synchronous").fetchone() == (2,)


@pytest.mark.parametrize("harm", ["cut off", "overwritten", "emptied", "not a database", "another program's", "newer"])
def test_a_harmed_file_is_set_aside_and_a_new_journal_begun(tmp_path: Path, harm: str) -> None:
    first = opened(tmp_path)
    write(first, 200)
    first.close()
    path = tmp_path / FILE
    do_harm(path, harm)
    before = path.read_bytes()
    again = open_journal(tmp_path, NOW)
    assert again.set_aside is not None
    assert again.set_aside.read_bytes() == before
    assert again.journal.id != first.id
    write(again.journal, 1)
    assert [entry.seq for entry in again.journal.unanswered()] == [1]
    again.journal.close()
    assert open_journal(tmp_path, NOW).set_aside is None


def do_harm(path: Path, harm: str) -> None:
    whole = path.read_bytes()
    match harm:
        case "cut off":
            path.write_bytes(whole[: len(whole) // 2])
        case "overwritten":
            path.write_bytes(whole[:4096] + os.urandom(len(whole) - 4096))
        case "emptied":
            path.write_bytes(b"")
        case "not a database":
            path.write_text("what is this\n" * 1000)
        case "another program's":
            path.unlink()
            with sqlite3.connect(path) as other:
                other.execute("CREATE TABLE recipes (name TEXT)")
        case "newer":
            with sqlite3.connect(path) as newer:
                newer.execute(f"PRAGMA user_version = {journals.VERSION + 1}")


def test_given_offline_numbers_are_saved_from_a_harmed_file_where_they_can_be_read(tmp_path: Path) -> None:
    journal = opened(tmp_path)
    journal.keep("offline", {"day": "2026-03-02", "given": [900, 901], "last": 901, "lost": False})
    journal._database.execute("PRAGMA user_version = 99")
    journal.close()
    assert opened(tmp_path).kept()["offline"]["given"] == [900, 901]


def test_where_they_cannot_be_read_the_loss_is_known(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("rubbish")
    assert opened(tmp_path).kept()["offline"] == {"lost": True}


def test_a_locked_file_is_not_taken_for_a_harmed_one(tmp_path: Path) -> None:
    opened(tmp_path).close()
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    other.execute("CREATE TABLE held (x)")
    with pytest.raises(JournalUnusable, match=r"journal\.db cannot be used: database is locked"):
        opened(tmp_path)
    other.close()
    assert not list(tmp_path.glob("*.set-aside-*"))


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from vuoro_devices.journal import open_journal

journal = open_journal(Path(sys.argv[1]), datetime.now(UTC)).journal
place = 0
while True:
    place += 1
    with journal.transaction():
        entry = journal.append("help.wanted", f"id-{place}", {"body": {}})
        journal.keep("last", {"seq": entry.seq})
    sys.stdout.write(f"{entry.seq}\\n")
    sys.stdout.flush()
"""


def test_a_program_killed_at_any_instruction_has_lost_nothing_it_said(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )
    assert child.stdout is not None
    said = [int(child.stdout.readline()) for _ in range(50)]
    child.send_signal(signal.SIGKILL)
    said += [int(line) for line in child.stdout if line.endswith("\n")]
    child.wait()
    journal = opened(tmp_path)
    seqs = [entry.seq for entry in journal.unanswered()]
    assert seqs == list(range(1, len(seqs) + 1))
    assert seqs[-1] >= said[-1]
    assert journal.kept()["last"]["seq"] == seqs[-1]
