"""Decisions at import over HTTP: customs grants and refuses, the issuer answers, both see what remains."""

from http import HTTPStatus
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Path, Query, Response

from api.decision_schemas import (
    ClarificationBody,
    ClarifiedOut,
    DecidedOut,
    DecisionBody,
    SplitUseBody,
    SplitUseOut,
    StatementDocument,
    StatementTakenOut,
    UtilisationOut,
)
from api.dependencies import Caller, CertificateId, Decider, Issuer, LedgerDep, Reader, WaitDep, caller_of
from api.errors import RETRY_SECONDS, retry_after
from api.openapi import AUTHENTICATED, problems
from api.schemas import Id, MemberCode
from api.strict import StrictRoute
from ledger.clarifying import clarify, set_split_use
from ledger.deciding import decide
from ledger.deciding_told import decisions_of
from ledger.errors import CertificateNotFiled
from ledger.ports import Ledger
from ledger.reexporting import originals_here
from ledger.statement_exchange import StatementNotHeld, concerned, statement_held, take_statement, told_to

router = APIRouter(prefix="/v1", tags=["decisions"], route_class=StrictRoute)
_ONE = "/certificates/{certificate}"
_READING = (*AUTHENTICATED, "procedures-not-named")
_ACTING = (*_READING, "body", "chain", "decision-refused")
StatementHash = Annotated[Id, Path(description="Hash of the statement, as the ledger names it.")]


@router.post(
    f"{_ONE}/decisions",
    operation_id="decide",
    status_code=201,
    responses=problems(
        *_ACTING,
        "not-kept",
        "not-the-importing-member",
        "not-recorded-yet",
        "presented-otherwise",
        "lines-already-granted",
        "certificate-not-live",
        "issuer-compromised",
        "split-use-refused",
        "lines-used-up",
        "lines-suspended",
        "lines-denied",
    ),
)
def decide_on_lines(  # noqa: PLR0913, PLR0917 - each is asked for by its type
    certificate: CertificateId,
    body: DecisionBody,
    caller: Decider,
    wait: WaitDep,
    ledger: LedgerDep,
    response: Response,
) -> DecidedOut:
    """Grant or refuse preference for goods lines under one import declaration.

    With one problem nothing is done, and all problems are told; what is not named stays undecided. The same
    request again is the decision of the first time. 202 when the chain has not taken it in time.
    """
    asked = body.to_domain(bytes.fromhex(certificate[2:]))
    who = caller.authority
    done = decide(asked, authority=who, account=caller.account, ledger=ledger, wait=wait)
    _late(response, recorded=done.recorded)
    return DecidedOut.from_domain(done)


@router.get(
    f"{_ONE}/decisions",
    operation_id="listDecisions",
    response_model_exclude_none=True,
    responses=problems(*_READING, "certificate-not-found"),
)
def list_decisions(certificate: CertificateId, caller: Reader, ledger: LedgerDep) -> UtilisationOut:
    """Tell who granted what of a certificate and what remains of each line, to the members concerned."""
    asked = bytes.fromhex(certificate[2:])
    document = originals_here([asked], ledger).get(asked)
    members = {document.exporting_member, document.importing_member} if document else set()
    if caller.member not in members:
        raise CertificateNotFiled(asked)
    return UtilisationOut.from_domain(decisions_of(asked, ledger))


@router.post(
    f"{_ONE}/clarifications",
    operation_id="clarifyRefusal",
    status_code=201,
    responses=problems(
        *_ACTING, "certificate-unknown", "not-your-certificate", "lines-missing", "lines-not-refused"
    ),
)
def clarify_refusal(  # noqa: PLR0913, PLR0917 - each is asked for by its type
    certificate: CertificateId,
    body: ClarificationBody,
    caller: Issuer,
    wait: WaitDep,
    ledger: LedgerDep,
    response: Response,
) -> ClarifiedOut:
    """Answer the refusal of lines as the issuing authority; customs must then reconsider them.

    The same answer again is the one of the first time. 202 when the chain has not taken it in time.
    """
    answer = body.to_domain(bytes.fromhex(certificate[2:]))
    who = caller.authority
    done = clarify(answer, authority=who, account=caller.account, ledger=ledger, wait=wait)
    _late(response, recorded=done.recorded)
    return ClarifiedOut.from_domain(done)


@router.get("/split-use", operation_id="getSplitUse", responses=problems(*_READING))
def get_split_use(
    caller: Reader,
    ledger: LedgerDep,
    member: Annotated[MemberCode | None, Query(description="The caller's own unless told.")] = None,
) -> SplitUseOut:
    """Tell whether a member lets a line be drawn down under several declarations."""
    asked = member or caller.member
    return SplitUseOut(member=asked, allowed=ledger.procedures.split_use(asked), state="recorded")


@router.put("/split-use", operation_id="setSplitUse", responses=problems(*_READING, "body", "chain"))
def put_split_use(
    body: SplitUseBody, caller: Decider, wait: WaitDep, ledger: LedgerDep, response: Response
) -> SplitUseOut:
    """Say as customs whether lines may be drawn down under several declarations in the caller's member."""
    who = caller.authority
    done = set_split_use(
        allowed=body.allowed, authority=who, account=caller.account, ledger=ledger, wait=wait
    )
    _late(response, recorded=done.recorded)
    state = "recorded" if done.recorded else "accepted"
    return SplitUseOut(member=caller.member, allowed=done.allowed, state=state)


@router.post(
    "/statements",
    operation_id="takeStatement",
    status_code=201,
    responses=problems(
        *_READING, "body", "certificate-not-found", "statement-malformed", "statement-not-on-ledger"
    ),
)
def take(
    body: StatementDocument, caller: Annotated[Caller, Depends(caller_of)], ledger: LedgerDep
) -> StatementTakenOut:
    """Keep a statement that the other side hands over; whoever gives it, the ledger must name its hash."""
    certificate = bytes.fromhex(body.certificate[2:])
    if not _concerns(certificate, caller, ledger):
        raise CertificateNotFiled(certificate)
    return StatementTakenOut.from_domain(
        take_statement(orjson.dumps(body.model_dump(mode="json", by_alias=True)), ledger)
    )


@router.get(
    "/statements/{statement}",
    operation_id="getStatement",
    responses=problems(*_READING, "statement-not-found"),
)
def get_statement(statement: StatementHash, caller: Reader, ledger: LedgerDep) -> StatementDocument:
    """Fetch a statement whole, as a member that the certificate or its verification concerns."""
    named = bytes.fromhex(statement[2:])
    held = statement_held(named, ledger)
    if caller.member != held.member and caller.member not in told_to(held, ledger):
        raise StatementNotHeld(named)
    return StatementDocument.from_domain(held)


def _concerns(certificate: bytes, caller: Caller, ledger: Ledger) -> bool:
    return caller.member in concerned(ledger.procedures.life(certificate))


def _late(response: Response, *, recorded: bool) -> None:
    """Answer 202 where the chain has not taken it yet."""
    if not recorded:
        response.status_code = HTTPStatus.ACCEPTED
        response.headers.update(retry_after(RETRY_SECONDS))
