"""The desk of an AEO officer: the operators of the own member, their cases, arrangements and watches."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import ValidationError

from api.dependencies import Caller, LedgerDep, ServicesDep
from api.desks import aeo_pages as pages
from api.desks import aeo_watches as watching
from api.desks.aeo_amending import to_be_seen, would_change
from api.desks.aeo_arrangements import arrangements_shown
from api.desks.aeo_forms import action_of, as_told, kept, token, troubles_of
from api.desks.aeo_officers import BASE, AeoOfficer
from api.desks.at_work import DeskRoute, note, see_other, working
from api.desks.posted import PostedDep
from api.errors import told_of
from api.operator_schemas import ActName
from api.pages.present import Trouble
from api.pages.render import page
from api.routes import desk_aeo_lists
from api.services import Services
from ledger import authorising
from ledger.aeo.acts import Act
from ledger.aeo.asked import Action
from ledger.aeo.cases import Case
from ledger.aeo.refused import OperatorNotOnFile
from ledger.archive import ActOutcome, Scope
from ledger.errors import LedgerError, OperatorCodeAmbiguous, OperatorCodeMalformed, Refused
from ledger.operators import OperatorCode
from ledger.ports import Ledger
from ledger.recognition_refusals import OperatorNotYours

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
router.include_router(desk_aeo_lists.router)
_ONE: Final = f"{BASE}/operators/{{operator}}"
Code = Annotated[str, Path(max_length=64)]
WatchId = Annotated[str, Path(max_length=24)]
_UNPROCESSABLE: Final = 422


AtWatching = Annotated[Caller, Depends(working(Scope.WATCH))]


@router.get(BASE)
def operators(  # noqa: PLR0913, PLR0917 - each is asked for by its type
    request: Request,
    caller: AeoOfficer,
    ledger: LedgerDep,
    q: Annotated[str, Query(max_length=200)] = "",
    after: Annotated[str, Query(pattern="^([A-Z]{2}[A-Z0-9]{1,15})?$")] = "",
    form: Annotated[str, Query(alias="format", pattern="^(csv)?$")] = "",
) -> Response:
    """Show the member's operators: those that wait, those that a text finds, or all by code."""
    if form:
        return pages.front_csv(caller, ledger)
    return pages.front(request, caller, ledger, q.strip(), OperatorCode(after) if after else None)


