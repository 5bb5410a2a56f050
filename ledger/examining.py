"""What issuing would say of a document, without issuing it: every rule, and what else stands in the way.

It asks what `ledger.issuing` asks, of the same functions, and writes nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ledger import rules
from ledger.certificate import Certificate
from ledger.declared import require_listed
from ledger.documents import parse_document
from ledger.drawing import drawn_up
from ledger.envelope import canonical
from ledger.errors import (
    CertificateMalformed,
    CertificateNotFiled,
    CertificateRefused,
    Finding,
    LedgerError,
    Problem,
    ReferenceAlreadyFiled,
)
from ledger.facts import Address
from ledger.issuing import admit, entitled, naming
from ledger.lookalikes import lookalikes, texts_in
from ledger.ports import Ledger
from ledger.reexporting import drawing_for
from ledger.refusals import NotYourMember
from ledger.texts import text

_ANY_LENGTH: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What issuing would say."""

    problems: tuple[Problem, ...] = ()
    """Where the document is not written as it must be; while there are any, no rule can be asked."""
    findings: tuple[Finding, ...] = ()
    """What the rules of the scheme say, refusals and warnings."""
    obstacle: LedgerError | None = None
    """What else stands in the way, such as a reference that is taken."""
    certificate: Certificate | None = None

    @property
    def issuable(self) -> bool:
        """Whether nothing stands in the way now."""
        return not (self.problems or self.obstacle or rules.refusals(self.findings))


def foresee(
    document: Mapping[str, Any],
    *,
    authority: int,
    account: Address,
    ledger: Ledger,
    replaces: bytes | None = None,
) -> Foreseen:
    """Return what issuing a document would say to an authority and its key now.

    `replaces` is the certificate that it would take the place of.
    """
    warned = tuple(lookalikes(document))
    try:
        certificate = parse_document(document)
    except CertificateMalformed as error:
        return Foreseen(problems=(*error.problems, *_unread(document, error)), findings=warned)
    findings = [*rules.check(certificate, on=ledger.clock().date()), *warned]
    obstacle = None
    try:
        findings.extend(_further(certificate, authority, account, ledger, replaces))
    except CertificateRefused as error:
        findings += error.findings
    except LedgerError as error:
        obstacle = error
    return Foreseen((), tuple(findings), obstacle, certificate)


def _unread(document: Mapping[str, Any], error: CertificateMalformed) -> Iterator[Problem]:
    """Find characters that no text may have; what has not the right shape is not looked at so closely."""
    told = {problem.pointer for problem in error.problems}
    look = text(_ANY_LENGTH, lines=True)
    for pointer, value in texts_in(document):
        if pointer not in told and (fault := look(value)):
            yield Problem(pointer, *fault)


def _further(
    certificate: Certificate, authority: int, account: Address, ledger: Ledger, replaces: bytes | None
) -> Iterator[Finding]:
    """Yield what the steps of issuing add to the rules; raises what they raise."""
    issuer = entitled(authority, account, ledger)
    if replaces is not None:
        held = ledger.archive.find(replaces)
        if held is None:
            raise CertificateNotFiled(replaces)
        yield from naming(certificate, held)
    if certificate.exporting_member != issuer.member:
        raise NotYourMember(certificate.exporting_member, issuer.member)
    drawn = drawn_up(certificate, (issuer.name, issuer.domain), ledger.registry.ledger)
    key = drawn.terms.reference_key
    holding = ledger.archive.held([key]).get(key)
    if holding is not None:
        if holding.document != canonical(drawn.data):
            raise ReferenceAlreadyFiled(holding.id)
        return  # issued before; the same again is the same certificate
    if certificate.scheme.is_declaration:
        require_listed(certificate, issuer, account, ledger)
    admit(account, ledger)
    _, refused = drawing_for(drawn.id, certificate, ledger, replaces=replaces)
    yield from refused
