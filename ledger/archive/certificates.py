"""Filed certificates: the port `Archive` on the tables of certificates and of the writes that carry them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import repeat
from typing import Final

from sqlalchemy import Connection, Integer, and_, bindparam, select, update
from sqlalchemy.exc import IntegrityError

from ledger.archive.database import Database
from ledger.archive.kept import draws_on, store_draws
from ledger.archive.prepared import Found, Prepared
from ledger.archive.rows import FILED, LISTED, certificate_row, filing_of, in_pages, queue, store
from ledger.archive.tables import OPEN, certificates, outbox
from ledger.batch import Batch
from ledger.draws import Drawing, OriginalDraw
from ledger.errors import ArchiveUnavailable, CertificateNotFiled, ReferenceAlreadyFiled
from ledger.filing_rules import check_batch
from ledger.outbox import DispatchKind, DispatchState
from ledger.ports import Filing, FilingState, Holding

_PAGE = 500
_ATTEMPTS = 10
"""How often a row may be in the way and gone when looked at."""
_COLUMNS = certificates.c
_KEYS = [f"key{number}" for number in range(LISTED)]
_HELD = select(
    _COLUMNS.id,
    _COLUMNS.authority,
    _COLUMNS.document,
    _COLUMNS.dispatch,
    _COLUMNS.reference_key,
    outbox.c.state,
).join_from(certificates, outbox, _COLUMNS.dispatch == outbox.c.position)
_FIRST, _ANY = (
    and_(_COLUMNS.reference_key.in_([bindparam(key) for key in keys]), _COLUMNS.held)
    for keys in (_KEYS[:1], _KEYS)
)
_HOLDER, _HOLDERS = Prepared(FILED.where(_FIRST)), Prepared(FILED.where(_ANY))
_HOLDING, _HOLDINGS = Prepared(_HELD.where(_FIRST)), Prepared(_HELD.where(_ANY))
_BY_ID = Prepared(FILED.where(_COLUMNS.id == bindparam("certificate")))
_BY_REFERENCE = Prepared(
    FILED.where(
        _COLUMNS.exporting == bindparam("exporting"),
        _COLUMNS.reference == bindparam("reference"),
        _COLUMNS.issued_on == bindparam("issued_on"),
        _COLUMNS.held,
    ).order_by(_COLUMNS.position)
)
_BY_NUMBER = Prepared(
    FILED.where(
        _COLUMNS.exporting == bindparam("exporting"),
        _COLUMNS.reference == bindparam("reference"),
        _COLUMNS.held,
    ).order_by(_COLUMNS.position)
)
_FARTHEST: Final = 2**62
"""Beyond every position."""
_PAGED = FILED.order_by(_COLUMNS.position).limit(bindparam("most", type_=Integer))
_AFTER = _COLUMNS.position > bindparam("place")
_LISTED = Prepared(_PAGED.where(_COLUMNS.authority == bindparam("authority"), _AFTER))
_NEWEST = Prepared(
    FILED.where(_COLUMNS.authority == bindparam("authority"), _COLUMNS.position < bindparam("place"))
    .order_by(_COLUMNS.position.desc())
    .limit(bindparam("most", type_=Integer))
)
_UNCONFIRMED = Prepared(_PAGED.where(_COLUMNS.held, OPEN, _AFTER))
_CARRIED = Prepared(
    _PAGED.where(_COLUMNS.dispatch == bindparam("dispatch")).offset(bindparam("without", type_=Integer))
)
_PLACE = Prepared(
    select(_COLUMNS.position).where(
        _COLUMNS.id == bindparam("certificate"), _COLUMNS.authority == bindparam("authority")
    )
)


class SqlArchive:
    """Certificates in an SQL database; see `ledger.ports.Archive` for what each step promises."""

    def __init__(self, database: Database) -> None:
        """Keep the database the certificates are in."""
        self._database = database

    def file(self, filing: Filing, drawing: Drawing | None = None) -> Filing:
        """Store a filing with its write, or return the one already held for the same reference and document.

        Raises `ReferenceAlreadyFiled` when the reference is held by a different document, and
        `OriginalOverdrawn` when what it draws on is not left.
        """
        for attempt in range(_ATTEMPTS):
            try:
                with self._database.writing() as connection:
                    position = _queue_one(connection, filing)
                    _store(connection, [filing], position, again=attempt > 0)
                    if drawing is not None:
                        store_draws(connection, filing.id, drawing)
            except IntegrityError:
                holder = self._holder(filing)
                if holder is None:  # one of the same id was refused, maybe between our two looks
                    continue
                if (holder.document, holder.authority) != (filing.document, filing.authority):
                    raise ReferenceAlreadyFiled(holder.id) from None
                return holder
            return replace(filing, state=FilingState.ACCEPTED, dispatch=position)
        raise ArchiveUnavailable("others file and withdraw this reference at the same time")

    def file_batch(self, filings: Sequence[Filing], batch: Batch) -> int:
        """Store filings that go out together as one anchor; returns the position of that write.

        All or none are stored: raises `ReferenceAlreadyFiled` when one of the references, or of the ids, is
        held, also by another one among them.  `ValueError` when the filings are not those of the batch or
        are signed by several keys.
        """
        check_batch(filings, batch)
        for attempt in range(_ATTEMPTS):
            try:
                with self._database.writing() as connection:
                    position = _queue_anchor(connection, filings, batch)
                    _store(connection, filings, position, again=attempt > 0)
            except IntegrityError:
                holder = self._first_holder(filings)
                if holder is not None:
                    raise ReferenceAlreadyFiled(holder) from None
                continue
            return position
        raise ArchiveUnavailable("others file and withdraw these references at the same time")

    def holders(self, reference_keys: Sequence[bytes]) -> Mapping[bytes, Filing]:
        """Return the filings that hold these references, by reference key; refused ones hold nothing."""
        found = map(filing_of, self._held(_HOLDER, _HOLDERS, reference_keys))
        return {filing.terms.reference_key: filing for filing in found}

    def held(self, reference_keys: Sequence[bytes]) -> Mapping[bytes, Holding]:
        """Return what holds these references, by reference key: as much as a repetition is recognised by."""
        recorded = DispatchState.RECORDED.value
        return {
            row.reference_key: Holding(
                row.id, row.authority, row.document, row.dispatch, recorded=row.state == recorded
            )
            for row in self._held(_HOLDING, _HOLDINGS, reference_keys)
        }

    def find(self, certificate: bytes) -> Filing | None:
        """Return a filing by its certificate's id."""
        found = self._database.ask(_BY_ID, certificate=certificate)
        return filing_of(found[0]) if found else None

    def find_reference(self, exporting: str, reference: str, issued_on: date) -> Sequence[Filing]:
        """Return filings with this (normalised) reference and date of issue, refused ones left out."""
        wanted = {"exporting": exporting, "reference": reference, "issued_on": issued_on}
        return tuple(map(filing_of, self._database.ask(_BY_REFERENCE, **wanted)))

    def find_number(self, exporting: str, reference: str) -> Sequence[Filing]:
        """Return filings with this (normalised) reference of any date, refused ones left out."""
        wanted = {"exporting": exporting, "reference": reference}
        return tuple(map(filing_of, self._database.ask(_BY_NUMBER, **wanted)))

    def filings(self, authority: int, *, after: bytes | None = None, limit: int = 100) -> Sequence[Filing]:
        """Return an authority's filings in the order they were filed, starting after an id.

        Raises `CertificateNotFiled` when the authority has filed no certificate of that id.
        """
        place = 0 if after is None else self._position(authority, after)
        return tuple(
            map(filing_of, self._database.ask(_LISTED, authority=authority, place=place, most=limit))
        )

    def newest(self, authority: int, *, before: bytes | None = None, limit: int = 100) -> Sequence[Filing]:
        """Return an authority's filings, the one filed last first, going on before an id; as `filings`."""
        place = _FARTHEST if before is None else self._position(authority, before)
        return tuple(
            map(filing_of, self._database.ask(_NEWEST, authority=authority, place=place, most=limit))
        )

    def unconfirmed(self) -> Iterator[Filing]:
        """Yield filings in state ACCEPTED, oldest first; they may be changed while this runs."""
        place = 0
        while True:
            rows = self._database.ask(_UNCONFIRMED, place=place, most=_PAGE)
            yield from map(filing_of, rows)
            if len(rows) < _PAGE:
                return
            place = rows[-1].position

    def carried(self, dispatch: int, *, after: int = 0, limit: int = 1000) -> Sequence[Filing]:
        """Return filings that a write carries, in order of filing, without the first `after`."""
        rows = self._database.ask(_CARRIED, dispatch=dispatch, without=after, most=limit)
        return tuple(map(filing_of, rows))

    def draws_on(self, originals: Sequence[bytes]) -> Sequence[OriginalDraw]:
        """Return what filings draw on these originals, refused ones left out."""
        with self._database.reading() as connection:
            return draws_on(connection, originals)

    def _position(self, authority: int, certificate: bytes) -> int:
        found = self._database.ask(_PLACE, authority=authority, certificate=certificate)
        if not found:
            raise CertificateNotFiled(certificate)
        return int(found[0].position)

    def _holder(self, filing: Filing) -> Filing | None:
        """Return the filing that stands in the way: of the same reference, which is part of the id."""
        return self.holders([filing.terms.reference_key]).get(filing.terms.reference_key)

    def _first_holder(self, filings: Sequence[Filing]) -> bytes | None:
        """Return the id of a certificate that holds one of the references."""
        held = self.held([filing.terms.reference_key for filing in filings])
        return next((holding.id for holding in held.values()), None)

    def _held(self, one: Prepared, many: Prepared, reference_keys: Sequence[bytes]) -> list[Found]:
        """Ask about references, several at once; the last ones are asked about again to fill the page."""
        if len(reference_keys) == 1:
            return self._database.ask(one, key0=reference_keys[0])
        pages = ([*page, *repeat(page[-1], LISTED - len(page))] for page in in_pages(reference_keys))
        return self._database.ask_each(many, (dict(zip(_KEYS, page, strict=True)) for page in pages))


