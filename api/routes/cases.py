"""Verification cases over HTTP: customs asks, the issuing authority answers, and both see what is due."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from api.case_schemas import (
    CheckedOut,
    ConclusionBody,
    DeadlineList,
    DeadlineOut,
    OpeningBody,
    OriginCaseBrief,
    OriginCaseList,
    OriginCaseOut,
    StepBody,
    SuspensionBody,
    numbers,
)
from api.dependencies import Caller, Done, LedgerDep, Once, OnceCaseDep, Reader, WaitDep
from api.errors import ApiError
from api.openapi import AUTHENTICATED, problems
from api.strict import StrictRoute
from ledger import checking
from ledger.arranging import Actor
from ledger.checking_carrying import Checked
from ledger.checking_told import brief, checked, deadline, whole
from ledger.checking_turns import side_of
from ledger.deadlines import due_for
from ledger.errors import ReplicaNeeded
from ledger.origin.facts import CaseFacts
from ledger.origin.steps import Side
from ledger.ports import Ledger
from ledger.procedures_port import ProcedureLists
from ledger.procedures_refusals import CaseUnknown
from ledger.scopes import Scope

router = APIRouter(prefix="/v1", tags=["cases"], route_class=StrictRoute)
Number = Annotated[int, Path(ge=1, le=2**32 - 1, description="The case's number.")]
_READING = (*AUTHENTICATED, "procedures-not-named")
_ACTING = (
    *_READING,
    "body",
    "chain",
    "idempotency-key-missing",
    "idempotency-in-flight",
    "idempotency-key-reused",
    "check-malformed",
)
_STEPPING = (
    *_ACTING,
    "case-unknown",
    "case-not-yours",
    "case-step-not-allowed",
    "step-out-of-turn",
    "due-invalid",
)
_MORE: dict[str, Any] = {
    "status_code": 201,
    "response_model": CheckedOut,
    "response_model_exclude_none": True,
}


@router.get(
    "/cases",
    operation_id="listCases",
    response_model_exclude_none=True,
    responses=problems(*_READING, "replica-needed"),
)
def list_cases(  # noqa: PLR0913 - each is asked for by its type
    response: Response,
    caller: Reader,
    ledger: LedgerDep,
    *,
    closed: Annotated[bool, Query(description="With those that are concluded.")] = False,
    after: Annotated[int, Query(ge=0, le=2**32 - 1, description="Number of the last one seen.")] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> OriginCaseList:
    """List the cases in which the caller's member asks or is asked; follow `Link: rel="next"` for more."""
    lists = ledger.procedures
    if not isinstance(lists, ProcedureLists):
        raise ReplicaNeeded
    found = lists.cases(member=caller.member, open_only=not closed, after=after, limit=limit)
    if len(found) == limit:
        more = f"/v1/cases?closed={str(closed).lower()}&after={found[-1].id}&limit={limit}"
        response.headers["Link"] = f'<{more}>; rel="next"'
    now = ledger.clock()
    return OriginCaseList(
        cases=[OriginCaseBrief.model_validate(brief(one, caller.member, now)) for one in found]
    )


@router.get(
    "/cases/{number}",
    operation_id="getCase",
    response_model_exclude_none=True,
    responses=problems(*_READING, "case-unknown"),
)
def get_case(number: Number, caller: Reader, ledger: LedgerDep) -> OriginCaseOut:
    """Fetch a case with what happened in it, what is due by whom, and what may be done next."""
    case = _party_to(number, caller, ledger)
    return OriginCaseOut.model_validate(whole(case, caller.member, ledger))


@router.post(
    "/cases",
    operation_id="openCase",
    responses=problems(
        *_ACTING,
        "not-kept",
        "not-an-original-of",
        "not-the-importing-member",
        "not-behind",
        "lines-in-question",
        "certificate-refused",
        "due-invalid",
    ),
    **_MORE,
)
def open_case(once: OnceCaseDep, body: OpeningBody, wait: WaitDep, ledger: LedgerDep) -> Response:
    """Ask the issuer to verify the origin of lines (OCP Rule 18); for customs of the importing member.

    The certificate must have been received here, or be on the ledger as an entry. Hand the `statement` of
    the answer to the issuer, who acknowledges it: its 90 days begin with that.
    """
    _needs(once, Side.ASKING)
    opening = body.to_domain()
    return _once(once, lambda who: checking.open_check(opening, who, ledger, wait), ledger)


