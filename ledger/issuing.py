"""Issuing, cancelling and replacing certificates: the steps.

What was accepted is stored together with the write that carries it to the chain, under its natural key
(scheme, member, office, reference).  So a repeated call finds what the first one left, whether that one
finished or died half-way, and goes on from there: the same seed, the same id, at most one record.
"""

import dataclasses
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import orjson

from ledger import envelope, rules
from ledger.certificate import Certificate
from ledger.declared import require_listed
from ledger.drawing import Drawn, drawn_up
from ledger.draws import OriginalOverdrawn
from ledger.errors import (
    ArchiveUnavailable,
    CertificateNotFiled,
    CertificateRefused,
    Finding,
    KeyNotHeld,
    LedgerError,
    NotRecordedYet,
    Overloaded,
    ReferenceAlreadyFiled,
    Severity,
    SubmitterStopped,
)
from ledger.facts import Address, Authority, Evidence, Reason, Role, Written
from ledger.outbox import STOPPING, Dispatch, DispatchKind, DispatchState
from ledger.ports import Filing, FilingState, Ledger
from ledger.reexporting import drawing_for
from ledger.refusals import (
    AuthorityUnknown,
    CertificateNotLive,
    CertificateUnknown,
    NotAuthorised,
    NotYourCertificate,
    NotYourMember,
)
from ledger.terms import normalised

