"""The ports `Recognitions` and `OperatorLists` answered from a replica while it is fresh."""

from collections.abc import Collection, Sequence
from contextlib import suppress

from ledger.errors import ArchiveUnavailable
from ledger.facts import Address, AsOf
from ledger.operators import Found, Mutual, Operator, OperatorCode
from ledger.recognition_port import Recorded
from ledger.replica.freshness import Fresh, as_of
from ledger.replica_port import OperatorsLook, ReplicaBehind, ReplicaHead


class Recognised(Fresh):
    """Operators and mutual recognition.  All raise `RecognitionNotNamed` where the ledger has no registry."""

    @property
    def recognition_registry(self) -> Address:
        """Return the address of the recognition registry."""
        return self._chain.recognition_registry

    def found(self, operators: Collection[OperatorCode]) -> Found:
        """Return these operators, as far as the ledger holds them, and all terms, as of one block."""
        found = self.found_at_hand(operators)
        return found if found is not None else self._elsewhere().found(operators)

    def found_at_hand(self, operators: Collection[OperatorCode]) -> Found | None:
        """Return the same from the replica, or None when it is not fresh; never asks the node."""
        while True:
            look = self._look_operators(operators)
            if not self._holds_operators(look.head if look else None) or look is None:
                return None
            few = self._few_of(look.head)
            if few is not None:  # else the terms changed since the look
                final = max(look.newest, few.newest) <= self._final(look.head)
                return Found(as_of(look.head), look.operators, few.mutual, final)

    def mutual(self) -> tuple[AsOf, Mutual]:
        """Return all programmes, arrangements, participations and recognitions."""
        while True:
            head = self._head()
            if not self._holds_operators(head) or head is None:
                return self._elsewhere().mutual()
            few = self._few_of(head)
            if few is not None:
                return as_of(head), few.mutual

    def operators(
        self, *, member: str | None = None, after: OperatorCode | None = None, limit: int = 100
    ) -> Sequence[Operator]:
        """Return operators by code; `ReplicaBehind` when the replica is not fresh."""
        self._require_operators()
        return self._replica.operators(member=member, after=after, limit=limit)

    def status_changes(
        self,
        *,
        after: tuple[int, int] | None = None,
        up_to: int | None = None,
        member: str | None = None,
        limit: int = 100,
    ) -> Sequence[Recorded]:
        """Return status changes in the order of the chain; `ReplicaBehind` when the replica is not fresh."""
        self._require_operators()
        return self._replica.status_changes(after=after, up_to=up_to, member=member, limit=limit)

    def _look_operators(self, codes: Collection[OperatorCode]) -> OperatorsLook | None:
        with suppress(ArchiveUnavailable):
            return self._replica.look_operators(codes)
        return None

    def _holds_operators(self, head: ReplicaHead | None) -> bool:
        """Return whether the replica answers about operators; raises `ReplicaHalted` when nobody may."""
        registry = self.recognition_registry
        return self._usable(head) and head is not None and head.recognition == registry

    def _require_operators(self) -> None:
        if not self._holds_operators(self._head()):
            raise ReplicaBehind
