"""Decisions, verification cases and certified exporters in the tables of a replica."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from math import ceil
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, case, func, or_, select, tuple_

from ledger.archive import replica_procedure_tables as p
from ledger.archive import replica_tables as t
from ledger.archive.database import Database
from ledger.archive.replica_events import found_in, found_where
from ledger.archive.replica_look import ENDED, ENTRY, entry_of
from ledger.archive.replica_operators import stored_head
from ledger.archive.replica_work import ANY, parties_of
from ledger.events import (
    CaseConcluded,
    CaseOpened,
    CaseStepped,
    Decided,
    Ended,
    Entered,
    ExporterRecorded,
    Issued,
    Linked,
    Occurrence,
    ProofReceived,
    RefusalClarified,
    SuspensionSet,
    moment,
)
from ledger.facts import AsOf
from ledger.happenings import HAPPENINGS, cases_of, concerned, exporter_of, happening_of
from ledger.origin.facts import CaseFacts, Exporter
from ledger.procedures_port import Happening, Unreported
from ledger.replica_port import ExporterLook, LifeLook, ProcedureCounts

_OF_CASES = (CaseOpened, CaseStepped, SuspensionSet, CaseConcluded)
_OF_LIVES = (Issued, Entered, Linked, Ended, ProofReceived, Decided, RefusalClarified, *_OF_CASES)
_EVENTS_AT_A_TIME, _BLOCKS_AT_A_TIME = 500, 100
"""How much is looked through together for a list of happenings; a block is looked through whole."""


class SqlProcedures:
    """The part of `SqlReplica` that tells of them."""

    _database: Database

    def look_life(self, certificate: bytes) -> LifeLook | None:
        """Return all events that name a certificate as of one block, oldest first; None before `start`."""
        with self._database.reading() as connection:
            head = stored_head(connection)
            if head is None:
                return None
            return LifeLook(
                head, found_where(connection, _OF_LIVES, lambda table: _names(table, certificate))
            )

    def look_exporter(self, member: str, code: str) -> ExporterLook | None:
        """Return all that is recorded of a certified exporter as of one block; None before `start`."""
        recorded = p.exporters.c
        with self._database.reading() as connection:
            head = stored_head(connection)
            if head is None:
                return None
            asked = (recorded.member == member) & (recorded.code == code)
            return ExporterLook(head, found_where(connection, [ExporterRecorded], lambda _: asked))

    def case(self, number: int) -> CaseFacts | None:
        """Return a verification case."""
        with self._database.reading() as connection:
            return cases_of(_events_of(connection, [number])).get(number)

    def split_use(self, member: str) -> bool:
        """Return whether a member lets a line be drawn down under several declarations."""
        said = p.split_use_set.c
        newest = select(said.allowed).where(said.member == member)
        newest = newest.order_by(said.block.desc(), said.position.desc()).limit(1)
        with self._database.reading() as connection:
            return connection.execute(newest).scalars().one_or_none() is not False

    def procedure_counts(self) -> ProcedureCounts:
        """Return how much of each kind there is."""
        first = func.count(case((p.exporters.c.version == 1, 1)))
        counts = [select(func.count()).select_from(table) for table in (p.received, p.decided, p.case_opened)]
        with self._database.reading() as connection:
            return ProcedureCounts(
                *(connection.execute(query).scalar_one() for query in (*counts, select(first)))
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
        found: list[Happening] = []
        with self._database.reading() as connection:
            for numbers in _blocks(connection, ANY if member is None else member, after, up_to):
                told = found_in(connection, HAPPENINGS, numbers)
                parties = parties_of(connection, told)
                every = (happening_of(one, parties) for one in told if after is None or one.place > after)
                found += (one for one in every if member is None or member in concerned(one))
                if len(found) >= limit:
                    break
        return found[:limit]

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
        opened = p.case_opened.c
        wanted = select(opened.case).where(opened.case > after).order_by(opened.case).limit(limit)
        if member is not None:
            wanted = wanted.where(or_(opened.importing == member, opened.exporting == member))
        if open_only or due_before is not None:
            concluded = select(p.case_concluded.c.case).where(p.case_concluded.c.case == opened.case)
            wanted = wanted.where(~concluded.exists())
        if due_before is not None:
            before = ceil(due_before.timestamp())
            wanted = wanted.where(or_(_newest("due") < before, _newest("conclude_due") < before))
        with self._database.reading() as connection:
            numbers = connection.execute(wanted).scalars().all()
            return list(cases_of(_events_of(connection, numbers)).values())

    def unreported(
        self,
        exporting: str,
        *,
        importing: str | None = None,
        after: tuple[int, int] | None = None,
        limit: int = 100,
    ) -> Sequence[Unreported]:
        """Return a member's entries that have not ended and of which nothing has come back, oldest first."""
        awaited = p.unreported.c
        query = _awaited(p.unreported, after, limit).where(awaited.exporting == exporting)
        if importing is not None:
            query = query.where(awaited.importing == importing)
        with self._database.reading() as connection:
            return [_unreported(tuple(row)) for row in connection.execute(query)]

    def unreported_counts(self, exporting: str) -> Mapping[str, int]:
        """Return of how many of a member's entries nothing has come back, by importing member."""
        awaited = p.unreported.c
        query = select(awaited.importing, func.count()).where(awaited.exporting == exporting)
        query = query.group_by(awaited.importing).order_by(awaited.importing)
        with self._database.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def undecided(
        self,
        importing: str,
        *,
        received_before: datetime | None = None,
        after: tuple[int, int] | None = None,
        limit: int = 100,
    ) -> Sequence[Unreported]:
        """Return entries that a member has received and not decided on, by receipt."""
        awaited = p.undecided.c
        query = _awaited(p.undecided, after, limit).where(awaited.importing == importing)
        if received_before is not None:
            query = query.where(awaited.at < ceil(received_before.timestamp()))
        with self._database.reading() as connection:
            return [_unreported(tuple(row)) for row in connection.execute(query)]

    def exporters(
        self, *, member: str | None = None, after: tuple[str, str] | None = None, limit: int = 100
    ) -> Sequence[Exporter]:
        """Return certified exporters by member and code, going on after one."""
        recorded = p.exporters.c
        whose = (recorded.member, recorded.code)
        listed = select(*whose).where(recorded.version == 1).order_by(*whose).limit(limit)
        if member is not None:
            listed = listed.where(recorded.member == member)
        if after is not None:
            listed = listed.where(tuple_(*whose) > after)
        with self._database.reading() as connection:
            head, rows = stored_head(connection), connection.execute(listed).all()
            if head is None or head.block is None or not rows:
                return []
            some: list[tuple[str, str]] = [(row.member, row.code) for row in rows]
            page = tuple_(*whose).between(some[0], some[-1])  # found in the index, as a list of them is not
            found = found_where(connection, [ExporterRecorded], lambda _: page)
        as_of = AsOf(head.block.number, moment(head.block.time))
        return [exporter_of(member, code, found, as_of) for member, code in some]


