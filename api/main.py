"""Running the service from the environment: `python -m api.main`, or `uvicorn --factory api.main:app`."""

import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.settings import Settings
from ledger.following import following_of
from ledger.opening import open_ledger


def app() -> FastAPI:
    """Return the app that the environment describes; a `LedgerError` says what is not as it must be."""
    settings = Settings()
    opened = open_ledger(settings.ledger)
    if settings.replica == "off":
        return create_app(opened.ledger, opened.rooms, settings.limits)
    following = following_of(opened.profile, opened.rooms)
    return create_app(opened.served, opened.rooms, settings.limits, following)


def main() -> None:
    """Serve until told to stop."""
    settings = Settings()
    uvicorn.run(app, factory=True, host=settings.host, port=settings.port, server_header=False)


if __name__ == "__main__":
    main()
