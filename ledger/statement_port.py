"""Statements that are kept here: what was said of certificates by the authorities served here, and by others.

`ledger.archive` keeps them in the database, `ledger.memory_statements` in this process;
`tests/ports/test_statement_port.py` holds the two equal.
"""

from collections.abc import Sequence
from typing import Protocol

from ledger.errors import ArchiveNotNamed
from ledger.statements import Statement


class Statements(Protocol):
    """The store of statements.  What `keep` and `take` returned survives a crash."""

    def keep(self, statement: Statement) -> Statement:
        """Keep a statement made here, or return the one kept before that has the same content.

        So whoever says something a second time, as after a crash, has the hash that the ledger was told.
        """

    def take(self, statement: Statement) -> Statement:
        """Keep a statement that others made, exactly as it is; one with the same hash is kept once."""

    def statement(self, named: bytes) -> Statement | None:
        """Return the statement with this hash."""

    def statements_of(self, certificate: bytes) -> Sequence[Statement]:
        """Return what is kept of a certificate, oldest first (then by hash)."""


class NoStatements:
    """The port where there is no archive: nothing is kept, and nothing can be."""

    def keep(self, statement: Statement) -> Statement:  # noqa: ARG002 - of the port
        """Raise `ArchiveNotNamed`."""
        raise ArchiveNotNamed

    def take(self, statement: Statement) -> Statement:  # noqa: ARG002 - of the port
        """Raise `ArchiveNotNamed`."""
        raise ArchiveNotNamed

    def statement(self, named: bytes) -> Statement | None:  # noqa: ARG002 - of the port
        """Return nothing."""
        return None

    def statements_of(self, certificate: bytes) -> Sequence[Statement]:  # noqa: ARG002 - of the port
        """Return none."""
        return ()
