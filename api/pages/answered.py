"""The page of a verdict: the answer, what it rests on, the certificate on its form, and what can be kept."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

from fastapi import Request, Response

from api.errors import retry_after
from api.pages.boxes import FORM_D
from api.pages.certificate import particulars_of
from api.pages.downloads import NOBODY, downloads_of, receipt_of
from api.pages.form_d import sheet_of
from api.pages.present import NO_FIELDS, result_of
from api.pages.render import page
from api.pages.speech import speech_of
from api.schemas import ReferenceQuestion, hexed
from api.services import Services
from ledger.errors import Unavailable
from ledger.ports import Ledger
from ledger.presented import Examination
from ledger.procedures_port import ProceduresNotNamed
from ledger.timeline import Timeline, seen_by, timeline_of
from ledger.verdict import Verdict, VerdictCode

AGAIN: Final = timedelta(minutes=1)
"""After which a verdict that may soon be another is worth asking for again."""
_UNTOLD: Final = frozenset({VerdictCode.ALTERED, VerdictCode.NOT_FOUND, VerdictCode.CANNOT_CHECK})
"""Verdicts beside which nothing is told of the certificate's life."""


@dataclass(frozen=True, slots=True)
class ByFile:
    """Somebody showed a file."""

    seen: Examination
    content: bytes
    envelope: bytes | None = None
    """The envelope, where it came inside a PDF."""

    @property
    def question(self) -> Mapping[str, str]:
        """What stands for the file."""
        return {"sha256": sha256(self.content).hexdigest()}


@dataclass(frozen=True, slots=True)
class ByReference:
    """Somebody typed what a paper says."""

    asked: ReferenceQuestion

    @property
    def question(self) -> Mapping[str, str]:
        """What was typed."""
        dumped: Mapping[str, str] = self.asked.model_dump(mode="json", by_alias=True, exclude_none=True)
        return dumped


@dataclass(frozen=True, slots=True)
class ByLink:
    """Somebody followed the QR code of a paper."""

    certificate: bytes
    address: str = field(compare=False)

    @property
    def question(self) -> Mapping[str, str]:
        """The id that the code holds."""
        return {"certificate": hexed(self.certificate)}


Way = ByFile | ByReference | ByLink
"""How the certificate was asked about."""


def answered(  # noqa: PLR0913 - what a page shows
    request: Request,
    verdict: Verdict,
    services: Services,
    way: Way,
    *,
    template: str = "result.html",
    status: int = 200,
    **more: object,
) -> Response:
    """Return the page of a verdict; a desk shows it on a template of its own, with more on it."""
    services.metrics.verdict(verdict.code)
    now = services.ledger.clock()
    seen = way.seen if isinstance(way, ByFile) else None
    fields = seen.fields if seen else NO_FIELDS
    result = result_of(verdict, now + AGAIN, str(fields.get("scheme", FORM_D)), fields)
    life = _life(verdict, services.ledger) if seen and seen.intact else None
    receipt = receipt_of(verdict, way.question, services.ledger.registry.ledger, now)
    envelope = way.envelope if isinstance(way, ByFile) else None
    shown: dict[str, Any] = {
        "result": result,
        "file": way.question.get("sha256", ""),
        "asked": way.asked if isinstance(way, ByReference) else None,
        "question": way.question if isinstance(way, ByReference) else NO_FIELDS,
        "link": way.address if isinstance(way, ByLink) else "",
        "ledger": services.ledger.registry.ledger,
        "timeline": seen_by(NOBODY, life) if life else None,
        "downloads": tuple(downloads_of(receipt, envelope, life)),
        **_certificate(request, seen),
        **more,
    }
    headers = retry_after(AGAIN.total_seconds()) if result.ask_again else None
    return page(request, template, status=status, headers=headers, **shown)


def _certificate(request: Request, seen: Examination | None) -> Mapping[str, Any]:
    """Return what an unaltered copy says: on its form, or as a statement where it has none."""
    if seen is None or not seen.intact:
        return {"sheet": None, "particulars": None}
    speech = speech_of(request)
    sheet = sheet_of(seen, speech)
    return {"sheet": sheet, "particulars": None if sheet else particulars_of(seen, speech)}


def _life(verdict: Verdict, ledger: Ledger) -> Timeline | None:
    """Return what the ledger reports of a certificate that it holds; None where nothing is, or no answer."""
    if verdict.certificate is None or verdict.code in _UNTOLD:
        return None
    with suppress(Unavailable, ProceduresNotNamed):
        told = timeline_of(verdict.certificate, ledger)
        return told if told.rows else None
    return None
