"""Issuing, cancelling and replacing certificates: the steps.

What was accepted is stored before it is sent, under its natural key (scheme, member, office, reference).  So
a repeated call finds what the first one left, whether that one finished or died half-way, and goes on from
there: the same seed, the same id, at most one entry.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import orjson

from ledger import envelope, rules
from ledger.certificate import Certificate
from ledger.drawing import drawn_up
from ledger.errors import (
    CertificateNotFiled,
    CertificateRefused,
    Finding,
    KeyNotHeld,
    LedgerError,
    ReferenceAlreadyFiled,
    Severity,
)
from ledger.facts import Address, Authority, Evidence, Reason, Role, Written
from ledger.ports import Filing, FilingState, Ledger
from ledger.refusals import (
    AuthorityUnknown,
    CertificateAlreadyIssued,
    CertificateNotLive,
    ContractRefusal,
    NotAuthorised,
    NotYourMember,
)
from ledger.terms import normalised


@dataclass(frozen=True, slots=True)
class Issued:
    """What came of issuing: the filing, the envelope to hand out, and the warnings of the rules."""

    filing: Filing
    envelope: envelope.Data
    findings: tuple[Finding, ...]


def issue(certificate: Certificate, *, authority: int, account: Address, ledger: Ledger) -> Issued:
    """Issue a certificate for an authority, signed by one of its keys.

    1. Apply the hard and soft rules of its scheme.
    2. See that the account writes for the authority, and the authority for the exporting member.
    3. Draw up the document, its hash and its terms.
    4. Store it: from here on it is accepted, and a retry continues it.
    5. Write the entry, or find the one that an earlier try has written.

    Raises `CertificateRefused`, `ReferenceAlreadyFiled`, a twin of the contract's error, or `Unavailable`:
    then it stays accepted, and the same call again (or `resume`) completes it.
    """
    findings = _ruled(certificate, ledger)
    filing = _filed(certificate, authority, account, ledger, replaces=None)
    filing = _completed(filing, account, ledger)
    return Issued(filing, envelope_of(filing), findings)


def cancel(
    certificate: bytes, reason: Reason, *, authority: int, account: Address, ledger: Ledger
) -> Written | None:
    """Cancel a certificate of the account's member; None when it was cancelled for that reason before.

    Raises a twin of the contract's error, such as `NotYourCertificate`, or `Unavailable`.
    """
    _entitled(authority, account, ledger)
    # 1. A certificate anchored in a batch gets its entry first.
    _enter(certificate, account, ledger)
    # 2. Write the end, unless it stands there already.
    try:
        return ledger.registry.cancel(certificate, reason, account)
    except CertificateNotLive:
        entry = ledger.registry.evidence(certificate, certificate, bytes(32)).entry
        if entry is not None and entry.reason is reason:
            return None
        raise


def replace_certificate(
    certificate: bytes, replacement: Certificate, *, authority: int, account: Address, ledger: Ledger
) -> Issued:
    """Issue a certificate in place of another, which ends in the same moment (ATIGA OCP Rule 29.4).

    The steps of `issue`, with the certificate replaced named in the new one.  Raises `CertificateNotFiled`
    when the archive does not hold the one to be replaced, and what `issue` raises: `ReferenceAlreadyFiled`
    also when the new document was issued before on its own, or in place of another.
    """
    _entitled(authority, account, ledger)
    # 1. Rules, and that the new document names the one it replaces.
    held = ledger.archive.find(certificate)
    if held is None:
        raise CertificateNotFiled(certificate)
    findings = _ruled(replacement, ledger, *_naming(replacement, held))
    # 2. A certificate anchored in a batch gets its entry first.
    _enter(certificate, account, ledger)
    # 3. Draw up, store and write as when issuing.
    filing = _filed(replacement, authority, account, ledger, replaces=certificate)
    if filing.replaces != certificate:  # recording it would leave the old one valid beside it
        raise ReferenceAlreadyFiled(filing.id)
    filing = _completed(filing, account, ledger)
    return Issued(filing, envelope_of(filing), findings)


def resume(ledger: Ledger) -> Iterator[Filing | LedgerError]:
    """Complete what was accepted and never confirmed, oldest first; yields each filing or its error."""
    for filing in list(ledger.archive.unconfirmed()):
        try:
            yield _completed(filing, _signer(filing, ledger), ledger)
        except LedgerError as error:
            yield error


def envelope_of(filing: Filing) -> envelope.Data:
    """Rebuild the envelope of a filed certificate, the same to the byte each time."""
    return envelope.sealed(
        orjson.loads(filing.document), filing.seed, filing.terms, filing.siblings, filing.root
    )


def _ruled(certificate: Certificate, ledger: Ledger, *more: Finding) -> tuple[Finding, ...]:
    """Return the findings of the rule set in force; raises `CertificateRefused` when one is a refusal."""
    findings = (*rules.check(certificate, on=ledger.clock().date()), *more)
    if any(finding.severity is Severity.REFUSAL for finding in findings):
        raise CertificateRefused(findings)
    return findings


def _naming(replacement: Certificate, held: Filing) -> tuple[Finding, ...]:
    """Return a refusal unless the new certificate names the reference and date of the one it replaces."""
    named = replacement.replaces
    if named and normalised(named.reference) == held.reference and named.issued_on == held.terms.issued_on:
        return ()
    message = "must give the reference and the date of issue of the certificate it replaces"
    return (Finding("REPLACES-NAMED", Severity.REFUSAL, "/replaces", message, "ATIGA OCP Rule 29.4"),)


def _entitled(authority: int, account: Address, ledger: Ledger) -> Authority:
    """Return the authority when the account is a live key of it that may issue, and is at hand."""
    found, key = ledger.members.authority(authority), ledger.members.key(account)
    if found is None:
        raise AuthorityUnknown(authority)
    dead = key is None or key.authority != authority or key.revoked_at is not None or key.suspended
    if dead or key is None or Role.ISSUING not in key.roles:
        raise NotAuthorised(account, Role.ISSUING)
    if not ledger.registry.holds(account):
        raise KeyNotHeld(account)
    return found


def _signer(filing: Filing, ledger: Ledger) -> Address:
    """Return the key to complete a filing with: its own, or after a rotation another of its authority."""
    live = [
        key.account for key in ledger.members.keys(filing.authority) if ledger.registry.holds(key.account)
    ]
    return filing.account if filing.account in live or not live else live[0]


def _filed(
    certificate: Certificate, authority: int, account: Address, ledger: Ledger, *, replaces: bytes | None
) -> Filing:
    """Draw up a certificate's document and terms, and store them; returns the filing held."""
    issuer = _entitled(authority, account, ledger)
    if issuer.member != certificate.exporting_member:
        raise NotYourMember(certificate.exporting_member, issuer.member)
    drawn = drawn_up(certificate, (issuer.name, issuer.domain), ledger.registry.ledger)
    return ledger.archive.file(
        Filing(
            id=drawn.id,
            authority=authority,
            account=account,
            terms=drawn.terms,
            office=normalised(certificate.issuing_office),
            reference=normalised(certificate.reference),
            document=envelope.canonical(drawn.data),
            seed=drawn.seed,
            root=drawn.id,
            siblings=(),
            state=FilingState.ACCEPTED,
            filed_at=ledger.clock(),
            replaces=replaces,
        )
    )


