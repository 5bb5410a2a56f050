"""Issuing, fetching, cancelling and replacing certificates; callers are authorities with an API key."""

from contextlib import suppress
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from api.dependencies import (
    Caller,
    CertificateDep,
    CertificateId,
    Done,
    Issuer,
    LedgerDep,
    OnceDep,
    Page,
    Reader,
    WaitDep,
    filing_for,
    own_certificate,
)
from api.errors import RETRY_SECONDS, ApiError, retry_after
from api.openapi import AUTHENTICATED, ISSUING, problems
from api.problems import problem_of
from api.schemas import (
    Cancellation,
    CancelledOut,
    CertificateList,
    CertificateOut,
    CertificateSummary,
    EnvelopeBody,
    IssuedOut,
    RefusalOut,
    hexed,
)
from api.strict import StrictRoute
from ledger.errors import NotRecordedYet, Unavailable
from ledger.issuing import Issued, cancel, envelope_of, issue, replace_certificate
from ledger.ports import Filing, FilingState, Ledger

router = APIRouter(prefix="/v1/certificates", tags=["certificates"], route_class=StrictRoute)


def made(issued: Issued, ledger: Ledger) -> Done:
    """Return the answer to issuing."""
    as_of = None
    with suppress(Unavailable):  # what is stored is stored, whether the chain answers now or not
        as_of = ledger.registry.head()
    answer = IssuedOut.from_domain(issued, as_of)
    status = HTTPStatus.CREATED if issued.recorded else HTTPStatus.ACCEPTED
    return Done(status, f"/v1/certificates/{answer.id}", answer)


@router.post(
    "", operation_id="issueCertificate", status_code=201, response_model=IssuedOut, responses=ISSUING
)
def issue_certificate(once: OnceDep, document: CertificateDep, wait: WaitDep, ledger: LedgerDep) -> Response:
    """Issue a certificate: check it, store it, record it on the chain, and return its envelope.

    202 when the chain has not taken it within the time to wait: it is accepted and will not be lost; its
    envelope is at `Location` + `/envelope` once it is recorded.
    """

    def act(caller: Caller) -> Done:
        who = caller.authority, caller.account
        return made(issue(document, authority=who[0], account=who[1], ledger=ledger, wait=wait), ledger)

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
    return CertificateOut.read(filing, standing, as_of, _refusal_of(filing, ledger))


def _refusal_of(filing: Filing, ledger: Ledger) -> RefusalOut | None:
    """Return why the chain refused a certificate, for callers that had been answered before it did."""
    if filing.state is not FilingState.REFUSED:
        return None
    write = ledger.outbox.find(filing.dispatch)
    if write is None or write.refusal is None:
        return None
    problem = problem_of(write.refusal)
    return RefusalOut(type=problem.uri, title=problem.title)


@router.get(
    "/{certificate}/envelope",
    operation_id="getEnvelope",
    responses=problems(*AUTHENTICATED, "certificate-not-found", "certificate-pending"),
)
def get_envelope(certificate: CertificateId, caller: Reader, ledger: LedgerDep) -> EnvelopeBody:
    """Fetch the envelope, the same to the byte each time, once the chain holds the certificate."""
    filing = filing_for(bytes.fromhex(certificate[2:]), caller, ledger)
    if filing.state is FilingState.ACCEPTED:
        raise ApiError("certificate-pending", headers=retry_after(RETRY_SECONDS))
    envelope: dict[str, Any] = envelope_of(filing)
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
def cancel_certificate(  # noqa: PLR0913, PLR0917 - each is asked for by its type
    certificate: CertificateId,
    cancellation: Cancellation,
    caller: Issuer,
    wait: WaitDep,
    ledger: LedgerDep,
    response: Response,
) -> CancelledOut:
    """Cancel a certificate; repeating it with the same reason changes nothing, and says how far it is.

    202 when the chain has not taken it within the time to wait: it is queued and will not be lost.
    """
    own = own_certificate(bytes.fromhex(certificate[2:]), caller, ledger)
    who, reason = (caller.authority, caller.account), cancellation.to_domain()
    try:
        written = cancel(own, reason, authority=who[0], account=who[1], ledger=ledger, wait=wait)
    except NotRecordedYet:
        response.status_code = HTTPStatus.ACCEPTED
        response.headers.update(retry_after(RETRY_SECONDS))
        return CancelledOut(id=hexed(own), reason=cancellation.reason, state="accepted")
    return CancelledOut.from_domain(own, cancellation.reason, written)


@router.post(
    "/{certificate}/replace",
    operation_id="replaceCertificate",
    status_code=201,
    response_model=IssuedOut,
    responses=ISSUING | problems("certificate-not-found", "not-your-certificate", "certificate-not-live"),
)
def replace(
    certificate: CertificateId, once: OnceDep, document: CertificateDep, wait: WaitDep, ledger: LedgerDep
) -> Response:
    """Issue a certificate in place of another, which ends in the same moment; 202 as for issuing."""

    def act(caller: Caller) -> Done:
        own = own_certificate(bytes.fromhex(certificate[2:]), caller, ledger)
        who = caller.authority, caller.account
        issued = replace_certificate(
            own, document, authority=who[0], account=who[1], ledger=ledger, wait=wait
        )
        return made(issued, ledger)

    return once(act)
