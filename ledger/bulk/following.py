"""Anchoring beside: a thread that carries accepted rows to the chain while the next are drawn up."""

import threading
import time
from collections import deque
from typing import Final

from ledger.bulk.accepting import Accepted
from ledger.errors import LedgerError, SubmitterStopped, Unavailable
from ledger.facts import Address
from ledger.outbox import Dispatch, DispatchState
from ledger.ports import Ledger
from ledger.refusals import ContractRefusal

_DONE: Final = frozenset({DispatchState.RECORDED, DispatchState.REFUSED})
_TURN: Final = 0.5
"""Seconds after which the thread looks whether it is still wanted."""


class Follower:
    """Carries what it is given to the chain, oldest first, until it is closed."""

    def __init__(self, account: Address, ledger: Ledger) -> None:
        """Start the thread; the account takes over what waits for a key that is not at hand any more."""
        self._account, self._ledger = account, ledger
        self._queue: deque[Accepted] = deque()
        self._changed = threading.Condition()
        self._closing = False
        self.refusals: dict[int, ContractRefusal] = {}
        """Why the contract refused a write, by its position; `pop` them with their batch."""
        self.stopped: SubmitterStopped | None = None
        """The alarm that keeps the key from submitting."""
        self._thread = threading.Thread(target=self._run, name="bulk follower", daemon=True)
        self._thread.start()

    def follow(self, accepted: Accepted) -> None:
        """Take on rows that were accepted."""
        with self._changed:
            self._queue.append(accepted)
            self._changed.notify_all()

    def await_done(self, accepted: Accepted, within: float) -> bool:
        """Whether every write of these rows is recorded or refused, within so many seconds."""
        deadline = time.monotonic() + within
        with self._changed:
            while accepted.waits and self.stopped is None:
                left = deadline - time.monotonic()
                if left <= 0:
                    break
                self._changed.wait(left)
            return not accepted.waits

    def close(self) -> None:
        """End after the round under way; what is left is in the outbox."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()

    def _run(self) -> None:
        while (accepted := self._next()) is not None:
            position, certificate = next(iter(accepted.waits.items()))
            try:
                self._carried(accepted, position, certificate)
            except SubmitterStopped as alarm:
                with self._changed:
                    self.stopped = alarm
                    self._changed.notify_all()
            except Unavailable:
                time.sleep(_TURN)  # the archive did not answer

    def _next(self) -> Accepted | None:
        """Wait for rows that are not done yet; None when we are not wanted any more."""
        with self._changed:
            while not self._closing:
                while self._queue and not self._queue[0].waits:
                    self._queue.popleft()
                if self._queue and self.stopped is None:
                    return self._queue[0]
                self._changed.wait()
        return None

    def _carried(self, accepted: Accepted, position: int, certificate: bytes) -> None:
        def look() -> Dispatch | None:
            filing = self._ledger.archive.find(certificate)
            return self._ledger.outbox.find(filing.dispatch) if filing else None

        write = look()
        if write and write.state is DispatchState.WAITING and not self._ledger.registry.holds(write.account):
            self._ledger.outbox.requeue(write, self._account)
        try:
            done = self._ledger.carrier.carried_out(look, _TURN)
        except LedgerError as error:
            if isinstance(error, Unavailable):
                raise
            time.sleep(_TURN)
            return
        if done.state not in _DONE:
            return
        with self._changed:
            if done.refusal is not None:
                self.refusals[position] = done.refusal
            del accepted.waits[position]
            self._changed.notify_all()
