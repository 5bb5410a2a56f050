"""One step of following a chain: see what is new, compare it with what is stored, and add or take back.

A block is added only when its parent is the newest block stored.  When the chain took blocks back, so does
the replica, as deep as the profile says that blocks may change; a change of blocks that were final is an
alarm, and the replica answers nothing until somebody has looked and rebuilt it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from ledger.errors import Unavailable
from ledger.events import Block, Occurrence, Reported
from ledger.facts import Address, LedgerName
from ledger.ports import Clock
from ledger.replica_port import WINDOW, Replica, ReplicaHead

FAR = 1000
"""Blocks read at a time when far behind."""
NEAR = 256
"""Blocks read at a time near the newest one, each with its header."""
TOUCH_EVERY = timedelta(seconds=1)
"""How often it is noted that the node has nothing new."""
WITNESS_WAIT = timedelta(seconds=5)
"""How long the other node may take to show the same block."""


class Alarm(StrEnum):
    """Why a replica stops answering."""

    BEYOND_FINALITY = "reorganisation-beyond-finality"
    """Blocks changed that the profile calls final."""
    CHAIN_MISMATCH = "chain-mismatch"
    """The node serves another chain than the one that was read."""
    NODE_DISAGREES = "node-disagrees"
    """The node and its witness have different blocks."""


class Progress(StrEnum):
    """What one step found."""

    UP_TO_DATE = "up to date"
    ADDED = "blocks added"
    ROLLED_BACK = "blocks taken back"
    NODE_BEHIND = "the node is behind the replica"
    CHANGED = "the chain changed while it was read"
    WAITING = "waiting for the witness"
    HALTED = "halted"


class Source(Protocol):
    """A node, as far as a replica asks it; raises `ChainUnreachable`."""

    def newest(self) -> Block:
        """Return the newest block."""

    def blocks(self, numbers: Sequence[int]) -> Sequence[Block]:
        """Return blocks by their numbers."""

    def reported(self, first: int, last: int) -> tuple[Sequence[Reported], Block]:
        """Return the ledger's events in blocks `first` to `last`, and block `last` as it was then.

        Who lacks that block knows nothing of its events, and raises `ChainUnreachable`.
        """


@dataclass(frozen=True, slots=True)
class Plan:
    """Which ledger is followed, from where, and how deep its blocks may change."""

    ledger: LedgerName
    from_block: int = 0
    finality: int = 0
    """How many blocks must follow one before it is final; 0 where blocks are final at once."""
    recognition: Address | None = None
    """The recognition registry whose events are read too."""
    procedures: Address | None = None
    """The contract of procedures whose events are read too."""

    @property
    def window(self) -> int:
        """How many of the newest blocks are kept whole: as many as can change, and some."""
        return max(self.finality, WINDOW)


class Follower:
    """Follows one chain into one store; nobody else may write to the store meanwhile."""

    def __init__(
        self, source: Source, replica: Replica, plan: Plan, clock: Clock, witness: Source | None = None
    ) -> None:
        """Begin where the store is; raises what `Replica.start` raises when it holds something else."""
        self._source, self._replica, self._plan, self._clock = source, replica, plan, clock
        self._witness = witness
        self._differs_since: datetime | None = None
        replica.start(plan.ledger, plan.recognition, plan.procedures)
        self._head = self._stored()

    @property
    def head(self) -> ReplicaHead:
        """How far the store is."""
        return self._head

    def step(self) -> Progress:
        """Ask the node once, and store what is new; raises `Unavailable` when node or store is silent."""
        if self._head.halted:
            return Progress.HALTED
        newest, stored = self._source.newest(), self._head.block
        if stored is None:
            return self._advanced(newest) if newest.number >= self._plan.from_block else Progress.NODE_BEHIND
        if newest.hash == stored.hash:
            return self._seen(newest)
        return self._advanced(newest) if newest.number > stored.number else self._diverged(newest)

    # ---------------------------------------------------------------------------------- going forward

    def _advanced(self, newest: Block) -> Progress:
        """Read the next blocks and add them."""
        try:
            read = self._read(newest)
        except Unavailable:
            self._note(newest.number)  # it is known now that there is more than is stored
            raise
        if read is None:
            return Progress.CHANGED
        blocks, occurrences = read
        stored = self._head.block
        if stored and blocks[0].parent != stored.hash:
            return self._diverged(newest)
        doubt = self._doubted(blocks, newest)
        if doubt is not None:
            return doubt
        now = self._clock()
        self._replica.apply(
            blocks, occurrences, node_block=newest.number, seen_at=now, window=self._plan.window
        )
        self._head = self._stored()
        return Progress.ADDED

    def _read(self, newest: Block) -> tuple[list[Block], list[Occurrence]] | None:
        """Return the next blocks with their events, or None when they do not fit together.

        Far behind, only blocks with events are fetched, and the first and last of the range: what lies
        that deep does not change, and empty blocks say nothing.
        """
        first = self._head.block.number + 1 if self._head.block else self._plan.from_block
        edge = newest.number - self._plan.window
        if first <= edge:
            last = min(first + FAR - 1, edge)
            reported, until = self._source.reported(first, last)
            blocks = list(self._source.blocks(sorted({first, last} | {one.block for one in reported})))
        else:
            last = min(first + NEAR - 1, newest.number)
            blocks = list(self._source.blocks(range(first, min(last + 1, newest.number))))
            blocks += [newest] if last == newest.number else []
            reported, until = self._source.reported(first, last)
        return joined(blocks, reported) if blocks[-1] == until else None

    def _doubted(self, blocks: Sequence[Block], newest: Block) -> Progress | None:
        """Return what keeps the blocks from counting yet: the other node lacks them, or has others."""
        if self._witness is None:
            return None
        now = self._clock()
        self._differs_since = self._differs_since or now
        patient = now - self._differs_since < WITNESS_WAIT
        try:
            theirs = self._witness.blocks([block.number for block in blocks])
        except Unavailable:
            if not patient:
                self._note(newest.number)
            return Progress.WAITING
        different = [
            block.number for block, other in zip(blocks, theirs, strict=True) if block.hash != other.hash
        ]
        if not different:
            self._differs_since = None
            return None
        if patient and self._plan.finality:
            return Progress.WAITING
        return self._halt(Alarm.NODE_DISAGREES, f"the witness has another block {different[0]}")

    # ------------------------------------------------------------------------------------ going back

    def _diverged(self, newest: Block) -> Progress:
        """Find the newest block that node and store share, and take back what follows it."""
        stored = self._head.block
        assert stored is not None  # noqa: S101 - else there is nothing to diverge from
        held = self._replica.hashes(self._plan.window + 1)
        numbers = sorted(number for number in held if number <= newest.number)
        theirs = self._source.blocks(numbers)
        same = [block.number for block in theirs if held[block.number] == block.hash]
        if len(same) == len(numbers):
            return self._none_differs(newest, stored)
        undone = stored.number - same[-1] if same else None
        if undone is not None and undone <= self._plan.finality:
            self._replica.roll_back(same[-1])
            self._head = self._stored()
            return Progress.ROLLED_BACK
        different = next(block for block in theirs if held[block.number] != block.hash)
        return self._beyond(different, held[different.number])

    def _none_differs(self, newest: Block, stored: Block) -> Progress:
        """Return what it means that the node shows the same blocks: it has fewer, or they changed again."""
        first = self._replica.first()
        if first is not None and newest.number == first.number - 1 and newest.hash != first.parent:
            return self._halt(Alarm.CHAIN_MISMATCH, f"the node has another block {newest.number}")
        return Progress.NODE_BEHIND if newest.number < stored.number else Progress.CHANGED

    def _beyond(self, theirs: Block, ours: bytes) -> Progress:
        """Halt: blocks that were final are others now, or it is another chain altogether."""
        first = self._replica.first()
        assert first is not None  # noqa: S101 - there is a block, so there is a first one
        changed = f"block {theirs.number} was 0x{ours.hex()} and is 0x{theirs.hash.hex()}"
        if self._source.blocks([first.number])[0].hash != first.hash:
            return self._halt(Alarm.CHAIN_MISMATCH, changed)
        return self._halt(Alarm.BEYOND_FINALITY, changed)

    def _halt(self, alarm: Alarm, why: str) -> Progress:
        self._replica.halt(f"{alarm}: {why}")
        self._head = self._stored()
        return Progress.HALTED

    # ---------------------------------------------------------------------------------------- notes

    def _seen(self, newest: Block) -> Progress:
        """Note now and then that the node answered and has nothing new."""
        seen_at = self._head.seen_at
        if (
            seen_at is None
            or self._head.node_block != newest.number
            or abs(self._clock() - seen_at) >= TOUCH_EVERY
        ):
            self._note(newest.number)
        self._differs_since = None
        return Progress.UP_TO_DATE

    def _note(self, node_block: int) -> None:
        self._replica.touch(node_block=node_block, seen_at=self._clock())
        self._head = self._stored()

    def _stored(self) -> ReplicaHead:
        head = self._replica.head()
        assert head is not None  # noqa: S101 - it was started
        return head


def joined(
    blocks: Sequence[Block], reported: Sequence[Reported]
) -> tuple[list[Block], list[Occurrence]] | None:
    """Return blocks with their events in order, each once, or None when they are not of one chain.

    Headers and events are fetched one after the other, and the chain may change in between: every event
    must name the hash of its block, and every block that of the one before it.
    """
    by_number = {block.number: block for block in blocks}
    for block in blocks:
        before = by_number.get(block.number - 1)
        if before is not None and before.hash != block.parent:
            return None
    found: dict[tuple[int, int], Occurrence] = {}
    for one in reported:
        own = by_number.get(one.block)
        if own is None or own.hash != one.block_hash:
            return None
        found[one.block, one.position] = Occurrence(one.block, one.position, own.time, one.event)
    return list(blocks), [found[place] for place in sorted(found)]
