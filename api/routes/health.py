"""Whether the process lives, and whether all it needs is there."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends

from api.dependencies import ServicesDep
from api.errors import RETRY_SECONDS, ApiError, retry_after
from api.openapi import problems
from api.schemas import Schema
from api.services import Services
from ledger.errors import LedgerError

router = APIRouter(tags=["health"])


class Alive(Schema):
    """The process answers."""

    status: str


class ReadyCheck(Schema):
    """One thing the service needs."""

    name: str
    ok: bool
    detail: str


class Ready(Schema):
    """All that the service needs is there."""

    checks: list[ReadyCheck]


@router.get("/livez", operation_id="isAlive")
def livez() -> Alive:
    """Say that the process answers; asks nothing else."""
    return Alive(status="alive")


def checks_of(services: ServicesDep) -> list[ReadyCheck]:
    """Look at each thing the service needs."""
    looks: dict[str, Callable[[Services], str]] = {
        "archive": _archive,
        "migrations": _migrations,
        "chain": _chain,
        "contract": _contract,
        "clock": _clock,
    }
    return [_looked(name, look, services) for name, look in looks.items()]


@router.get("/readyz", operation_id="isReady", responses=problems("not-ready"))
def readyz(checks: Annotated[list[ReadyCheck], Depends(checks_of)]) -> Ready:
    """Say whether archive, migrations, chain, contract and clock are as they must be."""
    if not all(check.ok for check in checks):
        shown = [check.model_dump() for check in checks]
        raise ApiError("not-ready", headers=retry_after(RETRY_SECONDS), checks=shown)
    return Ready(checks=checks)


class _NotReadyError(Exception):
    """A part is reachable and not as it must be."""


def _looked(name: str, look: Callable[[Services], str], services: Services) -> ReadyCheck:
    try:
        return ReadyCheck(name=name, ok=True, detail=look(services))
    except _NotReadyError as problem:
        return ReadyCheck(name=name, ok=False, detail=str(problem))
    except LedgerError as problem:
        return ReadyCheck(name=name, ok=False, detail=type(problem).__name__)


def _archive(services: Services) -> str:
    services.rooms.database.ping()
    return "answers"


def _migrations(services: Services) -> str:
    database = services.rooms.database
    if database.revision() != database.newest_revision:
        raise _NotReadyError("the schema is not at the revision that this version needs")
    return f"at revision {database.newest_revision}"


def _chain(services: Services) -> str:
    registry = services.ledger.registry
    return f"chain {registry.ledger.chain_id} at block {registry.head().block}"


def _contract(services: Services) -> str:
    """See that a ledger is at the registry's address: every ledger has at least one member."""
    if not services.ledger.members.members():
        raise _NotReadyError("there is no ledger at the address of the registry")
    return f"registry {services.ledger.registry.ledger.address}"


def _clock(services: Services) -> str:
    """Compare our clock with the newest block: blocks of the future mean that one of the clocks is wrong."""
    limits = services.limits
    ahead = (services.ledger.registry.head().time - services.ledger.clock()).total_seconds()
    if ahead > limits.clock_skew_seconds:
        raise _NotReadyError(f"the newest block is {ahead:.0f} s ahead of this clock")
    if limits.block_seconds is not None and -ahead > limits.block_seconds + limits.clock_skew_seconds:
        raise _NotReadyError(f"the newest block is {-ahead:.0f} s old")
    return f"the newest block is {-ahead:.0f} s old"
