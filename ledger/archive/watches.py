"""Watches and deliveries in SQL: the port `Watches` on the tables of `ledger.archive.watch_tables`."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, delete, func, insert, select, update

from ledger.archive.database import Database
from ledger.archive.watch_tables import (
    OPEN,
    watch_certificates,
    watch_cursor,
    watch_deliveries,
    watch_feed_cursor,
    watches,
)
from ledger.operators import OperatorCode
from ledger.watch_port import (
    GIVEN_UP,
    HUSHED,
    MOST_WATCHES,
    Cursor,
    Delivery,
    DeliveryState,
    DeliveryUnknown,
    EventType,
    Interest,
    Outcome,
    Part,
    Pending,
    Secrets,
    TooManyWatches,
    Watch,
    WatchUnknown,
)

_W, _D, _C, _T = watches.c, watch_deliveries.c, watch_cursor.c, watch_certificates.c
_COLUMNS = {
    Part.WISH: ("url", "label", "operators", "members", "everything", "hosts"),
    Part.SECRETS: ("secret", "previous_secret", "previous_until"),
    Part.DISABLING: ("disabled_at", "disabled_why"),
}
"""The columns of each part of a watch."""
_WHOLE = select(watches, _T.everything.label("all_certificates"), _T.certificates, _T.since).outerjoin_from(
    watches, watch_certificates, _T.watch == _W.id
)
_IN_ORDER = _WHOLE.order_by(_W.created_at, _W.id)
_LISTED = 500
"""Events looked for in one statement."""


class SqlWatches:
    """Watches in an SQL database; see `ledger.watch_port.Watches` for what each step promises."""

    def __init__(self, database: Database) -> None:
        """Keep the database they are in."""
        self._database = database

    def add(self, watch: Watch) -> None:
        """Keep a new watch; `TooManyWatches` when its authority has as many as it may."""
        own = select(func.count()).select_from(watches).where(_W.authority == watch.authority)
        with self._database.writing() as connection:
            if connection.execute(own).scalar_one() >= MOST_WATCHES:
                raise TooManyWatches
            connection.execute(insert(watches).values(_row(watch) | {"last_success": None, "failing": False}))
            connection.execute(
                insert(watch_certificates).values(
                    watch=watch.id, since=watch.since, **_certificates(watch.interest)
                )
            )

    def find(self, authority: int, watch: str) -> Watch | None:
        """Return a watch of an authority."""
        query = _WHOLE.where(_W.id == watch, _W.authority == authority)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return _watch(row) if row is not None else None

    def of(self, authority: int) -> Sequence[Watch]:
        """Return an authority's watches, disabled ones too, oldest first."""
        with self._database.reading() as connection:
            return tuple(map(_watch, connection.execute(_IN_ORDER.where(_W.authority == authority))))

    def live(self) -> Sequence[Watch]:
        """Return all watches that are not disabled, oldest first."""
        with self._database.reading() as connection:
            return tuple(map(_watch, connection.execute(_IN_ORDER.where(_W.disabled_at.is_(None)))))

    def change(self, watch: Watch, part: Part | None = None) -> None:
        """Keep what is new of a watch, in one part or in all that its owner decides; else `WatchUnknown`."""
        row = _row(watch)
        news = {name: row[name] for name in _COLUMNS[part]} if part else row
        with self._database.writing() as connection:
            changed = connection.execute(update(watches).where(_W.id == watch.id).values(news))
            if changed.rowcount and part in {None, Part.WISH}:
                _watch_certificates(connection, watch)
        if changed.rowcount == 0:
            raise WatchUnknown(watch.id)

    def remove(self, authority: int, watch: str) -> bool:
        """Forget a watch with its deliveries; whether there was one."""
        own = (_W.id == watch) & (_W.authority == authority)
        with self._database.writing() as connection:
            if _held(connection, watch, own) is None:
                return False
            connection.execute(delete(watch_deliveries).where(_D.watch == watch))
            connection.execute(delete(watch_certificates).where(_T.watch == watch))
            connection.execute(delete(watches).where(own))
        return True

    # -------------------------------------------------------------------------------- what happened

    def cursor(self) -> Cursor | None:
        """Return how far has been told; None at the beginning."""
        with self._database.reading() as connection:
            return _cursor(connection)

    def spread(
        self,
        before: Cursor | None,
        after: Cursor,
        deliveries: Collection[Delivery],
        hushed: Collection[OperatorCode] = (),
    ) -> bool:
        """Keep deliveries and move the cursor, both or neither."""
        with self._database.writing() as connection:
            if not _moved(connection, before, after):
                return False
            for operator in hushed:
                _hush(connection, operator)
            _put_new(connection, deliveries)
        return True

    def told(self) -> int | None:
        """Return the position up to which the feed has been told; None at the beginning."""
        with self._database.reading() as connection:
            return connection.execute(select(watch_feed_cursor.c.told)).scalar_one_or_none()

    def spread_feed(self, before: int | None, after: int, deliveries: Collection[Delivery]) -> bool:
        """Keep deliveries of what is in the feed and move on in it, both or neither."""
        there = watch_feed_cursor.c.told
        with self._database.writing() as connection:
            if before is not None:
                moved = connection.execute(
                    update(watch_feed_cursor).where(there == before).values(told=after)
                )
                if moved.rowcount == 0:
                    return False
            elif connection.execute(select(there)).one_or_none() is None:
                connection.execute(insert(watch_feed_cursor).values(id=1, told=after))
            else:
                return False
            _put_new(connection, deliveries)
        return True

    def put(self, delivery: Delivery) -> Delivery:
        """Keep one delivery; returns it with its position.  Raises `WatchUnknown`."""
        new = insert(watch_deliveries).values(_delivery_row(delivery)).returning(_D.position)
        with self._database.writing() as connection:
            if _held(connection, delivery.watch) is None:
                raise WatchUnknown(delivery.watch)
            return replace(delivery, position=connection.execute(new).scalar_one())

    # ------------------------------------------------------------------------------- what is sent

    def waiting(self, now: datetime) -> Collection[str]:
        """Return the watches, not disabled, for which something is due."""
        due = select(_D.position).where(_D.watch == _W.id, OPEN, _D.next_at <= now).exists()
        with self._database.reading() as connection:
            query = select(_W.id).where(_W.disabled_at.is_(None), due)
            return frozenset(connection.execute(query).scalars())

    def due(self, watch: str, now: datetime, limit: int) -> Sequence[Delivery]:
        """Return what is due for a watch in the order of the store."""
        live = select(_W.id).where(_W.id == watch, _W.disabled_at.is_(None)).exists()
        query = (
            select(watch_deliveries)
            .where(_D.watch == watch, OPEN, _D.next_at <= now, live)
            .order_by(_D.position)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return tuple(map(_delivery, connection.execute(query)))

    def settle(self, delivery: Delivery, outcome: Outcome) -> Watch | None:
        """Keep what came of an attempt; returns the watch if that disables it."""
        done = outcome.state is DeliveryState.DELIVERED
        values = {
            "state": outcome.state.value,
            "attempts": _D.attempts + 1,
            "next_at": outcome.next_at,
            "last_at": outcome.at,
            "last_status": outcome.status,
            "last_error": outcome.error,
            **({"delivered_at": outcome.at} if done else {}),
        }
        with self._database.writing() as connection:
            known = connection.execute(
                update(watch_deliveries).where(_D.position == delivery.position, OPEN).values(values)
            )
            row = _held(connection, delivery.watch) if known.rowcount else None
            return _settled(connection, _watch(row), delivery, outcome) if row is not None else None

    def again(self, watch: str, delivery: int, now: datetime) -> Delivery:
        """Send a delivery once more, whatever became of it; `DeliveryUnknown` also without a body."""
        own = (_D.position == delivery) & (_D.watch == watch) & (_D.body != b"")
        values = {"state": DeliveryState.PENDING.value, "attempts": 0, "next_at": now}
        with self._database.writing() as connection:
            connection.execute(update(watch_deliveries).where(own).values(values))
            row = connection.execute(select(watch_deliveries).where(own)).one_or_none()
        if row is None:
            raise DeliveryUnknown(delivery)
        return _delivery(row)

    def deliveries(self, watch: str, *, before: int | None = None, limit: int = 100) -> Sequence[Delivery]:
        """Return deliveries of a watch, newest first, going on before a position."""
        query = select(watch_deliveries).where(_D.watch == watch)
        if before is not None:
            query = query.where(_D.position < before)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(_D.position.desc()).limit(limit))
            return tuple(map(_delivery, rows))

    def pending(self, now: datetime) -> Pending:
        """Return what waits."""
        live = watch_deliveries.join(watches, (_W.id == _D.watch) & _W.disabled_at.is_(None))
        well = case((_W.failing, None), else_=_D.next_at)
        query = select(func.count(), func.min(well)).select_from(live).where(OPEN)
        with self._database.reading() as connection:
            count, first = connection.execute(query).one()
        return Pending(count, first if first is not None and first <= now else None)

    def forget(self, before: datetime) -> int:
        """Remove deliveries that ended and were made before a moment; returns how many."""
        with self._database.writing() as connection:
            return connection.execute(delete(watch_deliveries).where(_D.created_at < before, ~OPEN)).rowcount


