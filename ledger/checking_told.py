"""A verification case as the command line and the API tell it: JSON members, the same at both doors."""

from datetime import datetime
from typing import Any

from ledger.checking_again import OfCase, case_events
from ledger.checking_carrying import Checked
from ledger.checking_said import GROUNDS, told_lines
from ledger.checking_turns import SUSPEND, allowed, may_deny, turn_of, word
from ledger.deadlines import Deadline
from ledger.events import CaseConcluded, CaseOpened, CaseStepped, Occurrence, SuspensionSet, moment
from ledger.origin.facts import CaseFacts, Step
from ledger.ports import Ledger
from ledger.statement_exchange import spoken
from ledger.statements import statement_hash


def brief(case: CaseFacts, member: str, now: datetime) -> dict[str, Any]:
    """Return how a case stands, what is due, and what a member may do in it now."""
    return {
        "case": str(case.id),
        "certificate": _hex(case.certificate),
        "about": _hex(case.about),
        "importing": case.importing,
        "exporting": case.exporting,
        "ground": next(name for name, ground in GROUNDS.items() if ground is case.ground),
        "lines": told_lines(case.lines),
        "suspended": told_lines(case.suspended),
        "confirmed": told_lines(case.confirmed),
        "denied": told_lines(case.denied),
        "openedAt": _moment(case.opened_at),
        "steppedAt": _moment(case.stepped_at),
        "concludeDue": _moment(case.conclude_due),
        "overdue": case.open and now > case.conclude_due,
        **due_told(case, now),
        "allowed": list(allowed(case, member, now)),
        "mayDeny": may_deny(case, now) and member == case.importing,
    }


def due_told(case: CaseFacts, now: datetime) -> dict[str, Any]:
    """Return how far a case is, and what is due next."""
    turn = turn_of(case)
    return {
        "step": word(case.step),
        "due": turn
        and {
            "by": turn.member,
            "steps": [word(step) for step in turn.steps],
            "due": _moment(turn.due),
            "overdue": turn.late(now),
        },
    }


def whole(case: CaseFacts, member: str, ledger: Ledger) -> dict[str, Any]:
    """Return a case with all that happened, and what was said as far as its statements are kept here."""
    happened = [_happened(one, turn, ledger) for turn, one in enumerate(case_events(case, ledger), start=1)]
    return brief(case, member, ledger.clock()) | {"turn": str(len(happened)), "events": happened}


def checked(done: Checked, member: str, ledger: Ledger) -> dict[str, Any]:
    """Return what came of a step: how far it is, its statement to hand over, and the case."""
    return {
        "state": "recorded" if done.recorded else "accepted",
        "repeated": done.repeated,
        "case": whole(done.case, member, ledger) if done.case else None,
        "statementHash": _hex(statement_hash(done.statement)),
        "statement": done.statement.document(),
    }


def deadline(one: Deadline, member: str, now: datetime) -> dict[str, Any]:
    """Return one thing that is due."""
    return {
        "kind": one.kind.value,
        "rule": one.rule,
        "due": _moment(one.due),
        "days": str(one.days(now)),
        "overdue": one.overdue(now),
        "by": one.by,
        "yours": one.by == member,
        "certificate": _hex(one.certificate),
        "case": str(one.case) if one.case is not None else None,
        "lines": told_lines(one.lines),
        "todo": one.todo,
    }


def _happened(one: Occurrence, turn: int, ledger: Ledger) -> dict[str, Any]:
    event = one.event
    assert isinstance(event, OfCase)  # noqa: S101 - the events of a case
    said = spoken(event, ledger)
    return {
        "turn": str(turn),
        "step": _step(event),
        "at": _moment(moment(one.at)),
        "statementHash": _hex(event.statement),
        "said": said and {"member": said.member, "authority": said.authority, "body": dict(said.body)},
    }


def _step(event: OfCase) -> str:
    match event:
        case CaseOpened():
            return word(Step.OPENED)
        case CaseStepped(step=step):
            return word(Step(step))
        case SuspensionSet():
            return SUSPEND
        case CaseConcluded():
            return word(Step.CONCLUDED)


def _hex(value: bytes) -> str:
    return f"0x{value.hex()}"


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
