"""The port `Outbox` in the database: what waits for the chain, with its signed bytes.

Every change begins with the statement that takes hold of the write's row, so of two processes that change one
write at once the second sees what the first has done.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from ledger.archive.alarms import Alarms
from ledger.archive.database import Database
from ledger.archive.many import update_each
from ledger.archive.prepared import Prepared
from ledger.archive.rows import NO_REASON, dispatch_of, in_pages, queue
from ledger.archive.settling import AT, queue_foreign, refuse, requeue, settle, write_at
from ledger.archive.tables import OPEN, certificates, outbox, signatures
from ledger.archive.writes_queue import SAYS, queue_write
from ledger.batch import Batch
from ledger.errors import ArchiveUnavailable
from ledger.facts import Address, Reason, Written
from ledger.outbox import Backlog, Dispatch, DispatchKind, DispatchState, NonceKept, Signature, Tenure
from ledger.refusals import ContractRefusal
from ledger.stated import restated
from ledger.writes import Said

_ATTEMPTS = 10
"""How often a row may be in the way and gone when looked at."""
_COLUMNS = outbox.c
_SAME = Prepared(
    select(outbox).where(
        _COLUMNS.subject == bindparam("subject"),
        _COLUMNS.kind == bindparam("kind"),
        _COLUMNS.reason == bindparam("reason"),
        OPEN,
    )
)
_CARRYING = Prepared(
    select(outbox)
    .join_from(certificates, outbox, certificates.c.dispatch == _COLUMNS.position)
    .where(certificates.c.id == bindparam("certificate"))
)
_OPEN_OF = Prepared(
    select(outbox)
    .where(_COLUMNS.account == bindparam("account"), OPEN)
    .order_by(_COLUMNS.position)
    .limit(bindparam("most", type_=Integer))
)
_ACCOUNTS = Prepared(select(_COLUMNS.account).where(OPEN).distinct().order_by(_COLUMNS.account))
_SIGNATURES = Prepared(
    select(signatures).where(signatures.c.dispatch == bindparam("dispatch")).order_by(signatures.c.position)
)
_SIGN = Prepared(
    update(outbox)
    .where(
        _COLUMNS.position == bindparam("at"),
        _COLUMNS.account == bindparam("of"),
        _COLUMNS.nonce.is_(None) | (_COLUMNS.nonce == bindparam("number")),
        OPEN,
    )
    .values(nonce=bindparam("number"), state=bindparam("news"), signed_at=bindparam("now"))
)
_SIGNED = Prepared(
    select(signatures.c.position).where(
        signatures.c.transaction_hash == bindparam("hash"), signatures.c.dispatch == bindparam("dispatch")
    )
)
_SIGNATURE = Prepared(
    insert(signatures).values(
        {column.name: bindparam(column.name) for column in signatures.c if column.name != "position"}
    )
)
_LAST_NONCE = Prepared(
    select(func.max(_COLUMNS.nonce).label("nonce")).where(
        _COLUMNS.account == bindparam("account"), _COLUMNS.nonce.is_not(None)
    )
)
_BACKLOG = Prepared(
    select(
        func.sum(_COLUMNS.size).label("certificates"),
        func.count().label("writes"),
        func.min(_COLUMNS.queued_at).label("oldest"),
    )
    .select_from(outbox)
    .where(OPEN)
)
_CARRY = (
    update(certificates)
    .where(certificates.c.id == bindparam("certificate"), certificates.c.dispatch == bindparam("before"))
    .values(dispatch=bindparam("anchor"), root=bindparam("top"), siblings=bindparam("proof"))
)
_NOT_WAITING = "only writes of one key that issue, and wait without a nonce, go into a batch"


class SqlOutbox(Alarms):
    """Writes in an SQL database; see `ledger.outbox.Outbox` for what each step promises."""

    def __init__(self, database: Database) -> None:
        """Keep the database the outbox is in."""
        super().__init__(database)

    def put(
        self,
        kind: DispatchKind,
        certificate: bytes,
        account: Address,
        reason: Reason | None,
        *,
        now: datetime,
    ) -> Dispatch:
        """Queue the entering or the cancelling of a certificate, or return the same write if it is open.

        The same write is one of that kind, certificate and reason, of whichever key.
        """
        why = NO_REASON if reason is None else reason.value
        for _ in range(_ATTEMPTS):
            if rows := self._database.ask(_SAME, kind=kind.value, subject=certificate, reason=why):
                return dispatch_of(rows[0])
            try:
                with self._database.writing() as connection:
                    columns = {"subject": certificate, "reason": why, "size": 0, "queued_at": now}
                    return write_at(connection, queue(connection, account, kind, **columns))
            except IntegrityError:
                continue
        raise ArchiveUnavailable("others queue and settle this write at the same time")

    def put_write(self, write: Said, account: Address, *, now: datetime) -> Dispatch:
        """Queue a write about operators or recognition, or return the one open that says the same."""
        for _ in range(_ATTEMPTS):
            try:
                with self._database.writing() as connection:
                    return write_at(connection, queue_write(connection, write, account, now))
            except IntegrityError:
                continue
        raise ArchiveUnavailable("others queue and settle this write at the same time")

    def said(self, dispatch: int) -> Said | None:
        """Return what a write about operators or recognition says; None for a write of another kind."""
        rows = self._database.ask(SAYS, dispatch=dispatch)
        return restated(bytes(rows[0].payload)) if rows else None

    def find(self, position: int) -> Dispatch | None:
        """Return a write by its position."""
        rows = self._database.ask(AT, position=position)
        return dispatch_of(rows[0]) if rows else None

    def carrying(self, certificate: bytes) -> Dispatch | None:
        """Return the write that carries a filed certificate."""
        rows = self._database.ask(_CARRYING, certificate=certificate)
        return dispatch_of(rows[0]) if rows else None

    def open(self, account: Address, limit: int) -> Sequence[Dispatch]:
        """Return the writes of a key that are signed or waiting, oldest first."""
        return tuple(map(dispatch_of, self._database.ask(_OPEN_OF, account=account, most=limit)))

    def accounts(self) -> Sequence[Address]:
        """Return the keys that have writes signed or waiting."""
        return tuple(Address(row.account) for row in self._database.ask(_ACCOUNTS))

    def group(self, dispatches: Sequence[Dispatch], batch: Batch, valid_until: date) -> Dispatch:
        """Let one anchor take the place of several waiting `ISSUE` writes, at the place of the first.

        Raises `ValueError`, and changes nothing, unless all are such writes of one key, still without a
        nonce, and carry the certificates of the batch.
        """
        first, *others = sorted(dispatch.position for dispatch in dispatches)
        account = dispatches[0].account
        if {dispatch.subject for dispatch in dispatches} != batch.tree.positions.keys():
            raise ValueError("the writes are not those of the batch")
        with self._database.writing() as connection:
            _anchor(connection, first, account, batch, valid_until)
            _carry(connection, dispatches, first, batch)
            _drop(connection, others, account)
            return write_at(connection, first)

    def keep(self, dispatch: Dispatch, signature: Signature, *, now: datetime) -> Dispatch:
        """Store signed bytes before they are sent; the write is SIGNED from here on.

        Raises `NonceKept` when another write of the key has the nonce; also when this one is settled, is
        another key's by now or has another nonce, all of which only a second submitter can have done.
        """
        kept = NonceKept(dispatch.account, signature.nonce)
        mine = {"at": dispatch.position, "of": dispatch.account, "number": signature.nonce}
        try:
            with self._database.writing() as connection:
                if _SIGN.change(connection, **mine, news=DispatchState.SIGNED.value, now=now) == 0:
                    raise kept
                _keep(connection, dispatch.position, signature, now)
                return write_at(connection, dispatch.position)
        except IntegrityError:
            raise kept from None

    def signatures(self, dispatch: int) -> Sequence[Signature]:
        """Return the signatures of a write, oldest first; after a requeueing the new ones only."""
        rows = self._database.ask(_SIGNATURES, dispatch=dispatch)
        return tuple(Signature(row.transaction_hash, row.raw, row.nonce, row.price) for row in rows)

    def last_nonce(self, account: Address) -> int | None:
        """Return the highest nonce that a write of this key has, None when there is none."""
        nonce = self._database.ask(_LAST_NONCE, account=account)[0].nonce
        return None if nonce is None else int(nonce)

    def settle(self, dispatch: Dispatch, written: Written) -> Dispatch:
        """Mark a write, and what it carries, as held by the chain; repeating it changes nothing.

        One that was refused is settled too when its references are still free; otherwise raises
        `ReferenceAlreadyFiled` and leaves it refused.
        """
        return settle(self._database, dispatch.position, written)

    def refuse(self, dispatch: Dispatch, refusal: ContractRefusal) -> Dispatch:
        """Mark a write as refused by the chain, which frees the references of what it carries.

        One that is recorded stays recorded, and one that was refused keeps its first refusal.
        """
        with self._database.writing() as connection:
            refuse(connection, dispatch.position, refusal)
            return write_at(connection, dispatch.position)

    def requeue(self, dispatch: Dispatch, account: Address) -> Dispatch:
        """Let an open write whose signatures can never be mined wait again, for this or another key.

        Its old nonce and signatures go to a `FOREIGN` write.  One that is settled stays as it is.
        """
        with self._database.writing() as connection:
            requeue(connection, dispatch.position, account)
            return write_at(connection, dispatch.position)

    def note_foreign(self, account: Address, nonces: Sequence[int], *, now: datetime) -> None:
        """Keep nonces that the key has used elsewhere; those that a write has already are left alone."""
        for nonce in nonces:
            try:
                with self._database.writing() as connection:
                    taken = exists().where(_COLUMNS.account == account, _COLUMNS.nonce == nonce)
                    if not connection.execute(select(taken)).scalar_one():
                        queue_foreign(connection, account, nonce, now)
            except IntegrityError:  # another process noted it between our two statements
                continue

    def backlog(self) -> Backlog:
        """Return how many certificates wait, and since when; read off one index of the open writes."""
        row = self._database.ask(_BACKLOG)[0]
        return Backlog(int(row.certificates or 0), int(row.writes), row.oldest)

    def tenure(self, account: Address) -> AbstractContextManager[Tenure | None]:
        """Become the one submitter of a key, over all processes; None while another one is."""
        return self._database.exclusive(f"submitter-{account}")


def _anchor(connection: Connection, position: int, account: Address, batch: Batch, valid_until: date) -> None:
    """Turn a waiting write into the anchor of a batch."""
    news = {
        "kind": DispatchKind.ANCHOR.value,
        "subject": batch.tree.root,
        "size": len(batch.tree.positions),
        "valid_until": valid_until,
    }
    mine = update(outbox).where(_COLUMNS.position == position, _waiting(account))
    if connection.execute(mine.values(news)).rowcount != 1:
        raise ValueError(_NOT_WAITING)


def _drop(connection: Connection, positions: Sequence[int], account: Address) -> None:
    """Take waiting writes out of the outbox."""
    dropped = 0
    for page in in_pages(positions):
        statement = delete(outbox).where(_COLUMNS.position.in_(page), _waiting(account))
        dropped += connection.execute(statement).rowcount
    if dropped != len(positions):
        raise ValueError(_NOT_WAITING)


def _carry(connection: Connection, dispatches: Sequence[Dispatch], anchor: int, batch: Batch) -> None:
    """Let the anchor carry the certificates, each with its proof."""
    proofs = batch.proofs()
    rows = [
        {
            "certificate": dispatch.subject,
            "before": dispatch.position,
            "anchor": anchor,
            "top": batch.root,
            "proof": b"".join(proofs[dispatch.subject]),
        }
        for dispatch in dispatches
    ]
    update_each(connection, _CARRY, rows)


def _waiting(account: Address) -> ColumnElement[bool]:
    return and_(
        _COLUMNS.account == account,
        _COLUMNS.kind == DispatchKind.ISSUE.value,
        _COLUMNS.state == DispatchState.WAITING.value,
        _COLUMNS.nonce.is_(None),
    )


def _keep(connection: Connection, dispatch: int, signature: Signature, now: datetime) -> None:
    """Store a signature of a write, unless it is there."""
    if not _SIGNED.within(connection, hash=signature.transaction, dispatch=dispatch):
        _SIGNATURE.within(
            connection,
            transaction_hash=signature.transaction,
            dispatch=dispatch,
            nonce=signature.nonce,
            raw=signature.raw,
            price=signature.price,
            signed_at=now,
        )
