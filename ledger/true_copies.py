"""Certified true copies of certificates whose paper was stolen, lost or destroyed (ATIGA OCP Rule 12).

A true copy has the date and the number of the original, so it is the same certificate on the ledger and its
envelope is the same to the byte.  That it was given out is a statement in the issuing authority's archive.
For a certificate in electronic form there is no such copy: it is handed over again.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ledger.errors import CertificateNotFiled, NotRecordedYet, Refused
from ledger.facts import Authority, Role, Standing
from ledger.issuing import envelope_of
from ledger.ports import Filing, FilingState, Ledger
from ledger.refusals import AuthorityUnknown, CertificateNotLive, NotAuthorised, NotYourCertificate
from ledger.rules.calendar import anniversary
from ledger.said import day
from ledger.statements import Statement, StatementKind

_ENDED = frozenset({Standing.CANCELLED, Standing.REPLACED})


@dataclass(eq=False)
class TrueCopyTooLate(Refused):
    """A true copy is given out within a year of the issue of the original (ATIGA OCP Rule 12)."""

    certificate: bytes
    until: date

    def __str__(self) -> str:
        return f"a certified true copy could be given out until {self.until.isoformat()} (ATIGA OCP Rule 12)"


@dataclass(frozen=True, slots=True)
class TrueCopy:
    """A certified true copy."""

    number: int
    """Counts the copies of this certificate from 1; stays with the copy."""
    statement: Statement
    envelope: dict[str, Any]

    @property
    def endorsement(self) -> str:
        """What box 12 of the copy is endorsed with, and the date of issue of the copy."""
        return endorsement_of(self.statement)


def endorsement_of(copy: Statement) -> str:
    """Return what box 12 of a true copy is endorsed with, by the statement of it."""
    return f"CERTIFIED TRUE COPY, {day(date.fromisoformat(copy.body['on']))}"


def certify_copy(certificate: bytes, reason: str, *, authority: int, ledger: Ledger) -> TrueCopy:
    """Give out a certified true copy; on the same day for the same reason it is the same one.

    1. See that the authority issues for the member of the certificate, and that this is filed here.
    2. Refuse one that was cancelled or replaced, or is older than a year.
    3. Keep the statement.

    Raises `CertificateNotFiled`, `NotYourCertificate`, `NotAuthorised`, `CertificateNotLive`,
    `TrueCopyTooLate`, `NotRecordedYet`.
    """
    # 1. Whose it is.
    filing, issuer = _filing(certificate, ledger), _issuer(authority, ledger)
    if filing.terms.exporting != issuer.member:
        raise NotYourCertificate(certificate, filing.terms.exporting, issuer.member)
    if filing.state is not FilingState.RECORDED:
        raise NotRecordedYet(certificate)
    # 2. Whether there can be one.
    standing = ledger.registry.standing(certificate, ledger.registry.head().time)
    if standing in _ENDED:
        raise CertificateNotLive(certificate, standing)
    today, until = ledger.clock().date(), anniversary(filing.terms.issued_on)
    if today > until:
        raise TrueCopyTooLate(certificate, until)
    # 3. Keep that it was given out, under a number of its own.
    asked = {"on": today.isoformat(), "reason": reason}
    given = copies_of(certificate, ledger)
    known = next((one for one in given if asked.items() <= one.body.items()), None)
    if known is not None:
        return _copy(known, filing)
    made = Statement(
        kind=StatementKind.TRUE_COPY,
        certificate=certificate,
        member=issuer.member,
        authority=issuer.name,
        at=ledger.clock(),
        body={**asked, "number": str(len(given) + 1)},
        salt=secrets.token_bytes(32),
    )
    return _copy(ledger.statements.keep(made), filing)


def _copy(statement: Statement, filing: Filing) -> TrueCopy:
    return TrueCopy(int(statement.body["number"]), statement, envelope_of(filing))


def copies_of(certificate: bytes, ledger: Ledger) -> Sequence[Statement]:
    """Return the statements of the true copies that were given out here, oldest first."""
    kept = ledger.statements.statements_of(certificate)
    return [one for one in kept if one.kind is StatementKind.TRUE_COPY]


def _filing(certificate: bytes, ledger: Ledger) -> Filing:
    filing = ledger.archive.find(certificate)
    if filing is None or filing.state is FilingState.REFUSED:
        raise CertificateNotFiled(certificate)
    return filing


def _issuer(authority: int, ledger: Ledger) -> Authority:
    found = ledger.members.authority(authority)
    if found is None:
        raise AuthorityUnknown(authority)
    if found.withdrawn_at is not None or Role.ISSUING not in found.roles:
        raise NotAuthorised(found.name, Role.ISSUING)
    return found
