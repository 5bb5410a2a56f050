"""What the ledger itself says of a certificate: members, authority, times, events, and no particulars."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fastapi import Request, Response

from api.errors import RETRY_SECONDS, retry_after
from api.pages.links import PATH, token_of
from api.pages.render import page
from api.services import Services
from ledger.errors import Unavailable
from ledger.facts import Anchor, Entry, Evidence, Issuer, Standing
from ledger.ports import Ledger
from ledger.procedures_port import ProceduresNotNamed
from ledger.said import Said, said
from ledger.salting import HASH_BYTES
from ledger.timeline import Row, seen_by, timeline_of

STANDINGS: Final[Mapping[Standing, tuple[Said, str]]] = {
    Standing.UNKNOWN: (said("Not on the ledger yet"), "wait"),
    Standing.VALID: (said("In force"), "good"),
    Standing.EXPIRED: (said("Expired"), "care"),
    Standing.CANCELLED: (said("Cancelled"), "stop"),
    Standing.REPLACED: (said("Replaced"), "care"),
}
"""How a certificate stands, in words and as a colour."""
_BATCHED: Final = (said("Issued in a batch"), "good")


@dataclass(frozen=True, slots=True)
class CertificateShown:
    """What is shown of a certificate, or of a batch."""

    id: str
    evidence: Evidence
    standing: Said
    tone: str
    who: Issuer | None
    rows: tuple[Row, ...]
    link: str
    """Where it is verified by its id."""
    batch: bool
    """Whether it is the root of a batch, and no certificate."""

    @property
    def entry(self) -> Entry | None:
        """What the ledger holds of it."""
        return self.evidence.entry

    @property
    def anchor(self) -> Anchor | None:
        """What the ledger holds of its batch, while that is all."""
        return None if self.evidence.entry else self.evidence.anchor


def certificate_page(request: Request, services: Services, certificate: bytes) -> Response:
    """Return the page of a certificate for whoever has its id; that of a strange id is 404."""
    try:
        shown = _shown(certificate, services.ledger)
    except Unavailable:
        headers = retry_after(RETRY_SECONDS)
        return page(request, "ledger_without.html", status=503, headers=headers, kept=True)
    asked = f"0x{certificate.hex()}"
    if shown is None:
        return page(request, "ledger_search.html", status=404, q=asked, found=[], silent=False)
    return page(request, "ledger_certificate.html", shown=shown)


def _shown(certificate: bytes, ledger: Ledger) -> CertificateShown | None:
    filing = ledger.archive.find(certificate)
    root = filing.root if filing is not None else certificate
    evidence = ledger.registry.evidence(certificate, root, bytes(HASH_BYTES))
    if evidence.entry is None and evidence.anchor is None:
        return None
    standing, tone = _standing(evidence, ledger.clock())
    return CertificateShown(
        id=f"0x{certificate.hex()}",
        evidence=evidence,
        standing=standing,
        tone=tone,
        who=_issuer(evidence, ledger),
        rows=_rows(certificate, ledger),
        link=f"{PATH}/{token_of(certificate)}",
        batch=evidence.entry is None and filing is None,
    )


def _standing(evidence: Evidence, now: datetime) -> tuple[Said, str]:
    if evidence.entry is None:
        return _BATCHED
    return STANDINGS[evidence.entry.standing_at(now.replace(microsecond=0))]


def _issuer(evidence: Evidence, ledger: Ledger) -> Issuer | None:
    return ledger.members.issuer(evidence.key.authority) if evidence.key else None


def _rows(certificate: bytes, ledger: Ledger) -> tuple[Row, ...]:
    """Return what happened to it, without anything that was said to one member alone."""
    with suppress(ProceduresNotNamed):
        return seen_by("", timeline_of(certificate, ledger)).rows
    return ()
