"""The same small world on both ledgers, in memory and on a chain, so that one test can ask both.

Three founding members (VN, TH, MY) with admin keys, and authorities with one key each.  Accounts have names;
whose name is given, its key is at hand.
"""

import contextlib
import itertools
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Protocol

import _ganache
from eth_account import Account
from eth_account.signers.local import LocalAccount

from ledger.batch import Batch, batch_of
from ledger.chain.connect import ChainLedger, connect
from ledger.chain.deploy import deploy
from ledger.chain.profile import ChainProfile, Fees
from ledger.chain.rpc import Rpc
from ledger.chain.signers import KeystoreSigner
from ledger.facts import Address, Evidence, ProposalKind, Reason, Role, Written
from ledger.hashing import keccak
from ledger.memory import MemoryLedger
from ledger.memory.transactions import MemoryTransactions
from ledger.outbox import Transactions
from ledger.ports import Members, Registry
from ledger.procedures_port import Procedures
from ledger.recognition_port import Recognitions
from ledger.terms import Scheme, Terms, certificate_id
from ledger.writes import OfProcedures, OfRecognition

FOUNDERS = ("VN", "TH", "MY")
AUTHORITIES = {
    "VN issuing": ("VN", Role.ISSUING),
    "VN competent": ("VN", Role.COMPETENT),
    "VN customs": ("VN", Role.CUSTOMS),
    "VN aeo": ("VN", Role.AEO),
    "TH issuing": ("TH", Role.ISSUING),
    "TH customs": ("TH", Role.CUSTOMS),
    "MY issuing": ("MY", Role.ISSUING),
    "TH aeo": ("TH", Role.AEO),
    "MY aeo": ("MY", Role.AEO),
}
"""Authorities of the cast, numbered from 1 in this order; the account of the same name is its key."""
NOBODY = Address("0x" + "00" * 20)
_COUNTER = itertools.count(1)


class Both(Members, Registry, Recognitions, Procedures, Protocol):
    """A ledger that answers the ports of all contracts."""

    def write(self, write: OfRecognition | OfProcedures, account: Address) -> Written:
        """Do a write at once, without the outbox; raises a twin of the contract's error."""


@cache
def _key(name: str) -> LocalAccount:
    account: LocalAccount = Account.from_key(keccak(f"asal test account {name}".encode()))
    return account


def account_of(name: str) -> Address:
    """Return the account of this name."""
    return Address(_key(name).address)


class World(ABC):
    """A ledger with the means to set its clock forward and to hold keys."""

    ledger: Both
    transactions: Transactions

    @abstractmethod
    def advance(self, by: timedelta) -> None:
        """Let time pass."""

    @abstractmethod
    def founded(self, founders: Mapping[str, Address]) -> "World":
        """Return another world with other founders and nothing else in it."""

    def account(self, name: str) -> Address:
        """Return the account of this name; its key is at hand."""
        return account_of(name)

    def admin(self, member: str) -> Address:
        """Return the admin key that a member was founded with."""
        return self.account(f"admin {member}")

    def authority(self, name: str) -> int:
        """Return the number of an authority of the cast."""
        return list(AUTHORITIES).index(name) + 1

    @property
    def now(self) -> datetime:
        """The time of the newest block."""
        return self.ledger.head().time

    def assemble(self) -> None:
        """Let the members name their authorities and keys."""
        for name, (member, roles) in AUTHORITIES.items():
            number = self.ledger.add_authority(
                roles, f"{name} office", f"{name[3:]}.example", self.admin(member)
            )
            self.ledger.add_key(number, self.account(name), self.admin(member))

    def people(self) -> None:
        """Revoke a key of VN and suspend MY."""
        self.ledger.add_key(self.authority("VN issuing"), self.account("VN revoked"), self.admin("VN"))
        self.ledger.revoke_key(self.account("VN revoked"), self.admin("VN"))
        self.suspend("MY")
        self.account("new")
        self.account("stranger")

    def terms(self, **overrides: object) -> Terms:
        """Return terms from VN to TH that no rule speaks against, new each time."""
        number = next(_COUNTER)
        terms = Terms(
            document_hash=keccak(b"document" + number.to_bytes(8, "big")),
            reference_key=keccak(b"reference" + number.to_bytes(8, "big")),
            exporting="VN",
            importing="TH",
            issued_on=self.now.date(),
            valid_until=self.now.date() + timedelta(days=364),
            scheme=Scheme.ATIGA_FORM_D,
        )
        return replace(terms, **overrides)  # type: ignore[arg-type]

    def issued(self, by: str = "VN issuing", **overrides: object) -> bytes:
        """Issue a certificate and return its id."""
        terms = self.terms(**overrides)
        self.ledger.issue(terms, self.account(by))
        return certificate_id(terms)

    def cancelled(self) -> bytes:
        """Issue and cancel a certificate and return its id."""
        certificate = self.issued()
        self.ledger.cancel(certificate, Reason.OTHER, self.account("VN issuing"))
        return certificate

    def anchored(self, *batch: Terms, by: str = "VN issuing", valid_until: date | None = None) -> Batch:
        """Anchor certificates together, valid as long as the last of them, and return their batch."""
        made = batch_of(map(certificate_id, batch), by[:2])
        ends = valid_until or max(terms.valid_until for terms in batch)
        self.ledger.anchor(made.tree.root, len(batch), ends, self.account(by))
        return made

    def suspend(self, member: str) -> None:
        """Let the members suspend one of them; where it takes all votes, its own too."""
        active = [one.code for one in self.ledger.members() if not one.suspended]
        first, *others = sorted(active, key=lambda code: code == member)
        proposal = self.ledger.propose(ProposalKind.SUSPEND, member, None, self.admin(first))
        for other in others:
            if self.ledger.proposals()[proposal - 1].enacted_at is None:
                self.ledger.vote(proposal, self.admin(other))

    def seen(self, certificate: bytes, root: bytes | None = None) -> Evidence:
        """Return the evidence on a certificate."""
        return self.ledger.evidence(certificate, root or certificate, bytes(32))


