"""Writing at once, without the outbox: what administrators' keys do.  One `Sender` per key owns its nonce.

What issues, cancels and replaces goes through `ledger.rounds` and `ledger.chain.dispatching` instead.  A
write goes through these steps:

1. `preflight` asks the node what would happen; a refusal costs no transaction.
2. `sign` gives the call the next nonce.
3. `send` hands the bytes over.  Whatever happens, another payload never goes out on the same nonce
   unless the node said that it did not take the first: what is in doubt is sent again, byte for byte.
4. `wait` polls for the receipt, with a deadline; a receipt of failure is explained by asking again.
"""

import logging
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from ledger.chain.codec import Codec
from ledger.chain.profile import ChainProfile
from ledger.chain.receipts import failure_of, written_of
from ledger.chain.reverts import refusal_of
from ledger.chain.rpc import BRIEF, LATEST, Json, NodeError, Rpc, member_of, quantity
from ledger.chain.signers import Signer
from ledger.chain.transactions import (
    Call,
    Receipt,
    Signed,
    asked,
    fees_of,
    hexed,
    log_of,
    price_request,
    unsigned,
)
from ledger.errors import ChainUnreachable, LedgerError, NotConfirmed, Unavailable
from ledger.hashing import keccak
from ledger.refusals import CompromiseDateInvalid, PostDated

_LOG = logging.getLogger(__name__)
_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 1.0
"""Seconds between two looks for a receipt."""
_ATTEMPTS = 3
"""How often a call is signed anew after its nonce turned out to be taken."""


class NonceTaken(Unavailable):
    """Another transaction of the same key has the nonce: the key is used elsewhere too."""


