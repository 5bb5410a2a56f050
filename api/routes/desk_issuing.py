"""The desk of an issuing officer: its certificates and what came back, and the drafts of new ones."""

import re
import secrets
from http import HTTPStatus
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from api.dependencies import ServicesDep
from api.desks.at_work import AtIssuing, DeskRoute, note, see_other
from api.desks.issuing_check import check_of
from api.desks.issuing_fields import SCHEMES
from api.desks.issuing_front import COLUMNS, MOST_ROWS, rows, silence, table
from api.desks.issuing_lists import LONGEST_WORDS, SHOWN, Wanted, certificates_listed, drafts_listed
from api.desks.issuing_pages import ISSUING, DrawerDep, draft_page, heading, kept, name_of, others_of
from api.desks.issuing_scheme import lost, moved
from api.desks.issuing_typed import ACT, ADD, REMOVE, VERSION, added, begun, removed, typed
from api.desks.posted import PostedDep
from api.errors import ApiError
from api.pages.render import page
from api.pages.tabular import csv_response
from api.routes import desk_issuing_acts, desk_issuing_back, desk_issuing_bulk
from api.schemas import Id
from ledger.archive import ActOutcome
from ledger.drafts import Draft
from ledger.terms import Scheme

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
router.include_router(desk_issuing_acts.router)
router.include_router(desk_issuing_bulk.router)
router.include_router(desk_issuing_back.router)
_DRAFTS: Final = f"{ISSUING}/drafts"
_AS: Final = "as-"
"""Before the code of the scheme that a draft is to be one of."""
_TOKEN: Final = re.compile("[0-9a-f]{32}")


Words = Annotated[str, Query(max_length=LONGEST_WORDS)]


@router.get(ISSUING)
def front(  # noqa: PLR0913, PLR0917 - what the address says
    request: Request,
    caller: AtIssuing,
    services: ServicesDep,
    before: Annotated[Id | None, Query()] = None,
    format: Annotated[str, Query(max_length=10)] = "",  # noqa: A002 - the name in the address
    q: Words = "",
) -> Response:
    """Show the authority's certificates, how they stand and what came back; its drafts; what to begin.

    Both lists may be searched by reference number and consignee.
    """
    wanted, start = Wanted(q.strip()), bytes.fromhex(before[2:]) if before else None
    if format == "csv":
        filings = certificates_listed(caller, services, wanted, None, MOST_ROWS).found
        return csv_response("what-came-back", COLUMNS, table(filings, services.ledger))
    found = certificates_listed(caller, services, wanted, start, SHOWN)
    begun = drafts_listed(caller, services, wanted) if start is None else None
    return page(
        request,
        "desk/issuing.html",
        q=wanted.words,
        rows=list(rows(found.found, services.ledger)),
        next=found.more,
        looked=found.looked,
        most_rows=MOST_ROWS,
        first=before is None,
        drafts=[(one, heading(one)) for one in begun.found] if begun else [],
        more_drafts=begun.more if begun else "",
        count=services.rooms.drafts.count(caller.authority),
        silence=silence(caller, services),
    )


@router.get(_DRAFTS)
def list_drafts(
    request: Request,
    caller: AtIssuing,
    services: ServicesDep,
    after: Annotated[str, Query(pattern="^([0-9]{1,18}-[0-9a-f]{16})?$")] = "",
    q: Words = "",
) -> Response:
    """Show the authority's drafts, last written first, page by page."""
    found = drafts_listed(caller, services, Wanted(q.strip()), after)
    return page(
        request,
        "desk/issuing_drafts.html",
        q=q.strip(),
        drafts=[(one, heading(one)) for one in found.found],
        more_drafts=found.more,
        count=services.rooms.drafts.count(caller.authority),
        first=not after,
    )


@router.get(f"{ISSUING}/new")
def choose(request: Request, caller: AtIssuing) -> Response:  # noqa: ARG001 - that there is one
    """Show what can be drafted."""
    schemes = [(scheme.code, name, secrets.token_hex(16)) for scheme, name in SCHEMES.items()]
    return page(request, "desk/issuing_new.html", schemes=schemes)


@router.post(_DRAFTS)
def begin(request: Request, caller: AtIssuing, services: ServicesDep, form: PostedDep) -> Response:
    """Begin a draft; sent twice, it is one."""
    scheme = {one.code: one for one in SCHEMES}.get(form.one("scheme"))
    if scheme is None:
        raise ApiError("invalid-request")
    document = begun(scheme, caller.member, name_of(caller), services.ledger.clock().date())
    draft = kept(request, (caller, services), form.one("token"), document)
    return see_other(f"{_DRAFTS}/{draft.id}")


