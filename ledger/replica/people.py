"""Members, authorities, keys and votes as their events leave them.

There are few of these, so they are gathered in memory, anew whenever one of their events came or went.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ledger.events import (
    AdminReplaced,
    AuthorityAdded,
    AuthorityWithdrawn,
    KeyAdded,
    KeyCompromised,
    KeyRevoked,
    MemberAdmitted,
    MemberReinstated,
    MemberSuspended,
    Occurrence,
    ProposalEnacted,
    ProposalMade,
    VoteCast,
    moment,
)
from ledger.facts import Address, Authority, Key, Member, Proposal, ProposalKind, Role

_NOBODY = Address("0x" + "00" * 20)


@dataclass(slots=True)
class People:
    """All of them at one block; made by `gathered` and not changed after."""

    members: dict[str, Member] = field(default_factory=dict)
    """By code, in order of admission."""
    authorities: dict[int, Authority] = field(default_factory=dict)
    keys: dict[int, Key] = field(default_factory=dict)
    """By number, oldest first."""
    numbers: dict[Address, int] = field(default_factory=dict)
    """The number of each account that is or was a key."""
    changed: dict[int, int] = field(default_factory=dict)
    """The newest block in which each key changed."""
    _proposals: dict[int, Proposal] = field(default_factory=dict)
    _votes: dict[int, set[str]] = field(default_factory=dict)

    def key(self, account: Address) -> Key | None:
        """Return the key of an account, live or not."""
        number = self.numbers.get(account)
        return self.keys[number] if number is not None else None

    def live_keys(self, authority: int) -> list[Key]:
        """Return an authority's keys that are not revoked, oldest first."""
        return [key for key in self.keys.values() if key.authority == authority and key.revoked_at is None]

    def proposals(self) -> list[Proposal]:
        """Return all proposals in order, counting the votes of members active now."""
        active = {member.code for member in self.members.values() if not member.suspended}
        return [
            replace(one, votes=len(self._votes[one.id] & active), needed=len(active) // 2 + 1)
            for one in self._proposals.values()
        ]

    def voters(self, proposal: int) -> frozenset[str]:
        """Return the members that agreed to a proposal."""
        return frozenset(self._votes.get(proposal, ()))

    def take(self, one: Occurrence) -> None:  # noqa: C901 - one case for each kind of event
        """Take one event into account."""
        match one.event:
            case MemberAdmitted(member, admin):
                self.members[member] = Member(member, admin, moment(one.at), suspended=False)
            case MemberSuspended(member):
                self._suspend(one, member, suspended=True)
            case MemberReinstated(member):
                self._suspend(one, member, suspended=False)
            case AdminReplaced(member, _, admin):
                self.members[member] = replace(self.members[member], admin=admin)
            case AuthorityAdded() as added:
                self._add_authority(one, added)
            case AuthorityWithdrawn(authority):
                known = self.authorities[authority]
                self.authorities[authority] = replace(known, withdrawn_at=moment(one.at))
            case KeyAdded() as added_key:
                self._add_key(one, added_key)
            case KeyRevoked(account):
                self._set_key(one, replace(self._known(account), revoked_at=moment(one.at)))
            case KeyCompromised(account, since):
                self._set_key(one, replace(self._known(account), compromised_from=moment(since)))
            case ProposalMade() as made:
                self._propose(one, made)
            case VoteCast(proposal, voter):
                self._votes[proposal].add(voter)
            case ProposalEnacted(proposal):
                enacted = replace(self._proposals[proposal], enacted_at=moment(one.at))
                self._proposals[proposal] = enacted

    def _suspend(self, one: Occurrence, member: str, *, suspended: bool) -> None:
        """Suspend or reinstate a member and its live keys; a revoked key stays as it was."""
        self.members[member] = replace(self.members[member], suspended=suspended)
        for key in list(self.keys.values()):
            if key.member == member and key.revoked_at is None:
                self._set_key(one, replace(key, suspended=suspended))

    def _add_authority(self, one: Occurrence, added: AuthorityAdded) -> None:
        self.authorities[added.authority] = Authority(
            id=added.authority,
            member=added.member,
            roles=Role(added.roles),
            name=added.name,
            domain=added.domain,
            since=moment(one.at),
            withdrawn_at=None,
        )

    def _add_key(self, one: Occurrence, added: KeyAdded) -> None:
        authority = self.authorities[added.authority]
        self.numbers[added.account] = added.id
        key = Key(
            id=added.id,
            account=added.account,
            authority=authority.id,
            member=authority.member,
            roles=authority.roles,
            suspended=False,
            since=moment(one.at),
            revoked_at=None,
            compromised_from=None,
        )
        self._set_key(one, key)

    def _propose(self, one: Occurrence, made: ProposalMade) -> None:
        admin = made.admin if made.admin != _NOBODY else None
        kind = ProposalKind(made.kind)
        self._proposals[made.proposal] = Proposal(
            made.proposal, kind, made.member, admin, moment(one.at), None, votes=0, needed=0
        )
        self._votes[made.proposal] = set()

    def _known(self, account: Address) -> Key:
        return self.keys[self.numbers[account]]

    def _set_key(self, one: Occurrence, key: Key) -> None:
        self.keys[key.id] = key
        self.changed[key.id] = one.block


def gathered(occurrences: Iterable[Occurrence]) -> People:
    """Return what events about members, authorities, keys and votes lead to, given in order."""
    people = People()
    for one in occurrences:
        people.take(one)
    return people
