"""Statements that are compiled once and run on the driver's cursor: those that every certificate pays for.

SQLAlchemy writes them and knows how a column's values are kept; between them and the driver there is nothing
else, which is two thirds of what a short question costs.  Faults come out as SQLAlchemy's own.
"""

from collections import namedtuple
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, cast

from sqlalchemy import Connection, Delete, Insert, LargeBinary, Select, Update
from sqlalchemy.engine.interfaces import DBAPICursor, Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

_Converter = Callable[[Any], Any]
_Statement = Select[*tuple[Any, ...]] | Insert | Update | Delete


class Found(Protocol):
    """A row; its columns are attributes."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - what the column holds
        """Return the value of a column."""


class Prepared:
    """A statement whose parameters are all `bindparam`s; make one at the start and use it for ever."""

    def __init__(self, statement: _Statement) -> None:
        """Keep the statement; it is compiled for a kind of database when first run there."""
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def run(self, cursor: DBAPICursor, dialect: Dialect, **values: object) -> list[Found]:
        """Run it on a cursor of the driver; returns the rows, if it has any."""
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled.setdefault(dialect.name, _Compiled(self._statement, dialect))
        with driven(dialect):
            return compiled.run(cursor, values)

    def within(self, connection: Connection, **values: object) -> list[Found]:
        """Run it in a transaction that is under way."""
        cursor = connection.connection.cursor()
        try:
            return self.run(cursor, connection.dialect, **values)
        finally:
            cursor.close()

    def change(self, connection: Connection, **values: object) -> int:
        """Run it in a transaction that is under way; returns how many rows it has changed."""
        cursor = connection.connection.cursor()
        try:
            self.run(cursor, connection.dialect, **values)
            return cursor.rowcount
        finally:
            cursor.close()


class _Compiled:
    """A statement as one driver takes it."""

    def __init__(self, statement: _Statement, dialect: Dialect) -> None:
        """Compile it, with parameters by name."""
        kind: Any = type(dialect)
        writing = kind(paramstyle="named") if dialect.name == "sqlite" else dialect
        compiled = statement.compile(dialect=writing)
        self.text = str(compiled)
        self.fixed = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
        converters = ((name, taken(bind.type, dialect)) for name, bind in compiled.binds.items())
        self.taken = [(name, converter) for name, converter in converters if converter is not None]
        columns = list(statement.exported_columns)
        readers = ((place, given(column.type, dialect)) for place, column in enumerate(columns))
        self.given = [(place, reader) for place, reader in readers if reader is not None]
        self.row = _row_of([str(column.key) for column in columns])
        self.rows = bool(columns)

    def run(self, cursor: DBAPICursor, values: dict[str, object]) -> list[Found]:
        """Run it; returns the rows."""
        bound: dict[str, object] = {**self.fixed, **values}
        for name, convert in self.taken:
            bound[name] = convert(bound[name])
        cursor.execute(self.text, bound)
        return [self._read(row) for row in cursor.fetchall()] if self.rows else []

    def _read(self, row: Sequence[Any]) -> Found:
        read = list(row)
        for place, convert in self.given:
            read[place] = convert(read[place])
        return self.row(read)


def _row_of(names: Sequence[str]) -> Callable[[Sequence[Any]], Found]:
    """Return what makes a row with these names of its values."""
    made = namedtuple("Row", names)  # type: ignore[misc]  # noqa: PYI024 - its names are those of a query
    return cast("Callable[[Sequence[Any]], Found]", made._make)


def taken(kind: TypeEngine[Any], dialect: Dialect) -> _Converter | None:
    """Return what makes a value one that the driver takes, None where it takes it as it is."""
    if isinstance(kind, LargeBinary):  # it takes bytes
        return None
    return kind.dialect_impl(dialect).bind_processor(dialect)


def given(kind: TypeEngine[Any], dialect: Dialect) -> _Converter | None:
    """Return what makes a value of what the driver gives, None where it is one."""
    if isinstance(kind, LargeBinary):  # it gives bytes
        return None
    return kind.dialect_impl(dialect).result_processor(dialect, None)


@contextmanager
def driven(dialect: Dialect) -> Iterator[None]:
    """Turn the driver's errors into SQLAlchemy's."""
    errors = dialect.loaded_dbapi.Error
    try:
        yield
    except errors as error:
        raise DBAPIError.instance("", None, error, errors, hide_parameters=True, dialect=dialect) from None
