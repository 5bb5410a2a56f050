"""The port `ExporterFiles` in this process."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from threading import RLock

from ledger.aeo.cases import EventState
from ledger.exporter_acts import ExporterEvent
from ledger.exporter_records import ExporterRecord, record_hash
from ledger.exporter_refused import ExporterMovedOn
from ledger.outbox import DispatchState, Outbox

_STATES = {DispatchState.RECORDED: EventState.RECORDED, DispatchState.REFUSED: EventState.REFUSED}


class MemoryExporterFiles:
    """Exporters' files in memory; see `ledger.exporter_port.ExporterFiles` for what is promised."""

    def __init__(self, outbox: Outbox) -> None:
        """Start with none; `outbox` takes the writes."""
        self._outbox = outbox
        self._lock = RLock()
        self._events: dict[tuple[str, str], list[ExporterEvent]] = {}
        self._records: dict[bytes, ExporterRecord] = {}

    def file(self, event: ExporterEvent, record: ExporterRecord | None, *, now: datetime) -> ExporterEvent:
        """Store an event and its record and queue its write; raises `ExporterMovedOn`."""
        with self._lock:
            events = self._events.setdefault((event.member, event.code), [])
            if any(one.seq == event.seq for one in events):
                raise ExporterMovedOn(event.code)
            if record is not None:
                self.keep(record, now=now)
            write = self._outbox.put_write(event.write, event.account, now=now)
            events.append(replace(event, dispatch=write.position))
            return self._seen(events[-1])

    def keep(self, record: ExporterRecord, *, now: datetime) -> None:  # noqa: ARG002 - of the port
        """Store a record; one that is there stays as it is."""
        with self._lock:
            self._records.setdefault(record_hash(record), record)

    def events(self, member: str, code: str) -> Sequence[ExporterEvent]:
        """Return the events of an exporter, oldest first, each with how far its write has come."""
        with self._lock:
            return tuple(map(self._seen, self._events.get((member, code), ())))

    def records(self, hashes: Collection[bytes]) -> Mapping[bytes, ExporterRecord]:
        """Return those of these records that are here, by their hash."""
        return {one: self._records[one] for one in hashes if one in self._records}

    def exporters(
        self, *, member: str | None = None, after: tuple[str, str] | None = None, limit: int = 100
    ) -> Sequence[tuple[str, str]]:
        """Return member and code of exporters of which a record is here, in this order, after one."""
        with self._lock:
            known = sorted({(one.member, one.code) for one in self._records.values()})
        return [one for one in known if member in {None, one[0]} and (after is None or one > after)][:limit]

    def _seen(self, event: ExporterEvent) -> ExporterEvent:
        """Return an event with how far its write has come."""
        write = self._outbox.find(event.dispatch)
        state = _STATES.get(write.state, EventState.ACCEPTED) if write else EventState.ACCEPTED
        return replace(event, state=state)
