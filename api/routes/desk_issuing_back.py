"""What came back to the issuing desk, and the answers: to refusals, and in verification cases."""

import re
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Request, Response

from api.dependencies import ServicesDep
from api.desks.at_work import AtIssuing, DeskRoute, note, see_other
from api.desks.cases_page import case_page, note_refusal
from api.desks.cases_shown import listed
from api.desks.cases_taken import CaseFormWrong, not_taken, own_case, taken
from api.desks.importing_asked import troubles_of
from api.desks.issuing_back import newest, refused_of, silent
from api.desks.issuing_pages import ISSUING, Own, OwnDep
from api.desks.posted import UNPROCESSABLE, Posted, PostedDep
from api.pages.present import Trouble
from api.pages.render import page
from ledger.archive import ActOutcome
from ledger.checking import case_of
from ledger.clarifying import TEXT, Answer, clarify
from ledger.deciding_asked import DecisionRefused
from ledger.errors import LedgerError, ReplicaNeeded
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
    request: Request,
    own: Own,
    *troubles: Trouble,
    typed: Posted | None = None,
    done: bool = False,
    status: int = UNPROCESSABLE,
) -> Response:
    return page(
        request,
        "desk/issuing_answer.html",
        status=status if troubles else 200,
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
    except LedgerError as error:  # such as of lines that were decided on since the page was shown
        untaken = not_taken(error, "lines")
        note_refusal(request, untaken, act="refusal.answer")
        status = UNPROCESSABLE if isinstance(error, LinesNotRefused) else untaken.status
        return _answer_page(request, own, *untaken.troubles, typed=form, status=status)
    note(request, ActOutcome.DONE, act="refusal.answer", about=own.id)
    return see_other(f"{ISSUING}/certificates/{own.id}/answer?sent=yes")


@router.get(f"{_CASES}/{{number}}")
def case(request: Request, number: Number, caller: AtIssuing, services: ServicesDep) -> Response:
    """Show a case of the member whole, with the steps that the side asked may take now."""
    found = case_of(number, services.ledger)
    if caller.member not in {found.importing, found.exporting}:
        raise CaseUnknown(number)
    return case_page(request, found, caller, services, Side.ASKED)


@router.post(f"{_CASES}/{{number}}")
def step_in_case(
    request: Request, number: Number, caller: AtIssuing, services: ServicesDep, sent: PostedDep
) -> Response:
    """Take a step in a case as the side that is asked."""
    own_case(number, caller, services, Side.ASKED)
    try:
        taken(number, sent, caller, services)
    except CaseFormWrong as error:
        note_refusal(request, error, act="case.step")
        found = case_of(number, services.ledger)
        return case_page(request, found, caller, services, Side.ASKED, sent=sent, wrong=error)
    note(request, ActOutcome.DONE, act="case.step", about=f"case {number} {sent.one('step')}")
    return see_other(f"{_CASES}/{number}")
