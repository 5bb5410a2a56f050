"""The store of a replica in SQL: the port `Replica` on the tables of `ledger.archive.replica_tables`."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, bindparam, case, delete, func, insert, select, true, tuple_, update
from sqlalchemy.exc import IntegrityError

from ledger.archive import replica_tables as t
from ledger.archive.database import take_your_time
from ledger.archive.replica_awaited import SqlAwaited
from ledger.archive.replica_events import Reading, fields_of
from ledger.archive.replica_figures import SqlFigures
from ledger.archive.replica_look import ENDED, ENTRY, EPOCH, entry_of
from ledger.archive.replica_operators import SqlOperators, stored_head
from ledger.archive.replica_procedure_tables import WORK
from ledger.archive.replica_procedures import SqlProcedures
from ledger.archive.replica_refusals import SqlRefusals
from ledger.archive.replica_work import take_up, undo
from ledger.events import Block, Occurrence
from ledger.facts import Address, LedgerName, Reason, Standing
from ledger.replica_port import (
    WINDOW,
    Listed,
    Look,
    ReplicaDisconnected,
    ReplicaHead,
)

_HEAD, _BLOCKS = t.replica_head, t.replica_blocks
_ALL_OF_FEW = Reading(t.OF_FEW, lambda _: true())
_BETWEEN = Reading(t.OF_EVENTS, lambda table: table.c.block.between(bindparam("first"), bindparam("last")))
_PAGE = 2000
"""Blocks with events read at a time."""
_QUESTIONS = 500
"""References asked for in one statement."""


class SqlReplica(SqlOperators, SqlProcedures, SqlAwaited, SqlRefusals, SqlFigures):
    """Events in an SQL database; see `ledger.replica_port.Replica` for what each step promises."""

    def head(self) -> ReplicaHead | None:
        """Return how far it is; None before `start`."""
        return self._looks.head()

    def start(
        self, ledger: LedgerName, recognition: Address | None = None, procedures: Address | None = None
    ) -> None:
        """Make the store this ledger's with its recognition registry and procedures, or find that it is."""
        with self._database.writing() as connection:
            head = stored_head(connection)
            if head is None:
                _found(connection, ledger, recognition, procedures)
            else:
                head.check(ledger, recognition, procedures)

    def clear(
        self, ledger: LedgerName, recognition: Address | None = None, procedures: Address | None = None
    ) -> None:
        """Forget everything, an alarm too, and start again with this ledger."""
        with self._database.writing() as connection:
            take_your_time(connection)
            head = stored_head(connection)
            for table in (*t.OF_EVENTS.values(), *WORK, _BLOCKS, _HEAD):
                connection.execute(delete(table))
            _found(connection, ledger, recognition, procedures, people=head.people + 1 if head else 0)

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
        with self._database.writing() as connection:
            head = stored_head(connection)
            before = head.block if head else None
            if head is None or (before and before.hash != blocks[0].parent):
                raise ReplicaDisconnected
            try:
                _add(connection, blocks, occurrences)
                take_up(connection, occurrences)
            except IntegrityError:  # somebody else added them meanwhile
                raise ReplicaDisconnected from None
            people = any(type(one.event) in t.OF_FEW for one in occurrences)
            _set_head(connection, blocks[-1], people=head.people + people)
            _set_seen(connection, node_block, seen_at)
            _forget_empty(connection, blocks[-1].number - window)

    def touch(self, *, node_block: int, seen_at: datetime) -> None:
        """Note that the node answered, and with which newest block."""
        with self._database.writing() as connection:
            _set_seen(connection, node_block, seen_at)

    def roll_back(self, to_block: int) -> None:
        """Take back all blocks after one, with all that happened in them."""
        with self._database.writing() as connection:
            head = stored_head(connection)
            undo(connection, to_block)
            for table in t.OF_EVENTS.values():
                connection.execute(delete(table).where(table.c.block > to_block))
            connection.execute(delete(_BLOCKS).where(_BLOCKS.c.number > to_block))
            newest = select(_BLOCKS).order_by(_BLOCKS.c.number.desc()).limit(1)
            row = connection.execute(newest).one_or_none()
            block = Block(row.number, row.hash, row.parent, row.time) if row else None
            _set_head(connection, block, people=head.people + 1 if head else 0)

    def halt(self, reason: str) -> None:
        """Stop answering for this reason until `clear`."""
        with self._database.writing() as connection:
            connection.execute(update(_HEAD).values(halted=reason))

    def hashes(self, newest: int) -> Mapping[int, bytes]:
        """Return the hashes of as many of the newest blocks, by number."""
        query = select(_BLOCKS.c.number, _BLOCKS.c.hash).order_by(_BLOCKS.c.number.desc()).limit(newest)
        with self._database.reading() as connection:
            return {row.number: row.hash for row in connection.execute(query)}

    def first(self) -> Block | None:
        """Return the oldest block."""
        with self._database.reading() as connection:
            row = connection.execute(select(_BLOCKS).order_by(_BLOCKS.c.number).limit(1)).one_or_none()
        return Block(row.number, row.hash, row.parent, row.time) if row else None

    def look(self, certificate: bytes, root: bytes, reference_key: bytes) -> Look | None:
        """Return what is recorded about all three, as of one block; None before `start`."""
        return self._looks.look(certificate, root, reference_key)

    def people(self) -> tuple[int, Sequence[Occurrence]]:
        """Return all events about members, authorities, keys, votes and the terms of recognition."""
        with self._database.reading() as connection:
            head = stored_head(connection)
            found = _ALL_OF_FEW.found(connection)
        return head.people if head else 0, found

    def occurrences(self) -> Iterator[Occurrence]:
        """Yield all events in order."""
        after = -1
        while True:
            with self._database.reading() as connection:
                numbers = _with_events(connection, after)
                if not numbers:
                    return
                found = _BETWEEN.found(connection, first=numbers[0], last=numbers[-1])
            yield from found
            after = numbers[-1]

    def taken(self, exporting: str, reference_keys: Sequence[bytes]) -> frozenset[bytes]:
        """Return those of the references that an entry of the member holds."""
        column, taken = t.issued.c.reference_key, set[bytes]()
        with self._database.reading() as connection:
            for start in range(0, len(reference_keys), _QUESTIONS):
                asked = reference_keys[start : start + _QUESTIONS]
                query = select(column).where(t.issued.c.exporting == exporting, column.in_(asked))
                taken.update(connection.execute(query).scalars())
        return frozenset(taken)

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
        issued, entered, ended = t.issued, t.entered, t.ended
        place = (issued.c.block, issued.c.position)
        query = select(*ENTRY, *ENDED, entered.c.issued_at, issued.c.id, issued.c.reference_key, place[1])
        query = query.select_from(
            issued.outerjoin(entered, entered.c.id == issued.c.id).outerjoin(ended, ended.c.id == issued.c.id)
        )
        if exporting is not None:
            query = query.where(issued.c.exporting == exporting)
        if importing is not None:
            query = query.where(issued.c.importing == importing)
        if after is not None:
            query = query.where(tuple_(*place) < after if newest_first else tuple_(*place) > after)
        query = query.order_by(*(column.desc() if newest_first else column for column in place)).limit(limit)
        with self._database.reading() as connection:
            return [_listed(row) for row in connection.execute(query)]

    def counts(self, at: datetime, *, exporting: str | None = None) -> Mapping[Standing, int]:
        """Return how many entries stand how at a moment, those of one member or all."""
        issued, entered, ended, now = t.issued, t.entered, t.ended, int(at.timestamp())
        standing = case(
            (func.coalesce(entered.c.issued_at, issued.c.at) > now, Standing.UNKNOWN.value),
            (
                ended.c.at <= now,
                case(
                    (ended.c.reason == Reason.REPLACED.value, Standing.REPLACED.value),
                    else_=Standing.CANCELLED.value,
                ),
            ),
            (issued.c.valid_until < now, Standing.EXPIRED.value),
            else_=Standing.VALID.value,
        ).label("standing")
        query = select(standing, func.count()).select_from(
            issued.outerjoin(entered, entered.c.id == issued.c.id).outerjoin(ended, ended.c.id == issued.c.id)
        )
        if exporting is not None:
            query = query.where(issued.c.exporting == exporting)
        with self._database.reading() as connection:
            return Counter(
                {Standing(one): count for one, count in connection.execute(query.group_by(standing))}
            )

    def close(self) -> None:
        """Close the connections kept for looking."""
        self._looks.close()


