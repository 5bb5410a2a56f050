"""Until when an authority, or an applicant, has time in each stage: policy as data, per procedure.

The ledger enforces no time limit; a due date that is past is shown as such.  A case names its procedure when
the operator applies; a member without a published one has none, and then nothing is due.  Working days are
Monday to Friday: public holidays are not known here, so a date may come out a few days early.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from ledger.aeo.acts import APPLYING, Stage
from ledger.aeo.cases import Case

_SATURDAY: Final = 5


@dataclass(frozen=True, slots=True)
class Limit:
    """How long a stage may take."""

    days: int
    of: str
    """Whose time it is: `authority` or `applicant`."""
    extendable: int = 0
    """Days by which it may be extended."""
    working: bool = False
    """Whether working days are meant."""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Procedure:
    """The time limits of one published procedure."""

    code: str
    name: str
    limits: Mapping[Stage, Limit]
    decision: Limit | None = None
    """Time for the decision, from acceptance on."""


_DJBC: Final = "Customs and Excise of Indonesia, AEO certification process (aeo.beacukai.go.id)"
_SKAT: Final = "Danish Customs, The Customs Guide F.A.4 time limits (skat.dk, oid 2229627)"
PROCEDURES: Final[Mapping[str, Procedure]] = {
    one.code: one
    for one in (
        Procedure(
            "ID-DJBC",
            "Certification in Indonesia",
            {
                Stage.SUBMITTED: Limit(2, "authority", working=True, source=_DJBC),
                Stage.ACCEPTED: Limit(30, "applicant", source=_DJBC),
                Stage.DESK_VALIDATION: Limit(30, "applicant", extendable=30, source=_DJBC),
                Stage.REMEDIATION: Limit(183, "applicant", extendable=92, source=_DJBC),
            },
        ),
        Procedure(
            "EU-UCC",
            "Authorisation under the Union Customs Code",
            {},
            Limit(120, "authority", extendable=60, source=_SKAT),
        ),
    )
}
"""Procedures by code.

Indonesia: completeness in 2 working days; standard procedures presented within 30 days of acceptance;
improvements of the desk validation within 30 days, once more 30; those of the field validation within 6
months, once more 3.  European Union: the decision within 120 days of acceptance, 60 more at most.
"""
OF_MEMBER: Final[Mapping[str, str]] = {"ID": "ID-DJBC"}
"""The procedure that is taken where an application names none."""


@dataclass(frozen=True, slots=True)
class Due:
    """Until when the stage of a case is to be over."""

    on: date
    """The last day, UTC."""
    latest: date
    """The last day when every extension is granted."""
    of: str
    source: str

    def late(self, now: datetime) -> bool:
        """Whether the day is past."""
        return now.date() > self.on


def due(case: Case) -> Due | None:
    """Return when the stage that a case is in is due; None where no limit is known or none runs."""
    procedure = PROCEDURES.get(case.procedure)
    last = case.live[-1] if case.live else None
    if procedure is None or last is None or case.ahead or last.stage not in APPLYING:
        return None
    entered = _entered(case, last.stage)
    found = [_of(limit, entered) for limit in (procedure.limits.get(last.stage),) if limit]
    accepted = _entered(case, Stage.ACCEPTED)
    if procedure.decision and accepted and last.stage not in {Stage.SUBMITTED, Stage.RETURNED}:
        found.append(_of(procedure.decision, accepted))
    return min(found, key=lambda one: one.on, default=None)


def _entered(case: Case, stage: Stage) -> datetime | None:
    """Return since when the case is in a stage, or when it was there last."""
    since = None
    for event in reversed(case.live):
        if event.stage is stage:
            since = event.effective
        elif since is not None:
            break
    return since


def _of(limit: Limit, since: datetime | None) -> Due:
    assert since is not None, "the stage was entered"  # noqa: S101
    day = since.date()
    if limit.working:
        return Due(
            _working(day, limit.days), _working(day, limit.days + limit.extendable), limit.of, limit.source
        )
    last = day + timedelta(days=limit.days)
    return Due(last, last + timedelta(days=limit.extendable), limit.of, limit.source)


def _working(day: date, days: int) -> date:
    """Return the day that is so many working days later."""
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < _SATURDAY
    return day