class Sender:
    """The one writer for one key."""

    def __init__(self, rpc: Rpc, codec: Codec, profile: ChainProfile, signer: Signer) -> None:
        self._rpc, self._codec, self._profile, self._signer = rpc, codec, profile, signer
        self._lock = threading.Lock()
        self._next: int | None = None
        self._open: dict[int, Signed] = {}
        self._doubtful: set[int] = set()

    def write(self, call: Call) -> Receipt:
        """Do a call and return its receipt; raises its refusal, or `Unavailable`."""
        fees = self.preflight(call)
        for _ in range(_ATTEMPTS):
            with suppress(NonceTaken):
                return self.wait(self.submit(call, fees))
        raise ChainUnreachable(
            f"the key {self._signer.address} is used elsewhere too; use it in one place only"
        )

    # 1.
    def preflight(self, call: Call) -> Mapping[str, int]:
        """Raise the refusal that the call would meet now; returns what it has to pay."""
        outcome, price = self._rpc.try_all(
            [("eth_call", (asked(call, self._signer.address), LATEST)), price_request(self._profile.fees)]
        )
        if isinstance(outcome, NodeError):
            refusal = refusal_of(outcome, self._codec)
            if not _healed_by_time(refusal):
                raise refusal
        if isinstance(price, NodeError):
            raise price
        return fees_of(self._profile.fees, price)

    def submit(self, call: Call, fees: Mapping[str, int]) -> Signed:
        """Sign a call and send it, before or after any other of this key but not meanwhile."""
        with self._lock:
            self._settle()
            signed = self.sign(call, fees)
            self.send(signed)
            return signed

    # 2.
    def sign(self, call: Call, fees: Mapping[str, int]) -> Signed:
        """Give a call the next nonce and sign it; the caller holds back others of this key meanwhile."""
        nonce = self._next_nonce()
        raw = self._signer.sign(unsigned(call, nonce, self._profile.chain_id, fees))
        signed = Signed(keccak(raw), raw, nonce, call)
        self._next = nonce + 1
        self._open[nonce] = signed
        return signed

    # 3.
    def send(self, signed: Signed) -> None:
        """Hand signed bytes to the node; `NotConfirmed` when it is unknown whether they arrived."""
        try:
            self._rpc.ask("eth_sendRawTransaction", hexed(signed.raw))
        except NodeError as error:
            # "already known", "nonce too low" and the like: fine, if it is this very transaction.
            if not self._known(signed):
                self._give_up(signed, error)
        except ChainUnreachable as silent:
            self._doubtful.add(signed.nonce)
            raise NotConfirmed(signed.transaction) from silent
        self._doubtful.discard(signed.nonce)

    def send_again(self, signed: Signed) -> None:
        """Hand over bytes that may have been sent before, such as those an outbox kept.

        The node is asked first: Ganache mines bytes that it has mined already once more, and the receipt of
        the second time, which fails, hides the first.
        """
        if not self._known(signed):
            self.send(signed)

    # 4.
    def wait(self, signed: Signed) -> Receipt:
        """Return the receipt once its block is final; `NotConfirmed` after the profile's `confirm_within`."""
        for last_look in self._looks():
            with suppress(ChainUnreachable):
                receipt, head = self._rpc.ask_all(
                    [
                        ("eth_getTransactionReceipt", (hexed(signed.transaction),)),
                        ("eth_getBlockByNumber", (LATEST, BRIEF)),
                    ]
                )
                if receipt is not None and self._is_final(receipt, head):
                    self._open.pop(signed.nonce, None)
                    return self._explained(signed, receipt, head)
                if receipt is None and last_look >= _LONGEST_PAUSE:
                    self._send_missing(signed)
        raise NotConfirmed(signed.transaction)

    def _looks(self) -> Iterator[float]:
        """Pause longer and longer, up to the deadline; yields the length of the last pause."""
        deadline = time.monotonic() + self._profile.confirm_within
        pause = 0.0
        while True:
            yield pause
            if time.monotonic() + pause >= deadline:
                return
            pause = min(max(pause * 2, _FIRST_PAUSE), _LONGEST_PAUSE)
            time.sleep(pause)

    def _is_final(self, receipt: Json, head: Json) -> bool:
        depth = quantity(member_of(head, "number")) - quantity(member_of(receipt, "blockNumber"))
        return depth >= self._profile.finality

    def _explained(self, signed: Signed, receipt: Json, head: Json) -> Receipt:
        number = member_of(receipt, "blockNumber")
        block = (
            head
            if member_of(head, "number") == number
            else self._rpc.ask("eth_getBlockByNumber", number, BRIEF)
        )
        if quantity(member_of(receipt, "status")) == 0:
            raise failure_of(self._rpc, self._codec, signed.call, self._signer.address, block)
        return Receipt(
            written_of(signed.transaction, receipt, block),
            tuple(map(log_of, member_of(receipt, "logs"))),
            receipt.get("contractAddress"),
        )

    def _settle(self) -> None:
        """Send again what is in doubt, in order, before another nonce is given out."""
        for nonce in sorted(self._doubtful):
            signed = self._open.get(nonce)
            if signed is None:
                self._doubtful.discard(nonce)
                continue
            try:
                self.send_again(signed)
                self._doubtful.discard(nonce)
            except NotConfirmed as problem:
                raise ChainUnreachable("an earlier transaction of this key is still in doubt") from problem
            except LedgerError:
                _LOG.warning("transaction 0x%s was not taken", signed.transaction.hex())

    def _send_missing(self, signed: Signed) -> None:
        """Send what the node has lost, of this and of all before it, which this one waits for."""
        with self._lock:
            for nonce, kept in sorted(self._open.copy().items()):
                if nonce <= signed.nonce:
                    with suppress(LedgerError):
                        self.send_again(kept)

    def _give_up(self, signed: Signed, error: NodeError) -> None:
        """Take back a nonce whose transaction the node said it did not take."""
        self._open.pop(signed.nonce, None)
        self._doubtful.discard(signed.nonce)
        self._next = None
        if "nonce" in error.message.lower() or "underpriced" in error.message.lower():
            _LOG.warning(
                "nonce %d of %s is taken: is the key used elsewhere?", signed.nonce, self._signer.address
            )
            raise NonceTaken(error.message) from error
        raise refusal_of(error, self._codec)

    def _known(self, signed: Signed) -> bool:
        """Return whether the node has this very transaction."""
        try:
            return self._rpc.ask("eth_getTransactionByHash", hexed(signed.transaction)) is not None
        except ChainUnreachable as silent:
            self._doubtful.add(signed.nonce)
            raise NotConfirmed(signed.transaction) from silent

    def _next_nonce(self) -> int:
        if self._next is None:
            self._next = quantity(self._rpc.ask("eth_getTransactionCount", self._signer.address, "pending"))
        return self._next


def _healed_by_time(refusal: LedgerError) -> bool:
    """Return whether the next block, being later than the one that refused, will take it.

    A quiet chain makes no blocks, and its latest one may be days old.
    """
    now = datetime.now(UTC)
    match refusal:
        case PostDated():
            return refusal.issued_on <= now + timedelta(days=1)
        case CompromiseDateInvalid():
            return refusal.latest < refusal.from_ <= now
        case _:
            return False
