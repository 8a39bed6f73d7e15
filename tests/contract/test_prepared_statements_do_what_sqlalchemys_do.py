"""Statements on the driver's own cursor give, store and refuse what SQLAlchemy's own execution would."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from rig.points import PointAtWork
from sqlalchemy import Connection, bindparam, delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlmodel import SQLModel
from vuoro_hub.store.prepared import Driver, NotPreparable, Prepared

VISIT, SERIES, EVENT = (SQLModel.metadata.tables[name] for name in ("visit", "series", "event"))
DAY = date(2026, 3, 3)
AT = datetime(2026, 3, 3, 8, 0, 0, 1, tzinfo=UTC)
INSERT_VISIT, INSERT_SERIES = insert(VISIT).inline(), insert(SERIES).inline()


def a_visit(place: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "id": f"visit-{place}",
        "day": DAY,
        "number": f"{place:03d}",
        "language": "fi",
        "needs": ["help"],
        "arrived_at": AT,
        **more,
    }


def with_three(connection: Connection) -> Driver:
    driver = Driver(connection)
    for place in (1, 2, 3):
        driver.insert(INSERT_VISIT, a_visit(place))
    return driver


ALL = select(VISIT).order_by(VISIT.c.id)
ONE = select(VISIT).where(VISIT.c.id == bindparam("id"))
FIXED = select(VISIT.c.number).where(VISIT.c.language == "fi", VISIT.c.id > bindparam("id")).order_by(VISIT.c.id)
COUNTED = select(VISIT.c.language, func.count()).group_by(VISIT.c.language)
LISTED = select(VISIT.c.number).where(VISIT.c.id.in_(bindparam("ids", expanding=True))).order_by(VISIT.c.id)
PERCENT = select(VISIT.c.number).where(VISIT.c.number.like("%2"))


@pytest.mark.parametrize(
    ("statement", "values"),
    [
        (ALL, {}),
        (ONE, {"id": "visit-2"}),
        (ONE, {"id": "nobody"}),
        (FIXED, {"id": "visit-1"}),
        (COUNTED, {}),
        (LISTED, {"ids": ["visit-1", "visit-3"]}),
        (LISTED, {"ids": []}),
        (PERCENT, {}),
    ],
    ids=["all", "one", "nobody", "fixed", "counted", "listed", "empty list", "percent"],
)
def test_a_question_gets_the_same_rows(lobby: PointAtWork, statement: Any, values: dict[str, Any]) -> None:
    with lobby.database.acting() as connection:
        driver = with_three(connection)
        theirs: Any = connection.execute(statement, values).all()
        ours = driver.all(statement, values)
        assert [tuple(row) for row in ours] == [tuple(row) for row in theirs]
        first = driver.first(statement, values)
        assert (tuple(first) if first else None) == (tuple(theirs[0]) if theirs else None)
        assert [row[0] for row in ours] == [row[0] for row in theirs]


def test_a_rows_columns_are_its_attributes_and_have_their_types(lobby: PointAtWork) -> None:
    with lobby.database.acting() as connection:
        row = with_three(connection).first(ONE, {"id": "visit-1"})
        assert (row.day, row.needs, row.arrived_at, row.token) == (DAY, ["help"], AT, None)
        assert row.arrived_at.tzinfo is UTC


def test_the_same_statement_takes_other_values_each_time(lobby: PointAtWork) -> None:
    with lobby.database.acting() as connection:
        driver = with_three(connection)
        assert [driver.first(ONE, {"id": f"visit-{place}"}).number for place in (1, 2, 3, 1)] == [
            "001",
            "002",
            "003",
            "001",
        ]


def test_columns_that_are_not_given_stay_empty(lobby: PointAtWork) -> None:
    with lobby.database.acting() as connection:
        driver = Driver(connection)
        driver.insert(INSERT_VISIT, a_visit(1))
        driver.insert(INSERT_VISIT, a_visit(2, token="t", medium="paper"))
        assert [(row.token, row.medium) for row in driver.all(ALL, {})] == [(None, None), ("t", "paper")]


def test_a_change_tells_how_many_rows_and_may_give_them_back(lobby: PointAtWork) -> None:
    step = update(SERIES).where(SERIES.c.letter == bindparam("key_letter")).values(last=SERIES.c.last + 1)
    with lobby.database.acting() as connection:
        driver = Driver(connection)
        driver.insert(INSERT_SERIES, {"day": DAY, "letter": "A", "last": 1})
        assert (driver.run(step, {"key_letter": "A"}), driver.run(step, {"key_letter": "B"})) == (1, 0)
        assert driver.first(step.returning(SERIES.c.last), {"key_letter": "A"}).last == 3
        assert driver.first(step.returning(SERIES.c.last), {"key_letter": "B"}) is None
        assert driver.run(delete(SERIES), {}) == 1


def test_what_is_computed_in_the_statement_is_computed_by_the_database(lobby: PointAtWork) -> None:
    next_seq = select(func.coalesce(func.max(EVENT.c.seq), 0) + 1).scalar_subquery()
    append = insert(EVENT).inline().values(seq=next_seq, at=bindparam("at"), type="t", by="b", body=bindparam("body"))
    with lobby.database.acting() as connection:
        driver = Driver(connection)
        for place in (1, 2, 3):
            driver.run(append, {"at": AT, "body": {"place": place}})
        rows = driver.all(select(EVENT).order_by(EVENT.c.seq), {})
        assert [(row.seq, row.type, row.body) for row in rows] == [(n, "t", {"place": n}) for n in (1, 2, 3)]


@pytest.mark.parametrize(
    "values", [a_visit(1), a_visit(9, number="001"), a_visit(9, language=None)], ids=["key", "number", "missing"]
)
def test_what_the_tables_refuse_is_sqlalchemys_error_without_the_values(
    lobby: PointAtWork, values: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError) as refused, lobby.database.acting() as connection:
        with_three(connection).insert(INSERT_VISIT, values)
    assert isinstance(refused.value.orig, connection.dialect.loaded_dbapi.IntegrityError)
    assert refused.value.params is None
    with lobby.database.acting() as connection:
        assert Driver(connection).all(ALL, {}) == [], "nothing of the attempt remains"


def test_a_statement_that_makes_no_sense_is_sqlalchemys_error_too(lobby: PointAtWork) -> None:
    nowhere = select(VISIT.c.id).select_from(VISIT).where(func.no_such_function(VISIT.c.id) == 1)
    with lobby.database.acting() as connection:
        theirs: list[type[BaseException]] = []
        for ask in (lambda: connection.execute(nowhere), lambda: Driver(connection).all(nowhere, {})):
            with pytest.raises(DBAPIError) as error:
                ask()
            theirs.append(type(error.value))
            connection.rollback()
            lobby.database.begin(connection)
        assert theirs[0] is theirs[1]


def test_a_value_of_the_wrong_kind_or_none_at_all_is_refused_before_the_database(lobby: PointAtWork) -> None:
    with lobby.database.acting() as connection:
        driver = Driver(connection)
        with pytest.raises((ValueError, StatementError)):
            driver.insert(INSERT_VISIT, a_visit(1, arrived_at=datetime(2026, 3, 3)))  # noqa: DTZ001
        with pytest.raises(KeyError):
            driver.first(ONE, {})
        assert driver.all(ALL, {}) == []


def test_a_list_makes_a_statement_that_cannot_be_prepared(lobby: PointAtWork) -> None:
    with pytest.raises(NotPreparable):
        Prepared(LISTED, lobby.database.engine.dialect)
    assert Prepared(ONE, lobby.database.engine.dialect)
