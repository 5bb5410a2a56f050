"""Writes on their way to the chain: what the outbox keeps of them, and what the submitter asks of a chain.

A write is queued in the same transaction as what it is about, gets a nonce and signed bytes that are stored
before they are sent, and stays until a final block holds it or the contract has refused it.  `ledger.archive`
keeps the outbox in the database, `ledger.memory_archive` in this process; one suite holds them equal.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, Protocol

from ledger.batch import Batch
from ledger.errors import LedgerError, Unavailable
from ledger.facts import Address, Reason, Written
from ledger.refusals import ContractRefusal
from ledger.stated import stated
from ledger.writes import OfRecognition, Participate, RecordStatuses, Said, SetSplitUse, Write


class DispatchState(StrEnum):
    """How far a write in the outbox has come."""

    WAITING = "waiting"
    """Nothing is signed yet."""
    SIGNED = "signed"
    """It has a nonce, and its signed bytes are stored; they may or may not have been sent."""
    RECORDED = "recorded"
    """The chain holds it, in a final block."""
    REFUSED = "refused"
    """The chain said no."""


class DispatchKind(StrEnum):
    """What a write in the outbox does."""

    ISSUE = "issue"
    ANCHOR = "anchor"
    ENTER = "enter"
    CANCEL = "cancel"
    REPLACE = "replace"
    STATUS = "status"
    """Records statuses of operators."""
    DECLARE = "declare"
    """Says something about programmes, arrangements or recognition."""
    PROCEDURE = "proof"
    """Says what becomes of a proof of origin or a certified exporter, or enters a presented copy."""
    FOREIGN = "foreign"
    """A transaction of the key that this archive did not make; it only takes up its nonce."""


SAYING: Final = frozenset({DispatchKind.STATUS, DispatchKind.DECLARE, DispatchKind.PROCEDURE})
"""Kinds of writes that keep what they say beside them; of others the archive has the certificate."""


@dataclass(frozen=True, slots=True)
class Dispatch:
    """One write on its way to the chain."""

    position: int
    """Order in the outbox; writes of one key go out in this order."""
    account: Address
    """The key that signs it."""
    kind: DispatchKind
    subject: bytes
    """Id of the certificate it is about (for a replacement, of the new one), root of a batch's tree, or hash
    of what it says."""
    size: int
    """How many certificates it carries."""
    valid_until: date | None
    """The latest validity in a batch."""
    reason: Reason | None
    """Why a certificate is cancelled."""
    state: DispatchState
    queued_at: datetime
    nonce: int | None = None
    signed_at: datetime | None = None
    """When the newest of its signatures was made."""
    written: Written | None = None
    """Where it was recorded."""
    refusal: ContractRefusal | None = None
    attempts: int = 0
    """How often its transaction was mined and failed for no reason of the contract's."""


def kind_of(write: Said) -> DispatchKind:
    """Return the kind of a write that says itself what it does."""
    if isinstance(write, RecordStatuses):
        return DispatchKind.STATUS
    return DispatchKind.DECLARE if isinstance(write, OfRecognition) else DispatchKind.PROCEDURE


def words_of(write: Said, account: Address) -> bytes:
    """Return what a repetition of a write is recognised by: its words, whichever key says them.

    Words that mean the key's member and do not name it are the key's own, for members may share an archive.
    """
    return stated(write) + (account.encode() if isinstance(write, SetSplitUse | Participate) else b"")


@dataclass(frozen=True, slots=True)
class Signature:
    """A signed transaction; sending it twice does no harm."""

    transaction: bytes
    """Its hash."""
    raw: bytes
    """The bytes that are sent."""
    nonce: int
    price: int
    """The most it pays for a unit of gas, in wei."""


class Tenure(Protocol):
    """The right to submit for a key."""

    def alive(self) -> bool:
        """Return whether it is still held; asked before anything is signed."""


