"""Figures, kept for some seconds: many may look at the page, and each figure goes over the whole ledger."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Final, TypeVar

from ledger.checking_turns import turn_of
from ledger.facts import AsOf
from ledger.figures import Activity, Overdue, PairTime, PairUse, every_case, overdue_of
from ledger.origin.facts import CaseFacts
from ledger.ports import Ledger
from ledger.procedures_port import ProcedureLists, ProceduresNotNamed

_AT_LEAST: Final = 5.0
"""Seconds for which a figure is good, whatever happens."""
_AT_MOST: Final = 60.0
"""Seconds for which it is good while nothing happens; periods move on, and steps become overdue."""
_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True)
class _Kept:
    value: Any
    as_of: AsOf
    made_at: float

    def good(self, block: int) -> bool:
        age = time.monotonic() - self.made_at
        return age < (_AT_MOST if self.as_of.block == block else _AT_LEAST)


@dataclass(frozen=True, slots=True)
class Period:
    """How far back figures look."""

    days: int
    """0 for all there is."""

    def since(self, now: datetime) -> datetime | None:
        """Return when it begins."""
        return now - timedelta(days=self.days) if self.days else None


@dataclass(slots=True)
class KeptFigures:
    """The figures of one ledger; one thread makes a figure.

    The others meanwhile get the one before, which says as of when it is; they wait only for the very first.
    So however many ask, one thread at a time goes over the ledger and the rest are free for other requests.
    """

    _kept: dict[tuple[str, int], _Kept] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def activity(self, ledger: Ledger, period: Period) -> tuple[list[Activity], AsOf]:
        """Return what each member did, and as of when."""
        since = period.since(ledger.clock())
        return self._of("activity", ledger, period, lambda: list(ledger.figures.activity(since)))

    def utilisation(self, ledger: Ledger, period: Period) -> tuple[list[PairUse], AsOf]:
        """Return what became of certificates, and as of when."""
        since = period.since(ledger.clock())
        return self._of("utilisation", ledger, period, lambda: list(ledger.figures.utilisation(since)))

    def times(self, ledger: Ledger, period: Period) -> tuple[list[PairTime], AsOf]:
        """Return how long decisions took, and as of when."""
        since = period.since(ledger.clock())
        return self._of("times", ledger, period, lambda: list(ledger.figures.times(since)))

    def overdue(self, ledger: Ledger) -> tuple[list[Overdue], AsOf]:
        """Return what members owe in open cases, and as of when."""
        return self._of("overdue", ledger, Period(0), lambda: _overdue(ledger))

    def _of(
        self, name: str, ledger: Ledger, period: Period, make: Callable[[], _Found]
    ) -> tuple[_Found, AsOf]:
        key, as_of = (name, period.days), ledger.figures.figured()
        kept = self._kept.get(key)
        if (kept is None or not kept.good(as_of.block)) and self._lock.acquire(blocking=kept is None):
            try:
                kept = self._kept.get(key)
                if kept is None or not kept.good(as_of.block):
                    kept = self._kept[key] = _Kept(make(), as_of, time.monotonic())
            finally:
                self._lock.release()
        assert kept is not None  # noqa: S101 - without one the lock was waited for
        return kept.value, kept.as_of


def _overdue(ledger: Ledger) -> list[Overdue]:
    """Return what members owe in open cases; a ledger without procedures has none."""
    lists = ledger.figures
    if not isinstance(lists, ProcedureLists):
        return []
    try:
        cases = list(every_case(lambda after, limit: lists.cases(after=after, limit=limit)))
    except ProceduresNotNamed:
        return []
    return list(overdue_of(cases, ledger.clock(), _whose_turn))


def _whose_turn(case: CaseFacts) -> str | None:
    turn = turn_of(case)
    return turn.member if turn else None
