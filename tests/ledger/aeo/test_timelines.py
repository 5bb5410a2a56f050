"""What an act changes of an operator's days, and what it leaves: any acts in any order, on a ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.aeo.acts import Act
from ledger.aeo.asked import Action
from ledger.aeo.cases import Case
from ledger.aeo.recognition import status_at
from ledger.aeo.refused import ActNotAllowed, OperatorMalformed, ReapplicationEarly
from ledger.operators import ENDED, Consent, Ground, Operator, OperatorStatus, StatusChange
from tests.offices import BOTH, CODE, DAY, Office, an_action

NOBODY_YET = Operator(CODE, ())
WHY = {Act.SUSPEND: Ground.CONDITIONS_UNMET, Act.REVOKE: Ground.NOT_CURED}
DAYS = range(-40, 90)


@dataclass(frozen=True)
class Step:
    """An act, some days before or after the day it is done on."""

    act: Act
    effective: int | None = None
    until: int | None = None
    level: int = 1
    consent: Consent = BOTH
    later: int = 0

    def action(self, now: datetime) -> Action:
        """Return what is asked."""
        more: dict[str, Any] = {}
        if self.effective is not None and self.act is not Act.ANNUL:
            more["effective"] = now + timedelta(days=self.effective)
        if self.until is not None and self.act in {Act.SUSPEND, Act.RENEW}:
            more["until"] = now + timedelta(days=self.until)
        if self.act in WHY:
            more["ground"] = WHY[self.act]
        if self.act is Act.AMEND:
            more["level"] = self.level
        if self.act is Act.CONSENT:
            more["consent"] = self.consent
        return an_action(self.act, **more)


STEPS = st.builds(
    Step,
    act=st.sampled_from(
        [Act.AMEND, Act.SUSPEND, Act.REINSTATE, Act.RENEW, Act.CONSENT, Act.SURRENDER, Act.REVOKE, Act.ANNUL]
    ),
    effective=st.none() | st.integers(-20, 20),
    until=st.none() | st.integers(1, 40),
    level=st.integers(1, 2),
    consent=st.sampled_from([BOTH, Consent.EXCHANGE, Consent(0)]),
    later=st.integers(0, 8),
)


def held(office: Office) -> Operator:
    """Return what the ledger holds of the usual operator."""
    return office.chain.found([CODE]).operators.get(CODE, NOBODY_YET)


def taken(office: Office, step: Step) -> Sequence[StatusChange] | None:
    """Do an act; return what it recorded, None where the life cycle does not allow it."""
    before = len(held(office).changes)
    try:
        assert office.asked(step.action(office.now)).recorded
    except (ActNotAllowed, OperatorMalformed, ReapplicationEarly):
        assert len(held(office).changes) == before
        return None
    return held(office).changes[before:]


def moments(*operators: Operator) -> list[datetime]:
    """Return every moment around which an answer may change, and some days."""
    edges = {one.effective_from for operator in operators for one in operator.changes}
    days = {DAY + timedelta(days=day) for day in DAYS}
    return sorted(days | edges | {edge - timedelta(seconds=1) for edge in edges})


def granted(change: StatusChange) -> tuple[object, ...]:
    """Return what an amendment changes."""
    return change.programme, change.level, change.roles, change.record_hash


@settings(max_examples=200, deadline=None)
@given(steps=st.lists(STEPS, min_size=1, max_size=8))
def test_whatever_is_done_the_case_and_the_ledger_say_the_same(steps: list[Step]) -> None:
    """The contract refuses nothing that the life cycle allows, and what was before an act stays."""
    office = Office()
    office.certified(until=DAY + timedelta(days=70))
    for step in steps:
        before = held(office)
        new = taken(office, step)
        if new:
            check_case(office)
            check_days(step, office.now, before, new)
        office.later(days=step.later)


def check_case(office: Office) -> None:
    """The file with the ledger says what the ledger says alone."""
    operator = held(office)
    both = Case(CODE, tuple(office.files.events(CODE)), operator.changes)
    alone = Case(CODE, (), operator.changes)
    assert both.holding == alone.holding
    assert not both.ahead
    for moment in moments(operator):
        assert both.stage_at(moment) is alone.stage_at(moment)
        assert both.holds_at(moment) == status_at(operator, moment)


def check_days(step: Step, now: datetime, before: Operator, new: Sequence[StatusChange]) -> None:
    """An act changes what it is about, from its day on, and nothing else."""
    after = Operator(CODE, (*before.changes, *new))
    begins = min(one.effective_from for one in new)
    for moment in moments(before, after):
        was, now_is = status_at(before, moment), status_at(after, moment)
        where = f"{step} at {moment}"
        if moment < begins:
            assert was == now_is, where
        elif was is not None and now_is is not None:
            check_granted(step.act, before, was, now_is, where)
            check_status(step, now, before, (moment, was, now_is), where)


def check_granted(act: Act, before: Operator, was: StatusChange, now_is: StatusChange, where: str) -> None:
    """What an act is not about stays, each on its days, but for consent that was withdrawn since."""
    if act in {Act.CONSENT, Act.RENEW, Act.REINSTATE, Act.SUSPEND}:
        assert granted(was) == granted(now_is), where
    if act in {Act.AMEND, Act.RENEW, Act.SUSPEND, Act.REINSTATE}:
        assert now_is.consent == was.consent & before.latest.consent, where
    if act in {Act.AMEND, Act.SUSPEND, Act.REINSTATE} and not {was.status, now_is.status} & ENDED:
        assert was.until == now_is.until, where


def check_status(
    step: Step, now: datetime, before: Operator, day: tuple[datetime, StatusChange, StatusChange], where: str
) -> None:
    """A suspension lasts for its days, and nothing lifts one that was planned for later ones."""
    moment, was, now_is = day
    if step.act in {Act.AMEND, Act.CONSENT, Act.RENEW}:
        assert was.status is now_is.status, where
    if step.act is not Act.SUSPEND:
        return
    ends = now + timedelta(days=step.until) if step.until else None
    if ends is None or moment < ends:
        assert now_is.status is OperatorStatus.SUSPENDED, where
    elif was.effective_from >= ends:
        present = status_at(before, now)
        if present and present.status is OperatorStatus.CERTIFIED:
            assert was.status is now_is.status, where


def day(number: int) -> datetime:
    """Return a day after the operator was certified."""
    return DAY + timedelta(days=number)


def at(office: Office, number: int) -> StatusChange:
    """Return what holds on a day."""
    found = status_at(held(office), day(number))
    assert found is not None
    return found


@pytest.fixture
def office() -> Office:
    """Return an AEO authority with an operator that is certified at level 1."""
    made = Office()
    made.certified()
    return made


@pytest.mark.parametrize("act", [Act.CONSENT, Act.RENEW, Act.SUSPEND])
def test_an_amendment_for_a_later_day_is_not_brought_forward_by_what_is_done_before(
    office: Office, act: Act
) -> None:
    """Else an operator had the benefits of a level that it has not reached yet."""
    office.does(Act.AMEND, level=2, effective=day(20))
    office.later(days=5)
    assert taken(office, Step(act, consent=Consent.EXCHANGE))
    assert (at(office, 10).level, at(office, 21).level) == (1, 2)


def test_a_suspension_with_an_end_leaves_the_one_that_is_planned_for_later(office: Office) -> None:
    """Its end says how things stand then, not that nothing comes after."""
    office.does(Act.SUSPEND, ground=Ground.CONDITIONS_UNMET, effective=day(20))
    office.does(Act.SUSPEND, ground=Ground.AT_REQUEST, until=day(10))
    names = [at(office, number).status.name for number in (5, 15, 25)]
    assert names == ["SUSPENDED", "CERTIFIED", "SUSPENDED"]


def test_lifting_a_suspension_leaves_the_one_that_is_planned_for_later(office: Office) -> None:
    """Only what holds at present is lifted."""
    office.does(Act.SUSPEND, ground=Ground.CONDITIONS_UNMET, effective=day(20))
    office.does(Act.SUSPEND, ground=Ground.AT_REQUEST, until=day(10))
    office.later(days=5)
    office.does(Act.REINSTATE)
    assert [at(office, number).status.name for number in (4, 6, 25)] == [
        "SUSPENDED",
        "CERTIFIED",
        "SUSPENDED",
    ]


def test_a_suspension_in_force_gets_the_end_that_is_said_later(office: Office) -> None:
    """What was without an end is over then."""
    office.does(Act.SUSPEND, ground=Ground.CONDITIONS_UNMET)
    office.later(days=5)
    office.does(Act.SUSPEND, ground=Ground.CONDITIONS_UNMET, until=day(10))
    assert [at(office, number).status.name for number in (9, 11)] == ["SUSPENDED", "CERTIFIED"]


def test_an_amendment_of_days_before_another_one_is_refused(office: Office) -> None:
    """The record of the later one says more than held on those days."""
    office.does(Act.AMEND, level=2, effective=day(20))
    with pytest.raises(OperatorMalformed) as refused:
        office.does(Act.AMEND, name="Another name", effective=day(10))
    assert [one.pointer for one in refused.value.problems] == ["/effective"]
    office.does(Act.AMEND, name="Another name", effective=day(20))
    assert (at(office, 10).level, at(office, 21).level) == (1, 2)


def test_a_term_that_ends_before_what_is_planned_is_refused(office: Office) -> None:
    """The plan would be forgotten, and not come back with the next renewal."""
    office.does(Act.SUSPEND, ground=Ground.CONDITIONS_UNMET, effective=day(20))
    with pytest.raises(OperatorMalformed) as refused:
        office.does(Act.RENEW, until=day(10))
    assert [one.pointer for one in refused.value.problems] == ["/until"]
    office.does(Act.RENEW, until=day(30))
    assert at(office, 25).status is OperatorStatus.SUSPENDED


def test_a_consent_that_was_withdrawn_comes_back_by_no_late_act(office: Office) -> None:
    """A suspension of days before the withdrawal says what held then, and not that it may be exchanged."""
    office.later(days=5)
    office.does(Act.CONSENT, consent=Consent(0))
    office.does(Act.SUSPEND, ground=Ground.SUSPECTED_BREACH, effective=day(2))
    assert {change.consent for change in held(office).changes[2:]} == {Consent(0)}
