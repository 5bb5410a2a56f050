"""Officers of a demonstration, whom anybody may be with one click."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.portal import DEMO_ISSUER
from api.services import Services
from ledger.archive import Officer


@dataclass(frozen=True, slots=True)
class Role:
    """An officer to choose."""

    id: str
    name: str
    authority: str
    """Its name; empty for an administrator of the member."""


@dataclass(frozen=True, slots=True)
class MemberRoles:
    """The officers of one member."""

    member: str
    roles: Sequence[Role]


def roles(services: Services) -> Sequence[MemberRoles]:
    """Return the officers to choose from, by member."""
    names = {one.id: one.name for one in services.ledger.members.authorities()}
    found: dict[str, list[Role]] = {}
    for officer in _enrolled(services):
        role = Role(officer.id, officer.name, names.get(officer.authority, ""))
        found.setdefault(officer.member, []).append(role)
    return [MemberRoles(member, found[member]) for member in sorted(found)]


def chosen(services: Services, officer: str) -> Officer | None:
    """Return one of them by its id; nobody else can be chosen."""
    return next((one for one in _enrolled(services) if one.id == officer), None)


def _enrolled(services: Services) -> Sequence[Officer]:
    """Return the officers of the demonstration, none where there is no demonstration."""
    if not services.demo_roles:
        return ()
    officers = services.rooms.officers.officers()
    return [one for one in officers if one.issuer == DEMO_ISSUER and one.ended_at is None]
