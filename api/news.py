"""Hearing at once that the feed has grown, from whichever thread or process fills it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

from ledger.errors import ArchiveUnavailable

_POLL: Final = 0.25
"""Seconds between two looks at the feed when no bell is rung, as when another process fills it."""


class News:
    """A bell: rung by the thread that fills the feed, heard in this process's event loop."""

    def __init__(self) -> None:
        """Start with nobody who hears it."""
        self._heard: set[Callable[[], None]] = set()

    def ring(self) -> None:
        """Say that the feed has grown; from any thread."""
        for hear in tuple(self._heard):
            with suppress(RuntimeError):  # a loop that has just ended
                hear()

    @contextmanager
    def heard_by(self, event: asyncio.Event) -> Iterator[None]:
        """Set an event of the running loop whenever the bell rings."""
        loop = asyncio.get_running_loop()

        def hear() -> None:
            loop.call_soon_threadsafe(event.set)

        self._heard.add(hear)
        try:
            yield
        finally:
            self._heard.discard(hear)


class Pulse:
    """Looks at the feed for all who wait for it in one event loop, as long as somebody does."""

    def __init__(self, look: Callable[[], Awaitable[int]], news: News) -> None:
        """Begin to look for the newest position, by a call."""
        self.newest = -1
        """The newest position seen; -1 before the first look."""
        self._look, self._news = look, news
        self._bell, self._grown = asyncio.Event(), asyncio.Event()
        self._looking = asyncio.create_task(self._looks())

    async def beyond(self, seen: int, seconds: float) -> bool:
        """Wait until there is more than was seen, or for so long; returns whether to look again."""
        if self.newest != seen:
            return True
        with suppress(TimeoutError):
            await asyncio.wait_for(self._grown.wait(), seconds)
            return True
        return False

    def wake(self) -> None:
        """Let all who wait look again."""
        grown, self._grown = self._grown, asyncio.Event()
        grown.set()

    def stop(self) -> None:
        """Look no more."""
        self._looking.cancel()
        self.wake()

    async def _looks(self) -> None:
        with self._news.heard_by(self._bell):
            while True:
                with suppress(ArchiveUnavailable):
                    newest = await self._look()
                    if newest != self.newest:
                        self.newest = newest
                        self.wake()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._bell.wait(), _POLL)
                self._bell.clear()