_ATTEMPTS = 10
"""How often others may draw on the same originals between our look and our taking."""
WAIT = 30.0
"""Seconds to wait for the chain unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Issued:
    """What came of issuing: the filing, and the warnings of the rules."""

    filing: Filing
    findings: tuple[Finding, ...]

    @property
    def recorded(self) -> bool:
        """Whether the chain holds it; until then it is accepted, and its envelope may still change."""
        return self.filing.state is FilingState.RECORDED

    @property
    def envelope(self) -> envelope.Data:
        """The envelope to hand out, once the chain holds the certificate."""
        return envelope_of(self.filing)


def issue(
    certificate: Certificate, *, authority: int, account: Address, ledger: Ledger, wait: float = WAIT
) -> Issued:
    """Issue a certificate for an authority, signed by one of its keys.

    1. Apply the hard and soft rules of its scheme.
    2. See that the account writes for the authority, and the authority for the exporting member.
    3. Draw up the document, its hash and its terms.
    4. Store it with its write: from here on it is accepted, and nothing loses it.
    5. Wait until the chain holds it, `wait` seconds at most; by itself or together with others.

    Raises `CertificateRefused`, `ReferenceAlreadyFiled`, a twin of the contract's error, `Overloaded`,
    `SubmitterStopped` or another `Unavailable`.  What is not recorded in time comes back as accepted.
    """
    findings = _ruled(certificate, ledger)
    filing = _filed(certificate, authority, account, ledger, replaces=None)
    return Issued(_completed(filing, account, ledger, wait), findings)


def cancel(  # noqa: PLR0913 - what, for whom, where, how long
    certificate: bytes,
    reason: Reason,
    *,
    authority: int,
    account: Address,
    ledger: Ledger,
    wait: float = WAIT,
) -> Written | None:
    """Cancel a certificate of the account's member; None when it was cancelled for that reason before.

    Raises a twin of the contract's error, such as `NotYourCertificate`, and `NotRecordedYet` when the chain
    did not take it in time: then it is queued, and the same call again says how far it is.
    """
    issuer = entitled(authority, account, ledger)
    # 1. See whether it can be cancelled, or is already.
    evidence = _looked_up(certificate, ledger)
    entry, recorded = evidence.entry, evidence.entry or evidence.anchor
    if recorded is None:
        raise CertificateUnknown(certificate)
    if recorded.exporting != issuer.member:
        raise NotYourCertificate(certificate, recorded.exporting, issuer.member)
    if entry is not None and entry.ended_at is not None:
        if entry.reason is reason:
            return None
        raise CertificateNotLive(certificate, entry.standing_at(max(evidence.as_of.time, entry.ended_at)))
    # 2. A certificate anchored in a batch gets its entry first.
    if entry is None:
        account = _entering(certificate, authority, account, ledger)
    # 3. Queue the end, and wait until it is written.
    write = _queued(DispatchKind.CANCEL, certificate, account, ledger, reason)
    done = ledger.carrier.carried_out(lambda: ledger.outbox.find(write.position), wait)
    if done.refusal is not None:
        raise done.refusal
    if done.written is None:
        raise NotRecordedYet(certificate)
    return done.written


def replace_certificate(  # noqa: PLR0913 - what, for whom, where, how long
    certificate: bytes,
    replacement: Certificate,
    *,
    authority: int,
    account: Address,
    ledger: Ledger,
    wait: float = WAIT,
) -> Issued:
    """Issue a certificate in place of another, which ends in the same moment (ATIGA OCP Rule 29.4).

    The steps of `issue`, with the certificate replaced named in the new one.  Raises `CertificateNotFiled`
    when the archive does not hold the one to be replaced, and what `issue` raises: `ReferenceAlreadyFiled`
    also when the new document was issued before on its own, or in place of another.
    """
    issuer = entitled(authority, account, ledger)
    # 1. Rules, and that the new document names the one it replaces.
    held = ledger.archive.find(certificate)
    if held is None:
        raise CertificateNotFiled(certificate)
    findings = _ruled(replacement, ledger, *naming(replacement, held))
    if replacement.exporting_member != issuer.member:
        raise NotYourMember(replacement.exporting_member, issuer.member)
    # 2. A certificate anchored in a batch gets its entry first.
    evidence = _looked_up(certificate, ledger)
    if evidence.entry is None and evidence.anchor is not None:
        account = _entering(certificate, authority, account, ledger)
    # 3. Draw up, store and write as when issuing.
    filing = _filed(replacement, authority, account, ledger, replaces=certificate)
    if filing.replaces != certificate:  # recording it would leave the old one valid beside it
        raise ReferenceAlreadyFiled(filing.id)
    return Issued(_completed(filing, account, ledger, wait), findings)


def resume(ledger: Ledger, wait: float = WAIT) -> Iterator[Filing | LedgerError]:
    """Complete what was accepted and never confirmed, oldest first; yields each filing or its error.

    Waits `wait` seconds at most for all of them together.
    """
    deadline = time.monotonic() + wait
    for filing in list(ledger.archive.unconfirmed()):
        try:
            account = _signer(filing, ledger)
            done = _completed(filing, account, ledger, max(0.0, deadline - time.monotonic()))
            yield done if done.state is FilingState.RECORDED else NotRecordedYet(filing.id)
        except LedgerError as error:
            yield error


def envelope_of(filing: Filing) -> envelope.Data:
    """Rebuild the envelope of a filed certificate, the same to the byte each time."""
    return envelope.sealed(
        orjson.loads(filing.document), filing.seed, filing.terms, filing.siblings, filing.root
    )


def filing_of(
    drawn: Drawn, certificate: Certificate, authority: int, account: Address, ledger: Ledger
) -> Filing:
    """Return a certificate drawn up as it is filed, to go out by itself."""
    return Filing(
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
    )


def entitled(authority: int, account: Address, ledger: Ledger, role: Role = Role.ISSUING) -> Authority:
    """Return the authority when the account is a live key of it with a role, and is at hand.

    Raises `AuthorityUnknown`, `NotAuthorised` or `KeyNotHeld`.
    """
    found, key = ledger.members.authority(authority), ledger.members.key(account)
    if found is None:
        raise AuthorityUnknown(authority)
    dead = key is None or key.authority != authority or key.revoked_at is not None or key.suspended
    if dead or key is None or role not in key.roles:
        raise NotAuthorised(account, role)
    if not ledger.registry.holds(account):
        raise KeyNotHeld(account)
    return found


def admit(account: Address, ledger: Ledger) -> None:
    """Let a new certificate in, or raise `SubmitterStopped`, `ClockSkewed` or `Overloaded`."""
    ledger.carrier.check_clock()
    for alarm in ledger.outbox.alarms():
        if alarm.subject == account and alarm.name in STOPPING:
            raise SubmitterStopped(alarm.name, account, alarm.detail)
    waiting, most = ledger.outbox.backlog().certificates, ledger.carrier.most_waiting
    if waiting >= most:
        raise Overloaded(waiting, most)


def _ruled(certificate: Certificate, ledger: Ledger, *more: Finding) -> tuple[Finding, ...]:
    """Return the findings of the rule set in force; raises `CertificateRefused` when one is a refusal."""
    findings = (*rules.check(certificate, on=ledger.clock().date()), *more)
    if any(finding.severity is Severity.REFUSAL for finding in findings):
        raise CertificateRefused(findings)
    return findings


def naming(replacement: Certificate, held: Filing) -> tuple[Finding, ...]:
    """Return a refusal unless the new certificate names the reference and date of the one it replaces."""
    named = replacement.replaces
    if named and normalised(named.reference) == held.reference and named.issued_on == held.terms.issued_on:
        return ()
    message = "must give the reference and the date of issue of the certificate it replaces"
    return (Finding("REPLACES-NAMED", Severity.REFUSAL, "/replaces", message, "ATIGA OCP Rule 29.4"),)


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
    issuer = entitled(authority, account, ledger)
    if issuer.member != certificate.exporting_member:
        raise NotYourMember(certificate.exporting_member, issuer.member)
    drawn = drawn_up(certificate, (issuer.name, issuer.domain), ledger.registry.ledger)
    filing = filing_of(drawn, certificate, authority, account, ledger)
    filing = dataclasses.replace(filing, replaces=replaces)
    if ledger.archive.held([drawn.terms.reference_key]):
        return ledger.archive.file(filing)  # which finds it, or says what holds the reference
    if certificate.scheme.is_declaration:
        require_listed(certificate, issuer, account, ledger)
    admit(account, ledger)
    return file_drawing(filing, certificate, ledger)


def file_drawing(filing: Filing, certificate: Certificate, ledger: Ledger) -> Filing:
    """Store a filing with what it draws on its originals.

    Raises `NotKept` when one was not presented here, and `CertificateRefused` when they hold too little.
    """
    for _ in range(_ATTEMPTS):
        drawing, findings = drawing_for(filing.id, certificate, ledger, replaces=filing.replaces)
        if findings:
            raise CertificateRefused(findings)
        with suppress(OriginalOverdrawn):  # others drew at the same moment
            return ledger.archive.file(filing, drawing)
    raise ArchiveUnavailable("others draw on the same originals at the same time")


def _completed(filing: Filing, account: Address, ledger: Ledger, wait: float) -> Filing:
    """Wait until an accepted filing is on the chain; raises the refusal when the contract refused it."""
    if filing.state is FilingState.RECORDED:
        return filing
    look = partial(ledger.outbox.carrying, filing.id)  # grouping may change which write it is
    write = look()
    if write and write.state is DispatchState.WAITING and not ledger.registry.holds(write.account):
        ledger.outbox.requeue(write, account)  # its key is not at hand any more
    done = ledger.carrier.carried_out(look, wait)
    if done.refusal is not None:
        raise done.refusal
    return ledger.archive.find(filing.id) or filing


def _looked_up(certificate: bytes, ledger: Ledger) -> Evidence:
    """Return what the chain holds of a certificate, by itself or in the batch that the archive knows."""
    filing = ledger.archive.find(certificate)
    root, key = (filing.root, filing.terms.reference_key) if filing else (certificate, bytes(32))
    return ledger.registry.evidence(certificate, root, key)


def _entering(certificate: bytes, authority: int, account: Address, ledger: Ledger) -> Address:
    """Queue the entry of a certificate from a batch; returns the key to go on with.

    Writes of two keys have no order among them, so what follows goes by the key that enters already.
    """
    entering = _queued(DispatchKind.ENTER, certificate, account, ledger).account
    with suppress(NotAuthorised, KeyNotHeld):
        entitled(authority, entering, ledger)
        return entering
    return account


def _queued(
    kind: DispatchKind, certificate: bytes, account: Address, ledger: Ledger, reason: Reason | None = None
) -> Dispatch:
    return ledger.outbox.put(kind, certificate, account, reason, now=ledger.clock())
