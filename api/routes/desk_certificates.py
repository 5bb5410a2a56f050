"""The page of one certificate, for officers of the members that it concerns."""

from typing import Any, Final

from fastapi import APIRouter, Request, Response

from api.dependencies import LedgerDep, ServicesDep
from api.desks.at_work import DeskRoute
from api.desks.certificates import AtCertificates, HandedOut, Held, HeldDep, left_of, life_of, origin_of
from api.desks.certificates_shown import (
    TIMELINE_HEADER,
    origin_shown,
    timeline_rows,
    told_with,
)
from api.errors import ApiError
from api.pages.answered import AGAIN
from api.pages.certificate import particulars_of
from api.pages.downloads import timeline_json
from api.pages.form_d import sheet_of
from api.pages.links import base_of, certificate_link
from api.pages.present import result_of
from api.pages.render import page
from api.pages.speech import speech_of
from api.pages.tabular import csv_response, file_name
from api.schemas import hexed
from ledger.envelope import canonical
from ledger.paper import paper_of
from ledger.ports import FilingState
from ledger.scopes import Scope
from ledger.verdict import VerdictCode
from ledger.verifying import verify_id

router = APIRouter(prefix="/desk/certificates", include_in_schema=False, route_class=DeskRoute)
_ONE: Final = "/{certificate}"
_ENDED: Final = frozenset({VerdictCode.CANCELLED, VerdictCode.REPLACED})


@router.get(_ONE)
def desk_certificate(
    request: Request, held: HeldDep, caller: AtCertificates, services: ServicesDep
) -> Response:
    """Show a certificate on its form, how it stands, what happened to it, and what it hangs together with."""
    ledger, member, speech = services.ledger, caller.member, speech_of(request)
    verdict, seen = verify_id(held.id, ledger), held.seen
    sheet, life, tree = sheet_of(seen, speech), life_of(held, member, ledger), origin_of(held, ledger)
    left = left_of(held, member, ledger)
    shown: dict[str, Any] = {
        "id": hexed(held.id),
        "reference": seen.fields.get("reference", ""),
        "held": held,
        "refused": held.state is FilingState.REFUSED,
        "pending": held.state is FilingState.ACCEPTED,
        "result": result_of(verdict, ledger.clock() + AGAIN),
        "sheet": sheet,
        "particulars": None if sheet else particulars_of(seen, speech),
        "rows": [(row, told_with(row)) for row in life.rows] if life else None,
        "origin": origin_shown(tree, member) if tree and held.id in tree.nodes else None,
        "left": left,
        "acts": _acts(held, caller, verdict.code),
    }
    return page(request, "desk/certificate.html", **shown)


@router.get(f"{_ONE}/envelope")
def desk_certificate_envelope(held: HandedOut) -> Response:
    """Hand out the envelope, the same to the byte each time."""
    return _attached(held, "json", canonical(dict(held.envelope)), "application/json")


@router.get(f"{_ONE}/paper")
def desk_certificate_paper(request: Request, held: HandedOut, services: ServicesDep) -> Response:
    """Hand out the certificate as PDF, with its envelope inside."""
    link = certificate_link(base_of(request, services), held.id)
    return _attached(held, "pdf", paper_of(held.envelope, link=link), "application/pdf")


@router.get(f"{_ONE}/timeline")
def desk_certificate_timeline(
    held: HeldDep,
    caller: AtCertificates,
    ledger: LedgerDep,
    format: str = "json",  # noqa: A002 - in addresses
) -> Response:
    """Hand out what happened to a certificate, as JSON with what was said, or as a table without."""
    life = life_of(held, caller.member, ledger)
    if life is None:
        raise ApiError("not-found")
    if format == "csv":
        return csv_response(_name(held, "timeline"), TIMELINE_HEADER, timeline_rows(life))
    return _attached(held, "timeline.json", timeline_json(life, caller.member), "application/json")


def _acts(held: Held, caller: AtCertificates, code: VerdictCode) -> dict[str, bool]:
    """Return which desks of the officer a certificate can be taken to."""
    scopes, live = caller.key.scopes, code not in _ENDED
    return {
        "decide": Scope.DECIDE in scopes and held.terms.importing == caller.member,
        "end": Scope.ISSUE in scopes and held.terms.exporting == caller.member and live,
    }


def _name(held: Held, what: str) -> str:
    data: Any = held.envelope.get("data", {})
    reference = str(data.get("reference", "")).rpartition(":")[2]
    return f"{reference} {what}".strip()


def _attached(held: Held, ending: str, content: bytes, media: str) -> Response:
    name = f"{file_name(_name(held, ''))}.{ending}"
    return Response(
        content, headers={"Content-Disposition": f'attachment; filename="{name}"'}, media_type=media
    )
