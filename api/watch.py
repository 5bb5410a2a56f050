"""What the service looks after by itself: that it can write, reach the chain, tell the time, and gets on.

Each look raises its alarm when something is wrong and takes it back when it is well again.  Alarms about keys
come from `ledger.rounds`, those about the replica from `ledger.replica`.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from api.background import Repeating
from api.services import Services
from ledger.errors import LedgerError, Unavailable
from ledger.outbox import AlarmName
from ledger.replica_port import ReplicaHalted

_LOG = logging.getLogger("asal.api.watch")
EVERY = 5.0
"""Seconds between two looks."""


class Watch(Repeating):
    """Looks after one service, in a thread until it is stopped."""

    def __init__(self, services: Services) -> None:
        """Prepare; nothing is looked at before `start`, or a call of `look`."""
        super().__init__("watch", self._looked)
        self._services = services
        self._silent_since: datetime | None = None

    def look(self) -> None:
        """Look once at everything."""
        looks: dict[AlarmName, Callable[[], str | None]] = {
            AlarmName.ARCHIVE_UNWRITABLE: self._archive,
            AlarmName.CHAIN_SILENT: self._chain,
            AlarmName.CLOCK_SKEW: self._clock,
        }
        for name, look in looks.items():
            with suppress(Unavailable):  # then nothing is known, and the alarm stays as it is
                self._note(name, look())
        with suppress(LedgerError):
            self._outbox()
            self._webhooks()

    def _looked(self) -> float:
        self.look()
        return EVERY

    def _note(self, name: AlarmName, problem: str | None) -> None:
        """Raise an alarm about this process, or take it back."""
        local = self._services.local
        if problem is None:
            if local.cleared(name):
                _LOG.info("alarm %s is over", name.value)
        elif local.raised(name, problem, now=self._services.ledger.clock()):
            self._told(name, problem)

    def _told(self, name: AlarmName, problem: str) -> None:
        _LOG.error("alarm %s: %s", name.value, problem)
        self._services.metrics.alarmed(name, "")

    # -------------------------------------------------------------------------------------------- looks

    def _archive(self) -> str | None:
        """Say why nothing can be stored."""
        problem = self._services.writable.problem()
        return None if problem is None else str(problem)

    def _chain(self) -> str | None:
        """Say for how long the chain has not answered, once that is too long."""
        try:
            self._services.ledger.registry.head()
        except ReplicaHalted:
            return None  # the node is not what is silent
        except Unavailable as silent:
            now = self._services.ledger.clock()
            self._silent_since = self._silent_since or now
            seconds = (now - self._silent_since).total_seconds()
            if seconds < self._services.limits.silent_seconds:
                return None
            return f"no answer for {seconds:.0f} s ({type(silent).__name__})"
        self._silent_since = None
        return None

    def _clock(self) -> str | None:
        """Say how far our clock and the chain's are apart."""
        return skew_of(self._services)

    def _outbox(self) -> None:
        """Raise or take back the alarm about the oldest write, which all processes of the archive share."""
        oldest = self._services.ledger.outbox.backlog().oldest
        self._stuck(AlarmName.OUTBOX_STUCK, oldest, "the oldest write has waited")

    def _webhooks(self) -> None:
        """Raise or take back the alarm about messages to watchers, which all processes share as well."""
        due = self._services.rooms.watches.pending(self._services.ledger.clock()).due
        self._stuck(AlarmName.WEBHOOKS_STUCK, due, "the oldest message has been due")

    def _stuck(self, name: AlarmName, oldest: datetime | None, what: str) -> None:
        """Raise the alarm when something has waited since a moment too long ago, or take it back."""
        outbox, now = self._services.ledger.outbox, self._services.ledger.clock()
        waits = (now - oldest).total_seconds() if oldest else 0.0
        known = any(alarm.name is name for alarm in outbox.alarms())
        if waits > self._services.limits.stuck_seconds:
            if not known:
                detail = f"{what} for {waits:.0f} s"
                outbox.raise_alarm(name, "", detail, now=now)
                self._told(name, detail)
        elif known:
            outbox.clear_alarm(name, "")
            _LOG.info("alarm %s is over", name.value)


def skew_of(services: Services) -> str | None:
    """Say how far our clock and the chain's are apart, when that is too far; raises `Unavailable`.

    Where blocks wait for work, an old block says nothing, and only a clock behind the chain's can be seen.
    """
    limits = services.limits
    ahead = (services.ledger.registry.head().time - services.ledger.clock()).total_seconds()
    if ahead > limits.clock_skew_seconds:
        return f"the newest block is {ahead:.0f} s ahead of this clock"
    if limits.block_seconds is not None and -ahead > limits.block_seconds + limits.clock_skew_seconds:
        return f"the newest block is {-ahead:.0f} s old"
    return None