class AlarmName(StrEnum):
    """What an operator must look at; each has a section in `docs/how-to/runbook.md`."""

    KEY_USED_ELSEWHERE = "key-used-elsewhere"
    """The chain has transactions of the key that this archive does not know."""
    WRITE_FAILS = "write-fails"
    """A transaction keeps failing for no reason of the contract's."""
    OUTBOX_STUCK = "outbox-stuck"
    """The oldest accepted certificate has waited too long."""
    CHAIN_SILENT = "chain-silent"
    """The node does not answer."""
    TRANSACTION_REFUSED = "transaction-refused"
    """The node does not take a transaction, and its nonce is still free."""
    SIGNER_UNAVAILABLE = "signer-unavailable"
    """A key cannot sign."""
    SIGNER_MISBEHAVES = "signer-misbehaves"
    """The signing service signed something else than it was asked."""
    ARCHIVE_UNWRITABLE = "archive-unwritable"
    """The database cannot store."""
    CLOCK_SKEW = "clock-skew"
    """Our clock and the chain's differ."""
    REORGANISATION_BEYOND_FINALITY = "reorganisation-beyond-finality"
    """Blocks that counted as final were undone."""
    CHAIN_MISMATCH = "chain-mismatch"
    """The node serves another chain than before."""
    NODE_DISAGREES = "node-disagrees"
    """The witness node has other blocks."""
    WEBHOOKS_STUCK = "webhooks-stuck"
    """Messages to watchers are due, and nobody sends them."""


STOPPING: Final = frozenset(
    {AlarmName.KEY_USED_ELSEWHERE, AlarmName.WRITE_FAILS, AlarmName.SIGNER_MISBEHAVES}
)
"""Alarms about a key that keep it from submitting until an operator has looked at it."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something an operator must look at."""

    name: AlarmName
    subject: str
    """What it is about, such as an account; may be empty."""
    detail: str
    raised_at: datetime


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits in the outbox."""

    certificates: int
    """Accepted and not recorded yet."""
    writes: int
    oldest: datetime | None
    """When the oldest open write was queued."""


@dataclass(frozen=True, slots=True)
class Mined:
    """A transaction is in a block and has done what it was to do."""

    written: Written
    final: bool
    """Whether its block can no longer be undone."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A transaction is in a block and did nothing."""

    refusal: LedgerError
    """A twin of the contract's error, or what else stopped it."""
    final: bool


@dataclass(eq=False)
class NonceKept(Unavailable):
    """Another write of the key has the nonce: two processes submit for it, or the archive is an old copy."""

    account: str
    nonce: int

    def __str__(self) -> str:
        return f"nonce {self.nonce} of {self.account} belongs to another write"


class Outbox(Protocol):
    """Writes on their way to the chain: stored with what they are about, signed bytes before sending."""

    def put(
        self,
        kind: DispatchKind,
        certificate: bytes,
        account: Address,
        reason: Reason | None,
        *,
        now: datetime,
    ) -> Dispatch:
        """Queue the entering or the cancelling of a certificate.

        The same write that is queued already, waiting or signed, is returned instead.
        """

    def put_write(self, write: Said, account: Address, *, now: datetime) -> Dispatch:
        """Queue a write that says itself what it does.

        One that says the same and is queued already, waiting or signed, is returned instead.
        """

    def said(self, dispatch: int) -> Said | None:
        """Return what a write of one of the kinds `SAYING` says; None for a write of another kind."""

    def find(self, position: int) -> Dispatch | None:
        """Return a write by its position."""

    def carrying(self, certificate: bytes) -> Dispatch | None:
        """Return the write that carries a filed certificate; grouping and refusals may change which it is."""

    def open(self, account: Address, limit: int) -> Sequence[Dispatch]:
        """Return the writes of a key that are signed or waiting, oldest first."""

    def accounts(self) -> Sequence[Address]:
        """Return the keys that have writes signed or waiting."""

    def group(self, dispatches: Sequence[Dispatch], batch: Batch, valid_until: date) -> Dispatch:
        """Let one anchor take the place of several waiting `ISSUE` writes, at the place of the first.

        The certificates get the root and the siblings of the batch in the same transaction.
        """

    def keep(self, dispatch: Dispatch, signature: Signature, *, now: datetime) -> Dispatch:
        """Store signed bytes before they are sent; the write is SIGNED from here on.

        A write may be signed again under the same nonce (for a higher price); all its signatures stay.
        Raises `NonceKept` when another write of the key has the nonce.
        """

    def signatures(self, dispatch: int) -> Sequence[Signature]:
        """Return the signatures of a write, oldest first."""

    def last_nonce(self, account: Address) -> int | None:
        """Return the highest nonce that a write of this key has, None when there is none."""

    def settle(self, dispatch: Dispatch, written: Written) -> Dispatch:
        """Mark a write, and what it carries, as held by the chain; repeating it changes nothing."""

    def refuse(self, dispatch: Dispatch, refusal: ContractRefusal) -> Dispatch:
        """Mark a write as refused by the chain, which frees the references of what it carries."""

    def requeue(self, dispatch: Dispatch, account: Address) -> Dispatch:
        """Let a write whose signatures can never be mined wait again, for this or another key.

        Its old nonce stays taken: a `FOREIGN` write keeps it.
        """

    def note_foreign(self, account: Address, nonces: Sequence[int], *, now: datetime) -> None:
        """Keep nonces that the key has used elsewhere, so that they are not waited for."""

    def backlog(self) -> Backlog:
        """Return how many certificates wait, and since when."""

    def tenure(self, account: Address) -> AbstractContextManager[Tenure | None]:
        """Become the one submitter of a key, over all processes; None while another one is."""

    def raise_alarm(self, name: AlarmName, subject: str, detail: str, *, now: datetime) -> None:
        """Keep an alarm until it is cleared; repeating it changes its detail only."""

    def clear_alarm(self, name: AlarmName, subject: str) -> None:
        """Take an alarm back; nothing happens when there is none."""

    def alarms(self) -> Sequence[Alarm]:
        """Return the alarms in force, oldest first."""


