"""Statements compiled once for a database and run on its driver's own cursor.

SQLAlchemy still writes the SQL and knows how each type is stored. What is left out is its way to the driver, which
takes several times as long as the statement itself; a person at the dispenser waits for ten of them, one after another.
"""

from __future__ import annotations

import collections
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler

AnyRow = Any
"""A row, whose columns are attributes by name."""

Convert = Callable[[Any], Any] | None


class NotPreparable(Exception):
    """The text of this statement depends on its values, such as the length of a list."""


class Prepared:
    """One statement for one kind of database. Raises SQLAlchemy's errors, as its own execution would."""

    def __init__(self, statement: Any, dialect: Dialect, columns: Sequence[str] | None = None) -> None:
        compiled: SQLCompiler = statement.compile(dialect=dialect, column_keys=columns)
        if compiled.post_compile_params or compiled.literal_execute_params:
            raise NotPreparable(compiled.string)
        self._sql = compiled.string
        self._dialect = dialect
        self._fixed = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
        self._converts = {name: _storing(bind.type, dialect) for name, bind in compiled.binds.items()}
        self._positions = compiled.positiontup
        self._row, self._results = _reading(compiled, dialect)

    def first(self, driver: Any, values: Mapping[str, Any]) -> AnyRow | None:
        found = self._done(driver, values, lambda cursor: cursor.fetchone())
        return None if found is None else self._made(found)

    def all(self, driver: Any, values: Mapping[str, Any]) -> list[AnyRow]:
        return [self._made(found) for found in self._done(driver, values, lambda cursor: cursor.fetchall())]

    def run(self, driver: Any, values: Mapping[str, Any]) -> Any:
        """The driver's cursor after the statement."""
        return self._done(driver, values, lambda cursor: cursor)

    def _done(self, driver: Any, values: Mapping[str, Any], taken: Callable[[Any], Any]) -> Any:
        """What is taken from the cursor: rows may fail as late as they are fetched."""
        given = {**self._fixed, **values}
        stored = {name: convert(given[name]) if convert else given[name] for name, convert in self._converts.items()}
        parameters = stored if self._positions is None else [stored[name] for name in self._positions]
        try:
            return taken(driver.execute(self._sql, parameters))
        except self._dialect.loaded_dbapi.Error as error:
            wrapped = DBAPIError.instance(
                self._sql, None, error, self._dialect.loaded_dbapi.Error, hide_parameters=True, dialect=self._dialect
            )
            raise wrapped from error

    def _made(self, found: Sequence[Any]) -> AnyRow:
        return self._row(
            *(convert(value) if convert else value for value, convert in zip(found, self._results, strict=True))
        )


_PREPARED: dict[tuple[str, Any, tuple[str, ...] | None], Prepared | None] = {}
"""By kind of database, statement and columns. Statements live as long as the program, so there are a few dozen."""


class Driver:
    """The driver's connection beneath an SQLAlchemy connection, within its transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection: Any = connection
        self._dialect = connection.dialect
        self._driver = connection.connection.driver_connection

    def first(self, statement: Any, values: Mapping[str, Any]) -> AnyRow | None:
        prepared = self._find(statement)
        return prepared.first(self._driver, values) if prepared else self._connection.execute(statement, values).first()

    def all(self, statement: Any, values: Mapping[str, Any]) -> list[AnyRow]:
        prepared = self._find(statement)
        return prepared.all(self._driver, values) if prepared else list(self._connection.execute(statement, values))

    def run(self, statement: Any, values: Mapping[str, Any]) -> int:
        """How many rows it changed."""
        prepared = self._find(statement)
        done = prepared.run(self._driver, values) if prepared else self._connection.execute(statement, values)
        return int(done.rowcount)

    def insert(self, statement: Any, values: Mapping[str, Any]) -> None:
        """Insert the columns that are given."""
        prepared = self._find(statement, tuple(values))
        assert prepared is not None
        prepared.run(self._driver, values)

    def _find(self, statement: Any, columns: tuple[str, ...] | None = None) -> Prepared | None:
        key = (self._dialect.name, statement, columns)
        if key not in _PREPARED:
            try:
                _PREPARED[key] = Prepared(statement, self._dialect, columns)
            except NotPreparable:
                _PREPARED[key] = None
        return _PREPARED[key]


def _storing(type_: Any, dialect: Dialect) -> Convert:
    convert: Convert = type_.dialect_impl(dialect).bind_processor(dialect)
    return convert


def _reading(compiled: SQLCompiler, dialect: Dialect) -> tuple[Callable[..., Any], tuple[Convert, ...]]:
    """How a row is made, and how each of its values is read; nothing for a statement that gives no rows."""
    # The statement itself may not know: one made from another with ``returning`` still says what that one gave.
    given = compiled._result_columns
    row_type: Any = collections.namedtuple  # its columns are known only here
    row = row_type("Row", [column.keyname for column in given], rename=True)
    return row, tuple(column.type.dialect_impl(dialect).result_processor(dialect, None) for column in given)
