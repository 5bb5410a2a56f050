"""What came back to the issuing desk, and the answers: to refusals, and in verification cases."""

import re
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Request, Response

from api.dependencies import Caller, ServicesDep
from api.desks.at_work import AtIssuing, DeskRoute, note, see_other
from api.desks.cases_shown import case_shown, listed
from api.desks.cases_taken import CaseFormWrong, own_case, taken
from api.desks.importing_asked import troubles_of
from api.desks.issuing_back import newest, reference_for, refused_of, silent
from api.desks.issuing_pages import ISSUING, Own, OwnDep
from api.desks.posted import UNPROCESSABLE, Posted, PostedDep
from api.errors import told_of
from api.pages.present import Trouble
from api.pages.render import page
from api.services import Services
from ledger.archive import ActOutcome
from ledger.checking import case_of
from ledger.clarifying import TEXT, Answer, clarify
from ledger.deciding_asked import DecisionRefused
from ledger.errors import ReplicaNeeded
from ledger.origin.facts import CaseFacts
from ledger.origin.steps import Side
from ledger.procedures_refusals import CaseUnknown, LinesNotRefused
from ledger.said import said

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
_CASES: Final = f"{ISSUING}/cases"
_LINE: Final = re.compile("[0-9]{1,3}")
_SHOWN: Final = 50
Number = Annotated[int, Path(ge=1, lt=2**53)]


@router.get(f"{ISSUING}/events")
def events(
    request: Request,
    caller: AtIssuing,
    services: ServicesDep,
    before: Annotated[int, Query(ge=0, lt=2**53)] = 0,
) -> Response:
    """Show what has happened to the member's certificates, the newest first, and the cases it is asked in."""
    try:
        found, more = newest(caller, services, before)
        cases = listed(caller.member, services.ledger, side=Side.ASKED, limit=_SHOWN)
    except ReplicaNeeded:
        return page(request, "desk/issuing_events.html", kept=False, events=(), more=0, cases=(), first=True)
    return page(
        request,
        "desk/issuing_events.html",
        kept=True,
        events=found,
        more=more,
        cases=cases,
        first=before == 0,
    )


@router.get(f"{ISSUING}/unreported")
def unreported(
    request: Request,
    caller: AtIssuing,
    services: ServicesDep,
    after: Annotated[str, Query(pattern="^([0-9]{1,15}-[0-9]{1,9})?$")] = "",
) -> Response:
    """Show the member's certificates of which nobody has reported anything, the oldest first."""
    block, _, position = after.partition("-")
    found = silent(caller, services, (int(block), int(position)) if after else None)
    more = found[-1][1] if len(found) == _SHOWN else ""
    return page(request, "desk/issuing_unreported.html", rows=[one for one, _ in found], more=more)


@router.get(f"{ISSUING}/certificates/{{certificate}}/answer")
def ask_for_answer(request: Request, own: OwnDep, sent: str = "") -> Response:
    """Show what is refused of a certificate, why, and the form that answers it."""
    return _answer_page(request, own, done=sent == "yes")


def _answer_page(
    request: Request, own: Own, *troubles: Trouble, typed: Posted | None = None, done: bool = False
) -> Response:
    return page(
        request,
        "desk/issuing_answer.html",
        status=UNPROCESSABLE if troubles else 200,
        id=own.id,
        refused=refused_of(own.filing.id, own.services.ledger),
        troubles=troubles,
        typed=typed or Posted(),
        done=done,
    )


@router.post(f"{ISSUING}/certificates/{{certificate}}/answer")
def answer(request: Request, own: OwnDep, form: PostedDep) -> Response:
    """Answer a refusal; customs must then reconsider the lines (ATIGA OCP Rules 13.4 and 30.4)."""
    numbers = [int(line) for line in form.all("lines") if _LINE.fullmatch(line)]
    text = form.one("text")
    wrong = (
        (not numbers, Trouble("lines", said("Choose the lines that you answer for"))),
        (not 0 < len(text) <= TEXT, Trouble("text", said("Enter an answer of at most 8,000 characters"))),
    )
    if troubles := [trouble for there, trouble in wrong if there]:
        return _answer_page(request, own, *troubles, typed=form)
    try:
        clarify(
            Answer(certificate=own.filing.id, lines=tuple(numbers), text=text),
            authority=own.caller.authority,
            account=own.caller.account,
            ledger=own.services.ledger,
            wait=own.services.limits.wait,
        )
    except DecisionRefused as error:
        return _answer_page(request, own, *troubles_of(error), typed=form)
    except LinesNotRefused as error:  # decided on since the page was shown
        note(request, ActOutcome.REFUSED, act="refusal.answer", why=told_of(error).problem.code)
        return _answer_page(request, own, Trouble("lines", told_of(error).detail), typed=form)
    note(request, ActOutcome.DONE, act="refusal.answer", about=own.id)
    return see_other(f"{ISSUING}/certificates/{own.id}/answer?sent=yes")


@router.get(f"{_CASES}/{{number}}")
def case(request: Request, number: Number, caller: AtIssuing, services: ServicesDep) -> Response:
    """Show a case of the member whole, with the steps that the side asked may take now."""
    found = case_of(number, services.ledger)
    if caller.member not in {found.importing, found.exporting}:
        raise CaseUnknown(number)
    return _case_page(request, found, caller, services)


def _case_page(  # noqa: PLR0913 - what a form shows
    request: Request,
    found: CaseFacts,
    caller: Caller,
    services: Services,
    troubles: tuple[Trouble, ...] = (),
    *,
    typed: Posted | None = None,
) -> Response:
    shown = case_shown(found, caller.member, services.ledger)
    reference = reference_for(caller.member, services.ledger.archive.find(found.certificate))
    return page(
        request,
        "desk/issuing_case.html",
        status=UNPROCESSABLE if troubles else 200,
        case=shown,
        name=reference or f"0x{found.certificate.hex()[:8]}…",
        asked=found.exporting == caller.member,
        typed=typed or Posted(),
        troubles=troubles,
    )


@router.post(f"{_CASES}/{{number}}")
def step_in_case(
    request: Request, number: Number, caller: AtIssuing, services: ServicesDep, sent: PostedDep
) -> Response:
    """Take a step in a case as the side that is asked."""
    found = own_case(number, caller, services, Side.ASKED)
    try:
        taken(number, sent, caller, services)
    except CaseFormWrong as error:
        return _case_page(request, found, caller, services, error.troubles, typed=sent)
    note(request, ActOutcome.DONE, act="case.step", about=f"case {number} {sent.one('step')}")
    return see_other(f"{_CASES}/{number}")
