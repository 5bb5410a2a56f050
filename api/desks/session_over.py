"""What an officer meant to do when the session was over: nothing of it is lost.

A page that was asked for comes after the login.  A form that was sent is shown as one to send again, once
the officer has logged in beside it; its fields stand in the page that goes back to who sent them, only.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit

from fastapi import Request

from api.desks.posted import FORM, Posted, media_of, posted
from api.errors import ApiError
from api.pages.submitted import local
from api.pages.visitor import cookie_name
from ledger.archive.logins import MOST_BACK

DESK: Final = "/desk"
LOGIN: Final = "/login"


@dataclass(frozen=True, slots=True)
class SentForm:
    """A form that can be sent again."""

    address: str
    posted: Posted


def at_desk(address: str) -> bool:
    """Whether an address is that of a page of the desks."""
    return local(address) == address and address.startswith((f"{DESK}/", f"{DESK}?"))


def had_session(request: Request) -> bool:
    """Whether the browser was logged in before, as far as it says so."""
    return cookie_name(request) in request.cookies


async def sent_form(request: Request) -> SentForm | None:
    """Return the form that was sent in a session that is over; files are not held, and are chosen again."""
    if request.method != "POST" or not had_session(request) or media_of(request) != FORM:
        return None
    try:
        return SentForm(_asked(request), await posted(request))
    except ApiError:
        return None


def login_address(request: Request) -> str:
    """Return where to log in, and from there back to the page asked for, or to that of the form."""
    back = _asked(request) if request.method in {"GET", "HEAD"} else _came_from(request)
    over = "&over=true" if had_session(request) else ""
    return f"{LOGIN}?back={quote(back)}{over}"


def _asked(request: Request) -> str:
    """Return the address asked for; without its question where that is longer than is kept of a login."""
    path, question = request.url.path, request.url.query
    whole = f"{path}?{question}" if question else path
    return whole if len(whole) <= MOST_BACK else path


def _came_from(request: Request) -> str:
    came = urlsplit(request.headers.get("referer", ""))
    own = came.netloc == request.url.netloc and at_desk(came.path) and len(came.path) <= MOST_BACK
    return came.path if own else DESK
