"""Members and their authorities, which are public; and an authority's own API keys."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from api.dependencies import Admin, KeysDep, LedgerDep
from api.errors import ApiError
from api.member_schemas import (
    ApiKeyList,
    ApiKeyOut,
    ApiKeyWish,
    AuthorityList,
    AuthorityOut,
    AuthorityWithKeys,
    KeyOut,
    MemberList,
    MemberOut,
    NewApiKey,
)
from api.openapi import AUTHENTICATED, problems
from api.schemas import MemberCode
from api.strict import StrictRoute
from ledger.facts import Address

router = APIRouter(prefix="/v1", route_class=StrictRoute)
_CHAIN = problems("chain-unreachable")


@router.get("/members", operation_id="listMembers", tags=["members"], responses=_CHAIN)
def list_members(ledger: LedgerDep) -> MemberList:
    """List the members of the ledger."""
    return MemberList(members=[MemberOut.from_domain(member) for member in ledger.members.members()])


@router.get(
    "/members/{code}",
    operation_id="getMember",
    tags=["members"],
    responses=problems("chain-unreachable", "member-not-found", "invalid-request"),
)
def get_member(code: MemberCode, ledger: LedgerDep) -> MemberOut:
    """Fetch a member by its ISO 3166 code."""
    member = ledger.members.member(code)
    if member is None:
        raise ApiError("member-not-found")
    return MemberOut.from_domain(member)


@router.get(
    "/authorities",
    operation_id="listAuthorities",
    tags=["members"],
    response_model_exclude_none=True,
    responses=_CHAIN,
)
def list_authorities(ledger: LedgerDep) -> AuthorityList:
    """List the authorities of all members, withdrawn ones too."""
    authorities = ledger.members.authorities()
    return AuthorityList(authorities=[AuthorityOut.from_domain(authority) for authority in authorities])


@router.get(
    "/authorities/{number}",
    operation_id="getAuthority",
    tags=["members"],
    response_model_exclude_none=True,
    responses=problems("chain-unreachable", "authority-not-found", "invalid-request"),
)
def get_authority(number: Annotated[int, Path(ge=1, le=2**32 - 1)], ledger: LedgerDep) -> AuthorityWithKeys:
    """Fetch an authority with its live keys."""
    authority = ledger.members.authority(number)
    if authority is None:
        raise ApiError("authority-not-found")
    keys = [KeyOut.from_domain(key) for key in ledger.members.keys(number)]
    return AuthorityWithKeys.from_domain(authority, keys=keys)


@router.get(
    "/api-keys",
    operation_id="listApiKeys",
    tags=["API keys"],
    response_model_exclude_none=True,
    responses=problems(*AUTHENTICATED),
)
def list_api_keys(caller: Admin, keys: KeysDep) -> ApiKeyList:
    """List the API keys of the caller's authority."""
    return ApiKeyList(api_keys=[ApiKeyOut.from_domain(key) for key in keys.keys(caller.authority)])


@router.post(
    "/api-keys",
    operation_id="makeApiKey",
    tags=["API keys"],
    status_code=201,
    response_model_exclude_none=True,
    responses=problems(*AUTHENTICATED, "body", "account-not-yours"),
)
def make_api_key(wish: ApiKeyWish, caller: Admin, ledger: LedgerDep, keys: KeysDep) -> NewApiKey:
    """Make an API key for the caller's authority; its token is shown this once."""
    key = ledger.members.key(Address(wish.account))
    if key is None or key.authority != caller.authority or key.revoked_at is not None:
        raise ApiError("account-not-yours")
    made, token = keys.make(caller.authority, key.account, wish.scopes, label=wish.label, now=ledger.clock())
    return NewApiKey.from_domain(made, token=token)


@router.delete(
    "/api-keys/{key}",
    operation_id="revokeApiKey",
    tags=["API keys"],
    status_code=204,
    responses=problems(*AUTHENTICATED, "api-key-not-found"),
)
def revoke_api_key(key: str, caller: Admin, ledger: LedgerDep, keys: KeysDep) -> Response:
    """Revoke one of the authority's API keys; the next request with it is refused."""
    if keys.revoke(caller.authority, key, now=ledger.clock()) is None:
        raise ApiError("api-key-not-found")
    return Response(status_code=204)
