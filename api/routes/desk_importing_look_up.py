"""The secured look-up at the importing desk (RCEP Articles 3.17.7 and 3.21.5)."""

from collections.abc import Sequence
from typing import Final

from fastapi import APIRouter, Request, Response

from api.dependencies import Caller, ServicesDep, throttle_look_up
from api.desks.at_work import AtImporting, DeskRoute, note
from api.desks.importing_look_up import CODE, Found, Paper, approved, certificates_like, paper_in
from api.desks.posted import UNPROCESSABLE, Posted, PostedDep
from api.pages.present import Trouble
from api.pages.render import page
from api.services import Services
from ledger.archive import ActOutcome
from ledger.field_checks import LONGEST_REFERENCE
from ledger.looking_up import ApprovedShown

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
ADDRESS: Final = "/desk/importing/look-up"
_KEPT: Final = 80
"""Characters of what was asked that are kept with the act."""


@router.get(ADDRESS)
def look_up_form(request: Request, caller: AtImporting) -> Response:  # noqa: ARG001 - an officer's
    """Show the form that asks for the particulars of a certificate, and the one for an approved exporter."""
    return _page(request, Posted())


@router.post(ADDRESS)
def look_up_one(request: Request, caller: AtImporting, services: ServicesDep, sent: PostedDep) -> Response:
    """Look a certificate up by its number, or an approved exporter by its code; that it was asked is kept.

    What is asked stands in the body and not in the address, which logs and histories keep.
    """
    throttle_look_up(caller, services)
    return (
        _exporter(request, services, sent)
        if CODE in sent.fields
        else _papers(request, caller, services, sent)
    )


def _papers(request: Request, caller: Caller, services: Services, sent: Posted) -> Response:
    paper = paper_in(sent)
    if not isinstance(paper, Paper):
        return _page(request, sent, troubles=paper)
    found = certificates_like(paper, caller.member, services.ledger)
    note(request, ActOutcome.DONE, about=paper.number[:_KEPT])
    return _page(request, sent, found=found)


def _exporter(request: Request, services: Services, sent: Posted) -> Response:
    exporters = approved(sent.one(CODE), services.ledger)
    if isinstance(exporters, Trouble):
        return _page(request, sent, troubles=[exporters])
    note(request, ActOutcome.DONE, about=sent.one(CODE)[:_KEPT])
    return _page(request, sent, exporters=exporters)


def _page(
    request: Request,
    typed: Posted,
    *,
    troubles: Sequence[Trouble] = (),
    found: Sequence[Found] | None = None,
    exporters: Sequence[ApprovedShown] | None = None,
) -> Response:
    """Show the forms, above them what was found; None for what was not asked."""
    return page(
        request,
        "desk/importing_look_up.html",
        status=UNPROCESSABLE if troubles else 200,
        typed=typed,
        troubles=troubles,
        found=found,
        exporters=exporters,
        longest=LONGEST_REFERENCE,
    )
