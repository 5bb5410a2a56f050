"""What uses the goods lines of a certificate in this archive: decisions at import and re-exports.

Both draw on the same certified quantity, so one transaction at a time may use the lines of one certificate.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, select, text

from ledger.archive.decision_tables import decisions
from ledger.archive.exclusive import advisory_key
from ledger.archive.kept_tables import original_draws
from ledger.archive.tables import certificates, outbox
from ledger.outbox import DispatchState


def alone_on(connection: Connection, of: Iterable[bytes]) -> None:
    """Let one at a time use lines of certificates until the transaction ends; SQLite has one writer.

    It comes before what is read of them, so that this shows what the one before has done.
    """
    if connection.dialect.name == "postgresql":
        for certificate in sorted(set(of)):
            key = {"key": advisory_key(f"lines {certificate.hex()}")}
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), key)


def deciding(connection: Connection, certificate: bytes) -> frozenset[int]:
    """Return the positions of the decisions on a certificate that count."""
    query = (
        select(decisions.c.position)
        .join_from(decisions, outbox, decisions.c.dispatch == outbox.c.position)
        .where(decisions.c.certificate == certificate, outbox.c.state != DispatchState.REFUSED.value)
    )
    return frozenset(connection.execute(query).scalars())


def drawing(connection: Connection, certificate: bytes) -> frozenset[bytes]:
    """Return the ids of the filings that draw on a certificate, refused ones left out."""
    query = (
        select(original_draws.c.child)
        .join_from(original_draws, certificates, certificates.c.id == original_draws.c.child)
        .where(original_draws.c.original == certificate, certificates.c.held)
    )
    return frozenset(connection.execute(query).scalars())
