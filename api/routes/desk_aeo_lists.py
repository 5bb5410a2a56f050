"""Lists at the AEO desk: the member's own, looked at and then recorded; a partner's, answered row by row."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse

from api.dependencies import Caller, LedgerDep, ServicesDep, throttle_lists
from api.desks import aeo_lists as loading
from api.desks.aeo_lists import ListWrong, Review
from api.desks.aeo_lists_shown import groups_of
from api.desks.aeo_officers import BASE, AeoOfficer
from api.desks.aeo_partners import MOST_SHOWN, asked_in, choices, lines_of, rows_in
from api.desks.at_work import DeskRoute, note
from api.desks.posted import UNPROCESSABLE, Posted, PostedDep
from api.errors import told_of
from api.pages.present import Trouble
from api.pages.render import page
from api.services import Services
from ledger.aeo.refused import CaseMovedOn
from ledger.archive import ActOutcome
from ledger.errors import QuestionMalformed
from ledger.partner_lists import csv_of
from ledger.recognising import codes_of
from ledger.said import said

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
LIST: Final = f"{BASE}/list"
PARTNERS: Final = f"{BASE}/partners"
_TYPED: Final = ("map", "consentSource", "consent", "reinstate", "office")
_NOTHING: Final = Posted()
_MOVED: Final = said("Somebody has changed the ledger since you looked; look again at what is new")


@router.get(LIST)
def choose_list(request: Request, caller: AeoOfficer) -> Response:  # noqa: ARG001 - an AEO officer's
    """Show the form for a national list."""
    return _form(request, _NOTHING)


@router.post(LIST)
def look_at_list(request: Request, caller: AeoOfficer, services: ServicesDep, sent: PostedDep) -> Response:
    """Show what a list would change; record it, where that is what was confirmed."""
    try:
        list_ = loading.sent_in(sent)
        if sent.one("seal"):
            loading.finish_earlier(caller, services)
        review = loading.beside_ledger(list_, caller, services.ledger)
    except ListWrong as wrong:
        note(request, ActOutcome.REFUSED, why="invalid-request")
        return _form(request, sent, Trouble(wrong.control, wrong.message, wrong.details))
    if not sent.one("seal"):
        return _shown(request, review, sent, services)
    if review.wrong or sent.one("seal") != review.seal:
        note(request, ActOutcome.REFUSED, why="case-moved-on")
        return _shown(request, review, sent, services, Trouble("changes", _MOVED))
    return _recorded(request, review, caller, services)


def _recorded(request: Request, review: Review, caller: Caller, services: Services) -> Response:
    ran = loading.recorded(review, caller, services)
    about = f"{review.source.digest.hex()[:16]} {ran.recorded}"
    told = told_of(ran.stopped) if ran.stopped else None
    if isinstance(ran.stopped, CaseMovedOn) and not ran.recorded:
        note(request, ActOutcome.REFUSED, about=about, why=told.problem.code if told else "")
    else:
        note(request, ActOutcome.DONE, act="list.record", about=about)
    refused = [(str(one.refusal), [each.line for each in one.due]) for one in ran.refused]
    return page(request, "desk/aeo_list_done.html", ran=ran, refused=refused, told=told)


def _form(request: Request, sent: Posted, *troubles: Trouble) -> Response:
    return page(
        request,
        "desk/aeo_list.html",
        status=UNPROCESSABLE if troubles else HTTPStatus.OK,
        troubles=troubles,
        typed=_typed(sent),
        most_rows=loading.MOST_ROWS,
        most_kilobytes=loading.MOST_BYTES // 1024,
    )


def _shown(
    request: Request, review: Review, sent: Posted, services: Services, *troubles: Trouble
) -> Response:
    _, mutual = services.ledger.recognitions.mutual()
    return page(
        request,
        "desk/aeo_list_shown.html",
        status=HTTPStatus.CONFLICT if troubles else UNPROCESSABLE if review.wrong else HTTPStatus.OK,
        troubles=troubles,
        review=review,
        groups=groups_of(review.plan, mutual.programmes),
        carried=_carried(review, sent),
    )


def _carried(review: Review, sent: Posted) -> Mapping[str, str]:
    """Return what the form that confirms carries along; list and map to the letter."""
    map_ = sent.one("mapContent") or loading.carrying(sent.one("map").encode())
    content = {"content": loading.carrying(review.sent.data), "mapContent": map_, "seal": review.seal}
    return {name: text for name, text in _typed(sent).items() if name != "map"} | content


def _typed(sent: Posted) -> Mapping[str, str]:
    return {name: sent.one(name) for name in _TYPED}


@router.get(PARTNERS)
def choose_partners(request: Request, caller: AeoOfficer, ledger: LedgerDep) -> Response:
    """Show the form for a list of partners' operators."""
    return _partners(request, caller, ledger, _NOTHING)


@router.post(PARTNERS, dependencies=[Depends(throttle_lists)])
def check_partners(request: Request, caller: AeoOfficer, ledger: LedgerDep, sent: PostedDep) -> Response:
    """Say of each row whether its operator is recognised; as a page, or as a file."""
    try:
        rows, asked = rows_in(sent), asked_in(sent, caller.member)
        if sent.one("as") == "csv":
            headers = {"Content-Disposition": 'attachment; filename="recognition.csv"'}
            content = csv_of(lines_of(rows, asked, ledger))
            return StreamingResponse(content, headers=headers, media_type="text/csv; charset=utf-8")
        lines = list(lines_of(rows, asked, ledger))
    except ListWrong as wrong:
        return _partners(
            request, caller, ledger, sent, troubles=[Trouble(wrong.control, wrong.message, wrong.details)]
        )
    except QuestionMalformed as error:
        control = error.parameter if error.parameter in {"host", "role", "direction"} else "file"
        trouble = Trouble(control, said("This cannot be asked so"), (error.message,))
        return _partners(request, caller, ledger, sent, troubles=[trouble])
    return _partners(request, caller, ledger, sent, lines=lines)


def _partners(  # noqa: PLR0913 - what a page shows
    request: Request,
    caller: Caller,
    ledger: Any,  # noqa: ANN401 - the ledger, as its dependency gives it
    sent: Posted,
    *,
    troubles: Sequence[Trouble] = (),
    lines: Sequence[Any] = (),
) -> Response:
    return page(
        request,
        "desk/aeo_partners.html",
        status=UNPROCESSABLE if troubles else HTTPStatus.OK,
        troubles=troubles,
        lines=lines,
        typed={name: sent.one(name) for name in ("host", "role", "direction")},
        hosts=codes_of(ledger.members.members()),
        own=caller.member,
        choices=choices(),
        most_rows=MOST_SHOWN,
    )
