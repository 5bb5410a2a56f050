"""One round of a submitter: what became of the writes under way, and what goes out next.

A round may be cut off anywhere; the next one, in this process or another, goes on from what is stored:

1. Ask what became of the writes that are signed: settle, refuse, or leave them.
2. Send again what the chain does not know, in order of nonces, byte for byte; offer more after a while.
3. Take up waiting writes while there is room under way: group, sign, store the signed bytes, send.
"""

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import NoReturn

from ledger.batch import batch_of
from ledger.errors import (
    ArchiveUnavailable,
    LedgerError,
    NodesDisagree,
    SignerMisbehaved,
    SignerUnavailable,
    SubmitterStopped,
    Unavailable,
)
from ledger.facts import Address, Reason, Written
from ledger.outbox import (
    STOPPING,
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
from ledger.ports import Filing, Ledger
from ledger.refusals import ContractRefusal, NotAuthorised
from ledger.writes import Anchor, Cancel, Enter, Issue, Replace, Write

_LOG = logging.getLogger(__name__)
_ASK_AGAIN = 1.0
"""Seconds after which bytes that are not in a block are handed to the node again."""
_AFTER_SILENCE = 0.1
"""The same where it is unknown whether they arrived."""
_MOST_SIGNATURES = 20
_OVER_WHEN_RECORDED = (AlarmName.TRANSACTION_REFUSED, AlarmName.NODE_DISAGREES)
"""Alarms of a key that are over once one more of its writes is recorded for good."""


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


class Office:
    """A key's tenure in use: knows the next nonce and what was sent lately."""

    def __init__(self, ledger: Ledger, account: Address, policy: Policy, tenure: Tenure) -> None:
        """Take over; the chain is asked with the first round."""
        self.tenure = tenure
        self._ledger, self._account, self._policy = ledger, account, policy
        self._next: int | None = None
        self._offered: dict[bytes, float] = {}
        self._in_force: set[AlarmName] = set()

    def round(self) -> bool:
        """Go one round; whether anything moved."""
        self._heed_alarms()
        if self._next is None:
            self._next = self._first_free()
        writes = self._ledger.outbox.open(self._account, self._policy.batch)
        signed = [write for write in writes if write.state is DispatchState.SIGNED]
        under_way = [write for write in by_nonce(signed) if not self._followed(write)]
        sent = 0
        if len(under_way) < self._policy.under_way:
            waiting = [write for write in writes if write.state is DispatchState.WAITING]
            for write in self._groups(waiting, self._policy.under_way - len(under_way)):
                self._sent(write)
                sent += 1
        return len(under_way) < len(signed) or sent > 0

    # ------------------------------------------------------------------------------------- under way

    def _followed(self, dispatch: Dispatch) -> bool:
        """Learn what became of a signed write; whether that is settled now."""
        signatures = self._ledger.outbox.signatures(dispatch.position)
        write = write_of(dispatch, self._ledger)
        match self._outcome(signatures, write):
            case Mined(written=written, final=True):
                self._settled(dispatch, written)
                self._over(*_OVER_WHEN_RECORDED)
                self._forget(signatures)
                return True
            case Failed(refusal=refusal, final=True):
                self._failed(dispatch, refusal)
                self._forget(signatures)
                return True
            case None:
                self._offer_again(dispatch, write, signatures)
        return False

    def _outcome(self, signatures: Sequence[Signature], write: Write) -> Mined | Failed | None:
        """Return what became of a signed write, as far as the nodes agree."""
        try:
            return self._ledger.transactions.outcome(signatures, write, self._account)
        except NodesDisagree as differing:
            self._note(AlarmName.NODE_DISAGREES, str(differing))
            raise

    def _settled(self, dispatch: Dispatch, written: Written) -> None:
        """Mark a write as held by the chain, and tell how long it took."""
        settled = self._ledger.outbox.settle(dispatch, written)
        waited = (self._ledger.clock() - dispatch.queued_at).total_seconds()
        self._ledger.reports.recorded(settled, waited)

    def _failed(self, dispatch: Dispatch, refusal: LedgerError) -> None:
        """Act on a transaction that was mined and did nothing."""
        outbox = self._ledger.outbox
        if not isinstance(refusal, ContractRefusal):
            if dispatch.attempts + 1 >= self._policy.attempts:
                detail = f"write {dispatch.position} failed {dispatch.attempts + 1} times: {refusal}"
                self._alarm(AlarmName.WRITE_FAILS, detail)
            outbox.requeue(dispatch, self._account)
            return
        before = held_already(dispatch, self._ledger)
        heir = self._heir(dispatch) if isinstance(refusal, NotAuthorised) else None
        if before is not None:
            self._settled(dispatch, before)
        elif heir is not None:
            outbox.requeue(dispatch, heir)
        else:
            outbox.refuse(dispatch, refusal)
            self._ledger.reports.refused(dispatch, refusal)

    def _heir(self, dispatch: Dispatch) -> Address | None:
        """Return another live key of the same authority that is at hand, for after a rotation."""
        filing = carried_by(dispatch, self._ledger)
        keys = self._ledger.members.keys(filing.authority) if filing else ()
        others = (key.account for key in keys if key.account != self._account)
        return next((account for account in others if self._ledger.registry.holds(account)), None)

    def _offer_again(self, dispatch: Dispatch, write: Write, signatures: Sequence[Signature]) -> None:
        """Hand a write that no block holds to the node once more, and see why it does not take it."""
        newest = signatures[-1]
        if time.monotonic() - self._offered.get(newest.transaction, -_ASK_AGAIN) < _ASK_AGAIN:
            return
        answer = self._offer(newest)
        if answer is Answer.TAKEN and not self._overdue(dispatch):
            return
        if self._ledger.transactions.used(self._account) > newest.nonce:
            if self._ledger.transactions.outcome(signatures, write, self._account) is None:
                detail = f"nonce {newest.nonce} was used by a transaction that this archive did not make"
                self._alarm(AlarmName.KEY_USED_ELSEWHERE, detail)
        elif answer is Answer.REFUSED:
            detail = f"the node does not take transaction 0x{newest.transaction.hex()}"
            self._note(AlarmName.TRANSACTION_REFUSED, detail)
        elif len(signatures) < _MOST_SIGNATURES:
            self._signed(dispatch, write, newest.nonce, above=newest.price)

    def _overdue(self, dispatch: Dispatch) -> bool:
        signed_at = dispatch.signed_at or dispatch.queued_at
        return (self._ledger.clock() - signed_at).total_seconds() > self._policy.bump_after

    # --------------------------------------------------------------------------------------- waiting

    def _groups(self, waiting: Sequence[Dispatch], room: int) -> Iterator[Dispatch]:
        """Yield what goes out next: waiting certificates as one anchor, everything else by itself."""
        queue = list(waiting)
        while queue and room > 0:
            room -= 1
            issues = list(takewhile(lambda write: write.kind is DispatchKind.ISSUE, queue))
            together = self._together(issues) if len(issues) > 1 else []
            if len(together) < 2:  # noqa: PLR2004 - a batch of one is no batch
                yield queue.pop(0)
                continue
            grouped = {write.position for write, _ in together}
            queue = [write for write in queue if write.position not in grouped]
            yield self._grouped(together)

    def _together(self, issues: Sequence[Dispatch]) -> list[tuple[Dispatch, Filing]]:
        """Return the waiting certificates that can share an anchor.

        The contract looks at parents and at references that are taken only when it writes an entry, so
        those certificates go out by themselves and meet its rules.
        """
        carried = ((write, carried_by(write, self._ledger)) for write in issues)
        found = [(write, filing) for write, filing in carried if filing and not filing.terms.parents]
        if not found:
            return []
        keys = [filing.terms.reference_key for _, filing in found]
        taken = self._ledger.registry.taken(found[0][1].terms.exporting, keys)
        return [(write, filing) for write, filing in found if filing.terms.reference_key not in taken]

    def _grouped(self, together: Sequence[tuple[Dispatch, Filing]]) -> Dispatch:
        """Let one anchor take the place of several waiting certificates."""
        terms = [filing.terms for _, filing in together]
        batch = batch_of((filing.id for _, filing in together), terms[0].exporting)
        until = max(each.valid_until for each in terms)
        return self._ledger.outbox.group([write for write, _ in together], batch, until)

    def _sent(self, dispatch: Dispatch) -> None:
        """Give a waiting write the next nonce, store its signed bytes, and send them."""
        assert self._next is not None, "a round begins with it"  # noqa: S101
        signature = self._signed(dispatch, write_of(dispatch, self._ledger), self._next)
        self._next += 1
        self._offer(signature)

    def _signed(self, dispatch: Dispatch, write: Write, nonce: int, *, above: int = 0) -> Signature:
        """Sign a write and store the bytes; nothing has been sent when this fails."""
        try:
            signature = self._ledger.transactions.sign(write, self._account, nonce, above=above)
        except SignerUnavailable as silent:
            self._note(AlarmName.SIGNER_UNAVAILABLE, str(silent))
            raise
        except SignerMisbehaved as wrong:
            self._alarm(AlarmName.SIGNER_MISBEHAVES, str(wrong))
        self._over(AlarmName.SIGNER_UNAVAILABLE)
        if not self.tenure.alive():
            raise ArchiveUnavailable("the tenure of the key was lost before anything was signed away")
        try:
            self._ledger.outbox.keep(dispatch, signature, now=self._ledger.clock())
        except NonceKept:
            self._next = None  # what this process believes of the key is not so; look again
            raise
        return signature

    def _offer(self, signature: Signature) -> Answer:
        """Hand signed bytes to the node."""
        self._offered[signature.transaction] = time.monotonic()
        try:
            return self._ledger.transactions.send(signature)
        except Unavailable:
            self._offered[signature.transaction] += _AFTER_SILENCE - _ASK_AGAIN
            raise

    # ------------------------------------------------------------------------------------- key and alarms

    def _first_free(self) -> int:
        """Return the nonce to go on with; stops when the chain knows more of the key than the archive."""
        used = self._ledger.transactions.used(self._account)
        last = self._ledger.outbox.last_nonce(self._account)
        if last is not None and used > last + 1:
            detail = f"the chain has {used} transactions of the key, this archive knows of {last + 1}"
            self._alarm(AlarmName.KEY_USED_ELSEWHERE, detail)
        return used if last is None else last + 1

    def _heed_alarms(self) -> None:
        own = [alarm for alarm in self._ledger.outbox.alarms() if alarm.subject == self._account]
        self._in_force = {alarm.name for alarm in own}
        for alarm in own:
            if alarm.name in STOPPING:
                raise SubmitterStopped(alarm.name, self._account, alarm.detail)

    def _over(self, *names: AlarmName) -> None:
        """Take alarms of the key back that what just went well has put an end to."""
        for name in self._in_force.intersection(names):
            self._ledger.outbox.clear_alarm(name, self._account)
            self._in_force.discard(name)
            _LOG.info("alarm %s of %s is over", name.value, self._account)

    def _alarm(self, name: AlarmName, detail: str) -> NoReturn:
        """Stop until an operator has looked at it."""
        self._note(name, detail)
        raise SubmitterStopped(name, self._account, detail)

    def _note(self, name: AlarmName, detail: str) -> None:
        _LOG.error("alarm %s: %s", name.value, detail)
        self._in_force.add(name)
        self._ledger.reports.alarmed(name, self._account)
        self._ledger.outbox.raise_alarm(name, self._account, detail, now=self._ledger.clock())

    def _forget(self, signatures: Sequence[Signature]) -> None:
        for signature in signatures:
            self._offered.pop(signature.transaction, None)


def by_nonce(signed: Sequence[Dispatch]) -> list[Dispatch]:
    """Return signed writes in the order of their nonces."""
    return sorted(signed, key=lambda write: write.nonce or 0)


def carried_by(dispatch: Dispatch, ledger: Ledger) -> Filing | None:
    """Return the certificate that a write is about, the first one of a batch."""
    if dispatch.kind in {DispatchKind.ENTER, DispatchKind.CANCEL}:
        return ledger.archive.find(dispatch.subject)
    carried = ledger.archive.carried(dispatch.position, limit=1)
    return carried[0] if carried else None


def write_of(dispatch: Dispatch, ledger: Ledger) -> Write:
    """Return what a write in the outbox says to the contract; the same each time."""
    if dispatch.kind is DispatchKind.ANCHOR:
        assert dispatch.valid_until is not None, "a batch has one"  # noqa: S101
        return Anchor(dispatch.subject, dispatch.size, dispatch.valid_until)
    if dispatch.kind is DispatchKind.CANCEL:
        return Cancel(dispatch.subject, dispatch.reason or Reason.OTHER)
    filing = carried_by(dispatch, ledger)
    if filing is None:
        message = f"write {dispatch.position} is about a certificate that the archive lacks; restore a backup"
        raise ArchiveUnavailable(message)
    if dispatch.kind is DispatchKind.ENTER:
        return Enter(filing.terms, filing.root, filing.siblings)
    if filing.replaces is not None:
        return Replace(filing.replaces, filing.terms)
    return Issue(filing.terms)


def held_already(dispatch: Dispatch, ledger: Ledger) -> Written | None:
    """Return where the chain holds what a write is to write, if it does: by an earlier try, or another's."""
    filing = carried_by(dispatch, ledger)
    if filing is None:
        return None
    evidence = ledger.registry.evidence(filing.id, filing.root, filing.terms.reference_key)
    entry, recorded = evidence.entry, None
    if dispatch.kind is DispatchKind.ANCHOR:
        recorded = evidence.anchor.anchored_at if evidence.anchor else None
    elif entry and dispatch.kind is DispatchKind.CANCEL:
        recorded = entry.ended_at if entry.reason is dispatch.reason else None
    elif entry:
        recorded = entry.issued_at
    return Written(b"", evidence.as_of.block, recorded, 0) if recorded else None
