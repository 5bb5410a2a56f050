"""The port `Members` on a chain."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from ledger.abi import Values
from ledger.chain.connection import Connection
from ledger.chain.transactions import Receipt
from ledger.chain.values import (
    ZERO_ADDRESS,
    address_of,
    authority_from,
    code_of,
    key_from,
    member_from,
    proposal_from,
    seconds_of,
    text_of,
)
from ledger.errors import ChainUnreachable
from ledger.facts import Address, Authority, Issuer, Key, Member, Proposal, ProposalKind, Role, Written
from ledger.refusals import MemberCodeInvalid

_LARGEST_NUMBER = 2**32 - 1


class ChainMembers:
    """Who may write, as the contract holds it; names of authorities come from its events."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._added: dict[int, Values] = {}
        """Events of authorities that were added, in blocks that are final."""
        self._searched = connection.profile.from_block - 1
        """The last block that these are known of."""

    def members(self) -> Sequence[Member]:
        """Return all members in the order in which they came."""
        codes = self._connection.read("members")
        found = self._connection.read_all([("memberOf", (code,)) for code in codes])
        members = (member_from(text_of(code), fields) for code, fields in zip(codes, found, strict=True))
        return [member for member in members if member is not None]

    def member(self, code: str) -> Member | None:
        """Return a member by its code."""
        try:
            return member_from(code, self._connection.read("memberOf", code_of(code)))
        except MemberCodeInvalid:
            return None

    def authorities(self) -> Sequence[Authority]:
        """Return all authorities, withdrawn ones too, in the order in which they came."""
        numbers = range(1, self._connection.read("authorityCount") + 1)
        found = self._connection.read_all([("authorityOf", (number,)) for number in numbers])
        return [self._authority(number, fields) for number, fields in zip(numbers, found, strict=True)]

    def authority(self, authority: int) -> Authority | None:
        """Return an authority by its number."""
        if not 0 < authority <= _LARGEST_NUMBER:
            return None
        fields = self._connection.read("authorityOf", authority)
        return self._authority(authority, fields) if fields["since"] else None

    def issuer(self, authority: int) -> Issuer | None:
        """Return the name and member of an authority; asks nothing for one that was seen before."""
        added = self._addition_of(authority)
        return Issuer(added["name"], text_of(added["member"])) if added else None

    def keys(self, authority: int) -> Sequence[Key]:
        """Return the authority's live keys, oldest first."""
        if not 0 < authority <= _LARGEST_NUMBER:
            return []
        accounts = self._connection.read("keysOf", authority)
        found = self._connection.read_all([("keyOf", (account,)) for account in accounts])
        keys = (key_from(account, fields) for account, fields in zip(accounts, found, strict=True))
        return sorted((key for key in keys if key is not None), key=lambda key: key.id)

    def key(self, account: Address) -> Key | None:
        """Return the key of an account, live or not."""
        return key_from(account, self._connection.read("keyOf", account))

    def signer(self, number: int) -> Key | None:
        """Return the key behind the number that what it signed carries, live or not."""
        if not 0 < number <= _LARGEST_NUMBER:
            return None
        account = address_of(self._connection.read("accountOf", number))
        return None if account == ZERO_ADDRESS else self.key(account)

    def proposals(self) -> Sequence[Proposal]:
        """Return all proposals in the order in which they were made."""
        numbers = range(1, self._connection.read("proposalCount") + 1)
        found = self._connection.read_all([("proposalOf", (number,)) for number in numbers])
        tallies = self._connection.read_all([("tallyOf", (number,)) for number in numbers])
        return [proposal_from(*row, *tally) for *row, tally in zip(numbers, found, tallies, strict=True)]

    def voters(self, proposal: int) -> frozenset[str]:
        """Return the members that agreed to a proposal, from the events of the whole ledger."""
        first, newest = self._connection.profile.from_block, self._connection.newest()
        cast = self._connection.events("VoteCast", first, newest)
        return frozenset(text_of(one["voter"]) for one in cast if one["proposal"] == proposal)

    def propose(self, kind: ProposalKind, member: str, admin: Address | None, account: Address) -> int:
        """Open a vote, casting the proposer's own; returns the proposal's id."""
        receipt = self._write("propose", int(kind), code_of(member), admin or ZERO_ADDRESS, account=account)
        return self._number_in(receipt, "ProposalMade", "proposal")

    def vote(self, proposal: int, account: Address) -> Written:
        """Agree to a proposal."""
        return self._write("vote", proposal, account=account).written

    def enact(self, proposal: int, account: Address) -> Written:
        """Carry out a proposal that has enough votes since fewer members are active."""
        return self._write("enact", proposal, account=account).written

    def rotate_admin(self, admin: Address, account: Address) -> Written:
        """Hand the account's member over to another admin key."""
        return self._write("rotateAdmin", admin, account=account).written

    def add_authority(self, roles: Role, name: str, domain: str, account: Address) -> int:
        """Add an authority to the account's member; returns its id."""
        receipt = self._write("addAuthority", int(roles), name, domain, account=account)
        return self._number_in(receipt, "AuthorityAdded", "authority")

    def withdraw_authority(self, authority: int, account: Address) -> Written:
        """Withdraw an authority and revoke its keys."""
        return self._write("withdrawAuthority", authority, account=account).written

    def add_key(self, authority: int, key: Address, account: Address) -> Written:
        """Give an authority a key."""
        return self._write("addKey", authority, key, account=account).written

    def rotate_key(self, retiring: Address, key: Address, account: Address) -> Written:
        """Replace a live key by a new one of the same authority."""
        return self._write("rotateKey", retiring, key, account=account).written

    def revoke_key(self, key: Address, account: Address) -> Written:
        """Revoke a key; what it signed stays good."""
        return self._write("revokeKey", key, account=account).written

    def mark_compromised(self, key: Address, since: datetime, account: Address) -> Written:
        """Report that a key was in the wrong hands since a moment."""
        return self._write("markCompromised", key, max(seconds_of(since), 0), account=account).written

    def _write(self, function: str, *arguments: object, account: Address) -> Receipt:
        return self._connection.write(function, *arguments, account=account)

    def _number_in(self, receipt: Receipt, event: str, name: str) -> int:
        found = self._connection.codec.find(event, receipt.logs)
        if found is None:
            raise ChainUnreachable(f"the receipt lacks the event {event}")
        return int(found[name])

    def _authority(self, number: int, fields: dict[str, Any]) -> Authority:
        added = self._addition_of(number) or {"name": "", "domain": ""}
        return authority_from(number, fields, added["name"], added["domain"])

    def _addition_of(self, number: int) -> Values | None:
        """Return the event that added an authority, from those seen or from blocks not searched yet.

        What a block says that is not final is believed once and not kept.
        """
        if number in self._added:
            return self._added[number]
        newest = self._connection.newest()
        final = newest - self._connection.profile.finality
        self._keep(self._searched + 1, final)
        recent = self._events(max(self._searched, final) + 1, newest)
        return self._added.get(number) or next((one for one in recent if one["authority"] == number), None)

    def _keep(self, first: int, final: int) -> None:
        self._added |= {event["authority"]: event for event in self._events(first, final)}
        self._searched = max(self._searched, final)

    def _events(self, first: int, last: int) -> Iterator[Values]:
        return self._connection.events("AuthorityAdded", first, last)
