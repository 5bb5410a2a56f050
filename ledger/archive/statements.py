"""The port `Statements` in the database."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from ledger.archive.database import Database
from ledger.archive.prepared import Found, Prepared
from ledger.archive.statement_tables import statements
from ledger.errors import ArchiveUnavailable
from ledger.hashing import keccak
from ledger.statements import Statement, statement_bytes, statement_hash, statement_in

_ATTEMPTS: Final = 10
"""How often the same statement of another process may be in the way and gone when looked at."""
_ALL = statements.c
_NAMED: Final = Prepared(select(_ALL.statement).where(_ALL.hash == bindparam("hash")))
_SAME: Final = Prepared(select(_ALL.statement).where(_ALL.content == bindparam("content")))


class SqlStatements:
    """Statements in an SQL database; see `ledger.statement_port.Statements` for what is promised."""

    def __init__(self, database: Database) -> None:
        """Keep the database the statements are in."""
        self._database = database

    def keep(self, statement: Statement) -> Statement:
        """Keep a statement made here, or return the one kept before that has the same content."""
        return self._stored(statement, ours=True)

    def take(self, statement: Statement) -> Statement:
        """Keep a statement that others made, exactly as it is."""
        return self._stored(statement, ours=False)

    def statement(self, named: bytes) -> Statement | None:
        """Return the statement with this hash."""
        return _first(self._database.ask(_NAMED, hash=named))

    def statements_of(self, certificate: bytes) -> Sequence[Statement]:
        """Return what is kept of a certificate, oldest first."""
        query = select(_ALL.statement).where(_ALL.certificate == certificate)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(_ALL.said_at, _ALL.hash))
            return tuple(statement_in(row.statement) for row in rows)

    def _stored(self, statement: Statement, *, ours: bool) -> Statement:
        for _ in range(_ATTEMPTS):
            try:
                with self._database.writing() as connection:
                    return keep_within(connection, statement, ours=ours)
            except IntegrityError:  # another process was quicker
                continue
        raise ArchiveUnavailable("others keep the same statement at the same time")


def keep_within(connection: Connection, statement: Statement, *, ours: bool = True) -> Statement:
    """Keep a statement in a transaction that is under way; returns the one that is kept now.

    Of those made here that is one kept before with the same content.  Raises `IntegrityError` when another
    process keeps it at the same moment.
    """
    content, named = keccak(statement.content()), statement_hash(statement)
    before = _first(_SAME.within(connection, content=content)) if ours else None
    before = before or _first(_NAMED.within(connection, hash=named))
    if before is not None:
        return before
    told = statement_in(statement_bytes(statement))  # in whole seconds
    row = {
        "hash": named,
        "certificate": told.certificate,
        "content": content if ours else None,
        "said_at": told.at,
        "statement": statement_bytes(told),
    }
    connection.execute(insert(statements).values(row))
    return told


def _first(rows: Sequence[Found]) -> Statement | None:
    return statement_in(rows[0].statement) if rows else None
