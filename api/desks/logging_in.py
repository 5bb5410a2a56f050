"""Logging in with the identity provider: there, back with a code, and choosing one of several offices.

A cookie binds a login to the browser that began it, so that nobody can be made to finish another's login.
"""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from fastapi import Request, Response
from pydantic import BaseModel

from api.desks.at_work import note, see_other
from api.desks.entering import after, entered
from api.desks.session_over import LOGIN
from api.errors import ApiError
from api.pages.render import POLICY, page
from api.pages.visitor import cookie_name, secure
from api.services import Services
from ledger.archive import ActOutcome, Login, Officer
from ledger.archive.logins import LASTING

if TYPE_CHECKING:
    from api.desks.provider import Identity, Provider

BACK: Final = f"{LOGIN}/back"
CHOOSE: Final = f"{LOGIN}/choose"
COOKIE: Final = "asal-login"


class Answer(BaseModel):
    """What the provider sends a browser back with (RFC 6749, 4.1.2; RFC 9207)."""

    state: str = ""
    code: str = ""
    error: str = ""
    iss: str = ""


@dataclass(frozen=True, slots=True)
class Office:
    """An officer whom a person may be."""

    id: str
    authority: str
    """Its name; empty for an administrator of the member."""
    member: str


def headers(services: Services) -> Mapping[str, str]:
    """Return the policy of a page whose form ends at the provider, which may lead on to further ones.

    Browsers hold `form-action` against every address that a form leads through.
    """
    if services.provider is None:
        return {}
    parts = urlsplit(services.provider.client.issuer)
    own = f"'self' https: {parts.scheme}://{parts.netloc}"
    return {"Content-Security-Policy": POLICY.replace("form-action 'self'", f"form-action {own}")}


def begun(request: Request, services: Services, back: str) -> Response:
    """Lead to the provider; raises `ApiError` where there is none, or it is silent."""
    provider, now = _provider(services), services.ledger.clock()
    login, secret = services.rooms.logins.begin(after(back), now=now)
    answer = see_other(provider.address(login, _back_to(services), now=now))
    return _with_cookie(request, answer, secret)


def answered(request: Request, services: Services, answer: Answer) -> Response:
    """Let in whoever the provider says it is; raises `ApiError` when the answer is none to this login."""
    provider, now = _provider(services), services.ledger.clock()
    secret = _secret(request)
    expected = services.rooms.logins.look(secret, now=now)
    meant = answer.iss in {"", provider.client.issuer}
    if expected is None or not expected.answered_with(answer.state) or not meant:
        raise ApiError("login-over")
    login = services.rooms.logins.take(secret, now=now)
    if login is None:
        raise ApiError("login-over")
    if answer.error or not answer.code:
        raise ApiError("login-refused")
    identity = provider.identity(login, answer.code, _back_to(services), now=now)
    return _known(request, services, identity, login.back)


def choices(request: Request, services: Services) -> Response:
    """Show whom a person may be."""
    login = services.rooms.logins.look(_secret(request), now=services.ledger.clock())
    offices = [_office(officer, services) for officer in _officers(services, login)]
    return page(request, "login_choose.html", offices=offices)


def chosen(request: Request, services: Services, officer: str) -> Response:
    """Let a person in as one of the officers it may be."""
    login = services.rooms.logins.take(_secret(request), now=services.ledger.clock())
    for one in _officers(services, login):
        if login and one.id == officer:
            return _without_cookie(request, entered(request, services, one, login.back))
    raise ApiError("officer-unknown")


def _known(request: Request, services: Services, identity: "Identity", back: str) -> Response:
    """Go on with a person whom the provider has named."""
    officers = services.rooms.officers.of_identity(identity.issuer, identity.subject)
    if not officers:
        return _unknown(request, identity)
    if len(officers) == 1:
        return _without_cookie(request, entered(request, services, officers[0], back))
    who = (identity.issuer, identity.subject)
    _, secret = services.rooms.logins.begin(back, now=services.ledger.clock(), identity=who)
    return _with_cookie(request, see_other(CHOOSE), secret)


def _unknown(request: Request, identity: "Identity") -> Response:
    """Say who it is at the provider, and how to enrol this person."""
    note(request, ActOutcome.REFUSED, about=identity.subject, why="officer-unknown")
    words = ("--issuer", identity.issuer, "--subject", identity.subject, "--name", identity.name or "NAME")
    command = f"asal officers add {shlex.join(words)} --authority NUMBER --account ACCOUNT --scope SCOPE"
    answer = page(request, "login_unknown.html", status=403, identity=identity, command=command)
    return _without_cookie(request, answer)


def _officers(services: Services, login: Login | None) -> Sequence[Officer]:
    if login is None or login.identity is None:
        raise ApiError("login-over")
    return services.rooms.officers.of_identity(*login.identity)


def _office(officer: Officer, services: Services) -> Office:
    authority = services.ledger.members.authority(officer.authority) if officer.authority else None
    return Office(officer.id, authority.name if authority else "", officer.member)


def _provider(services: Services) -> "Provider":
    if services.provider is None:
        raise ApiError("not-found")
    return services.provider


def _back_to(services: Services) -> str:
    return f"{services.public_url}{BACK}"


def _secret(request: Request) -> str:
    return request.cookies.get(cookie_name(request, COOKIE), "")


def _with_cookie(request: Request, answer: Response, secret: str) -> Response:
    answer.set_cookie(
        cookie_name(request, COOKIE),
        secret,
        max_age=int(LASTING.total_seconds()),
        path="/",
        secure=secure(request),
        httponly=True,
        samesite="lax",
    )
    return answer


def _without_cookie(request: Request, answer: Response) -> Response:
    name = cookie_name(request, COOKIE)
    answer.delete_cookie(name, path="/", secure=secure(request), httponly=True, samesite="lax")
    return answer
