"""The port `OperatorFiles` in the database: events of cases and the writes they queue, in one transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Final

import orjson
from sqlalchemy import Connection, Row, bindparam, insert, select, union
from sqlalchemy.exc import IntegrityError

from ledger.aeo.acts import Act, Stage
from ledger.aeo.cases import Event, EventState, Holding
from ledger.aeo.naming import fits
from ledger.aeo.records import OperatorRecord, record_bytes, record_hash, record_in
from ledger.aeo.refused import CaseMovedOn
from ledger.archive.database import Database
from ledger.archive.operator_tables import operator_events, operator_records
from ledger.archive.prepared import Prepared
from ledger.archive.rows import in_pages
from ledger.archive.tables import outbox
from ledger.archive.writes_queue import queue_write
from ledger.errors import ArchiveUnavailable
from ledger.facts import Address
from ledger.operator_files import Step
from ledger.operators import Consent, Ground, OperatorCode, OperatorRole, OperatorStatus
from ledger.outbox import DispatchState

_ATTEMPTS: Final = 10
"""How often the same write of another process may be in the way and gone when looked at."""
_HASH: Final = 32
_EVENTS = operator_events.c
_FILED = select(operator_events, outbox.c.state).join_from(
    operator_events, outbox, _EVENTS.dispatch == outbox.c.position, isouter=True
)
_RECORD: Final = Prepared(
    select(operator_records.c.hash, operator_records.c.record).where(
        operator_records.c.hash == bindparam("hash")
    )
)
_STATES: Final = {
    None: EventState.FILED,
    DispatchState.RECORDED.value: EventState.RECORDED,
    DispatchState.REFUSED.value: EventState.REFUSED,
}
"""How far an event has come, by the state of its write; every other one is on its way."""


class SqlOperatorFiles:
    """Operators' files in an SQL database; see `ledger.operator_files.OperatorFiles` for what is promised."""

    def __init__(self, database: Database) -> None:
        """Keep the database the files are in."""
        self._database = database

    def file(
        self, steps: Sequence[Step], records: Sequence[OperatorRecord], *, now: datetime
    ) -> Sequence[Event]:
        """Store events and records and queue the writes, all or nothing.

        Raises `CaseMovedOn` when an event's number in its case is taken.
        """
        for _ in range(_ATTEMPTS):
            try:
                with self._database.writing() as connection:
                    _keep(connection, records, now)
                    return [event for step in steps for event in _filed(connection, step, now)]
            except IntegrityError:
                if operator := self._taken([event for step in steps for event in step.events]):
                    raise CaseMovedOn(operator) from None
        raise ArchiveUnavailable("others file the same at the same time")

    def keep(self, records: Sequence[OperatorRecord], *, now: datetime) -> None:
        """Store records; one that is there stays as it is."""
        for _ in range(_ATTEMPTS):
            try:
                with self._database.writing() as connection:
                    return _keep(connection, records, now)
            except IntegrityError:  # another process stored one of them between our two statements
                continue
        raise ArchiveUnavailable("others keep the same records at the same time")

    def events(self, operator: OperatorCode) -> Sequence[Event]:
        """Return the events of a case, oldest first, each with how far its write has come."""
        query = _FILED.where(_EVENTS.operator == operator).order_by(_EVENTS.seq)
        with self._database.reading() as connection:
            return tuple(map(_event_of, connection.execute(query)))

    def records(self, hashes: Collection[bytes]) -> Mapping[bytes, OperatorRecord]:
        """Return those of these records that are here, by their hash."""
        found: dict[bytes, OperatorRecord] = {}
        wanted = set(hashes)
        if len(wanted) == 1:  # as one question needs it, of which there are many
            one = self._database.ask(_RECORD, hash=wanted.pop())
            return {row.hash: record_in(row.record) for row in one}
        with self._database.reading() as connection:
            for page in in_pages(sorted(wanted)):
                query = select(operator_records.c.hash, operator_records.c.record)
                rows = connection.execute(query.where(operator_records.c.hash.in_(page)))
                found.update({row.hash: record_in(row.record) for row in rows})
        return found

    def operators(
        self, *, member: str | None = None, after: OperatorCode | None = None, limit: int = 100
    ) -> Sequence[OperatorCode]:
        """Return the operators that have events, by code, going on after a code."""
        query = select(_EVENTS.operator).distinct().order_by(_EVENTS.operator).limit(limit)
        if after is not None:
            query = query.where(_EVENTS.operator > after)
        if member is not None:
            query = query.where(_EVENTS.operator.startswith(member, autoescape=True))
        with self._database.reading() as connection:
            return [OperatorCode(code) for code in connection.execute(query).scalars()]

    def known(
        self, member: str, *, after: OperatorCode | None = None, limit: int = 100
    ) -> Sequence[OperatorCode]:
        """Return a member's operators that have events or records here, by code, going on after a code."""
        both = union(
            *(
                select(column).where(column.startswith(member, autoescape=True), column > (after or ""))
                for column in (_EVENTS.operator, operator_records.c.operator)
            )
        )
        with self._database.reading() as connection:
            found = connection.execute(both.order_by("operator").limit(limit)).scalars()
            return [OperatorCode(code) for code in found]

    def named(self, member: str, words: Sequence[str], *, limit: int) -> Sequence[OperatorRecord]:
        """Return records of a member's operators whose names fit, by code; older ones too."""
        of = operator_records.c
        query = select(of.record).where(of.operator.startswith(member, autoescape=True))
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(of.operator, of.hash)).scalars()
            fitting = (row for row in rows if fits(words, orjson.loads(row)["name"]))
            return [record_in(row) for row in islice(fitting, limit)]

    def _taken(self, events: Sequence[Event]) -> OperatorCode | None:
        """Return the operator of an event whose number in its case is taken, if there is one."""
        query = select(_EVENTS.operator, _EVENTS.seq)
        wanted = {(event.operator, event.seq) for event in events}
        with self._database.reading() as connection:
            for page in in_pages(sorted({event.operator for event in events})):
                for row in connection.execute(query.where(_EVENTS.operator.in_(page))):
                    if (row.operator, row.seq) in wanted:
                        return OperatorCode(row.operator)
        return None


