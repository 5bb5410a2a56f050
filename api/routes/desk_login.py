"""Logging in and out, and the front page of the desks."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api.dependencies import ServicesDep, throttle_logins
from api.desks import demo_roles, logging_in
from api.desks.at_work import DeskRoute, OfficerDep
from api.desks.entering import after, entered, gone
from api.desks.front import entrances
from api.desks.posted import PostedDep
from api.desks.session_over import DESK, LOGIN
from api.errors import ApiError
from api.pages.render import page

router = APIRouter(include_in_schema=False, route_class=DeskRoute)


@router.get(LOGIN)
def login(
    request: Request, services: ServicesDep, back: str = "", *, left: bool = False, over: bool = False
) -> Response:
    """Say how to log in, and to whom one is logged in already."""
    return page(
        request,
        "login.html",
        headers=logging_in.headers(services),
        provider=services.provider is not None,
        roles=demo_roles.roles(services),
        back=after(back),
        left=left,
        over=over,
    )


@router.post(f"{LOGIN}/start", dependencies=[Depends(throttle_logins)])
def login_start(request: Request, services: ServicesDep, form: PostedDep) -> Response:
    """Lead to the identity provider."""
    return logging_in.begun(request, services, form.one("back"))


@router.get(logging_in.BACK)
def login_back(
    request: Request, services: ServicesDep, answer: Annotated[logging_in.Answer, Query()]
) -> Response:
    """Take the identity provider's answer, and let the person in."""
    return logging_in.answered(request, services, answer)


@router.get(logging_in.CHOOSE)
def login_choose(request: Request, services: ServicesDep) -> Response:
    """Let a person who is several officers choose one."""
    return logging_in.choices(request, services)


@router.post(logging_in.CHOOSE)
def login_chosen(request: Request, services: ServicesDep, form: PostedDep) -> Response:
    """Let the person in as the officer chosen."""
    return logging_in.chosen(request, services, form.one("officer"))


@router.post(f"{LOGIN}/demo", dependencies=[Depends(throttle_logins)])
def login_demo(request: Request, services: ServicesDep, form: PostedDep) -> Response:
    """Be one of the officers of a demonstration."""
    officer = demo_roles.chosen(services, form.one("officer"))
    if officer is None:
        raise ApiError("not-found")
    return entered(request, services, officer, form.one("back"))


@router.get(DESK)
def front(request: Request, officer: OfficerDep, services: ServicesDep) -> Response:
    """Show an officer's desks, and what waits there."""
    found = entrances(officer, request.state.working, services)
    return page(request, "desk/front.html", entrances=found)


@router.post(f"{DESK}/leave")
def leave(request: Request, services: ServicesDep) -> Response:
    """End the session; there need be none."""
    return gone(request, services, f"{LOGIN}?left=true")
