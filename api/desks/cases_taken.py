"""From the forms on the page of a verification case to the steps of the ledger, for both sides.

Forms have the fields of the API's bodies, and are read by the same models: so a desk takes and refuses what
the API does.  Every form names the turn it was shown at: sent twice it is the same step.
"""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from pydantic import ValidationError

from api.case_schemas import CaseStepName, ConclusionBody, OpeningBody, StepBody, SuspensionBody, numbers
from api.dependencies import Caller
from api.desks.posted import UNPROCESSABLE, Posted
from api.errors import ApiError, told_of
from api.pages.present import Trouble
from api.services import Services
from ledger import checking
from ledger.arranging import Actor
from ledger.checking_again import moved_on
from ledger.checking_carrying import Checked
from ledger.checking_refused import CheckMalformed
from ledger.checking_turns import side_of
from ledger.errors import LedgerError, Problem
from ledger.origin.facts import CaseFacts
from ledger.origin.steps import Side
from ledger.procedures_refusals import CaseUnknown, LinesInQuestion
from ledger.said import said
from ledger.scopes import Scope

SUSPEND: Final = "suspend"
CONCLUDE: Final = "conclude"
ABOUT: Final = "about"
"""The control at which it is chosen which issuer is asked."""
_SCOPES: Final = {Side.ASKING: Scope.DECIDE, Side.ASKED: Scope.ISSUE}
_MALFORMED: Final = {
    "text": said("Enter a text of at most 8,000 characters"),
    "lines": said("Choose goods lines of the certificate"),
    "ground": said("Choose why the check is opened"),
    ABOUT: said("Choose whose issuer you ask"),
}
_MOVED_ON: Final = "case-step-not-allowed"
_TURN: Final = re.compile("[1-9][0-9]{0,9}")
_READ_FIRST: Final = said("Something was added since you opened this page. Read it, then conclude")


class CaseFormWrong(Exception):
    """A form of a case was not taken; says why at which control, so that the page keeps what was typed."""

    def __init__(self, troubles: tuple[Trouble, ...], status: int = UNPROCESSABLE, refusal: str = "") -> None:
        """Keep what is wrong, and of a refusal of the ledger its status and code."""
        super().__init__(", ".join(one.control for one in troubles))
        self.troubles, self.status = troubles, int(status)
        self.refusal = refusal
        """Code of a problem that is kept among the acts; nothing where the form is to be corrected."""


def own_case(number: int, caller: Caller, services: Services, side: Side) -> CaseFacts:
    """Return a case in which the caller's member is on a side; for everybody else there is none."""
    case = checking.case_of(number, services.ledger)
    if caller.member != (case.importing if side is Side.ASKING else case.exporting):
        raise CaseUnknown(number)
    return case


def taken(number: int, sent: Posted, caller: Caller, services: Services) -> Checked:
    """Take the step that a form names: one of the API's, or suspend, or conclude.

    Raises `CaseFormWrong` where the form must be corrected, where the case has moved on meanwhile, and for
    all else for which the ledger does not take the step.
    """
    try:
        return _taken(number, sent, caller, services)
    except LedgerError as error:
        raise not_taken(error, f"{sent.one('step')}-text") from error


def not_taken(error: LedgerError, control: str) -> CaseFormWrong:
    """Return that the ledger does not take what a form asks for, told at a control."""
    told = told_of(error)
    status = told.problem.status
    refusal = told.problem.code if status < HTTPStatus.INTERNAL_SERVER_ERROR else ""
    return CaseFormWrong((Trouble(control, told.detail),), status, refusal)


def _taken(number: int, sent: Posted, caller: Caller, services: Services) -> Checked:
    which = sent.one("step")
    if which == SUSPEND:
        return _suspended(number, sent, caller, services)
    if which == CONCLUDE:
        return _concluded(number, sent, caller, services)
    if which not in set(CaseStepName):
        raise ApiError("invalid-request")
    told = {"step": which, "turn": sent.one("turn") or None, "text": sent.one("text")}
    try:
        body = StepBody.model_validate(told)
        _needs(caller, side_of(body.which))
        turn = int(body.turn) if body.turn else None
        actor, ledger, wait = _actor(caller), services.ledger, services.limits.wait
        return checking.take_step(number, body.which, body.words, actor, ledger, wait, turn=turn)
    except (ValidationError, CheckMalformed) as error:
        raise CaseFormWrong(troubles(error, prefix=f"{which}-")) from None


