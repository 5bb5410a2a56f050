"""Who works at a desk: the session in a cookie, the officer behind it, and which desks are the officer's.

Officers call the same steps as programs do: `working` returns the `Caller` that an API key would have made.
Every address of a desk is a `DeskRoute`, which answers with pages, and keeps what is refused and read.
"""

from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from limits import parse
from starlette.concurrency import run_in_threadpool

from api.dependencies import Caller, ServicesDep, network_of
from api.desks import session_over
from api.desks.session_over import login_address, sent_form
from api.errors import ApiError, told_of
from api.pages.render import page
from api.pages.submitted import from_elsewhere
from api.pages.visitor import officer_on, seen_at_work
from api.refusing import refused
from api.services import Services
from ledger.archive import ActOutcome, DeskAct, Officer
from ledger.errors import LedgerError, Unavailable
from ledger.said import Said, said
from ledger.scopes import Scope

DESK: Final = session_over.DESK
LASTING: Final = timedelta(hours=9)
"""How long a session is good for: a day at work."""
_SAFE: Final = frozenset({"GET", "HEAD"})
_OF_NOBODY: Final = parse("300/hour")
"""How many refusals are kept of those who come from one address and are not logged in."""
_SAME: Final = parse("1/10minutes")
"""How often it is kept that one officer opens one thing: not each time a page is looked at again."""


class NobodyAtWork(Exception):
    """Nobody is logged in, at an address where somebody must be."""


@dataclass(frozen=True, slots=True)
class WorkingFor:
    """For whom an officer works, and at which desks."""

    name: str
    """The authority's name; empty for an administrator of the member."""
    member: str
    desks: Sequence[tuple[str, Said]]
    """Address and name of each."""


_DESKS: Final = (
    (Scope.ISSUE, f"{DESK}/issuing", said("Issuing")),
    (Scope.DECIDE, f"{DESK}/importing", said("Importing")),
    (Scope.AEO, f"{DESK}/aeo", said("AEO")),
)
_MEMBERS: Final = (f"{DESK}/members", said("Member"))


def working_for(officer: Officer, services: Services) -> WorkingFor:
    """Return for whom an officer works."""
    if not officer.authority:
        return WorkingFor("", officer.member, [_MEMBERS] if Scope.ADMIN in officer.scopes else [])
    authority = services.ledger.members.authority(officer.authority)
    desks = [(address, name) for scope, address, name in _DESKS if scope in officer.scopes]
    return WorkingFor(authority.name if authority else "", officer.member, desks)


def officer_of(request: Request, services: ServicesDep) -> Officer:
    """Return the officer who is logged in; raises `NobodyAtWork`."""
    found = seen_at_work(request, services)
    if found is None:
        raise NobodyAtWork
    request.state.authority = found.authority or None  # for the log
    request.state.working = working_for(found, services)
    return found


OfficerDep = Annotated[Officer, Depends(officer_of)]


def working(scope: Scope) -> Callable[[Officer, Services], Caller]:
    """Return a dependency on a caller who works for an authority with this scope."""

    def caller(officer: OfficerDep, services: ServicesDep) -> Caller:
        if not officer.authority or scope not in officer.scopes:
            raise ApiError("desk-not-yours")
        authority = services.ledger.members.authority(officer.authority)
        if authority is None or authority.withdrawn_at is not None:
            raise ApiError("authority-withdrawn")
        return Caller(officer, authority.member)

    return caller


AtIssuing = Annotated[Caller, Depends(working(Scope.ISSUE))]
AtImporting = Annotated[Caller, Depends(working(Scope.DECIDE))]
AtAeo = Annotated[Caller, Depends(working(Scope.AEO))]


def administrator(officer: OfficerDep, services: ServicesDep) -> Officer:
    """Return an administrator of a member, whose account still is the member's admin key."""
    member = services.ledger.members.member(officer.member)
    if officer.authority or Scope.ADMIN not in officer.scopes or member is None:
        raise ApiError("desk-not-yours")
    if member.admin != officer.account:  # the admin key was handed over since
        raise ApiError("desk-not-yours")
    return officer


