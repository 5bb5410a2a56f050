"""Filed certificates: the port `Archive` on the tables of certificates and of the writes that carry them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection, Select, and_, insert, select, update
from sqlalchemy.exc import IntegrityError

from ledger.archive.database import Database
from ledger.archive.rows import FILED, certificate_row, filing_of, in_pages, insert_many, queue
from ledger.archive.tables import OPEN, certificates
from ledger.batch import Batch
from ledger.errors import ArchiveUnavailable, CertificateNotFiled, ReferenceAlreadyFiled
from ledger.filing_rules import check_batch
from ledger.outbox import DispatchKind
from ledger.ports import Filing, FilingState

_PAGE = 500
_ATTEMPTS = 10
"""How often a row may be in the way and gone when looked at."""
_COLUMNS = certificates.c


class SqlArchive:
    """Certificates in an SQL database; see `ledger.ports.Archive` for what each step promises."""

    def __init__(self, database: Database) -> None:
        """Keep the database the certificates are in."""
        self._database = database

    def file(self, filing: Filing) -> Filing:
        """Store a filing with its write, or return the one already held for the same reference and document.

        Raises `ReferenceAlreadyFiled` when the reference is held by a different document.
        """
        for attempt in range(_ATTEMPTS):
            try:
                with self._database.writing() as connection:
                    position = _queue_one(connection, filing)
                    _store(connection, [filing], position, again=attempt > 0)
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
        held: dict[bytes, Filing] = {}
        with self._database.reading() as connection:
            for keys in in_pages(reference_keys):
                query = FILED.where(_COLUMNS.reference_key.in_(keys), _COLUMNS.held)
                for filing in map(filing_of, connection.execute(query)):
                    held[filing.terms.reference_key] = filing
        return held

    def find(self, certificate: bytes) -> Filing | None:
        """Return a filing by its certificate's id."""
        found = self._filings(FILED.where(_COLUMNS.id == certificate))
        return found[0] if found else None

    def find_reference(self, exporting: str, reference: str, issued_on: date) -> Sequence[Filing]:
        """Return filings with this (normalised) reference and date of issue, refused ones left out."""
        wanted = and_(
            _COLUMNS.exporting == exporting, _COLUMNS.reference == reference, _COLUMNS.issued_on == issued_on
        )
        return self._filings(FILED.where(wanted, _COLUMNS.held).order_by(_COLUMNS.position))

    def filings(self, authority: int, *, after: bytes | None = None, limit: int = 100) -> Sequence[Filing]:
        """Return an authority's filings in the order they were filed, starting after an id.

        Raises `CertificateNotFiled` when the authority has filed no certificate of that id.
        """
        query = FILED.where(_COLUMNS.authority == authority)
        if after is not None:
            query = query.where(_COLUMNS.position > self._position(authority, after))
        return self._filings(query.order_by(_COLUMNS.position).limit(limit))

    def unconfirmed(self) -> Iterator[Filing]:
        """Yield filings in state ACCEPTED, oldest first; they may be changed while this runs."""
        position = 0
        query = FILED.add_columns(_COLUMNS.position.label("place")).where(_COLUMNS.held, OPEN)
        query = query.order_by(_COLUMNS.position).limit(_PAGE)
        while True:
            with self._database.reading() as connection:
                rows = connection.execute(query.where(_COLUMNS.position > position)).all()
            yield from map(filing_of, rows)
            if len(rows) < _PAGE:
                return
            position = rows[-1].place

    def carried(self, dispatch: int, *, after: int = 0, limit: int = 1000) -> Sequence[Filing]:
        """Return filings that a write carries, in order of filing, without the first `after`."""
        query = FILED.where(_COLUMNS.dispatch == dispatch).order_by(_COLUMNS.position)
        return self._filings(query.offset(after).limit(limit))

    def _position(self, authority: int, certificate: bytes) -> int:
        query = select(_COLUMNS.position).where(_COLUMNS.id == certificate, _COLUMNS.authority == authority)
        with self._database.reading() as connection:
            position = connection.execute(query).scalar_one_or_none()
        if position is None:
            raise CertificateNotFiled(certificate)
        return int(position)

    def _holder(self, filing: Filing) -> Filing | None:
        """Return the filing that stands in the way: of the same reference, which is part of the id."""
        same = _COLUMNS.reference_key == filing.terms.reference_key
        found = self._filings(FILED.where(same, _COLUMNS.held))
        return found[0] if found else None

    def _first_holder(self, filings: Sequence[Filing]) -> bytes | None:
        """Return the id of a certificate that holds one of the references."""
        with self._database.reading() as connection:
            for page in in_pages([filing.terms.reference_key for filing in filings]):
                query = select(_COLUMNS.id).where(_COLUMNS.reference_key.in_(page), _COLUMNS.held).limit(1)
                if found := connection.execute(query).scalar_one_or_none():
                    return bytes(found)
        return None

    def _filings(self, query: Select[*tuple[object, ...]]) -> Sequence[Filing]:
        with self._database.reading() as connection:
            return tuple(map(filing_of, connection.execute(query)))


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
    rows = [certificate_row(filing, dispatch) for filing in filings]
    refused = _refused(connection, filings) if again else frozenset[bytes]()
    for row in rows:
        if row["id"] in refused:
            connection.execute(update(certificates).where(_COLUMNS.id == row["id"]).values(row))
    new = [row for row in rows if row["id"] not in refused]
    if len(new) == 1:
        connection.execute(insert(certificates).values(new[0]))
    else:
        insert_many(connection, certificates, new)


def _refused(connection: Connection, filings: Sequence[Filing]) -> frozenset[bytes]:
    """Return which of the ids belong to refused certificates; they stay so until we are done."""
    ids: set[bytes] = set()
    for page in in_pages([filing.id for filing in filings]):
        query = select(_COLUMNS.id).where(_COLUMNS.id.in_(page), ~_COLUMNS.held)
        ids.update(connection.execute(query.with_for_update()).scalars())
    return frozenset(ids)
