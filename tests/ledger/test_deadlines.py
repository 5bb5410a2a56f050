"""What is due from whom: to the second, soonest first, and nothing that is done."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ledger.checking_said import Words
from ledger.deadlines import Deadline, DeadlineKind, due_for, overdue
from ledger.errors import ReplicaNeeded
from ledger.origin.facts import LateGround, Step
from ledger.statements import declaration_key
from ledger.writes import Clarify, Decide
from tests.checks import PATHS, Checking
from tests.listing import Listing
from tests.trade import START

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


def due(checking: Checking, member: str = "TH", **more: bool) -> tuple[Deadline, ...]:
    """Return what is due for a member."""
    ledger = checking.trade[member].ledger
    return due_for(member, replace(ledger, procedures=Listing(checking.trade.chain)), **more)


def decided(checking: Checking, number: str, granted: tuple[int, ...], refused: tuple[int, ...]) -> None:
    """Decide on lines under a declaration."""
    write = Decide(
        certificate=checking.certificate,
        declaration=declaration_key(checking.certificate, "TH", number),
        granted=granted,
        used_up=(),
        refused=refused,
        presented_at=START,
        late=LateGround.NONE,
        statement=b"\1" * 32,
    )
    checking.trade.chain.write(write, checking.trade["TH"].customs_key)


def clarified(checking: Checking, *lines: int) -> None:
    """Let the issuer answer a refusal."""
    write = Clarify(certificate=checking.certificate, lines=lines, statement=b"\2" * 32)
    checking.trade.chain.write(write, checking.trade["VN"].issuing_key)


def kinds(found: tuple[Deadline, ...]) -> list[str]:
    """Return what is due, in order."""
    return [one.kind.value for one in found]


def test_a_proof_received_is_due_for_a_decision_within_sixty_days() -> None:
    """In the last second it is not late; a second later it is, by one day begun."""
    checking = Checking()
    received = checking.trade.now
    (one,) = due(checking)
    assert (one.kind, one.due, one.by) == (DeadlineKind.GROUNDS, received + 60 * DAY, "TH")
    assert (one.days(received), one.days(received + SECOND)) == (60, 59)
    assert (one.days(one.due), one.overdue(one.due)) == (0, False)
    assert (one.days(one.due + SECOND), one.overdue(one.due + SECOND)) == (-1, True)
    assert one.days(one.due + 2 * DAY) == -2
    assert due(checking, overdue_only=True) == ()
    checking.trade.now = one.due + SECOND
    assert due(checking, overdue_only=True) == (one,)
    decided(checking, "A1", (1, 2, 3), ())
    assert due(checking) == ()


def test_a_refusal_that_came_too_late_is_told_while_it_stands() -> None:
    """With its lines; those refused in time are not among them."""
    checking = Checking()
    decided(checking, "A1", (), (1,))
    checking.trade.pass_days(60)
    decided(checking, "A2", (), (2,))
    assert due(checking) == ()
    checking.trade.now += SECOND
    decided(checking, "A3", (), (3,))
    (one,) = due(checking)
    assert (one.kind, one.lines) == (DeadlineKind.GROUNDS_LATE, frozenset({3}))
    assert one.overdue(checking.trade.now)
    decided(checking, "A3", (3,), ())
    assert due(checking) == ()


def test_an_answered_refusal_is_due_for_reconsideration_until_every_line_is_decided_again() -> None:
    """Sixty days from the first answer (Rules 13.4 and 30.4)."""
    checking = Checking()
    decided(checking, "A1", (3,), (1, 2))
    assert due(checking) == ()
    checking.trade.pass_days(3)
    answered = checking.trade.now
    clarified(checking, 1, 2)
    (one,) = due(checking)
    assert (one.kind, one.lines, one.due) == (DeadlineKind.RECONSIDER, frozenset({1, 2}), answered + 60 * DAY)
    decided(checking, "A1", (1,), ())
    assert [one.lines for one in due(checking)] == [frozenset({2})]
    decided(checking, "A1", (), (2,))
    assert due(checking) == ()


@pytest.mark.parametrize(
    ("at", "by", "days", "rule"),
    [
        (Step.OPENED, "VN", 90, "OCP Rule 18(b)"),
        (Step.ACKNOWLEDGED, "VN", 90, "OCP Rule 18(b)"),
        (Step.ASKED_AGAIN, "VN", 90, "OCP Rule 18(b)"),
        (Step.VISIT_NOTIFIED, "VN", 30, "OCP Rule 19.5"),
        (Step.VISIT_POSTPONED, "VN", 60, "OCP Rule 19.6"),
        (Step.DETERMINED, "VN", 30, "OCP Rule 19.9"),
        (Step.COMMENTED, "TH", 30, "OCP Rule 19.9"),
    ],
)
def test_each_step_has_its_own_clock(at: Step, by: str, days: int, rule: str) -> None:
    """Both members see it, and the whole case besides, which is for customs to conclude in 180 days."""
    checking = Checking().at(at)
    for member in ("TH", "VN"):
        found = [one for one in due(checking, member) if one.case]
        assert kinds(tuple(found)) == ["step", "case"]
        step, whole = found
        assert (step.by, step.rule, step.due) == (by, rule, checking.trade.now + days * DAY)
        assert (whole.by, whole.due) == ("TH", checking.trade.now + 180 * DAY)


@pytest.mark.parametrize("at", [Step.REPLIED, Step.VISIT_DECLINED, Step.VISITED])
def test_what_is_left_to_customs_is_due_with_the_whole_case(at: Step) -> None:
    """Told once."""
    found = [one for one in due(Checking().at(at)) if one.case]
    assert kinds(tuple(found)) == ["case"]


def test_overdue_steps_of_all_cases_are_told_soonest_first() -> None:
    """For whoever announces them; a case that is concluded owes nothing."""
    first, second = Checking().at(Step.OPENED), Checking().at(Step.VISIT_NOTIFIED)
    cases = [first.case, second.case]
    now = first.trade.now
    assert overdue(now + 30 * DAY, cases) == ()
    assert kinds(overdue(now + 30 * DAY + SECOND, cases)) == ["step"]
    late = overdue(now + 90 * DAY + SECOND, cases)
    assert [one.due for one in late] == sorted(one.due for one in late)
    assert len(late) == 2
    assert kinds(overdue(now + 181 * DAY, cases)) == ["step", "step", "case", "case"]
    first.concludes()
    assert overdue(now + 181 * DAY, [first.case]) == ()


@pytest.mark.parametrize("at", PATHS)
def test_something_is_due_at_every_step_until_the_conclusion(at: Step) -> None:
    """A case never waits for nobody."""
    checking = Checking().at(at)
    assert [one for one in due(checking) if one.case]
    checking.trade.now = checking.case.due + SECOND
    checking.concludes((1,), (2,), words=Words(text="Nothing more came."))
    assert [one for one in due(checking) if one.case] == []


def test_a_ledger_without_a_replica_says_that_lists_need_one() -> None:
    """Rather than to list nothing."""
    checking = Checking()
    with pytest.raises(ReplicaNeeded):
        due_for("TH", checking.trade["TH"].ledger)