def _completed(filing: Filing, account: Address, ledger: Ledger) -> Filing:
    """Bring an accepted filing onto the chain, or find it there; a refusal frees its reference again."""
    if filing.state is FilingState.RECORDED:
        return filing
    evidence = _evidence(filing, ledger)
    if evidence.entry is None:
        try:
            return ledger.archive.recorded(filing.id, _written(filing, account, ledger))
        except ContractRefusal as refusal:
            evidence = _evidence(filing, ledger)  # an earlier try, or another process, may have written it
            if evidence.entry is None and not isinstance(refusal, CertificateAlreadyIssued):
                ledger.archive.refused(filing.id)
                raise
    if evidence.entry is None:
        return filing  # it is there, though not yet where we read
    as_of = Written(transaction=b"", block=evidence.as_of.block, at=evidence.entry.issued_at, gas_used=0)
    return ledger.archive.recorded(filing.id, as_of)


def _written(filing: Filing, account: Address, ledger: Ledger) -> Written:
    if filing.replaces is None:
        return ledger.registry.issue(filing.terms, account)
    return ledger.registry.replace(filing.replaces, filing.terms, account)


def _evidence(filing: Filing, ledger: Ledger) -> Evidence:
    return ledger.registry.evidence(filing.id, filing.root, filing.terms.reference_key)


def _enter(certificate: bytes, account: Address, ledger: Ledger) -> None:
    """Give an anchored certificate its entry, so that it can be acted on."""
    filing = ledger.archive.find(certificate)
    if filing is None:
        return
    evidence = _evidence(filing, ledger)
    if evidence.entry is None and evidence.anchor is not None:
        with suppress(CertificateAlreadyIssued):  # another process entered it meanwhile
            ledger.registry.enter(filing.terms, filing.root, filing.siblings, account)