AtMembers = Annotated[Officer, Depends(administrator)]


class DeskRoute(APIRoute):
    """Answers people with pages, keeps what is refused and read, takes no form that another site sent."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap what the route does."""
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            if request.method not in _SAFE and from_elsewhere(request):
                return await run_in_threadpool(failed, request, "sent-from-elsewhere")
            try:
                return await _kept_as_read(request, await handle(request))
            except NobodyAtWork:
                return await _nobody_there(request)
            except (ApiError, LedgerError, RequestValidationError) as error:
                return await run_in_threadpool(failed, request, error)

        return guarded


def failed(request: Request, error: Exception | str) -> Response:
    """Return the answer to a refusal or a fault; a refusal is kept."""
    told = told_of(error)
    if told.problem.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        note(request, ActOutcome.REFUSED, why=told.problem.code)
    return refused(request, told)


def note(request: Request, outcome: ActOutcome, *, act: str = "", about: str = "", why: str = "") -> None:
    """Keep what an officer did or was refused; `act` is by default the name of the route.

    Of refusals of nobody in particular only so many are kept: else anybody could fill the archive with them.
    """
    services: Services = request.app.state.services
    officer = officer_on(request)
    anybody = officer is None and why != "officer-unknown"  # whom a provider knows is somebody
    if anybody and not services.limiter.hit(_OF_NOBODY, "acts of nobody", network_of(request)):
        return
    route = request.scope.get("route")
    parameters = request.path_params.values()
    kept = DeskAct(
        at=services.ledger.clock(),
        officer=officer.id if officer else "",
        member=officer.member if officer else "",
        authority=officer.authority if officer else 0,
        act=(act or getattr(route, "name", ""))[:40],
        about=(about or " ".join(map(str, parameters)))[:80],
        outcome=outcome,
        why=why,
    )
    if outcome is ActOutcome.DONE:
        services.rooms.acts.note(kept)
        return
    with suppress(Unavailable):  # the refusal stands, whether it can be kept or not
        services.rooms.acts.note(kept)


async def _kept_as_read(request: Request, answer: Response) -> Response:
    """Return the answer once it is kept that an officer reads it, where it is of something that has an id."""
    if answer.status_code == HTTPStatus.OK and request.path_params and request.method == "GET":
        await run_in_threadpool(_opened, request)
    return answer


def _opened(request: Request) -> None:
    """Keep that an officer opened what has an id, such as a certificate, its PDF, a case or a statement.

    It is kept before the answer leaves: what cannot be kept is not read.  Raises `Unavailable`.
    """
    officer = officer_on(request)
    if officer is None:
        return
    services: Services = request.app.state.services
    *_, about = map(str, request.path_params.values())
    act = f"read {request.scope['route'].name}"
    if services.limiter.test(_SAME, officer.id, act, about):
        note(request, ActOutcome.DONE, act=act, about=about)
        services.limiter.hit(_SAME, officer.id, act, about)


def see_other(address: str) -> Response:
    """Return the answer after something was done: the page to look at (RFC 9110, 15.4.4)."""
    return RedirectResponse(address, HTTPStatus.SEE_OTHER)


async def _nobody_there(request: Request) -> Response:
    """Answer at an address where somebody must be; that nobody was is kept, unless a script asked.

    A page that looks again by itself stays as it is: what is typed there is taken when it is sent.
    """
    if "hx-request" in request.headers:
        return Response(status_code=HTTPStatus.NO_CONTENT)
    await run_in_threadpool(note, request, ActOutcome.REFUSED, why="unauthenticated")
    form = await sent_form(request)
    if form is None:
        return see_other(login_address(request))
    return await run_in_threadpool(
        page, request, "session_over.html", status=HTTPStatus.FORBIDDEN, form=form, officer=None
    )
