"""Figures from the tables of a replica: each a few statements that go once over what they count."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from math import ceil
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, case, distinct, func, select, tuple_

from ledger.archive import replica_procedure_tables as p
from ledger.archive import replica_tables as t
from ledger.archive.database import Database
from ledger.archive.replica_events import occurrence_of, rows_of
from ledger.archive.replica_operators import stored_head
from ledger.archive.replica_work import parties_of
from ledger.events import moment
from ledger.facts import AsOf, Reason
from ledger.figures import Activity, PairTime, PairUse
from ledger.happenings import HAPPENINGS, happening_of
from ledger.procedures_port import Happening
from ledger.replica_port import ReplicaBehind

_I, _E, _D = t.issued.c, t.entered.c, p.decided.c
_PAIR = (_I.exporting, _I.importing)
_Pair = tuple[str, str]


class SqlFigures:
    """The part of `SqlReplica` that adds the events up."""

    _database: Database

    def figured(self) -> AsOf:
        """Return the block that the figures are as of."""
        with self._database.reading() as connection:
            head = stored_head(connection)
        if head is None or head.block is None:
            raise ReplicaBehind
        return AsOf(head.block.number, moment(head.block.time))

    def latest(
        self,
        *,
        before: tuple[int, int] | None = None,
        after: tuple[int, int] | None = None,
        limit: int = 20,
    ) -> Sequence[Happening]:
        """Return events of all kinds, newest first, before one place and after another."""
        with self._database.reading() as connection:
            found = [
                occurrence_of(kind, row)
                for kind, table in t.OF_EVENTS.items()
                for row in connection.execute(_newest(kind, table, before, after, limit))
            ]
            wanted = sorted(found, key=lambda one: one.place, reverse=True)[:limit]
            parties = parties_of(connection, wanted)
        return [
            happening_of(one, parties)
            if isinstance(one.event, HAPPENINGS)
            else Happening(one, None, "", None)
            for one in wanted
        ]

    def activity(self, since: datetime | None = None) -> Sequence[Activity]:
        """Return what each member did, by code."""
        done = defaultdict[str, Counter[str]](Counter)
        with self._database.reading() as connection:
            for kind, counts, sign in _activities(since):
                for member, count in connection.execute(counts):
                    done[member][kind] += sign * int(count)
        return [Activity(member, **told) for member, told in sorted(done.items()) if any(told.values())]

    def utilisation(self, since: datetime | None = None) -> Sequence[PairUse]:
        """Return what became of certificates issued in a period, by exporting and importing member."""
        pairs = defaultdict[_Pair, Counter[str]](Counter)
        with self._database.reading() as connection:
            for kind, counts in _uses(since):
                for exporting, importing, count in connection.execute(counts):
                    pairs[exporting, importing][kind] += count
            _count_lines(connection, since, pairs)
            for _, counts, sign in _in_batches(_E.issued_at, since):
                for member, count in connection.execute(counts):
                    pairs[member, ""]["issued"] += sign * int(count)
        found = (
            PairUse(exporting, importing, **told) for (exporting, importing), told in sorted(pairs.items())
        )
        return [one for one in found if one.issued]

    def times(self, since: datetime | None = None) -> Sequence[PairTime]:
        """Return how long decisions took, by exporting and importing member."""
        with self._database.reading() as connection:
            return [
                PairTime(row.exporting, row.importing, row.decided, row.median, row.most)
                for row in connection.execute(_times(since))
            ]


def _newest(
    kind: type[Any],
    table: Table,
    before: tuple[int, int] | None,
    after: tuple[int, int] | None,
    limit: int,
) -> Select[Any]:
    """Return the statement for the newest events of a kind; they are found in the primary key."""
    place = (table.c.block, table.c.position)
    query = rows_of(kind).order_by(*(column.desc() for column in place)).limit(limit)
    if before is not None:
        query = query.where(tuple_(*place) < before)
    if after is not None:
        query = query.where(tuple_(*place) > after)
    return query


def _activities(since: datetime | None) -> Iterable[tuple[str, Select[Any], int]]:
    """Yield the statements that count by member, with what they count and whether it is taken off."""
    own = _begun(select(_I.exporting, func.count()).group_by(_I.exporting), _I.at, since)
    yield "issued", own, 1
    yield from _in_batches(_E.at, since)
    ended = t.ended.c
    for kind, which in (
        ("replaced", ended.reason == Reason.REPLACED.value),
        ("cancelled", ended.reason != Reason.REPLACED.value),
    ):
        yield kind, _by_key(t.ended, since, which), 1
    yield "received", _by_key(p.received, since), 1
    yield "decided", _by_key(p.decided, since), 1


def _by_key(table: Table, since: datetime | None, *which: ColumnElement[bool]) -> Select[Any]:
    """Return the statement that counts events by the member whose key signed them: few keys, many events."""
    counts = select(table.c.key, func.count().label("events")).where(*which).group_by(table.c.key)
    signed = _begun(counts, table.c.at, since).subquery()
    by_member: Select[Any] = select(t.authorities.c.member, func.sum(signed.c.events))
    return by_member.select_from(_with_member(signed, signed.c.key)).group_by(t.authorities.c.member)


def _with_member(source: Any, key: ColumnElement[int]) -> Any:  # noqa: ANN401 - of SQLAlchemy
    """Join what was signed with the authority of the key."""
    with_key = source.join(t.keys, t.keys.c.id == key)
    return with_key.join(t.authorities, t.authorities.c.authority == t.keys.c.authority)


def _in_batches(
    entered_at: ColumnElement[int], since: datetime | None
) -> Iterable[tuple[str, Select[Any], int]]:
    """Yield the counts of certificates in batches, and of those that were given an entry since."""
    anchored, member = t.anchored, t.authorities.c.member
    sizes = select(member, func.sum(anchored.c.size)).group_by(member)
    sizes = sizes.select_from(_with_member(anchored, anchored.c.key))
    yield "issued", _begun(sizes, anchored.c.at, since), 1
    yield "issued", _begun(_of(t.entered, _I.exporting), entered_at, since), -1


def _of(table: Table, member: Any) -> Select[Any]:  # noqa: ANN401 - of SQLAlchemy
    """Return the statement that counts events about entries by one of the members."""
    source = table.join(t.issued, _I.id == table.c.id)
    return select(member, func.count()).select_from(source).group_by(member)


def _uses(since: datetime | None) -> Iterable[tuple[str, Select[Any]]]:
    """Yield the statements that count by exporting and importing member, with what they count."""
    yield "issued", _cohort(select(*_PAIR, func.count()), t.issued, since)
    reported = p.received.join(t.issued, _I.id == p.received.c.id)
    yield "received", _cohort(select(*_PAIR, func.count()), reported, since)
    awaited = p.unreported.c
    if since is None:  # the table knows the members itself
        members = (awaited.exporting, awaited.importing)
        yield "unreported", select(*members, func.count()).group_by(*members)
    else:
        source = p.unreported.join(t.issued, _I.id == awaited.id)
        yield "unreported", _cohort(select(*_PAIR, func.count()), source, since)
    used = select(*_PAIR, func.count(distinct(_D.id))).where(_D.granted != 0)
    yield "used", _cohort(used, p.decided.join(t.issued, _I.id == _D.id), since)


def _count_lines(
    connection: Connection, since: datetime | None, pairs: defaultdict[_Pair, Counter[str]]
) -> None:
    """Count the lines granted and refused; the same sets of lines come again and again."""
    counts = _cohort(
        select(*_PAIR, func.count(), _D.granted, _D.refused),
        p.decided.join(t.issued, _I.id == _D.id),
        since,
        _D.granted,
        _D.refused,
    )
    for exporting, importing, count, granted, refused in connection.execute(counts):
        pairs[exporting, importing]["granted"] += count * granted.bit_count()
        pairs[exporting, importing]["refused"] += count * refused.bit_count()


def _cohort(query: Select[Any], source: Any, since: datetime | None, *by: Any) -> Select[Any]:  # noqa: ANN401 - of SQLAlchemy
    """Return a statement by pair over certificates issued in a period; of a batch, when it was anchored."""
    if since is not None:
        source = source.outerjoin(t.entered, _E.id == _I.id)
        query = _begun(query, func.coalesce(_E.issued_at, _I.at), since)
    return query.select_from(source).group_by(*_PAIR, *by)


def _begun(query: Select[Any], at: ColumnElement[int], since: datetime | None) -> Select[Any]:
    return query if since is None else query.where(at >= ceil(since.timestamp()))


def _times(since: datetime | None) -> Select[Any]:
    """Return the statement for the nearest ranks of the times, pair by pair."""
    first = select(_D.id, func.min(_D.at).label("at")).group_by(_D.id)
    if since is not None:
        first = first.having(func.min(_D.at) >= ceil(since.timestamp()))
    once = first.subquery("first")
    took = once.c.at - func.coalesce(_E.issued_at, _I.at)
    seconds = case((took < 0, 0), else_=took)
    ranked = (
        select(
            *_PAIR,
            seconds.label("seconds"),
            func.row_number().over(partition_by=_PAIR, order_by=seconds).label("rank"),
            func.count().over(partition_by=_PAIR).label("of"),
        )
        .select_from(once.join(t.issued, _I.id == once.c.id).outerjoin(t.entered, _E.id == _I.id))
        .subquery("ranked")
    )
    row = ranked.c

    def within(tenths: int) -> ColumnElement[int]:
        return func.min(case((row.rank * 10 >= row.of * tenths, row.seconds)))

    counts = (func.count().label("decided"), within(5).label("median"), within(9).label("most"))
    query = select(row.exporting, row.importing, *counts)
    return query.group_by(row.exporting, row.importing).order_by(row.exporting, row.importing)
