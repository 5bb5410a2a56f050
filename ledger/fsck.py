"""Proving that archive, chain and envelopes say the same: `asal fsck`.

Five directions, so that nothing is lost, doubled or invented:

1. every filing: its envelope rebuilds to its id and root, and the chain holds what the archive says it does;
2. every batch: its root is the root of just the certificates that it carries;
3. everything that the keys of the authorities served here have recorded is in the archive;
4. every status of an operator that has a case here is on the chain, and its record here: `fsck_operators`;
5. every decision at import is on the chain as it is here, and draws what it said: `fsck_decisions`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ledger.batch import batch_of
from ledger.discrepancies import Discrepancy, Fault
from ledger.facts import Authority, Evidence
from ledger.fsck_decisions import DecisionExaminer
from ledger.fsck_operators import OperatorExaminer
from ledger.issuing import envelope_of
from ledger.ports import Filing, FilingState, Ledger
from ledger.presented import examined, opened

__all__ = ["Counts", "Discrepancy", "Examiner", "Fault"]

_PAGE = 500


@dataclass(frozen=True, slots=True)
class Counts:
    """What was looked at."""

    filings: int = 0
    recorded: int = 0
    accepted: int = 0
    refused: int = 0
    batches: int = 0
    operators: int = 0
    decisions: int = 0


class Examiner:
    """Walks through archive and chain once; yields what is wrong, and counts."""

    def __init__(self, ledger: Ledger, progress: Callable[[int], None] = lambda _: None) -> None:
        """Prepare; `progress` is called with the number of filings looked at."""
        self._ledger, self._progress = ledger, progress
        self._operators = OperatorExaminer(ledger)
        self._decisions = DecisionExaminer(ledger)
        self._ids: set[bytes] = set()
        self._batches: dict[int, tuple[bytes, list[bytes], str]] = {}
        self._references: dict[bytes, bytes] = {}
        self._states = dict.fromkeys(FilingState, 0)

    @property
    def counts(self) -> Counts:
        """What was looked at so far."""
        states = self._states
        return Counts(
            filings=sum(states.values()),
            recorded=states[FilingState.RECORDED],
            accepted=states[FilingState.ACCEPTED],
            refused=states[FilingState.REFUSED],
            batches=len(self._batches),
            operators=self._operators.operators,
            decisions=self._decisions.decisions,
        )

    def discrepancies(self) -> Iterator[Discrepancy]:
        """Yield all that is wrong; raises `Unavailable` when archive or chain cannot be asked."""
        served: list[Authority] = []
        for authority in self._ledger.members.authorities():
            before = self.counts.filings
            for filing in self._filings(authority.id):
                yield from self._filing(filing)
            if self.counts.filings > before:
                served.append(authority)
        yield from self._of_batches()
        yield from self._of_chain(served)
        yield from self._operators.discrepancies()
        yield from self._decisions.discrepancies()

    def _filings(self, authority: int) -> Iterator[Filing]:
        after: bytes | None = None
        while page := self._ledger.archive.filings(authority, after=after, limit=_PAGE):
            yield from page
            after = page[-1].id

    def _filing(self, filing: Filing) -> Iterator[Discrepancy]:
        self._ids.add(filing.id)
        self._states[filing.state] += 1
        self._progress(self.counts.filings)
        if not _rebuilds(filing):
            yield Discrepancy(Fault.ENVELOPE_DIFFERS, filing.id, "its fields do not hash to its id and root")
        if filing.state is not FilingState.REFUSED:
            yield from self._holding(filing)
        if filing.siblings:
            batch = self._batches.setdefault(filing.dispatch, (filing.root, [], filing.terms.exporting))
            batch[1].append(filing.id)
        evidence = self._ledger.registry.evidence(filing.id, filing.root, filing.terms.reference_key)
        yield from _on_chain(filing, evidence)

    def _holding(self, filing: Filing) -> Iterator[Discrepancy]:
        holder = self._references.setdefault(filing.terms.reference_key, filing.id)
        if holder != filing.id:
            yield Discrepancy(Fault.DOUBLED, filing.id, f"0x{holder.hex()} holds the same reference")

    def _of_batches(self) -> Iterator[Discrepancy]:
        for position, (root, ids, member) in self._batches.items():
            write = self._ledger.outbox.find(position)
            if batch_of(ids, member).root != root or write is None or write.size != len(ids):
                yield Discrepancy(Fault.BATCH_DIFFERS, root, f"the archive has {len(ids)} certificates of it")

    def _of_chain(self, served: list[Authority]) -> Iterator[Discrepancy]:
        roots = {root for root, _, _ in self._batches.values()}
        records = self._ledger.registry.records({authority.id for authority in served})
        for certificate in sorted(records.entries - self._ids):
            yield Discrepancy(Fault.NOT_IN_ARCHIVE, certificate, "the chain has an entry of it")
        for root in sorted(records.anchors - roots):
            yield Discrepancy(Fault.NOT_IN_ARCHIVE, root, "the chain has a batch of it")


def _rebuilds(filing: Filing) -> bool:
    """Whether the envelope of a filing verifies against it."""
    seen = examined(opened(envelope_of(filing)))
    said = (seen.intact, seen.certificate, seen.root, seen.terms)
    return said == (True, filing.id, filing.root, filing.terms)


def _on_chain(filing: Filing, evidence: Evidence) -> Iterator[Discrepancy]:
    entry, anchor = evidence.entry, evidence.anchor
    if filing.state is FilingState.RECORDED and entry is None and (anchor is None or not filing.siblings):
        yield Discrepancy(Fault.NOT_ON_CHAIN, filing.id, "the archive says that it is recorded")
    held = entry is not None or (anchor is not None and bool(filing.siblings))
    if filing.state is FilingState.REFUSED and held:
        yield Discrepancy(Fault.REFUSED_BUT_ON_CHAIN, filing.id, "the archive says that it was refused")
    if anchor is not None and filing.siblings and anchor.valid_until.date() < filing.terms.valid_until:
        yield Discrepancy(Fault.ENTRY_DIFFERS, filing.id, "its batch ends before it does")
    if entry is None:
        return
    terms = filing.terms
    stated = (terms.exporting, terms.importing, int(terms.scheme), terms.valid_until)
    if stated != (entry.exporting, entry.importing, entry.scheme, entry.valid_until.date()):
        yield Discrepancy(Fault.ENTRY_DIFFERS, filing.id, "members, scheme or validity are others")
    if evidence.holder != filing.id:
        yield Discrepancy(Fault.ENTRY_DIFFERS, filing.id, "its reference is held by another certificate")
