"""The feed: what has happened to certificates and exporters, one row each, for the members it concerns.

`ledger.memory_feed` and `ledger.archive.feed` both answer it; `tests/ports/test_feed_port.py` holds them
equal.  Rows are added in the transaction that moves the cursor past what they tell, so nothing is told twice
or left out, however a process ends.  Positions only grow, in the order in which rows can be seen: whoever
has read up to one goes on after it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from ledger.watch_port import EventType


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRow:
    """Something that happened, as it is told."""

    position: int = 0
    """Order in the feed; given out by it."""
    event: str
    """Its id, made of its place on the chain: the same in every archive."""
    type: EventType
    certificate: bytes | None = None
    exporter: str | None = None
    """Code of the exporter it is about, where it is about one."""
    exporting: str
    """The member that issued the certificate, or recorded the exporter."""
    importing: str | None = None
    asked: str | None = None
    """The member that is asked in a verification case."""
    block: int
    at: datetime
    """Time of the block."""
    body: bytes = field(repr=False)
    """What is told, as JSON: ids, members, line numbers, words and hashes."""

    @property
    def concerned(self) -> frozenset[str]:
        """The members that hear of it."""
        return frozenset(one for one in (self.exporting, self.importing, self.asked) if one)


@dataclass(frozen=True, slots=True)
class FeedCursor:
    """How far what happened on the ledger stands in the feed."""

    block: int = -1
    position: int = -1
    """The place of the last event that was looked at."""
    due: int = 0
    """Up to when what was due has been looked at, in seconds of the chain."""
    receipt_block: int = -1
    receipt_position: int = -1
    """The place of the newest receipt of which it was seen whether a decision came in time."""

    @property
    def place(self) -> tuple[int, int]:
        """Where events go on."""
        return self.block, self.position

    @property
    def receipt(self) -> tuple[int, int]:
        """Where receipts go on."""
        return self.receipt_block, self.receipt_position


class Feed(Protocol):
    """The store of the feed; safe to share between threads and processes."""

    def cursor(self) -> FeedCursor | None:
        """Return how far it is; None at the beginning."""

    def fill(self, before: FeedCursor | None, after: FeedCursor, rows: Collection[FeedRow]) -> bool:
        """Add rows and move the cursor, both or neither.

        Nothing happens, and the answer is no, when the cursor is not where it is said to be.  An event that
        is there already is left out.
        """

    def page(self, member: str | None = None, *, after: int = 0, limit: int = 100) -> Sequence[FeedRow]:
        """Return what concerns a member, or everything, in order after a position."""

    def newest(self) -> int:
        """Return the highest position; 0 when there is none."""
