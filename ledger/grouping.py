"""Which waiting writes go out next: certificates together as one anchor, everything else by itself."""

from collections.abc import Iterator, Sequence
from itertools import takewhile

from ledger.batch import batch_of
from ledger.carried import carried_by
from ledger.errors import ArchiveUnavailable
from ledger.outbox import Dispatch, DispatchKind
from ledger.ports import Filing, Ledger


class Grouping:
    """Puts what waits for one key together; remembers what cannot be."""

    def __init__(self, ledger: Ledger) -> None:
        """Start knowing nothing of what waits."""
        self._ledger = ledger
        self._alone: set[int] = set()
        """Positions of waiting certificates that cannot share an anchor."""

    def groups(self, waiting: Sequence[Dispatch], room: int) -> Iterator[Dispatch]:
        """Yield what goes out next, oldest first, as many transactions as there is room for."""
        queue = list(waiting)
        self._alone.intersection_update(write.position for write in waiting)
        while queue and room > 0:
            room -= 1
            issues = list(takewhile(lambda write: write.kind is DispatchKind.ISSUE, queue))
            together = self._together(issues) if len(issues) > 1 else []
            if len(together) < 2:  # noqa: PLR2004 - a batch of one is no batch
                yield queue.pop(0)
                continue
            grouped = {write.position for write, _ in together}
            queue = [write for write in queue if write.position not in grouped]
            yield self._grouped(together)

    def _together(self, issues: Sequence[Dispatch]) -> list[tuple[Dispatch, Filing]]:
        """Return the waiting certificates that can share an anchor.

        The contract looks at parents and at references that are taken only when it writes an entry, so
        those certificates go out by themselves and meet its rules.
        """
        carried = [(w, carried_by(w, self._ledger)) for w in issues if w.position not in self._alone]
        found = [(write, filing) for write, filing in carried if filing and not filing.terms.parents]
        if len(found) > 1:
            keys = [filing.terms.reference_key for _, filing in found]
            taken = self._ledger.registry.taken(found[0][1].terms.exporting, keys)
            found = [(write, filing) for write, filing in found if filing.terms.reference_key not in taken]
        together = {write.position for write, _ in found}
        self._alone.update(write.position for write, _ in carried if write.position not in together)
        return found

    def _grouped(self, together: Sequence[tuple[Dispatch, Filing]]) -> Dispatch:
        """Let one anchor take the place of several waiting certificates.

        Raises `ArchiveUnavailable` when another process has changed one of them since we looked: one that
        lacks a key may give its writes to another.
        """
        terms = [filing.terms for _, filing in together]
        batch = batch_of((filing.id for _, filing in together), terms[0].exporting)
        until = max(each.valid_until for each in terms)
        try:
            return self._ledger.outbox.group([write for write, _ in together], batch, until)
        except ValueError as changed:
            raise ArchiveUnavailable("another process has changed waiting writes") from changed
