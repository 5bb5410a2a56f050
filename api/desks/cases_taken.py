"""From the forms on the page of a verification case to the steps of the ledger, for both sides.

Forms have the fields of the API's bodies, and are read by the same models: so a desk takes and refuses what
the API does.  Every form names the turn it was shown at: sent twice it is the same step.
"""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

from api.case_schemas import CaseStepName, ConclusionBody, OpeningBody, StepBody, SuspensionBody, numbers
from api.dependencies import Caller
from api.desks.posted import Posted
from api.errors import ApiError
from api.pages.present import Trouble
from api.services import Services
from ledger import checking
from ledger.arranging import Actor
from ledger.checking_carrying import Checked
from ledger.checking_refused import CheckMalformed
from ledger.checking_turns import side_of
from ledger.errors import Problem
from ledger.origin.facts import CaseFacts
from ledger.origin.steps import Side
from ledger.procedures_refusals import CaseUnknown
from ledger.said import said
from ledger.scopes import Scope

SUSPEND: Final = "suspend"
CONCLUDE: Final = "conclude"
_SCOPES: Final = {Side.ASKING: Scope.DECIDE, Side.ASKED: Scope.ISSUE}
_MALFORMED: Final = {
    "text": said("Enter a text of at most 8,000 characters"),
    "lines": said("Choose goods lines of the certificate"),
    "ground": said("Choose why the check is opened"),
}


class CaseFormWrong(Exception):
    """Something has to be put right on a form of a case; says what at which control."""

    def __init__(self, troubles: tuple[Trouble, ...]) -> None:
        """Keep what is wrong."""
        super().__init__(", ".join(one.control for one in troubles))
        self.troubles = troubles


def own_case(number: int, caller: Caller, services: Services, side: Side) -> CaseFacts:
    """Return a case in which the caller's member is on a side; for everybody else there is none."""
    case = checking.case_of(number, services.ledger)
    if caller.member != (case.importing if side is Side.ASKING else case.exporting):
        raise CaseUnknown(number)
    return case


def taken(number: int, sent: Posted, caller: Caller, services: Services) -> Checked:
    """Take the step that a form names: one of the API's, or suspend, or conclude.

    Raises `CaseFormWrong` where the form must be corrected, and what `ledger.checking` raises.
    """
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
    told = {
        "certificate": f"0x{certificate.hex()}",
        "lines": list(sent.all("lines")),
        "suspended": list(sent.all("suspended")),
        "ground": sent.one("ground"),
        "text": sent.one("text"),
    }
    try:
        body = OpeningBody.model_validate(told)
        _needs(caller, Side.ASKING)
        return checking.open_check(body.to_domain(), _actor(caller), services.ledger, services.limits.wait)
    except (ValidationError, CheckMalformed) as error:
        raise CaseFormWrong(troubles(error)) from None


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
    """Conclude by what each line's choice says: `line-1` is `confirmed` or `denied`."""
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