class Answer(StrEnum):
    """What a node says to signed bytes."""

    TAKEN = "taken"
    """It has them, since now or from before."""
    UNDERPRICED = "underpriced"
    """It has another transaction under the nonce, or wants more for the gas."""
    REFUSED = "refused"
    """It does not take them: the nonce is used, there is no balance, the block is too small …"""


class Transactions(Protocol):
    """Transactions one by one: what the submitter drives."""

    def used(self, account: Address) -> int:
        """Return how many transactions of the account are in blocks: the lowest nonce that is free."""

    def sign(self, write: Write, account: Address, nonce: int, *, above: int = 0) -> Signature:
        """Sign a write under a nonce, paying at least an eighth more than `above` (wei per unit of gas).

        Raises `KeyNotHeld`, or `Unavailable` when the signer or the price cannot be had.
        """

    def send(self, signature: Signature) -> Answer:
        """Hand signed bytes over, unless the node has them already.

        What became of a nonce is for `used` and `outcome` to say.  Raises `Unavailable` when it is unknown
        whether they arrived.
        """

    def outcome(
        self, signatures: Sequence[Signature], write: Write, account: Address
    ) -> Mined | Failed | None:
        """Return what became of the one of a write's signatures that is in a block; None when none is."""

    def block_of(self, transaction: bytes) -> int | None:
        """Return the block that a transaction, whosever it is, stands in; None when it is in none."""


class Carrier(Protocol):
    """What carries writes to the chain on behalf of those who wait for them; see `ledger.submitting`."""

    @property
    def most_waiting(self) -> int:
        """How many certificates may wait before no more are accepted."""

    def check_clock(self) -> None:
        """Raise `ClockSkewed` when our clock is behind the newest block seen, as far as that asks nobody."""

    def carried_out(self, look: Callable[[], Dispatch | None], within: float) -> Dispatch:
        """Return a write once it is recorded or refused, or as it is when the time is over (seconds).

        `look` is asked for it each time, because writes are grouped and change hands.  Raises
        `SubmitterStopped` while an alarm keeps its key from submitting.
        """

    def in_office(self, account: Address) -> bool:
        """Take the right to submit for a key if it is free; whether it is held here."""

    def rounds(self) -> Iterator[tuple[Address, bool | LedgerError]]:
        """Carry on with every key at hand that has open writes; yields whether anything moved, or why not."""

    def close(self) -> None:
        """Give up the right to submit for the keys, so that another process may."""
