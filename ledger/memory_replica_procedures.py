"""The part of the replica in memory that tells of decisions, verification cases and certified exporters."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from threading import RLock

from ledger.events import (
    CaseOpened,
    Decided,
    Ended,
    ExporterRecorded,
    Issued,
    Occurrence,
    ProofReceived,
    RefusalClarified,
    SplitUseSet,
    moment,
)
from ledger.facts import AsOf, Entry
from ledger.happenings import (
    HAPPENINGS,
    REPORTS,
    Parties,
    cases_of,
    concerned,
    exporter_of,
    happening_of,
    names,
)
from ledger.origin.facts import CaseFacts, Exporter
from ledger.procedures_port import Happening, Unreported
from ledger.replica_port import ExporterLook, LifeLook, ProcedureCounts, ReplicaHead

_DAY = 86_400
"""Seconds."""


class MemoryProcedures(ABC):
    """Looks through the events in a list, which `MemoryReplica` keeps."""

    def __init__(self) -> None:
        """Start empty."""
        self._head: ReplicaHead | None = None
        self._events: list[Occurrence] = []
        self._lock = RLock()

    @abstractmethod
    def _entry_of(self, certificate: bytes) -> Entry:
        """Return the entry of a certificate that has one."""

    def look_life(self, certificate: bytes) -> LifeLook | None:
        """Return all events that name a certificate as of one block, oldest first; None before `start`."""
        with self._lock:
            if self._head is None:
                return None
            return LifeLook(self._head, [one for one in self._events if names(one.event, certificate)])

    def look_exporter(self, member: str, code: str) -> ExporterLook | None:
        """Return all that is recorded of a certified exporter as of one block; None before `start`."""
        with self._lock:
            if self._head is None:
                return None
            found = [one for one in self._events if _recorded_of(one) == (member, code)]
            return ExporterLook(self._head, found)

    def case(self, number: int) -> CaseFacts | None:
        """Return a verification case."""
        return cases_of(self._told()).get(number)

    def split_use(self, member: str) -> bool:
        """Return whether a member lets a line be drawn down under several declarations."""
        said = [one.event for one in self._told() if isinstance(one.event, SplitUseSet)]
        return next((event.allowed for event in reversed(said) if event.member == member), True)

    def procedure_counts(self) -> ProcedureCounts:
        """Return how much of each kind there is."""
        events = [one.event for one in self._told()]
        return ProcedureCounts(
            receipts=sum(isinstance(event, ProofReceived) for event in events),
            decisions=sum(isinstance(event, Decided) for event in events),
            cases=sum(isinstance(event, CaseOpened) for event in events),
            exporters=sum(isinstance(event, ExporterRecorded) and event.version == 1 for event in events),
        )

    def happenings(
        self,
        *,
        after: tuple[int, int] | None = None,
        up_to: int | None = None,
        member: str | None = None,
        limit: int = 100,
    ) -> Sequence[Happening]:
        """Return events in the order of the chain, after a place and up to a block."""
        events = self._told()
        parties: dict[bytes, Parties] = {
            one.event.id: (one.event.exporting, one.event.importing)
            for one in events
            if isinstance(one.event, Issued)
        }
        found = [happening_of(one, parties) for one in events if isinstance(one.event, HAPPENINGS)]
        wanted = [
            one
            for one in found
            if (after is None or one.occurrence.place > after)
            and (up_to is None or one.occurrence.block <= up_to)
            and (member is None or member in concerned(one))
        ]
        return wanted[:limit]

    def cases(
        self,
        *,
        member: str | None = None,
        open_only: bool = True,
        due_before: datetime | None = None,
        after: int = 0,
        limit: int = 100,
    ) -> Sequence[CaseFacts]:
        """Return verification cases by number that a member asks or is asked in, going on after a number."""
        wanted = [
            case
            for number, case in cases_of(self._told()).items()
            if number > after
            and (member is None or member in {case.importing, case.exporting})
            and (case.open or not open_only)
            and (due_before is None or (case.open and min(case.due, case.conclude_due) < due_before))
        ]
        return wanted[:limit]

    def unreported(
        self,
        exporting: str,
        *,
        importing: str | None = None,
        after: tuple[int, int] | None = None,
        limit: int = 100,
    ) -> Sequence[Unreported]:
        """Return a member's entries that have not ended and of which nothing has come back, oldest first."""
        gone = {one.event.id for one in self._told() if isinstance(one.event, (*REPORTS, Ended))}
        issued = ((one, one.event) for one in self._told() if isinstance(one.event, Issued))
        wanted = [
            Unreported(event.id, self._entry_of(event.id), one.place)
            for one, event in issued
            if event.exporting == exporting
            and importing in {None, event.importing}
            and event.id not in gone
            and (after is None or one.place > after)
        ]
        return wanted[:limit]

    def unreported_counts(self, exporting: str) -> Mapping[str, int]:
        """Return of how many of a member's entries nothing has come back, by importing member."""
        every = self.unreported(exporting, limit=len(self._told()))
        return Counter(one.entry.importing for one in sorted(every, key=lambda one: one.entry.importing))

    def undecided(
        self,
        importing: str,
        *,
        received_before: datetime | None = None,
        after: tuple[int, int] | None = None,
        limit: int = 100,
    ) -> Sequence[Unreported]:
        """Return entries that a member has received and not decided on, by receipt."""
        decided = {one.event.id for one in self._told() if isinstance(one.event, Decided)}
        received = ((one, one.event.id) for one in self._told() if isinstance(one.event, ProofReceived))
        wanted = [
            Unreported(certificate, self._entry_of(certificate), one.place, moment(one.at))
            for one, certificate in received
            if certificate not in decided
            and (received_before is None or moment(one.at) < received_before)
            and (after is None or one.place > after)
        ]
        return [one for one in wanted if one.entry.importing == importing][:limit]

    def contested(
        self, importing: str, days: int, *, after: bytes | None = None, limit: int = 100
    ) -> Sequence[bytes]:
        """Return certificates, by id, of which a refusal by a member is late or to be reconsidered."""
        events = self._told()
        found = {one for one in _answered(events) | _late(events, days) if after is None or one > after}
        return [one for one in sorted(found) if self._entry_of(one).importing == importing][:limit]

    def exporters(
        self, *, member: str | None = None, after: tuple[str, str] | None = None, limit: int = 100
    ) -> Sequence[Exporter]:
        """Return certified exporters by member and code, going on after one."""
        with self._lock:
            if self._head is None or self._head.block is None:
                return []
            as_of, events = AsOf(self._head.block.number, moment(self._head.block.time)), self._told()
        every = sorted({whose for one in events if (whose := _recorded_of(one)) is not None})
        wanted = [one for one in every if member in {None, one[0]} and (after is None or one > after)]
        return [exporter_of(*whose, events, as_of) for whose in wanted[:limit]]

    def _told(self) -> list[Occurrence]:
        with self._lock:
            return list(self._events)


