"""Verification cases: the steps of customs that asks, and of the issuing authority that is asked.

Sources: ATIGA Annex 8 (OCP) Rules 18 and 19; RCEP Article 3.24.  What is said is kept as a statement before
its write is queued, and a crash between the two leaves a statement that nothing names yet.  A repeated call
takes that one up, with the moment its due dates count from, and so queues the same write or finds it in the
outbox.  What the ledger holds already is known again by what the statements of the member say
(`ledger.checking_again`); a write that went out twice is settled as done (`ledger.carried_procedures`).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ledger.arranging import Actor
from ledger.checking_again import (
    case_events,
    moved_on,
    names,
    notified_at,
    said_before,
)
from ledger.checking_carrying import Checked, Writing, carried_out, kept_statement
from ledger.checking_open import open_check
from ledger.checking_opening import clocks_for_certificate
from ledger.checking_refused import out_of_turn
from ledger.checking_said import (
    NOTHING,
    Words,
    body_of,
    check_conclusion,
    check_step,
    check_suspension,
)
from ledger.checking_turns import ROLE_OF, SUSPEND, may_deny, member_of, possible, side_of, word
from ledger.issuing import WAIT, entitled
from ledger.origin.clocks import due_after
from ledger.origin.facts import CaseFacts, Step
from ledger.ports import Ledger
from ledger.procedures_refusals import (
    CaseNotYours,
    CaseUnknown,
    StepNotDue,
    SuspensionUnchanged,
)
from ledger.refusals import AuthorityUnknown
from ledger.statements import Statement, statement_hash
from ledger.writes import ConcludeCase, SetSuspension, TakeStep

__all__ = ["case_of", "conclude", "open_check", "set_suspension", "take_step"]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A step that is in order: of which case, by whom, and what it says."""

    case: CaseFacts
    actor: Actor
    member: str
    said: Statement | None
    """What the ledger names already."""


def take_step(  # noqa: PLR0913, PLR0917 - what, in which case, by whom, where, how long
    number: int,
    step: Step,
    words: Words,
    actor: Actor,
    ledger: Ledger,
    wait: float = WAIT,
    *,
    turn: int | None = None,
) -> Checked:
    """Take a step in a case, any but the first and the last.

    The last thing that a member said in a case, said again, is a repetition, unless `turn` says at which
    turn it is meant.  Raises `CheckMalformed`, `CaseStepNotAllowed` naming what is due, and as `open_check`.
    """
    check_step(step, words)
    case = case_of(number, ledger)
    body = _body(word(step), case, words, turn, ledger)
    asked = _asked(case, step, body, actor, ledger, exactly=turn is not None)
    if asked.said is not None:
        return _again(asked)
    now = ledger.clock()
    notified = notified_at(case, ledger) if step is Step.VISIT_POSTPONED else None
    clocks = clocks_for_certificate(case.about, ledger)
    late = notified is not None and now >= notified + timedelta(days=clocks.postponed)
    if not possible(case, step, now) or late or moved_on(case, turn, ledger):
        raise out_of_turn(case, step, asked.member, now)

    def write(named: bytes, at: datetime) -> TakeStep:
        due, whole = due_after(step, at, clocks, notified_at=notified)
        return TakeStep(case=number, step=step, due=due, conclude_due=whole, statement=named)

    return _done(asked, body, write, ledger, wait)


def set_suspension(  # noqa: PLR0913, PLR0917 - what, in which case, by whom, where, how long
    number: int,
    suspended: Collection[int],
    words: Words,
    actor: Actor,
    ledger: Ledger,
    wait: float = WAIT,
    *,
    turn: int | None = None,
) -> Checked:
    """Say of which lines of an open case preference is suspended (Rule 18(c)); none frees them all.

    Raises as `take_step`, and `SuspensionUnchanged`.
    """
    case = case_of(number, ledger)
    check_suspension(suspended, case.lines, words)
    body = _body(SUSPEND, case, words, turn, ledger, suspended=suspended)
    asked = _asked(case, Step.CONCLUDED, body, actor, ledger, exactly=turn is not None)
    if asked.said is not None:
        return _again(asked)
    if not case.open or moved_on(case, turn, ledger):
        raise out_of_turn(case, Step.CONCLUDED, asked.member, ledger.clock(), wanted=SUSPEND)
    if frozenset(suspended) == case.suspended:
        raise SuspensionUnchanged(number)

    def write(named: bytes, at: datetime) -> SetSuspension:  # noqa: ARG001 - nothing is due by it
        return SetSuspension(case=number, suspended=tuple(sorted(suspended)), statement=named)

    return _done(asked, body, write, ledger, wait)


