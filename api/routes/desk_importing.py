"""The desk of an importing officer: incoming certificates, decisions, checks, deadlines."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import ValidationError

from api.dependencies import CertificateId, LedgerDep, ServicesDep
from api.desks import importing_pages as pages
from api.desks.at_work import AtImporting, DeskRoute, note, see_other
from api.desks.cases_page import case_page, note_refusal
from api.desks.cases_taken import CaseFormWrong, not_taken, opened, own_case, taken
from api.desks.importing_asked import TOP, body_of, troubles_of
from api.desks.importing_check import check_page
from api.desks.importing_lists import Group, due_rows
from api.desks.importing_receive import presented
from api.desks.importing_shown import own_copy
from api.desks.posted import PostedDep
from api.errors import ApiError
from api.pages.present import Trouble
from api.pages.render import page
from api.routes import desk_importing_look_up
from api.schemas import Id
from ledger.archive import ActOutcome
from ledger.checking import case_of
from ledger.clarifying import set_split_use
from ledger.deadlines import due_for
from ledger.deciding import decide
from ledger.deciding_asked import DecisionRefused
from ledger.errors import LedgerError
from ledger.kept_copies import CopyIncomplete
from ledger.origin.steps import Side
from ledger.procedures_refusals import CaseUnknown
from ledger.receiving import receive
from ledger.statement_exchange import StatementNotHeld, statement_held
from ledger.statements import statement_bytes

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
router.include_router(desk_importing_look_up.router)  # before addresses of certificates
BASE: Final = "/desk/importing"
_ONE: Final = f"{BASE}/{{certificate}}"
Number = Annotated[int, Path(ge=1, le=2**32 - 1)]
StatementHash = Annotated[Id, Path()]
Format = Annotated[str | None, Query(alias="format", pattern="^csv$")]


@router.get(BASE)
def incoming(  # noqa: PLR0913 - each is asked for by its type
    request: Request,
    caller: AtImporting,
    services: ServicesDep,
    *,
    group: Annotated[Group | None, Query(alias="list")] = None,
    after: Annotated[str, Query(pattern="^([0-9]{1,15}-[0-9]{1,9}|[0-9a-f]{64})?$")] = "",
    form: Format = None,
) -> Response:
    """Show what is made out to the member: due, to decide, on the way, refused and answered."""
    if form:
        return pages.front_csv(caller, services)
    if after and (group is None or ("-" in after) is (group is Group.REFUSED)):
        raise ApiError("invalid-request")
    return pages.front(request, caller, services, group, after)


@router.get(f"{BASE}/receive")
def receive_form(request: Request, caller: AtImporting) -> Response:  # noqa: ARG001 - an officer's
    """Show the form that takes the file of a certificate."""
    return _receive_form(request)


@router.post(f"{BASE}/receive")
def receive_one(request: Request, caller: AtImporting, services: ServicesDep, sent: PostedDep) -> Response:
    """Show the verdict on a file; receive it once the officer says so."""
    given = presented(sent, services.ledger)
    if isinstance(given, Trouble):
        return _receive_form(request, given)
    if sent.one("act") != "receive":
        return pages.verdict_page(request, caller, services, given)
    try:
        done = receive(
            given.document,
            authority=caller.authority,
            account=caller.account,
            ledger=services.ledger,
            wait=services.limits.wait,
        )
    except CopyIncomplete as error:
        missing = tuple(problem.pointer for problem in error.problems)
        trouble = Trouble("receive", pages.INCOMPLETE, missing)
        return pages.verdict_page(request, caller, services, given, [trouble])
    name = f"0x{done.kept.id.hex()}"
    note(request, ActOutcome.DONE, about=name)
    if not done.addressed:
        return see_other(f"{BASE}?done=kept")
    return see_other(f"{BASE}/{name}?done={'received' if done.received_at else 'receiving'}")


@router.get(f"{BASE}/deadlines")
def deadlines(
    request: Request,
    caller: AtImporting,
    ledger: LedgerDep,
    *,
    late: bool = False,
    form: Format = None,
) -> Response:
    """Show what is due for the member, and from others in its cases, soonest first."""
    rows = due_rows(due_for(caller.member, ledger, overdue_only=late), caller.member, ledger)
    if form:
        return pages.deadlines_csv(caller, rows)
    return page(request, "desk/importing_deadlines.html", rows=rows, late=late)


@router.get(f"{BASE}/settings")
def settings(request: Request, caller: AtImporting, ledger: LedgerDep) -> Response:
    """Show the practice of the member that its customs may change."""
    allowed = ledger.procedures.split_use(caller.member)
    done = pages.done_of(request)
    return page(request, "desk/importing_settings.html", allowed=allowed, member=caller.member, done=done)


@router.post(f"{BASE}/settings")
def change_settings(
    request: Request, caller: AtImporting, services: ServicesDep, sent: PostedDep
) -> Response:
    """Say whether a line may be drawn down under several declarations."""
    if sent.one("split") not in {"yes", "no"}:
        raise ApiError("invalid-request")
    done = set_split_use(
        allowed=sent.one("split") == "yes",
        authority=caller.authority,
        account=caller.account,
        ledger=services.ledger,
        wait=services.limits.wait,
    )
    note(request, ActOutcome.DONE, about=f"split use {sent.one('split')}")
    return see_other(f"{BASE}/settings?done={'set' if done.recorded else 'accepted'}")


@router.get(f"{BASE}/cases")
def cases(
    request: Request,
    caller: AtImporting,
    services: ServicesDep,
    *,
    closed: bool = False,
    after: Annotated[int, Query(ge=0, le=2**32 - 1)] = 0,
) -> Response:
    """List the cases in which the member asks, and those in which it is asked."""
    return pages.cases_page(request, caller, services, after, closed=closed)


@router.get(f"{BASE}/cases/{{number}}")
def case(request: Request, number: Number, caller: AtImporting, services: ServicesDep) -> Response:
    """Show a case of the member whole."""
    found = case_of(number, services.ledger)
    if caller.member not in {found.importing, found.exporting}:
        raise CaseUnknown(number)
    return case_page(request, found, caller, services, Side.ASKING, done=pages.done_of(request))


@router.post(f"{BASE}/cases/{{number}}")
def step_in_case(
    request: Request, number: Number, caller: AtImporting, services: ServicesDep, sent: PostedDep
) -> Response:
    """Take a step in a case as the side that asks."""
    own_case(number, caller, services, Side.ASKING)
    try:
        done = taken(number, sent, caller, services)
    except CaseFormWrong as error:
        note_refusal(request, error)
        found = case_of(number, services.ledger)
        return case_page(request, found, caller, services, Side.ASKING, sent=sent, wrong=error)
    note(request, ActOutcome.DONE, about=f"case {number} {sent.one('step')}")
    return see_other(f"{BASE}/cases/{number}?done={'stepped' if done.recorded else 'stepping'}")


@router.get(_ONE)
def certificate_on_desk(
    request: Request, certificate: CertificateId, caller: AtImporting, services: ServicesDep
) -> Response:
    """Show a received certificate, line by line, with the form to decide on it."""
    kept = own_copy(bytes.fromhex(certificate[2:]), caller, services.ledger)
    return pages.decide_page(request, kept, caller, services)


@router.post(_ONE)
def decide_on_lines(
    request: Request, certificate: CertificateId, caller: AtImporting, services: ServicesDep, sent: PostedDep
) -> Response:
    """Grant or refuse preference for goods lines; sent twice it is one decision."""
    kept = own_copy(bytes.fromhex(certificate[2:]), caller, services.ledger)
    try:
        done = decide(
            body_of(sent, kept).to_domain(kept.id),
            authority=caller.authority,
            account=caller.account,
            ledger=services.ledger,
            wait=services.limits.wait,
        )
    except (ValidationError, DecisionRefused) as error:
        return pages.decide_page(request, kept, caller, services, troubles_of(error), typed=sent)
    except LedgerError as error:
        wrong = not_taken(error, TOP)
        note_refusal(request, wrong)
        return pages.decide_page(
            request, kept, caller, services, wrong.troubles, typed=sent, status=wrong.status
        )
    note(request, ActOutcome.DONE)
    told = "repeated" if done.repeated else "decided" if done.recorded else "accepted"
    return see_other(f"{BASE}/{certificate}?done={told}")


@router.get(f"{_ONE}/statements/{{statement}}")
def statement_to_keep(
    certificate: CertificateId, statement: StatementHash, caller: AtImporting, ledger: LedgerDep
) -> Response:
    """Give out what was said of a certificate, whole, to be handed to the other side."""
    kept = own_copy(bytes.fromhex(certificate[2:]), caller, ledger)
    named = bytes.fromhex(statement[2:])
    held = statement_held(named, ledger)
    if held.certificate != kept.id:
        raise StatementNotHeld(named)
    headers = {"Content-Disposition": f'attachment; filename="statement-{statement[2:12]}.json"'}
    return Response(statement_bytes(held), headers=headers, media_type="application/json")


@router.get(f"{_ONE}/check")
def check_form(
    request: Request, certificate: CertificateId, caller: AtImporting, services: ServicesDep
) -> Response:
    """Show the form that opens a check on lines of a certificate."""
    kept = own_copy(bytes.fromhex(certificate[2:]), caller, services.ledger)
    return check_page(request, kept, services)


@router.post(f"{_ONE}/check")
def open_check(
    request: Request, certificate: CertificateId, caller: AtImporting, services: ServicesDep, sent: PostedDep
) -> Response:
    """Open a check: the issuer is asked to verify the origin of lines (ATIGA OCP Rule 18)."""
    kept = own_copy(bytes.fromhex(certificate[2:]), caller, services.ledger)
    try:
        done = opened(kept.id, sent, caller, services)
    except CaseFormWrong as error:
        note_refusal(request, error)
        return check_page(request, kept, services, error, typed=sent)
    note(request, ActOutcome.DONE, about=f"{certificate} check")
    if done.number is None:
        return see_other(f"{BASE}/cases?done=opening")
    return see_other(f"{BASE}/cases/{done.number}?done=opened")


def _receive_form(request: Request, *troubles: Trouble) -> Response:
    status = 422 if troubles else 200
    return page(request, "desk/importing_receive.html", status=status, troubles=troubles)
