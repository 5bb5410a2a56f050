"""Transactions on the ledger in memory: nonces, a pool, and blocks of one transaction each.

The same promises as a node's: a nonce is used once, transactions of a key are done in order of nonces, one
that fails uses its nonce up, and what is sent twice is done once.
"""

from collections.abc import Sequence
from dataclasses import replace

from ledger.errors import KeyNotHeld, LedgerError
from ledger.facts import Address, Written
from ledger.hashing import keccak
from ledger.memory.procedures import MemoryLedger
from ledger.outbox import Answer, Failed, Mined, Signature
from ledger.refusals import ContractRefusal
from ledger.writes import Anchor, Cancel, Enter, Issue, Replace, Write

_GAS_PRICE = 1_000_000_000


class MemoryTransactions:
    """The port `Transactions` over a ledger in memory."""

    def __init__(self, ledger: MemoryLedger) -> None:
        """Start with no transaction of any account."""
        self.ledger = ledger
        self.signed: dict[bytes, tuple[Address, Write, Signature]] = {}
        """Every signature ever made, by its transaction: what raw bytes say of themselves on a chain."""
        self.pool: dict[tuple[Address, int], bytes] = {}
        """Transactions that wait for a block."""
        self.done: dict[bytes, Written | LedgerError] = {}
        """What became of those in blocks."""
        self.held = False
        """While set, no blocks are made."""
        self._used: dict[Address, int] = {}

    def used(self, account: Address) -> int:
        """Return how many transactions of the account are in blocks."""
        return self._used.get(account, 0)

    def sign(self, write: Write, account: Address, nonce: int, *, above: int = 0) -> Signature:
        """Sign a write under a nonce, paying at least an eighth more than `above`."""
        if not self.ledger.holds(account):
            raise KeyNotHeld(account)
        price = max(_GAS_PRICE, -(-above * 9 // 8))
        raw = repr((account, nonce, price, write)).encode()
        signature = Signature(keccak(raw), raw, nonce, price)
        self.signed[signature.transaction] = (account, write, signature)
        return signature

    def send(self, signature: Signature) -> Answer:
        """Take a transaction into the pool, and make blocks of what is next there."""
        account, _, _ = self.signed[signature.transaction]
        place = (account, signature.nonce)
        if signature.transaction in self.done or self.pool.get(place) == signature.transaction:
            return Answer.TAKEN
        if signature.nonce < self.used(account):
            return Answer.REFUSED
        if place in self.pool and signature.price * 8 < self.signed[self.pool[place]][2].price * 9:
            return Answer.UNDERPRICED
        self.pool[place] = signature.transaction
        self.mine()
        return Answer.TAKEN

    def outcome(
        self,
        signatures: Sequence[Signature],
        write: Write,  # noqa: ARG002 - the port's
        account: Address,  # noqa: ARG002 - the port's
    ) -> Mined | Failed | None:
        """Return what became of the one of a write's signatures that is in a block."""
        for signature in signatures:
            match self.done.get(signature.transaction):
                case Written() as written:
                    return Mined(written, final=True)
                case LedgerError() as refusal:
                    return Failed(refusal, final=True)
        return None

    def block_of(self, transaction: bytes) -> int | None:
        """Return the block that a transaction stands in; a refused one leaves no trace here."""
        done = self.done.get(transaction)
        return done.block if isinstance(done, Written) else None

    def mine(self) -> None:
        """Make blocks of the pooled transactions whose turn it is, unless blocks are held back."""
        while not self.held and (ready := [place for place in self.pool if place[1] == self.used(place[0])]):
            for account, nonce in ready:
                transaction = self.pool.pop((account, nonce))
                self._used[account] = nonce + 1
                self.done[transaction] = self._did(transaction)

    def take_nonce(self, account: Address) -> None:
        """Use a nonce up, as a transaction does that nobody here has made."""
        self._used[account] = self.used(account) + 1
        self.mine()

    def _did(self, transaction: bytes) -> Written | LedgerError:
        account, write, _ = self.signed[transaction]
        try:
            return replace(done(write, account, self.ledger), transaction=transaction)
        except ContractRefusal as refusal:
            return refusal


def done(write: Write, account: Address, ledger: MemoryLedger) -> Written:
    """Do a write at once; raises a twin of the contract's error."""
    match write:
        case Issue(terms):
            return ledger.issue(terms, account)
        case Anchor(tree, size, valid_until):
            return ledger.anchor(tree, size, valid_until, account)
        case Enter(terms, root, proof):
            return ledger.enter(terms, root, proof, account)
        case Cancel(certificate, reason):
            return ledger.cancel(certificate, reason, account)
        case Replace(certificate, terms):
            return ledger.replace(certificate, terms, account)
        case _:
            return ledger.write(write, account)
