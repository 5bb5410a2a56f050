"""What an act makes of a case: whether it is allowed, and the events it leaves.  Pure rules.

An event that writes a status says everything anew, so it speaks for all times from its `effective` on.  That
is why an act may leave several events, which one write carries: a suspension with an end plans the
reinstatement, and whatever was said of later days is said once more, see `ledger.aeo.timeline`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from ledger.aeo.acts import LEADS_TO, RESTATING, STAGE_OF, STATUS_OF, Act, Stage
from ledger.aeo.asked import Action, effective_of, ground_of, problems_of, whole
from ledger.aeo.cases import Case, Event, Holding
from ledger.aeo.procedures import OF_MEMBER
from ledger.aeo.refused import ActNotAllowed, OperatorMalformed, ReapplicationEarly
from ledger.aeo.timeline import Stretch, amended_from, lifted, stretches
from ledger.errors import Problem
from ledger.facts import Address
from ledger.operators import ENDED, Ground, OperatorStatus

REAPPLY_YEARS: Final = 3
"""Years for which a revoked operator may not apply again, unless the decision says otherwise.

Danish Customs, The Customs Guide, "Revocation of the AEO status" (skat.dk, oid 2229643), on Regulation (EU)
No 952/2013 Art. 28 and its delegated act.
"""
_NOT_LATER: Final = "must be later than it begins"
_ACT_OF: Final = {OperatorStatus.CERTIFIED: Act.REINSTATE, OperatorStatus.SUSPENDED: Act.SUSPEND}
"""What the statuses of later days, which are said once more, came or come from."""


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
    if action.act in {Act.SUSPEND, Act.REINSTATE}:
        return _suspending(case, action, first)
    return [replace(first, status=status, until=valid)]


def _suspending(case: Case, action: Action, first: Event) -> list[Event]:
    """Return the events of a suspension, with an end or without, and of lifting one.

    What is amended, renewed or suspended from a later day on is said once more, and keeps its day.
    """
    suspends, effective, valid = action.act is Act.SUSPEND, first.effective, first.holding.until
    ends = _later("/until", whole(action.until), first) if suspends and action.until else None
    if ends and valid is not None and valid <= ends:
        raise _misdated("/until", "lies after the end of validity; leave it out")
    days = stretches(case, effective, *([ends] if ends else []))
    if days[0].begins > effective:
        days.insert(0, replace(days[0], begins=effective))
    present = max(effective, first.recorded_at)
    after = _lifted(case, days, min(present, ends) if ends else present)
    return _said_once(
        [
            _again(first, day, OperatorStatus.SUSPENDED, first.ground)
            if suspends and (ends is None or day.begins < ends)
            else _afterwards(first, day, status, suspends=suspends)
            for day, status in zip(days, after, strict=True)
        ]
    )


def _lifted(case: Case, days: Sequence[Stretch], present: datetime) -> Iterable[OperatorStatus]:
    """Return how days stand when what holds at present is lifted: of a recorded end, all that follows it."""
    ended = case.statuses[-1].status in ENDED
    return [OperatorStatus.CERTIFIED for _ in days] if ended else lifted(days, present)


def _afterwards(first: Event, day: Stretch, status: OperatorStatus, *, suspends: bool) -> Event:
    """Return the event that says how days stand once nothing is suspended, or as was planned before."""
    lifts = Ground.NONE if suspends else first.ground
    again = _again(first, day, status, day.held.ground if status is day.held.status else lifts)
    said = replace(again, act=_ACT_OF.get(status, first.act))
    return replace(said, note="", evidence=()) if suspends else said


def _again(first: Event, day: Stretch, status: OperatorStatus, ground: Ground) -> Event:
    """Return the event that says what holds in a stretch."""
    until = day.held.until if status in ENDED else day.holding.until
    return replace(
        first,
        effective=day.begins,
        status=status,
        stage=STAGE_OF[status],
        holding=day.holding,
        until=until,
        ground=ground,
    )


def _said_once(events: list[Event]) -> list[Event]:
    """Return events without those that say what the one before says, or begin when their time is over."""
    found: list[Event] = []
    for event in events:
        over = event.until is not None and event.until <= event.effective
        said = (event.status, event.until, event.holding)
        if not over and (not found or (found[-1].status, found[-1].until, found[-1].holding) != said):
            found.append(event)
    if not found:
        raise _misdated("/effective", "lies after the end of validity")
    return found


def _restated(case: Case, first: Event) -> list[Event]:
    """Return what holds at the effective time, and all that begins later, with what the act changes of it.

    Where the time of an authorisation, or of a revocation, is over, consent is said anew for its last second:
    that makes it the newest word and gives nobody more time.  Raises `OperatorMalformed` where an end is
    recorded that begins later: what comes before it stands; for an amendment of days before another one,
    which the operator's record does not tell apart; and for a term that ends before what is planned.
    """
    effective, newest = first.effective, case.statuses[-1]
    if newest.status in ENDED and effective < newest.effective_from:
        message = f"an end is recorded from {newest.effective_from:%Y-%m-%d}; not before it"
        raise _misdated("/effective", message)
    last = newest.until if newest.status in ENDED else first.holding.until
    if first.act is Act.CONSENT and last is not None and last <= effective:
        effective = last - timedelta(seconds=1)
    days = stretches(case, effective)
    since = amended_from(days, case.holding) if first.act is Act.AMEND and case.holding else None
    if since:
        raise _misdated("/effective", f"an amendment holds from {since:%Y-%m-%d %H:%M:%S} UTC; not before it")
    ends, last = first.holding.until, days[-1].begins
    if first.act is Act.RENEW and ends is not None and effective < last and ends <= last:
        raise _misdated("/until", f"a change is recorded from {last:%Y-%m-%d %H:%M:%S} UTC; not before it")
    events = []
    for day in days:
        ground = first.ground if day.begins == effective else day.held.ground
        changed = replace(day, holding=_changed(first, day.holding))
        events.append(replace(_again(first, changed, day.held.status, ground), stage=first.stage))
    return _said_once(events)


def _changed(first: Event, holding: Holding) -> Holding:
    """Return what is granted in a stretch when an act has changed what it is about."""
    new = first.holding
    if first.act is Act.AMEND:
        return replace(new, consent=holding.consent, until=holding.until)
    if first.act is Act.RENEW:
        return replace(holding, until=new.until)
    return replace(holding, consent=new.consent)


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