def _held(connection: Connection, watch: str, own: Any = None) -> Any:  # noqa: ANN401 - a row of many columns
    """Return the row of a watch; on a server it stays as it is until the transaction ends."""
    query = _WHOLE.where(_W.id == watch).with_for_update(of=watches)
    return connection.execute(query if own is None else query.where(own)).one_or_none()


def _settled(connection: Connection, watch: Watch, delivery: Delivery, outcome: Outcome) -> Watch | None:
    """Note on a watch what came of an attempt; returns it if that disables it."""
    done = outcome.state is DeliveryState.DELIVERED
    values: dict[str, Any] = {"failing": not done} | ({"last_success": outcome.at} if done else {})
    taken = watch.last_success is not None and watch.last_success >= delivery.created_at
    why = outcome.gone or (GIVEN_UP if outcome.exhausted and not taken else None)
    ends = why is not None and watch.disabled_at is None
    if ends:
        values |= {"disabled_at": outcome.at, "disabled_why": why}
    connection.execute(update(watches).where(_W.id == watch.id).values(values))
    return replace(watch, **values) if ends else None


def _cursor(connection: Connection) -> Cursor | None:
    row = connection.execute(select(_C.block, _C.position, _C.mutual)).one_or_none()
    return Cursor(*row) if row is not None else None


