"""Following without end: one process per database, patient with a silent node, and stopped in one step."""

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ledger.errors import LedgerError, Refused, Unavailable
from ledger.replica.following import Follower, Progress
from ledger.replica_port import ReplicaFollowed, ReplicaHead

LOG = logging.getLogger("asal.replica")
NAME = "replica"
"""What the one process that follows holds of the database."""
POLL_INSTANT, POLL_OTHERWISE = 0.025, 0.25
"""Seconds between two looks at the node: where blocks are final at once, and elsewhere."""
_LONGEST_WAIT = 2.0
"""Seconds between two tries of a node or database that is silent, and between two tries to be the one."""
_MOST_DOUBLINGS = 10
"""A node may be silent for longer than a number can be doubled."""
_AT_ONCE = frozenset({Progress.ADDED, Progress.ROLLED_BACK, Progress.CHANGED})


class Held(Protocol):
    """The claim of being the one that follows."""

    def alive(self) -> bool:
        """Return whether it is still held."""


Claim = Callable[[], AbstractContextManager[Held | None]]
"""Claims the database for following, or gives None when another process has it."""


Said = Callable[[Progress, ReplicaHead], None]
"""Hears what each step found, and how far the replica is then."""


@dataclass(frozen=True, slots=True)
class FollowState:
    """How the following goes, for a page about health."""

    following: bool
    """Whether this process is the one that follows."""
    block: int | None = None
    node_block: int | None = None
    seen_at: datetime | None = None
    halted: str | None = None
    problem: str | None = None
    """Why it does not go on at the moment."""


class Following:
    """Follows in a thread until stopped."""

    def __init__(
        self,
        claim: Claim,
        begin: Callable[[], Follower],
        poll: float,
        said: Said | None = None,
    ) -> None:
        """Remember how to claim the database and how to begin; `said` hears of each step."""
        self._claim, self._begin, self._poll, self._said = claim, begin, poll, said
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._state = FollowState(following=False)

    def start(self) -> "Following":
        """Begin in a thread of its own."""
        self._thread = threading.Thread(target=self._run, name="replica", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """End, and wait until it has."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def state(self) -> FollowState:
        """Return how it goes."""
        return self._state

    def run(self, *, wait_for_turn: bool = True) -> None:
        """Follow until stopped; `ReplicaFollowed` when another process does and its end is not waited for."""
        while not self._stopping.is_set():
            with self._claim() as held:
                if held is not None:
                    self._follow(held)
                elif not wait_for_turn:
                    raise ReplicaFollowed
                else:
                    self._state = FollowState(following=False, problem="another process follows")
            self._stopping.wait(_LONGEST_WAIT)

    def _run(self) -> None:
        """Follow in the thread: what speaks against following at all is said and ends it."""
        while not self._stopping.is_set():
            try:
                self.run()
            except Refused as error:
                LOG.error("the replica is not followed: %s", error)  # noqa: TRY400 - no trace for an answer
                self._state = FollowState(following=False, problem=str(error))
                return
            except LedgerError as error:
                self._troubled(error)
                self._stopping.wait(_LONGEST_WAIT)
            except Exception as error:
                LOG.exception("following the chain failed; it begins anew")
                self._state = FollowState(following=False, problem=type(error).__name__)
                self._stopping.wait(_LONGEST_WAIT)

    def _follow(self, held: Held) -> None:
        """Follow while the claim is held."""
        follower, silent = self._begin(), 0
        checked = 0.0
        while not self._stopping.is_set():
            if checked >= 1.0:  # about once a second
                if not held.alive():
                    return
                checked = 0.0
            try:
                progress = follower.step()
            except Unavailable as error:
                silent += 1
                self._troubled(error)
                wait = min(self._poll * 2 ** min(silent, _MOST_DOUBLINGS), _LONGEST_WAIT)
            else:
                silent = 0
                self._note(follower, progress)
                wait = 0.0 if progress in _AT_ONCE else self._poll
                if progress is Progress.HALTED:
                    wait = _LONGEST_WAIT
            checked += max(wait, self._poll)
            self._stopping.wait(wait)

    def _note(self, follower: Follower, progress: Progress) -> None:
        head = follower.head
        if head.halted and self._state.halted is None:
            LOG.critical("the replica has stopped answering: %s", head.halted)
        if self._state.problem:
            LOG.info("the chain is followed again")
        block = head.block.number if head.block else None
        self._state = FollowState(
            following=True, block=block, node_block=head.node_block, seen_at=head.seen_at, halted=head.halted
        )
        if self._said is not None:
            self._said(progress, head)

    def _troubled(self, error: LedgerError) -> None:
        if self._state.problem is None:
            LOG.warning("the chain cannot be followed at the moment: %s", error)
        before = self._state
        self._state = FollowState(
            before.following, before.block, before.node_block, before.seen_at, before.halted, str(error)
        )
