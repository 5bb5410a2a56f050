"""Running the service from the environment: `python -m api.main`, or `uvicorn --factory api.main:app`."""

import sys

import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.logs import set_up
from api.monitoring import Monitoring
from api.portal import see_allowed
from api.settings import Settings
from api.webhooks import Telling
from ledger.errors import LedgerError
from ledger.following import following_of
from ledger.opening import open_ledger


def app() -> FastAPI:
    """Return the app that the environment describes; a `LedgerError` says what is not as it must be."""
    settings = Settings()
    log = set_up(settings.log or ("console" if sys.stderr.isatty() else "json"))
    opened = open_ledger(settings.ledger)
    signer = opened.see_signer if settings.signer else None
    portal = settings.portal
    see_allowed(portal, test_chain=settings.development_keys and opened.profile.development)
    monitoring = Monitoring(settings.metrics_port, log, signer)
    if settings.replica == "off":
        return create_app(opened.ledger, opened.rooms, settings.limits, monitoring=monitoring, portal=portal)
    telling = Telling(opened.profile.finality, settings.sender)
    following = following_of(opened.profile, opened.rooms, telling.heard)
    return create_app(
        opened.served, opened.rooms, settings.limits, following, monitoring, telling=telling, portal=portal
    )


def main() -> None:
    """Serve until told to stop; ends with a sentence when the service cannot be put together."""
    settings = Settings()
    try:
        service = app()
    except LedgerError as problem:
        sys.exit(f"The service does not start: {problem}")
    uvicorn.run(
        service,
        host=settings.host,
        port=settings.port,
        server_header=False,
        log_config=None,
        access_log=False,
    )


if __name__ == "__main__":
    main()
