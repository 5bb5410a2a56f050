"""Filings and writes as rows: what is written for each, and how it is read back.

A certificate's row says nothing of how far it has come, but for being refused: the rest is that of the write
that carries it, so that recording a batch changes one row.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import TypeVar

from sqlalchemy import Connection, LargeBinary, Row, Table, insert, select
from sqlalchemy.engine.interfaces import Dialect

from ledger.archive.tables import certificates, outbox
from ledger.facts import Address, Reason, Written
from ledger.outbox import Dispatch, DispatchKind, DispatchState
from ledger.ports import Filing, FilingState
from ledger.refusal_json import restated
from ledger.terms import Scheme, Terms

_Item = TypeVar("_Item")
_WORD = 32
_LISTED = 500
"""Values in one list of a statement, of which SQLite takes 999 in its oldest form."""
NO_REASON = 0

FILED = select(
    certificates, outbox.c.account, outbox.c.state, outbox.c.recorded_at, outbox.c.transaction_hash
).join_from(certificates, outbox, certificates.c.dispatch == outbox.c.position)
"""Certificates, each with the write that carries it."""


def certificate_row(filing: Filing, dispatch: int) -> dict[str, object]:
    """Return the row of a filing that a write carries."""
    terms = filing.terms
    return {
        "id": filing.id,
        "authority": filing.authority,
        "scheme": int(terms.scheme),
        "exporting": terms.exporting,
        "importing": terms.importing,
        "office": filing.office,
        "reference": filing.reference,
        "issued_on": terms.issued_on,
        "valid_until": terms.valid_until,
        "document_hash": terms.document_hash,
        "reference_key": terms.reference_key,
        "parents": b"".join(terms.parents),
        "document": filing.document,
        "seed": filing.seed,
        "root": filing.root,
        "siblings": joined(filing.siblings),
        "held": True,
        "filed_at": filing.filed_at,
        "replaces": filing.replaces,
        "dispatch": dispatch,
    }


def filing_of(row: Row[*tuple[object, ...]]) -> Filing:
    """Read a row of `FILED`."""
    state = _state(held=row.held, write=row.state)
    recorded = state is FilingState.RECORDED
    return Filing(
        id=row.id,
        authority=row.authority,
        account=Address(row.account),
        terms=Terms(
            document_hash=row.document_hash,
            reference_key=row.reference_key,
            exporting=row.exporting,
            importing=row.importing,
            issued_on=row.issued_on,
            valid_until=row.valid_until,
            scheme=Scheme(row.scheme),
            parents=_words(row.parents),
        ),
        office=row.office,
        reference=row.reference,
        document=row.document,
        seed=row.seed,
        root=row.root,
        siblings=_words(row.siblings),
        state=state,
        filed_at=row.filed_at,
        recorded_at=row.recorded_at if recorded else None,
        transaction=row.transaction_hash if recorded else None,
        replaces=row.replaces,
        dispatch=row.dispatch,
    )


def queue(connection: Connection, account: Address, kind: DispatchKind, **columns: object) -> int:
    """Put a write at the end of the outbox; returns its position."""
    row = {
        "account": account,
        "kind": kind.value,
        "reason": NO_REASON,
        "state": DispatchState.WAITING.value,
        "attempts": 0,
        **columns,
    }
    return int(connection.execute(insert(outbox).values(row).returning(outbox.c.position)).scalar_one())


def dispatch_of(row: Row[*tuple[object, ...]]) -> Dispatch:
    """Read a row of the outbox."""
    return Dispatch(
        position=row.position,
        account=Address(row.account),
        kind=DispatchKind(row.kind),
        subject=row.subject,
        size=row.size,
        valid_until=row.valid_until,
        reason=Reason(row.reason) if row.reason != NO_REASON else None,
        state=DispatchState(row.state),
        queued_at=row.queued_at,
        nonce=row.nonce,
        signed_at=row.signed_at,
        written=_written(row.recorded_at, row),
        refusal=restated(row.refusal) if row.refusal is not None else None,
        attempts=row.attempts,
    )


def insert_many(connection: Connection, table: Table, rows: Sequence[dict[str, object]]) -> None:
    """Insert rows that have the same columns, past SQLAlchemy's work for each row."""
    if not rows:
        return
    statement = insert(table).values(dict.fromkeys(rows[0])).compile(dialect=connection.dialect)
    names = statement.positiontup or list(rows[0])
    columns = [_bound(table, name, [row[name] for row in rows], connection.dialect) for name in names]
    tuples = zip(*columns, strict=True)
    if statement.positiontup is None:
        connection.exec_driver_sql(str(statement), [dict(zip(names, each, strict=True)) for each in tuples])
    else:
        connection.exec_driver_sql(str(statement), list(tuples))


def _bound(table: Table, name: str, values: Iterable[object], dialect: Dialect) -> Iterable[object]:
    """Return a column's values as the driver takes them; it takes bytes as they are."""
    kind = table.c[name].type
    process = None if isinstance(kind, LargeBinary) else kind.dialect_impl(dialect).bind_processor(dialect)
    return values if process is None else map(cache(process), values)  # dates mostly repeat


def in_pages(items: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
    """Yield items in pieces that fit into the list of one statement."""
    for start in range(0, len(items), _LISTED):
        yield items[start : start + _LISTED]


def joined(words: Sequence[bytes]) -> bytes:
    """Return words of 32 bytes one after the other, as they are kept."""
    return b"".join(words)


def _words(kept: bytes) -> tuple[bytes, ...]:
    return tuple(kept[start : start + _WORD] for start in range(0, len(kept), _WORD))


def _state(*, held: bool, write: str) -> FilingState:
    if not held:
        return FilingState.REFUSED
    return FilingState.RECORDED if write == DispatchState.RECORDED.value else FilingState.ACCEPTED


def _written(at: datetime | None, row: Row[*tuple[object, ...]]) -> Written | None:
    """Return where a write was recorded; writes from before the outbox have no block, and 0 gas."""
    return None if at is None else Written(row.transaction_hash or b"", row.block or 0, at, row.gas_used or 0)
