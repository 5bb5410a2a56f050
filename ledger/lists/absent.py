"""Operators that the ledger has in force and a list lacks: told, or ended where the list is complete."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Final

from ledger.aeo.cases import Case
from ledger.aeo.recognition import status_at
from ledger.aeo.records import OperatorRecord
from ledger.errors import Refused
from ledger.lists.comparing import Sense, until_of
from ledger.lists.steps import Difference, Due, Kind, Left, Records
from ledger.operators import (
    ENDED,
    Ground,
    Operator,
    OperatorCode,
    OperatorRole,
    OperatorStatus,
    Status,
    StatusChange,
)
from ledger.recognition_port import OperatorLists

_PAGE: Final = 500
_FEW, _SHARE = 10, 10
"""How many operators a list may end without being told a number: ten, or one in ten of those in force."""


@dataclass(eq=False)
class TooManyAbsent(Refused):
    """A list that is said to be complete lacks so many operators that it may be cut off."""

    absent: int
    allowed: int

    def __str__(self) -> str:
        return (
            f"the list lacks {self.absent} operators that are in force, and {self.allowed} may be ended at "
            "once; see that it is whole, then allow the number with --most-ended"
        )


@dataclass(frozen=True, slots=True)
class Ending:
    """What becomes of operators that a complete list lacks."""

    status: OperatorStatus
    """One in which there are no benefits."""
    ground: Ground
    most: int | None = None
    """How many may be ended; a tenth of those in force, and at least ten, unless told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """Where operators are looked for that a list lacks."""

    lists: OperatorLists
    records: Records
    member: str
    ending: Ending | None = None
    """None to tell of them only."""

    def beside(
        self, listed: Collection[OperatorCode], programmes: Collection[int], sense: Sense
    ) -> list[Due | Left]:
        """Return what becomes of the operators in force that a list of these programmes lacks.

        One that has roles besides those the list speaks of keeps these.  Raises `TooManyAbsent`, so that a
        list that was cut off ends nobody.
        """
        found: list[Due | Left] = []
        in_force = 0
        for operator in self._operators():
            holds = status_at(operator, sense.now) or operator.latest
            if _in_force(holds, sense) and holds.programme in programmes:
                in_force += 1
                if operator.code not in listed:
                    found.append(self._absent(operator, holds, sense))
        gone = sum(isinstance(one, Due) for one in found)
        allowed = max(_FEW, in_force // _SHARE)
        if self.ending is not None and self.ending.most is not None:
            allowed = self.ending.most
        if gone > allowed:
            raise TooManyAbsent(gone, allowed)
        return found

    def _operators(self) -> Iterator[Operator]:
        after: OperatorCode | None = None
        while page := self.lists.operators(member=self.member, after=after, limit=_PAGE):
            yield from page
            after = page[-1].code

    def _absent(self, operator: Operator, holds: StatusChange, sense: Sense) -> Due | Left:
        if self.ending is None:
            return _told(operator, "the list lacks it")
        if operator.latest.effective_from > sense.now:
            return _told(operator, "the ledger has a change that lies ahead; settle it with asal operator")
        kept = holds.roles & ~sense.speaks_of if sense.speaks_of is not None else OperatorRole(0)
        if not kept:
            return _ended(operator, holds, self.ending, sense)
        record = self.records([operator.latest.record_hash]).get(operator.latest.record_hash)
        if record is None:
            return _told(operator, "its record is not held here, so its roles cannot be changed")
        return _fewer_roles(operator, holds, kept, record, sense)


def _in_force(holds: StatusChange, sense: Sense) -> bool:
    """Whether a status that holds gives, or may give again, what a list speaks of."""
    over = holds.status in ENDED or (holds.until is not None and holds.until < sense.now)
    return not over and (sense.speaks_of is None or bool(holds.roles & sense.speaks_of))


def _told(operator: Operator, why: str) -> Left:
    return Left(Kind.ABSENT, operator.code, 0, why)


def _ended(operator: Operator, holds: StatusChange, ending: Ending, sense: Sense) -> Due | Left:
    if holds.status is ending.status:
        return _told(operator, "the list lacks it, and it is suspended already")
    annuls = ending.status is OperatorStatus.ANNULLED
    status = Status(
        status=ending.status,
        programme=holds.programme,
        level=holds.level,
        roles=holds.roles,
        consent=holds.consent,
        effective_from=Case(operator.code, changes=operator.changes).begun() if annuls else sense.now,
        until=until_of(ending.status, sense.now, holds.until, None, holds),
        ground=ending.ground,
    )
    difference = Difference("status", holds.status, ending.status)
    return _due(Kind.ENDED, operator, status, difference, holds)


def _fewer_roles(
    operator: Operator, holds: StatusChange, kept: OperatorRole, record: OperatorRecord, sense: Sense
) -> Due:
    status = Status(
        status=holds.status,
        programme=holds.programme,
        level=holds.level,
        roles=kept,
        consent=holds.consent,
        effective_from=sense.now,
        until=holds.until,
    )
    due = _due(Kind.CHANGED, operator, status, Difference("roles", holds.roles, kept), holds)
    return replace(due, record=replace(record, roles=kept, salt=b""))


def _due(kind: Kind, operator: Operator, status: Status, difference: Difference, holds: StatusChange) -> Due:
    return Due(
        kind=kind,
        operator=operator.code,
        line=0,
        version=len(operator.changes) + 1,
        status=status,
        differences=(difference,),
        record_hash=operator.latest.record_hash,
        from_status=holds.status,
        valid_until=holds.until,
    )
