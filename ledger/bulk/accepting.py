"""Accepting the rows of a batch: what is filed already is found again, the rest is stored with its anchor.

What is accepted is on disk together with the write that carries it, so nothing loses it; the envelope is kept
in memory only until it is written, and can be rebuilt from the archive.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import orjson

from ledger.batch import batch_of
from ledger.bulk.rows import Faulty, Prepared, Row, problems_of
from ledger.errors import ArchiveUnavailable, CertificateRefused, Problem, ReferenceAlreadyFiled
from ledger.facts import Address, Authority
from ledger.issuing import admit, file_drawing
from ledger.kept_copies import certificate_in
from ledger.kept_port import NotKept
from ledger.ports import Filing, FilingState, Holding, Ledger
from ledger.refusals import ReferenceAlreadyUsed

_ATTEMPTS: Final = 5
"""How often others may file references of a batch between our look and our writing."""


@dataclass(frozen=True, slots=True)
class Place:
    """An accepted row: which certificate it is, and how its envelope is had."""

    id: bytes
    key: bytes
    """Its reference key."""
    reference: str
    """Its reference number as it was given."""
    write: int
    """Position of the write that carried it when it was accepted; 0 when it is recorded already."""
    again: bool
    """Whether it was filed before this run came to it."""
    prepared: Prepared | None = None
    """What its envelope is made of, when it goes out in a batch of ours."""
    siblings: tuple[bytes, ...] = ()
    root: bytes = b""


@dataclass(slots=True)
class Accepted:
    """A stretch of rows, each accepted or faulty, in their order."""

    first: int
    """Number of its first row."""
    rows: list[Place | Faulty]
    waits: dict[int, bytes] = field(default_factory=dict)
    """A certificate that each write carries, by the write's position."""


class Acceptor:
    """Files rows for an authority."""

    def __init__(self, authority: Authority, account: Address, ledger: Ledger) -> None:
        """Prepare; the account is entitled to write for the authority."""
        self._authority, self._account, self._ledger = authority, account, ledger

    def accept(self, first: int, rows: Sequence[Row]) -> Accepted:
        """File rows; they are on disk when this returns.

        Raises `Overloaded`, `SubmitterStopped` or another `Unavailable`; then nothing new is filed, but for
        certificates with parents, which a repetition finds again.
        """
        for _ in range(_ATTEMPTS):
            try:
                return self._accepted(first, rows)
            except ReferenceAlreadyFiled:  # another process filed one of them since we looked
                continue
        raise ArchiveUnavailable("others file the same references at the same time")

    def _accepted(self, first: int, rows: Sequence[Row]) -> Accepted:
        keys = list(dict.fromkeys(row.reference_key for row in rows if isinstance(row, Prepared)))
        held = self._ledger.archive.held(keys)
        new = [row for row in rows if isinstance(row, Prepared) and row.reference_key not in held]
        firsts = {row.reference_key: row for row in reversed(new)}
        taken: frozenset[bytes] = frozenset()
        if firsts:
            admit(self._account, self._ledger)
            taken = self._ledger.registry.taken(self._authority.member, list(firsts))
        free = [row for key, row in firsts.items() if key not in taken]
        filed = self._filed(list(reversed(free)))
        return _sorted_out(first, rows, self._authority.id, held, taken, filed)

    def _filed(self, rows: Sequence[Prepared]) -> dict[bytes, Place | Faulty]:
        """File rows that nothing stands in the way of; returns their places by reference."""
        together = [row for row in rows if not row.parents]
        if len(together) == 1:  # a batch of one is no batch
            together = []
        alone = [row for row in rows if row.parents or not together]
        places: dict[bytes, Place | Faulty] = {**self._anchored(together)} if together else {}
        for row in alone:  # the contract looks at parents only when it writes an entry
            filing = self._alone(row)
            if isinstance(filing, Faulty):
                places[row.reference_key] = filing
                continue
            if filing.seed != row.seed:
                raise ReferenceAlreadyFiled(filing.id)
            key, reference = row.reference_key, row.given_reference
            places[key] = Place(row.id, key, reference, filing.dispatch, again=False)
        return places

    def _alone(self, row: Prepared) -> Filing | Faulty:
        """File one row with its own write, and with what it draws on its originals."""
        filing = self._filing(row, row.id, ())
        if not row.parents:
            return self._ledger.archive.file(filing)
        try:
            return file_drawing(filing, certificate_in(orjson.loads(row.document)), self._ledger)
        except (CertificateRefused, NotKept) as refused:
            return Faulty(row.given_reference, problems_of(refused))

    def _anchored(self, rows: Sequence[Prepared]) -> dict[bytes, Place]:
        batch = batch_of((row.id for row in rows), self._authority.member)
        root, proofs = batch.root, batch.proofs()
        filings = [self._filing(row, root, proofs[row.id]) for row in rows]
        write = self._ledger.archive.file_batch(filings, batch)
        return {
            row.reference_key: Place(
                id=row.id,
                key=row.reference_key,
                reference=row.given_reference,
                write=write,
                again=False,
                prepared=row._replace(document=b""),
                siblings=proofs[row.id],
                root=root,
            )
            for row in rows
        }

    def _filing(self, row: Prepared, root: bytes, siblings: tuple[bytes, ...]) -> Filing:
        return Filing(
            id=row.id,
            authority=self._authority.id,
            account=self._account,
            terms=row.terms(self._authority.member),
            office=row.office,
            reference=row.reference,
            document=row.document,
            seed=row.seed,
            root=root,
            siblings=siblings,
            state=FilingState.ACCEPTED,
            filed_at=self._ledger.clock(),
        )


def _sorted_out(  # noqa: PLR0913, PLR0917 - what was found, looked up and filed
    first: int,
    rows: Sequence[Row],
    authority: int,
    held: Mapping[bytes, Holding],
    taken: frozenset[bytes],
    filed: Mapping[bytes, Place | Faulty],
) -> Accepted:
    """Say of each row what it is now."""
    accepted = Accepted(first, [])
    documents: dict[bytes, bytes] = {}
    for row in rows:
        told: Place | Faulty
        if isinstance(row, Faulty):
            told = row
        elif row.reference_key in held:
            told = _held(row, held[row.reference_key], authority)
        elif row.reference_key in taken:
            told = Faulty(row.given_reference, (_TAKEN,))
        else:
            place = filed[row.reference_key]
            if isinstance(place, Faulty):
                accepted.rows.append(place)
                continue
            document = documents.setdefault(row.reference_key, row.document)
            if document != row.document:
                told = _other(row, place.id)
            else:
                told = place if place.id == row.id else replace(place, again=True)
        accepted.rows.append(told)
        if isinstance(told, Place) and told.write:
            accepted.waits.setdefault(told.write, told.id)
    return accepted


_TAKEN = Problem(
    "/reference", ReferenceAlreadyUsed.__name__, "the ledger holds an entry under this reference"
)


def _held(row: Prepared, holding: Holding, authority: int) -> Place | Faulty:
    """Tell a row whose reference is held: the same certificate, or one that is in its way."""
    if (holding.document, holding.authority) != (row.document, authority):
        return _other(row, holding.id)
    write = 0 if holding.recorded else holding.dispatch
    return Place(holding.id, row.reference_key, row.given_reference, write, again=True)


def _other(row: Prepared, certificate: bytes) -> Faulty:
    return Faulty(row.given_reference, problems_of(ReferenceAlreadyFiled(certificate)))
