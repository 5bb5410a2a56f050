"""What becomes of a write and of what it carries: held by the chain, refused by it, or to be tried again."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, bindparam, select, update
from sqlalchemy.exc import IntegrityError

from ledger.archive.database import Database
from ledger.archive.prepared import Prepared
from ledger.archive.rows import dispatch_of, queue
from ledger.archive.tables import OPEN, certificates, outbox, signatures
from ledger.errors import ReferenceAlreadyFiled
from ledger.facts import Address, Written
from ledger.outbox import Dispatch, DispatchKind, DispatchState
from ledger.refusal_json import stated
from ledger.refusals import ContractRefusal

_COLUMNS = outbox.c
FOREIGN = bytes(32)
"""Subject of a write that this archive did not make."""
AT = Prepared(select(outbox).where(_COLUMNS.position == bindparam("position")))
"""The write at a position."""


def write_at(connection: Connection, position: int) -> Dispatch:
    """Return a write that is there; raises `LookupError` when it is not, as one that went into a batch."""
    rows = AT.within(connection, position=position)
    if not rows:
        message = f"the outbox has no write {position}"
        raise LookupError(message)
    return dispatch_of(rows[0])


def settle(database: Database, position: int, written: Written) -> Dispatch:
    """Mark a write as held by the chain; see `ledger.archive.outbox.SqlOutbox.settle`."""
    news = {
        "state": DispatchState.RECORDED.value,
        "transaction_hash": written.transaction,
        "block": written.block,
        "recorded_at": written.at,
        "gas_used": written.gas_used,
        "refusal": None,
    }
    try:
        with database.writing() as connection:
            if not _changed(connection, position, OPEN, news):
                _settle_refused(connection, position, news)
            return write_at(connection, position)
    except IntegrityError:
        raise ReferenceAlreadyFiled(_in_the_way(database, position)) from None


def refuse(connection: Connection, position: int, refusal: ContractRefusal) -> None:
    """Mark an open write as refused by the chain, and free the references of what it carries."""
    news = {"state": DispatchState.REFUSED.value, "refusal": stated(refusal)}
    if _changed(connection, position, OPEN, news):
        carried = certificates.c.dispatch == position
        connection.execute(update(certificates).where(carried).values(held=False))


def requeue(connection: Connection, position: int, account: Address) -> None:
    """Let an open write wait again; its nonce and its signatures go to a `FOREIGN` write of the old key."""
    query = select(outbox).where(_COLUMNS.position == position, OPEN).with_for_update()
    row = connection.execute(query).one_or_none()
    if row is None:
        return
    waiting = {"account": account, "state": DispatchState.WAITING.value, "nonce": None, "signed_at": None}
    if row.nonce is not None:
        waiting["attempts"] = row.attempts + 1
    connection.execute(update(outbox).where(_COLUMNS.position == position).values(waiting))
    if row.nonce is not None:
        foreign = queue_foreign(connection, Address(row.account), row.nonce, row.signed_at)
        moved = update(signatures).where(signatures.c.dispatch == position)
        connection.execute(moved.values(dispatch=foreign))


def queue_foreign(connection: Connection, account: Address, nonce: int, at: datetime) -> int:
    """Keep a nonce that none of our writes has; returns the position of the write that keeps it."""
    columns = {"subject": FOREIGN, "size": 0, "queued_at": at, "nonce": nonce}
    state = DispatchState.RECORDED.value
    return queue(connection, account, DispatchKind.FOREIGN, state=state, **columns)


def _settle_refused(connection: Connection, position: int, news: Mapping[str, object]) -> None:
    """Settle a write that was refused, and let what it carries hold its references again."""
    refused = _COLUMNS.state == DispatchState.REFUSED.value
    if _changed(connection, position, refused, news):
        carried = certificates.c.dispatch == position
        connection.execute(update(certificates).where(carried).values(held=True))


def _changed(
    connection: Connection, position: int, condition: ColumnElement[bool], news: Mapping[str, object]
) -> bool:
    statement = update(outbox).where(_COLUMNS.position == position, condition).values(news)
    return connection.execute(statement).rowcount == 1


def _in_the_way(database: Database, position: int) -> bytes:
    """Return the id of a certificate that holds a reference of what a refused write carries."""
    mine, other = certificates.alias("mine"), certificates.alias("other")
    query = select(other.c.id).join_from(mine, other, other.c.reference_key == mine.c.reference_key)
    query = query.where(mine.c.dispatch == position, other.c.held).limit(1)
    with database.reading() as connection:
        return bytes(connection.execute(query).scalar_one_or_none() or b"")