@router.post(
    "/cases/{number}/steps", operation_id="stepInCase", responses=problems(*_STEPPING, "not-kept"), **_MORE
)
def take_step(
    number: Number, once: OnceCaseDep, body: StepBody, wait: WaitDep, ledger: LedgerDep
) -> Response:
    """Take a step in a case: the side that is asked with scope `issue`, the asking one with `decide`."""
    _needs(once, side_of(body.which))
    turn = int(body.turn) if body.turn else None

    def act(who: Actor) -> Checked:
        return checking.take_step(number, body.which, body.words, who, ledger, wait, turn=turn)

    return _once(once, act, ledger)


@router.put(
    "/cases/{number}/suspension",
    operation_id="setSuspension",
    responses=problems(*_STEPPING, "suspension-unchanged"),
    **_MORE,
)
def set_suspension(
    number: Number, once: OnceCaseDep, body: SuspensionBody, wait: WaitDep, ledger: LedgerDep
) -> Response:
    """Say of which lines of an open case no preference is given (OCP Rule 18(c))."""
    _needs(once, Side.ASKING)
    turn = int(body.turn) if body.turn else None

    def act(who: Actor) -> Checked:
        lines = numbers(body.suspended)
        return checking.set_suspension(number, lines, body.words, who, ledger, wait, turn=turn)

    return _once(once, act, ledger)


@router.post(
    "/cases/{number}/conclusion",
    operation_id="concludeCase",
    responses=problems(*_STEPPING, "step-not-due"),
    **_MORE,
)
def conclude(
    number: Number, once: OnceCaseDep, body: ConclusionBody, wait: WaitDep, ledger: LedgerDep
) -> Response:
    """Conclude a case: each line is confirmed, which frees it, or denied; that is told to the issuer."""
    _needs(once, Side.ASKING)

    def act(who: Actor) -> Checked:
        found = numbers(body.confirmed), numbers(body.denied)
        return checking.conclude(number, *found, body.words, actor=who, ledger=ledger, wait=wait)

    return _once(once, act, ledger)


@router.get(
    "/deadlines",
    operation_id="listDeadlines",
    response_model_exclude_none=True,
    responses=problems(*_READING, "replica-needed"),
)
def list_deadlines(
    caller: Reader,
    ledger: LedgerDep,
    *,
    overdue_only: Annotated[
        bool, Query(alias="overdueOnly", description="Only what is late already.")
    ] = False,
) -> DeadlineList:
    """List what is due for the caller's member, and for its partners in the same cases, soonest first."""
    now = ledger.clock()
    found = due_for(caller.member, ledger, overdue_only=overdue_only)
    told = [DeadlineOut.model_validate(deadline(one, caller.member, now)) for one in found]
    return DeadlineList(at=now.strftime("%Y-%m-%dT%H:%M:%SZ"), deadlines=told)


def _party_to(number: int, caller: Caller, ledger: Ledger) -> CaseFacts:
    """Return a case of the caller's member; for everybody else it does not exist."""
    case = checking.case_of(number, ledger)
    if caller.member not in {case.importing, case.exporting}:
        raise CaseUnknown(number)
    return case


def _needs(once: Once, side: Side) -> None:
    """See that the API key has the scope of a side."""
    scope = Scope.DECIDE if side is Side.ASKING else Scope.ISSUE
    if scope not in once.caller.key.scopes:
        raise ApiError("scope-missing", scope=scope.value)


def _once(once: Once, act: Callable[[Actor], Checked], ledger: Ledger) -> Response:
    """Carry a step out once for the caller; 202 when the chain has not taken it in time."""

    def carried_out(caller: Caller) -> Done:
        done = act(Actor(caller.authority, caller.account))
        status = HTTPStatus.CREATED if done.recorded else HTTPStatus.ACCEPTED
        where = f"/v1/cases/{done.number}" if done.number else "/v1/cases"
        return Done(status, where, CheckedOut.model_validate(checked(done, caller.member, ledger)))

    return once(carried_out)
