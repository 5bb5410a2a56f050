"""Registering declarations of certified and approved exporters (OCP Rules 12A and 12B, RCEP Article 3.18).

The exporter makes the declaration out on its invoice and signs it by hand; the competent authority's service
puts it on the ledger.  That does not certify the origin: it shows that the declaration existed that day, as
it is, and that exporter, signatory and products were listed (Rule 2.6).  A document is declared on once: its
type, number and date, with the exporter's code, are the declaration's reference.
"""

from ledger.certificate import Certificate
from ledger.errors import CertificateRefused, Finding, Severity
from ledger.facts import Address
from ledger.issuing import WAIT, Issued, issue
from ledger.ports import Ledger


def declare(
    declaration: Certificate, *, authority: int, account: Address, ledger: Ledger, wait: float = WAIT
) -> Issued:
    """Register a declaration for its exporter, signed by a key of a competent authority that issues, too.

    The steps of `ledger.issuing.issue`, which holds it to the exporter's listing before anything is stored.
    Raises what `issue` raises; `CertificateRefused` names exporter, signatory and each product that is not
    listed, and `ReferenceAlreadyFiled` says that the document was declared on before.
    """
    if not declaration.scheme.is_declaration:
        message = "a certificate of origin is issued, not declared; use the operation for certificates"
        raise CertificateRefused((Finding("SCHEME-DECLARES", Severity.REFUSAL, "/scheme", message, ""),))
    return issue(declaration, authority=authority, account=account, ledger=ledger, wait=wait)
