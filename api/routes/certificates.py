"""Issuing, fetching, cancelling and replacing certificates; callers are authorities with an API key."""

from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

from api.dependencies import (
    Caller,
    CertificateDep,
    CertificateId,
    Issuer,
    LedgerDep,
    OnceDep,
    Page,
    Reader,
    filing_for,
    own_certificate,
)
from api.openapi import AUTHENTICATED, ISSUING, problems
from api.schemas import (
    Cancellation,
    CancelledOut,
    CertificateList,
    CertificateOut,
    CertificateSummary,
    EnvelopeBody,
    IssuedOut,
    hexed,
)
from api.strict import StrictRoute
from ledger.errors import Unavailable
from ledger.issuing import Issued, cancel, envelope_of, issue, replace_certificate
from ledger.ports import Ledger

router = APIRouter(prefix="/v1/certificates", tags=["certificates"], route_class=StrictRoute)


def _made(issued: Issued, ledger: Ledger) -> tuple[str, BaseModel]:
    answer = IssuedOut.from_domain(issued, ledger.registry.head())
    return f"/v1/certificates/{answer.id}", answer


@router.post(
    "", operation_id="issueCertificate", status_code=201, response_model=IssuedOut, responses=ISSUING
)
def issue_certificate(once: OnceDep, document: CertificateDep, ledger: LedgerDep) -> Response:
    """Issue a certificate: check it, store it, record it on the chain, and return its envelope."""

    def act(caller: Caller) -> tuple[str, BaseModel]:
        issued = issue(document, authority=caller.authority, account=caller.account, ledger=ledger)
        return _made(issued, ledger)

    return once(act)


@router.get(
    "",
    operation_id="listCertificates",
    response_model_exclude_none=True,
    responses=problems(*AUTHENTICATED, "certificate-not-found"),
)
def list_certificates(
    page: Annotated[Page, Depends()], response: Response, caller: Reader, ledger: LedgerDep
) -> CertificateList:
    """List what the caller's authority has filed, oldest first; follow `Link: rel="next"` for more."""
    filings = ledger.archive.filings(caller.authority, after=page.start, limit=page.limit)
    if len(filings) == page.limit:
        following = f"{router.prefix}?after={hexed(filings[-1].id)}&limit={page.limit}"
        response.headers["Link"] = f'<{following}>; rel="next"'
    return CertificateList(certificates=[CertificateSummary.from_domain(filing) for filing in filings])


@router.get(
    "/{certificate}",
    operation_id="getCertificate",
    response_model_exclude_none=True,
    responses=problems(*AUTHENTICATED, "certificate-not-found"),
)
def get_certificate(certificate: CertificateId, caller: Reader, ledger: LedgerDep) -> CertificateOut:
    """Fetch a certificate of which the caller's member is the exporting or the importing one."""
    filing = filing_for(bytes.fromhex(certificate[2:]), caller, ledger)
    standing, as_of = None, None
    with suppress(Unavailable):
        as_of = ledger.registry.head()
        standing = ledger.registry.standing(filing.id, max(as_of.time, ledger.clock()))
    return CertificateOut.read(filing, standing, as_of)


@router.get(
    "/{certificate}/envelope",
    operation_id="getEnvelope",
    responses=problems(*AUTHENTICATED, "certificate-not-found"),
)
def get_envelope(certificate: CertificateId, caller: Reader, ledger: LedgerDep) -> EnvelopeBody:
    """Fetch the envelope again, the same to the byte each time."""
    envelope: dict[str, Any] = envelope_of(filing_for(bytes.fromhex(certificate[2:]), caller, ledger))
    return envelope


@router.post(
    "/{certificate}/cancel",
    operation_id="cancelCertificate",
    response_model_exclude_none=True,
    responses=problems(
        *AUTHENTICATED,
        "body",
        "chain",
        "certificate-not-found",
        "not-your-certificate",
        "certificate-not-live",
    ),
)
def cancel_certificate(
    certificate: CertificateId, cancellation: Cancellation, caller: Issuer, ledger: LedgerDep
) -> CancelledOut:
    """Cancel a certificate; repeating it with the same reason changes nothing."""
    own = own_certificate(bytes.fromhex(certificate[2:]), caller, ledger)
    reason = cancellation.to_domain()
    written = cancel(own, reason, authority=caller.authority, account=caller.account, ledger=ledger)
    return CancelledOut.from_domain(own, cancellation.reason, written)


@router.post(
    "/{certificate}/replace",
    operation_id="replaceCertificate",
    status_code=201,
    response_model=IssuedOut,
    responses=ISSUING | problems("certificate-not-found", "not-your-certificate", "certificate-not-live"),
)
def replace(
    certificate: CertificateId, once: OnceDep, document: CertificateDep, ledger: LedgerDep
) -> Response:
    """Issue a certificate in place of another, which ends in the same moment."""

    def act(caller: Caller) -> tuple[str, BaseModel]:
        own = own_certificate(bytes.fromhex(certificate[2:]), caller, ledger)
        issued = replace_certificate(
            own, document, authority=caller.authority, account=caller.account, ledger=ledger
        )
        return _made(issued, ledger)

    return once(act)