def _queue_one(connection: Connection, filing: Filing) -> int:
    kind = DispatchKind.ISSUE if filing.replaces is None else DispatchKind.REPLACE
    columns = {"subject": filing.id, "size": 1, "queued_at": filing.filed_at}
    return queue(connection, filing.account, kind, **columns)


def _queue_anchor(connection: Connection, filings: Sequence[Filing], batch: Batch) -> int:
    return queue(
        connection,
        filings[0].account,
        DispatchKind.ANCHOR,
        subject=batch.tree.root,
        size=len(filings),
        valid_until=max(filing.terms.valid_until for filing in filings),
        queued_at=min(filing.filed_at for filing in filings),
    )


def _store(connection: Connection, filings: Sequence[Filing], dispatch: int, *, again: bool) -> None:
    """Insert filings; `again` lets one that was refused under the same id take its place up once more."""
    refused = _refused(connection, filings) if again else frozenset[bytes]()
    for filing in filings if refused else ():
        if filing.id in refused:
            row = certificate_row(filing, dispatch)
            connection.execute(update(certificates).where(_COLUMNS.id == filing.id).values(row))
    store(connection, [filing for filing in filings if filing.id not in refused], dispatch)


def _refused(connection: Connection, filings: Sequence[Filing]) -> frozenset[bytes]:
    """Return which of the ids belong to refused certificates; they stay so until we are done."""
    ids: set[bytes] = set()
    for page in in_pages([filing.id for filing in filings]):
        query = select(_COLUMNS.id).where(_COLUMNS.id.in_(page), ~_COLUMNS.held)
        ids.update(connection.execute(query.with_for_update()).scalars())
    return frozenset(ids)