@router.get(f"{_DRAFTS}/{{draft}}")
def read(request: Request, drawer: DrawerDep, tried: bool = False) -> Response:  # noqa: FBT001, FBT002 - of the address
    """Show a draft's form and what issuing would say."""
    if drawer.draft.certificate is not None:
        return see_other(desk_issuing_acts.issued_at(drawer.draft.certificate))
    return draft_page(request, drawer, drawer.draft.document, tried=tried)


@router.post(f"{_DRAFTS}/{{draft}}/check")
def check(request: Request, drawer: DrawerDep, form: PostedDep) -> Response:
    """Say what issuing would say of what stands on the form; nothing is kept."""
    document = typed(form, drawer.draft)
    looked = check_of(document, drawer.draft, drawer.caller, drawer.services.ledger)
    if request.headers.get("hx-request") == "true":
        return page(request, "desk/_issuing_check.html", check=looked)
    return draft_page(request, drawer, document)


@router.post(f"{_DRAFTS}/{{draft}}")
def write(request: Request, drawer: DrawerDep, form: PostedDep) -> Response:
    """Keep what stands on the form; then check it, go on to issue it, or give it another goods line."""
    document, draft = typed(form, drawer.draft), drawer.draft
    place = ""
    for act, change in ((ADD, added), (REMOVE, removed)):
        if path := form.one(act):
            document, place = change(document, path), path
    version = form.one(VERSION)
    if not version.isascii() or not version.isdecimal():
        raise ApiError("invalid-request")
    services, caller = drawer.services, drawer.caller
    saved = services.rooms.drafts.save(
        draft.id,
        caller.authority,
        document,
        version=int(version[:9]),
        officer=name_of(caller),
        now=services.ledger.clock(),
    )
    if saved is None and draft.certificate is not None:
        return see_other(desk_issuing_acts.issued_at(draft.certificate))
    if saved is None:
        return draft_page(request, drawer, document, moved_on=True, status=HTTPStatus.CONFLICT)
    note(request, ActOutcome.DONE, act="draft.write", about=draft.id)
    return see_other(_after(form.one(ACT), saved, place))


def _after(act: str, draft: Draft, place: str) -> str:
    """Return where to go on: at the place that was changed, the check, or what is asked before issuing."""
    here = f"{_DRAFTS}/{draft.id}"
    match act:
        case "issue":
            return f"{here}/issue"
        case "check":
            return f"{here}?tried=true#findings"
        case _ if act.removeprefix(_AS) in others_of(draft.document):
            return f"{here}/scheme?to={act.removeprefix(_AS)}"
        case "" | "save":
            return f"{here}#{place.partition('.')[0] if place else 'saved'}"
    raise ApiError("invalid-request")


@router.get(f"{_DRAFTS}/{{draft}}/scheme")
def ask_before_moving(
    request: Request, drawer: DrawerDep, to: Annotated[str, Query(max_length=10)] = ""
) -> Response:
    """Show what is lost when a draft is made one of another scheme."""
    draft = drawer.draft
    if draft.certificate is not None or to not in others_of(draft.document):
        return see_other(f"{_DRAFTS}/{draft.id}")
    return page(
        request,
        "desk/issuing_scheme.html",
        draft=draft,
        to=to,
        name=others_of(draft.document)[to],
        lost=lost(draft.document, Scheme.named(to)),
    )


@router.post(f"{_DRAFTS}/{{draft}}/scheme")
def move(request: Request, drawer: DrawerDep, form: PostedDep) -> Response:
    """Make a draft one of another scheme, unless it was changed since what is lost was shown."""
    draft, to, services = drawer.draft, form.one("to"), drawer.services
    if to in others_of(draft.document) and form.one(VERSION) == str(draft.version):
        document = moved(draft.document, Scheme.named(to))
        saved = services.rooms.drafts.save(
            draft.id,
            draft.authority,
            document,
            version=draft.version,
            officer=name_of(drawer.caller),
            now=services.ledger.clock(),
        )
        if saved is not None:
            note(request, ActOutcome.DONE, act="draft.scheme", about=draft.id)
            return see_other(f"{_DRAFTS}/{draft.id}#saved")
    return see_other(f"{_DRAFTS}/{draft.id}/scheme?{urlencode({'to': to})}")


@router.post(f"{_DRAFTS}/{{draft}}/delete")
def delete(request: Request, drawer: DrawerDep) -> Response:
    """Delete a draft."""
    drawer.services.rooms.drafts.drop(drawer.draft.id, drawer.caller.authority)
    note(request, ActOutcome.DONE, act="draft.delete", about=drawer.draft.id)
    return see_other(ISSUING)
