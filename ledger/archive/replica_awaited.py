"""What is awaited of entries in a replica: a report on what was issued, a decision on what was received."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import ceil
from typing import Any

from sqlalchemy import Select, Table, func, select, tuple_

from ledger.archive import replica_procedure_tables as p
from ledger.archive import replica_tables as t
from ledger.archive.database import Database
from ledger.archive.replica_look import ENDED, ENTRY, entry_of
from ledger.events import moment
from ledger.procedures_port import Unreported


class SqlAwaited:
    """The part of `SqlReplica` that tells of it, from tables that hold nothing else."""

    _database: Database

    def unreported(
        self,
        exporting: str,
        *,
        importing: str | None = None,
        after: tuple[int, int] | None = None,
        limit: int = 100,
    ) -> Sequence[Unreported]:
        """Return a member's entries that have not ended and of which nothing has come back, oldest first."""
        awaited = p.unreported.c
        query = _awaited(p.unreported, after, limit).where(awaited.exporting == exporting)
        if importing is not None:
            query = query.where(awaited.importing == importing)
        with self._database.reading() as connection:
            return [_unreported(tuple(row)) for row in connection.execute(query)]

    def unreported_counts(self, exporting: str) -> Mapping[str, int]:
        """Return of how many of a member's entries nothing has come back, by importing member."""
        awaited = p.unreported.c
        query = select(awaited.importing, func.count()).where(awaited.exporting == exporting)
        query = query.group_by(awaited.importing).order_by(awaited.importing)
        with self._database.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def undecided(
        self,
        importing: str,
        *,
        received_before: datetime | None = None,
        after: tuple[int, int] | None = None,
        limit: int = 100,
    ) -> Sequence[Unreported]:
        """Return entries that a member has received and not decided on, by receipt."""
        awaited = p.undecided.c
        query = (
            _awaited(p.undecided, after, limit).add_columns(awaited.at).where(awaited.importing == importing)
        )
        if received_before is not None:
            query = query.where(awaited.at < ceil(received_before.timestamp()))
        with self._database.reading() as connection:
            return [_unreported(tuple(row)) for row in connection.execute(query)]


def _awaited(awaited: Table, after: tuple[int, int] | None, limit: int) -> Select[Any]:
    """Return the statement for entries of a table of work in order of their places, after one."""
    issued, entered, ended, place = t.issued, t.entered, t.ended, (awaited.c.block, awaited.c.position)
    found = awaited.join(issued, issued.c.id == awaited.c.id)
    found = found.outerjoin(entered, entered.c.id == issued.c.id).outerjoin(ended, ended.c.id == issued.c.id)
    query = select(*ENTRY, *ENDED, entered.c.issued_at, issued.c.id, *place).select_from(found)
    query = query.order_by(*place).limit(limit)
    return query if after is None else query.where(tuple_(*place) > after)


def _unreported(row: Sequence[Any]) -> Unreported:
    entry, ended = row[: len(ENTRY)], row[len(ENTRY) : len(ENTRY) + len(ENDED)]
    entered_at, certificate, number, position, *at = row[len(ENTRY) + len(ENDED) :]
    received_at = moment(at[0]) if at else None
    return Unreported(certificate, entry_of(entry, entered_at, ended), (number, position), received_at)