def _names(table: Table, certificate: bytes) -> ColumnElement[bool]:
    """Return the condition for events of a certificate's life, as `ledger.happenings.names` has it."""
    if table is t.linked:
        return or_(table.c.id == certificate, table.c.parent == certificate)
    if table is t.ended:
        return or_(table.c.id == certificate, table.c.replacement == certificate)
    if "case" not in table.c:
        return table.c.id == certificate
    opened = p.case_opened.alias("opened").c
    return table.c.case.in_(
        select(opened.case).where(or_(opened.id == certificate, opened.about == certificate))
    )


def _events_of(connection: Connection, cases: Collection[int]) -> list[Occurrence]:
    """Return all events of some cases, oldest first."""
    return found_where(connection, _OF_CASES, lambda table: table.c.case.in_(cases)) if cases else []


def _newest(column: str) -> ColumnElement[int]:
    """Return what the newest step of a case says, or its opening."""
    stepped, opened = p.case_stepped.c, p.case_opened.c
    newest = select(stepped[column]).where(stepped.case == opened.case)
    newest = newest.order_by(stepped.block.desc(), stepped.position.desc()).limit(1)
    return func.coalesce(newest.correlate(p.case_opened).scalar_subquery(), opened[column])


def _awaited(awaited: Table, after: tuple[int, int] | None, limit: int) -> Select[Any]:
    """Return the statement for entries of a table of work in order of their places, after one."""
    issued, entered, ended, place = t.issued, t.entered, t.ended, (awaited.c.block, awaited.c.position)
    found = awaited.join(issued, issued.c.id == awaited.c.id)
    found = found.outerjoin(entered, entered.c.id == issued.c.id).outerjoin(ended, ended.c.id == issued.c.id)
    query = select(*ENTRY, *ENDED, entered.c.issued_at, issued.c.id, *place).select_from(found)
    query = query.order_by(*place).limit(limit)
    return query if after is None else query.where(tuple_(*place) > after)


def _unreported(row: Sequence[Any]) -> Unreported:
    entry, ended = row[: len(ENTRY)], row[len(ENTRY) : len(ENTRY) + len(ENDED)]
    entered_at, certificate, *place = row[len(ENTRY) + len(ENDED) :]
    return Unreported(certificate, entry_of(entry, entered_at, ended), (place[0], place[1]))


def _blocks(
    connection: Connection, member: str, after: tuple[int, int] | None, up_to: int | None
) -> Iterator[list[int]]:
    """Yield the numbers of blocks in which something concerns a member, in parts of not too many events."""
    blocks, events = p.member_blocks.c, t.replica_blocks.c
    query = select(blocks.block, events.events).join(t.replica_blocks, events.number == blocks.block)
    query = query.where(blocks.member == member).order_by(blocks.block)
    if up_to is not None:
        query = query.where(blocks.block <= up_to)
    first = after[0] if after is not None else -1
    while rows := connection.execute(query.where(blocks.block >= first).limit(_BLOCKS_AT_A_TIME)).all():
        part, size = list[int](), 0
        for number, count in rows:
            part.append(number)
            size += count
            if size >= _EVENTS_AT_A_TIME:
                break
        yield part
        first = part[-1] + 1
