"""One round of a submitter: what became of the writes under way, and what goes out next.

A round may be cut off anywhere; the next one, in this process or another, goes on from what is stored:

1. Ask what became of the writes that are signed: settle, refuse, or leave them.
2. Send again what the chain does not know, in order of nonces, byte for byte; offer more after a while.
3. Take up waiting writes while there is room under way: group, sign, store the signed bytes, send.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ledger.carried import held_already, seen_too_early, write_of
from ledger.errors import (
    ArchiveUnavailable,
    LedgerError,
    NodesDisagree,
    SignerMisbehaved,
    SignerUnavailable,
    Unavailable,
)
from ledger.facts import Address, Written
from ledger.grouping import Grouping
from ledger.key_alarms import KeyAlarms
from ledger.outbox import (
    AlarmName,
    Answer,
    Dispatch,
    DispatchKind,
    DispatchState,
    Failed,
    Mined,
    NonceKept,
    Signature,
    Tenure,
)
from ledger.ports import FilingState, Ledger
from ledger.refusals import CertificateUnknown, ContractRefusal, NotAuthorised
from ledger.writes import Write, role_for

_AFTER_SILENCE = 0.1
"""Seconds after which bytes are handed over again where it is unknown whether they arrived."""
_MOST_SIGNATURES = 20
"""How often a write is signed for more: the last one pays ten times what the first one did."""
_ALL = 1_000_000
"""More writes than wait for one key."""
_OVER_WHEN_FINAL = (AlarmName.TRANSACTION_REFUSED, AlarmName.NODE_DISAGREES)
"""Alarms of a key that are over once one more of its transactions is in a final block."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How the outbox is driven."""

    batch: int = 10_000
    """The most certificates that one anchor takes."""
    under_way: int = 4
    """The most transactions of one key that are sent and not yet final."""
    bump_after: float = 120.0
    """Seconds after which a transaction that is not mined is offered again for a higher price."""
    waiting: int = 100_000
    """How many certificates may wait for the chain before no more are accepted."""
    attempts: int = 3
    """How often a write may fail for no reason of the contract's before an alarm is raised."""
    clock_skew: float = 120.0
    """Seconds by which a block may be ahead of our clock before no more certificates are accepted."""
    ask_again: float = 1.0
    """Seconds after which bytes that are not in a block are handed to the node again."""


