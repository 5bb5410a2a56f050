"""The return leg: what has become of certificates, as a stream, as pages, and what nobody has reported on."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import JSONResponse

from api.dependencies import Caller, Listener, Reader, ServicesDep, still_holds
from api.event_schemas import EventPage, FeedEventOut, UnreportedOut, UnreportedPage
from api.openapi import AUTHENTICATED, problems
from api.schemas import AsOfOut, MemberCode
from api.services import Services
from api.streams import Stream, Streams
from api.strict import StrictRoute
from ledger.errors import ReplicaNeeded
from ledger.events import Block, moment
from ledger.facts import AsOf

router = APIRouter(prefix="/v1", tags=["events"], route_class=StrictRoute)
_FARTHEST = 2**53 - 1
_STREAM = {"text/event-stream": {"schema": {"type": "string"}}}
_ANSWERS: dict[int | str, dict[str, Any]] = {200: {"model": EventPage, "content": _STREAM}}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Where the feed goes on, and how much of it is wanted at a time."""

    after: Annotated[int, Query(ge=0, le=_FARTHEST, description="Position of the last one seen.")] = 0
    limit: Annotated[int, Query(ge=1, le=500, description="Events in a page; streams have no end.")] = 100
    last_event_id: Annotated[
        int | None, Header(ge=0, le=_FARTHEST, description="As `after`, sent by those who come back.")
    ] = None
    accept: Annotated[str, Header(include_in_schema=False)] = ""

    @property
    def start(self) -> int:
        """The position after which it goes on: a listener that comes back has seen more than its address."""
        return self.after if self.last_event_id is None else self.last_event_id

    @property
    def streamed(self) -> bool:
        """Whether a stream is wanted; whoever names JSON and no stream is given a page."""
        return "text/event-stream" in self.accept or "application/json" not in self.accept


@router.get(
    "/events",
    operation_id="listEvents",
    response_model=None,
    responses=_ANSWERS | problems(*AUTHENTICATED, "too-many-streams", "replica-needed"),
)
async def list_events(
    request: Request, caller: Listener, services: ServicesDep, wanted: Annotated[Wanted, Depends()]
) -> Response:
    """Hear what becomes of certificates that concern the caller's member: server-sent events without end.

    With `Accept: application/json` the same as a page.  Whoever goes on after the last position seen misses
    nothing and is told nothing twice.
    """
    streams: Streams = request.app.state.streams
    if not wanted.streamed:
        return await streams.in_thread(lambda: _page(caller, services, wanted))
    await streams.in_thread(lambda: _head(services))
    token = request.headers["authorization"].partition(" ")[2].strip()
    place = streams.take(caller.authority)
    events = streams.events(caller.member, wanted.start, lambda: still_holds(token, caller, services))
    return Stream(events, place)


def _page(caller: Caller, services: ServicesDep, wanted: Wanted) -> Response:
    _head(services)
    rows = services.rooms.feed.page(caller.member, after=wanted.start, limit=wanted.limit)
    last = rows[-1].position if rows else wanted.start
    page = EventPage(events=[FeedEventOut.from_domain(row) for row in rows], next=last)
    more = f'</v1/events?after={last}&limit={wanted.limit}>; rel="next"'
    headers = {"Link": more} if len(rows) == wanted.limit else {}
    return JSONResponse(page.model_dump(mode="json", by_alias=True), headers=headers)


def _head(services: Services) -> Block:
    """Return the newest block of the replica that the feed is filled from; raises `ReplicaNeeded`."""
    head = services.rooms.replica.head()
    if head is None or head.block is None:
        raise ReplicaNeeded
    return head.block


@dataclass(frozen=True, slots=True)
class Missing:
    """Which certificates, where the list goes on, and how much of it is wanted."""

    importing: Annotated[MemberCode | None, Query(description="Those made out to one member.")] = None
    after: Annotated[
        str | None,
        Query(pattern="^[0-9]{1,15}-[0-9]{1,9}$", description="As the `Link` of the page before has it."),
    ] = None
    limit: Annotated[int, Query(ge=1, le=500)] = 100

    @property
    def place(self) -> tuple[int, int] | None:
        """The place on the chain after which it goes on."""
        block, _, position = (self.after or "").partition("-")
        return (int(block), int(position)) if self.after else None


@router.get(
    "/unreported",
    operation_id="listUnreported",
    responses=problems(*AUTHENTICATED, "replica-needed"),
)
def list_unreported(
    caller: Reader, services: ServicesDep, missing: Annotated[Missing, Depends()], response: Response
) -> UnreportedPage:
    """List own certificates of which the importing member has reported neither receipt nor decision.

    Those that were cancelled or replaced are not among them.
    """
    replica, block = services.rooms.replica, _head(services)
    now = moment(block.time)
    found = replica.unreported(
        caller.member, importing=missing.importing, after=missing.place, limit=missing.limit
    )
    if len(found) == missing.limit:
        place = "-".join(map(str, found[-1].place))
        named = f"&importing={missing.importing}" if missing.importing else ""
        query = f"after={place}&limit={missing.limit}{named}"
        response.headers["Link"] = f'</v1/unreported?{query}>; rel="next"'
    counts = replica.unreported_counts(caller.member)
    return UnreportedPage(
        as_of=AsOfOut.from_domain(AsOf(block.number, now)),
        counts={to: count for to, count in counts.items() if missing.importing in {None, to}},
        certificates=[UnreportedOut.from_domain(one, now) for one in found],
    )
