"""The clocks of the procedures, to the day."""

from datetime import UTC, date, datetime, timedelta

import pytest

from ledger.origin.clocks import ATIGA, RCEP, Clocks, clocks_for, due_after
from ledger.origin.facts import LONGEST_CLOCK, SHORTEST_CLOCK, Step
from ledger.terms import Scheme

AT = datetime(2026, 11, 2, 8, 30, tzinfo=UTC)


def days(step: Step, **overrides: datetime) -> tuple[int | None, int | None]:
    """Return in how many days the next step and the whole case are due."""
    next_due, whole_due = due_after(step, AT, ATIGA, **overrides)
    return (
        (next_due - AT).days if next_due else None,
        (whole_due - AT).days if whole_due else None,
    )


@pytest.mark.parametrize(
    ("step", "next_due", "whole_due"),
    [
        (Step.OPENED, 90, 180),
        (Step.ACKNOWLEDGED, 90, 180),
        (Step.REPLIED, None, None),
        (Step.ASKED_AGAIN, 90, None),
        (Step.VISIT_NOTIFIED, 30, 180),
        (Step.VISIT_CONSENTED, None, None),
        (Step.VISIT_DECLINED, None, None),
        (Step.VISIT_POSTPONED, 60, None),
        (Step.VISITED, None, None),
        (Step.DETERMINED, 30, None),
        (Step.COMMENTED, 30, None),
    ],
)
def test_each_step_starts_its_clock(step: Step, next_due: int | None, whole_due: int | None) -> None:
    """Reply 90 days, check 180, consent 30, visit 180, postponed 60, comments 30, final 30 (Rules 18, 19)."""
    assert days(step) == (next_due, whole_due)


def test_time_to_reply_begins_when_the_request_is_received() -> None:
    """The issuer's acknowledgement starts it anew, for the rule counts from receipt (Rule 18(b))."""
    later = AT + timedelta(days=5)
    assert due_after(Step.ACKNOWLEDGED, later, ATIGA)[0] == later + timedelta(days=90)


def test_a_postponed_visit_counts_from_its_notice() -> None:
    """Not from when it was put off (Rule 19.6)."""
    notified = AT - timedelta(days=10)
    assert days(Step.VISIT_POSTPONED, notified_at=notified) == (50, None)


@pytest.mark.parametrize("scheme", list(Scheme))
def test_every_scheme_has_clocks_within_what_the_contract_takes(scheme: Scheme) -> None:
    """A clock that could not be written would stop every case."""
    clocks = clocks_for(int(scheme), date(2026, 11, 2))
    assert clocks in {ATIGA, RCEP}
    asked = (clocks.reply, clocks.consent, clocks.comments, clocks.conclude, clocks.visit)
    assert all(SHORTEST_CLOCK < clock < LONGEST_CLOCK for clock in asked)
    assert clocks.reply <= clocks.conclude
    assert clocks.consent <= clocks.postponed <= clocks.visit


def test_other_clocks_are_data() -> None:
    """A scheme with other times needs no other rule."""
    assert due_after(Step.OPENED, AT, Clocks(reply=30, conclude=60)) == (
        AT + timedelta(days=30),
        AT + timedelta(days=60),
    )
