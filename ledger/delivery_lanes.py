"""Many deliveries at a time, so that no receiver waits for another one.

A receiver that takes what it is sent, and quickly, is sent several messages at a time on the fast lane.  One
that fails or is slow is sent one at a time on the slow lane, which such receivers share, until it does well
again.  Nothing is kept here that the store does not know: what was under way when a process ended is due.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Final

from ledger.delivering import Deliverer
from ledger.errors import LedgerError
from ledger.watch_port import Delivery, Outcome, Watch, Watches, by_id

_LOG = logging.getLogger("asal.webhooks")
FAST, SLOW = 32, 8
"""Messages under way at a time on each lane."""
_AT_ONCE: Final = 4
"""Messages under way to one receiver that does well."""
_SLOW_SECONDS: Final = 2.0
"""A receiver that takes longer goes to the slow lane."""

_REST: Final = 5.0
"""Seconds for which a watch is left alone after what came of an attempt could not be kept."""

Said = Callable[[Delivery, Outcome, Watch | None], None]
"""Hears of each attempt, and of the watch if that disabled it."""


@dataclass
class _Lane:
    pool: ThreadPoolExecutor
    room: int


@dataclass
class Lanes:
    """Deliveries under way; `fill` is called by one thread."""

    watches: Watches
    deliverer: Deliverer
    said: Said
    freed: Callable[[], None]
    """Called when there is room again."""
    fast: int = FAST
    slow: int = SLOW
    _under_way: defaultdict[str, set[int]] = field(init=False)
    _sluggish: set[str] = field(init=False, default_factory=set)
    _resting: dict[str, float] = field(init=False, default_factory=dict)
    """Until when, by the monotonic clock: else a receiver would be sent the same again and again at once."""
    _turn: Lock = field(init=False, default_factory=Lock)
    _first: int = field(init=False, default=0)
    _closed: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        """Prepare the lanes; threads are started when they are needed."""
        self._under_way = defaultdict(set)
        self._fast = _Lane(ThreadPoolExecutor(self.fast, "webhooks"), self.fast)
        self._slow = _Lane(ThreadPoolExecutor(self.slow, "slow webhooks"), self.slow)

    def fill(self, now: datetime) -> int:
        """Start what is due as far as there is room; returns how many.  Raises `ArchiveUnavailable`."""
        waiting = sorted(self.watches.waiting(now))
        if not waiting:
            return 0
        live = by_id(self.watches.live())
        self._first += 1  # so that none is always the last to be looked at
        start = self._first % len(waiting)
        order = waiting[start:] + waiting[:start]
        return sum(self._filled(live[name], now) for name in order if name in live)

    def close(self) -> None:
        """End at once: what is under way is cut off, and due again."""
        self._closed = True
        self.deliverer.sender.close()
        for lane in (self._fast, self._slow):
            lane.pool.shutdown(cancel_futures=True)

    def _filled(self, watch: Watch, now: datetime) -> int:
        """Start what is due for one watch."""
        if self._resting.get(watch.id, 0.0) > time.monotonic():
            return 0
        poorly = watch.failing or watch.id in self._sluggish
        lane = self._slow if poorly else self._fast
        width = _AT_ONCE if watch.last_success is not None and not poorly else 1
        with self._turn:
            under_way = set(self._under_way[watch.id])
            room = min(width - len(under_way), lane.room)
        if room <= 0:
            return 0
        due = self.watches.due(watch.id, now, width + len(under_way))
        return self._begun(lane, watch, [one for one in due if one.position not in under_way][:room])

    def _begun(self, lane: _Lane, watch: Watch, deliveries: Sequence[Delivery]) -> int:
        for delivery in deliveries:
            with self._turn:
                self._under_way[watch.id].add(delivery.position)
                lane.room -= 1
            lane.pool.submit(self._deliver, lane, watch, delivery)
        return len(deliveries)

    def _deliver(self, lane: _Lane, watch: Watch, delivery: Delivery) -> None:
        """Make one attempt, and keep what came of it."""
        try:
            began = time.monotonic()
            outcome = self.deliverer.attempt(watch, delivery)
            if self._closed:  # it was cut off, or its answer comes too late to be kept: it is due again
                return
            slow = time.monotonic() - began > _SLOW_SECONDS
            (self._sluggish.add if slow else self._sluggish.discard)(watch.id)
            self.said(delivery, outcome, self.watches.settle(delivery, outcome))
            self._resting.pop(watch.id, None)
        except LedgerError as silent:
            self._resting[watch.id] = time.monotonic() + _REST
            _LOG.warning("what came of a message could not be kept: %s", type(silent).__name__)
        except Exception:  # noqa: BLE001 - the message is due again; nobody waits for this thread
            self._resting[watch.id] = time.monotonic() + _REST
            _LOG.exception("sending a message broke off")
        finally:
            with self._turn:
                self._under_way[watch.id].discard(delivery.position)
                if not self._under_way[watch.id]:
                    del self._under_way[watch.id]
                lane.room += 1
            self.freed()
