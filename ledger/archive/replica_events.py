"""Events as rows of a replica's tables, both ways."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, literal_column, select

from ledger.archive import replica_tables as t
from ledger.events import Block, Event, Occurrence

_PLACE = ("block", "position", "at")
_FEW = 4
"""Tables that are asked one after the other without asking first which have rows."""
Wanted = Callable[[Table], ColumnElement[bool]]


def found_where(connection: Connection, kinds: Iterable[type[Any]], wanted: Wanted) -> list[Occurrence]:
    """Return the events of some kinds whose rows fulfil a condition, in the order of the chain."""
    asked = list(kinds)
    found = [
        occurrence_of(kind, row)
        for kind in (_present(connection, asked, wanted) if len(asked) > _FEW else asked)
        for row in connection.execute(rows_of(kind).where(wanted(t.OF_EVENTS[kind])))
    ]
    return sorted(found, key=lambda one: one.place)


def _present(connection: Connection, kinds: Sequence[type[Any]], wanted: Wanted) -> list[type[Any]]:
    """Return the kinds of which there are such rows: mostly few, and one statement tells which."""
    tables = [t.OF_EVENTS[kind] for kind in kinds]
    there = (select(literal_column("1")).select_from(one).where(wanted(one)).exists() for one in tables)
    told = connection.execute(select(*(one.label(f"kind_{place}") for place, one in enumerate(there)))).one()
    return [kind for kind, some in zip(kinds, told, strict=True) if some]


def found_between(
    connection: Connection, kinds: Iterable[type[Any]], first: int, last: int
) -> list[Occurrence]:
    """Return the events of some kinds in a range of blocks."""
    return found_where(connection, kinds, lambda table: table.c.block.between(first, last))


def found_in(connection: Connection, kinds: Iterable[type[Any]], blocks: Sequence[int]) -> list[Occurrence]:
    """Return the events of some kinds in some blocks."""
    return found_where(connection, kinds, lambda table: table.c.block.in_(blocks))


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
