"""The archive in memory: the same port as `ledger.archive`, for tests and as its readable specification."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from threading import RLock

from ledger.errors import CertificateNotFiled, ReferenceAlreadyFiled
from ledger.facts import Written
from ledger.ports import Filing, FilingState


class MemoryArchive:
    """Certificates in a dictionary, in the order they were filed; safe to share between threads."""

    def __init__(self) -> None:
        """Start empty."""
        self._filings: dict[bytes, Filing] = {}
        self._lock = RLock()

    def file(self, filing: Filing) -> Filing:
        """Store a filing, or return the one already held for the same reference and document.

        Raises `ReferenceAlreadyFiled` when the reference is held by a different document.
        """
        with self._lock:
            holder = self._holder(filing)
            if holder is None:
                self._filings[filing.id] = filing
                return filing
            if (holder.document, holder.authority) != (filing.document, filing.authority):
                raise ReferenceAlreadyFiled(holder.id)
            return holder

    def recorded(self, certificate: bytes, written: Written) -> Filing:
        """Mark a filing as held by the chain; repeating it changes nothing.

        Raises `ReferenceAlreadyFiled` for one that was refused and whose reference was filed anew since.
        """
        with self._lock:
            filing = self._one(certificate)
            holder = self._holder(filing)
            if holder is not None and holder.id != certificate:
                raise ReferenceAlreadyFiled(holder.id)
            if filing.state is not FilingState.RECORDED:
                filing = replace(
                    filing,
                    state=FilingState.RECORDED,
                    recorded_at=written.at,
                    transaction=written.transaction,
                )
                self._filings[certificate] = filing
            return filing

    def refused(self, certificate: bytes) -> None:
        """Mark a filing as refused by the chain and free its reference; what the chain holds stays held."""
        with self._lock:
            filing = self._one(certificate)
            if filing.state is FilingState.ACCEPTED:
                self._filings[certificate] = replace(filing, state=FilingState.REFUSED)

    def find(self, certificate: bytes) -> Filing | None:
        """Return a filing by its certificate's id."""
        return self._filings.get(certificate)

    def find_reference(self, exporting: str, reference: str, issued_on: date) -> Sequence[Filing]:
        """Return filings with this (normalised) reference and date of issue, refused ones left out."""
        wanted = (exporting, reference, issued_on)
        return tuple(
            held
            for held in self._held()
            if (held.terms.exporting, held.reference, held.terms.issued_on) == wanted
        )

    def filings(self, authority: int, *, after: bytes | None = None, limit: int = 100) -> Sequence[Filing]:
        """Return an authority's filings in the order they were filed, starting after an id.

        Raises `CertificateNotFiled` when the authority has filed no certificate of that id.
        """
        with self._lock:
            own = [filing for filing in self._filings.values() if filing.authority == authority]
        ids = [filing.id for filing in own]
        if after is not None and after not in ids:
            raise CertificateNotFiled(after)
        start = 0 if after is None else ids.index(after) + 1
        return tuple(own[start : start + limit])

    def unconfirmed(self) -> Iterator[Filing]:
        """Yield filings in state ACCEPTED, oldest first; they may be changed while this runs."""
        yield from [filing for filing in self._held() if filing.state is FilingState.ACCEPTED]

    def _held(self) -> list[Filing]:
        with self._lock:
            return [filing for filing in self._filings.values() if filing.state is not FilingState.REFUSED]

    def _holder(self, filing: Filing) -> Filing | None:
        """Return the filing that stands in the way: of the same reference, else of the same id."""
        held = self._held()
        same_reference = (other for other in held if _reference(other) == _reference(filing))
        return next(same_reference, next((other for other in held if other.id == filing.id), None))

    def _one(self, certificate: bytes) -> Filing:
        try:
            return self._filings[certificate]
        except KeyError:
            raise CertificateNotFiled(certificate) from None


def _reference(filing: Filing) -> tuple[int, str, str, str]:
    return (int(filing.terms.scheme), filing.terms.exporting, filing.office, filing.reference)
