"""Whose turn it is in a verification case, what each side may do now, and by when (OCP Rules 18 and 19).

Everything here is pure: the case, the member and the moment are given.  Being late is never stored: a step is
late when the moment is after the time it was due.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ledger.facts import Role
from ledger.origin.facts import CaseFacts, Step
from ledger.origin.steps import CONCLUSIVE, ORDERS, Side

ROLE_OF: Final[Mapping[Side, Role]] = {Side.ASKING: Role.CUSTOMS, Side.ASKED: Role.ISSUING}
"""The role of the keys that act for a side."""
SUSPEND: Final = "suspension-set"
"""The word for setting of which lines preference is suspended."""
_DUE: Final[Mapping[Step, tuple[Step, ...]]] = {
    Step.OPENED: (Step.ACKNOWLEDGED, Step.REPLIED),
    Step.ACKNOWLEDGED: (Step.REPLIED,),
    Step.REPLIED: (Step.ASKED_AGAIN, Step.VISIT_NOTIFIED, Step.DETERMINED, Step.CONCLUDED),
    Step.ASKED_AGAIN: (Step.REPLIED,),
    Step.VISIT_NOTIFIED: (Step.VISIT_CONSENTED, Step.VISIT_DECLINED, Step.VISIT_POSTPONED),
    Step.VISIT_CONSENTED: (Step.VISITED,),
    Step.VISIT_DECLINED: (Step.CONCLUDED,),
    Step.VISIT_POSTPONED: (Step.VISIT_CONSENTED, Step.VISIT_DECLINED),
    Step.VISITED: (Step.DETERMINED, Step.CONCLUDED),
    Step.DETERMINED: (Step.COMMENTED,),
    Step.COMMENTED: (Step.CONCLUDED,),
    Step.CONCLUDED: (),
}
"""What is due after each step, one of these."""


def word(step: Step) -> str:
    """Return the word for a step on the command line, in the API and in statements."""
    return step.name.lower().replace("_", "-")


STEPS: Final[Mapping[str, Step]] = {word(step): step for step in ORDERS}
"""Every step but the first and the last, by its word."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What is due in an open case."""

    member: str
    """Who is to do it."""
    steps: tuple[Step, ...]
    """One of these."""
    due: datetime
    """The last second in which it is not late."""

    def late(self, now: datetime) -> bool:
        """Whether it is overdue."""
        return now > self.due


def side_of(step: Step) -> Side:
    """Return who takes a step; opening and concluding are for the side that asks."""
    return ORDERS[step].side if step in ORDERS else Side.ASKING


def member_of(case: CaseFacts, side: Side) -> str:
    """Return the member on one side of a case."""
    return case.importing if side is Side.ASKING else case.exporting


def turn_of(case: CaseFacts) -> Turn | None:
    """Return what is due next, and from whom; None for a concluded case."""
    steps = _DUE[case.step]
    if not steps:
        return None
    return Turn(member_of(case, side_of(steps[0])), steps, case.due)


def possible(case: CaseFacts, step: Step, now: datetime) -> bool:
    """Whether a step is in turn now, whoever takes it."""
    if not case.open or (step is Step.VISIT_POSTPONED and case.postponed):
        return False
    if step is Step.CONCLUDED:
        return True
    order = ORDERS.get(step)
    if order is None:
        return False
    return case.step in order.after or (case.step in order.overdue and now > case.due)


def may_deny(case: CaseFacts, now: datetime) -> bool:
    """Whether a line may be denied now: after an answer, or once what was due is overdue (Rule 18(d))."""
    return case.open and (case.step in CONCLUSIVE or now > case.due)


def waits_for_lateness(case: CaseFacts, step: Step, now: datetime) -> bool:
    """Whether a step will be possible once what is due now is overdue, and is not yet."""
    order = ORDERS.get(step)
    return order is not None and case.open and case.step in order.overdue and now <= case.due


def allowed(case: CaseFacts, member: str, now: datetime) -> tuple[str, ...]:
    """Return what a member may do in a case now, in the words of the command line and the API."""
    found = [
        word(step)
        for step in (*ORDERS, Step.CONCLUDED)
        if member_of(case, side_of(step)) == member and possible(case, step, now)
    ]
    if case.open and member == case.importing:
        found.append(SUSPEND)
    return tuple(found)


def words(steps: Sequence[Step]) -> str:
    """Return steps as a sentence names them."""
    return " or ".join(word(step) for step in steps)
