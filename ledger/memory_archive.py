"""The archive in memory: the same port as `ledger.archive`, for tests and as its readable specification."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from threading import RLock

from ledger.batch import Batch
from ledger.draws import Drawing, OriginalDraw, OriginalOverdrawn, overdrawn
from ledger.errors import CertificateNotFiled, ReferenceAlreadyFiled
from ledger.filing_rules import check_batch
from ledger.memory_outbox import MemoryOutbox
from ledger.outbox import Dispatch, DispatchKind, DispatchState
from ledger.ports import Filing, FilingState, Holding


class MemoryArchive:
    """Certificates in a dictionary, in the order they were filed; safe to share between threads.

    What is kept of a filing's state is whether it holds its reference; the rest is that of its write.
    """

    def __init__(self) -> None:
        """Start empty, with an outbox of its own."""
        self._lock = RLock()
        self._filings: dict[bytes, Filing] = {}
        self._numbers: dict[bytes, int] = {}
        self._holders: dict[bytes, bytes] = {}
        self._carried: dict[int, set[bytes]] = {}
        self._draws: dict[bytes, tuple[OriginalDraw, ...]] = {}
        self._decided: Callable[[bytes], frozenset[int]] = lambda _: frozenset()
        self.outbox = MemoryOutbox(self, self._lock)

    def share(self, decided: Callable[[bytes], frozenset[int]]) -> RLock:
        """Tell of the decisions on a certificate that count; returns the lock under which they are filed."""
        self._decided = decided
        return self._lock

    def file(self, filing: Filing, drawing: Drawing | None = None) -> Filing:
        """Store a filing with its write, or return the one already held for the same reference and document.

        Raises `ReferenceAlreadyFiled` when the reference is held by a different document, and
        `OriginalOverdrawn` when what it draws on is not left.
        """
        with self._lock:
            holder = self._holder(filing)
            if holder is None:
                if drawing is not None:
                    for draw in drawing.draws:
                        if self._decided(draw.original) != drawing.decided.get(draw.original, frozenset()):
                            raise OriginalOverdrawn(*draw.place)
                    originals = sorted({draw.original for draw in drawing.draws})
                    others = [draw for draw in self.draws_on(originals) if draw.child != filing.id]
                    if problem := overdrawn(drawing, others):
                        raise problem
                    self._draws[filing.id] = drawing.draws
                kind = DispatchKind.ISSUE if filing.replaces is None else DispatchKind.REPLACE
                write = self.outbox.queue(filing.account, kind, filing.id, 1, now=filing.filed_at)
                return self._stored(filing, write.position)
            if (holder.document, holder.authority) != (filing.document, filing.authority):
                raise ReferenceAlreadyFiled(holder.id)
            return holder

    def file_batch(self, filings: Sequence[Filing], batch: Batch) -> int:
        """Store filings that go out together as one anchor; returns the position of that write.

        All or none are stored: raises `ReferenceAlreadyFiled` when one of the references, or of the ids, is
        held, also by another one among them.  `ValueError` when the filings are not those of the batch or
        are signed by several keys.
        """
        check_batch(filings, batch)
        with self._lock:
            for filing in filings:
                if holder := self._holder(filing):
                    raise ReferenceAlreadyFiled(holder.id)
            until = max(filing.terms.valid_until for filing in filings)
            since = min(filing.filed_at for filing in filings)
            write = self.outbox.anchor(filings[0].account, batch, until, now=since)
            for filing in filings:
                self._stored(filing, write.position)
            return write.position

    def holders(self, reference_keys: Sequence[bytes]) -> Mapping[bytes, Filing]:
        """Return the filings that hold these references, by reference key; refused ones hold nothing."""
        with self._lock:
            return {key: self._seen(self._holders[key]) for key in reference_keys if key in self._holders}

    def held(self, reference_keys: Sequence[bytes]) -> Mapping[bytes, Holding]:
        """Return what holds these references, by reference key: as much as a repetition is recognised by."""
        return {
            key: Holding(
                filing.id,
                filing.authority,
                filing.document,
                filing.dispatch,
                recorded=filing.state is FilingState.RECORDED,
            )
            for key, filing in self.holders(reference_keys).items()
        }

    def find(self, certificate: bytes) -> Filing | None:
        """Return a filing by its certificate's id."""
        with self._lock:
            return self._seen(certificate) if certificate in self._filings else None

    def find_reference(self, exporting: str, reference: str, issued_on: date) -> Sequence[Filing]:
        """Return filings with this (normalised) reference and date of issue, refused ones left out."""
        wanted = (exporting, reference, issued_on)
        return tuple(
            filing
            for filing in self._all()
            if (filing.terms.exporting, filing.reference, filing.terms.issued_on) == wanted
            and filing.state is not FilingState.REFUSED
        )

    def find_number(self, exporting: str, reference: str) -> Sequence[Filing]:
        """Return filings with this (normalised) reference of any date, refused ones left out."""
        return tuple(
            filing
            for filing in self._all()
            if (filing.terms.exporting, filing.reference) == (exporting, reference)
            and filing.state is not FilingState.REFUSED
        )

    def filings(self, authority: int, *, after: bytes | None = None, limit: int = 100) -> Sequence[Filing]:
        """Return an authority's filings in the order they were filed, starting after an id.

        Raises `CertificateNotFiled` when the authority has filed no certificate of that id.
        """
        own = [filing for filing in self._all() if filing.authority == authority]
        ids = [filing.id for filing in own]
        if after is not None and after not in ids:
            raise CertificateNotFiled(after)
        start = 0 if after is None else ids.index(after) + 1
        return tuple(own[start : start + limit])

    def unconfirmed(self) -> Iterator[Filing]:
        """Yield filings in state ACCEPTED, oldest first; they may be changed while this runs."""
        yield from [filing for filing in self._all() if filing.state is FilingState.ACCEPTED]

    def carried(self, dispatch: int, *, after: int = 0, limit: int = 1000) -> Sequence[Filing]:
        """Return filings that a write carries, in order of filing, without the first `after`."""
        with self._lock:
            ids = sorted(self._carried.get(dispatch, ()), key=self._numbers.__getitem__)
            return tuple(self._seen(identity) for identity in ids[after : after + limit])

    def hold(self, dispatch: int) -> None:
        """Let what a refused write carries hold its references again, or raise `ReferenceAlreadyFiled`."""
        carried = [self._filings[identity] for identity in self._carried.get(dispatch, ())]
        for filing in carried:
            if holder := self._holders.get(filing.terms.reference_key):
                raise ReferenceAlreadyFiled(holder)
        self._holders.update({filing.terms.reference_key: filing.id for filing in carried})

    def draws_on(self, originals: Sequence[bytes]) -> Sequence[OriginalDraw]:
        """Return what filings draw on these originals, refused ones left out."""
        with self._lock:
            live = [
                draws
                for child, draws in self._draws.items()
                if self._seen(child).state is not FilingState.REFUSED
            ]
            return tuple(draw for draws in live for draw in draws if draw.original in originals)

    def release(self, dispatch: int) -> None:
        """Free the references of what a write carries."""
        for identity in self._carried.get(dispatch, ()):
            self._holders.pop(self._filings[identity].terms.reference_key)

    def regroup(self, dispatches: Sequence[Dispatch], anchor: int, batch: Batch) -> None:
        """Let an anchor carry what other writes have carried, with its root and its proofs."""
        for dispatch in dispatches:
            for identity in tuple(self._carried.get(dispatch.position, ())):
                proof = batch.proof_of(identity)
                self._stored(replace(self._filings[identity], root=batch.root, siblings=proof), anchor)

    def _stored(self, filing: Filing, dispatch: int) -> Filing:
        """Put a filing in its place, which is the old one for an id that is known."""
        before = self._filings.get(filing.id)
        if before is not None:
            self._carried[before.dispatch].discard(filing.id)
        self._filings[filing.id] = replace(filing, dispatch=dispatch)
        self._numbers.setdefault(filing.id, len(self._numbers))
        self._holders[filing.terms.reference_key] = filing.id
        self._carried.setdefault(dispatch, set()).add(filing.id)
        return self._seen(filing.id)

    def _seen(self, certificate: bytes) -> Filing:
        """Return a filing as its write makes it."""
        with self._lock:
            filing, write = self._filings[certificate], self._write_of(certificate)
            if self._holders.get(filing.terms.reference_key) != certificate:
                return replace(filing, account=write.account, state=FilingState.REFUSED)
            if write.state is not DispatchState.RECORDED or write.written is None:
                return replace(filing, account=write.account, state=FilingState.ACCEPTED)
            return replace(
                filing,
                account=write.account,
                state=FilingState.RECORDED,
                recorded_at=write.written.at,
                transaction=write.written.transaction,
            )

    def _all(self) -> list[Filing]:
        with self._lock:
            return [self._seen(identity) for identity in self._filings]

    def _holder(self, filing: Filing) -> Filing | None:
        """Return the filing that stands in the way: of the same reference, which is part of the id."""
        identity = self._holders.get(filing.terms.reference_key)
        return self._seen(identity) if identity is not None else None

    def _write_of(self, certificate: bytes) -> Dispatch:
        with self._lock:
            filing = self._filings.get(certificate)
            write = self.outbox.find(filing.dispatch) if filing else None
        if write is None:
            raise CertificateNotFiled(certificate)
        return write
