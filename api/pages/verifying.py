"""The page on which anybody verifies a certificate: asks the ledger through its use cases, and shows."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

from fastapi import Request, Response

from api.dependencies import throttle
from api.errors import RETRY_SECONDS, ApiError, retry_after
from api.pages.boxes import FORM_D
from api.pages.certificate import Particulars, particulars_of
from api.pages.present import Trouble, result_of, trouble_of
from api.pages.render import page
from api.pages.speech import speech_of
from api.pages.submitted import Question, Refusal, Submitted, Upload
from api.pages.words import choices
from api.schemas import EnvelopeBody, ReferenceQuestion
from api.services import Services
from ledger import strict_json
from ledger.errors import EnvelopeMalformed, InputMalformed, ReferenceAmbiguous, Unavailable
from ledger.facts import Member
from ledger.ports import Ledger
from ledger.presented import examined, opened
from ledger.verdict import Verdict
from ledger.verifying import verify_examined, verify_reference

AGAIN: Final = timedelta(minutes=1)
"""After which a verdict that may soon be another is worth asking for again."""
_NOTHING: Final[Mapping[str, str]] = {}


def form(  # noqa: PLR0913 - what a form shows
    request: Request,
    services: Services,
    troubles: Sequence[Trouble] = (),
    *,
    typed: Mapping[str, str] = _NOTHING,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return the page with its two forms, and what has to be put right."""
    shown = {"troubles": troubles, "typed": typed, "members": choices(_members(services.ledger))}
    return page(request, "verify.html", status=status, headers=headers, **shown)


def answer(request: Request, given: Submitted, services: Services) -> Response:
    """Return the page that answers what was sent."""
    match given:
        case Refusal(status=status, trouble=trouble, headers=headers):
            return form(request, services, [trouble], status=status, headers=headers)
        case Upload(content=content):
            return _verified(request, content, services)
        case Question():
            return _looked_up(request, given, services)


def _verified(request: Request, content: bytes, services: Services) -> Response:
    """Judge a file; one that cannot be read is no verdict."""
    if not content:
        return form(request, services, [Trouble("envelope", "Choose the file of a certificate")], status=422)
    try:
        document: EnvelopeBody = strict_json.loads(content)
        seen = examined(opened(document))
    except (InputMalformed, EnvelopeMalformed) as error:
        return form(request, services, [trouble_of(error)], status=422)
    verdict = verify_examined(seen, services.ledger)
    particulars = particulars_of(seen, speech_of(request)) if seen.intact else None
    return _result(request, verdict, services, scheme=str(seen.fields.get("scheme")), particulars=particulars)


def _looked_up(request: Request, question: Question, services: Services) -> Response:
    """Judge what stands under a reference, as often as one address may ask."""
    typed = question.typed
    try:
        throttle(request, services)
    except ApiError as error:
        often = Trouble("reference", "Too many questions from your address. Wait a minute, then ask again")
        return form(request, services, [often], typed=typed, status=429, headers=error.headers)
    asked = question.read()
    if not isinstance(asked, ReferenceQuestion):
        return form(request, services, asked, typed=typed, status=422)
    try:
        verdict = verify_reference(
            asked.exporting_member,
            asked.reference,
            asked.issued_on,
            services.ledger,
            office=asked.issuing_office,
        )
    except ReferenceAmbiguous:
        office = Trouble("issuingOffice", "Several offices gave out this number. Enter the issuing office")
        return form(request, services, [office], typed=typed, status=422)
    except Unavailable:
        ours = Trouble(
            "reference", "We could not look it up right now. This is our fault; try again in a minute"
        )
        return form(request, services, [ours], typed=typed, status=503, headers=retry_after(RETRY_SECONDS))
    return _result(request, verdict, services, asked=asked)


def _result(  # noqa: PLR0913 - what a result shows
    request: Request,
    verdict: Verdict,
    services: Services,
    *,
    scheme: str = FORM_D,
    particulars: Particulars | None = None,
    asked: ReferenceQuestion | None = None,
) -> Response:
    services.metrics.verdict(verdict.code)
    result = result_of(verdict, services.ledger.clock() + AGAIN, scheme)
    headers = retry_after(AGAIN.total_seconds()) if result.ask_again else None
    shown: dict[str, Any] = {"result": result, "particulars": particulars, "asked": asked}
    return page(request, "result.html", headers=headers, **shown)


def _members(ledger: Ledger) -> Sequence[Member]:
    """Return the members; while the chain is silent none, and the form offers those it knows by name."""
    with suppress(Unavailable):
        return tuple(ledger.members.members())
    return ()
