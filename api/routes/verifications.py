"""Verifying certificates; anybody may ask."""

from fastapi import APIRouter, Depends, Response

from api.dependencies import LedgerDep, throttle
from api.errors import RETRY_SECONDS, retry_after
from api.openapi import problems
from api.schemas import EnvelopeBody, ReferenceQuestion, VerdictOut
from api.strict import StrictRoute
from ledger.verdict import Verdict, VerdictCode
from ledger.verifying import verify, verify_reference

router = APIRouter(prefix="/v1/verifications", tags=["verifications"], route_class=StrictRoute)

_ASK_AGAIN = {VerdictCode.CANNOT_CHECK, VerdictCode.PENDING}


def _answered(verdict: Verdict, response: Response) -> VerdictOut:
    """Return the verdict; one that may soon be another comes with the time to ask again."""
    if verdict.code in _ASK_AGAIN:
        response.headers.update(retry_after(RETRY_SECONDS))
    return VerdictOut.from_domain(verdict)


@router.post(
    "",
    operation_id="verifyEnvelope",
    response_model_exclude_none=True,
    responses=problems("body", "envelope-malformed"),
)
def verify_envelope(envelope: EnvelopeBody, ledger: LedgerDep, response: Response) -> VerdictOut:
    """Judge an envelope. Whatever the verdict says, the answer is 200; nothing of the envelope is kept."""
    return _answered(verify(envelope, ledger), response)


@router.post(
    "/by-reference",
    operation_id="verifyReference",
    dependencies=[Depends(throttle)],
    response_model_exclude_none=True,
    responses=problems("body", "rate-limited", "reference-ambiguous", "archive-unavailable"),
)
def verify_by_reference(question: ReferenceQuestion, ledger: LedgerDep, response: Response) -> VerdictOut:
    """Judge a certificate issued here by two of its particulars, without comparing its content."""
    verdict = verify_reference(
        question.exporting_member,
        question.reference,
        question.issued_on,
        ledger,
        office=question.issuing_office,
    )
    return _answered(verdict, response)
