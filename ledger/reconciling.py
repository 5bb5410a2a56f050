"""Putting archive and chain together again after a key was used elsewhere, or a backup was restored.

Nothing is sent.  What the chain holds of the archive's open writes is settled, writes whose nonce another
transaction has used up wait again, and the nonces that this archive does not know are noted, so that
submitting can go on.
"""

from dataclasses import dataclass

from ledger.carried import held_already, write_of
from ledger.errors import SubmitterBusy
from ledger.facts import Address
from ledger.outbox import STOPPING, Dispatch, DispatchState, Failed, Mined
from ledger.ports import Ledger

_MANY = 1_000_000


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What came of reconciling a key."""

    account: Address
    foreign: int
    """Transactions of the key that the archive did not know."""
    settled: int
    """Open writes that the chain holds."""
    requeued: int
    """Writes that lost their nonce to another transaction, and wait again."""


def reconcile(account: Address, ledger: Ledger) -> Reconciled:
    """Reconcile the writes of a key with the chain, and let submitting go on.

    Raises `SubmitterBusy` while another process submits for the key, and `Unavailable`.
    """
    with ledger.outbox.tenure(account) as tenure:
        if tenure is None:
            raise SubmitterBusy(account)
        # 1. See how many transactions of the key the chain has.
        used = ledger.transactions.used(account)
        last = ledger.outbox.last_nonce(account)
        # 2. Settle what the chain holds; what lost its nonce waits again.
        settled = requeued = 0
        for dispatch in ledger.outbox.open(account, _MANY):
            if _settled(dispatch, ledger):
                settled += 1
            elif dispatch.nonce is not None and dispatch.nonce < used and not _mined(dispatch, ledger):
                ledger.outbox.requeue(dispatch, account)
                requeued += 1
        # 3. Note the nonces that were used elsewhere.
        foreign = range(used if last is None else last + 1, used)
        ledger.outbox.note_foreign(account, foreign, now=ledger.clock())
        # 4. Let submitting go on.
        for name in STOPPING:
            ledger.outbox.clear_alarm(name, account)
    return Reconciled(account, len(foreign), settled, requeued)


def _settled(dispatch: Dispatch, ledger: Ledger) -> bool:
    """Settle a write that the chain holds; whether it does."""
    match _outcome(dispatch, ledger):
        case Mined(written=written, final=True):
            ledger.outbox.settle(dispatch, written)
            return True
        case Mined() | Failed():
            return False  # a round sees to it
    written_before = held_already(dispatch, ledger)
    if written_before is not None:
        ledger.outbox.settle(dispatch, written_before)
    return written_before is not None


def _mined(dispatch: Dispatch, ledger: Ledger) -> bool:
    return _outcome(dispatch, ledger) is not None


def _outcome(dispatch: Dispatch, ledger: Ledger) -> Mined | Failed | None:
    if dispatch.state is not DispatchState.SIGNED:
        return None
    signatures = ledger.outbox.signatures(dispatch.position)
    return ledger.transactions.outcome(signatures, write_of(dispatch, ledger), dispatch.account)
