"""The rules of `MemberRegistry.sol` in Python, in the same order."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from ledger.facts import (
    VOTING_PERIOD,
    Address,
    Authority,
    Issuer,
    Key,
    Member,
    Proposal,
    ProposalKind,
    Role,
    Written,
)
from ledger.memory.blocks import MemoryChain, wall_clock, write
from ledger.ports import Clock
from ledger.refusals import (
    AdminInUse,
    AdminInvalid,
    AlreadyVoted,
    AuthorityAlreadyWithdrawn,
    AuthorityNotYours,
    AuthorityUnknown,
    CompromiseDateInvalid,
    DomainMissing,
    KeyAlreadyKnown,
    KeyAlreadyRevoked,
    KeyInvalid,
    KeyNotYours,
    KeyUnknown,
    LastActiveMember,
    MemberAlreadyKnown,
    MemberCodeInvalid,
    MemberNotActive,
    MemberNotSuspended,
    MemberUnknown,
    NameMissing,
    NotAnAdmin,
    NotAuthorised,
    ProposalAlreadyEnacted,
    ProposalLapsed,
    ProposalUnknown,
    RolesInvalid,
    TooManyKeys,
    TooManyMembers,
    VotesMissing,
)

ALL_ROLES = 15
MAX_MEMBERS = 256
MAX_LIVE_KEYS = 64
ZERO_ADDRESS = Address("0x" + "00" * 20)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Motion:
    """A proposal with the members that agreed to it."""

    proposal: Proposal
    agreed: frozenset[str]


class MemoryMembers(MemoryChain):
    """Who may write."""

    def __init__(
        self, founders: Mapping[str, Address], clock: Clock = wall_clock, held: Collection[str] | None = None
    ) -> None:
        super().__init__(clock, held)
        self._members: dict[str, Member] = {}
        self._authorities: dict[int, Authority] = {}
        self._keys: dict[Address, Key] = {}
        self._accounts: dict[int, Address] = {}
        self._motions: dict[int, _Motion] = {}
        if not founders:
            raise LastActiveMember("")
        for member, admin in founders.items():
            self._require_admissible(member, admin)
            self._members[member] = Member(member, admin, self._now(), suspended=False)
        self._written()

    # ------------------------------------------------------------------------------------------ views

    def members(self) -> Sequence[Member]:
        """Return all members in the order in which they came."""
        return list(self._members.values())

    def member(self, code: str) -> Member | None:
        """Return a member by its code."""
        return self._members.get(code)

    def authorities(self) -> Sequence[Authority]:
        """Return all authorities, withdrawn ones too, in the order in which they came."""
        return list(self._authorities.values())

    def authority(self, authority: int) -> Authority | None:
        """Return an authority by its number."""
        return self._authorities.get(authority)

    def issuer(self, authority: int) -> Issuer | None:
        """Return the name and member of an authority."""
        found = self.authority(authority)
        return found.issuer if found else None

    def keys(self, authority: int) -> Sequence[Key]:
        """Return the authority's live keys, oldest first."""
        return [key for key in self._keys.values() if key.authority == authority and key.revoked_at is None]

    def key(self, account: Address) -> Key | None:
        """Return the key of an account, live or not."""
        return self._keys.get(account)

    def signer(self, number: int) -> Key | None:
        """Return the key behind the number that what it signed carries, live or not."""
        account = self._accounts.get(number)
        return self._keys[account] if account else None

    def proposals(self) -> Sequence[Proposal]:
        """Return all proposals in the order in which they were made, with their tallies of now."""
        return [self._counted(motion) for motion in self._motions.values()]

    def voters(self, proposal: int) -> frozenset[str]:
        """Return the members that agreed to a proposal."""
        motion = self._motions.get(proposal)
        return motion.agreed if motion else frozenset()

    # ------------------------------------------------------------------------------------------ votes

    @write
    def propose(self, kind: ProposalKind, member: str, admin: Address | None, account: Address) -> int:
        """Open a vote, casting the proposer's own; returns the proposal's id."""
        _require_code(member)
        self._begin(account)
        proposer = self._require_active_admin(account)
        self._require_possible(kind, member, admin or ZERO_ADDRESS)
        number = len(self._motions) + 1
        proposal = Proposal(number, kind, member, admin, self._now(), None, 0, 0)
        self._cast(_Motion(proposal, frozenset()), proposer)
        self._written()
        return number

    @write
    def vote(self, proposal: int, account: Address) -> Written:
        """Agree to a proposal."""
        self._begin(account)
        voter = self._require_active_admin(account)
        motion = self._require_open(proposal)
        if voter in motion.agreed:
            raise AlreadyVoted(proposal, voter)
        self._cast(motion, voter)
        return self._written()

    @write
    def enact(self, proposal: int, account: Address) -> Written:
        """Carry out a proposal that has enough votes since fewer members are active."""
        self._begin(account)
        self._require_admin(account)
        motion = self._require_open(proposal)
        counted = self._counted(motion)
        if counted.votes < counted.needed:
            raise VotesMissing(proposal, counted.votes, counted.needed)
        self._enact(motion)
        return self._written()

    # ----------------------------------------------------------------------- a member's own business

    @write
    def rotate_admin(self, admin: Address, account: Address) -> Written:
        """Hand the account's member over to another admin key."""
        self._begin(account)
        member = self._require_admin(account)
        self._require_free_admin(admin)
        self._members[member] = replace(self._members[member], admin=admin)
        return self._written()

    @write
    def add_authority(self, roles: Role, name: str, domain: str, account: Address) -> int:
        """Add an authority to the account's member; returns its id."""
        self._begin(account)
        member = self._require_active_admin(account)
        if not 0 < int(roles) <= ALL_ROLES:
            raise RolesInvalid(int(roles))
        if not name:
            raise NameMissing
        if not domain:
            raise DomainMissing
        number = len(self._authorities) + 1
        self._authorities[number] = Authority(number, member, roles, name, domain, self._now(), None)
        self._written()
        return number

    @write
    def withdraw_authority(self, authority: int, account: Address) -> Written:
        """Withdraw an authority and revoke its keys."""
        self._begin(account)
        record = self._require_own_authority(authority, self._require_admin(account))
        for key in self.keys(authority):
            self._revoke(key)
        self._authorities[authority] = replace(record, withdrawn_at=self._now())
        return self._written()

    @write
    def add_key(self, authority: int, key: Address, account: Address) -> Written:
        """Give an authority a key."""
        self._begin(account)
        member = self._require_active_admin(account)
        record = self._require_own_authority(authority, member)
        self._require_free_key(key)
        if len(self._live_keys(member)) >= MAX_LIVE_KEYS:
            raise TooManyKeys(member, MAX_LIVE_KEYS)
        self._add_key(key, authority, member, record.roles)
        return self._written()

    @write
    def rotate_key(self, retiring: Address, key: Address, account: Address) -> Written:
        """Replace a live key by a new one of the same authority."""
        self._begin(account)
        member = self._require_active_admin(account)
        going = self._require_own_live_key(retiring, member)
        self._require_free_key(key)
        self._revoke(going)
        self._add_key(key, going.authority, member, going.roles)
        return self._written()

    @write
    def revoke_key(self, key: Address, account: Address) -> Written:
        """Revoke a key; what it signed stays good."""
        self._begin(account)
        self._revoke(self._require_own_live_key(key, self._require_admin(account)))
        return self._written()

    @write
    def mark_compromised(self, key: Address, since: datetime, account: Address) -> Written:
        """Report that a key was in the wrong hands since a moment."""
        self._begin(account)
        stolen, since = (
            self._require_own_key(key, self._require_admin(account)),
            max(since.replace(microsecond=0), EPOCH),
        )
        reported = stolen.compromised_from
        latest = self._now() if reported is None else reported - timedelta(seconds=1)
        if since == EPOCH or since > latest:
            raise CompromiseDateInvalid(key, since, latest)
        if stolen.revoked_at is None:
            stolen = self._revoke(stolen)
        self._keys[key] = replace(stolen, compromised_from=since)
        return self._written()

    # ---------------------------------------------------------------------- for registries built on it

    def _require_role(self, account: Address, role: Role) -> Key:
        """Return the account's key, which may write with this role, or with any if it is none."""
        key = self._keys.get(account)
        if key is None or key.revoked_at is not None or key.suspended or key.roles & role != role:
            raise NotAuthorised(account, int(role))
        return key

    # ---------------------------------------------------------------------------------------- checks

    def _require_admin(self, account: Address) -> str:
        for member in self._members.values():
            if member.admin == account:
                return member.code
        raise NotAnAdmin(account)

    def _require_active_admin(self, account: Address) -> str:
        member = self._require_admin(account)
        if self._members[member].suspended:
            raise MemberNotActive(member)
        return member

    def _require_possible(self, kind: ProposalKind, member: str, admin: Address) -> None:
        """Check a proposal when it is made and again when it is enacted, for the ledger may have changed."""
        if kind is ProposalKind.ADMIT:
            return self._require_admissible(member, admin)
        record = self._members.get(member)
        if record is None:
            raise MemberUnknown(member)
        if kind is ProposalKind.REPLACE_ADMIN:
            return self._require_free_admin(admin)
        if admin != ZERO_ADDRESS:
            raise AdminInvalid(admin)
        if kind is ProposalKind.REINSTATE and not record.suspended:
            raise MemberNotSuspended(member)
        if kind is ProposalKind.SUSPEND and record.suspended:
            raise MemberNotActive(member)
        if kind is ProposalKind.SUSPEND and self._active() == {member}:
            raise LastActiveMember(member)
        return None

    def _require_admissible(self, member: str, admin: Address) -> None:
        if not re.fullmatch("[A-Z]{2}", member):
            raise MemberCodeInvalid(member)
        if member in self._members:
            raise MemberAlreadyKnown(member)
        if len(self._members) >= MAX_MEMBERS:
            raise TooManyMembers(MAX_MEMBERS)
        self._require_free_admin(admin)

    def _require_free_admin(self, admin: Address) -> None:
        if admin == ZERO_ADDRESS or admin in self._keys:
            raise AdminInvalid(admin)
        if self._administers(admin):
            raise AdminInUse(admin)

    def _require_free_key(self, account: Address) -> None:
        if account == ZERO_ADDRESS or self._administers(account):
            raise KeyInvalid(account)
        if account in self._keys:
            raise KeyAlreadyKnown(account)

    def _require_own_authority(self, authority: int, member: str) -> Authority:
        record = self._authorities.get(authority)
        if record is None:
            raise AuthorityUnknown(authority)
        if record.member != member:
            raise AuthorityNotYours(authority, member)
        if record.withdrawn_at is not None:
            raise AuthorityAlreadyWithdrawn(authority, record.withdrawn_at)
        return record

    def _require_own_key(self, account: Address, member: str) -> Key:
        key = self._keys.get(account)
        if key is None:
            raise KeyUnknown(account)
        if key.member != member:
            raise KeyNotYours(account, member)
        return key

    def _require_own_live_key(self, account: Address, member: str) -> Key:
        key = self._require_own_key(account, member)
        if key.revoked_at is not None:
            raise KeyAlreadyRevoked(account, key.revoked_at)
        return key

    def _require_open(self, proposal: int) -> _Motion:
        motion = self._motions.get(proposal)
        if motion is None:
            raise ProposalUnknown(proposal)
        if motion.proposal.enacted_at is not None:
            raise ProposalAlreadyEnacted(proposal, motion.proposal.enacted_at)
        lapses_at = motion.proposal.proposed_at + VOTING_PERIOD
        if self._now() >= lapses_at:
            raise ProposalLapsed(proposal, lapses_at)
        return motion

    def _administers(self, account: Address) -> bool:
        return any(member.admin == account for member in self._members.values())

    def _active(self) -> set[str]:
        return {member.code for member in self._members.values() if not member.suspended}

    def _live_keys(self, member: str) -> list[Key]:
        return [key for key in self._keys.values() if key.member == member and key.revoked_at is None]

    def _counted(self, motion: _Motion) -> Proposal:
        """Return the proposal with the votes of active members, and how many are more than half of them."""
        active = self._active()
        return replace(motion.proposal, votes=len(motion.agreed & active), needed=len(active) // 2 + 1)

    # --------------------------------------------------------------------------------------- effects

    def _cast(self, motion: _Motion, voter: str) -> None:
        """Count a member's agreement; when what it decides is impossible, it is not counted either."""
        motion = replace(motion, agreed=motion.agreed | {voter})
        counted = self._counted(motion)
        if counted.votes >= counted.needed:
            self._enact(motion)
        else:
            self._motions[motion.proposal.id] = motion

    def _enact(self, motion: _Motion) -> None:
        proposal = motion.proposal
        admin = proposal.admin or ZERO_ADDRESS
        self._require_possible(proposal.kind, proposal.member, admin)
        match proposal.kind:
            case ProposalKind.ADMIT:
                self._members[proposal.member] = Member(proposal.member, admin, self._now(), suspended=False)
            case ProposalKind.REPLACE_ADMIN:
                self._members[proposal.member] = replace(self._members[proposal.member], admin=admin)
            case kind:
                self._set_suspended(proposal.member, suspended=kind is ProposalKind.SUSPEND)
        self._motions[proposal.id] = replace(motion, proposal=replace(proposal, enacted_at=self._now()))

    def _set_suspended(self, member: str, *, suspended: bool) -> None:
        self._members[member] = replace(self._members[member], suspended=suspended)
        for key in self._live_keys(member):
            self._keys[key.account] = replace(key, suspended=suspended)

    def _add_key(self, account: Address, authority: int, member: str, roles: Role) -> None:
        number = len(self._accounts) + 1
        self._accounts[number] = account
        self._keys[account] = Key(
            id=number,
            account=account,
            authority=authority,
            member=member,
            roles=roles,
            suspended=False,
            since=self._now(),
            revoked_at=None,
            compromised_from=None,
        )

    def _revoke(self, key: Key) -> Key:
        revoked = replace(key, revoked_at=self._now())
        self._keys[key.account] = revoked
        return revoked


def _require_code(member: str) -> None:
    """Refuse what would not fit into the chain's two bytes."""
    if not member.isascii() or len(member) > 2:  # noqa: PLR2004 -- bytes2
        raise MemberCodeInvalid(member)
