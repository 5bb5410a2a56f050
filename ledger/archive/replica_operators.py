"""Operators in the tables of a replica: some by their codes, and lists of them."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Connection, case, func, select, tuple_

from ledger.archive import replica_tables as t
from ledger.archive.database import Database
from ledger.archive.replica_look import HEAD, STATUS, Looks, head_of, operators_of, recorded_of
from ledger.operators import Operator, OperatorCode
from ledger.recognition_port import Recorded
from ledger.replica_port import OperatorCounts, OperatorsLook, ReplicaHead

_AT_A_TIME = 500
"""Codes asked for in one statement."""
_LAST = "\U0010ffff"
"""Comes after every other character."""


class SqlOperators:
    """The part of `SqlReplica` that tells of operators."""

    def __init__(self, database: Database) -> None:
        """Keep the database the events are in."""
        self._database = database
        self._looks = Looks(database.engine, database.connections)

    def look_operators(self, codes: Collection[OperatorCode]) -> OperatorsLook | None:
        """Return these operators as of one block, any number of them; None before `start`."""
        if len(codes) == 1:
            return self._looks.operator(next(iter(codes)))
        asked, found = sorted(set(codes)), list[Recorded]()
        with self._database.reading() as connection:
            head = stored_head(connection)
            if head is None:
                return None
            for start in range(0, len(asked), _AT_A_TIME):
                part = t.statuses.c.operator.in_(asked[start : start + _AT_A_TIME])
                found += _in_order(connection, part)
        return OperatorsLook(head, operators_of(found), max((one.place[0] for one in found), default=0))

    def operator_counts(self) -> OperatorCounts:
        """Return how many operators there are."""
        first = func.count(case((t.statuses.c.version == 1, 1)))
        with self._database.reading() as connection:
            operators, statuses = connection.execute(
                select(first, func.count()).select_from(t.statuses)
            ).one()
        return OperatorCounts(operators, statuses)

    def operators(
        self, *, member: str | None = None, after: OperatorCode | None = None, limit: int = 100
    ) -> Sequence[Operator]:
        """Return operators by code, of one member or of all, going on after a code."""
        code, version = t.statuses.c.operator, t.statuses.c.version
        listed = select(code).where(version == 1).order_by(code).limit(limit)
        if member is not None:  # whose code is what its operators' codes begin with, by which they are found
            listed = listed.where(code.between(member, member + _LAST))
        if after is not None:
            listed = listed.where(code > after)
        with self._database.reading() as connection:
            found = _in_order(connection, code.in_(listed.scalar_subquery()))
        return list(operators_of(found).values())

    def status_changes(
        self,
        *,
        after: tuple[int, int] | None = None,
        up_to: int | None = None,
        member: str | None = None,
        limit: int = 100,
    ) -> Sequence[Recorded]:
        """Return status changes in the order of the chain, after a place and up to a block."""
        statuses = t.statuses.c
        place = (statuses.block, statuses.position)
        query = select(*STATUS).order_by(*place).limit(limit)
        if after is not None:
            query = query.where(tuple_(*place) > after)
        if up_to is not None:
            query = query.where(statuses.block <= up_to)
        if member is not None:
            query = query.where(statuses.member == member)
        with self._database.reading() as connection:
            return [recorded_of(tuple(row)) for row in connection.execute(query)]


def _in_order(connection: Connection, wanted: ColumnElement[bool]) -> list[Recorded]:
    """Return statuses by operator, oldest first."""
    query = select(*STATUS).where(wanted).order_by(t.statuses.c.operator, t.statuses.c.version)
    return [recorded_of(tuple(row)) for row in connection.execute(query)]


def stored_head(connection: Connection) -> ReplicaHead | None:
    """Return how far the replica is, within a transaction."""
    row = connection.execute(select(*HEAD)).one_or_none()
    return head_of(tuple(row)) if row is not None else None
