"""Writes that say themselves what they do, in the outbox: what they say is kept beside their place in it."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select

from ledger.archive.prepared import Prepared
from ledger.archive.rows import NO_REASON, queue
from ledger.archive.tables import OPEN, outbox, payloads
from ledger.facts import Address
from ledger.hashing import keccak
from ledger.outbox import kind_of, words_of
from ledger.stated import stated
from ledger.writes import Said

SAYS = Prepared(select(payloads.c.payload).where(payloads.c.dispatch == bindparam("dispatch")))
"""What a write says."""
_SAME = Prepared(
    select(outbox.c.position).where(
        outbox.c.subject == bindparam("subject"),
        outbox.c.kind == bindparam("kind"),
        outbox.c.reason == NO_REASON,
        OPEN,
    )
)
_KEEP = Prepared(
    insert(payloads).values({"dispatch": bindparam("dispatch"), "payload": bindparam("payload")})
)


def queue_write(connection: Connection, write: Said, account: Address, now: datetime) -> int:
    """Put a write at the end of the outbox, or find the same one open there; returns its position.

    The same write is one that says the same (`words_of`).  Raises `IntegrityError` when another process
    queues it at the same moment.
    """
    payload, kind = stated(write), kind_of(write)
    subject = keccak(words_of(write, account))
    if rows := _SAME.within(connection, subject=subject, kind=kind.value):
        return int(rows[0].position)
    position = queue(connection, account, kind, subject=subject, size=0, queued_at=now)
    _KEEP.within(connection, dispatch=position, payload=payload)
    return position
