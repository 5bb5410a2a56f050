"""What routes ask of the house: the services, the ledger, the API keys."""

from typing import Annotated

from fastapi import Depends, Request

from api.services import Services
from ledger.archive import ApiKeys
from ledger.ports import Ledger


# The next three do nothing worth a worker thread, which a plain `def` would be given.
async def services_of(request: Request) -> Services:
    """Return what `create_app` was given."""
    services: Services = request.app.state.services
    return services


ServicesDep = Annotated[Services, Depends(services_of)]


async def ledger_of(services: ServicesDep) -> Ledger:
    """Return the ledger."""
    return services.ledger


LedgerDep = Annotated[Ledger, Depends(ledger_of)]


async def keys_of(services: ServicesDep) -> ApiKeys:
    """Return the API keys."""
    return services.rooms.keys


KeysDep = Annotated[ApiKeys, Depends(keys_of)]
