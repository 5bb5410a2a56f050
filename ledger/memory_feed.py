"""The feed in memory: the port `Feed` in a few lines, for tests and as its meaning."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from threading import RLock

from ledger.feed_port import FeedCursor, FeedRow


class MemoryFeed:
    """Rows in a list."""

    def __init__(self) -> None:
        """Start with none."""
        self._rows: list[FeedRow] = []
        self._cursor: FeedCursor | None = None
        self._turn = RLock()

    def cursor(self) -> FeedCursor | None:
        """Return how far it is; None at the beginning."""
        return self._cursor

    def fill(self, before: FeedCursor | None, after: FeedCursor, rows: Collection[FeedRow]) -> bool:
        """Add rows and move the cursor, both or neither."""
        with self._turn:
            if self._cursor != before:
                return False
            known = {one.event for one in self._rows}
            for row in rows:
                if row.event not in known:
                    self._rows.append(replace(row, position=len(self._rows) + 1))
                    known.add(row.event)
            self._cursor = after
            return True

    def page(self, member: str | None = None, *, after: int = 0, limit: int = 100) -> Sequence[FeedRow]:
        """Return what concerns a member, or everything, in order after a position."""
        with self._turn:
            found = (one for one in self._rows if one.position > after)
            return tuple(one for one in found if member is None or member in one.concerned)[:limit]

    def newest(self) -> int:
        """Return the highest position; 0 when there is none."""
        return len(self._rows)
