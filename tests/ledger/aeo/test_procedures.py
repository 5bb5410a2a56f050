"""Due dates: what is published as a time limit, counted from the day a stage was entered."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from ledger.aeo.acts import APPLYING, Act, Stage
from ledger.aeo.cases import Case, Holding
from ledger.aeo.life import Officer, events_of, permitted
from ledger.aeo.procedures import OF_MEMBER, PROCEDURES, due
from ledger.operators import Consent, OperatorRole
from tests.offices import CODE, DAY, KEY, an_action

GRANTED = Holding(
    programme=1, level=1, roles=OperatorRole.EXP, consent=Consent.EXCHANGE, until=None, record_hash=b"\1" * 32
)


def a_case(*acts: tuple[Act, datetime], procedure: str | None = "ID-DJBC") -> Case:
    """Return a case after acts, each on its day."""
    case = Case(CODE)
    for act, day in acts:
        more: dict[str, Any] = {"procedure": procedure} if act is Act.APPLY else {}
        action = an_action(act, effective=day, **more)
        permitted(case, action, day)
        case = Case(CODE, (*case.events, *events_of(case, action, GRANTED, Officer(1, KEY), day)))
    return case


MONDAY = datetime(2026, 11, 2, 9, tzinfo=DAY.tzinfo)
FRIDAY = datetime(2026, 11, 6, 9, tzinfo=DAY.tzinfo)


@pytest.mark.parametrize(("submitted", "last"), [(MONDAY, date(2026, 11, 4)), (FRIDAY, date(2026, 11, 10))])
def test_completeness_is_seen_within_two_working_days(submitted: datetime, last: date) -> None:
    """Saturday and Sunday do not count."""
    found = due(a_case((Act.APPLY, submitted)))
    assert found is not None
    assert (found.on, found.of) == (last, "authority")
    assert not found.late(datetime(last.year, last.month, last.day, 23, tzinfo=DAY.tzinfo))
    assert found.late(datetime(last.year, last.month, last.day, tzinfo=DAY.tzinfo) + timedelta(days=1))


def test_improvements_after_a_visit_have_half_a_year_and_a_quarter_more() -> None:
    """Counted from the day they were ordered, not from the visit."""
    ordered = MONDAY + timedelta(days=60)
    acts = ((Act.APPLY, MONDAY), (Act.ACCEPT, MONDAY), (Act.BEGIN_DESK_VALIDATION, MONDAY))
    found = due(a_case(*acts, (Act.BEGIN_FIELD_VALIDATION, MONDAY), (Act.ORDER_REMEDIATION, ordered)))
    assert found is not None
    assert found.on == (ordered + timedelta(days=183)).date()
    assert found.latest == found.on + timedelta(days=92)
    assert found.of == "applicant"


def test_the_decision_is_due_from_acceptance_on_whatever_the_stage() -> None:
    """120 days, 60 more at most."""
    accepted = MONDAY + timedelta(days=5)
    acts = ((Act.APPLY, MONDAY), (Act.ACCEPT, accepted), (Act.BEGIN_DESK_VALIDATION, accepted + timedelta(9)))
    found = due(a_case(*acts, procedure="EU-UCC"))
    assert found is not None
    assert (found.on, found.latest) == (
        (accepted + timedelta(days=120)).date(),
        (accepted + timedelta(days=180)).date(),
    )
    assert due(a_case(acts[0], procedure="EU-UCC")) is None


def test_nothing_is_due_without_a_procedure_or_after_the_decision() -> None:
    """What is not published is not made up."""
    assert due(a_case((Act.APPLY, MONDAY), procedure=None)) is None
    assert due(a_case((Act.APPLY, MONDAY), (Act.WITHDRAW, MONDAY))) is None
    assert due(Case(CODE)) is None


def test_every_limit_names_its_source_and_whose_time_it_is() -> None:
    """Policy that cannot be traced is none."""
    for procedure in PROCEDURES.values():
        limits = [*procedure.limits.values(), *([procedure.decision] if procedure.decision else [])]
        assert limits
        assert all(limit.source and limit.of in {"authority", "applicant"} for limit in limits)
        assert set(procedure.limits) <= APPLYING | {Stage.ACCEPTED}
    assert set(OF_MEMBER.values()) <= set(PROCEDURES)
