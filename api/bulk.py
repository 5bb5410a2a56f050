"""A bulk request while it runs: rows come in, a thread issues them, outcomes wait in a temporary file.

The rows are accepted while the body still arrives, and what came of them is told after it has ended, so a
caller that sends everything before it reads anything cannot block itself.  In memory there are a few batches
and a few rows, however long the body is.
"""

import asyncio
import logging
import os
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import closing
from queue import Full, Queue
from typing import Final

import orjson
from fastapi.responses import StreamingResponse
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope, Send

from api.errors import ApiError
from api.problems import problem_of
from ledger.bulk.reading import MOST_BYTES
from ledger.bulk.rows import Raw
from ledger.bulk.running import Issued, Outcome, RowRefused, Waiting
from ledger.errors import LedgerError, Problem

_LOG = logging.getLogger("asal.api")
_AHEAD: Final = 500
"""Rows that are read before they are taken up."""
_BLINK: Final = 0.01
"""Seconds between two looks at what the other side has done."""
_PIECE: Final = 256 * 1024
_ANSWERS: Final = 4
"""Answers that may be unread for each request that is worked on."""
_TOO_LONG: Final = Problem("", "row.too-long", f"a row has at most {MOST_BYTES} bytes")


class Rows:
    """Rows on their way from the connection to the thread; the one who sends waits for the one who takes."""

    def __init__(self, most: int) -> None:
        """Prepare for so many rows."""
        self._queue: Queue[Raw | None] = Queue(_AHEAD)
        self._left = most
        self._refused = False

    async def read(self, body: AsyncIterator[bytes], pause: float) -> None:
        """Take the lines of a body; waits at most `pause` seconds for each piece of it."""
        rest = bytearray()
        too_long = False
        try:
            while (piece := await _next(body, pause)) is not None:
                *lines, tail = piece.split(b"\n")
                for line in lines:
                    await self._put(_TOO_LONG if too_long else bytes(rest + line))
                    rest.clear()
                    too_long = False
                rest += tail
                if len(rest) > MOST_BYTES:
                    too_long = True
                    rest.clear()
            await self._put(_TOO_LONG if too_long else bytes(rest))
        finally:
            await self._hand_over(None)

    def refuse(self) -> None:
        """Take no more rows: those that still come are read and dropped."""
        self._refused = True

    def __iter__(self) -> Iterator[Raw]:
        """Yield the rows until the body has ended."""
        return iter(self._queue.get, None)

    async def _put(self, row: Raw) -> None:
        if not row or (isinstance(row, bytes) and not row.strip()):
            return
        self._left -= 1
        if self._left < 0:
            raise ApiError("payload-too-large", headers={"Connection": "close"})
        await self._hand_over(_TOO_LONG if isinstance(row, bytes) and len(row) > MOST_BYTES else row)

    async def _hand_over(self, row: Raw | None) -> None:
        while not self._refused:
            try:
                self._queue.put_nowait(row)
            except Full:
                await asyncio.sleep(_BLINK)
            else:
                return


async def _next(body: AsyncIterator[bytes], pause: float) -> bytes | None:
    """Return the next piece of a body, None at its end."""
    try:
        async with asyncio.timeout(pause):
            return await anext(body, None)
    except TimeoutError:
        raise ApiError("request-timeout", headers={"Connection": "close"}) from None


