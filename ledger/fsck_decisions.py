"""Proving that archive and ledger say the same of decisions at import: the part of `asal fsck` about them.

1. every decision that the archive says is recorded stands on the ledger, as it is here, and no refused one;
2. every decision has its statement here, whose hash the ledger names, and draws the quantities it says;
3. every decision that keys of these authorities have recorded on these certificates is in the archive;
4. the decisions filed here draw no more of a goods line than is certified.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC

from ledger.deciding_before import granted_in
from ledger.decision_port import Decision, DecisionState, drawn_by_line
from ledger.discrepancies import Discrepancy, Fault
from ledger.events import Decided
from ledger.origin.lines import lines_of
from ledger.ports import Ledger
from ledger.statements import statement_hash
from ledger.terms import first_instant

_PAGE = 500
Shown = Mapping[bytes, Sequence[Decided]]
"""What the ledger shows of decisions on one certificate, by the hash of their statement."""


class DecisionExaminer:
    """Walks through the decisions once; yields what is wrong, and counts."""

    def __init__(self, ledger: Ledger) -> None:
        """Prepare."""
        self._ledger = ledger
        self.decisions = 0
        """How many were looked at."""
        self._keys: dict[int, frozenset[int]] = {}

    def discrepancies(self) -> Iterator[Discrepancy]:
        """Yield all that is wrong; raises `Unavailable` when archive or chain cannot be asked."""
        after = None
        while page := self._ledger.decisions.decided(after=after, limit=_PAGE):
            after = page[-1]
            for certificate in page:
                yield from self._of_certificate(certificate)

    def _of_certificate(self, certificate: bytes) -> Iterator[Discrepancy]:
        filed = self._ledger.decisions.decisions(certificate)
        self.decisions += len(filed)
        shown = self._shown(certificate)  # after what is filed: what that calls recorded is on the ledger
        said_again = {one.statement for one in filed if one.live}
        for one in filed:
            yield from _on_ledger(one, shown, said_again)
            if one.live:
                yield from self._drawn(one)
        yield from self._invented(certificate, filed, shown)
        yield from self._overdrawn(certificate, filed)

    def _shown(self, certificate: bytes) -> Shown:
        shown = defaultdict[bytes, list[Decided]](list)
        for one in self._ledger.procedures.life(certificate).occurrences:
            if isinstance(one.event, Decided) and one.event.id == certificate:
                shown[one.event.statement].append(one.event)
        return shown

    def _drawn(self, one: Decision) -> Iterator[Discrepancy]:
        """Yield a decision whose quantities are not those of its statement."""
        statement = self._ledger.statements.statement(one.statement)
        if statement is None or statement_hash(statement) != one.statement:
            yield _found(Fault.STATEMENT_MISSING, one, "rests on a statement that is not here")
        elif granted_in(statement, one.granted) != {
            line.line: line.quantity for line in one.lines if line.granted
        }:
            yield _found(Fault.DRAWN_DIFFERS, one, "draws other quantities than its statement grants")

    def _invented(self, certificate: bytes, filed: Sequence[Decision], shown: Shown) -> Iterator[Discrepancy]:
        """Yield decisions of our keys that are not filed here, nor have been since we looked."""
        ours = frozenset[int]().union(*(self._of(one.authority) for one in filed))
        strange = [event for events in shown.values() for event in events if event.key in ours]
        if {event.statement for event in strange} - {one.statement for one in filed}:
            filed = self._ledger.decisions.decisions(certificate)
        known = {one.statement for one in filed}
        for event in strange:
            if event.statement not in known:
                detail = f"the chain has a decision with statement 0x{event.statement.hex()} on it"
                yield Discrepancy(Fault.NOT_IN_ARCHIVE, certificate, detail)

    def _overdrawn(self, certificate: bytes, filed: Sequence[Decision]) -> Iterator[Discrepancy]:
        kept = self._ledger.kept.kept([certificate]).get(certificate)
        certified = {item.number: item.quantity.value for item in kept.certificate.items} if kept else {}
        for line, drawn in sorted(drawn_by_line(one for one in filed if one.live).items()):
            if line in certified and sum(drawn.values()) > certified[line]:
                detail = f"decisions draw more of its line {line} than is certified"
                yield Discrepancy(Fault.OVERDRAWN, certificate, detail)

    def _of(self, authority: int) -> frozenset[int]:
        """Return the numbers of an authority's keys."""
        if authority not in self._keys:
            self._keys[authority] = frozenset(key.id for key in self._ledger.members.keys(authority))
        return self._keys[authority]


def _on_ledger(one: Decision, shown: Shown, said_again: Collection[bytes]) -> Iterator[Discrepancy]:
    """Yield a decision that the ledger does not have as it is here."""
    events = shown.get(one.statement, ())
    if one.state is DecisionState.REFUSED:
        if events and one.statement not in said_again:
            yield _found(Fault.REFUSED_BUT_ON_CHAIN, one, "is refused here and stands on the chain")
    elif not events:
        if one.state is DecisionState.RECORDED:
            yield _found(Fault.DECISION_NOT_ON_CHAIN, one, "is recorded here and not on the chain")
    elif all(_said(event) != _kept(one) for event in events):
        yield _found(Fault.DECISION_DIFFERS, one, "stands otherwise on the chain")


def _said(event: Decided) -> tuple[object, ...]:
    return (
        event.declaration,
        lines_of(event.granted),
        lines_of(event.refused),
        event.presented_at,
        event.late,
    )


def _kept(one: Decision) -> tuple[object, ...]:
    return one.declaration, one.granted, one.refused, first_instant(one.presented_on), one.late.value


def _found(fault: Fault, one: Decision, what: str) -> Discrepancy:
    filed = f"{one.decided_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    return Discrepancy(fault, one.certificate, f"decision {one.position}, of {filed}, {what}")
