"""Logging in and out, and the front page of the desks."""

from fastapi import APIRouter, Depends, Request, Response

from api.dependencies import ServicesDep, throttle_logins
from api.desks import demo_roles
from api.desks.at_work import DESK, LOGIN, DeskRoute, officer_of
from api.desks.entering import after, entered, gone
from api.desks.posted import PostedDep
from api.errors import ApiError
from api.pages.render import page

router = APIRouter(include_in_schema=False, route_class=DeskRoute)


@router.get(LOGIN)
def login(request: Request, services: ServicesDep, back: str = "", *, left: bool = False) -> Response:
    """Say how to log in, and to whom one is logged in already."""
    return page(request, "login.html", roles=demo_roles.roles(services), back=after(back), left=left)


@router.post(f"{LOGIN}/demo", dependencies=[Depends(throttle_logins)])
def be_somebody(request: Request, services: ServicesDep, form: PostedDep) -> Response:
    """Be one of the officers of a demonstration."""
    officer = demo_roles.chosen(services, form.one("officer"))
    if officer is None:
        raise ApiError("not-found")
    return entered(request, services, officer, form.one("back"))


@router.get(DESK, dependencies=[Depends(officer_of)])
def front(request: Request) -> Response:
    """Show an officer's desks."""
    return page(request, "desk/front.html")


@router.post(f"{DESK}/leave")
def leave(request: Request, services: ServicesDep) -> Response:
    """End the session; there need be none."""
    return gone(request, services, f"{LOGIN}?left=true")
