"""Certificates as PDF: the form that people know, with the envelope inside."""

from hashlib import sha256
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response

from api.dependencies import CertificateId, Reader, ServicesDep, filing_for
from api.errors import RETRY_SECONDS, ApiError, retry_after
from api.openapi import AUTHENTICATED, problems
from api.pages.links import base_of, certificate_link
from api.pages.tabular import file_name
from api.strict import StrictRoute
from ledger.issuing import envelope_of
from ledger.paper import edition, paper_of
from ledger.ports import FilingState
from ledger.true_copies import copies_of, endorsement_of

router = APIRouter(prefix="/v1/certificates", tags=["certificates"], route_class=StrictRoute)
_PDF: Final = "application/pdf"
_AS_PDF: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {_PDF: {"schema": {"type": "string", "format": "binary"}}}},
    304: {"description": "`If-None-Match` named the ETag of the file."},
}
Copy = Annotated[
    int | None,
    Query(ge=1, le=9999, description="Number of a certified true copy given out here: endorsed as such."),
]


@router.get(
    "/{certificate}/paper",
    operation_id="getPaper",
    response_class=Response,
    responses=_AS_PDF
    | problems(
        *AUTHENTICATED,
        "certificate-not-found",
        "certificate-pending",
        "true-copy-not-found",
        "paper-not-possible",
    ),
)
def get_paper(
    request: Request,
    certificate: CertificateId,
    caller: Reader,
    services: ServicesDep,
    copy: Copy = None,
) -> Response:
    """Fetch a certificate as PDF/A-3 to print on A4, its envelope inside; the same to the byte each time.

    Any verifier takes the file as it takes the envelope. With `copy` it is endorsed as that certified true
    copy, for the authorities of the exporting member.  The file is drawn anew each time and not kept: who
    sends its ETag back is answered 304 without drawing.
    """
    ledger = services.ledger
    filing = filing_for(bytes.fromhex(certificate[2:]), caller, ledger)
    if filing.state is FilingState.ACCEPTED:
        raise ApiError("certificate-pending", headers=retry_after(RETRY_SECONDS))
    endorsement = ""
    if copy is not None:
        own = copies_of(filing.id, ledger) if filing.terms.exporting == caller.member else ()
        given = next((one for one in own if one.body["number"] == str(copy)), None)
        if given is None:
            raise ApiError("true-copy-not-found")
        endorsement = endorsement_of(given)
    link = certificate_link(base_of(request, services), filing.id)
    known = {"ETag": _tag(certificate, link, endorsement), "Cache-Control": "private, no-cache"}
    if known["ETag"] in _tags(request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=known)
    envelope = envelope_of(filing)
    content = paper_of(envelope, link=link, endorsement=endorsement)
    reference = str(envelope["data"]["reference"]).split(":", 2)[2]  # after salt and type
    headers = known | {"Content-Disposition": f'attachment; filename="{file_name(reference)}.pdf"'}
    return Response(content, headers=headers, media_type=_PDF)


def _tag(*made_of: str) -> str:
    """Return the ETag of a file, whose bytes follow from these and from the way of printing."""
    return f'"{sha256("|".join((edition(), *made_of)).encode()).hexdigest()[:32]}"'


def _tags(held: str) -> list[str]:
    """Return the ETags of `If-None-Match`; weak ones count as they are compared weakly (RFC 9110, 13.1.2)."""
    return [one.strip().removeprefix("W/") for one in held.split(",")]
