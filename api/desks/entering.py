"""Beginning and ending a session: a new secret at each login, in a cookie that no script reads."""

from datetime import timedelta
from typing import Final

from fastapi import Request, Response

from api.desks.at_work import LASTING, note, see_other
from api.desks.session_over import DESK, at_desk
from api.pages.visitor import cookie_name, secure
from api.services import Services
from ledger.archive import ActOutcome, Officer

_KEPT: Final = LASTING + timedelta(hours=12)
"""How long a browser keeps the cookie: longer than it is good, so that what is sent too late is not lost."""


def after(back: str) -> str:
    """Return where to go after the login: the page of a desk that was asked for, else their front."""
    return back if at_desk(back) else DESK


def entered(request: Request, services: Services, officer: Officer, back: str) -> Response:
    """Let an officer in with a new session; one that the browser had before is over."""
    name = cookie_name(request)
    if before := request.cookies.get(name, ""):
        services.rooms.officers.leave(before)
    secret = services.rooms.officers.begin(officer.id, now=services.ledger.clock(), lasting=LASTING)
    request.state.officer = officer
    note(request, ActOutcome.DONE, act="login", about=officer.id)
    answer = see_other(after(back))
    seconds = int(_KEPT.total_seconds())
    answer.set_cookie(
        name, secret, max_age=seconds, path="/", secure=secure(request), httponly=True, samesite="lax"
    )
    return answer


def gone(request: Request, services: Services, address: str) -> Response:
    """End the session, if there is one, here and in the browser."""
    name = cookie_name(request)
    if secret := request.cookies.get(name, ""):
        services.rooms.officers.leave(secret)
    answer = see_other(address)
    answer.delete_cookie(name, path="/", secure=secure(request), httponly=True, samesite="lax")
    return answer
