"""Figures about what happens on the ledger, and what happened last; `docs/reference/figures.md` defines each.

They need all events at hand, so only a replica tells them: `ledger.archive.replica_figures` and
`ledger.memory_replica_figures`, which `tests/ports/test_figures_port.py` holds equal.  Methods raise
`Unavailable` when nobody answers.  A period begins with `since`; None stands for the beginning of the ledger.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ledger.errors import Refused
from ledger.facts import AsOf
from ledger.origin.facts import CaseFacts
from ledger.procedures_port import Happening

_CASES_AT_A_TIME = 500


@dataclass(eq=False)
class FiguresNotKept(Refused):
    """Nobody here keeps the events that figures are made of."""

    def __str__(self) -> str:
        return "figures need the service's replica of the ledger, and it keeps none"


@dataclass(frozen=True, slots=True)
class Activity:
    """What a member did in a period, by when the ledger recorded it."""

    member: str
    issued: int = 0
    """Certificates that it issued, singly or in batches."""
    cancelled: int = 0
    replaced: int = 0
    received: int = 0
    """Certificates of others that its customs confirmed to have."""
    decided: int = 0
    """Decisions of its customs, each on one declaration."""


@dataclass(frozen=True, slots=True)
class PairUse:
    """What became of the certificates that one member issued for another in a period, until now."""

    exporting: str
    importing: str
    """Empty for those in batches, of which the ledger does not know the other member yet."""
    issued: int = 0
    received: int = 0
    used: int = 0
    """Certificates of which at least one line was granted preference."""
    granted: int = 0
    """How often a line was granted, under each declaration once."""
    refused: int = 0
    """How often a line was refused."""
    unreported: int = 0
    """Certificates that have not ended, and of which customs has reported nothing."""

    @property
    def rate(self) -> float | None:
        """The utilisation rate, from 0 to 1; None where nothing was issued or it cannot be known."""
        return self.used / self.issued if self.issued and self.importing else None


@dataclass(frozen=True, slots=True)
class PairTime:
    """How long it took from issue to the first decision, of certificates first decided on in a period."""

    exporting: str
    importing: str
    decided: int
    """Certificates."""
    median: int
    """Seconds within which half of them were decided on."""
    most: int
    """Seconds within which nine in ten of them were."""


@dataclass(frozen=True, slots=True)
class Overdue:
    """What a member owes in open verification cases."""

    member: str
    cases: int = 0
    """Open cases in which the member asks or is asked."""
    steps: int = 0
    """Of these, those in which the next step is the member's and its time is over."""
    conclusions: int = 0
    """Of these, those that the member had to conclude before now."""


class Figures(Protocol):
    """What the events of a ledger add up to."""

    def figured(self) -> AsOf:
        """Return the block that the figures are as of."""

    def latest(
        self,
        *,
        before: tuple[int, int] | None = None,
        after: tuple[int, int] | None = None,
        limit: int = 20,
    ) -> Sequence[Happening]:
        """Return events of all kinds, newest first, before one place and after another."""

    def activity(self, since: datetime | None = None) -> Sequence[Activity]:
        """Return what each member did, by code; members that did nothing are left out."""

    def utilisation(self, since: datetime | None = None) -> Sequence[PairUse]:
        """Return what became of certificates issued in a period, by exporting and importing member."""

    def times(self, since: datetime | None = None) -> Sequence[PairTime]:
        """Return how long decisions took, by exporting and importing member."""


class NoFigures:
    """The port of a ledger without a replica: says so when it is asked."""

    def figured(self) -> AsOf:
        """Raise `FiguresNotKept`."""
        raise FiguresNotKept

    def latest(
        self,
        *,
        before: tuple[int, int] | None = None,  # noqa: ARG002 - of the port
        after: tuple[int, int] | None = None,  # noqa: ARG002 - of the port
        limit: int = 20,  # noqa: ARG002 - of the port
    ) -> Sequence[Happening]:
        """Raise `FiguresNotKept`."""
        raise FiguresNotKept

    def activity(self, since: datetime | None = None) -> Sequence[Activity]:  # noqa: ARG002 - of the port
        """Raise `FiguresNotKept`."""
        raise FiguresNotKept

    def utilisation(self, since: datetime | None = None) -> Sequence[PairUse]:  # noqa: ARG002 - of the port
        """Raise `FiguresNotKept`."""
        raise FiguresNotKept

    def times(self, since: datetime | None = None) -> Sequence[PairTime]:  # noqa: ARG002 - of the port
        """Raise `FiguresNotKept`."""
        raise FiguresNotKept


def overdue_of(
    cases: Iterable[CaseFacts], at: datetime, turn: Callable[[CaseFacts], str | None]
) -> Sequence[Overdue]:
    """Return what members owe in open cases at a moment, by code; `turn` says whose the next step is."""
    every = [case for case in cases if case.open]
    members = sorted({member for case in every for member in (case.importing, case.exporting)})
    return [
        Overdue(
            member,
            cases=sum(member in {case.importing, case.exporting} for case in every),
            steps=sum(case.due < at and turn(case) == member for case in every),
            conclusions=sum(case.conclude_due < at and case.importing == member for case in every),
        )
        for member in members
    ]


def every_case(page: Callable[[int, int], Sequence[CaseFacts]]) -> Iterator[CaseFacts]:
    """Yield all cases of a list that gives so many after a number at a time."""
    last = 0
    while cases := page(last, _CASES_AT_A_TIME):
        yield from cases
        last = cases[-1].id


def smallest_with(seconds: Sequence[int], tenths: int) -> int:
    """Return the smallest of sorted values within which so many tenths of them lie (nearest rank)."""
    return seconds[-(-len(seconds) * tenths // 10) - 1]
