"""Events as rows of a replica's tables, both ways."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, literal_column, select

from ledger.archive import replica_tables as t
from ledger.events import Block, Event, Occurrence

_PLACE = ("block", "position", "at")
_FEW = 4
"""Tables that are asked one after the other without asking first which have rows."""
Wanted = Callable[[Table], ColumnElement[bool]]


class Reading:
    """The events of some kinds whose rows fulfil a condition; its statements are written once."""

    def __init__(self, kinds: Iterable[type[Any]], wanted: Wanted) -> None:
        """Write the statements; what the condition asks for is bound when they are run."""
        self._rows = {kind: rows_of(kind).where(wanted(t.OF_EVENTS[kind])) for kind in kinds}
        there = (rows.with_only_columns(literal_column("1")).exists() for rows in self._rows.values())
        self._there = select(*(one.label(f"kind_{place}") for place, one in enumerate(there)))

    def found(self, connection: Connection, **values: object) -> list[Occurrence]:
        """Return the events in the order of the chain."""
        found = [
            occurrence_of(kind, row)
            for kind in self._present(connection, values)
            for row in connection.execute(self._rows[kind], values)
        ]
        return sorted(found, key=lambda one: one.place)

    def _present(self, connection: Connection, values: Mapping[str, object]) -> Iterable[type[Any]]:
        """Return the kinds of which there are such rows: mostly few, and one statement tells which."""
        if len(self._rows) <= _FEW:
            return self._rows
        told = connection.execute(self._there, values).one()
        return [kind for kind, some in zip(self._rows, told, strict=True) if some]


def rows_of(kind: type[Any]) -> Select[Any]:
    """Return the statement for all rows of a kind, in the order of their fields."""
    table = t.OF_EVENTS[kind]
    return select(*(table.c[name] for name in (*_PLACE, *(field.name for field in fields(kind)))))


def occurrence_of(kind: type[Event], row: Sequence[Any]) -> Occurrence:
    """Return the event that a row of `rows_of` says."""
    block, position, at, *values = row
    return Occurrence(block, position, at, kind(*values))


def fields_of(value: Block | Event) -> dict[str, Any]:
    """Return the fields by name, without going into them."""
    return {field.name: getattr(value, field.name) for field in fields(value)}
