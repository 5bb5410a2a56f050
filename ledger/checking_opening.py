"""What a check needs to know of the certificates it is about, and what must be on the ledger before it."""

from collections.abc import Collection
from datetime import date

from ledger import rules
from ledger.checking_refused import NotAnOriginalOf
from ledger.checking_said import Opening
from ledger.events import Issued, moment
from ledger.facts import Address
from ledger.kept_port import Kept, NotKept
from ledger.origin.clocks import Clocks, clocks_for
from ledger.origin.life import Life
from ledger.ports import Ledger
from ledger.procedures_refusals import NotTheImportingMember
from ledger.receiving import enter_first
from ledger.terms import Scheme

_NOTHING = bytes(32)


def kept_here(certificate: bytes, ledger: Ledger) -> Kept | None:
    """Return the copy of a certificate that is kept here."""
    return ledger.kept.kept([certificate]).get(certificate)


def known_lines(certificate: bytes, ledger: Ledger) -> Collection[int] | None:
    """Return the numbers of a certificate's goods lines, None where no copy of it is kept."""
    kept = kept_here(certificate, ledger)
    return [item.number for item in kept.certificate.items] if kept else None


def see_about(opening: Opening, member: str, life: Life, ledger: Ledger) -> None:
    """See that the certificates are there, the first one addressed to the member, the other behind it.

    Raises `NotKept` for one that the ledger has no entry of and that was not presented here,
    `NotTheImportingMember`, and `NotAnOriginalOf`.
    """
    importing = _importing(opening.certificate, ledger)
    if importing != member:
        raise NotTheImportingMember(opening.certificate, importing, member)
    if opening.asked_about == opening.certificate:
        return
    kept = kept_here(opening.certificate, ledger)
    originals = {*life.parents, *(kept.certificate.parents if kept else ())}
    if opening.asked_about not in originals:
        raise NotAnOriginalOf(opening.certificate, opening.asked_about)
    _importing(opening.asked_about, ledger)


def entered(opening: Opening, account: Address, ledger: Ledger) -> None:
    """Queue the entries of certificates that the ledger holds only in a batch, before the opening."""
    for certificate in dict.fromkeys((opening.asked_about, opening.certificate)):
        kept = kept_here(certificate, ledger)
        if kept is not None:
            enter_first(kept, account, ledger)


def clocks_for_certificate(certificate: bytes, ledger: Ledger) -> Clocks:
    """Return the clocks that hold for a certificate; raises `NotKept` as `see_about` does."""
    return clocks_for(*_proof(certificate, ledger))


def rules_for(certificate: bytes, ledger: Ledger) -> bytes:
    """Return the hash of the rule set that the clocks are from; `CertificateRefused` where there is none."""
    return rules.rule_set_hash(*_proof(certificate, ledger))


def _proof(certificate: bytes, ledger: Ledger) -> tuple[Scheme, date]:
    """Return what a certificate is, and when it was issued."""
    kept = kept_here(certificate, ledger)
    if kept is not None:
        return kept.terms.scheme, kept.terms.issued_on
    for one in ledger.procedures.life(certificate).occurrences:
        if isinstance(one.event, Issued) and one.event.id == certificate:
            return Scheme(one.event.scheme), moment(one.event.issued_on).date()
    raise NotKept(certificate)


def _importing(certificate: bytes, ledger: Ledger) -> str:
    """Return the member that a certificate is addressed to; raises `NotKept` where nobody here knows."""
    kept = kept_here(certificate, ledger)
    if kept is not None:
        return kept.terms.importing
    entry = ledger.registry.evidence(certificate, certificate, _NOTHING).entry
    if entry is None:
        raise NotKept(certificate)
    return entry.importing
