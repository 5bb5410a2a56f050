"""Building the app: routes, error handlers, and the layer that every request passes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import BoundedSemaphore

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from api.background import Courier
from api.errors import add_handlers
from api.openapi import describe
from api.routes import bulk, certificates, health, members, pages, verifications
from api.services import Limits, Services
from api.transport import Transport
from ledger.archive import ArchiveRooms
from ledger.ports import Ledger
from ledger.replica import Following

_DESCRIPTION = """Issue, fetch, cancel and replace certificates of origin, and verify the ones others present.

Callers that issue send `Authorization: Bearer <API key>`; verifying needs none. Bodies are strict JSON: no
duplicate keys, no fractions, no integers beyond 2^53-1. Every error is a problem document (RFC 9457) whose
`type` is explained at its own address. POSTs that issue take an `Idempotency-Key` and may be repeated.
"""


def create_app(
    ledger: Ledger, rooms: ArchiveRooms, limits: Limits | None = None, following: Following | None = None
) -> FastAPI:
    """Return the app over a ledger and the archive's rooms; it keeps no state of its own.

    `ledger.archive` is normally `rooms.certificates`.  `following` keeps the replica that the ledger reads
    from; it runs as long as the app does.
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
    app.state.services = Services(ledger, rooms, limits or Limits())
    app.state.following = following
    routers = [routes.router for routes in (certificates, bulk, verifications, members, health, pages)]
    for router in routers:
        app.include_router(router)
    app.state.routes = [route for router in routers for route in router.routes]
    add_handlers(app)
    bounds = app.state.services.limits
    app.state.bulk_turns = BoundedSemaphore(bounds.bulk_at_once)
    longer = {bulk.PATH: bounds.bulk_bytes}
    app.add_middleware(Transport, body_limit=bounds.body_bytes, forms={pages.VERIFY}, longer=longer)
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]
    return app


@asynccontextmanager
async def _at_work(app: FastAPI) -> AsyncIterator[None]:
    """Carry accepted certificates to the chain beside the requests, those of an earlier process first.

    The chain is followed likewise, where the service keeps a replica.
    """
    following: Following | None = app.state.following
    if following is not None:
        following.start()
    courier = Courier(app.state.services.ledger)
    courier.start()
    try:
        yield
    finally:
        await run_in_threadpool(courier.stop)
        if following is not None:
            await run_in_threadpool(following.stop)