class Office:
    """A key's tenure in use: knows the next nonce and what was sent lately."""

    def __init__(self, ledger: Ledger, account: Address, policy: Policy, tenure: Tenure) -> None:
        """Take over; the chain is asked with the first round."""
        self.tenure = tenure
        self.newest: datetime | None = None
        """The time of the newest block that was met."""
        self._ledger, self._account, self._policy = ledger, account, policy
        self._next: int | None = None
        self._signed_here: set[int] = set()
        """Positions of the signed writes: while the tenure is held, nobody else signs for the key."""
        self._grouping = Grouping(ledger)
        self._alarms = KeyAlarms(ledger, account)
        self._again_at: dict[bytes, float] = {}
        self._writes: dict[int, Write] = {}
        """What the signed writes say, by their position; it does not change once a write is signed."""

    def round(self) -> bool:
        """Go one round; whether anything moved."""
        self._alarms.heed()
        if self._next is None:
            writes = self._ledger.outbox.open(self._account, _ALL)
            self._signed_here = {write.position for write in writes if write.state is DispatchState.SIGNED}
            self._next = self._first_free()
        signed = self._signed_now()
        under_way = [write for write in by_nonce(signed) if not self._followed(write)]
        self._signed_here.intersection_update(write.position for write in under_way)
        self._writes = {
            position: self._writes[position] for position in self._signed_here & self._writes.keys()
        }
        room, sent = self._policy.under_way - len(under_way), 0
        if room > 0:  # what waits can be much, so it is read only then
            for write in self._grouping.groups(self._waiting(), room):
                self._sent(write)
                sent += 1
        return len(under_way) < len(signed) or sent > 0

    def _signed_now(self) -> list[Dispatch]:
        found = (self._ledger.outbox.find(position) for position in self._signed_here)
        return [write for write in found if write is not None and write.state is DispatchState.SIGNED]

    def _waiting(self) -> list[Dispatch]:
        """Return the oldest writes that wait, as many as one batch takes."""
        most = self._policy.batch
        writes = self._ledger.outbox.open(self._account, most + self._policy.under_way)
        return [write for write in writes if write.state is DispatchState.WAITING][:most]

    def _written(self, dispatch: Dispatch) -> Write:
        """Return what a write that is signed, or about to be, says; a batch of statuses is large to read."""
        if dispatch.position not in self._writes:
            self._writes[dispatch.position] = write_of(dispatch, self._ledger)
        return self._writes[dispatch.position]

    # ------------------------------------------------------------------------------------- under way

    def _followed(self, dispatch: Dispatch) -> bool:
        """Learn what became of a signed write; whether that is settled now."""
        signatures = self._ledger.outbox.signatures(dispatch.position)
        write = self._written(dispatch)
        match self._outcome(signatures, write):
            case Mined(written=written, final=True):
                self._settled(dispatch, written)
                self._alarms.over(*_OVER_WHEN_FINAL)
                self._forget(signatures)
                return True
            case Failed(refusal=refusal, final=True) if self._failed(dispatch, refusal):
                self._alarms.over(*_OVER_WHEN_FINAL)
                self._forget(signatures)
                return True
            case None:
                self._offer_again(dispatch, write, signatures)
        return False

    def _outcome(self, signatures: Sequence[Signature], write: Write) -> Mined | Failed | None:
        """Return what became of a signed write, as far as the nodes agree."""
        try:
            found = self._ledger.transactions.outcome(signatures, write, self._account)
        except NodesDisagree as differing:
            self._alarms.note(AlarmName.NODE_DISAGREES, str(differing))
            raise
        if isinstance(found, Mined):
            self.newest = found.written.at
        return found

    def _settled(self, dispatch: Dispatch, written: Written) -> None:
        """Mark a write as held by the chain, and tell how long it took."""
        settled = self._ledger.outbox.settle(dispatch, written)
        waited = (self._ledger.clock() - dispatch.queued_at).total_seconds()
        self._ledger.reports.recorded(settled, waited)

    def _failed(self, dispatch: Dispatch, refusal: LedgerError) -> bool:
        """Act on a transaction that was mined and did nothing; whether that is settled now."""
        if not isinstance(refusal, ContractRefusal):
            if dispatch.attempts + 1 >= self._policy.attempts:
                detail = f"write {dispatch.position} failed {dispatch.attempts + 1} times: {refusal}"
                self._alarms.stop(AlarmName.WRITE_FAILS, detail)
            self._ledger.outbox.requeue(dispatch, self._account)
            return True
        before = held_already(dispatch, self._ledger)
        if before is not None:
            self._settled(dispatch, before)
            return True
        if seen_too_early(dispatch, refusal, self._ledger):
            return False
        again = self._heir(dispatch, refusal) or self._after_entry(dispatch, refusal)
        if again is not None:
            self._ledger.outbox.requeue(dispatch, again)
        else:
            self._ledger.outbox.refuse(dispatch, refusal)
            self._ledger.reports.refused(dispatch, refusal)
        return True

    def _after_entry(self, dispatch: Dispatch, refusal: ContractRefusal) -> Address | None:
        """Return the key to try again with when only the entry, from its batch, of a certificate is missing.

        The entry goes out before what ends the certificate, but may fail for no reason of the contract's.
        """
        if not isinstance(refusal, CertificateUnknown) or dispatch.attempts + 1 >= self._policy.attempts:
            return None
        filing, outbox = self._ledger.archive.find(refusal.id), self._ledger.outbox
        if filing is None or not filing.siblings or filing.state is not FilingState.RECORDED:
            return None
        return outbox.put(
            DispatchKind.ENTER, filing.id, self._account, None, now=self._ledger.clock()
        ).account

    def _heir(self, dispatch: Dispatch, refusal: ContractRefusal) -> Address | None:
        """Return another key of the same authority that may do this and is at hand, for after a rotation."""
        role = role_for(self._written(dispatch))
        own = self._ledger.members.key(self._account)
        rotated = isinstance(refusal, NotAuthorised) and dispatch.attempts + 1 < self._policy.attempts
        if own is None or not rotated:
            return None
        for key in self._ledger.members.keys(own.authority):
            fit = role in key.roles and not key.suspended and key.account != self._account
            if fit and self._ledger.registry.holds(key.account):
                return key.account
        return None

    def _offer_again(self, dispatch: Dispatch, write: Write, signatures: Sequence[Signature]) -> None:
        """Hand a write that no block holds to the node once more, and see why it does not take it."""
        newest = signatures[-1]
        if time.monotonic() < self._again_at.get(newest.transaction, 0.0):
            return
        answer = self._offer(newest)
        if answer is Answer.TAKEN and not self._overdue(dispatch):
            return
        if self._ledger.transactions.used(self._account) > newest.nonce:
            if self._outcome(signatures, write) is None:
                detail = f"nonce {newest.nonce} was used by a transaction that this archive did not make"
                self._alarms.stop(AlarmName.KEY_USED_ELSEWHERE, detail)
        elif answer is not Answer.REFUSED and len(signatures) < _MOST_SIGNATURES:
            self._signed(dispatch, write, newest.nonce, above=newest.price)
        elif answer is not Answer.TAKEN:
            detail = f"the node does not take transaction 0x{newest.transaction.hex()}"
            self._alarms.note(AlarmName.TRANSACTION_REFUSED, detail)

    def _overdue(self, dispatch: Dispatch) -> bool:
        signed_at = dispatch.signed_at or dispatch.queued_at
        return (self._ledger.clock() - signed_at).total_seconds() > self._policy.bump_after

    # --------------------------------------------------------------------------------------- waiting

    def _sent(self, dispatch: Dispatch) -> None:
        """Give a waiting write the next nonce, store its signed bytes, and send them."""
        assert self._next is not None, "a round begins with it"  # noqa: S101
        signature = self._signed(dispatch, self._written(dispatch), self._next)
        self._next += 1
        self._offer(signature)

    def _signed(self, dispatch: Dispatch, write: Write, nonce: int, *, above: int = 0) -> Signature:
        """Sign a write and store the bytes; nothing has been sent when this fails."""
        try:
            signature = self._ledger.transactions.sign(write, self._account, nonce, above=above)
        except SignerUnavailable as silent:
            self._alarms.note(AlarmName.SIGNER_UNAVAILABLE, str(silent))
            raise
        except SignerMisbehaved as wrong:
            self._alarms.stop(AlarmName.SIGNER_MISBEHAVES, str(wrong))
        self._alarms.over(AlarmName.SIGNER_UNAVAILABLE)
        if not self.tenure.alive():
            raise ArchiveUnavailable("the tenure of the key was lost before anything was signed away")
        try:
            self._ledger.outbox.keep(dispatch, signature, now=self._ledger.clock())
        except (NonceKept, Unavailable):
            self._next = None  # it may be stored or not, or the nonce is another's: look again
            raise
        self._signed_here.add(dispatch.position)
        return signature

    def _offer(self, signature: Signature) -> Answer:
        """Hand signed bytes to the node."""
        pause = self._policy.ask_again
        try:
            return self._ledger.transactions.send(signature)
        except Unavailable:
            pause = min(pause, _AFTER_SILENCE)
            raise
        finally:
            self._again_at[signature.transaction] = time.monotonic() + pause

    # ------------------------------------------------------------------------------------- key and alarms

    def _first_free(self) -> int:
        """Return the nonce to go on with; stops when the chain knows more of the key than the archive."""
        used = self._ledger.transactions.used(self._account)
        last = self._ledger.outbox.last_nonce(self._account)
        if last is not None and used > last + 1:
            detail = f"the chain has {used} transactions of the key, this archive knows of {last + 1}"
            self._alarms.stop(AlarmName.KEY_USED_ELSEWHERE, detail)
        return used if last is None else last + 1

    def _forget(self, signatures: Sequence[Signature]) -> None:
        for signature in signatures:
            self._again_at.pop(signature.transaction, None)


def by_nonce(signed: Sequence[Dispatch]) -> list[Dispatch]:
    """Return signed writes in the order of their nonces."""
    return sorted(signed, key=lambda write: write.nonce or 0)
