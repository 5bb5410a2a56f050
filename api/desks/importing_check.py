"""Opening a check at the importing desk: which lines are in question, and whose issuer is asked about them.

Of a back-to-back certificate the issuer of an original can be asked instead (ATIGA OCP Rules 11 and 18).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from fastapi import Request, Response

from api.desks.cases_taken import CaseFormWrong
from api.desks.importing_shown import on_desk
from api.desks.posted import Posted
from api.pages.render import page
from api.services import Services
from ledger.kept_port import Kept
from ledger.ports import Ledger


@dataclass(frozen=True, slots=True)
class OriginalAsked:
    """An original behind a certificate, as that certificate names it."""

    id: str
    reference: str
    issued_on: date
    exporting: str
    lines: tuple[int, ...]
    """Goods lines of the certificate presented that rest on it."""
    known: bool
    """Whether the ledger has an entry of it, or a copy was presented here; else nobody can be asked yet."""


def originals_of(kept: Kept, ledger: Ledger) -> Sequence[OriginalAsked]:
    """Return the originals that a certificate rests on; none where it is no back-to-back one."""
    document = kept.certificate
    here = ledger.kept.kept([one.certificate for one in document.originals])
    return [
        OriginalAsked(
            id=f"0x{one.certificate.hex()}",
            reference=one.reference,
            issued_on=one.issued_on,
            exporting=one.exporting_member,
            lines=tuple(
                item.number
                for item in document.items
                if one.certificate in {source.certificate for source in item.originals}
            ),
            known=one.certificate in here or _entered(one.certificate, ledger),
        )
        for one in document.originals
    ]


def check_page(
    request: Request,
    kept: Kept,
    services: Services,
    wrong: CaseFormWrong | None = None,
    *,
    typed: Posted | None = None,
) -> Response:
    """Show the form that opens a check on lines of a certificate."""
    return page(
        request,
        "desk/importing_check.html",
        status=wrong.status if wrong else 200,
        shown=on_desk(kept, services.ledger),
        originals=originals_of(kept, services.ledger),
        typed=typed or Posted(),
        troubles=wrong.troubles if wrong else (),
    )


def _entered(certificate: bytes, ledger: Ledger) -> bool:
    return ledger.registry.evidence(certificate, certificate, bytes(32)).entry is not None