class MemoryWorld(World):
    """The world in memory."""

    ledger: MemoryLedger

    def __init__(self, founders: Mapping[str, Address] | None = None) -> None:
        self._held: set[str] = set()
        founders = founders or {member: self.admin(member) for member in FOUNDERS}
        self.ledger = MemoryLedger(founders, held=self._held)
        self.transactions = MemoryTransactions(self.ledger)

    def account(self, name: str) -> Address:
        """Return the account of this name; its key is at hand from now on."""
        self._held.add(_key(name).address)
        return super().account(name)

    def advance(self, by: timedelta) -> None:
        """Let time pass."""
        self.ledger.advance(by)

    def founded(self, founders: Mapping[str, Address]) -> World:
        """Return another world with other founders and nothing else in it."""
        return MemoryWorld(founders)


class ChainWorld(World):
    """The world on a development chain; every account it names gets a balance and a signer."""

    ledger: ChainLedger

    def __init__(self, profile: ChainProfile) -> None:
        self.profile = profile
        self.rpc = Rpc(profile.rpc, profile.rpc_timeout)
        self.ledger = connect(profile)
        self.transactions = self.ledger.transactions
        self._funded: set[str] = set()

    @classmethod
    def deployed(cls, network: ChainProfile, founders: Mapping[str, Address] | None = None) -> "ChainWorld":
        """Return the world of a new registry."""
        deployer = _key("deployer")
        Rpc(network.rpc, network.rpc_timeout).ask("evm_setAccountBalance", deployer.address, hex(10**21))
        founders = founders or {member: Address(_key(f"admin {member}").address) for member in FOUNDERS}
        return cls(deploy(network, founders, KeystoreSigner(deployer)))

    def account(self, name: str) -> Address:
        """Return the account of this name, with a balance; its key is at hand."""
        if name not in self._funded:
            self.rpc.ask("evm_setAccountBalance", _key(name).address, hex(10**21))
            self.ledger.add_signer(KeystoreSigner(_key(name)))
            self._funded.add(name)
        return super().account(name)

    def advance(self, by: timedelta) -> None:
        """Let time pass."""
        self.rpc.ask("evm_increaseTime", int(by.total_seconds()))
        self.rpc.ask("evm_mine")

    def founded(self, founders: Mapping[str, Address]) -> World:
        """Return another world with other founders and nothing else in it."""
        return ChainWorld.deployed(self.profile, founders)

    def afresh(self) -> "ChainWorld":
        """Return the same ledger with nothing remembered of it here but whose keys are at hand."""
        world = ChainWorld(self.profile)
        world._funded = self._funded.copy()
        for name in self._funded:
            world.ledger.add_signer(KeystoreSigner(_key(name)))
        return world


def network_of(node: _ganache.Node, fees: Fees = Fees.EIP1559) -> ChainProfile:
    """Return the profile of a node on which nothing is deployed yet."""
    return ChainProfile(node.chain_id, (node.rpc,), NOBODY, fees=fees)


@contextlib.contextmanager
def undone(assembled: ChainWorld) -> Iterator[ChainWorld]:
    """Lend a world on the chain, and put chain and clock back as they were."""
    snapshot = assembled.rpc.ask("evm_snapshot")
    try:
        yield assembled.afresh()
    finally:
        assembled.rpc.ask("evm_revert", snapshot)
