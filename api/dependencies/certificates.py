"""The certificate that a request is about, in a body or by its id, and who may see it; pages of lists."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Query

from api.dependencies.callers import Caller
from api.schemas import CertificateBody, Id
from ledger.certificate import Certificate
from ledger.documents import parse_document
from ledger.errors import CertificateNotFiled
from ledger.ports import Filing, FilingState, Ledger
from ledger.refusals import NotYourCertificate


def certificate_of(body: CertificateBody) -> Certificate:
    """Return the certificate that the body describes."""
    return parse_document(body)


CertificateDep = Annotated[Certificate, Depends(certificate_of)]
CertificateId = Annotated[Id, Path(description="The certificate's id on the ledger.")]


def filing_for(certificate: bytes, caller: Caller, ledger: Ledger) -> Filing:
    """Return a filing that the caller is party to; for everybody else it does not exist.

    The exporting member sees all of its own, the importing member what the chain has recorded.
    """
    filing = ledger.archive.find(certificate)
    if filing is not None:
        exporting = caller.member == filing.terms.exporting
        addressed = caller.member == filing.terms.importing and filing.state is FilingState.RECORDED
        if exporting or addressed:
            return filing
    raise CertificateNotFiled(certificate)


def own_certificate(certificate: bytes, caller: Caller, ledger: Ledger) -> bytes:
    """Return the id of a certificate that the caller's member issued; the importing member may only look."""
    filing = filing_for(certificate, caller, ledger)
    if filing.terms.exporting != caller.member:
        raise NotYourCertificate(filing.id, filing.terms.exporting, caller.member)
    return filing.id


@dataclass(frozen=True, slots=True)
class Page:
    """Where a list goes on, and how much of it is wanted."""

    after: Annotated[Id | None, Query(description="Id of the last one seen.")] = None
    limit: Annotated[int, Query(ge=1, le=500)] = 100

    @property
    def start(self) -> bytes | None:
        """The id after which the page begins."""
        return bytes.fromhex(self.after[2:]) if self.after else None
