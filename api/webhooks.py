"""Telling watchers what has become final, and sending it to them: one process of an archive at a time does.

The bell is rung when a block was added to the replica, when a message was queued by hand, and when there is
room for another message; without it one looks now and then.
"""

import logging
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from api.background import Repeating
from api.services import Services
from ledger.delivering import Deliverer
from ledger.delivery_lanes import FAST, SLOW, Lanes
from ledger.errors import LedgerError, Unavailable
from ledger.feed_telling import FeedTeller
from ledger.feeding import Feeder
from ledger.outbox import Tenure
from ledger.outgoing import Sender
from ledger.replica import Following, Progress
from ledger.replica_port import ReplicaHead
from ledger.watch_port import Delivery, DeliveryState, Outcome, Part, Watch
from ledger.watching import Teller

_LOG = logging.getLogger("asal.api.webhooks")
NAME: Final = "watches"
"""What the one process that tells holds of the database."""
KEPT: Final = timedelta(days=30)
"""How long deliveries that ended are kept."""
_POLL: Final = 0.5
"""Seconds between two looks when the bell is not rung."""
_CHECK: Final = 1.0
"""Seconds between two looks at whether the claim is still held."""
_TIDY: Final = 60.0
"""Seconds between two times of tidying up."""
_WITHDRAWN: Final = "its authority is no longer on the ledger"
_TURN: Final = 2.0
"""Seconds until the next try to be the one that tells."""
_PATIENCE: Final = 2
"""Tries that a process leaves to the one that follows the chain, which hears of blocks first."""


@dataclass(frozen=True, slots=True)
class Telling:
    """What an app is told about telling others."""

    finality: int = 0
    """How many blocks must follow one before it is told of."""
    sender: Sender = field(default_factory=Sender)
    bell: threading.Event = field(default_factory=threading.Event)

    def heard(self, progress: Progress, _: ReplicaHead) -> None:
        """Ring when the replica has another block."""
        if progress is Progress.ADDED:
            self.bell.set()


class Webhooks(Repeating):
    """Tells and sends, in a thread until it is stopped."""

    def __init__(
        self,
        services: Services,
        telling: Telling,
        following: Following | None = None,
        lanes: tuple[int, int] = (FAST, SLOW),
    ) -> None:
        """Prepare; nothing is done before `start`."""
        super().__init__("webhooks", self._tried)
        self._services, self._telling, self._following = services, telling, following
        watches, clock = services.rooms.watches, services.ledger.clock
        rooms = services.rooms
        self._teller = Teller(watches, rooms.replica, telling.finality, clock)
        self._feeder = Feeder(rooms.feed, rooms.replica, telling.finality)
        self._feed_teller = FeedTeller(watches, rooms.feed, clock)
        deliverer = Deliverer(telling.sender, clock)
        self._lanes = Lanes(watches, deliverer, self._said, telling.bell.set, *lanes)
        self._tries = 0
        self._silent = False

    def stop(self) -> None:
        """End at once: what is under way is cut off, and due again for the next process."""
        self._stopping.set()
        self._telling.bell.set()
        super().stop()
        self._lanes.close()

    def _tried(self) -> float:
        """Be the one that tells, if nobody else is; returns the seconds until the next try."""
        follows = self._following is None or self._following.state().following
        self._tries += 1
        if not follows and self._tries <= _PATIENCE:
            return _TURN
        try:
            with self._services.rooms.database.exclusive(NAME) as held:
                if held is not None:
                    self._while_held(held)
        except LedgerError as silent:
            if not self._silent:
                _LOG.warning("watchers cannot be told at the moment: %s", type(silent).__name__)
            self._silent = True
        return _TURN

    def _while_held(self, held: Tenure) -> None:
        checked, tidied = time.monotonic(), float("-inf")
        while not self._stopping.is_set():
            now = time.monotonic()
            if now - checked > _CHECK:
                checked = now
                if not held.alive():
                    return
            if now - tidied > _TIDY:
                tidied = now
                self.tidy()
            self._telling.bell.clear()
            more = self._tell()
            self._silent = False
            self._lanes.fill(self._services.ledger.clock())
            if not more:
                self._telling.bell.wait(_POLL)

    def _tell(self) -> bool:
        """Fill the feed and tell watchers, a page of each; returns whether there may be more."""
        more = self._feeder.fill()
        if more:
            self._services.news.ring()
        return any((self._teller.tell(), self._feed_teller.tell(), more))

    def tidy(self) -> None:
        """Forget old deliveries, and disable watches whose authority is no longer on the ledger."""
        watches, now = self._services.rooms.watches, self._services.ledger.clock()
        watches.forget(now - KEPT)
        for watch in watches.live():
            with suppress(Unavailable):  # then nothing is known, and it stays as it is
                authority = self._services.ledger.members.authority(watch.authority)
                if authority is None or authority.withdrawn_at is not None:
                    watches.change(replace(watch, disabled_at=now, disabled_why=_WITHDRAWN), Part.DISABLING)

    def _said(self, delivery: Delivery, outcome: Outcome, disabled: Watch | None) -> None:
        """Count an attempt, and log the end of a watch."""
        waited = (outcome.at - delivery.created_at).total_seconds()
        taken = outcome.state is DeliveryState.DELIVERED
        self._services.metrics.sent(outcome.state, waited if taken and not delivery.attempts else None)
        if disabled is not None:
            _LOG.warning("a watch was disabled", extra={"authority": disabled.authority})
