"""The port `Figures` answered from a replica while it is fresh; nobody else can answer it."""

from collections.abc import Sequence
from datetime import datetime

from ledger.facts import AsOf
from ledger.figures import Activity, PairTime, PairUse
from ledger.procedures_port import Happening
from ledger.replica.freshness import Fresh


class Figured(Fresh):
    """What the events add up to.  All raise `ReplicaBehind` when the replica is not fresh."""

    def figured(self) -> AsOf:
        """Return the block that the figures are as of."""
        self._require_fresh()
        return self._replica.figured()

    def latest(
        self,
        *,
        before: tuple[int, int] | None = None,
        after: tuple[int, int] | None = None,
        limit: int = 20,
    ) -> Sequence[Happening]:
        """Return events of all kinds, newest first, before one place and after another."""
        self._require_fresh()
        return self._replica.latest(before=before, after=after, limit=limit)

    def activity(self, since: datetime | None = None) -> Sequence[Activity]:
        """Return what each member did, by code."""
        self._require_fresh()
        return self._replica.activity(since)

    def utilisation(self, since: datetime | None = None) -> Sequence[PairUse]:
        """Return what became of certificates issued in a period, by exporting and importing member."""
        self._require_fresh()
        return self._replica.utilisation(since)

    def times(self, since: datetime | None = None) -> Sequence[PairTime]:
        """Return how long decisions took, by exporting and importing member."""
        self._require_fresh()
        return self._replica.times(since)
