"""The life of an authorisation over HTTP, for AEO authorities and their own member's operators."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api.dependencies import AeoReader, Caller, Done, LedgerDep, Once, OnceAeoDep, WaitDep
from api.openapi import AUTHENTICATED, problems
from api.operator_schemas import (
    ActBody,
    ActName,
    ApplicationBody,
    CaseBrief,
    CaseList,
    CaseOut,
    OperatorActedOut,
    RecordOut,
    acted,
)
from api.strict import StrictRoute
from ledger import authorising
from ledger.aeo.acts import Act
from ledger.aeo.asked import Action
from ledger.aeo.case_told import case_brief, case_told, event_told
from ledger.operators import OperatorCode
from ledger.ports import Ledger

router = APIRouter(prefix="/v1/operators", tags=["operators"], route_class=StrictRoute)
Operator = Annotated[str, Path(max_length=64, description="The operator's code, as it is written.")]
_ASKED = (
    *AUTHENTICATED,
    "operator-code-malformed",
    "operator-code-ambiguous",
    "operator-not-yours",
    "recognition-not-named",
)
_ACTING = problems(
    *_ASKED,
    "body",
    "chain",
    "idempotency-key-missing",
    "idempotency-in-flight",
    "idempotency-key-reused",
    "operator-malformed",
    "question-malformed",
    "act-not-allowed",
    "reapplication-early",
    "case-moved-on",
    "record-not-held",
    "not-recorded-yet",
    "consent-missing",
    "level-invalid",
    "version-out-of-turn",
    "reapplication-too-early",
)


@router.post(
    "", operation_id="applyForOperator", status_code=201, response_model=OperatorActedOut, responses=_ACTING
)
def apply(once: OnceAeoDep, body: ApplicationBody, wait: WaitDep, ledger: LedgerDep) -> Response:
    """Take in an application; nothing of it reaches the ledger before the operator is certified."""

    def act(caller: Caller) -> Done:
        code = authorising.own_code(body.operator, caller.member)
        return _done(body.to_domain(Act.APPLY, code, once.key), once, wait, ledger)

    return once(act)


@router.get(
    "",
    operation_id="listOperators",
    response_model_exclude_none=True,
    responses=problems(*_ASKED, "authority-role-missing"),
)
def list_operators(
    response: Response,
    caller: AeoReader,
    ledger: LedgerDep,
    after: Annotated[str | None, Query(max_length=64, description="Code of the last one seen.")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> CaseList:
    """List the caller's operators that have a case here, by code; follow `Link: rel="next"` for more."""
    start = authorising.own_code(after, caller.member) if after else None
    found = authorising.cases(ledger, member=caller.member, after=start, limit=limit)
    if len(found) == limit:
        following = f"{router.prefix}?after={found[-1].operator}&limit={limit}"
        response.headers["Link"] = f'<{following}>; rel="next"'
    records, now = authorising.newest_records(found, ledger), ledger.clock()
    briefs = (case_brief(case, records.get(case.operator), now) for case in found)
    return CaseList(operators=[CaseBrief.model_validate(one) for one in briefs])


@router.get(
    "/{operator}",
    operation_id="getOperator",
    response_model_exclude_none=True,
    responses=problems(*_ASKED, "authority-role-missing", "operator-not-on-file"),
)
def get_operator(operator: Operator, caller: AeoReader, ledger: LedgerDep) -> CaseOut:
    """Fetch a case: where it is, what may be done, its statuses and all that happened."""
    case = authorising.case_of(_own(operator, caller), ledger)
    record = authorising.newest_record(case, ledger)
    return CaseOut.model_validate(case_told(case, record, ledger.clock()))


@router.get(
    "/{operator}/record",
    operation_id="getOperatorRecord",
    responses=problems(*_ASKED, "authority-role-missing", "operator-not-on-file", "record-not-held"),
)
def get_record(operator: Operator, caller: AeoReader, ledger: LedgerDep) -> RecordOut:
    """Fetch an operator's newest record, to hand it to partners; the ledger names its hash."""
    record = authorising.record_at_hand(_own(operator, caller), ledger)
    return RecordOut.model_validate(record.document())


@router.post(
    "/{operator}/{act}",
    operation_id="actOnOperator",
    status_code=201,
    response_model=OperatorActedOut,
    responses=_ACTING | problems("operator-not-on-file"),
)
def act_on_operator(  # noqa: PLR0913, PLR0917 - each is asked for by its type
    operator: Operator,
    act: ActName,
    once: OnceAeoDep,
    body: ActBody,
    wait: WaitDep,
    ledger: LedgerDep,
) -> Response:
    """Act on an operator's case; 202 when the chain has not taken the status within the time to wait."""

    def carried_out(caller: Caller) -> Done:
        action = body.to_domain(Act(act.value), _own(operator, caller), once.key)
        return _done(action, once, wait, ledger)

    return once(carried_out)


def _own(operator: str, caller: Caller) -> OperatorCode:
    """Return the code of an operator of the caller's member."""
    return authorising.own_code(operator, caller.member)


def _done(action: Action, once: Once, wait: float, ledger: Ledger) -> Done:
    who = once.caller
    done = authorising.decide(action, authority=who.authority, account=who.account, ledger=ledger, wait=wait)
    record = authorising.newest_record(done.case, ledger)
    told = {
        "state": "recorded" if done.recorded else "accepted",
        "filed": [event_told(event) for event in done.events],
        "case": case_told(done.case, record, ledger.clock()),
    }
    status = HTTPStatus.CREATED if done.recorded else HTTPStatus.ACCEPTED
    return Done(status, f"{router.prefix}/{action.operator}", acted(told))
