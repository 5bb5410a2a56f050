"""What a list says of one operator beside what the ledger says of it.  Pure rules.

1. A list says how things stand today, so it is compared with the status that holds today; where it says what
   was recorded last, and begins later, it says nothing new either.
2. A day in a list is mostly that of the authorisation.  So it is the first day of a change only where it is
   later than the first day of what holds; else the change holds from the moment it is recorded.
3. What a person has decided since is not undone by a list: a suspension is lifted, an ended authorisation
   given anew and a change that lies ahead replaced only where the list clearly means it.
4. A consent that is stated for all rows brings back none that was withdrawn.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ledger.aeo.cases import Case
from ledger.aeo.life import REAPPLY_YEARS
from ledger.aeo.recognition import status_at
from ledger.aeo.records import OperatorRecord
from ledger.lists.complaints import Unfit
from ledger.lists.steps import Difference, Due, Kind, Left
from ledger.lists.wanted import Wanted
from ledger.operators import (
    ENDED,
    Consent,
    Ground,
    Operator,
    OperatorRole,
    OperatorStatus,
    Programme,
    Status,
    StatusChange,
)

_CERTIFIED, _SUSPENDED = OperatorStatus.CERTIFIED, OperatorStatus.SUSPENDED
_REVOKED, _ANNULLED = OperatorStatus.REVOKED, OperatorStatus.ANNULLED
_GROUNDS: Final[Mapping[OperatorStatus, Ground]] = {
    OperatorStatus.SUSPENDED: Ground.OTHER,
    OperatorStatus.REVOKED: Ground.OTHER,
    OperatorStatus.SURRENDERED: Ground.AT_REQUEST,
    OperatorStatus.ANNULLED: Ground.FALSE_INFORMATION,
}
"""Why, where a list does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sense:
    """How a list is to be understood."""

    now: datetime
    """Whole seconds, UTC."""
    programmes: Mapping[str, Programme]
    """The member's own, by code in capitals."""
    speaks_of: OperatorRole | None = None
    """The roles that the list is about; None for all."""
    consent_for_all: bool = False
    """Whether consent is stated for all rows at once."""
    reinstate: bool = False
    """Whether an operator that the list has as certified is meant to be, also where it is suspended."""


def compared(
    one: Wanted, operator: Operator | None, record: OperatorRecord | None, sense: Sense
) -> Due | Left | None:
    """Return what is to be recorded of an operator, why nothing can be, or None when nothing is new.

    `record` is the one whose hash the ledger names last, None where it is not at hand.  Raises `Unfit` where
    list and ledger contradict each other in a way that a person must settle.
    """
    programme = _programme(one, sense)
    if operator is None:
        return _first(one, programme, sense)
    holds = status_at(operator, sense.now) or operator.latest
    meant = _meant(one, operator, programme, holds, sense)
    of_record = [*_of_record(one, meant, record)]
    differences = [*_differences(meant, holds, one), *of_record]
    planned = holds is not operator.latest and not [*_differences(meant, operator.latest, one)]
    if not differences or planned:
        return None
    _settled(one, operator, meant, holds, sense)
    if _over(meant):
        return _left(one, _LAST_DAY_OVER)
    anew = bool(of_record) or (meant.level, meant.roles, meant.programme) != (
        holds.level,
        holds.roles,
        holds.programme,
    )
    back = meant.status is _CERTIFIED and holds.status is not _CERTIFIED
    return Due(
        kind=Kind.REINSTATED if back else Kind.CHANGED,
        operator=one.operator,
        line=one.line,
        version=len(operator.changes) + 1,
        status=meant,
        differences=tuple(differences),
        record=_record(one, meant, programme, record) if anew else None,
        record_hash=operator.latest.record_hash,
        from_status=holds.status,
        valid_until=one.until,
    )


def _record(
    one: Wanted, status: Status, programme: Programme, before: OperatorRecord | None
) -> OperatorRecord:
    """Return what an operator's new record says; the evidence of the old one is kept."""
    return OperatorRecord(
        operator=one.operator,
        name=one.name,
        address=one.address,
        country=one.country,
        national_id=one.national_id,
        programme=programme.code,
        level=status.level,
        roles=status.roles,
        evidence=before.evidence if before else (),
        salt=b"",
    )


def _programme(one: Wanted, sense: Sense) -> Programme:
    programme = sense.programmes.get(one.programme.upper())
    if programme is None:
        message = "the member has declared no programme of this code; see asal programme"
        raise Unfit("programme.undeclared", message, "programme")
    if one.level > programme.levels:
        raise Unfit("level.range", f"the programme has levels 1 to {programme.levels}", "level")
    return programme


def _first(one: Wanted, programme: Programme, sense: Sense) -> Due | Left:
    """Return the first status of an operator, or why it gets none."""
    if one.status is not _CERTIFIED:
        return _left(one, "the ledger does not know it, and the first status there is certified")
    if Consent.EXCHANGE not in one.consent:
        return _left(one, "it has not agreed to the exchange of its data, so it is not recorded at all")
    status = Status(
        status=_CERTIFIED,
        programme=programme.id,
        level=one.level,
        roles=one.roles,
        consent=one.consent,
        effective_from=one.effective or sense.now,
        until=one.until,
    )
    if _over(status):
        return _left(one, _LAST_DAY_OVER)
    return Due(
        kind=Kind.NEW,
        operator=one.operator,
        line=one.line,
        version=1,
        status=status,
        record=_record(one, status, programme, None),
        valid_until=one.until,
    )