class Spool:
    """Lines in a file without a name, which one thread writes while the answer is read from its beginning.

    Only whole lines are read, and the last one needs no room on the disk: an answer for which there is none
    any more still ends with its summary.
    """

    def __init__(self, gone: Callable[[], None] = lambda: None) -> None:
        """Make the file, where others cannot see it; `gone` is called when nobody needs it any more."""
        self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - closed by whoever ends last
        self._gone = gone
        self._lock = threading.Lock()
        self._users = 2
        self._written = 0
        self._last: bytes | None = None

    def add(self, line: bytes) -> None:
        """Add a line; `OSError` when there is no room for it."""
        left, at = memoryview(line + b"\n"), self._written
        while left:
            done = os.pwrite(self._file.fileno(), left, at)
            left, at = left[done:], at + done
        self._written = at

    def complete(self, last: bytes) -> None:
        """Add the last line."""
        self._last = last + b"\n"
        self.leave()

    def leave(self) -> None:
        """Be done with the file; the second to say so closes it."""
        with self._lock:
            self._users -= 1
            if self._users:
                return
        self._file.close()
        self._gone()

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield what is written, until it is complete."""
        offset = 0
        while True:
            last = self._last
            while left := min(self._written - offset, _PIECE):
                piece = os.pread(self._file.fileno(), left, offset)
                offset += len(piece)
                yield piece
            if last is not None:
                yield last
                return
            await asyncio.sleep(_BLINK)


class Places:
    """How many bulk requests are worked on at a time, and how many answers may wait to be read."""

    def __init__(self, at_once: int) -> None:
        """Make so many places for work, and some more for answers: each is a file, as long as it is read."""
        self.work = threading.BoundedSemaphore(at_once)
        self.answers = threading.BoundedSemaphore(at_once * _ANSWERS)

    def spool(self) -> Spool | None:
        """Take both places and return the answer's file, or None when there is no place.

        The place of the work is given back by whoever works, that of the answer with its file.
        """
        if not self.work.acquire(blocking=False):
            return None
        if not self.answers.acquire(blocking=False):
            self.work.release()
            return None
        try:
            return Spool(self.answers.release)
        except BaseException:
            self.work.release()
            self.answers.release()
            raise


class Spooled(StreamingResponse):
    """The answer from a spool; whoever does not take it is given up, and the file with them."""

    def __init__(self, spool: Spool, media_type: str, pause: float) -> None:
        """Answer from a spool; the caller may take `pause` seconds for each piece."""
        super().__init__(spool.pieces(), media_type=media_type)
        self._spool, self._pause = spool, pause

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer."""

        async def sent(message: Message) -> None:
            async with asyncio.timeout(self._pause):
                await send(message)

        try:
            await super().__call__(scope, receive, sent)
        except TimeoutError:
            raise ClientDisconnect from None
        finally:
            self._spool.leave()


def spooled(
    outcomes: Generator[Outcome, None, None], rows: Rows, spool: Spool, ended: Callable[[], None]
) -> None:
    """Issue in a thread of its own: write what comes of each row, then a summary."""
    counts = {"recorded": 0, "accepted": 0, "refused": 0}

    def run() -> None:
        stopped: dict[str, str] = {}
        try:
            with closing(outcomes):
                for outcome in outcomes:
                    kind, line = _line(outcome)
                    spool.add(line)
                    counts[kind] += 1
        except LedgerError as error:
            stopped = {"stopped": problem_of(error).uri}
        except Exception as error:  # noqa: BLE001 - what the answer began with must be ended, whatever it is
            # The message may hold what was sent; its class does not.
            _LOG.error("a bulk request failed: %s", type(error).__name__)
            stopped = {"stopped": "/problems/internal"}
        finally:
            rows.refuse()
            ended()
            spool.complete(orjson.dumps({"summary": {"rows": sum(counts.values()), **counts, **stopped}}))

    threading.Thread(target=run, name="bulk request", daemon=True).start()


def _line(outcome: Outcome) -> tuple[str, bytes]:
    """Return as what a row is counted, and what is told of it."""
    match outcome:
        case RowRefused(row=row, reference=reference, problems=problems):
            places = [{"pointer": one.pointer, "rule": one.rule, "detail": one.message} for one in problems]
            named = {"reference": reference} if reference is not None else {}
            return "refused", orjson.dumps({"row": row, **named, "errors": places})
        case Waiting(row=row, id=identifier, reference=reference):
            return "accepted", _told(row, identifier, reference, "accepted")
        case Issued(row=row, id=identifier, reference=reference, envelope=envelope):
            told = _told(row, identifier, reference, "recorded")
            whole = told if envelope is None else b"".join((told[:-1], b',"envelope":', envelope, b"}"))
            return "recorded", whole


def _told(row: int, identifier: bytes, reference: str, state: str) -> bytes:
    return orjson.dumps({"row": row, "id": f"0x{identifier.hex()}", "reference": reference, "state": state})
