"""Building the app: routes, error handlers, and the layer that every request passes."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager

from fastapi import APIRouter, FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.routing import BaseRoute

from api.background import Courier
from api.bulk import Places
from api.ending import told_to_stop
from api.monitoring import NOBODY, Answers, Monitoring
from api.openapi import describe
from api.portal import VISITORS, Portal
from api.probe import Probe
from api.readiness import looked_at
from api.refusing import add_handlers
from api.routes import (
    arrangements,
    bulk,
    cases,
    certificates,
    decisions,
    declarations,
    desk_aeo,
    desk_certificates,
    desk_importing,
    desk_issuing,
    desk_issuing_bulk,
    desk_login,
    desk_members,
    desk_statements,
    events,
    exporters,
    health,
    help_page,
    ledger_page,
    life,
    look_up,
    members,
    operators,
    operators_page,
    pages,
    papers,
    recognition,
    rules,
    verifications,
    watches,
)
from api.scrape import AtScrape, Listener
from api.services import Limits, Services
from api.shared import Shared
from api.streams import Streams
from api.transport import Transport
from api.watch import Watch
from api.webhooks import Telling, Webhooks
from ledger.archive import ArchiveRooms
from ledger.ports import Ledger
from ledger.replica import Following

_DESCRIPTION = """Issue, fetch, cancel and replace certificates of origin, and verify the ones others present.

Callers that issue send `Authorization: Bearer <API key>`; verifying needs none. Bodies are strict JSON: no
duplicate keys, no fractions, no integers beyond 2^53-1. Every error is a problem document (RFC 9457) whose
`type` is explained at its own address. POSTs that issue take an `Idempotency-Key` and may be repeated.
"""


def create_app(  # noqa: PLR0913 - each is a part that the service is made of
    ledger: Ledger,
    rooms: ArchiveRooms,
    limits: Limits | None = None,
    following: Following | None = None,
    monitoring: Monitoring = NOBODY,
    *,
    telling: Telling | None = None,
    portal: Portal = VISITORS,
) -> FastAPI:
    """Return the app over a ledger and the archive's rooms; it keeps no state of its own.

    `ledger.archive` is normally `rooms.certificates`.  `following` keeps the replica that the ledger reads
    from; it runs as long as the app does.  `monitoring` says where the app is watched from.  `telling`
    says how watchers are told of what the replica holds; without it nobody is told from here.  `portal`
    says how officers log in.
    """
    app = FastAPI(
        title="Asal",
        version="1",
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_at_work,
    )
    signer = Probe(monitoring.signer) if monitoring.signer else None
    told = telling or Telling()
    services = Services(
        ledger,
        rooms,
        limits or Limits(),
        signer=signer,
        sender=told.sender,
        finality=told.finality,
        bell=told.bell,
        public_url=portal.public_url,
        provider=portal.provider,
        demo_roles=portal.demo_roles,
    )
    ledger.reports.to(services.metrics)
    AtScrape(services)
    app.state.services, app.state.monitoring = services, monitoring
    app.state.following = following
    app.state.webhooks = Webhooks(services, telling, following) if telling else None
    app.state.look = Shared(lambda: looked_at(app.state.services))
    # The busiest address first: routes are tried in this order.
    routers = [
        routes.router
        for routes in (
            verifications,
            certificates,
            bulk,
            recognition,
            operators,
            watches,
            events,
            arrangements,
            exporters,
            declarations,
            look_up,
            life,
            decisions,
            cases,
            members,
            rules,
            health,
            papers,
            pages,
            operators_page,
            ledger_page,
            help_page,
            desk_login,
            desk_issuing,
            desk_importing,
            desk_aeo,
            desk_certificates,
            desk_statements,
            desk_members,
        )
    ]
    for router in routers:
        app.include_router(router)
    app.state.routes = [route for router in routers for route in _routes(router)]
    add_handlers(app)
    answered = Answers(services.metrics, monitoring.log)
    bounds = services.limits
    app.state.bulk_places = Places(bounds.bulk_at_once)
    app.state.streams = Streams(rooms.feed, services.news, bounds.streams_per_authority, bounds.streams)
    longer = {bulk.PATH: bounds.bulk_bytes, desk_issuing_bulk.PATH: bounds.bulk_bytes}
    app.add_middleware(
        Transport, body_limit=bounds.body_bytes, forms={pages.VERIFY}, longer=longer, answered=answered
    )
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]
    return app


def _routes(router: APIRouter) -> Iterator[BaseRoute]:
    """Yield the routes of a router, and those of the routers in it."""
    for route in router.routes:
        inner: APIRouter | None = getattr(route, "original_router", None)
        if inner is None:
            yield route
        else:
            yield from _routes(inner)


@asynccontextmanager
async def _at_work(app: FastAPI) -> AsyncIterator[None]:
    """Do what is done beside the requests as long as the app runs; what began last ends first.

    Accepted certificates are carried to the chain, those of an earlier process first; the chain is followed
    where the service keeps a replica; watchers are told; the service is looked after, and answers Prometheus
    where it is asked.
    """
    services: Services = app.state.services
    following: Following | None = app.state.following
    port: int | None = app.state.monitoring.port
    streams: Streams = app.state.streams
    loop = asyncio.get_running_loop()
    streams.begin()
    with ExitStack() as begun:
        if port is not None:
            begun.callback(Listener(services, port).stop)
        if following is not None:
            following.start()
            begun.callback(following.stop)
        for each in (Courier(services.ledger), Watch(services), app.state.webhooks):
            if each is not None:
                each.start()
                begun.callback(each.stop)
        ending = begun.pop_all()
    try:
        with told_to_stop(lambda: loop.call_soon_threadsafe(streams.end)):
            yield
    finally:
        streams.end()
        await run_in_threadpool(ending.close)
