"""Whether something was said in a case before: what a repetition is recognised by.

The ledger names statements by their hashes; those that the member made are in its archive.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ledger.checking_said import same_but_turn
from ledger.events import CaseConcluded, CaseOpened, CaseStepped, Occurrence, SuspensionSet, moment
from ledger.origin.facts import CaseFacts, Step
from ledger.origin.life import Life, told_in
from ledger.ports import Ledger
from ledger.statements import Statement

OfCase = CaseOpened | CaseStepped | SuspensionSet | CaseConcluded


def case_events(case: CaseFacts, ledger: Ledger) -> Sequence[Occurrence]:
    """Return all that happened in a case, oldest first; their number is its turn."""
    life = ledger.procedures.life(case.certificate)
    return [one for one in life.occurrences if isinstance(one.event, OfCase) and one.event.case == case.id]


def said_before(
    case: CaseFacts, body: Mapping[str, Any], member: str, ledger: Ledger, *, exactly: bool = False
) -> Statement | None:
    """Return the statement by which a member has said the same in a case before.

    That is the last thing it said, at whichever turn; `exactly`, anything it said at the turn in the body.
    """
    for one in reversed(case_events(case, ledger)):
        said = ledger.statements.statement(one.event.statement)  # type: ignore[union-attr]
        if said is None or said.member != member:
            continue
        if said.body == body or (not exactly and same_but_turn(said.body, body)):
            return said
        if not exactly:
            return None
    return None


def opened_before(
    life: Life, body: Mapping[str, Any], member: str, ledger: Ledger
) -> tuple[CaseFacts, Statement] | None:
    """Return the open case in which a member asks the same already, with the statement that opened it."""
    cases = told_in(life).cases
    for one in life.occurrences:
        if isinstance(one.event, CaseOpened) and one.event.case in cases and cases[one.event.case].open:
            said = ledger.statements.statement(one.event.statement)
            if said is not None and said.member == member and same_but_turn(said.body, body):
                return cases[one.event.case], said
    return None


def names(case: CaseFacts, statement: bytes, ledger: Ledger) -> bool:
    """Whether an event of a case names a statement by its hash."""
    return any(getattr(one.event, "statement", None) == statement for one in case_events(case, ledger))


def moved_on(case: CaseFacts, turn: int | None, ledger: Ledger) -> bool:
    """Whether a step is meant for another turn than the one the case is at."""
    return turn is not None and turn != len(case_events(case, ledger))


def notified_at(case: CaseFacts, ledger: Ledger) -> datetime | None:
    """Return when notice of the newest visit was given."""
    for one in reversed(case_events(case, ledger)):
        if isinstance(one.event, CaseStepped) and one.event.step == Step.VISIT_NOTIFIED:
            return moment(one.at)
    return None


def cases_before(life: Life) -> int:
    """Return how many cases a certificate has had: the turn at which one is opened."""
    return sum(
        isinstance(one.event, CaseOpened) and one.event.id == life.certificate for one in life.occurrences
    )
