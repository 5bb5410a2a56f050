"""Telling watchers of certificates what stands in the feed, each thing exactly once.

The place in the feed and the deliveries move in one transaction.  A watch hears what concerns its member and
no other, and nothing from before it was made.
"""

from collections.abc import Collection, Iterator
from typing import Final

from ledger.feed_events import happened_of
from ledger.feed_port import Feed, FeedRow
from ledger.ports import Clock
from ledger.watch_events import message
from ledger.watch_port import Delivery, Watch, Watches

PAGE: Final = 500
"""Rows told in one transaction."""


def hears(watch: Watch, row: FeedRow) -> bool:
    """Whether a watcher is told of a row."""
    wanted = watch.interest.all_certificates or row.certificate in watch.interest.certificates
    return wanted and watch.member in row.concerned and row.block > watch.since


class FeedTeller:
    """Tells what the feed holds; one process at a time does."""

    def __init__(self, watches: Watches, feed: Feed, clock: Clock) -> None:
        """Tell these watches of this feed."""
        self._watches, self._feed, self._clock = watches, feed, clock

    def tell(self) -> bool:
        """Tell the next page; returns whether there may be more.  Raises `ArchiveUnavailable`."""
        told, newest = self._watches.told(), self._feed.newest()
        if told == newest:
            return False
        audience = [watch for watch in self._watches.live() if watch.interest.of_certificates]
        if not audience:  # nobody is to be told of what is there now
            self._watches.spread_feed(told, newest, ())
            return False
        page = self._feed.page(after=told or 0, limit=PAGE)
        if page:
            self._watches.spread_feed(told, page[-1].position, list(self._told(page, audience)))
        return bool(page)

    def _told(self, page: Collection[FeedRow], audience: Collection[Watch]) -> Iterator[Delivery]:
        now = self._clock()
        for row in page:
            for watch in audience:
                if hears(watch, row):
                    yield message(watch, happened_of(row), now)
