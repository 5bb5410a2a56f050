"""Sending transactions while a replica is read: what became of ours is seen here before it is read there."""

from collections.abc import Callable, Sequence

from ledger.facts import Address
from ledger.outbox import Answer, Failed, Mined, Signature, Transactions
from ledger.writes import Write


class NotingTransactions:
    """Transactions that tell in which block ours are."""

    def __init__(self, transactions: Transactions, note: Callable[[int], None]) -> None:
        """Hand all on, and each block with a transaction of ours to `note`."""
        self._transactions, self._note = transactions, note

    def used(self, account: Address) -> int:
        """Return how many transactions of the account are in blocks."""
        return self._transactions.used(account)

    def sign(self, write: Write, account: Address, nonce: int, *, above: int = 0) -> Signature:
        """Sign a write under a nonce."""
        return self._transactions.sign(write, account, nonce, above=above)

    def send(self, signature: Signature) -> Answer:
        """Hand signed bytes over."""
        return self._transactions.send(signature)

    def outcome(
        self, signatures: Sequence[Signature], write: Write, account: Address
    ) -> Mined | Failed | None:
        """Return what became of a write, having noted its block."""
        outcome = self._transactions.outcome(signatures, write, account)
        if isinstance(outcome, Mined):
            self._note(outcome.written.block)
        return outcome

    def block_of(self, transaction: bytes) -> int | None:
        """Return the block that a transaction stands in."""
        return self._transactions.block_of(transaction)
