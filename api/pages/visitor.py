"""Who looks at a page: an officer who is logged in, or anybody.

The archive is asked once for a request, and only when the browser sent a session's cookie.
"""

from contextlib import suppress
from datetime import timedelta
from typing import Final

from fastapi import Request

from api.services import Services
from ledger.archive import Officer
from ledger.errors import Unavailable

COOKIE: Final = "asal-session"


def secure(request: Request) -> bool:
    """Whether people reach this service with TLS: its own address says so, or else how it was asked."""
    services: Services = request.app.state.services
    return (services.public_url or str(request.url)).startswith("https:")


def cookie_name(request: Request, name: str = COOKIE) -> str:
    """Return the name of a cookie; with TLS one that only this host sets (RFC 6265bis, 4.1.3.2)."""
    return f"__Host-{name}" if secure(request) else name


def seen_at_work(request: Request, services: Services) -> Officer | None:
    """Return the officer who is logged in, asking the archive; a page shows the name."""
    secret = request.cookies.get(cookie_name(request), "")
    idle = timedelta(minutes=services.limits.idle_minutes)
    now, active = services.ledger.clock(), not asks_by_itself(request)
    found = services.rooms.officers.at_work(secret, now=now, idle=idle, active=active) if secret else None
    request.state.officer = found
    return found


def asks_by_itself(request: Request) -> bool:
    """Whether a page asks how something is by now, which keeps nobody's session alive.

    Everything that scripts ask is set off by time, but for the check of a draft while it is typed.
    """
    typed = request.method == "POST" and request.url.path.startswith("/desk/")
    return "hx-request" in request.headers and not typed


def officer_on(request: Request) -> Officer | None:
    """Return whom a page greets; a page that needs no login is shown while the archive does not answer."""
    if hasattr(request.state, "officer"):
        known: Officer | None = request.state.officer
        return known
    with suppress(Unavailable):
        return seen_at_work(request, request.app.state.services)
    return None
