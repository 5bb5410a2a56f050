"""Refusals of a replica that are late or to be reconsidered, found in the tables of its events."""

from collections.abc import Sequence

from sqlalchemy import Select, exists, func, select, tuple_

from ledger.archive import replica_procedure_tables as p
from ledger.archive import replica_tables as t
from ledger.archive.database import Database

_DAY = 86_400
"""Seconds."""


class SqlRefusals:
    """The part of `SqlReplica` that tells of them; see `ledger.procedures_port.RefusalLists`."""

    _database: Database

    def contested(
        self, importing: str, days: int, *, after: bytes | None = None, limit: int = 100
    ) -> Sequence[bytes]:
        """Return certificates, by id, of which a refusal by a member is late or to be reconsidered."""
        either = _late(importing, days).union(_answered(importing)).subquery()
        query = select(either.c.id).order_by(either.c.id).limit(limit)
        if after is not None:
            query = query.where(either.c.id > after)
        with self._database.reading() as connection:
            return connection.execute(query).scalars().all()


def _late(importing: str, days: int) -> Select[tuple[bytes]]:
    """Return the statement for certificates with a refusal some days after the receipt, or first decision."""
    refused, issued = p.decided, t.issued
    first = p.decided.alias()
    began = select(func.min(first.c.at)).where(first.c.id == refused.c.id).scalar_subquery()
    receipt = select(p.received.c.at).where(p.received.c.id == refused.c.id).scalar_subquery()
    return (
        select(refused.c.id)
        .join(issued, issued.c.id == refused.c.id)
        .where(issued.c.importing == importing, refused.c.refused != 0)
        .where(refused.c.at > func.coalesce(receipt, began) + days * _DAY)
    )


def _answered(importing: str) -> Select[tuple[bytes]]:
    """Return the statement for certificates with an answered refusal that no later decision is all about."""
    answer, issued, later = p.clarified, t.issued, p.decided
    decided = later.c.granted.bitwise_or(later.c.refused)
    settled = exists().where(
        later.c.id == answer.c.id,
        tuple_(later.c.block, later.c.position) > tuple_(answer.c.block, answer.c.position),
        answer.c.lines.bitwise_and(decided) == answer.c.lines,
    )
    return (
        select(answer.c.id)
        .join(issued, issued.c.id == answer.c.id)
        .where(issued.c.importing == importing, ~settled)
    )
