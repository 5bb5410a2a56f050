"""The questions that verifying and recognising ask, each as one statement on a connection kept for it.

They are asked thousands of times a second, so nothing stands between it and the driver: SQLAlchemy writes the
statement once, the driver keeps it prepared, and each thread that asks has a connection of its own meanwhile.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from itertools import groupby
from threading import BoundedSemaphore
from typing import Any

from sqlalchemy import Engine, Select, and_, bindparam, exists, func, literal_column, or_, select
from sqlalchemy.exc import DBAPIError

from ledger.aeo.gathering import change_of
from ledger.archive import replica_procedure_tables as p
from ledger.archive import replica_tables as t
from ledger.archive.engines import POOL_TIMEOUT
from ledger.archive.faults import faults
from ledger.archive.replica_kinds import OPERATOR, WORD
from ledger.errors import ArchiveUnavailable
from ledger.events import Block, StatusRecorded, moment
from ledger.facts import Address, Anchor, Entry, LedgerName, Reason
from ledger.operators import Operator, OperatorCode
from ledger.recognition_port import Recorded
from ledger.replica_port import Look, OperatorsLook, ReplicaHead

Row = Sequence[Any]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HEAD = tuple(column for column in t.replica_head.c if column.name != "id")
ENTRY = tuple(
    t.issued.c[name] for name in ("key", "exporting", "importing", "scheme", "at", "valid_until", "block")
)
ENDED = tuple(t.ended.c[name] for name in ("at", "reason", "replacement", "block"))
_ANCHOR = tuple(t.anchored.c[name] for name in ("key", "size", "at", "valid_until", "block"))
STATUS = tuple(
    t.statuses.c[name]
    for name in ("block", "position", "at", *(field.name for field in fields(StatusRecorded)))
)
_ACTS = (p.received, p.decided, p.case_opened)
"""What customs does first with a certificate."""
_HEAD_END = len(HEAD)
_ENTRY_END = _HEAD_END + len(ENTRY)
_ENDED_END = _ENTRY_END + len(ENDED) + 1
_ANCHOR_END = _ENDED_END + len(_ANCHOR) + 1


class Looks:
    """Asks them."""

    def __init__(self, engine: Engine, connections: int) -> None:
        """Write the statements for this database; nothing is opened yet.

        To a server there are at most so many connections; who comes when all are in use waits for one.
        """
        self._engine = engine
        self._turns = BoundedSemaphore(connections)
        dialect: Any = engine.dialect
        self._named = dialect.name == "sqlite"
        writing = type(dialect)(paramstyle="named") if self._named else dialect
        self._question = str(_question().compile(dialect=writing))
        self._of_operator = str(_question_of_operator().compile(dialect=writing))
        self._of_head = str(select(*HEAD).compile(dialect=writing))
        self._idle: deque[Any] = deque()
        self._in_memory = dialect.name == "sqlite" and engine.url.database in {None, "", ":memory:"}
        self._head: tuple[Row, ReplicaHead] | None = None

    def look(self, certificate: bytes, root: bytes, reference_key: bytes) -> Look | None:
        """Return what is recorded about all three, as of one block."""
        values = {"certificate": certificate, "root": root, "reference_key": reference_key}
        rows = self._asked(self._question, values)
        return self._read(rows[0]) if rows else None

    def operator(self, code: OperatorCode) -> OperatorsLook | None:
        """Return all that is recorded of an operator, as of one block."""
        rows = self._asked(self._of_operator, {"operator": code})
        if not rows:
            return None
        found = [recorded_of(row[_HEAD_END:]) for row in rows if row[_HEAD_END] is not None]
        head = self._read_head(tuple(rows[0][:_HEAD_END]))
        return OperatorsLook(head, operators_of(found), found[-1].place[0] if found else 0)

    def head(self) -> ReplicaHead | None:
        """Return how far the replica is."""
        rows = self._asked(self._of_head, {})
        return self._read_head(tuple(rows[0])) if rows else None

    def close(self) -> None:
        """Close the connections."""
        with suppress(IndexError):  # another thread may be doing the same
            while True:
                self._idle.pop().close()

    def _asked(self, statement: str, values: Mapping[str, object]) -> Sequence[Row]:
        """Run a statement; a connection that had died while it was idle is replaced once."""
        if self._named:
            return self._answered(statement, values)
        if not self._turns.acquire(timeout=POOL_TIMEOUT):
            raise ArchiveUnavailable("all its connections for looking into the replica are in use")
        try:
            return self._answered(statement, values)
        finally:
            self._turns.release()

    def _answered(self, statement: str, values: Mapping[str, object]) -> Sequence[Row]:
        """Run a statement on an idle connection, or on a new one."""
        fresh = not self._idle
        errors = self._engine.dialect.loaded_dbapi.Error
        connection = self._connection()
        try:
            # All rows are fetched, which ends the statement and lets go of the state it saw.
            rows: Sequence[Row] = connection.execute(statement, values).fetchall()
        except errors as error:
            if not self._in_memory:
                connection.close()
            self.close()
            if fresh:
                with faults():
                    raise DBAPIError.instance(statement, None, error, errors, hide_parameters=True) from None
            return self._answered(statement, values)
        if not self._in_memory:
            self._idle.append(connection)
        return rows

    def _connection(self) -> Any:  # noqa: ANN401 - a driver's
        try:
            return self._idle.pop()
        except IndexError:
            return self._opened()

    def _opened(self) -> Any:  # noqa: ANN401 - a driver's
        with faults():
            pooled = self._engine.raw_connection()
        if self._in_memory:
            return pooled.driver_connection  # there is one for each thread
        connection = pooled.driver_connection
        pooled.detach()
        if not self._named:
            connection.autocommit = True  # type: ignore[union-attr]
        return connection

    def _read(self, row: Row) -> Look:
        issued, ended = row[_HEAD_END:_ENTRY_END], row[_ENTRY_END : _ENDED_END - 1]
        anchored = row[_ENDED_END:_ANCHOR_END]
        holder, held_in, acted_on = row[_ANCHOR_END:]
        entry = entry_of(issued, row[_ENDED_END - 1], ended) if issued[0] is not None else None
        return Look(
            head=self._read_head(row[:_HEAD_END]),
            entry=entry,
            anchor=_anchor(anchored) if anchored[0] is not None else None,
            holder=holder,
            replacement=ended[2],
            newest=max(issued[-1] or 0, ended[-1] or 0, anchored[-2] or 0, held_in or 0),
            acted_on=bool(acted_on),
        )

    def _read_head(self, row: Row) -> ReplicaHead:
        """Return the head of a row; mostly it is the same as last time."""
        known = self._head
        if known is None or known[0] != row:
            known = self._head = (row, head_of(row))
        return known[1]


def head_of(row: Row) -> ReplicaHead:
    """Return the head that a row of its table says."""
    chain_id, registry, number, block_hash, parent, time, node_block, seen_at, halted, people, *others = row
    recognition, procedures = (Address(other) if other is not None else None for other in others)
    return ReplicaHead(
        ledger=LedgerName(chain_id, Address(registry)),
        block=Block(number, block_hash, parent, time) if number is not None else None,
        node_block=node_block,
        seen_at=EPOCH + timedelta(milliseconds=seen_at) if seen_at is not None else None,
        halted=halted,
        people=people,
        recognition=recognition,
        procedures=procedures,
    )


def entry_of(issued: Row, entered_at: int | None, ended: Row) -> Entry:
    """Return an entry; one that came from a batch counts as issued when the batch was anchored."""
    key, exporting, importing, scheme, at, valid_until, _ = issued
    ended_at, reason, *_ = ended
    return Entry(
        key=key,
        exporting=exporting,
        importing=importing,
        scheme=scheme,
        issued_at=moment(entered_at if entered_at is not None else at),
        valid_until=moment(valid_until),
        ended_at=moment(ended_at) if ended_at is not None else None,
        reason=Reason(reason) if reason is not None else None,
    )


def _anchor(row: Row) -> Anchor:
    key, size, at, valid_until, _, exporting = row
    return Anchor(key, exporting, size, moment(at), moment(valid_until))


def recorded_of(row: Row) -> Recorded:
    """Return the status change that a row of its table says."""
    block, position, at, *values = row
    said = StatusRecorded(*values)
    return Recorded(OperatorCode(said.operator), change_of(said, at), (block, position))


def operators_of(found: Iterable[Recorded]) -> dict[OperatorCode, Operator]:
    """Return operators by code, of all their statuses by operator and version."""
    return {
        code: Operator(code, tuple(one.change for one in statuses))
        for code, statuses in groupby(found, key=lambda one: one.operator)
    }


def _question_of_operator() -> Select[Any]:
    """Return the statement: the head, and beside it all statuses of the operator, by a unique index."""
    head, statuses = t.replica_head, t.statuses
    asked = bindparam("operator", type_=OPERATOR)
    found = head.outerjoin(statuses, statuses.c.operator == asked)
    wanted = select(*HEAD, *STATUS).select_from(found).where(head.c.id == literal_column("1"))
    return wanted.order_by(statuses.c.version)


def _question() -> Select[Any]:
    """Return the statement: the head, and beside it whatever is found; each by a unique index."""
    head, issued, entered, ended, anchored = t.replica_head, t.issued, t.entered, t.ended, t.anchored
    certificate, root = bindparam("certificate", type_=WORD), bindparam("root", type_=WORD)
    holder = issued.alias("holder")
    exporting = func.coalesce(issued.c.exporting, t.authorities.c.member)
    held = and_(
        holder.c.exporting == exporting, holder.c.reference_key == bindparam("reference_key", type_=WORD)
    )
    found = (
        head.outerjoin(issued, issued.c.id == certificate)
        .outerjoin(entered, entered.c.id == certificate)
        .outerjoin(ended, ended.c.id == certificate)
        .outerjoin(anchored, anchored.c.root == root)
        .outerjoin(t.keys, t.keys.c.id == anchored.c.key)
        .outerjoin(t.authorities, t.authorities.c.authority == t.keys.c.authority)
        .outerjoin(holder, held)
    )
    columns = (
        *HEAD,
        *ENTRY,
        *ENDED,
        entered.c.issued_at,
        *_ANCHOR,
        t.authorities.c.member,
        holder.c.id,
        holder.c.block,
        or_(*(exists().where(table.c.id == certificate) for table in _ACTS)),
    )
    # One row by its key: without that, PostgreSQL expects many and reads whole tables beside them.
    return select(*columns).select_from(found).where(head.c.id == literal_column("1"))
