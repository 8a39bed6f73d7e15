"""A fault of the hub's own is a problem too: with a code for programs, and a name that stands in the log."""

from __future__ import annotations

import logging

import pytest
from rig.served_points import ServedPoint


@pytest.fixture
def broken(served: ServedPoint) -> ServedPoint:
    """A point in whose database stands what the hub cannot read."""
    served.number("vero")
    with served.database.writing() as session:
        session.connection().exec_driver_sql("UPDATE turn SET state = 'nonsense'")
    return served


@pytest.mark.parametrize(
    ("language", "title"), [("en", "The server has a fault"), ("fi", "Palvelimessa on vika"), ("sv", "Fel i servern")]
)
def test_what_nobody_expected_has_a_code_and_its_name_in_the_log(
    broken: ServedPoint, caplog: pytest.LogCaptureFixture, language: str, title: str
) -> None:
    with caplog.at_level(logging.ERROR, "vuoro_hub"):
        answer = broken.caller("advisor").get("/turns?state=nonsense", Accept_Language=language)
        assert answer.status == 422, "what is asked for wrongly is the caller's fault"
        (turn,) = broken.see(lambda t: [row.turn for row in t.records.events_after(0, 10) if row.turn])[:1]
        answer = broken.caller("clerk-vero").post(f"/turns/{turn}/serve", Accept_Language=language)

    assert (answer.status, answer.code) == (500, "internal-error")
    problem = answer.json
    assert (problem["title"], problem["type"]) == (title, "urn:vuoro:problem:internal-error")
    assert problem["instance"].startswith("urn:uuid:")
    told = [record for record in caplog.records if problem["instance"] in record.getMessage()]
    assert len(told) == 1
    assert told[0].exc_info
    assert turn not in told[0].getMessage()


def test_a_database_that_is_away_has_a_code_and_says_when_to_ask_again(served: ServedPoint) -> None:
    with served.database.writing() as session:
        session.connection().exec_driver_sql("ALTER TABLE api_token RENAME TO elsewhere")
    answer = served.caller("advisor").get("/turns")
    assert (answer.status, answer.code, answer.headers["Retry-After"]) == (503, "database-away", "2")