@router.get(f"{BASE}/new")
def new_application(
    request: Request,
    caller: AeoOfficer,
    ledger: LedgerDep,
    operator: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """Show the form of a new application."""
    return pages.application(request, caller, ledger, operator=operator)


@router.post(f"{BASE}/new")
def apply(request: Request, caller: AeoOfficer, services: ServicesDep, sent: PostedDep) -> Response:
    """Take in an application."""
    try:
        code = authorising.own_code(sent.one("operator"), caller.member)
        _decided(action_of(Act.APPLY, code, sent, None), caller, services)
    except (ValidationError, Refused) as error:
        troubles = _code_trouble(error) or troubles_of(error, Act.APPLY)
        status, typed = _noted(request, error), kept(Act.APPLY, sent)
        return pages.application(request, caller, services.ledger, troubles, typed=typed, status=status)
    note(request, ActOutcome.DONE, about=code)
    return see_other(f"{BASE}/operators/{code}?done={Act.APPLY.value}")


@router.get(f"{BASE}/arrangements")
def arrangements(request: Request, caller: AeoOfficer, ledger: LedgerDep) -> Response:
    """Show with whom the member recognises operators, and under what."""
    return page(request, "desk/aeo_arrangements.html", **arrangements_shown(caller.member, ledger))


@router.get(f"{BASE}/watches")
def watches(
    request: Request,
    caller: AtWatching,
    services: ServicesDep,
    operator: Annotated[str, Query(pattern="^([A-Z]{2}[A-Z0-9]{1,15})?$")] = "",
) -> Response:
    """Show the watches of the officer's authority, and the form of a new one."""
    return _watches(request, caller, services, operator=operator)


@router.post(f"{BASE}/watches")
def make_watch(request: Request, caller: AtWatching, services: ServicesDep, sent: PostedDep) -> Response:
    """Make a watch; its secret is shown once, on the page that answers."""
    keeper = watching.keeper_of(caller, services)
    try:
        secret = watching.made(watching.wish_of(sent), keeper, sent, services)
    except (ValidationError, Refused) as error:
        status, typed = (
            _noted(request, error),
            {name: sent.one(name) for name in ("operators", "url", "label")},
        )
        troubles = watching.troubles_of(as_told(error))
        return _watches(request, caller, services, troubles=troubles, typed=typed, status=status)
    if secret is None:
        return see_other(f"{BASE}/watches")
    note(request, ActOutcome.DONE)
    return _watches(request, caller, services, secret=secret)


@router.post(f"{BASE}/watches/{{watch}}/add")
def add_to_watch(
    request: Request, watch: WatchId, caller: AtWatching, services: ServicesDep, sent: PostedDep
) -> Response:
    """Let a watch look at one more operator."""
    watching.added(watch, sent.one("operator"), watching.keeper_of(caller, services), services)
    note(request, ActOutcome.DONE)
    return see_other(f"{BASE}/watches")


@router.post(f"{BASE}/watches/{{watch}}/remove")
def remove_watch(request: Request, watch: WatchId, caller: AtWatching, services: ServicesDep) -> Response:
    """End a watch."""
    watching.keeper_of(caller, services).remove(watch)
    note(request, ActOutcome.DONE)
    return see_other(f"{BASE}/watches")


@router.get(_ONE)
def operator(request: Request, operator: Code, caller: AeoOfficer, services: ServicesDep) -> Response:
    """Show an operator of the own member: where its case is, and what may be done."""
    return pages.one(request, caller, own_case(operator, caller, services.ledger), services)


@router.post(f"{_ONE}/{{act}}")
def act_on(  # noqa: PLR0913, PLR0917 - each is asked for by its type
    request: Request,
    operator: Code,
    act: ActName,
    caller: AeoOfficer,
    services: ServicesDep,
    sent: PostedDep,
) -> Response:
    """Act on an operator's case; what is refused is said on its page."""
    case = own_case(operator, caller, services.ledger)
    wanted = Act(act.value)
    record = authorising.newest_record(case, services.ledger)
    try:
        action = action_of(wanted, case.operator, sent, record)
        if to_be_seen(wanted, sent, record):
            return would_change(request, case, action, sent, caller, services)
        _decided(action, caller, services)
    except (ValidationError, Refused) as error:
        status, typed = _noted(request, error), kept(wanted, sent)
        now = own_case(operator, caller, services.ledger)
        return pages.one(
            request, caller, now, services, troubles_of(error, wanted), typed=typed, status=status
        )
    note(request, ActOutcome.DONE)
    return see_other(f"{BASE}/operators/{case.operator}?done={act.value}")


def own_case(operator: str, caller: Caller, ledger: Ledger) -> Case:
    """Return the case of an operator of the caller's member; another member's is not there."""
    try:
        code = authorising.own_code(operator, caller.member)
    except OperatorNotYours as error:
        raise OperatorNotOnFile(error.operator) from None
    return authorising.case_of(code, ledger)


def _decided(action: Action, caller: Caller, services: Services) -> None:
    """Carry an act out: as the API does, waiting as long for the chain."""
    authorising.decide(
        action,
        authority=caller.authority,
        account=caller.account,
        ledger=services.ledger,
        wait=services.limits.wait,
    )


def _noted(request: Request, error: ValidationError | LedgerError) -> int:
    """Keep that an act was refused; returns the status of the page that says so."""
    told = None if isinstance(error, ValidationError) else told_of(error)
    note(request, ActOutcome.REFUSED, why=told.problem.code if told else "invalid-request")
    return told.problem.status if told else _UNPROCESSABLE


def _code_trouble(error: Exception) -> tuple[Trouble, ...]:
    """Return what is wrong with the code of a new operator, if that is it."""
    match error:
        case OperatorCodeMalformed() | OperatorCodeAmbiguous() | OperatorNotYours():
            detail = str(error)
            return (Trouble("apply-operator", f"{detail[:1].upper()}{detail[1:]}"),)
    return ()


def _watches(  # noqa: PLR0913 - what a page shows
    request: Request,
    caller: Caller,
    services: Services,
    *,
    operator: str = "",
    secret: str = "",
    troubles: Sequence[Trouble] = (),
    typed: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    return page(
        request,
        "desk/aeo_watches.html",
        status=status,
        watches=watching.watches_of(watching.keeper_of(caller, services)),
        operator=operator,
        secret=secret,
        troubles=troubles,
        typed=typed or {},
        token=token(),
    )
