"""Watches and deliveries in memory: the port `Watches` in a few lines, for tests and as its meaning."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count
from threading import RLock

from ledger.operators import OperatorCode
from ledger.watch_port import (
    FIELDS,
    GIVEN_UP,
    HUSHED,
    MOST_WATCHES,
    Cursor,
    Delivery,
    DeliveryState,
    DeliveryUnknown,
    Outcome,
    Part,
    Pending,
    TooManyWatches,
    Watch,
    WatchUnknown,
)


class MemoryWatches:
    """Watches and deliveries in dictionaries."""

    def __init__(self) -> None:
        """Start with none."""
        self._watches: dict[str, Watch] = {}
        self._deliveries: dict[int, Delivery] = {}
        self._cursor: Cursor | None = None
        self._told: int | None = None
        self._positions = count(1)
        self._turn = RLock()

    def add(self, watch: Watch) -> None:
        """Keep a new watch; `TooManyWatches` when its authority has as many as it may."""
        with self._turn:
            if len(self.of(watch.authority)) >= MOST_WATCHES:
                raise TooManyWatches
            self._watches[watch.id] = watch

    def find(self, authority: int, watch: str) -> Watch | None:
        """Return a watch of an authority."""
        found = self._watches.get(watch)
        return found if found is not None and found.authority == authority else None

    def of(self, authority: int) -> Sequence[Watch]:
        """Return an authority's watches, disabled ones too, oldest first."""
        return tuple(watch for watch in self._all() if watch.authority == authority)

    def live(self) -> Sequence[Watch]:
        """Return all watches that are not disabled, oldest first."""
        return tuple(watch for watch in self._all() if watch.disabled_at is None)

    def change(self, watch: Watch, part: Part | None = None) -> None:
        """Keep what is new of a watch, in one part or in all that its owner decides; else `WatchUnknown`."""
        with self._turn:
            known = self._watches.get(watch.id)
            if known is None:
                raise WatchUnknown(watch.id)
            names = [name for one in ([part] if part else Part) for name in FIELDS[one]]
            self._watches[watch.id] = replace(known, **{name: getattr(watch, name) for name in names})

    def remove(self, authority: int, watch: str) -> bool:
        """Forget a watch with its deliveries; whether there was one."""
        with self._turn:
            if self.find(authority, watch) is None:
                return False
            del self._watches[watch]
            kept = {place: one for place, one in self._deliveries.items() if one.watch != watch}
            self._deliveries = kept
            return True

    def cursor(self) -> Cursor | None:
        """Return how far has been told; None at the beginning."""
        return self._cursor

    def spread(
        self,
        before: Cursor | None,
        after: Cursor,
        deliveries: Collection[Delivery],
        hushed: Collection[OperatorCode] = (),
    ) -> bool:
        """Keep deliveries and move the cursor, both or neither."""
        with self._turn:
            if self._cursor != before:
                return False
            for operator in hushed:
                self._hush(operator)
            self._put_new(deliveries)
            self._cursor = after
            return True

    def told(self) -> int | None:
        """Return the position up to which the feed has been told; None at the beginning."""
        return self._told

    def spread_feed(self, before: int | None, after: int, deliveries: Collection[Delivery]) -> bool:
        """Keep deliveries of what is in the feed and move on in it, both or neither."""
        with self._turn:
            if self._told != before:
                return False
            self._put_new(deliveries)
            self._told = after
            return True

    def put(self, delivery: Delivery) -> Delivery:
        """Keep one delivery; returns it with its position.  Raises `WatchUnknown`."""
        with self._turn:
            if delivery.watch not in self._watches:
                raise WatchUnknown(delivery.watch)
            return self._put(delivery)

    def waiting(self, now: datetime) -> Collection[str]:
        """Return the watches, not disabled, for which something is due."""
        return {one.watch for one in self._open() if _due(one, now)}

    def due(self, watch: str, now: datetime, limit: int) -> Sequence[Delivery]:
        """Return what is due for a watch in the order of the store."""
        return tuple(one for one in self._open() if one.watch == watch and _due(one, now))[:limit]

    def settle(self, delivery: Delivery, outcome: Outcome) -> Watch | None:
        """Keep what came of an attempt; returns the watch if that disables it."""
        with self._turn:
            known, watch = self._deliveries.get(delivery.position), self._watches.get(delivery.watch)
            if known is None or watch is None or known.state is not DeliveryState.PENDING:
                return None
            done = outcome.state is DeliveryState.DELIVERED
            self._deliveries[known.position] = replace(
                known,
                state=outcome.state,
                attempts=known.attempts + 1,
                next_at=outcome.next_at,
                last_at=outcome.at,
                last_status=outcome.status,
                last_error=outcome.error,
                delivered_at=outcome.at if done else known.delivered_at,
            )
            watch = replace(watch, failing=not done, last_success=outcome.at if done else watch.last_success)
            why = outcome.gone or _given_up(watch, known, outcome)
            ends = why is not None and watch.disabled_at is None
            if ends:
                watch = replace(watch, disabled_at=outcome.at, disabled_why=why)
            self._watches[watch.id] = watch
            return watch if ends else None

    def again(self, watch: str, delivery: int, now: datetime) -> Delivery:
        """Send a delivery once more, whatever became of it; `DeliveryUnknown` also without a body."""
        with self._turn:
            known = self._deliveries.get(delivery)
            if known is None or known.watch != watch or not known.body:
                raise DeliveryUnknown(delivery)
            state = DeliveryState.PENDING
            self._deliveries[delivery] = replace(known, state=state, attempts=0, next_at=now)
            return self._deliveries[delivery]

    def deliveries(self, watch: str, *, before: int | None = None, limit: int = 100) -> Sequence[Delivery]:
        """Return deliveries of a watch, newest first, going on before a position."""
        own = (one for place, one in sorted(self._deliveries.items(), reverse=True) if one.watch == watch)
        return tuple(one for one in own if before is None or one.position < before)[:limit]

    def pending(self, now: datetime) -> Pending:
        """Return what waits."""
        well = {watch.id for watch in self.live() if not watch.failing}
        since = [one.next_at for one in self._open() if one.next_at is not None and one.watch in well]
        since = [at for at in since if at <= now]
        return Pending(len(self._open()), min(since, default=None))

    def forget(self, before: datetime) -> int:
        """Remove deliveries that ended and were made before a moment; returns how many."""
        with self._turn:
            ended = [
                place
                for place, one in self._deliveries.items()
                if one.state is not DeliveryState.PENDING and one.created_at < before
            ]
            for place in ended:
                del self._deliveries[place]
            return len(ended)

    def _all(self) -> Sequence[Watch]:
        return sorted(self._watches.values(), key=lambda watch: (watch.created_at, watch.id))

    def _open(self) -> Sequence[Delivery]:
        """Return what is pending for watches that are not disabled, in order."""
        live = {watch.id for watch in self.live()}
        found = sorted(self._deliveries.items())
        return [one for _, one in found if one.state is DeliveryState.PENDING and one.watch in live]

    def _hush(self, operator: OperatorCode) -> None:
        """Take the body of what was kept about an operator for others than its member."""
        for place, one in self._deliveries.items():
            if one.subject == operator and self._watches[one.watch].member != operator[:2]:
                ended = {"state": DeliveryState.FAILED, "next_at": None, "last_error": HUSHED}
                waited = one.state is DeliveryState.PENDING
                self._deliveries[place] = replace(one, body=b"", **(ended if waited else {}))  # type: ignore[arg-type]

    def _put_new(self, deliveries: Collection[Delivery]) -> None:
        """Keep those whose watch is there and has no delivery under the same event."""
        known = {(one.watch, one.event) for one in self._deliveries.values()}
        for one in deliveries:
            if one.watch in self._watches and (one.watch, one.event) not in known:
                self._put(one)

    def _put(self, delivery: Delivery) -> Delivery:
        kept = replace(delivery, position=next(self._positions))
        self._deliveries[kept.position] = kept
        return kept


def _due(one: Delivery, now: datetime) -> bool:
    return one.next_at is not None and one.next_at <= now


def _given_up(watch: Watch, delivery: Delivery, outcome: Outcome) -> str | None:
    """Say why a watch is disabled whose receiver has taken nothing since a failed message was made."""
    if not outcome.exhausted:
        return None
    if watch.last_success is not None and watch.last_success >= delivery.created_at:
        return None
    return GIVEN_UP
