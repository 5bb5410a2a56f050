"""Filed certificates: the port `Archive` on the table of the same name."""

from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy import Connection, Row, Select, and_, insert, select, update
from sqlalchemy.exc import IntegrityError

from ledger.archive.database import Database
from ledger.archive.tables import certificates
from ledger.errors import ArchiveUnavailable, CertificateNotFiled, ReferenceAlreadyFiled
from ledger.facts import Address, Written
from ledger.ports import Filing, FilingState
from ledger.terms import Scheme, Terms

_WORD = 32
_PAGE = 500
_ATTEMPTS = 10
"""How often a row may be in the way and gone when looked at."""
_COLUMNS = certificates.c
_HELD = _COLUMNS.state != FilingState.REFUSED.value


class SqlArchive:
    """Certificates in an SQL database; see `ledger.ports.Archive` for what each step promises."""

    def __init__(self, database: Database) -> None:
        """Keep the database the certificates are in."""
        self._database = database

    def file(self, filing: Filing) -> Filing:
        """Store a filing, or return the one already held for the same reference and document.

        Raises `ReferenceAlreadyFiled` when the reference is held by a different document.
        """
        for _ in range(_ATTEMPTS):
            try:
                with self._database.writing() as connection:
                    _store(connection, filing)
            except IntegrityError:
                holder = self._holder(filing)
                if holder is None:  # refused between our two looks
                    continue
                if (holder.document, holder.authority) != (filing.document, filing.authority):
                    raise ReferenceAlreadyFiled(holder.id) from None
                return holder
            return filing
        raise ArchiveUnavailable("others file and withdraw this reference at the same time")

    def recorded(self, certificate: bytes, written: Written) -> Filing:
        """Mark a filing as held by the chain; repeating it changes nothing.

        Raises `ReferenceAlreadyFiled` for one that was refused and whose reference was filed anew since.
        """
        news = {
            "state": FilingState.RECORDED.value,
            "recorded_at": written.at,
            "transaction_hash": written.transaction,
        }
        statement = update(certificates).where(_COLUMNS.id == certificate)
        statement = statement.where(_COLUMNS.state != FilingState.RECORDED.value).values(news)
        try:
            with self._database.writing() as connection:
                connection.execute(statement)
                return _one(connection, certificate)
        except IntegrityError:
            filing = self.find(certificate)
            holder = self._holder(filing) if filing else None
            raise ReferenceAlreadyFiled(holder.id if holder else certificate) from None

    def refused(self, certificate: bytes) -> None:
        """Mark a filing as refused by the chain and free its reference; what the chain holds stays held."""
        with self._database.writing() as connection:
            statement = update(certificates).where(_COLUMNS.id == certificate)
            statement = statement.where(_COLUMNS.state == FilingState.ACCEPTED.value)
            connection.execute(statement.values(state=FilingState.REFUSED.value))
            _one(connection, certificate)

    def find(self, certificate: bytes) -> Filing | None:
        """Return a filing by its certificate's id."""
        found = self._filings(select(certificates).where(_COLUMNS.id == certificate))
        return found[0] if found else None

    def find_reference(self, exporting: str, reference: str, issued_on: date) -> Sequence[Filing]:
        """Return filings with this (normalised) reference and date of issue, refused ones left out."""
        wanted = and_(
            _COLUMNS.exporting == exporting, _COLUMNS.reference == reference, _COLUMNS.issued_on == issued_on
        )
        return self._filings(select(certificates).where(wanted, _HELD).order_by(_COLUMNS.position))

    def filings(self, authority: int, *, after: bytes | None = None, limit: int = 100) -> Sequence[Filing]:
        """Return an authority's filings in the order they were filed, starting after an id.

        Raises `CertificateNotFiled` when the authority has filed no certificate of that id.
        """
        query = select(certificates).where(_COLUMNS.authority == authority)
        if after is not None:
            query = query.where(_COLUMNS.position > self._position(authority, after))
        return self._filings(query.order_by(_COLUMNS.position).limit(limit))

    def unconfirmed(self) -> Iterator[Filing]:
        """Yield filings in state ACCEPTED, oldest first; they may be changed while this runs."""
        position = 0
        query = select(certificates).where(_COLUMNS.state == FilingState.ACCEPTED.value)
        query = query.order_by(_COLUMNS.position).limit(_PAGE)
        while True:
            with self._database.reading() as connection:
                rows = connection.execute(query.where(_COLUMNS.position > position)).all()
            yield from map(_filing, rows)
            if len(rows) < _PAGE:
                return
            position = rows[-1].position

    def _position(self, authority: int, certificate: bytes) -> int:
        query = select(_COLUMNS.position).where(_COLUMNS.id == certificate, _COLUMNS.authority == authority)
        with self._database.reading() as connection:
            position = connection.execute(query).scalar_one_or_none()
        if position is None:
            raise CertificateNotFiled(certificate)
        return int(position)

    def _holder(self, filing: Filing) -> Filing | None:
        """Return the filing that holds the reference, else a held one of the same id."""
        reference = and_(
            _COLUMNS.scheme == int(filing.terms.scheme),
            _COLUMNS.exporting == filing.terms.exporting,
            _COLUMNS.office == filing.office,
            _COLUMNS.reference == filing.reference,
        )
        for wanted in (reference, _COLUMNS.id == filing.id):
            found = self._filings(select(certificates).where(wanted, _HELD))
            if found:
                return found[0]
        return None

    def _filings(self, query: Select[*tuple[object, ...]]) -> Sequence[Filing]:
        with self._database.reading() as connection:
            return tuple(map(_filing, connection.execute(query)))


def _store(connection: Connection, filing: Filing) -> None:
    """Insert a filing; one that was refused under the same id takes its place up again."""
    values = _values(filing)
    again = update(certificates).where(_COLUMNS.id == filing.id, ~_HELD).values(values)
    if connection.execute(again).rowcount == 0:
        connection.execute(insert(certificates).values(values))


def _one(connection: Connection, certificate: bytes) -> Filing:
    row = connection.execute(select(certificates).where(_COLUMNS.id == certificate)).one_or_none()
    if row is None:
        raise CertificateNotFiled(certificate)
    return _filing(row)


def _values(filing: Filing) -> dict[str, object]:
    terms = filing.terms
    return {
        "id": filing.id,
        "authority": filing.authority,
        "account": filing.account,
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
        "siblings": b"".join(filing.siblings),
        "state": filing.state.value,
        "filed_at": filing.filed_at,
        "recorded_at": filing.recorded_at,
        "transaction_hash": filing.transaction,
        "replaces": filing.replaces,
    }


def _filing(row: Row[*tuple[object, ...]]) -> Filing:
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
        state=FilingState(row.state),
        filed_at=row.filed_at,
        recorded_at=row.recorded_at,
        transaction=row.transaction_hash,
        replaces=row.replaces,
    )


def _words(joined: bytes) -> tuple[bytes, ...]:
    return tuple(joined[start : start + _WORD] for start in range(0, len(joined), _WORD))
