"""The feed in SQL: the port `Feed` on the tables of `ledger.archive.feed_tables`."""

from collections.abc import Collection, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select, union, update
from sqlalchemy.exc import IntegrityError

from ledger.archive.database import Database
from ledger.archive.feed_tables import feed, feed_cursor
from ledger.archive.rows import in_pages
from ledger.feed_port import FeedCursor, FeedRow
from ledger.watch_port import EventType

_F, _C = feed.c, feed_cursor.c
_NAMES = tuple(one.name for one in fields(FeedCursor))


class SqlFeed:
    """The feed in an SQL database; see `ledger.feed_port.Feed` for what each step promises."""

    def __init__(self, database: Database) -> None:
        """Keep the database it is in."""
        self._database = database

    def cursor(self) -> FeedCursor | None:
        """Return how far it is; None at the beginning."""
        with self._database.reading() as connection:
            return _cursor(connection)

    def fill(self, before: FeedCursor | None, after: FeedCursor, rows: Collection[FeedRow]) -> bool:
        """Add rows and move the cursor, both or neither.

        The cursor is moved first: who adds holds its row until the transaction ends, so that positions are
        given out in the order in which rows can be seen.
        """
        try:
            with self._database.writing() as connection:
                if not _moved(connection, before, after):
                    return False
                new = _not_yet_there(connection, rows)
                if new:
                    connection.execute(insert(feed), [_row(one) for one in new])
        except IntegrityError:
            if before is None:  # of those that begin at once on a server one sets the cursor
                return False
            raise
        return True

    def page(self, member: str | None = None, *, after: int = 0, limit: int = 100) -> Sequence[FeedRow]:
        """Return what concerns a member, or everything, in order after a position."""
        query = select(feed).where(_F.position > after)
        if member is not None:
            query = select(feed).where(_F.position.in_(_concerning(member, after, limit)))
        with self._database.reading() as connection:
            return tuple(map(_read, connection.execute(query.order_by(_F.position).limit(limit))))

    def newest(self) -> int:
        """Return the highest position; 0 when there is none."""
        with self._database.reading() as connection:
            return int(connection.execute(select(func.coalesce(func.max(_F.position), 0))).scalar_one())


def _concerning(member: str, after: int, limit: int) -> Select[Any]:
    """Return the first positions that concern a member, each way of being concerned by its own index."""
    ways = [
        select(
            select(_F.position)
            .where(column == member, _F.position > after)
            .order_by(_F.position)
            .limit(limit)
            .subquery()
        )
        for column in (_F.exporting, _F.importing, _F.asked)
    ]
    return select(union(*ways).subquery())


def _cursor(connection: Connection) -> FeedCursor | None:
    row = connection.execute(select(*(_C[name] for name in _NAMES))).one_or_none()
    return FeedCursor(*row) if row is not None else None


def _moved(connection: Connection, before: FeedCursor | None, after: FeedCursor) -> bool:
    """Move the cursor if it is where it is said to be."""
    values = {name: getattr(after, name) for name in _NAMES}
    if before is None:
        if _cursor(connection) is not None:
            return False
        connection.execute(insert(feed_cursor).values(id=1, **values))
        return True
    same = [_C[name] == getattr(before, name) for name in _NAMES]
    return connection.execute(update(feed_cursor).where(*same).values(values)).rowcount == 1


def _not_yet_there(connection: Connection, rows: Collection[FeedRow]) -> Collection[FeedRow]:
    """Return those whose event is not in the feed, each once."""
    new = {one.event: one for one in rows}
    for page in in_pages(list(new)):
        for event in connection.execute(select(_F.event).where(_F.event.in_(page))).scalars():
            new.pop(event)
    return new.values()


def _row(one: FeedRow) -> dict[str, Any]:
    values = {field.name: getattr(one, field.name) for field in fields(FeedRow) if field.name != "position"}
    return values | {"type": one.type.value}


def _read(row: Any) -> FeedRow:  # noqa: ANN401 - a row of many columns
    values = {field.name: getattr(row, field.name) for field in fields(FeedRow)}
    return FeedRow(**values | {"type": EventType(row.type)})
