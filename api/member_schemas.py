"""The shapes of members, authorities and API keys in answers and requests."""

from typing import Annotated, Any, Self

from pydantic import Field

from api.schemas import MemberCode, Moment, Schema
from ledger import facts
from ledger.archive import ApiKey, Scope


class MemberOut(Schema):
    """A state admitted to the ledger."""

    code: MemberCode
    admin: str
    admitted_at: Moment
    suspended: bool

    @classmethod
    def from_domain(cls, member: facts.Member) -> Self:
        """Show a member."""
        return cls(
            code=member.code, admin=member.admin, admitted_at=member.admitted_at, suspended=member.suspended
        )


class MemberList(Schema):
    """The members."""

    members: list[MemberOut]


def roles_of(roles: facts.Role) -> list[str]:
    """Return the names of the roles in a set."""
    return [str(role.name).lower() for role in facts.Role if role in roles]


class AuthorityOut(Schema):
    """An organisation of a member."""

    id: int
    member: MemberCode
    name: str
    domain: str
    roles: list[str]
    since: Moment
    withdrawn_at: Moment | None = None

    @classmethod
    def from_domain(cls, authority: facts.Authority, **more: object) -> Self:
        """Show an authority."""
        fields: dict[str, Any] = {
            "id": authority.id,
            "member": authority.member,
            "name": authority.name,
            "domain": authority.domain,
            "roles": roles_of(authority.roles),
            "since": authority.since,
            "withdrawn_at": authority.withdrawn_at,
        }
        fields.update(more)
        return cls(**fields)


class AuthorityList(Schema):
    """The authorities of all members."""

    authorities: list[AuthorityOut]


class KeyOut(Schema):
    """A live account of the chain that writes for an authority."""

    account: str
    roles: list[str]
    since: Moment
    suspended: bool

    @classmethod
    def from_domain(cls, key: facts.Key) -> Self:
        """Show a key."""
        return cls(account=key.account, roles=roles_of(key.roles), since=key.since, suspended=key.suspended)


class AuthorityWithKeys(AuthorityOut):
    """An authority with its live keys."""

    keys: list[KeyOut]


class ApiKeyWish(Schema):
    """An API key to be made."""

    account: Annotated[str, Field(pattern="^0x[0-9a-fA-F]{40}$", description="A live key of your authority.")]
    scopes: Annotated[frozenset[Scope], Field(min_length=1)]
    label: Annotated[str, Field(min_length=1, max_length=80, examples=["counter 4"])]


class ApiKeyOut(Schema):
    """An API key, without its secret."""

    id: str
    authority: int
    account: str
    scopes: list[str]
    label: str
    created_at: Moment
    revoked_at: Moment | None = None

    @classmethod
    def from_domain(cls, key: ApiKey, **more: object) -> Self:
        """Show an API key."""
        fields: dict[str, Any] = {
            "id": key.id,
            "authority": key.authority,
            "account": key.account,
            "scopes": sorted(key.scopes),
            "label": key.label,
            "created_at": key.created_at,
            "revoked_at": key.revoked_at,
        }
        fields.update(more)
        return cls(**fields)


class ApiKeyList(Schema):
    """An authority's API keys, revoked ones too."""

    api_keys: list[ApiKeyOut]


class NewApiKey(ApiKeyOut):
    """An API key just made; its token is shown this once."""

    token: str
