"""Carrying a plan out: records, events and statuses batch by batch, through the outbox.

1. What an earlier run has left in the outbox is carried out first, before the ledger is compared with the
   list: a run that was killed is gone on with by running it again.
2. A batch is on disk with its records before the chain hears of it, in one transaction.
3. Some batches are under way at once; the oldest is waited for, and told.

A batch that the contract refuses stands for itself: its rows are named, and the others go on.
"""

import time
from collections import deque
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ledger.bulk.reading import chunked
from ledger.bulk.running import RunPaused
from ledger.facts import Address
from ledger.lists.filing import Batch, Loading, batch_of
from ledger.lists.steps import Due
from ledger.operators import OperatorCode
from ledger.outbox import Dispatch, DispatchKind, DispatchState
from ledger.ports import Ledger
from ledger.refusals import ContractRefusal

BATCH: Final = 200
"""Statuses of one write; it is sent with a limit of 13.4 million gas, twice what it uses."""
PATIENCE: Final = 60.0
_UNDER_WAY: Final = 4
_MANY: Final = 10_000
_TURN: Final = 0.5


@dataclass(frozen=True, slots=True)
class Recorded:
    """The ledger holds a batch."""

    due: Sequence[Due]


@dataclass(frozen=True, slots=True)
class BatchRefused:
    """The contract said no to a batch; nothing of it is recorded."""

    due: Sequence[Due]
    refusal: ContractRefusal


def left_before(authority: int, ledger: Ledger) -> list[Dispatch]:
    """Return the statuses that an authority's earlier runs have left in the outbox."""
    own = [account for account in ledger.outbox.accounts() if _of(authority, account, ledger)]
    left = (write for account in own for write in ledger.outbox.open(account, _MANY))
    return [write for write in left if write.kind is DispatchKind.STATUS]


def finished_before(authority: int, account: Address, ledger: Ledger, patience: float = PATIENCE) -> int:
    """Carry out what an authority's earlier runs have left in the outbox; returns how many writes that were.

    What waits for a key of it that is not at hand any more goes out under this one.  Raises `RunPaused`, or
    `SubmitterStopped` while an alarm stops the key.
    """
    left = left_before(authority, ledger)
    for write in left:
        if write.state is DispatchState.WAITING and not ledger.registry.holds(write.account):
            ledger.outbox.requeue(write, account)
    for write in left:
        _done(write.position, ledger, patience)
    return len(left)


def carried_out(
    due: Sequence[Due], loading: Loading, ledger: Ledger, patience: float = PATIENCE, *, batch: int = BATCH
) -> Generator[Recorded | BatchRefused, None, None]:
    """Record what is due, so many statuses in a batch; yields what came of each batch, in order.

    Raises `CaseMovedOn` when somebody acts on one of the operators at the same time, and `RunPaused` or
    another `Unavailable` when the run cannot go on: the same list again continues it.
    """
    seqs = _numbered(due, ledger)
    under_way: deque[tuple[int, Batch]] = deque()
    for page in chunked(due, batch):
        if len(under_way) >= _UNDER_WAY:
            yield _told(*under_way.popleft(), ledger, patience)
        now = ledger.clock().replace(microsecond=0)
        made = batch_of(page, loading, seqs, now)
        filed = ledger.operator_files.file([made.step], made.records, now=now)
        under_way.append((filed[0].dispatch or 0, made))
    while under_way:
        yield _told(*under_way.popleft(), ledger, patience)


def _of(authority: int, account: Address, ledger: Ledger) -> bool:
    """Whether an account is or was a key of an authority."""
    key = ledger.members.key(account)
    return key is not None and key.authority == authority


def _numbered(due: Sequence[Due], ledger: Ledger) -> Mapping[OperatorCode, int]:
    """Return the number of the last event of each operator that has a case here."""
    files, wanted = ledger.operator_files, {one.operator for one in due}
    known: list[OperatorCode] = []
    while page := files.operators(after=known[-1] if known else None, limit=_MANY):
        known += page
    return {code: len(files.events(code)) for code in known if code in wanted}


def _told(position: int, batch: Batch, ledger: Ledger, patience: float) -> Recorded | BatchRefused:
    done = _done(position, ledger, patience)
    if done.refusal is not None:
        return BatchRefused(batch.due, done.refusal)
    return Recorded(batch.due)


def _done(position: int, ledger: Ledger, patience: float) -> Dispatch:
    """Wait for a write until it is recorded or refused."""
    deadline = time.monotonic() + patience
    while True:
        done = ledger.carrier.carried_out(lambda: ledger.outbox.find(position), _TURN)
        if done.state in {DispatchState.RECORDED, DispatchState.REFUSED}:
            return done
        if time.monotonic() > deadline:
            raise RunPaused(patience)
