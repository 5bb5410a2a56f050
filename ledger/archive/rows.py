"""Filings and writes as rows: what is written for each, and how it is read back.

A certificate's row says nothing of how far it has come, but for being refused: the rest is that of the write
that carries it, so that recording a batch changes one row.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import repeat
from operator import attrgetter
from typing import TypeVar

from sqlalchemy import Connection, bindparam, insert, select

from ledger.archive.many import insert_columns
from ledger.archive.prepared import Found, Prepared
from ledger.archive.tables import certificates, outbox
from ledger.facts import Address, Reason, Written
from ledger.outbox import Dispatch, DispatchKind, DispatchState
from ledger.ports import Filing, FilingState
from ledger.refusal_json import restated
from ledger.terms import Scheme, Terms

_Item = TypeVar("_Item")
_WORD = 32
LISTED = 500
"""Values in one list of a statement, of which SQLite takes 999 in its oldest form."""
NO_REASON = 0

FILED = select(
    certificates, outbox.c.account, outbox.c.state, outbox.c.recorded_at, outbox.c.transaction_hash
).join_from(certificates, outbox, certificates.c.dispatch == outbox.c.position)
"""Certificates, each with the write that carries it."""

KEPT: Mapping[str, Callable[[Filing], object]] = {
    "id": attrgetter("id"),
    "authority": attrgetter("authority"),
    "scheme": lambda filing: int(filing.terms.scheme),
    "exporting": attrgetter("terms.exporting"),
    "importing": attrgetter("terms.importing"),
    "office": attrgetter("office"),
    "reference": attrgetter("reference"),
    "issued_on": attrgetter("terms.issued_on"),
    "valid_until": attrgetter("terms.valid_until"),
    "document_hash": attrgetter("terms.document_hash"),
    "reference_key": attrgetter("terms.reference_key"),
    "parents": lambda filing: b"".join(filing.terms.parents),
    "document": attrgetter("document"),
    "seed": attrgetter("seed"),
    "root": attrgetter("root"),
    "siblings": lambda filing: b"".join(filing.siblings),
    "held": lambda _: True,
    "filed_at": attrgetter("filed_at"),
    "replaces": attrgetter("replaces"),
}
"""What is kept of a filing, by column; the write that carries it comes besides."""

_FILE = Prepared(insert(certificates).values({name: bindparam(name) for name in (*KEPT, "dispatch")}))
_QUEUE = Prepared(
    insert(outbox)
    .values({column.name: bindparam(column.name) for column in outbox.c if column.name != "position"})
    .returning(outbox.c.position)
)
_UNWRITTEN = dict.fromkeys(column.name for column in outbox.c if column.name != "position")


def certificate_row(filing: Filing, dispatch: int) -> dict[str, object]:
    """Return the row of a filing that a write carries."""
    return {**{name: kept(filing) for name, kept in KEPT.items()}, "dispatch": dispatch}


def store(connection: Connection, filings: Sequence[Filing], dispatch: int) -> None:
    """Insert filings that a write carries."""
    if len(filings) == 1:
        _FILE.within(connection, **certificate_row(filings[0], dispatch))
    elif filings:
        insert_columns(connection, certificates, _columns(filings, dispatch))


def _columns(filings: Sequence[Filing], dispatch: int) -> dict[str, Iterable[object]]:
    """Return what is kept of filings column by column, which leaves little work for each row."""
    columns: dict[str, Iterable[object]] = {name: map(kept, filings) for name, kept in KEPT.items()}
    return {**columns, "dispatch": repeat(dispatch, len(filings))}


def filing_of(row: Found) -> Filing:
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
        **_UNWRITTEN,
        "account": account,
        "kind": kind.value,
        "reason": NO_REASON,
        "state": DispatchState.WAITING.value,
        "attempts": 0,
        **columns,
    }
    return int(_QUEUE.within(connection, **row)[0].position)


def dispatch_of(row: Found) -> Dispatch:
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


def in_pages(items: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
    """Yield items in pieces that fit into the list of one statement."""
    for start in range(0, len(items), LISTED):
        yield items[start : start + LISTED]


def _words(kept: bytes) -> tuple[bytes, ...]:
    return tuple(kept[start : start + _WORD] for start in range(0, len(kept), _WORD))


def _state(*, held: bool, write: str) -> FilingState:
    if not held:
        return FilingState.REFUSED
    return FilingState.RECORDED if write == DispatchState.RECORDED.value else FilingState.ACCEPTED


def _written(at: datetime | None, row: Found) -> Written | None:
    """Return where a write was recorded; writes from before the outbox have no block, and 0 gas."""
    return None if at is None else Written(row.transaction_hash or b"", row.block or 0, at, row.gas_used or 0)
