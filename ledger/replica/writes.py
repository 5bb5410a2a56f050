"""The writing half of a ledger whose reads come from a replica: all of it goes to the chain.

What this process wrote it also reads: until the replica has the block of the last write, the chain is asked.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from ledger.facts import Address, LedgerName, ProposalKind, Reason, Role, Written
from ledger.ports import Members, Registry
from ledger.procedures_port import Procedures
from ledger.recognition_port import Recognitions
from ledger.terms import Terms
from ledger.writes import OfProcedures, OfRecognition


class Chain(Members, Registry, Recognitions, Procedures, Protocol):
    """A ledger that answers all ports."""

    def write(self, write: OfRecognition | OfProcedures, account: Address) -> Written:
        """Do a write at once, without the outbox."""


class Writes:
    """Hands writes on to the chain and remembers the newest block written to."""

    def __init__(self, chain: Chain) -> None:
        """Keep the chain."""
        self._chain = chain
        self._written = 0

    @property
    def ledger(self) -> LedgerName:
        """The name by which envelopes know this ledger."""
        return self._chain.ledger

    def holds(self, account: Address) -> bool:
        """Return whether the key of an account is at hand."""
        return self._chain.holds(account)

    def propose(self, kind: ProposalKind, member: str, admin: Address | None, account: Address) -> int:
        """Open a vote, casting the proposer's own; returns the proposal's id."""
        return self._now(self._chain.propose(kind, member, admin, account))

    def vote(self, proposal: int, account: Address) -> Written:
        """Agree to a proposal."""
        return self._done(self._chain.vote(proposal, account))

    def enact(self, proposal: int, account: Address) -> Written:
        """Carry out a proposal that has enough votes since fewer members are active."""
        return self._done(self._chain.enact(proposal, account))

    def rotate_admin(self, admin: Address, account: Address) -> Written:
        """Hand the account's member over to another admin key."""
        return self._done(self._chain.rotate_admin(admin, account))

    def add_authority(self, roles: Role, name: str, domain: str, account: Address) -> int:
        """Add an authority to the account's member; returns its id."""
        return self._now(self._chain.add_authority(roles, name, domain, account))

    def withdraw_authority(self, authority: int, account: Address) -> Written:
        """Withdraw an authority and revoke its keys."""
        return self._done(self._chain.withdraw_authority(authority, account))

    def add_key(self, authority: int, key: Address, account: Address) -> Written:
        """Give an authority a key."""
        return self._done(self._chain.add_key(authority, key, account))

    def rotate_key(self, retiring: Address, key: Address, account: Address) -> Written:
        """Replace a live key by a new one of the same authority."""
        return self._done(self._chain.rotate_key(retiring, key, account))

    def revoke_key(self, key: Address, account: Address) -> Written:
        """Revoke a key; what it signed stays good."""
        return self._done(self._chain.revoke_key(key, account))

    def mark_compromised(self, key: Address, since: datetime, account: Address) -> Written:
        """Report that a key was in the wrong hands since a moment."""
        return self._done(self._chain.mark_compromised(key, since, account))

    def issue(self, terms: Terms, account: Address) -> Written:
        """Write an entry."""
        return self._done(self._chain.issue(terms, account))

    def anchor(self, tree: bytes, size: int, valid_until: date, account: Address) -> Written:
        """Commit a batch of certificates by the root of its tree."""
        return self._done(self._chain.anchor(tree, size, valid_until, account))

    def enter(self, terms: Terms, root: bytes, proof: Sequence[bytes], account: Address) -> Written:
        """Turn a certificate of a batch into an entry."""
        return self._done(self._chain.enter(terms, root, proof, account))

    def cancel(self, certificate: bytes, reason: Reason, account: Address) -> Written:
        """End an entry for good."""
        return self._done(self._chain.cancel(certificate, reason, account))

    def replace(self, certificate: bytes, terms: Terms, account: Address) -> Written:
        """End an entry and write the one that takes its place, both or neither."""
        return self._done(self._chain.replace(certificate, terms, account))

    def write(self, write: OfRecognition | OfProcedures, account: Address) -> Written:
        """Do a write at once, without the outbox."""
        return self._done(self._chain.write(write, account))

    def note(self, block: int) -> None:
        """Answer from the replica only when it has this block: something of ours is in it."""
        self._written = max(self._written, block)

    def _done(self, written: Written) -> Written:
        self.note(written.block)
        return written

    def _now(self, number: int) -> int:
        """Take a write whose block is not told: it is in the newest one at the latest."""
        self.note(self._chain.head().block)
        return number
