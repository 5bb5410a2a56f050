"""The port `Statements` in this process."""

from collections.abc import Sequence
from threading import RLock

from ledger.statements import Statement, statement_bytes, statement_hash, statement_in


class MemoryStatements:
    """Statements in memory; see `ledger.statement_port.Statements` for what is promised."""

    def __init__(self) -> None:
        """Start with none."""
        self._lock = RLock()
        self._by_hash: dict[bytes, Statement] = {}
        self._ours: dict[bytes, Statement] = {}
        """Those made here, by their content."""

    def keep(self, statement: Statement) -> Statement:
        """Keep a statement made here, or return the one kept before that has the same content."""
        content = statement.content()
        with self._lock:
            if content not in self._ours:
                self._ours[content] = self.take(statement)
            return self._ours[content]

    def take(self, statement: Statement) -> Statement:
        """Keep a statement that others made, exactly as it is."""
        told = statement_in(statement_bytes(statement))
        with self._lock:
            return self._by_hash.setdefault(statement_hash(statement), told)

    def statement(self, named: bytes) -> Statement | None:
        """Return the statement with this hash."""
        with self._lock:
            return self._by_hash.get(named)

    def statements_of(self, certificate: bytes) -> Sequence[Statement]:
        """Return what is kept of a certificate, oldest first."""
        with self._lock:
            found = [
                (one.at, named) for named, one in self._by_hash.items() if one.certificate == certificate
            ]
            return tuple(self._by_hash[named] for _, named in sorted(found))
