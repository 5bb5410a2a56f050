"""The port `Transactions` on a chain: sign, send, and learn what became of it, one step at a time.

Nothing here waits and nothing is kept: the outbox holds the signed bytes, and drives.
"""

import logging
import time
from collections.abc import Mapping, Sequence
from functools import cached_property

from ledger.chain.calls import call_of
from ledger.chain.connection import Connection
from ledger.chain.receipts import failure_of, written_of
from ledger.chain.rpc import BRIEF, LATEST, Json, NodeError, Rpc, member_of, quantity
from ledger.chain.transactions import Call, fees_of, hexed, price_request, raised, unsigned
from ledger.errors import ChainUnreachable, NodesDisagree, NotConfirmed
from ledger.facts import Address
from ledger.hashing import keccak
from ledger.outbox import Answer, Failed, Mined, Signature
from ledger.writes import Write

_LOG = logging.getLogger(__name__)
_PRICE_KEPT = 5.0
"""Seconds for which a price of gas is used again; twice the base fee outlives more blocks than that."""


class ChainTransactions:
    """Transactions of the keys at hand, on the contracts of a connection."""

    def __init__(self, connection: Connection) -> None:
        """Start knowing of no transaction."""
        self._connection = connection
        self._rpc, self._profile = connection.rpc, connection.profile
        self._unsent: set[bytes] = set()
        """What was signed here and never handed over: only of these is it certain that no node has them."""
        self._price: tuple[float, Mapping[str, int]] = (float("-inf"), {})

    def used(self, account: Address) -> int:
        """Return how many transactions of the account are in blocks."""
        return quantity(self._rpc.ask("eth_getTransactionCount", account, LATEST))

    def sign(self, write: Write, account: Address, nonce: int, *, above: int = 0) -> Signature:
        """Sign a write under a nonce, paying at least an eighth more than `above` (wei per unit of gas)."""
        fees = raised(self._fees(), above)
        signer = self._connection.signer(account)
        raw = signer.sign(unsigned(self._call(write), nonce, self._profile.chain_id, fees))
        signature = Signature(keccak(raw), raw, nonce, max(fees.values()))
        self._unsent.add(signature.transaction)
        return signature

    def send(self, signature: Signature) -> Answer:
        """Hand signed bytes over, unless the node has them.

        Bytes that may have been sent before are looked up first: Ganache mines what it has mined already
        once more, and the receipt of the second time, which fails, hides the first.
        """
        if signature.transaction not in self._unsent and self._known(signature):
            return Answer.TAKEN
        self._unsent.discard(signature.transaction)
        try:
            self._rpc.ask("eth_sendRawTransaction", hexed(signature.raw))
        except NodeError as error:
            if self._known(signature):
                return Answer.TAKEN
            _LOG.warning("transaction %s was not taken: %s", hexed(signature.transaction), error.message)
            return Answer.UNDERPRICED if "underpriced" in error.message.lower() else Answer.REFUSED
        except ChainUnreachable as silent:
            raise NotConfirmed(signature.transaction) from silent
        return Answer.TAKEN

    def outcome(
        self, signatures: Sequence[Signature], write: Write, account: Address
    ) -> Mined | Failed | None:
        """Return what became of the one of a write's signatures that is in a block; None when none is.

        Raises `NodesDisagree` when the witness has another block there.
        """
        looks = [("eth_getTransactionReceipt", (hexed(one.transaction),)) for one in signatures]
        *receipts, head = self._rpc.ask_all([*looks, ("eth_getBlockByNumber", (LATEST, BRIEF))])
        self._see_price(head)
        for signature, receipt in zip(signatures, receipts, strict=True):
            if receipt is None:
                continue
            call = self._call(write)
            _require_same(receipt, signature, account, call)
            block = self._block_of(receipt, head)
            if block is None:
                continue
            final = self._is_final(receipt, head)
            if quantity(member_of(receipt, "status")) == 0:
                return Failed(failure_of(self._rpc, self._connection.codec, call, account, block), final)
            return Mined(written_of(signature.transaction, receipt, block), final)
        return None

    def block_of(self, transaction: bytes) -> int | None:
        """Return the block that a transaction, whosever it is, stands in; None when it is in none."""
        receipt = self._rpc.ask("eth_getTransactionReceipt", hexed(transaction))
        return None if receipt is None else quantity(member_of(receipt, "blockNumber"))

    def _block_of(self, receipt: Json, head: Json) -> Json | None:
        """Return the block that a receipt speaks of, while that block is in the chain."""
        number = member_of(receipt, "blockNumber")
        same = member_of(head, "number") == number
        block = head if same else self._rpc.ask("eth_getBlockByNumber", number, BRIEF)
        if block is None or member_of(block, "hash") != member_of(receipt, "blockHash"):
            return None  # its block has been undone
        return block

    def _is_final(self, receipt: Json, head: Json) -> bool:
        """Return whether enough blocks follow the one of a receipt, and the witness has the same of both.

        The same block is not enough: a node could name any real block in a receipt that it made up.
        """
        number, transaction = (member_of(receipt, name) for name in ("blockNumber", "transactionHash"))
        if quantity(member_of(head, "number")) - quantity(number) < self._profile.finality:
            return False
        if self._witness is not None:
            looks = ("eth_getBlockByNumber", (number, BRIEF)), ("eth_getTransactionReceipt", (transaction,))
            block, there = self._witness.ask_all(looks)
            if block is None:
                return False  # it lags
            same = member_of(block, "hash") == member_of(receipt, "blockHash")
            if not same or there is None or _told(there) != _told(receipt):
                raise NodesDisagree(quantity(number))
        return True

    @cached_property
    def _witness(self) -> Rpc | None:
        witness = self._profile.witness
        return Rpc((witness,), self._profile.rpc_timeout) if witness else None

    def _known(self, signature: Signature) -> bool:
        """Return whether the node has this very transaction."""
        return self._rpc.ask("eth_getTransactionByHash", hexed(signature.transaction)) is not None

    def _fees(self) -> Mapping[str, int]:
        seen, fees = self._price
        if time.monotonic() - seen > _PRICE_KEPT:
            method, params = price_request(self._profile.fees)
            fees = fees_of(self._profile.fees, self._rpc.ask(method, *params))
            self._price = (time.monotonic(), fees)
        return fees

    def _see_price(self, head: Json) -> None:
        """Learn the price from a block that was looked at anyway."""
        if price_request(self._profile.fees) == ("eth_getBlockByNumber", (LATEST, BRIEF)):
            self._price = (time.monotonic(), fees_of(self._profile.fees, head))

    def _call(self, write: Write) -> Call:
        """Return what a write is for the contract; the same each time."""
        function, arguments = call_of(write)
        return self._connection.call(function, *arguments)


def _require_same(receipt: Json, signature: Signature, account: Address, call: Call) -> None:
    """Refuse to believe a receipt of another transaction than the one asked for."""
    asked = hexed(signature.transaction), account.lower(), str(call.to).lower()
    told = (str(member_of(receipt, name)).lower() for name in ("transactionHash", "from", "to"))
    if tuple(told) != asked:
        raise ChainUnreachable("the node answered with the receipt of another transaction")


def _told(receipt: Json) -> tuple[Json, ...]:
    """Return what a receipt decides: in which block its transaction is, and whether it did anything."""
    return tuple(member_of(receipt, name) for name in ("blockHash", "status"))
