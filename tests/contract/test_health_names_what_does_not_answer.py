"""``/healthz`` and ``/metrics`` (contract §3)."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from rig.served_points import ServedPoint
from vuoro_hub.metrics import message_dropped


def test_all_is_well_when_database_and_broker_answer(served: ServedPoint) -> None:
    answer = served.caller().get("/healthz")
    assert (answer.status, answer.json) == (200, {"database": "ok", "broker": "ok"})
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_broker_that_is_gone_is_named(served: ServedPoint) -> None:
    served.broker = lambda: False
    answer = served.caller().get("/healthz")
    assert (answer.status, answer.json) == (503, {"database": "ok", "broker": "does not answer"})
    served.broker = lambda: True
    assert served.caller().get("/healthz").status == 200


def test_a_topic_that_cannot_be_published_is_named(served: ServedPoint) -> None:
    served.unpublished = {"services": "ServicesState would take 18784 bytes; at most 16384 may travel"}
    answer = served.caller().get("/healthz")
    assert answer.status == 503
    assert answer.json == {
        "database": "ok",
        "broker": "ok",
        "messages": "services: ServicesState would take 18784 bytes; at most 16384 may travel",
    }


def test_a_check_that_breaks_counts_as_no_answer(served: ServedPoint) -> None:
    def broken() -> bool:
        raise OSError("no route to host")

    served.broker = broken
    assert served.caller().get("/healthz").json["broker"] == "does not answer"


@pytest.fixture
def hanging(served: ServedPoint) -> Iterator[ServedPoint]:
    """A point whose broker neither answers nor refuses."""
    release = threading.Event()

    def hang() -> bool:
        return release.wait(30)

    served.broker = hang
    yield served
    release.set()


def test_a_broker_that_hangs_holds_up_neither_the_answer_nor_threads(hanging: ServedPoint) -> None:
    before = threading.active_count()
    for _ in range(3):
        began = time.monotonic()
        answer = hanging.caller().get("/healthz")
        assert (answer.status, answer.json) == (503, {"database": "ok", "broker": "does not answer"})
        assert time.monotonic() - began < 1
    assert threading.active_count() <= before + 2, "one question is open, however often somebody asks"


def test_a_database_that_is_gone_is_named(served: ServedPoint) -> None:
    with served.database.writing() as session:
        session.connection().exec_driver_sql("ALTER TABLE visit RENAME TO elsewhere")
    assert served.caller().get("/healthz").json["database"] == "ok", "it answers, whatever is in it"
    served.point.database = Gone()  # type: ignore[assignment]
    assert served.served_anew().caller().get("/healthz").json == {"database": "does not answer", "broker": "ok"}


class Gone:
    """A database that cannot be asked."""

    def trouble(self) -> str | None:
        raise OSError("disk gone")


def test_a_database_file_that_was_moved_away_is_named(served: ServedPoint, tmp_path: Path) -> None:
    file = database_file(served)
    assert served.caller().get("/healthz").status == 200
    away = file.rename(tmp_path / "elsewhere.db")
    answer = served.caller().get("/healthz")
    assert answer.status == 503
    assert answer.json["database"] == f"its file {file.name} is gone: No such file or directory"
    file.write_bytes(away.read_bytes())
    assert served.caller().get("/healthz").json["database"] == f"its file {file.name} was replaced by another one"
    away.replace(file)
    assert served.caller().get("/healthz").json["database"] == "ok"


def test_a_lock_that_another_program_holds_is_named_and_restarts_nothing(served: ServedPoint) -> None:
    with closing(sqlite3.connect(database_file(served), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        answer = served.caller().get("/healthz")
        assert answer.status == 503
        assert answer.json["database"] == "cannot be written to: for 1.5 s another program has held it"
        assert served.database.answers(), "what the watchdog asks"
    assert served.caller().get("/healthz").json["database"] == "ok"
    assert served.number("vero")["number"]


def test_the_hubs_own_acts_are_no_fault_however_many(served: ServedPoint) -> None:
    over = threading.Event()

    def act() -> None:
        while not over.is_set():
            with served.database.writing() as session:
                session.connection().exec_driver_sql("UPDATE counter SET opened_by = opened_by")

    acting = [threading.Thread(target=act) for _ in range(3)]
    for thread in acting:
        thread.start()
    try:
        assert [served.database.trouble() for _ in range(5)] == [None] * 5
    finally:
        over.set()
        for thread in acting:
            thread.join(10)


def database_file(served: ServedPoint) -> Path:
    return Path(str(served.database.engine.url.database))


def samples(served: ServedPoint) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    answer = served.caller().get("/metrics")
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    families = text_string_to_metric_families(answer.text)
    return {(one.name, tuple(sorted(one.labels.items()))): one.value for family in families for one in family.samples}


def test_prometheus_is_told_of_the_line_the_acts_and_the_refusals(served: ServedPoint) -> None:
    before = samples(served)
    served.number("vero")
    served.number("vero")
    served.caller("clerk-vero").post("/counters/1/call")
    served.caller("advisor").post("/visits", {"service": "tyo"}, Idempotency_Key="once")
    served.caller("advisor").post("/visits", {"service": "tyo"}, Idempotency_Key="once")
    message_dropped("20000 bytes; at most 16384 may travel")
    message_dropped("body: Field required")
    after = samples(served)

    def grown(name: str, **labels: str) -> float:
        key = (name, tuple(sorted(labels.items())))
        return after[key] - before.get(key, 0)

    assert after["vuoro_turns_waiting", (("service", "vero"),)] == 2
    assert after["vuoro_turns_waiting", (("service", "kela"),)] == 0
    assert grown("vuoro_acts_total", act="give-number", outcome="done") == 3
    assert grown("vuoro_acts_total", act="give-number", outcome="replayed") == 1
    assert grown("vuoro_acts_total", act="call-next", outcome="refused") == 1
    assert grown("vuoro_refusals_total", code="not-allowed") == 1
    assert grown("vuoro_messages_dropped_total", reason="too-large") == 1
    assert grown("vuoro_messages_dropped_total", reason="unreadable") == 1
    assert grown("vuoro_http_request_seconds_count", endpoint="api.give-number", status="201") == 4
    assert ("vuoro_open_streams", ()) in after
    assert any(name == "vuoro_build_info" for name, _labels in after)


def test_prometheus_is_told_of_nobody(served: ServedPoint) -> None:
    issued = served.number("vero")
    served.caller().get(f"/visits/{issued['token']}")
    served.called_turn()
    text = served.caller().get("/metrics").text
    for secret in (issued["token"], issued["turn"], issued["visit"], "clerk-vero", "advisor"):
        assert secret not in text
