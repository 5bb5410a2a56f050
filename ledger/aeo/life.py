"""What an act makes of a case: whether it is allowed, and the events it leaves.  Pure rules.

An event that writes a status says everything anew, so it speaks for all times from its `effective` on.  That
is why an act may leave several events, each with a write of its own right behind the other: a suspension with
an end plans the reinstatement, and whoever changes the particulars while a reinstatement is planned says the
plan once more.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from ledger.aeo.acts import LEADS_TO, RESTATING, STATUS_OF, Act, Stage
from ledger.aeo.asked import Action, effective_of, ground_of, problems_of, whole
from ledger.aeo.cases import Case, Event, Holding
from ledger.aeo.procedures import OF_MEMBER
from ledger.aeo.refused import ActNotAllowed, OperatorMalformed, ReapplicationEarly
from ledger.errors import Problem
from ledger.facts import Address
from ledger.operators import ENDED, Ground, OperatorStatus, Status

REAPPLY_YEARS: Final = 3
"""Years for which a revoked operator may not apply again, unless the decision says otherwise.

Danish Customs, The Customs Guide, "Revocation of the AEO status" (skat.dk, oid 2229643), on Regulation (EU)
No 952/2013 Art. 28 and its delegated act.
"""
_NOT_LATER: Final = "must be later than it begins"


@dataclass(frozen=True, slots=True)
class Officer:
    """Who acts: an authority by one of its keys."""

    authority: int
    account: Address


def permitted(case: Case, action: Action, now: datetime) -> None:
    """Raise unless the act is allowed and says what it must.

    `OperatorMalformed` with everything that is wrong about what is said, `ActNotAllowed` with what is allowed
    instead, `ReapplicationEarly`.
    """
    problems = tuple(problems_of(action, now))
    if problems:
        raise OperatorMalformed(problems)
    effective = effective_of(action, now)
    stage = case.stage_at(max(effective, now))
    if action.act not in case.allowed_at(max(effective, now)):
        allowed = tuple(act.value for act in case.allowed_at(max(effective, now)))
        raise ActNotAllowed(case.operator, action.act.value, stage.value, allowed)
    _not_against_an_end(case, action, stage, effective)


def events_of(case: Case, action: Action, holding: Holding, officer: Officer, now: datetime) -> list[Event]:
    """Return the events that a permitted act leaves, in the order they are filed; at least one.

    `holding` is what is applied for or granted afterwards.  Raises `OperatorMalformed` when the dates do not
    fit each other.
    """
    now, effective = whole(now), effective_of(action, now)
    first = Event(
        operator=case.operator,
        seq=case.next_seq,
        act=action.act,
        stage=LEADS_TO.get(action.act, case.stage_at(max(effective, now))),
        effective=effective,
        recorded_at=now,
        authority=officer.authority,
        account=officer.account,
        office=action.office,
        ground=ground_of(action),
        note=action.note,
        evidence=tuple(sorted(set(action.evidence))),
        request=action.request,
        procedure=action.procedure or _procedure(case, action),
        holding=holding,
        version=case.version,
    )
    if action.act in STATUS_OF:
        return _numbered(case, _writing(case, action, first))
    if action.act in RESTATING and case.statuses:
        return _numbered(case, _restated(case, first))
    return [first]


def _procedure(case: Case, action: Action) -> str:
    """Return the procedure whose time limits hold: of a new application that of its member."""
    return OF_MEMBER.get(case.operator[:2], "") if action.act is Act.APPLY else case.procedure


def _writing(case: Case, action: Action, first: Event) -> list[Event]:
    """Return the events of an act that writes a status of its own."""
    status, effective = STATUS_OF[action.act], first.effective
    if status is OperatorStatus.ANNULLED:
        return [replace(first, status=status, effective=case.begun(), until=_barred(case))]
    if status is OperatorStatus.SURRENDERED:
        return [replace(first, status=status)]
    if status is OperatorStatus.REVOKED:
        again_from = whole(action.until) if action.until else _years_on(effective)
        return [replace(first, status=status, until=_later("/until", again_from, first))]
    valid = first.holding.until
    if valid is not None:
        _later("/effective", valid, first, "lies after the end of validity")
    only = replace(first, status=status, until=valid)
    if action.act is not Act.SUSPEND or action.until is None:
        return [only]
    ends = _later("/until", whole(action.until), first)
    if valid is not None and valid <= ends:
        raise _misdated("/until", "lies after the end of validity; leave it out")
    back = replace(first, act=Act.REINSTATE, stage=Stage.CERTIFIED, effective=ends, ground=Ground.NONE)
    return [only, replace(back, status=OperatorStatus.CERTIFIED, until=valid, evidence=(), note="")]


def _restated(case: Case, first: Event) -> list[Event]:
    """Return what holds at the effective time, and all that begins later, with the new particulars.

    Where the time of an authorisation, or of a revocation, is over, consent is said anew for its last second:
    that makes it the newest word and gives nobody more time.  Raises `OperatorMalformed` where an end is
    recorded that begins later: what comes before it stands.
    """
    effective, newest = first.effective, case.statuses[-1]
    if newest.status in ENDED and effective < newest.effective_from:
        message = f"an end is recorded from {newest.effective_from:%Y-%m-%d}; not before it"
        raise _misdated("/effective", message)
    last = newest.until if newest.status in ENDED else first.holding.until
    if first.act is Act.CONSENT and last is not None and last <= effective:
        effective = last - timedelta(seconds=1)
    begins = {effective} | {one.effective_from for one in case.statuses if one.effective_from > effective}
    events = []
    for moment in sorted(begins):
        held = case.holds_at(moment)
        if held is None or (moment > effective and held.effective_from != moment):
            continue
        until = _until(held, first.holding)
        if until is None or moment < until:
            ground = first.ground if moment == effective else held.ground
            again = replace(first, effective=moment, status=held.status, until=until, ground=ground)
            events.append(again)
    if not events:
        raise _misdated("/effective", "lies after the end of validity")
    return events


def _until(held: Status, holding: Holding) -> datetime | None:
    """Return the `until` of a status that is said once more."""
    return held.until if held.status in ENDED else holding.until


def _barred(case: Case) -> datetime | None:
    """Return until when a revocation keeps an operator from applying, which another end does not change."""
    newest = case.statuses[-1]
    return newest.until if newest.status in ENDED else None


def _numbered(case: Case, events: list[Event]) -> list[Event]:
    """Give events their numbers in the case and on the ledger."""
    return [
        replace(event, seq=case.next_seq + place, version=case.version + 1 + place)
        for place, event in enumerate(events)
    ]


def _not_against_an_end(case: Case, action: Action, stage: Stage, effective: datetime) -> None:
    """Raise where a revocation, an annulment or a surrender that is recorded speaks against an act."""
    newest = case.statuses[-1] if case.statuses else None
    if action.act is Act.REINSTATE and stage in {Stage.REVOKED, Stage.ANNULLED}:
        if ground_of(action) is not Ground.APPEAL_UPHELD:
            message = "only an appeal that was upheld undoes an end: appeal-upheld"
            raise _wrong("/ground", "act.ground", message)
        return
    coming_back = action.act in {Act.APPLY, Act.CERTIFY, Act.ENTER}
    if newest is None or newest.status not in ENDED or newest.until is None:
        return
    if coming_back and effective < newest.until and ground_of(action) is not Ground.APPEAL_UPHELD:
        raise ReapplicationEarly(case.operator, newest.until)


def _later(pointer: str, moment: datetime, first: Event, wanted: str = _NOT_LATER) -> datetime:
    """Return a moment that must lie after an event begins."""
    if moment <= first.effective:
        raise _misdated(pointer, wanted)
    return moment


def _misdated(pointer: str, message: str) -> OperatorMalformed:
    return _wrong(pointer, "act.dates", message)


def _wrong(pointer: str, rule: str, message: str) -> OperatorMalformed:
    return OperatorMalformed((Problem(pointer, rule, message),))


def _years_on(moment: datetime) -> datetime:
    """Return the same day some years later; of 29 February, the first of March."""
    try:
        return moment.replace(year=moment.year + REAPPLY_YEARS)
    except ValueError:
        return moment.replace(year=moment.year + REAPPLY_YEARS, month=3, day=1)
