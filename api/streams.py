"""Streams of the feed (server-sent events): what one process holds open for those who listen.

A stream that waits holds a coroutine and nothing else.  One look at the feed serves all streams, and what
they read is read in two threads of their own, so that requests never wait for listeners.
"""

import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import Final, TypeVar

import anyio
import orjson
from anyio import CapacityLimiter, to_thread
from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event
from starlette.types import Receive, Scope, Send

from api.errors import ApiError, retry_after
from api.news import News, Pulse
from ledger.errors import ArchiveUnavailable
from ledger.feed_events import document_of
from ledger.feed_port import Feed, FeedRow

PAGE: Final = 100
"""Rows read at a time; a slow reader has so many in memory at most."""
LIFETIME: Final = 15 * 60.0
"""Seconds after which a stream ends; whoever listens comes back and goes on where it was."""
_GRACE: Final = 30.0
"""Seconds that a reader has then to take what is under way, before the connection is cut."""
_BEAT: Final = 15.0
"""Seconds of silence until a comment is sent, which keeps proxies from closing the connection."""
_CHECK: Final = 30.0
"""Seconds between two looks at whether the API key still holds."""
_RETRY: Final = 2000
"""Milliseconds after which a listener comes back."""
_THREADS: Final = 2
_HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
"""No proxy keeps events, or holds them back."""
_Found = TypeVar("_Found")


class Streams:
    """The open streams of one process, so many for each authority and so many in all."""

    def __init__(self, feed: Feed, news: News, per_authority: int, most: int) -> None:
        """Prepare; nothing runs while nobody listens."""
        self._feed, self._news = feed, news
        self._per_authority, self._most = per_authority, most
        self._open: Counter[int] = Counter()
        self._limiter = CapacityLimiter(_THREADS)
        self._pulse: Pulse | None = None
        self._ended = threading.Event()

    def begin(self) -> None:
        """Take streams."""
        self._ended.clear()

    def end(self) -> None:
        """End all streams, so that the server can stop; called in the event loop."""
        self._ended.set()
        if self._pulse is not None:
            self._pulse.wake()

    @property
    def open(self) -> int:
        """How many there are."""
        return self._open.total()

    def take(self, authority: int) -> "Place":
        """Return a place for a stream of an authority; raises the problem `too-many-streams`."""
        if self._open[authority] >= self._per_authority or self.open >= self._most:
            raise ApiError("too-many-streams", headers=retry_after(_RETRY / 1000))
        self._open[authority] += 1
        return Place(self, authority)

    def give_back(self, authority: int) -> None:
        """Take a place back."""
        self._open[authority] -= 1
        if not self.open and self._pulse is not None:
            self._pulse.stop()
            self._pulse = None

    async def events(self, member: str, after: int, allowed: Callable[[], bool]) -> AsyncIterator[bytes]:
        """Yield what concerns a member after a position, as it comes, until the key no longer holds."""
        yield format_sse_event(retry=_RETRY)
        began = checked = monotonic()
        with suppress(ArchiveUnavailable):  # whoever listens comes back
            while not self._ended.is_set() and monotonic() - began < LIFETIME:
                pulse = self._pulsing()
                seen = pulse.newest
                rows = await self.in_thread(partial(self._feed.page, member, after=after, limit=PAGE))
                for row in rows:
                    yield _event(row)
                    after = row.position
                if monotonic() - checked > _CHECK:
                    if not await self.in_thread(allowed):
                        return
                    checked = monotonic()
                if len(rows) < PAGE and not await pulse.beyond(seen, _BEAT):
                    yield KEEPALIVE_COMMENT

    async def in_thread(self, call: Callable[[], _Found]) -> _Found:
        """Return what a call returns that may take a moment, in one of the streams' own threads."""
        return await to_thread.run_sync(call, limiter=self._limiter)

    def _pulsing(self) -> Pulse:
        if self._pulse is None:
            self._pulse = Pulse(lambda: self.in_thread(self._feed.newest), self._news)
        return self._pulse


class Place:
    """A place for one stream, until it is given back."""

    def __init__(self, streams: Streams, authority: int) -> None:
        """Hold it."""
        self._streams, self._authority = streams, authority

    def __enter__(self) -> None:
        """Nothing is left to do."""

    def __exit__(self, *_: object) -> None:
        """Give it back."""
        self._streams.give_back(self._authority)


class Stream(EventSourceResponse):
    """An answer that goes on, for a while; it gives its place back however it ends."""

    def __init__(self, events: AsyncIterator[bytes], place: Place) -> None:
        """Answer with events."""
        super().__init__(events, headers=_HEADERS)
        self._place = place

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send them until the reader hangs up; one that takes nothing is cut off in the end."""
        assert scope["type"] == "http"  # noqa: S101 - of a route
        with self._place, anyio.move_on_after(LIFETIME + _GRACE):
            async with anyio.create_task_group() as both:
                both.start_soon(_hung_up, receive, both.cancel_scope)
                with suppress(OSError):  # it hung up in the middle
                    await self.stream_response(send)
                both.cancel_scope.cancel()


async def _hung_up(receive: Receive, scope: anyio.CancelScope) -> None:
    """End a stream when its reader is gone, which is not seen while nothing is sent."""
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()


def _event(row: FeedRow) -> bytes:
    data = orjson.dumps(document_of(row)).decode()
    return format_sse_event(data_str=data, event=row.type.value, id=str(row.position))