def opened(certificate: bytes, sent: Posted, caller: Caller, services: Services) -> Checked:
    """Open the check that a form asks for; raises as `taken`."""
    told: dict[str, Any] = {
        "certificate": f"0x{certificate.hex()}",
        "lines": list(sent.all("lines")),
        "suspended": list(sent.all("suspended")),
        "ground": sent.one("ground"),
        "text": sent.one("text"),
    }
    if sent.one(ABOUT):
        told[ABOUT] = sent.one(ABOUT)
    try:
        body = OpeningBody.model_validate(told)
        _needs(caller, Side.ASKING)
        return checking.open_check(body.to_domain(), _actor(caller), services.ledger, services.limits.wait)
    except (ValidationError, CheckMalformed) as error:
        raise CaseFormWrong(troubles(error)) from None
    except LedgerError as error:
        raise not_taken(error, "lines" if isinstance(error, LinesInQuestion) else ABOUT) from error


def troubles(error: ValidationError | CheckMalformed, prefix: str = "") -> tuple[Trouble, ...]:
    """Return what is wrong with a form, by control."""
    if isinstance(error, CheckMalformed):
        return tuple(_trouble(problem, prefix) for problem in error.problems)
    names = dict.fromkeys(str(one["loc"][0]) for one in error.errors())
    return tuple(Trouble(f"{prefix}{name}", _MALFORMED.get(name, _WRONG)) for name in names)


_WRONG: Final = said("This is not as the form has it. Fill it in again")


def _trouble(problem: Problem, prefix: str) -> Trouble:
    control = problem.pointer.strip("/").partition("/")[0] or "text"
    message = problem.message
    return Trouble(f"{prefix}{control}", f"{message[:1].upper()}{message[1:]}")


def _suspended(number: int, sent: Posted, caller: Caller, services: Services) -> Checked:
    told = {"suspended": list(sent.all("suspended")), "turn": sent.one("turn") or None}
    try:
        body = SuspensionBody.model_validate(_with_text(told, sent))
        _needs(caller, Side.ASKING)
        turn = int(body.turn) if body.turn else None
        lines, actor, ledger = numbers(body.suspended), _actor(caller), services.ledger
        return checking.set_suspension(
            number, lines, body.words, actor, ledger, services.limits.wait, turn=turn
        )
    except (ValidationError, CheckMalformed) as error:
        raise CaseFormWrong(troubles(error, prefix="suspend-")) from None


def _concluded(number: int, sent: Posted, caller: Caller, services: Services) -> Checked:
    """Conclude by what each line's choice says: `line-1` is `confirmed` or `denied`.

    Only what the officer has seen is concluded on: where something came in since, it is to be read first.
    """
    turn = sent.one("turn")
    case = checking.case_of(number, services.ledger)
    if case.open and _TURN.fullmatch(turn) and moved_on(case, int(turn), services.ledger):
        raise CaseFormWrong((Trouble("conclude-text", _READ_FIRST),), HTTPStatus.CONFLICT, _MOVED_ON)
    chosen = {name.removeprefix("line-"): sent.one(name) for name in sent.fields if name.startswith("line-")}
    told = {
        found: [line for line, choice in chosen.items() if choice == found]
        for found in ("confirmed", "denied")
    }
    try:
        body = ConclusionBody.model_validate(_with_text(told, sent))
        _needs(caller, Side.ASKING)
        found = numbers(body.confirmed), numbers(body.denied)
        return checking.conclude(
            number,
            *found,
            body.words,
            actor=_actor(caller),
            ledger=services.ledger,
            wait=services.limits.wait,
        )
    except (ValidationError, CheckMalformed) as error:
        raise CaseFormWrong(troubles(error, prefix="conclude-")) from None


def _with_text(told: Mapping[str, Any], sent: Posted) -> dict[str, Any]:
    return {**told, "text": sent.one("text")}


def _actor(caller: Caller) -> Actor:
    return Actor(caller.authority, caller.account)


def _needs(caller: Caller, side: Side) -> None:
    """See that the officer has the scope of a side."""
    if _SCOPES[side] not in caller.key.scopes:
        raise ApiError("scope-missing", scope=_SCOPES[side].value)
