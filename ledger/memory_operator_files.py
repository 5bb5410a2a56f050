"""The port `OperatorFiles` in this process."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from threading import RLock

from ledger.aeo.cases import Event, EventState
from ledger.aeo.naming import fits
from ledger.aeo.records import OperatorRecord, record_hash
from ledger.aeo.refused import CaseMovedOn
from ledger.operator_files import Step
from ledger.operators import OperatorCode
from ledger.outbox import DispatchState, Outbox

_STATES = {DispatchState.RECORDED: EventState.RECORDED, DispatchState.REFUSED: EventState.REFUSED}


class MemoryOperatorFiles:
    """Operators' files in memory; see `ledger.operator_files.OperatorFiles` for what is promised."""

    def __init__(self, outbox: Outbox) -> None:
        """Start with none; `outbox` takes the writes."""
        self._outbox = outbox
        self._lock = RLock()
        self._events: dict[OperatorCode, list[Event]] = {}
        self._records: dict[bytes, OperatorRecord] = {}

    def file(
        self, steps: Sequence[Step], records: Sequence[OperatorRecord], *, now: datetime
    ) -> Sequence[Event]:
        """Store events and records and queue the writes, all or nothing.

        Raises `CaseMovedOn` when an event's number in its case is taken.
        """
        with self._lock:
            taken = {(one.operator, one.seq) for events in self._events.values() for one in events}
            for event in (event for step in steps for event in step.events):
                if (event.operator, event.seq) in taken:
                    raise CaseMovedOn(event.operator)
                taken.add((event.operator, event.seq))
            self.keep(records, now=now)
            return [event for step in steps for event in self._filed(step, now)]

    def keep(self, records: Sequence[OperatorRecord], *, now: datetime) -> None:  # noqa: ARG002 - of the port
        """Store records; one that is there stays as it is."""
        self._records |= {record_hash(record): record for record in records}

    def events(self, operator: OperatorCode) -> Sequence[Event]:
        """Return the events of a case, oldest first, each with how far its write has come."""
        with self._lock:
            return tuple(map(self._seen, self._events.get(operator, ())))

    def records(self, hashes: Collection[bytes]) -> Mapping[bytes, OperatorRecord]:
        """Return those of these records that are here, by their hash."""
        return {one: self._records[one] for one in hashes if one in self._records}

    def operators(
        self, *, member: str | None = None, after: OperatorCode | None = None, limit: int = 100
    ) -> Sequence[OperatorCode]:
        """Return the operators that have events, by code, going on after a code."""
        with self._lock:
            codes = sorted(self._events)
        return [one for one in codes if one.startswith(member or "") and one > (after or "")][:limit]

    def known(
        self, member: str, *, after: OperatorCode | None = None, limit: int = 100
    ) -> Sequence[OperatorCode]:
        """Return a member's operators that have events or records here, by code, going on after a code."""
        with self._lock:
            codes = sorted({*self._events, *(record.operator for record in self._records.values())})
        return [one for one in codes if one.startswith(member) and one > (after or "")][:limit]

    def named(self, member: str, words: Sequence[str], *, limit: int) -> Sequence[OperatorRecord]:
        """Return records of a member's operators whose names fit, by code; older ones too."""
        kept = sorted(self._records.items(), key=lambda item: (item[1].operator, item[0]))
        found = (one for _, one in kept if one.operator.startswith(member) and fits(words, one.name))
        return list(islice(found, limit))

    def _filed(self, step: Step, now: datetime) -> list[Event]:
        write = self._outbox.put_write(step.write, step.account, now=now) if step.write else None
        filed = [replace(event, dispatch=write.position if write else None) for event in step.events]
        for event in filed:
            self._events.setdefault(event.operator, []).append(event)
        return list(map(self._seen, filed))

    def _seen(self, event: Event) -> Event:
        """Return an event with how far its write has come."""
        if event.dispatch is None:
            return event
        write = self._outbox.find(event.dispatch)
        state = _STATES.get(write.state, EventState.ACCEPTED) if write else EventState.ACCEPTED
        return replace(event, state=state)