def conclude(  # noqa: PLR0913 - what, in which case, by whom, where, how long
    number: int,
    confirmed: Collection[int],
    denied: Collection[int],
    words: Words = NOTHING,
    *,
    actor: Actor,
    ledger: Ledger,
    wait: float = WAIT,
) -> Checked:
    """Conclude a case: each line is confirmed, which frees it, or denied (Rules 18(d), 18(e) and 19.9).

    Raises as `take_step`, and `StepNotDue` when a line is denied before the issuer was heard or is overdue.
    """
    case = case_of(number, ledger)
    check_conclusion(confirmed, denied, case.lines, words)
    body = _body(word(Step.CONCLUDED), case, words, None, ledger, confirmed=confirmed, denied=denied)
    asked = _asked(case, Step.CONCLUDED, body, actor, ledger)
    if asked.said is not None:
        return _again(asked)
    now = ledger.clock()
    if not case.open:
        raise out_of_turn(case, Step.CONCLUDED, asked.member, now)
    if denied and not may_deny(case, now):
        raise StepNotDue(number, case.due)

    def write(named: bytes, at: datetime) -> ConcludeCase:  # noqa: ARG001 - nothing is due by it
        parts = tuple(sorted(confirmed)), tuple(sorted(denied))
        return ConcludeCase(case=number, confirmed=parts[0], denied=parts[1], statement=named)

    return _done(asked, body, write, ledger, wait)


def case_of(number: int, ledger: Ledger) -> CaseFacts:
    """Return a case; raises `CaseUnknown`."""
    found = ledger.procedures.case(number)
    if found is None:
        raise CaseUnknown(number)
    return found


def _asked(  # noqa: PLR0913 - what is asked
    case: CaseFacts, step: Step, body: dict[str, Any], actor: Actor, ledger: Ledger, *, exactly: bool = False
) -> _Asked:
    """See that a step is for the actor to take, and whether it was said before."""
    authority = ledger.members.authority(actor.authority)
    if authority is None:
        raise AuthorityUnknown(actor.authority)
    side = side_of(step)
    if authority.member not in {case.importing, case.exporting}:
        raise CaseNotYours(case.id, member_of(case, side))
    if member_of(case, side) != authority.member:
        raise out_of_turn(case, step, authority.member, ledger.clock(), wanted=str(body["step"]))
    entitled(actor.authority, actor.account, ledger, ROLE_OF[side])
    said = said_before(case, body, authority.member, ledger, exactly=exactly)
    return _Asked(case, actor, authority.member, said)


def _again(asked: _Asked) -> Checked:
    assert asked.said is not None  # noqa: S101 - asked for only then
    return Checked(asked.case.id, asked.case, asked.said, None, repeated=True)


def _done(asked: _Asked, body: dict[str, Any], write: Writing, ledger: Ledger, wait: float) -> Checked:
    number = asked.case.id
    statement = kept_statement(asked.case.certificate, asked.actor, body, ledger)
    written = carried_out(write, statement, asked.actor, ledger, wait)
    case = case_of(number, ledger)
    seen = names(case, statement_hash(statement), ledger)
    return Checked(number, case, statement, written, repeated=False, seen=seen)


def _body(
    named: str,
    case: CaseFacts,
    words: Words,
    turn: int | None,
    ledger: Ledger,
    **more: Collection[int],
) -> dict[str, Any]:
    at = len(case_events(case, ledger)) if turn is None else turn
    return body_of(named, case=case.id, turn=at, lines=case.lines, words=words, more=more)
