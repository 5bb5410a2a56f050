"""Carrying a request out at most once, and how long its caller waits for the chain."""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel

from api.dependencies.callers import AeoOfficer, Caller, CompetentOfficer, Issuer, Party
from api.dependencies.house import ServicesDep
from api.errors import RETRY_SECONDS, ApiError, retry_after
from api.services import Services
from ledger.archive import Answered, InFlight, Mine, OtherRequest, Requests
from ledger.errors import Unavailable
from ledger.ports import Clock

_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def wait_of(
    services: ServicesDep,
    prefer: Annotated[
        str,
        Header(
            description="`wait=SECONDS` to wait so long for the chain, `respond-async` not to (RFC 7240)."
        ),
    ] = "",
) -> float:
    """Return how many seconds the caller waits for the chain; what takes longer is answered with 202."""
    asked = {name.strip(): value.strip() for name, _, value in (p.partition("=") for p in prefer.split(","))}
    if "respond-async" in asked:
        return 0.0
    wait = asked.get("wait", "")
    limits = services.limits
    return float(min(int(wait[:6]), limits.most_wait)) if wait.isascii() and wait.isdigit() else limits.wait


WaitDep = Annotated[float, Depends(wait_of)]


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a request."""

    status: int
    """201 when it is done, 202 while it is accepted and on its way."""
    location: str
    body: BaseModel


Act = Callable[[Caller], Done]
"""Carries a request out for its caller."""


@dataclass(frozen=True, slots=True)
class Once:
    """A request that is carried out at most once under its `Idempotency-Key`."""

    requests: Requests
    clock: Clock
    caller: Caller
    key: str
    request_hash: bytes

    def __call__(self, act: Act) -> Response:
        """Carry the request out, or give the answer of the first time."""
        claim = self.requests.claim(self.caller.authority, self.key, self.request_hash, now=self.clock())
        match claim:
            case Answered():
                return _created(claim, replayed=True)
            case InFlight(until=until):
                pause = (until - self.clock()).total_seconds()
                raise ApiError("idempotency-in-flight", headers=retry_after(min(pause, RETRY_SECONDS)))
            case OtherRequest():
                raise ApiError("idempotency-key-reused")
        return _created(self._carried_out(claim, act), replayed=False)

    def _carried_out(self, claim: Mine, act: Act) -> Answered:
        try:
            done = act(self.caller)
        except Exception:
            # Nothing came of it, or a retry continues it: either way the key may be used again.
            with suppress(Unavailable):
                self.requests.release(claim)
            raise
        written = done.body.model_dump_json(by_alias=True, exclude_none=True).encode()
        answered = Answered(done.status, done.location, written)
        with suppress(Unavailable):  # it is stored; a retry would find the certificate by its reference
            if done.status == HTTPStatus.ACCEPTED:
                self.requests.release(claim)  # a retry tells how far it is, and in the end that it is done
            else:
                self.requests.answer(claim, answered)
        return answered


def _created(answered: Answered, *, replayed: bool) -> Response:
    headers: Mapping[str, str] = {
        "Location": answered.location or "",
        "Idempotency-Replayed": str(replayed).lower(),
        **(retry_after(RETRY_SECONDS) if answered.status == HTTPStatus.ACCEPTED else {}),
    }
    return Response(answered.response, answered.status, headers, "application/json")


async def _request_hash(request: Request) -> bytes:
    return sha256(f"{request.method} {request.url.path}\n".encode() + await request.body()).digest()


_RequestHash = Annotated[bytes, Depends(_request_hash)]
_Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        description="New for each new request, at most 255 characters; kept for 30 days.",
    ),
]


def once_for(services: ServicesDep, caller: Issuer, request_hash: _RequestHash, key: _Key = "") -> Once:
    """Return the means to carry this request out once."""
    return _once(services, caller, request_hash, key)


def once_for_aeo(
    services: ServicesDep, caller: AeoOfficer, request_hash: _RequestHash, key: _Key = ""
) -> Once:
    """Return the means to carry a request about operators or recognition out once."""
    return _once(services, caller, request_hash, key)


def once_for_exporters(
    services: ServicesDep, caller: CompetentOfficer, request_hash: _RequestHash, key: _Key = ""
) -> Once:
    """Return the means to carry a request about exporters out once."""
    return _once(services, caller, request_hash, key)


def _once(services: Services, caller: Caller, request_hash: bytes, key: str) -> Once:
    if not _IDEMPOTENCY_KEY.fullmatch(key):
        raise ApiError("idempotency-key-missing")
    return Once(services.rooms.requests, services.ledger.clock, caller, key, request_hash)


def once_for_case(services: ServicesDep, caller: Party, request_hash: _RequestHash, key: _Key = "") -> Once:
    """Return the means to carry a request about a verification case out once."""
    return _once(services, caller, request_hash, key)


OnceDep = Annotated[Once, Depends(once_for)]
OnceAeoDep = Annotated[Once, Depends(once_for_aeo)]
OnceExporterDep = Annotated[Once, Depends(once_for_exporters)]
OnceCaseDep = Annotated[Once, Depends(once_for_case)]
