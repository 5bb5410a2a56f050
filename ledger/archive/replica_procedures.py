"""Decisions, verification cases and certified exporters in the tables of a replica."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from math import ceil

from sqlalchemy import ColumnElement, Connection, Table, bindparam, case, func, or_, select, tuple_

from ledger.archive import replica_procedure_tables as p
from ledger.archive import replica_tables as t
from ledger.archive.database import Database
from ledger.archive.replica_events import Reading
from ledger.archive.replica_kinds import WORD
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
from ledger.procedures_port import Happening
from ledger.replica_port import ExporterLook, LifeLook, ProcedureCounts

_CASES = (CaseOpened, CaseStepped, SuspensionSet, CaseConcluded)
_LIVES = (Issued, Entered, Linked, Ended, ProofReceived, Decided, RefusalClarified, *_CASES)
_WHOSE = (p.exporters.c.member, p.exporters.c.code)
_EVENTS_AT_A_TIME, _BLOCKS_AT_A_TIME = 500, 100
"""How much is looked through together for a list of happenings; a block is looked through whole."""


def _names(table: Table) -> ColumnElement[bool]:
    """Return the condition for events of a certificate's life, as `ledger.happenings.names` has it."""
    certificate = bindparam("certificate", type_=WORD)
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


_OF_LIFE = Reading(_LIVES, _names)
_OF_CASES = Reading(_CASES, lambda table: table.c.case.in_(bindparam("cases", expanding=True)))
_IN_BLOCKS = Reading(HAPPENINGS, lambda table: table.c.block.in_(bindparam("blocks", expanding=True)))
_OF_EXPORTERS = Reading(
    [ExporterRecorded],  # between two is found in the index, as a list of them is not
    lambda _: tuple_(*_WHOSE).between(
        tuple_(bindparam("member"), bindparam("code")),
        tuple_(bindparam("last_member"), bindparam("last_code")),
    ),
)


class SqlProcedures:
    """The part of `SqlReplica` that tells of them."""

    _database: Database

    def look_life(self, certificate: bytes) -> LifeLook | None:
        """Return all events that name a certificate as of one block, oldest first; None before `start`."""
        with self._database.reading() as connection:
            head = stored_head(connection)
            if head is None:
                return None
            return LifeLook(head, _OF_LIFE.found(connection, certificate=certificate))

    def look_exporter(self, member: str, code: str) -> ExporterLook | None:
        """Return all that is recorded of a certified exporter as of one block; None before `start`."""
        with self._database.reading() as connection:
            head = stored_head(connection)
            if head is None:
                return None
            return ExporterLook(head, _recorded_of(connection, (member, code), (member, code)))

    def case(self, number: int) -> CaseFacts | None:
        """Return a verification case."""
        with self._database.reading() as connection:
            return cases_of(_OF_CASES.found(connection, cases=[number])).get(number)

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
                told = _IN_BLOCKS.found(connection, blocks=numbers)
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
            return list(cases_of(_OF_CASES.found(connection, cases=numbers)).values())

    def exporters(
        self, *, member: str | None = None, after: tuple[str, str] | None = None, limit: int = 100
    ) -> Sequence[Exporter]:
        """Return certified exporters by member and code, going on after one."""
        recorded = p.exporters.c
        listed = select(*_WHOSE).where(recorded.version == 1).order_by(*_WHOSE).limit(limit)
        if member is not None:
            listed = listed.where(recorded.member == member)
        if after is not None:
            listed = listed.where(tuple_(*_WHOSE) > after)
        with self._database.reading() as connection:
            head, rows = stored_head(connection), connection.execute(listed).all()
            if head is None or head.block is None or not rows:
                return []
            some: list[tuple[str, str]] = [(row.member, row.code) for row in rows]
            found = _recorded_of(connection, some[0], some[-1])
        as_of = AsOf(head.block.number, moment(head.block.time))
        return [exporter_of(member, code, found, as_of) for member, code in some]


def _recorded_of(connection: Connection, first: tuple[str, str], last: tuple[str, str]) -> list[Occurrence]:
    """Return all that is recorded of the exporters from one member and code to another."""
    values = {"member": first[0], "code": first[1], "last_member": last[0], "last_code": last[1]}
    return _OF_EXPORTERS.found(connection, **values)


def _newest(column: str) -> ColumnElement[int]:
    """Return what the newest step of a case says, or its opening."""
    stepped, opened = p.case_stepped.c, p.case_opened.c
    newest = select(stepped[column]).where(stepped.case == opened.case)
    newest = newest.order_by(stepped.block.desc(), stepped.position.desc()).limit(1)
    return func.coalesce(newest.correlate(p.case_opened).scalar_subquery(), opened[column])


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
