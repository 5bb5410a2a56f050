"""The part of the replica in memory that adds the events up: the meaning of each figure, in a few lines."""

from abc import ABC, abstractmethod
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from threading import RLock

from ledger.events import (
    Anchored,
    Decided,
    Ended,
    Entered,
    Issued,
    Occurrence,
    ProofReceived,
    moment,
)
from ledger.facts import AsOf, Entry, Reason
from ledger.figures import Activity, PairTime, PairUse, smallest_with
from ledger.happenings import HAPPENINGS, REPORTS, Parties, happening_of
from ledger.procedures_port import Happening
from ledger.replica_port import ReplicaBehind, ReplicaHead

_Pair = tuple[str, str]


class MemoryFigures(ABC):
    """Counts the events in a list, which `MemoryReplica` keeps."""

    _head: ReplicaHead | None
    _events: list[Occurrence]
    _lock: RLock

    @abstractmethod
    def _entry_of(self, certificate: bytes) -> Entry:
        """Return the entry of a certificate that has one."""

    @abstractmethod
    def _member_of(self, key: int) -> str:
        """Return the member of a key."""

    def figured(self) -> AsOf:
        """Return the block that the figures are as of."""
        with self._lock:
            if self._head is None or self._head.block is None:
                raise ReplicaBehind
            return AsOf(self._head.block.number, moment(self._head.block.time))

    def latest(
        self,
        *,
        before: tuple[int, int] | None = None,
        after: tuple[int, int] | None = None,
        limit: int = 20,
    ) -> Sequence[Happening]:
        """Return events of all kinds, newest first, before one place and after another."""
        with self._lock:
            wanted = [
                one
                for one in reversed(self._events)
                if (before is None or one.place < before) and (after is None or one.place > after)
            ]
            parties: dict[bytes, Parties] = {
                event.id: (event.exporting, event.importing) for _, event in self._issued()
            }
        return [told(one, parties) for one in wanted[:limit]]

    def activity(self, since: datetime | None = None) -> Sequence[Activity]:
        """Return what each member did, by code."""
        done = Counter[tuple[str, str]]()
        with self._lock:
            for one in self._events:
                if since is None or moment(one.at) >= since:
                    done.update(dict(self._done(one)))
        members = sorted({member for (member, _), count in done.items() if count})
        kinds = ("issued", "cancelled", "replaced", "received", "decided")
        return [Activity(member, **{kind: done[member, kind] for kind in kinds}) for member in members]

    def utilisation(self, since: datetime | None = None) -> Sequence[PairUse]:
        """Return what became of certificates issued in a period, by exporting and importing member."""
        with self._lock:
            pairs = defaultdict[_Pair, Counter[str]](Counter)
            counted = dict[bytes, _Pair]()
            for _, event in self._issued():
                if since is None or self._entry_of(event.id).issued_at >= since:
                    pair = counted[event.id] = (event.exporting, event.importing)
                    pairs[pair]["issued"] += 1
            self._reported(pairs, counted)
            for one in self._events:
                for member, size in self._in_batch(one, since):
                    pairs[member, ""]["issued"] += size
        found = (
            PairUse(exporting, importing, **told) for (exporting, importing), told in sorted(pairs.items())
        )
        return [one for one in found if one.issued]

    def times(self, since: datetime | None = None) -> Sequence[PairTime]:
        """Return how long decisions took, by exporting and importing member."""
        with self._lock:
            first = dict[bytes, int]()
            for one in self._events:
                if isinstance(one.event, Decided):
                    first.setdefault(one.event.id, one.at)
            took = defaultdict[_Pair, list[int]](list)
            for certificate, at in first.items():
                entry = self._entry_of(certificate)
                if since is None or moment(at) >= since:
                    seconds = max(at - int(entry.issued_at.timestamp()), 0)
                    took[entry.exporting, entry.importing].append(seconds)
        return [
            PairTime(*pair, len(each), smallest_with(sorted(each), 5), smallest_with(sorted(each), 9))
            for pair, each in sorted(took.items())
        ]

    def _issued(self) -> Iterator[tuple[Occurrence, Issued]]:
        return ((one, one.event) for one in self._events if isinstance(one.event, Issued))

    def _done(self, one: Occurrence) -> Iterable[tuple[tuple[str, str], int]]:
        """Yield what an event adds, by member and kind; one that entered from a batch was counted there."""
        match one.event:
            case Issued(exporting=member):
                yield (member, "issued"), 1
            case Entered(id=certificate):
                yield (self._entry_of(certificate).exporting, "issued"), -1
            case Anchored(key=key, size=size):
                yield (self._member_of(key), "issued"), size
            case Ended(key=key, reason=reason):
                kind = "replaced" if reason == Reason.REPLACED else "cancelled"
                yield (self._member_of(key), kind), 1
            case ProofReceived(key=key):
                yield (self._member_of(key), "received"), 1
            case Decided(key=key):
                yield (self._member_of(key), "decided"), 1

    def _reported(self, pairs: defaultdict[_Pair, Counter[str]], counted: dict[bytes, _Pair]) -> None:
        """Add what customs reported of the certificates that were counted."""
        used, gone = set[bytes](), set[bytes]()
        for one in self._events:
            certificate = getattr(one.event, "id", None)
            if not isinstance(certificate, bytes) or certificate not in counted:
                continue
            told = pairs[counted[certificate]]
            if isinstance(one.event, (*REPORTS, Ended)):
                gone.add(certificate)
            if isinstance(one.event, ProofReceived):
                told["received"] += 1
            if isinstance(one.event, Decided):
                told["granted"] += one.event.granted.bit_count()
                told["refused"] += one.event.refused.bit_count()
                used |= {certificate} if one.event.granted else set()
        for certificate, pair in counted.items():
            pairs[pair]["used"] += certificate in used
            pairs[pair]["unreported"] += certificate not in gone

    def _in_batch(self, one: Occurrence, since: datetime | None) -> Iterable[tuple[str, int]]:
        """Yield how many certificates an event puts into batches, or takes out by giving them entries."""
        match one.event:
            case Anchored(key=key, size=size) if since is None or moment(one.at) >= since:
                yield self._member_of(key), size
            case Entered(id=certificate, issued_at=at) if since is None or moment(at) >= since:
                yield self._entry_of(certificate).exporting, -1


def told(one: Occurrence, parties: dict[bytes, Parties]) -> Happening:
    """Return an event of any kind with the members that it concerns, as far as certificates tell them."""
    if isinstance(one.event, HAPPENINGS):
        return happening_of(one, parties)
    return Happening(one, None, "", None)
