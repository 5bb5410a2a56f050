"""When a replica may answer, when the chain is asked instead, and when nobody answers."""

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from ledger.aeo.gathering import gathered_mutual
from ledger.errors import ArchiveUnavailable
from ledger.events import KeyAdded, KeyCompromised, Occurrence, OfTerms, moment
from ledger.facts import AsOf
from ledger.operators import Mutual
from ledger.ports import Clock
from ledger.replica.people import People, gathered
from ledger.replica.writes import Chain, Writes
from ledger.replica_port import Replica, ReplicaBehind, ReplicaHalted, ReplicaHead

MAX_SILENCE = timedelta(seconds=60)
"""How long after the node was last seen a replica still counts as fresh."""
_LOCAL_FOR = 0.05
"""Seconds for which a replica that was found fresh counts as that without another look."""


@dataclass(frozen=True, slots=True)
class Trust:
    """What a replica's answers are worth."""

    finality: int = 0
    """How many blocks must follow one before it is final."""
    from_block: int = 0
    """The block of the ledger's deployment, which counts as final."""
    witnessed: bool = False
    """Whether a second node has to agree, so that one node is not asked in the replica's place."""
    max_silence: timedelta = MAX_SILENCE


@dataclass(frozen=True, slots=True)
class Few:
    """What there is little of, gathered from its events."""

    number: int = -1
    """`ReplicaHead.people` of them."""
    people: People = field(default_factory=People)
    mutual: Mutual = field(default_factory=Mutual)
    newest: int = 0
    """The newest block in which something was said of keys or of the terms of recognition."""


class Fresh(Writes):
    """The replica of a chain, asked while it is fresh.

    Reads raise `ReplicaHalted` while an alarm stands, and `ReplicaBehind` where the replica is not fresh and
    the chain may not be asked in its place because a witness has to agree with the node.
    """

    def __init__(
        self, chain: Chain, replica: Replica, trust: Trust | None = None, clock: Clock | None = None
    ) -> None:
        """Read from the replica of this chain, as far as it is trusted."""
        super().__init__(chain)
        self._replica, self._trust, self._clock = replica, trust or Trust(), clock or _wall_clock
        self._few = Few()
        self._found_fresh = (-1, 0.0)
        self._halted: str | None = None

    @property
    def local(self) -> bool:
        """Whether the next look needs no answer of the node; looked at anew after some milliseconds."""
        block, at = self._found_fresh
        if block >= self._written and time.monotonic() - at < _LOCAL_FOR:
            return True
        return self._fresh(self._head())

    def _head(self) -> ReplicaHead | None:
        """Return how far the replica is; a database that does not answer holds none."""
        with suppress(ArchiveUnavailable):
            return self._replica.head()
        return None

    def _fresh(self, head: ReplicaHead | None) -> bool:
        """Return whether a replica may answer: all the node had, seen not long ago, and our own writes."""
        if head is None or head.halted or head.block is None or head.seen_at is None:
            self._found_fresh = (-1, 0.0)
            return False
        fresh = (
            head.caught_up
            and head.block.number >= self._written
            and abs(self._clock() - head.seen_at) <= self._trust.max_silence
            and head.ledger == self._chain.ledger
        )
        self._found_fresh = (head.block.number if fresh else -1, time.monotonic())
        return fresh

    def _usable(self, head: ReplicaHead | None) -> bool:
        """Return whether the replica answers; raises `ReplicaHalted` when nobody may."""
        if head is not None:
            self._halted = head.halted if head.ledger == self._chain.ledger else None
        if self._halted:  # also when the database fell silent since
            raise ReplicaHalted(self._halted)
        return self._fresh(head)

    def _elsewhere(self) -> Chain:
        """Return the chain, to be asked itself; `ReplicaBehind` where one node's word is not enough."""
        if self._trust.witnessed:
            raise ReplicaBehind
        return self._chain

    def _require_fresh(self) -> None:
        if not self._usable(self._head()):
            raise ReplicaBehind

    def _final(self, head: ReplicaHead) -> int:
        """Return the newest block that can no longer be undone; what was there at the founding is final."""
        return max(as_of(head).block - self._trust.finality, self._trust.from_block)

    def _few_of(self, head: ReplicaHead) -> Few | None:
        """Return members, keys and terms of a head, gathered anew when they changed; None if since then."""
        few = self._few
        if few.number != head.people:
            few = self._few = _gathered(*self._replica.people())
        return few if few.number == head.people else None


def as_of(head: ReplicaHead) -> AsOf:
    """Return the moment of a replica that holds a block."""
    assert head.block is not None  # noqa: S101 - a fresh replica has one
    return AsOf(head.block.number, moment(head.block.time))


def _gathered(number: int, occurrences: Sequence[Occurrence]) -> Few:
    people = gathered(occurrences)
    compromised = {
        key.id: key.compromised_from for key in people.keys.values() if key.compromised_from is not None
    }
    told = (one.block for one in occurrences if isinstance(one.event, KeyAdded | KeyCompromised | OfTerms))
    return Few(number, people, gathered_mutual(occurrences, compromised), max(told, default=0))


def _wall_clock() -> datetime:
    return datetime.now(UTC)
