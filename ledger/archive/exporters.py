"""The port `ExporterFiles` in the database: acts on exporters with the writes they queue, in one go."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Row, insert, select, tuple_
from sqlalchemy.exc import IntegrityError

from ledger.aeo.cases import EventState
from ledger.archive.database import Database
from ledger.archive.exporter_tables import exporter_events, exporter_records
from ledger.archive.rows import in_pages
from ledger.archive.tables import outbox
from ledger.archive.writes_queue import queue_write
from ledger.errors import ArchiveUnavailable
from ledger.exporter_acts import ExporterAct, ExporterEvent
from ledger.exporter_records import ExporterRecord, record_bytes, record_hash, record_in
from ledger.exporter_refused import ExporterMovedOn
from ledger.facts import Address
from ledger.origin.facts import ExporterStatus
from ledger.outbox import DispatchState

_ATTEMPTS: Final = 10
"""How often the same write of another process may be in the way and gone when looked at."""
_EVENTS, _RECORDS = exporter_events.c, exporter_records.c
_FILED = select(exporter_events, outbox.c.state).join_from(
    exporter_events, outbox, _EVENTS.dispatch == outbox.c.position
)
_STATES: Final = {
    DispatchState.RECORDED.value: EventState.RECORDED,
    DispatchState.REFUSED.value: EventState.REFUSED,
}
"""How far an event has come, by the state of its write; every other one is on its way."""


class SqlExporterFiles:
    """Exporters' files in an SQL database; see `ledger.exporter_port.ExporterFiles` for what is promised."""

    def __init__(self, database: Database) -> None:
        """Keep the database the files are in."""
        self._database = database

    def file(self, event: ExporterEvent, record: ExporterRecord | None, *, now: datetime) -> ExporterEvent:
        """Store an event and its record and queue its write, all or nothing; raises `ExporterMovedOn`."""
        for _ in range(_ATTEMPTS):
            try:
                with self._database.writing() as connection:
                    if record is not None:
                        _keep(connection, record, now)
                    position = queue_write(connection, event.write, event.account, now)
                    connection.execute(insert(exporter_events), _row_of(event) | {"dispatch": position})
                    return replace(event, dispatch=position)
            except IntegrityError:
                if any(one.seq == event.seq for one in self.events(event.member, event.code)):
                    raise ExporterMovedOn(event.code) from None
        raise ArchiveUnavailable("others file the same at the same time")

    def keep(self, record: ExporterRecord, *, now: datetime) -> None:
        """Store a record; one that is there stays as it is."""
        for _ in range(_ATTEMPTS):
            try:
                with self._database.writing() as connection:
                    return _keep(connection, record, now)
            except IntegrityError:  # another process stored it between our two statements
                continue
        raise ArchiveUnavailable("others keep the same record at the same time")

    def events(self, member: str, code: str) -> Sequence[ExporterEvent]:
        """Return the events of an exporter, oldest first, each with how far its write has come."""
        query = _FILED.where(_EVENTS.member == member, _EVENTS.code == code).order_by(_EVENTS.seq)
        with self._database.reading() as connection:
            return tuple(map(_event_of, connection.execute(query)))

    def records(self, hashes: Collection[bytes]) -> Mapping[bytes, ExporterRecord]:
        """Return those of these records that are here, by their hash."""
        found: dict[bytes, ExporterRecord] = {}
        with self._database.reading() as connection:
            for page in in_pages(sorted(set(hashes))):
                query = select(_RECORDS.hash, _RECORDS.record).where(_RECORDS.hash.in_(page))
                found.update({row.hash: record_in(row.record) for row in connection.execute(query)})
        return found

    def exporters(
        self, *, member: str | None = None, after: tuple[str, str] | None = None, limit: int = 100
    ) -> Sequence[tuple[str, str]]:
        """Return member and code of exporters of which a record is here, in this order, after one."""
        query = select(_RECORDS.member, _RECORDS.code).distinct().order_by(_RECORDS.member, _RECORDS.code)
        if member is not None:
            query = query.where(_RECORDS.member == member)
        if after is not None:
            query = query.where(tuple_(_RECORDS.member, _RECORDS.code) > after)
        with self._database.reading() as connection:
            return [(row.member, row.code) for row in connection.execute(query.limit(limit))]


def _keep(connection: Connection, record: ExporterRecord, now: datetime) -> None:
    """Insert a record that is not there."""
    named = record_hash(record)
    if connection.execute(select(_RECORDS.hash).where(_RECORDS.hash == named)).first():
        return
    connection.execute(
        insert(exporter_records),
        {
            "hash": named,
            "member": record.member,
            "code": record.code,
            "record": record_bytes(record),
            "kept_at": now,
        },
    )


def _row_of(event: ExporterEvent) -> dict[str, object]:
    return {
        "member": event.member,
        "code": event.code,
        "seq": event.seq,
        "act": event.act.value,
        "version": event.version,
        "status": event.status.value,
        "effective_from": event.effective_from,
        "until": event.until,
        "record_hash": event.record_hash,
        "note": event.note,
        "authority": event.authority,
        "account": event.account,
        "request": event.request,
        "filed_at": event.filed_at,
    }


def _event_of(row: Row[tuple[object, ...]]) -> ExporterEvent:
    return ExporterEvent(
        member=row.member,
        code=row.code,
        seq=row.seq,
        act=ExporterAct(row.act),
        version=row.version,
        status=ExporterStatus(row.status),
        effective_from=row.effective_from,
        until=row.until,
        record_hash=row.record_hash,
        note=row.note,
        authority=row.authority,
        account=Address(row.account),
        request=row.request,
        filed_at=row.filed_at,
        dispatch=row.dispatch,
        state=_STATES.get(row.state, EventState.ACCEPTED),
    )
