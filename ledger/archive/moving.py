"""Move an archive to another database, whole: `python -m ledger.archive.moving FROM TO`, two URLs.

Everything is copied in one transaction, the same to the byte and under the same positions, into an archive
that must be empty.  The old one is only read.
"""

import sys
from collections.abc import Mapping
from contextlib import closing

from sqlalchemy import Connection, Integer, Table, false, func, insert, select

from ledger.archive.database import Database, take_your_time
from ledger.archive.tables import metadata
from ledger.errors import ArchiveUnavailable

_ROWS = 500
"""Rows held in memory at a time."""


def move(source: Database, target: Database) -> Mapping[str, int]:
    """Copy every row; returns how many by table.  Nothing may write to the source meanwhile.

    Raises `ArchiveUnavailable`, also when the source's schema is not this release's or the target has rows.
    """
    target.migrate()
    if source.revision() != target.revision():
        raise ArchiveUnavailable("the archive to move from has another schema; open it with this release")
    with source.reading() as old, target.writing() as new:
        take_your_time(old)
        take_your_time(new)
        if any(_count(new, table) for table in metadata.sorted_tables):
            raise ArchiveUnavailable("the archive to move to is not empty")
        for table in metadata.sorted_tables:
            _copy(table, old, new)
        return {table.name: _count(new, table) for table in metadata.sorted_tables}


def _copy(table: Table, old: Connection, new: Connection) -> None:
    rows = old.execute(select(table), execution_options={"yield_per": _ROWS})
    for part in rows.partitions():
        new.execute(insert(table), [dict(row._mapping) for row in part])  # noqa: SLF001 - its public name
    counter = table.autoincrement_column
    if new.dialect.name == "postgresql" and counter is not None and isinstance(counter.type, Integer):
        sequence = func.pg_get_serial_sequence(table.name, counter.name)
        next_one = select(func.coalesce(func.max(counter), 0) + 1).scalar_subquery()
        new.execute(select(func.setval(sequence, next_one, false())))


def _count(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def main() -> None:
    """Move as the two arguments say and print how many rows of each table were moved."""
    if len(sys.argv) != 3:  # noqa: PLR2004 - two URLs and our own name
        sys.exit("usage: python -m ledger.archive.moving FROM TO")
    try:
        with closing(Database(sys.argv[1])) as source, closing(Database(sys.argv[2])) as target:
            moved = move(source, target)
    except ArchiveUnavailable as fault:
        sys.exit(f"ArchiveUnavailable: {fault}")
    sys.stdout.writelines(f"{count:>9} {name}\n" for name, count in moved.items())


if __name__ == "__main__":
    main()