def _moved(connection: Connection, before: Cursor | None, after: Cursor) -> bool:
    """Move the cursor if it is where it is said to be."""
    values = {field.name: getattr(after, field.name) for field in fields(Cursor)}
    if before is None:
        if _cursor(connection) is not None:
            return False
        connection.execute(insert(watch_cursor).values(id=1, **values))
        return True
    same = [_C[field.name] == getattr(before, field.name) for field in fields(Cursor)]
    return connection.execute(update(watch_cursor).where(*same).values(values)).rowcount == 1


def _put_new(connection: Connection, deliveries: Collection[Delivery]) -> None:
    new = _not_yet_there(connection, deliveries)
    if new:
        connection.execute(insert(watch_deliveries), [_delivery_row(one) for one in new])


def _not_yet_there(connection: Connection, deliveries: Collection[Delivery]) -> list[Delivery]:
    """Return those whose watch is there and has no delivery under the same event."""
    named = list({one.event for one in deliveries})
    known: set[tuple[str, str]] = set()
    for start in range(0, len(named), _LISTED):
        query = select(_D.watch, _D.event).where(_D.event.in_(named[start : start + _LISTED]))
        known.update((row.watch, row.event) for row in connection.execute(query))
    there = set(connection.execute(select(_W.id).with_for_update(read=True)).scalars()) if deliveries else ()
    return [one for one in deliveries if one.watch in there and (one.watch, one.event) not in known]


def _hush(connection: Connection, operator: OperatorCode) -> None:
    """Take the body of what was kept about an operator for others than its member."""
    others = select(_W.id).where(_W.member != operator[:2])
    about = (_D.subject == operator) & _D.watch.in_(others)
    ended = {"state": DeliveryState.FAILED.value, "next_at": None, "last_error": HUSHED}
    connection.execute(update(watch_deliveries).where(about, OPEN).values(ended))
    connection.execute(update(watch_deliveries).where(about).values(body=b""))


def _words(texts: Iterable[str]) -> str:
    return " ".join(sorted(texts))


def _watch_certificates(connection: Connection, watch: Watch) -> None:
    """Keep which certificates are watched; a watch from before there were any has no row yet."""
    wanted = _certificates(watch.interest)
    own = update(watch_certificates).where(_T.watch == watch.id).values(wanted)
    if connection.execute(own).rowcount == 0:
        connection.execute(insert(watch_certificates).values(watch=watch.id, since=watch.since, **wanted))


def _certificates(interest: Interest) -> dict[str, Any]:
    ids = _words(one.hex() for one in interest.certificates)
    return {"everything": interest.all_certificates, "certificates": ids}


def _row(watch: Watch) -> dict[str, Any]:
    """Return what the owner decides of a watch; what came of attempts is noted by `settle` alone."""
    interest, secrets = watch.interest, watch.secrets
    return {
        "id": watch.id,
        "authority": watch.authority,
        "member": watch.member,
        "url": watch.url,
        "label": watch.label,
        "operators": _words(interest.operators),
        "members": _words(interest.members),
        "everything": interest.everything,
        "hosts": _words(interest.hosts),
        "secret": secrets.current,
        "previous_secret": secrets.previous,
        "previous_until": secrets.previous_until,
        "created_at": watch.created_at,
        "disabled_at": watch.disabled_at,
        "disabled_why": watch.disabled_why,
    }


def _watch(row: Any) -> Watch:  # noqa: ANN401 - a row of many columns
    interest = Interest(
        operators=frozenset(map(OperatorCode, row.operators.split())),
        members=frozenset(row.members.split()),
        everything=row.everything,
        hosts=frozenset(row.hosts.split()),
        all_certificates=bool(row.all_certificates),
        certificates=frozenset(map(bytes.fromhex, (row.certificates or "").split())),
    )
    return Watch(
        id=row.id,
        authority=row.authority,
        member=row.member,
        url=row.url,
        label=row.label,
        interest=interest,
        secrets=Secrets(current=row.secret, previous=row.previous_secret, previous_until=row.previous_until),
        created_at=row.created_at,
        since=row.since or 0,
        disabled_at=row.disabled_at,
        disabled_why=row.disabled_why,
        last_success=row.last_success,
        failing=row.failing,
    )


def _delivery_row(one: Delivery) -> dict[str, Any]:
    values = {field.name: getattr(one, field.name) for field in fields(Delivery) if field.name != "position"}
    return values | {"type": one.type.value, "state": one.state.value}


def _delivery(row: Any) -> Delivery:  # noqa: ANN401 - a row of many columns
    values = {field.name: getattr(row, field.name) for field in fields(Delivery)}
    return Delivery(**values | {"type": EventType(row.type), "state": DeliveryState(row.state)})
