"""The page of the ledger: one search box, the latest events, activity and figures."""

from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.dependencies import ServicesDep, throttle_search
from api.errors import ApiError
from api.pages import ledger_shown as shown
from api.pages.figures_shown import NAMES, USUAL
from api.pages.ledger_certificate import certificate_page
from api.pages.ledger_search import LEDGER, offers
from api.pages.render import page
from api.pages.searching import LONGEST, read
from ledger.errors import Unavailable
from ledger.figures import FiguresNotKept

router = APIRouter(include_in_schema=False)
_Format = Annotated[Literal["", "csv", "json"], Query(alias="format")]
_Id = Annotated[str, Path(pattern="^0x[0-9a-f]{64}$")]
_SILENT = (FiguresNotKept, Unavailable)


@router.get(LEDGER)
def front(request: Request, services: ServicesDep) -> Response:
    """Show the search box and, to those who may see them, the newest events and a few figures."""
    events, tiles, kept = None, None, True
    is_open = shown.open_to(request, services)
    if is_open:
        try:
            events, tiles = shown.events_of(request, services), shown.tiles_of(request, services)
        except _SILENT as error:
            kept = not isinstance(error, FiguresNotKept)
    members = shown.members_of(services)
    return page(request, "ledger.html", open=is_open, members=members, events=events, tiles=tiles, kept=kept)


@router.get(f"{LEDGER}/search", dependencies=[Depends(throttle_search)])
def search(
    request: Request, services: ServicesDep, q: Annotated[str, Query(max_length=10_000)] = ""
) -> Response:
    """Lead to what a text names, or offer what it may name; a number alone finds no certificate."""
    wanted = read(q)
    try:
        found = offers(wanted, services.ledger)
    except Unavailable:
        return page(request, "ledger_search.html", status=503, q=q[:LONGEST], found=[], silent=True)
    if len(found) == 1:
        return RedirectResponse(found[0].address, HTTPStatus.SEE_OTHER)
    status = 200 if found or not q.strip() else 404
    return page(request, "ledger_search.html", status=status, q=q[:LONGEST], found=found, silent=False)


@router.get(f"{LEDGER}/events")
def events(
    request: Request,
    services: ServicesDep,
    before: str = "",
    after: str = "",
    wanted: _Format = "",
) -> Response:
    """Show older events page by page, or those after a place to a page that looks again by itself."""
    if not shown.open_to(request, services):
        return shown.closed(request)
    looks_again = bool(after) and "hx-request" in request.headers
    limit = 1000 if wanted else shown.LATEST if looks_again else shown.MOST
    places = {"before": shown.place_of(before), "after": shown.place_of(after)}
    try:
        found = shown.events_of(request, services, limit=limit, **places)
    except _SILENT as error:
        return Response(status_code=204) if looks_again else shown.without(request, error)
    if wanted:
        return shown.events_file(found, wanted)
    if looks_again and not found.rows:
        return Response(status_code=204)
    template = "_ledger_newer.html" if looks_again else "ledger_events.html"
    return page(request, template, events=found)


@router.get(f"{LEDGER}/blocks/{{number}}")
def block(request: Request, services: ServicesDep, number: Annotated[int, Path(ge=0, le=10**15)]) -> Response:
    """Show what happened in a block."""
    if not shown.open_to(request, services):
        return shown.closed(request)
    try:
        found = shown.events_of(
            request, services, before=(number + 1, 0), after=(number, -1), limit=shown.MOST
        )
    except _SILENT as error:
        return shown.without(request, error)
    return page(request, "ledger_block.html", events=found, number_of=number)


@router.get(f"{LEDGER}/certificates/{{certificate}}")
def certificate(request: Request, services: ServicesDep, certificate: _Id) -> Response:
    """Show what the ledger says of a certificate, to whoever has its id."""
    return certificate_page(request, services, bytes.fromhex(certificate[2:]))


@router.get(f"{LEDGER}/members/{{code}}")
def member(request: Request, services: ServicesDep, code: Annotated[str, Path(max_length=8)]) -> Response:
    """Show a member: its authorities with their keys, and what it did."""
    found = shown.member_of(code.upper(), services)
    if found is None:
        return page(request, "ledger_search.html", status=404, q=code, found=[], silent=False)
    is_open = shown.open_to(request, services)
    done = shown.activity_of(found.member.code, request, services) if is_open else []
    as_of = services.ledger.registry.head()
    return page(request, "ledger_member.html", shown=found, done=done, open=is_open, as_of=as_of)


@router.get(f"{LEDGER}/figures")
def figures(request: Request, services: ServicesDep, days: int = USUAL) -> Response:
    """Show all figures of a period, as charts and tables."""
    if not shown.open_to(request, services):
        return shown.closed(request)
    made = shown.figuring(request, services, days)
    try:
        return shown.figures_page(request, shown.every_figure(made), made)
    except _SILENT as error:
        return shown.without(request, error)


@router.get(f"{LEDGER}/figures/{{name}}")
def figure(
    request: Request, services: ServicesDep, name: str, days: int = USUAL, wanted: _Format = ""
) -> Response:
    """Show one figure, or give it out as a file."""
    if name not in NAMES:
        raise ApiError("not-found")
    if not shown.open_to(request, services):
        return shown.closed(request)
    made = shown.figuring(request, services, days)
    try:
        return shown.answered(request, made.shown(name), made, wanted)
    except _SILENT as error:
        return shown.without(request, error)
