"""Logging in and out, and the front page of the desks."""

from fastapi import APIRouter, Depends, Request, Response

from api.dependencies import ServicesDep
from api.desks.at_work import DESK, LOGIN, DeskRoute, officer_of, see_other
from api.pages.render import page
from api.pages.visitor import cookie_name, secure

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
VERIFY = "/verify"


@router.get(LOGIN)
def login(request: Request) -> Response:
    """Say how to log in."""
    return page(request, "login.html")


@router.get(DESK, dependencies=[Depends(officer_of)])
def front(request: Request) -> Response:
    """Show an officer's desks."""
    return page(request, "desk/front.html")


@router.post(f"{DESK}/leave")
def leave(request: Request, services: ServicesDep) -> Response:
    """End the session; there need be none."""
    name = cookie_name(request)
    if secret := request.cookies.get(name, ""):
        services.rooms.officers.leave(secret)
    answer = see_other(VERIFY)
    answer.delete_cookie(name, path="/", secure=secure(request), httponly=True, samesite="lax")
    return answer
