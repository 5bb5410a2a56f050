"""What an administrator sees: the member, its authorities and keys, votes, officers, and what was done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from api.desks.members_votes import question
from api.desks.members_words import KINDS, ROLE_NAMES
from api.services import Services
from ledger.archive import ActsWanted, DeskAct, Officer
from ledger.facts import VOTING_PERIOD, Authority, Key, Member, Proposal, Role
from ledger.said import Said


@dataclass(frozen=True, slots=True)
class AuthorityRow:
    """An authority of the own member."""

    authority: Authority
    does: Sequence[Said]
    keys: Sequence[Key]
    """Its live ones."""


@dataclass(frozen=True, slots=True)
class Question:
    """A vote."""

    proposal: Proposal
    question: Said
    result: Said
    lapses_at: datetime
    agreed: Sequence[str]
    """Members, by code."""
    state: str
    """open, enough, carried or lapsed."""
    voted: bool
    """Whether the own member has."""


@dataclass(frozen=True, slots=True)
class OfficerRow:
    """An officer of the own member."""

    officer: Officer
    works_for: str
    """Name of the authority; empty for an administrator."""
    ended: bool


@dataclass(frozen=True, slots=True)
class ActRow:
    """Something that an officer of the own member did, or was refused."""

    place: int
    """By which the older ones are asked for."""
    act: DeskAct
    name: str
    """Of the officer, as far as there was one."""
    works_for: str


def authorities(member: str, services: Services) -> Sequence[AuthorityRow]:
    """Return the authorities of a member: those at work first."""
    found = [row(one, services) for one in services.ledger.members.authorities() if one.member == member]
    return sorted(found, key=lambda one: one.authority.withdrawn_at is not None)


def row(authority: Authority, services: Services) -> AuthorityRow:
    """Return an authority with its live keys."""
    keys = services.ledger.members.keys(authority.id)
    return AuthorityRow(authority, does(authority.roles), keys)


def does(roles: Role) -> Sequence[Said]:
    """Return what an authority with these roles does."""
    return [name for role, name in ROLE_NAMES.items() if role in roles]


def questions(member: str, services: Services) -> Sequence[Question]:
    """Return all votes, the newest first."""
    now = services.ledger.registry.head().time
    found = services.ledger.members.proposals()
    return [_question(one, member, now, services) for one in reversed(found)]


def _question(proposal: Proposal, member: str, now: datetime, services: Services) -> Question:
    agreed = services.ledger.members.voters(proposal.id)
    lapses_at = proposal.proposed_at + VOTING_PERIOD
    if proposal.enacted_at is not None:
        state = "carried"
    elif lapses_at <= now:
        state = "lapsed"
    else:
        state = "enough" if proposal.votes >= proposal.needed else "open"
    asked, result = question(proposal), KINDS[proposal.kind].result
    return Question(proposal, asked, result, lapses_at, sorted(agreed), state, member in agreed)


def others(member: str, services: Services) -> Sequence[Member]:
    """Return the other members."""
    return [one for one in services.ledger.members.members() if one.code != member]


def officers(member: str, services: Services) -> Sequence[OfficerRow]:
    """Return the officers of a member: those at work first."""
    names = {one.id: one.name for one in services.ledger.members.authorities()}
    found = services.rooms.officers.officers(member)
    rows = [OfficerRow(one, names.get(one.authority, ""), one.ended_at is not None) for one in found]
    return sorted(rows, key=lambda one: one.ended)


def acts(member: str, services: Services, wanted: ActsWanted, most: int) -> Sequence[ActRow]:
    """Return what officers of a member did and were refused, the newest first."""
    names = {one.id: one.name for one in services.rooms.officers.officers(member)}
    offices = {one.id: one.name for one in services.ledger.members.authorities()}
    return [
        ActRow(place, one, names.get(one.officer, ""), offices.get(one.authority, ""))
        for place, one in services.rooms.acts.found(member, wanted, most=most)
    ]
