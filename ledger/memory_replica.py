"""The store of a replica in memory: the port `Replica` in a few lines, for tests and as its meaning."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import get_args

from ledger.aeo.gathering import change_of, operator_of
from ledger.events import (
    Anchored,
    AuthorityAdded,
    Block,
    CaseOpened,
    Decided,
    Ended,
    Entered,
    Event,
    Issued,
    KeyAdded,
    Occurrence,
    OfMembers,
    OfTerms,
    ProofReceived,
    StatusRecorded,
    moment,
)
from ledger.facts import Address, Anchor, Entry, LedgerName, Reason, Standing
from ledger.memory_replica_figures import MemoryFigures
from ledger.memory_replica_procedures import MemoryProcedures
from ledger.operators import Operator, OperatorCode
from ledger.recognition_port import Recorded
from ledger.replica_port import (
    WINDOW,
    Listed,
    Look,
    OperatorCounts,
    OperatorsLook,
    ReplicaDisconnected,
    ReplicaHead,
)

_FEW = get_args(OfMembers) + get_args(OfTerms)
"""What is gathered in memory: members, keys, votes and the terms of recognition."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """One entry, gathered from its events."""

    issued: Occurrence
    entry: Entry
    replacement: bytes | None
    newest: int


class MemoryReplica(MemoryProcedures, MemoryFigures):
    """Blocks and events in lists; safe to share between threads."""

    def __init__(self) -> None:
        """Start empty, as the replica of no ledger."""
        super().__init__()
        self._blocks: list[Block] = []

    def head(self) -> ReplicaHead | None:
        """Return how far it is; None before `start`."""
        return self._head

    def start(
        self, ledger: LedgerName, recognition: Address | None = None, procedures: Address | None = None
    ) -> None:
        """Make the store this ledger's with its recognition registry and procedures, or find that it is."""
        with self._lock:
            if self._head is None:
                self._head = ReplicaHead(ledger, None, 0, None, None, 0, recognition, procedures)
            self._head.check(ledger, recognition, procedures)

    def clear(
        self, ledger: LedgerName, recognition: Address | None = None, procedures: Address | None = None
    ) -> None:
        """Forget everything, an alarm too, and start again with this ledger."""
        with self._lock:
            people = self._head.people + 1 if self._head else 0
            self._blocks, self._events = [], []
            self._head = ReplicaHead(ledger, None, 0, None, None, people, recognition, procedures)

    def apply(
        self,
        blocks: Sequence[Block],
        occurrences: Collection[Occurrence],
        *,
        node_block: int,
        seen_at: datetime,
        window: int = WINDOW,
    ) -> None:
        """Add blocks, in order, with all that happened in them, whole or not at all."""
        with self._lock:
            head = self._head
            if head is None or (head.block and head.block.hash != blocks[0].parent):
                raise ReplicaDisconnected
            self._blocks += blocks
            self._events += sorted(occurrences, key=lambda one: one.place)
            people = head.people + any(isinstance(one.event, _FEW) for one in occurrences)
            self._head = replace(
                head, block=blocks[-1], node_block=node_block, seen_at=_whole(seen_at), people=people
            )
            edge, busy = blocks[-1].number - window, {one.block for one in self._events}
            kept = (one for one in self._blocks[1:] if one.number > edge or one.number in busy)
            self._blocks = [self._blocks[0], *kept]

    def touch(self, *, node_block: int, seen_at: datetime) -> None:
        """Note that the node answered, and with which newest block."""
        with self._lock:
            if self._head:
                self._head = replace(self._head, node_block=node_block, seen_at=_whole(seen_at))

    def roll_back(self, to_block: int) -> None:
        """Take back all blocks after one, with all that happened in them."""
        with self._lock:
            self._blocks = [block for block in self._blocks if block.number <= to_block]
            self._events = [one for one in self._events if one.block <= to_block]
            if self._head:
                newest = self._blocks[-1] if self._blocks else None
                self._head = replace(self._head, block=newest, people=self._head.people + 1)

    def halt(self, reason: str) -> None:
        """Stop answering for this reason until `clear`."""
        with self._lock:
            if self._head:
                self._head = replace(self._head, halted=reason)

    def hashes(self, newest: int) -> Mapping[int, bytes]:
        """Return the hashes of as many of the newest blocks, by number."""
        return {block.number: block.hash for block in self._blocks[-newest:]}

    def first(self) -> Block | None:
        """Return the oldest block."""
        return self._blocks[0] if self._blocks else None

    def look(self, certificate: bytes, root: bytes, reference_key: bytes) -> Look | None:
        """Return what is recorded about all three, as of one block; None before `start`."""
        with self._lock:
            if self._head is None:
                return None
            seen = self._seen(certificate)
            anchored, anchor = self._anchor(root)
            signed = seen.entry if seen else anchor
            holder = self._holder(signed.exporting, reference_key) if signed else None
            places = (
                seen.newest if seen else 0,
                anchored.block if anchored else 0,
                holder.block if holder else 0,
            )
            return Look(
                head=self._head,
                entry=seen.entry if seen else None,
                anchor=anchor,
                holder=holder.event.id if holder and isinstance(holder.event, Issued) else None,
                replacement=seen.replacement if seen else None,
                newest=max(places),
                acted_on=any(_acts_on(one.event, certificate) for one in self._events),
            )

    def people(self) -> tuple[int, Sequence[Occurrence]]:
        """Return all events about members, authorities, keys, votes and the terms of recognition."""
        with self._lock:
            found = [one for one in self._events if isinstance(one.event, _FEW)]
            return self._head.people if self._head else 0, found

    def occurrences(self) -> Iterator[Occurrence]:
        """Yield all events in order."""
        return iter(list(self._events))

    def taken(self, exporting: str, reference_keys: Sequence[bytes]) -> frozenset[bytes]:
        """Return those of the references that an entry of the member holds."""
        return frozenset(key for key in reference_keys if self._holder(exporting, key))

    def entries(
        self,
        *,
        exporting: str | None = None,
        importing: str | None = None,
        after: tuple[int, int] | None = None,
        limit: int = 100,
        newest_first: bool = False,
    ) -> Sequence[Listed]:
        """Return entries of, or addressed to, a member in the order of the chain, going on after a place."""
        with self._lock:
            found = [self._listed(one) for one in self._events if isinstance(one.event, Issued)]
        wanted = [
            one
            for one in found
            if exporting in {None, one.entry.exporting} and importing in {None, one.entry.importing}
        ]
        wanted.sort(key=lambda one: one.place, reverse=newest_first)
        if after is not None:
            wanted = [one for one in wanted if (one.place < after if newest_first else one.place > after)]
        return wanted[:limit]

    def counts(self, at: datetime, *, exporting: str | None = None) -> Mapping[Standing, int]:
        """Return how many entries stand how at a moment, those of one member or all."""
        every = self.entries(exporting=exporting, limit=len(self._events))
        return Counter(one.entry.standing_at(at.replace(microsecond=0)) for one in every)

    def look_operators(self, codes: Collection[OperatorCode]) -> OperatorsLook | None:
        """Return these operators as of one block, any number of them; None before `start`."""
        with self._lock:
            if self._head is None:
                return None
            said = [one for one in self._statuses() if one.operator in codes]
            operators = {code: self._operator(code) for code in sorted({one.operator for one in said})}
            return OperatorsLook(self._head, operators, max((one.place[0] for one in said), default=0))

    def operator_counts(self) -> OperatorCounts:
        """Return how many operators there are."""
        said = self._statuses()
        return OperatorCounts(len({one.operator for one in said}), len(said))

    def operators(
        self, *, member: str | None = None, after: OperatorCode | None = None, limit: int = 100
    ) -> Sequence[Operator]:
        """Return operators by code, of one member or of all, going on after a code."""
        with self._lock:
            codes = sorted({one.operator for one in self._statuses(member) if one.operator > (after or "")})
            return [self._operator(code) for code in codes[:limit]]

    def status_changes(
        self,
        *,
        after: tuple[int, int] | None = None,
        up_to: int | None = None,
        member: str | None = None,
        limit: int = 100,
    ) -> Sequence[Recorded]:
        """Return status changes in the order of the chain, after a place and up to a block."""
        wanted = [
            one
            for one in self._statuses(member)
            if (after is None or one.place > after) and (up_to is None or one.place[0] <= up_to)
        ]
        return wanted[:limit]

    def _statuses(self, member: str | None = None) -> list[Recorded]:
        with self._lock:
            return [
                Recorded(OperatorCode(one.event.operator), change_of(one.event, one.at), one.place)
                for one in self._events
                if isinstance(one.event, StatusRecorded) and member in {None, one.event.member}
            ]

    def _operator(self, code: OperatorCode) -> Operator:
        operator = operator_of(code, self._events)
        assert operator is not None  # noqa: S101 - it is one of the events
        return operator

    def _seen(self, certificate: bytes) -> _Seen | None:
        """Gather an entry from its events, in the order in which they came."""
        found: _Seen | None = None
        for one in self._events:
            match one.event:
                case Issued(id=same) if same == certificate:
                    found = _Seen(one, _entry(one.event, one.at), None, one.block)
                case Entered(id=same, issued_at=at) if found and same == certificate:
                    found = replace(found, entry=replace(found.entry, issued_at=moment(at)))
                case Ended(id=same, reason=reason, replacement=new) if found and same == certificate:
                    entry = replace(found.entry, ended_at=moment(one.at), reason=Reason(reason))
                    found = replace(found, entry=entry, replacement=new, newest=one.block)
        return found

    def _anchor(self, root: bytes) -> tuple[Occurrence | None, Anchor | None]:
        for one in self._events:
            match one.event:
                case Anchored(root=same, key=key, size=size, valid_until=until) if same == root:
                    member = self._member_of(key)
                    return one, Anchor(key, member, size, moment(one.at), moment(until))
        return None, None

    def _member_of(self, key: int) -> str:
        authority = next(
            one.event.authority
            for one in self._events
            if isinstance(one.event, KeyAdded) and one.event.id == key
        )
        return next(
            one.event.member
            for one in self._events
            if isinstance(one.event, AuthorityAdded) and one.event.authority == authority
        )

    def _holder(self, exporting: str, reference_key: bytes) -> Occurrence | None:
        for one in self._events:
            match one.event:
                case Issued(exporting=member, reference_key=key):
                    if (member, key) == (exporting, reference_key):
                        return one
        return None

    def _listed(self, one: Occurrence) -> Listed:
        assert isinstance(one.event, Issued)  # noqa: S101 - its caller has seen to it
        seen = self._seen(one.event.id)
        assert seen is not None  # noqa: S101 - it is one of the events
        return Listed(one.event.id, one.event.reference_key, seen.entry, seen.replacement, one.place)

    def _entry_of(self, certificate: bytes) -> Entry:
        seen = self._seen(certificate)
        assert seen is not None  # noqa: S101 - its caller has it from an event
        return seen.entry


def _entry(issued: Issued, at: int) -> Entry:
    return Entry(
        key=issued.key,
        exporting=issued.exporting,
        importing=issued.importing,
        scheme=issued.scheme,
        issued_at=moment(at),
        valid_until=moment(issued.valid_until),
        ended_at=None,
        reason=None,
    )


def _whole(time: datetime) -> datetime:
    """Return a time in milliseconds, as a database keeps it."""
    return time.replace(microsecond=time.microsecond // 1000 * 1000)


def _acts_on(event: Event, certificate: bytes) -> bool:
    """Whether customs received a certificate, decided on it, or asked about it."""
    return isinstance(event, ProofReceived | Decided | CaseOpened) and event.id == certificate
