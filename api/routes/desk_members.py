"""The desk of a member's administrator: authorities, keys, officers, votes.

What is written is signed with the member's admin key.  Where this service does not hold it the pages name
the command to run where it is.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.dependencies import ServicesDep
from api.desks import members_acts as done
from api.desks import members_pages as pages
from api.desks.at_work import AtMembers, DeskRoute, note, see_other
from api.desks.members_acts import Asked
from api.desks.members_asked import BASE, carried_out, wish_of
from api.desks.members_form import FormWrong
from api.desks.posted import PostedDep
from ledger.archive import ActOutcome

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
Number = Annotated[int, Path(ge=1, le=2**32 - 1)]
Format = Annotated[str | None, Query(alias="format", pattern="^csv$")]


@router.get(BASE)
def own_member(request: Request, officer: AtMembers, services: ServicesDep) -> Response:
    """Show the member."""
    return pages.front(request, officer, services)


@router.get(f"{BASE}/votes")
def votes(request: Request, officer: AtMembers, services: ServicesDep) -> Response:
    """Show the votes among members."""
    return pages.votes(request, officer, services)


@router.get(f"{BASE}/authorities/new")
def new_authority(request: Request, officer: AtMembers) -> Response:  # noqa: ARG001 - an administrator's
    """Show the form that names an authority."""
    return pages.new_authority(request)


@router.get(f"{BASE}/authorities/{{number}}")
def own_authority(request: Request, number: Number, officer: AtMembers, services: ServicesDep) -> Response:
    """Show an authority of the member."""
    return pages.authority(request, number, officer, services)


@router.get(f"{BASE}/keys/{{account}}")
def own_key(request: Request, account: str, officer: AtMembers, services: ServicesDep) -> Response:
    """Show a key of the member."""
    return pages.key(request, account, officer, services)


@router.get(f"{BASE}/officers")
def officers(request: Request, officer: AtMembers, services: ServicesDep) -> Response:
    """Show the officers of the member."""
    return pages.officers(request, officer, services)


@router.get(f"{BASE}/acts")
def acts(
    request: Request,
    officer: AtMembers,
    services: ServicesDep,
    asked: Annotated[Asked, Depends()],
    form: Format = None,
) -> Response:
    """Show what officers of the member did and were refused."""
    return done.acts_file(officer, services, asked) if form else done.acts(request, officer, services, asked)


@router.post(f"{BASE}/{{act}}")
def administer(
    request: Request, act: str, officer: AtMembers, services: ServicesDep, sent: PostedDep
) -> Response:
    """Show what an act leads to; do it once it is confirmed."""
    try:
        wish = wish_of(act, sent, officer, services)
    except FormWrong as wrong:
        return pages.again(request, wrong, sent, officer, services)
    if not sent.one("request") or not pages.may(wish, officer, services):
        return pages.confirm(request, wish, sent, officer, services)
    address, now = carried_out(wish, sent, officer, services)
    if now:
        note(request, ActOutcome.DONE, act=f"member {act}", about=wish.about)
    return see_other(address)