def _filed(connection: Connection, step: Step, now: datetime) -> list[Event]:
    """Store the events of a step and queue its write; returns them with their place in the outbox."""
    position = queue_write(connection, step.write, step.account, now) if step.write else None
    state = EventState.ACCEPTED if position is not None else EventState.FILED
    filed = [replace(event, dispatch=position, state=state) for event in step.events]
    connection.execute(insert(operator_events), [_row_of(event) for event in filed])
    return filed


def _keep(connection: Connection, records: Sequence[OperatorRecord], now: datetime) -> None:
    """Insert the records that are not there."""
    wanted = {record_hash(record): record for record in records}
    for page in in_pages(sorted(wanted)):
        query = select(operator_records.c.hash).where(operator_records.c.hash.in_(page))
        for known in connection.execute(query).scalars():
            wanted.pop(known)
    rows = [
        {"hash": named, "operator": record.operator, "record": record_bytes(record), "kept_at": now}
        for named, record in wanted.items()
    ]
    if rows:
        connection.execute(insert(operator_records), rows)


def _row_of(event: Event) -> dict[str, object]:
    return {
        "operator": event.operator,
        "seq": event.seq,
        "act": event.act.value,
        "stage": event.stage.value,
        "effective": event.effective,
        "recorded_at": event.recorded_at,
        "authority": event.authority,
        "account": event.account,
        "office": event.office,
        "ground": event.ground.value,
        "note": event.note,
        "evidence": b"".join(event.evidence),
        "request": event.request,
        "procedure": event.procedure,
        "programme": event.holding.programme,
        "level": event.holding.level,
        "roles": event.holding.roles.value,
        "consent": event.holding.consent.value,
        "valid_until": event.holding.until,
        "record_hash": event.holding.record_hash,
        "version": event.version,
        "status": event.status.value if event.status is not None else None,
        "until": event.until,
        "dispatch": event.dispatch,
    }


def _event_of(row: Row[tuple[object, ...]]) -> Event:
    return Event(
        operator=OperatorCode(row.operator),
        seq=row.seq,
        act=Act(row.act),
        stage=Stage(row.stage),
        effective=row.effective,
        recorded_at=row.recorded_at,
        authority=row.authority,
        account=Address(row.account),
        office=row.office,
        ground=Ground(row.ground),
        note=row.note,
        evidence=tuple(row.evidence[at : at + _HASH] for at in range(0, len(row.evidence), _HASH)),
        request=row.request,
        procedure=row.procedure,
        holding=Holding(
            programme=row.programme,
            level=row.level,
            roles=OperatorRole(row.roles),
            consent=Consent(row.consent),
            until=row.valid_until,
            record_hash=row.record_hash,
        ),
        version=row.version,
        status=OperatorStatus(row.status) if row.status is not None else None,
        until=row.until,
        dispatch=row.dispatch,
        state=_STATES.get(row.state, EventState.ACCEPTED),
    )
