"""The order of steps in a verification case, as the procedures have it (OCP Rules 18 and 19)."""

from ledger.origin.facts import Step
from ledger.origin.steps import CONCLUSIVE, ORDERS, Side

LAST = {Step.OPENED, Step.CONCLUDED}


def ways(step: Step) -> set[Step]:
    """Return the steps that can follow at once, leaving the conclusion out."""
    return {one for one, order in ORDERS.items() if step in order.after}


def test_every_step_but_the_first_and_the_last_has_its_order() -> None:
    """Those two are taken by opening and concluding."""
    assert set(ORDERS) == set(Step) - LAST
    for order in ORDERS.values():
        assert Step.CONCLUDED not in order.after | order.overdue
        assert order.after.isdisjoint(order.overdue)


def test_every_step_can_be_reached_from_the_opening() -> None:
    """Each stands on some way."""
    reached, ahead = set[Step](), {Step.OPENED}
    while ahead - reached:
        reached |= ahead
        ahead = set[Step]().union(*map(ways, reached))
    assert reached | {Step.OPENED} == set(Step) - {Step.CONCLUDED}


def test_only_the_side_that_is_asked_answers() -> None:
    """It acknowledges, replies, speaks for the exporter and comments; all else is customs'."""
    asked = {step for step, order in ORDERS.items() if order.side is Side.ASKED}
    assert asked == {
        Step.ACKNOWLEDGED,
        Step.REPLIED,
        Step.VISIT_CONSENTED,
        Step.VISIT_DECLINED,
        Step.VISIT_POSTPONED,
        Step.COMMENTED,
    }


def test_a_visit_is_put_off_once() -> None:
    """Only right after its notice, and nothing leads back there but another reply, which needs a question."""
    assert ORDERS[Step.VISIT_POSTPONED].after == {Step.VISIT_NOTIFIED}
    behind, ahead = set[Step](), {Step.VISIT_POSTPONED}
    while ahead - behind:
        behind |= ahead
        ahead = set[Step]().union(*map(ways, behind))
    assert Step.VISIT_POSTPONED not in set[Step]().union(*map(ways, behind))


def test_a_silent_issuer_stops_nobody() -> None:
    """Where a reply is awaited, a visit can be notified once it is overdue."""
    silent = {Step.OPENED, Step.ACKNOWLEDGED, Step.ASKED_AGAIN}
    assert ORDERS[Step.VISIT_NOTIFIED].overdue == silent
    assert all(not order.overdue for step, order in ORDERS.items() if step is not Step.VISIT_NOTIFIED)


def test_a_line_is_denied_at_once_only_when_the_issuer_was_heard() -> None:
    """Where the asked side owes something, its time must run out first."""
    assert {Step.REPLIED, Step.VISIT_DECLINED, Step.VISITED, Step.COMMENTED} == CONCLUSIVE
    owing = {step for step in Step for one in ways(step) if ORDERS[one].side is Side.ASKED}
    assert owing.isdisjoint(CONCLUSIVE)
