"""The page on which anybody verifies a certificate: asks the ledger through its use cases, and shows."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final

from fastapi import Request, Response

from api.dependencies import throttle
from api.errors import RETRY_SECONDS, ApiError, retry_after
from api.pages.answered import ByFile, ByLink, ByReference, answered
from api.pages.links import PATH, certificate_at
from api.pages.present import Trouble, trouble_of
from api.pages.render import page
from api.pages.submitted import Question, Refusal, Submitted, Upload
from api.pages.words import choices
from api.schemas import EnvelopeBody, ReferenceQuestion
from api.services import Services
from ledger import strict_json
from ledger.errors import EnvelopeMalformed, InputMalformed, ReferenceAmbiguous, Unavailable
from ledger.facts import Member
from ledger.paper import envelope_in, is_pdf
from ledger.ports import Ledger
from ledger.presented import examined, opened
from ledger.said import said
from ledger.verdict import Verdict
from ledger.verifying import verify_examined, verify_id, verify_reference

_NOTHING: Final[Mapping[str, str]] = {}
_OFTEN: Final = said("Too many questions from your address. Wait a minute, then ask again")
_PREFILLED: Final = ("reference", "exportingMember", "issuedOn", "issuingOffice")
_LONGEST: Final = 84
"""Characters of a control that a link fills in."""


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


def prefilled(request: Request, services: Services) -> Response:
    """Return the page with what its address says filled in, as a search for a reference leads to it."""
    given = request.query_params
    typed = {name: given[name][:_LONGEST] for name in _PREFILLED if name in given}
    return form(request, services, typed=typed)


def answer(request: Request, given: Submitted, services: Services) -> Response:
    """Return the page that answers what was sent."""
    match given:
        case Refusal(status=status, trouble=trouble, headers=headers):
            return form(request, services, [trouble], status=status, headers=headers)
        case Upload(content=content):
            return _verified(request, content, services)
        case Question():
            return _looked_up(request, given, services)


def followed(request: Request, token: str, services: Services) -> Response:
    """Return the page that answers the QR code of a paper, as often as one address may ask."""
    try:
        throttle(request, services)
    except ApiError as error:
        return form(request, services, [Trouble("envelope", _OFTEN)], status=429, headers=error.headers)
    certificate = certificate_at(token)
    if certificate is None:
        return page(request, "no_link.html", status=404)
    verdict = verify_id(certificate, services.ledger)
    return answered(request, verdict, services, ByLink(certificate, f"{PATH}/{token}"))


def _verified(request: Request, content: bytes, services: Services) -> Response:
    """Judge a file; one that cannot be read is no verdict."""
    if not content:
        nothing = Trouble("envelope", said("Choose the file of a certificate"))
        return form(request, services, [nothing], status=422)
    try:
        inside = envelope_in(content) if is_pdf(content) else None
        document: EnvelopeBody = strict_json.loads(content if inside is None else inside)
        seen = examined(opened(document))
    except (InputMalformed, EnvelopeMalformed) as error:
        return form(request, services, [trouble_of(error)], status=422)
    verdict = verify_examined(seen, services.ledger)
    return answered(request, verdict, services, ByFile(seen, content, inside))


def _looked_up(request: Request, question: Question, services: Services) -> Response:
    """Judge what stands under a reference, as often as one address may ask."""
    typed = question.typed
    try:
        throttle(request, services)
    except ApiError as error:
        often = Trouble("reference", _OFTEN)
        return form(request, services, [often], typed=typed, status=429, headers=error.headers)
    asked = question.read()
    if not isinstance(asked, ReferenceQuestion):
        return form(request, services, asked, typed=typed, status=422)
    try:
        verdict = _found(asked, services.ledger)
    except ReferenceAmbiguous:
        several = said("Several offices gave out this number. Enter the issuing office")
        return form(request, services, [Trouble("issuingOffice", several)], typed=typed, status=422)
    except Unavailable:
        ours = said("We could not look it up right now. This is our fault; try again in a minute")
        again = retry_after(RETRY_SECONDS)
        return form(request, services, [Trouble("reference", ours)], typed=typed, status=503, headers=again)
    return answered(request, verdict, services, ByReference(asked))


def _found(asked: ReferenceQuestion, ledger: Ledger) -> Verdict:
    return verify_reference(
        asked.exporting_member, asked.reference, asked.issued_on, ledger, office=asked.issuing_office
    )


def _members(ledger: Ledger) -> Sequence[Member]:
    """Return the members; while the chain is silent none, and the form offers those it knows by name."""
    with suppress(Unavailable):
        return tuple(ledger.members.members())
    return ()