def _recorded_of(one: Occurrence) -> tuple[str, str] | None:
    """Return the exporter that an event is about."""
    return (one.event.member, one.event.code) if isinstance(one.event, ExporterRecorded) else None


def _late(events: Sequence[Occurrence], days: int) -> set[bytes]:
    """Return certificates with a refusal some days after the receipt, or the first decision."""
    receipts = {one.event.id: one.at for one in events if isinstance(one.event, ProofReceived)}
    began: dict[bytes, int] = {}
    late = set()
    for one in events:
        if isinstance(one.event, Decided):
            first = began.setdefault(one.event.id, one.at)
            if one.event.refused and one.at > receipts.get(one.event.id, first) + days * _DAY:
                late.add(one.event.id)
    return late


def _answered(events: Sequence[Occurrence]) -> set[bytes]:
    """Return certificates with an answered refusal that no later decision is all about."""
    waiting: list[tuple[bytes, int]] = []
    for one in events:
        match one.event:
            case RefusalClarified(id=certificate, lines=lines):
                waiting.append((certificate, lines))
            case Decided(id=certificate, granted=granted, refused=refused):
                settled = granted | refused
                waiting = [w for w in waiting if w[0] != certificate or w[1] & settled != w[1]]
    return {certificate for certificate, _ in waiting}
