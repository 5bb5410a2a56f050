"""A certificate on paper: what may be printed, and the file that comes of it."""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any
from urllib.parse import urlsplit

from ledger.envelope import canonical
from ledger.errors import EnvelopeMalformed
from ledger.paper.attaching import Archived
from ledger.paper.codes import modules
from ledger.paper.drawing import draw
from ledger.paper.filling import filled
from ledger.paper.fonts import inert
from ledger.paper.layout import laid_out
from ledger.paper.marked import LARGEST
from ledger.paper.refused import PaperNotPossible
from ledger.presented import Examination, examined, opened


def paper_of(envelope: Mapping[str, Any], *, link: str = "", endorsement: str = "") -> bytes:
    """Return a certificate as PDF/A-3B for A4 with its envelope inside, the same to the byte each time.

    `link` leads to the page of the certificate and is printed as QR code; without it there is none.
    `endorsement` is what box 12 is endorsed with, such as that this is a certified true copy.

    Raises `PaperNotPossible` for what is no envelope or was altered: paper must not look better than its
    file.  Whether the ledger knows the certificate is not asked here.
    """
    seen = _intact(envelope)
    if seen.terms is None:
        raise PaperNotPossible("paper.terms", "the certificate's terms cannot be read")
    content = canonical(dict(envelope))
    if len(content) > LARGEST:
        raise PaperNotPossible("paper.size", f"an envelope on paper has at most {LARGEST // 1024} kB")
    sheet = filled(seen, seen.terms, inert(endorsement))
    words = f"Scan to see how this certificate stands on the ledger: {urlsplit(link).netloc}"
    pages = laid_out(sheet, modules(link) if link else (), inert(words))
    at = datetime.combine(sheet.issued_on, time(), UTC)
    pdf = Archived(
        f"{sheet.form} {sheet.reference}",
        at,
        made_of=b"\0".join((content, link.encode(), endorsement.encode())),
    )
    draw(pages, pdf)
    pdf.enclose(content, at)
    return bytes(pdf.output())


def _intact(envelope: Mapping[str, Any]) -> Examination:
    """Return what an envelope says that is as it was sealed."""
    try:
        seen = examined(opened(envelope))
    except EnvelopeMalformed as error:
        raise PaperNotPossible("paper.envelope", f"this is no envelope to print: {error}") from error
    if not seen.intact:
        places = ", ".join(seen.altered[:3]) or "it cannot be told where"
        message = f"the envelope is not as it was issued ({places}), so it is not printed"
        raise PaperNotPossible("paper.altered", message)
    return seen