def _found(
    connection: Connection,
    ledger: LedgerName,
    recognition: Address | None,
    procedures: Address | None,
    *,
    people: int = 0,
) -> None:
    values = {
        "id": 1,
        "chain_id": ledger.chain_id,
        "registry": ledger.address,
        "node_block": 0,
        "people": people,
        "recognition": recognition,
        "procedures": procedures,
    }
    connection.execute(insert(_HEAD).values(values))


def _set_head(connection: Connection, block: Block | None, *, people: int) -> None:
    values = {field.name: getattr(block, field.name) if block else None for field in fields(Block)} | {
        "people": people
    }
    connection.execute(update(_HEAD).values(values))


def _set_seen(connection: Connection, node_block: int, seen_at: datetime) -> None:
    milliseconds = (seen_at - EPOCH) // timedelta(milliseconds=1)
    connection.execute(update(_HEAD).values(node_block=node_block, seen_at=milliseconds))


def _add(connection: Connection, blocks: Sequence[Block], occurrences: Collection[Occurrence]) -> None:
    counts = Counter(one.block for one in occurrences)
    rows = [fields_of(block) | {"events": counts[block.number]} for block in blocks]
    connection.execute(insert(_BLOCKS), rows)
    by_table = defaultdict[Table, list[dict[str, Any]]](list)
    for one in occurrences:
        place = {"block": one.block, "position": one.position, "at": one.at}
        by_table[t.OF_EVENTS[type(one.event)]].append(place | fields_of(one.event))
    for table, events in by_table.items():
        connection.execute(insert(table), events)


def _forget_empty(connection: Connection, edge: int) -> None:
    """Forget blocks before a number in which nothing happened, but not the first of all."""
    first = select(func.min(_BLOCKS.c.number)).scalar_subquery()
    old = (_BLOCKS.c.number <= edge) & (_BLOCKS.c.events == 0) & (_BLOCKS.c.number > first)
    connection.execute(delete(_BLOCKS).where(old))


def _with_events(connection: Connection, after: int) -> list[int]:
    """Return the numbers of the next blocks in which something happened."""
    query = select(_BLOCKS.c.number).where(_BLOCKS.c.number > after, _BLOCKS.c.events > 0)
    return list(connection.execute(query.order_by(_BLOCKS.c.number).limit(_PAGE)).scalars())


def _listed(row: Sequence[Any]) -> Listed:
    issued, ended = row[: len(ENTRY)], row[len(ENTRY) : len(ENTRY) + len(ENDED)]
    entered_at, certificate, reference_key, position = row[len(ENTRY) + len(ENDED) :]
    return Listed(
        certificate=certificate,
        reference_key=reference_key,
        entry=entry_of(issued, entered_at, ended),
        replacement=ended[2],
        place=(issued[-1], position),
    )
