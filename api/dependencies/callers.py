"""Who asks: the caller behind an API key, with the scopes and the roles that an operation needs."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.dependencies.house import LedgerDep, ServicesDep
from api.errors import ApiError
from api.services import Services
from ledger.archive import ApiKey, Officer, Scope
from ledger.errors import Unavailable
from ledger.facts import Address, Role

_BEARER = HTTPBearer(auto_error=False, scheme_name="API key", description="`asal_…`, bound to one authority.")


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
