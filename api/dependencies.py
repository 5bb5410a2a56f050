"""What routes ask for by type: the ledger, the caller, a certificate, a request carried out only once."""

import ipaddress
import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, Header, Path, Query, Request, Response, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from limits import RateLimitItem
from pydantic import BaseModel

from api.errors import RETRY_SECONDS, ApiError, retry_after
from api.schemas import CertificateBody, Id
from api.services import Services
from ledger.archive import (
    Answered,
    ApiKey,
    ApiKeys,
    InFlight,
    Mine,
    Officer,
    OtherRequest,
    Requests,
    Scope,
)
from ledger.certificate import Certificate
from ledger.documents import parse_document
from ledger.errors import CertificateNotFiled, Unavailable
from ledger.facts import Address, Role
from ledger.ports import Clock, Filing, FilingState, Ledger
from ledger.refusals import NotYourCertificate

_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_BEARER = HTTPBearer(auto_error=False, scheme_name="API key", description="`asal_…`, bound to one authority.")


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


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: an authority, its member, and the account that signs for it."""

    key: ApiKey | Officer
    """The API key it asks with, or the officer at a desk."""
    member: str

    @property
    def authority(self) -> int:
        """The authority it works for."""
        return self.key.authority

    @property
    def account(self) -> Address:
        """The chain account that signs for it."""
        return self.key.account


def caller_of(
    request: Request,
    services: ServicesDep,
    given: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)],
) -> Caller:
    """Return the caller behind the API key; a revoked key, or one of a withdrawn authority, is nobody's."""
    key = services.rooms.keys.holder(given.credentials) if given else None
    if key is None:
        raise ApiError("unauthenticated", headers={"WWW-Authenticate": 'Bearer realm="asal"'})
    request.state.authority = key.authority  # for the log
    authority = services.ledger.members.authority(key.authority)
    if authority is None or authority.withdrawn_at is not None:
        raise ApiError("authority-withdrawn")
    return Caller(key, authority.member)


def _with(scope: Scope) -> Callable[[Caller], Caller]:
    def scoped(caller: Annotated[Caller, Depends(caller_of)]) -> Caller:
        if scope not in caller.key.scopes:
            raise ApiError("scope-missing", scope=scope.value)
        return caller

    return scoped


Reader = Annotated[Caller, Depends(_with(Scope.READ))]
Issuer = Annotated[Caller, Depends(_with(Scope.ISSUE))]
AeoOfficer = Annotated[Caller, Depends(_with(Scope.AEO))]
Decider = Annotated[Caller, Depends(_with(Scope.DECIDE))]
ExporterOfficer = Annotated[Caller, Depends(_with(Scope.EXPORTERS))]
Admin = Annotated[Caller, Depends(_with(Scope.ADMIN))]
Watcher = Annotated[Caller, Depends(_with(Scope.WATCH))]


_LISTENING = frozenset({Scope.READ, Scope.ISSUE, Scope.DECIDE, Scope.WATCH})


def listener(caller: Annotated[Caller, Depends(caller_of)]) -> Caller:
    """Return a caller whose API key is for certificates, in whichever way."""
    if _LISTENING.isdisjoint(caller.key.scopes):
        raise ApiError("scope-missing", scope=Scope.READ.value)
    return caller


Listener = Annotated[Caller, Depends(listener)]


def still_holds(token: str, caller: Caller, services: Services) -> bool:
    """Whether an API key is still good for a caller that was let in with it.

    While the chain does not answer, the authority is taken to be what it was.
    """
    key = services.rooms.keys.holder(token)
    if key is None or _LISTENING.isdisjoint(key.scopes):
        return False
    with suppress(Unavailable):
        authority = services.ledger.members.authority(caller.authority)
        return authority is not None and authority.withdrawn_at is None
    return True


def aeo_reader(caller: AeoOfficer, ledger: LedgerDep) -> Caller:
    """Return a caller whose authority has the role AEO: an authority gives its API keys scopes as it likes.

    Of writes the ledger sees to that itself, by the key that signs them.
    """
    authority = ledger.members.authority(caller.authority)
    if authority is None or Role.AEO not in authority.roles:
        raise ApiError("authority-role-missing")
    return caller


AeoReader = Annotated[Caller, Depends(aeo_reader)]


def competent_officer(caller: ExporterOfficer, ledger: LedgerDep) -> Caller:
    """Return a caller whose authority has the role COMPETENT, as of `aeo_reader`."""
    authority = ledger.members.authority(caller.authority)
    if authority is None or Role.COMPETENT not in authority.roles:
        raise ApiError("authority-role-missing")
    return caller


CompetentOfficer = Annotated[Caller, Depends(competent_officer)]


