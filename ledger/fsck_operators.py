"""Proving that archive and ledger say the same of operators: the part of `asal fsck` about them.

1. every status that the archive says is recorded stands on the ledger, and no refused one does;
2. every status names a record that the archive has, and that has this hash;
3. every status that keys of the authorities served here have recorded of these operators is in the archive.
"""

from collections.abc import Iterator

from ledger.aeo.cases import Case, Event, EventState, says
from ledger.aeo.records import record_hash
from ledger.authorising import cases
from ledger.discrepancies import Discrepancy, Fault
from ledger.ports import Ledger

_PAGE = 500


class OperatorExaminer:
    """Walks through the operators' files once; yields what is wrong, and counts."""

    def __init__(self, ledger: Ledger) -> None:
        """Prepare."""
        self._ledger = ledger
        self.operators = 0
        """How many were looked at."""
        self._keys: dict[int, frozenset[int]] = {}

    def discrepancies(self) -> Iterator[Discrepancy]:
        """Yield all that is wrong; raises `Unavailable` when archive or chain cannot be asked."""
        after = None
        while page := cases(self._ledger, after=after, limit=_PAGE):
            after = page[-1].operator
            self.operators += len(page)
            named = {event.holding.record_hash for case in page for event in case.live}
            held = self._ledger.operator_files.records(named)
            sound = {one for one, record in held.items() if record_hash(record) == one}
            for case in page:
                yield from _statuses(case)
                yield from _records(case, sound)
                yield from self._invented(case)

    def _invented(self, case: Case) -> Iterator[Discrepancy]:
        """Yield statuses of our keys that the case has no event of."""
        filed = {event.version for event in case.live if event.status is not None}
        ours = frozenset[int]().union(*(self._of(event.authority) for event in case.events))
        for change in case.changes:
            if change.version not in filed and change.key in ours:
                detail = f"the chain has version {change.version} of it, and its case does not"
                yield _found(Fault.NOT_IN_ARCHIVE, case, detail)

    def _of(self, authority: int) -> frozenset[int]:
        """Return the numbers of an authority's live keys."""
        if authority not in self._keys:
            self._keys[authority] = frozenset(key.id for key in self._ledger.members.keys(authority))
        return self._keys[authority]


def _statuses(case: Case) -> Iterator[Discrepancy]:
    """Yield events that do not say what the ledger does."""
    for event in case.events:
        on_chain = _stands(event, case)
        if event.state is EventState.RECORDED and not on_chain:
            detail = f"the archive says that version {event.version} of it is recorded"
            yield _found(Fault.STATUS_NOT_ON_CHAIN, case, detail)
        if event.state is EventState.REFUSED and on_chain:
            detail = f"the archive says that version {event.version} of it was refused"
            yield _found(Fault.REFUSED_BUT_ON_CHAIN, case, detail)


def _stands(event: Event, case: Case) -> bool:
    """Whether the ledger holds the status of an event."""
    return len(case.changes) >= event.version > 0 and says(event, case.changes[event.version - 1])


def _records(case: Case, sound: set[bytes]) -> Iterator[Discrepancy]:
    """Yield statuses filed here whose record is not."""
    for event in case.live:
        if event.status is not None and event.holding.record_hash not in sound:
            detail = f"the record that version {event.version} of it names is not here"
            yield _found(Fault.RECORD_MISSING, case, detail)


def _found(fault: Fault, case: Case, detail: str) -> Discrepancy:
    return Discrepancy(fault, b"", detail, case.operator)