def _meant(
    one: Wanted, operator: Operator, programme: Programme, holds: StatusChange, sense: Sense
) -> Status:
    """Return the status that a list means for an operator that the ledger knows."""
    kept = holds.roles & ~sense.speaks_of if sense.speaks_of is not None else OperatorRole(0)
    later = one.effective is not None and one.effective > holds.effective_from
    effective = one.effective if later and one.effective else sense.now
    if one.status is _ANNULLED:
        effective = Case(operator.code, changes=operator.changes).begun()
    return Status(
        status=one.status,
        programme=programme.id,
        level=one.level,
        roles=one.roles | kept,
        consent=operator.latest.consent if sense.consent_for_all else one.consent,
        effective_from=effective,
        until=until_of(one.status, effective, one.until, one.apply_from, holds),
        ground=one.ground if one.ground is not None else _ground(one.status, holds),
    )


def until_of(
    status: OperatorStatus,
    effective: datetime,
    valid: datetime | None,
    apply_from: datetime | None,
    holds: StatusChange,
) -> datetime | None:
    """Return the `until` of a status: of a revocation, until when the operator may not apply again."""
    if status in (_CERTIFIED, _SUSPENDED):
        return valid
    if status is not _REVOKED:
        return None
    return apply_from or (holds.until if holds.status is _REVOKED else _years_on(effective))


def _years_on(moment: datetime) -> datetime:
    """Return the same day some years later; of 29 February, the first of March."""
    try:
        return moment.replace(year=moment.year + REAPPLY_YEARS)
    except ValueError:
        return moment.replace(year=moment.year + REAPPLY_YEARS, month=3, day=1)


def _ground(status: OperatorStatus, holds: StatusChange) -> Ground:
    if status is _CERTIFIED:
        return Ground.CURED if holds.status is _SUSPENDED else Ground.NONE
    return _GROUNDS[status]


def _differences(meant: Status, holds: Status, one: Wanted) -> Iterator[Difference]:
    """Yield what a status says otherwise than the one that holds."""
    for name in ("status", "programme", "level", "roles", "consent", "until"):
        before, after = getattr(holds, name), getattr(meant, name)
        if before != after:
            yield Difference(name, before, after)
    later = one.effective is not None and one.effective > holds.effective_from
    if later and meant.status is not _ANNULLED:
        yield Difference("effective", holds.effective_from, one.effective)


def _of_record(one: Wanted, meant: Status, record: OperatorRecord | None) -> Iterator[Difference]:
    """Yield what the operator's record says otherwise, as far as the status does not say it."""
    if record is None:
        yield Difference("record", "not held here", "made anew")
        return
    for name in ("name", "address", "country", "national_id"):
        before, after = getattr(record, name), getattr(one, name)
        if before != after:
            yield Difference(name, before, after)
    if (record.level, record.roles) != (meant.level, meant.roles):
        yield Difference("record", "says another level or other roles", "made anew")


def _settled(one: Wanted, operator: Operator, meant: Status, holds: StatusChange, sense: Sense) -> None:
    """Raise `Unfit` where list and ledger contradict each other and a person must say what is right."""
    if operator.latest.effective_from > sense.now:
        day = _day(operator.latest.effective_from)
        message = f"the ledger has a change that begins on {day}; settle it with asal operator first"
        raise Unfit("plan.later", message, "effective")
    since = _day(holds.effective_from)
    later = one.effective is not None and one.effective > holds.effective_from
    if meant.status is _SUSPENDED and holds.status in ENDED:
        raise Unfit("plan.ended", f"its authorisation ended on {since}; it cannot be suspended", "status")
    if meant.status is not _CERTIFIED or holds.status is _CERTIFIED:
        return
    if not later and not sense.reinstate:
        word = "suspended it" if holds.status is _SUSPENDED else "ended its authorisation"
        message = (
            f"the ledger has {word} from {since} on; write that, or from which later day it is certified "
            "again, or say --reinstate if the list is right about all of these"
        )
        raise Unfit("plan.reinstates", message, "status")
    barred = holds.until if holds.status is _REVOKED and meant.ground is not Ground.APPEAL_UPHELD else None
    if barred is not None and meant.effective_from < barred:
        message = f"it was revoked and may not be certified again before {_day(barred)}"
        raise Unfit("plan.too-early", message, "effective")


_LAST_DAY_OVER: Final = "its last day is over before the change would begin"


def _over(status: Status) -> bool:
    """Whether a status would end before it begins, which the ledger refuses."""
    return status.until is not None and status.until <= status.effective_from


def _left(one: Wanted, why: str) -> Left:
    return Left(Kind.LEFT_OUT, one.operator, one.line, why)


def _day(moment: datetime) -> str:
    return moment.date().isoformat()
