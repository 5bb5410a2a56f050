"""What becomes of a certificate: its receipt, its timeline, its chain of origin, what it still holds."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from api.dependencies import Caller, CertificateId, Issuer, LedgerDep, Reader, WaitDep, caller_of
from api.errors import RETRY_SECONDS, ApiError, retry_after
from api.life_schemas import (
    BalanceLineOut,
    BalanceOut,
    ReceivedOut,
    TimelineOut,
    TreeOut,
    TrueCopyBody,
    TrueCopyOut,
)
from api.openapi import AUTHENTICATED, problems
from api.schemas import EnvelopeBody, hexed
from api.strict import StrictRoute
from ledger.errors import CertificateNotFiled, NotRecordedYet
from ledger.receiving import receive
from ledger.reexporting import balance_of, originals_here
from ledger.scopes import Scope
from ledger.timeline import seen_by, timeline_of
from ledger.tree import tree_of
from ledger.true_copies import certify_copy

router = APIRouter(prefix="/v1", tags=["life"], route_class=StrictRoute)
_ONE = "/certificates/{certificate}"


def _receiver(caller: Annotated[Caller, Depends(caller_of)]) -> Caller:
    """Return a caller that receives proofs, or keeps originals to re-export on them."""
    if not {Scope.DECIDE, Scope.ISSUE} & caller.key.scopes:
        raise ApiError("scope-missing", scope=Scope.DECIDE.value)
    return caller


@router.post(
    "/receipts",
    operation_id="receiveCertificate",
    response_model_exclude_none=True,
    responses=problems(
        *AUTHENTICATED,
        "body",
        "chain",
        "envelope-malformed",
        "not-receivable",
        "copy-incomplete",
        "procedures-not-named",
    ),
)
def receive_certificate(
    envelope: EnvelopeBody,
    caller: Annotated[Caller, Depends(_receiver)],
    wait: WaitDep,
    ledger: LedgerDep,
    response: Response,
) -> ReceivedOut:
    """Receive a presented envelope: verify it, keep it whole, and confirm the receipt to its issuer.

    Customs of the importing member confirm; any other authority keeps the copy, as an intermediate one does
    to re-export on it. Receiving it again changes nothing. 202 when the chain has not taken it in time: it
    is kept and queued, and the same request again says how far it is.
    """
    who = caller.authority, caller.account
    received = receive(envelope, authority=who[0], account=who[1], ledger=ledger, wait=wait)
    if received.addressed and received.received_at is None:
        response.status_code = HTTPStatus.ACCEPTED
        response.headers.update(retry_after(RETRY_SECONDS))
    return ReceivedOut.from_domain(received)


@router.get(
    f"{_ONE}/timeline",
    operation_id="getTimeline",
    response_model_exclude_none=True,
    responses=problems(*AUTHENTICATED, "certificate-not-found", "procedures-not-named"),
)
def get_timeline(certificate: CertificateId, caller: Reader, ledger: LedgerDep) -> TimelineOut:
    """Tell all that happened to a certificate: who, what, when on the ledger, from when it counts.

    What the ledger shows is told to every authority; reasons and quantities only to those of the members
    concerned.
    """
    asked = bytes.fromhex(certificate[2:])
    told = timeline_of(asked, ledger)
    if not told.rows:
        raise CertificateNotFiled(asked)
    return TimelineOut.from_domain(seen_by(caller.member, told))


@router.get(
    f"{_ONE}/tree",
    operation_id="getTree",
    response_model_exclude_none=True,
    responses=problems(*AUTHENTICATED, "certificate-not-found", "procedures-not-named"),
)
def get_tree(certificate: CertificateId, caller: Reader, ledger: LedgerDep) -> TreeOut:
    """Tell the originals behind a certificate and what rests on it, and where more was re-exported."""
    asked = bytes.fromhex(certificate[2:])
    tree = tree_of(asked, ledger)
    if asked not in tree.nodes:
        raise CertificateNotFiled(asked)
    return TreeOut.from_domain(tree, caller.member)


@router.get(
    f"{_ONE}/balance",
    operation_id="getBalance",
    responses=problems(*AUTHENTICATED, "certificate-not-found", "not-kept"),
)
def get_balance(certificate: CertificateId, caller: Reader, ledger: LedgerDep) -> BalanceOut:
    """Tell what a certificate still holds for re-export, for the member it is addressed to."""
    asked = bytes.fromhex(certificate[2:])
    document = originals_here([asked], ledger).get(asked)
    if document is None or document.importing_member != caller.member:
        raise CertificateNotFiled(asked)
    lines = [BalanceLineOut.from_domain(line) for line in balance_of(asked, ledger)]
    return BalanceOut(certificate=hexed(asked), lines=lines)


@router.post(
    f"{_ONE}/true-copies",
    operation_id="certifyTrueCopy",
    status_code=201,
    responses=problems(
        *AUTHENTICATED,
        "body",
        "certificate-not-found",
        "not-your-certificate",
        "not-authorised",
        "certificate-not-live",
        "certificate-pending",
        "true-copy-too-late",
    ),
)
def certify_true_copy(
    certificate: CertificateId, body: TrueCopyBody, caller: Issuer, ledger: LedgerDep
) -> TrueCopyOut:
    """Give out a certified true copy within a year of the issue (ATIGA OCP Rule 12).

    Asked again on the same day for the same reason, it is the same copy.
    """
    asked = bytes.fromhex(certificate[2:])
    try:
        copy = certify_copy(asked, body.reason, authority=caller.authority, ledger=ledger)
    except NotRecordedYet:
        raise ApiError("certificate-pending", headers=retry_after(RETRY_SECONDS)) from None
    return TrueCopyOut.from_domain(copy)
