"""Thousands of rows at once: column by column to the driver, past all work for each row.

SQLite takes them as one statement run again and again, PostgreSQL as a COPY.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Table, Update, insert
from sqlalchemy.engine.interfaces import Dialect

from ledger.archive.prepared import driven, taken


def insert_columns(connection: Connection, table: Table, columns: Mapping[str, Iterable[object]]) -> None:
    """Insert rows, given as columns of the same length.  Raises what a statement of SQLAlchemy's raises."""
    dialect = connection.dialect
    if dialect.name == "postgresql":
        _copy(connection, table, columns)
        return
    statement = insert(table).values(dict.fromkeys(columns)).compile(dialect=dialect)
    names: Sequence[str] = statement.positiontup or ()
    rows = zip(*(_taken(columns[name], taken(table.c[name].type, dialect)) for name in names), strict=True)
    _run_many(connection, str(statement), rows)


def update_each(connection: Connection, statement: Update, rows: Sequence[Mapping[str, object]]) -> None:
    """Run an update whose parameters are bytes and numbers, once for each row of values."""
    compiled = statement.compile(dialect=connection.dialect)
    if compiled.positiontup is None:
        _run_many(connection, str(compiled), rows)
        return
    values = itemgetter(*compiled.positiontup)
    _run_many(connection, str(compiled), map(values, rows))


def _run_many(connection: Connection, statement: str, rows: Iterable[object]) -> None:
    cursor: Any = connection.connection.cursor()
    try:
        with driven(connection.dialect):
            cursor.executemany(statement, rows)
    finally:
        cursor.close()


def _copy(connection: Connection, table: Table, columns: Mapping[str, Iterable[object]]) -> None:
    """Copy rows in, in PostgreSQL's binary form: the driver takes values of ours as they are."""
    kinds = [_name(table, name, connection.dialect) for name in columns]
    cursor: Any = connection.connection.cursor()
    names = ", ".join(columns)
    try:
        with (
            driven(connection.dialect),
            cursor.copy(f"COPY {table.name} ({names}) FROM STDIN (FORMAT BINARY)") as copy,
        ):
            copy.set_types(kinds)
            for row in zip(*columns.values(), strict=True):
                copy.write_row(row)
    finally:
        cursor.close()


def _name(table: Table, column: str, dialect: Dialect) -> str:
    """Return the name of a column's type as the server knows it, without its length."""
    return table.c[column].type.compile(dialect=dialect).lower().partition("(")[0]


def _taken(values: Iterable[object], convert: Callable[[Any], Any] | None) -> Iterable[object]:
    return values if convert is None else map(cache(convert), values)  # dates mostly repeat