def record_taker(caller: Annotated[Caller, Depends(caller_of)]) -> Caller:
    """Return a caller that keeps records of exporters: to verify by, or to authorise."""
    if not {Scope.DECIDE, Scope.EXPORTERS} & caller.key.scopes:
        raise ApiError("scope-missing", scope=Scope.DECIDE.value)
    return caller


RecordTaker = Annotated[Caller, Depends(record_taker)]


def party(caller: Annotated[Caller, Depends(caller_of)]) -> Caller:
    """Return a caller that may take part in verification cases on one side or the other."""
    if not {Scope.DECIDE, Scope.ISSUE} & caller.key.scopes:
        raise ApiError("scope-missing", scope=Scope.DECIDE.value)
    return caller


Party = Annotated[Caller, Depends(party)]


def certificate_of(body: CertificateBody) -> Certificate:
    """Return the certificate that the body describes."""
    return parse_document(body)


CertificateDep = Annotated[Certificate, Depends(certificate_of)]
CertificateId = Annotated[Id, Path(description="The certificate's id on the ledger.")]


def filing_for(certificate: bytes, caller: Caller, ledger: Ledger) -> Filing:
    """Return a filing that the caller is party to; for everybody else it does not exist.

    The exporting member sees all of its own, the importing member what the chain has recorded.
    """
    filing = ledger.archive.find(certificate)
    if filing is not None:
        exporting = caller.member == filing.terms.exporting
        addressed = caller.member == filing.terms.importing and filing.state is FilingState.RECORDED
        if exporting or addressed:
            return filing
    raise CertificateNotFiled(certificate)


def own_certificate(certificate: bytes, caller: Caller, ledger: Ledger) -> bytes:
    """Return the id of a certificate that the caller's member issued; the importing member may only look."""
    filing = filing_for(certificate, caller, ledger)
    if filing.terms.exporting != caller.member:
        raise NotYourCertificate(filing.id, filing.terms.exporting, caller.member)
    return filing.id


@dataclass(frozen=True, slots=True)
class Page:
    """Where a list goes on, and how much of it is wanted."""

    after: Annotated[Id | None, Query(description="Id of the last one seen.")] = None
    limit: Annotated[int, Query(ge=1, le=500)] = 100

    @property
    def start(self) -> bytes | None:
        """The id after which the page begins."""
        return bytes.fromhex(self.after[2:]) if self.after else None


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


def throttle(request: Request, services: ServicesDep) -> None:
    """Let one address ask only so often, so that reference numbers cannot be tried out."""
    _throttled(request, services, services.by_reference)


def throttle_logins(request: Request, services: ServicesDep) -> None:
    """Let one address begin only so many logins."""
    _throttled(request, services, services.logins, "logins")


def throttle_recognition(request: Request, services: ServicesDep) -> None:
    """Let one address ask only so often about operators; counted apart from other questions."""
    _throttled(request, services, services.recognition, "recognition")


def throttle_search(request: Request, services: ServicesDep) -> None:
    """Let one address search only so often; counted apart from other questions."""
    _throttled(request, services, services.recognition, "search")


def throttle_proofs(request: Request, services: ServicesDep) -> None:
    """Let one address ask only so often, and all of them together have only so many proofs signed."""
    throttle_recognition(request, services)
    _hit(services, services.recognition_proofs, "recognition proofs")


def throttle_lists(request: Request, services: ServicesDep) -> None:
    """Let one address send only so many lists of partners."""
    _throttled(request, services, services.recognition_lists, "recognition lists")


def throttle_look_up(caller: Reader, services: ServicesDep) -> Caller:
    """Let one authority look only so much up; who asks is in the log of answers."""
    _hit(services, services.look_up, "look-up", str(caller.authority))
    return caller


LookingUp = Annotated[Caller, Depends(throttle_look_up)]


def _throttled(request: Request, services: Services, limit: RateLimitItem, *what: str) -> None:
    _hit(services, limit, *what, network_of(request))


def _hit(services: Services, limit: RateLimitItem, *what: str) -> None:
    if not services.limiter.hit(limit, *what):
        free_at = services.limiter.get_window_stats(limit, *what).reset_time
        raise ApiError("rate-limited", headers=retry_after(free_at - time.time()))


def network_of(request: Request) -> str:
    """Return the caller's address; of IPv6 the /64, which is one connection's to fill."""
    host: Any = request.client.host if request.client else ""
    with suppress(ValueError):
        address = ipaddress.ip_address(host)
        if address.version == 6:  # noqa: PLR2004 - IPv6
            return str(ipaddress.ip_network((address, 64), strict=False))
    return str(host)
