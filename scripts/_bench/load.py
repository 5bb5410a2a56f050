"""A process that asks an HTTP server as fast as it answers, or at a steady rate, from many connections.

In a process of its own, with requests made beforehand and answers hardly looked at, so that it takes little
of what the server could use.  At a steady rate requests come due at random moments (Poisson) and their time
counts from when they were due, not from when a connection was free: a server that stalls is seen to stall.
"""

import asyncio
import random
import time
import uuid
from collections import deque
from collections.abc import Mapping, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

from _bench.samples import SEED
from _bench.worker import serve

_STUCK = 60
"""Seconds after which a server that does not answer is given up."""


class UnexpectedAnswer(RuntimeError):
    """The server answered with something else than expected; the message carries its first line."""


class Connection:
    """One connection that stays open, with one request on it at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def to(cls, port: int) -> "Connection":
        """Open one to a port of loopback."""
        return cls(*await asyncio.open_connection("127.0.0.1", port, limit=1 << 20))

    def close(self) -> None:
        """Close it."""
        self._writer.close()

    async def ask(self, request: bytes, status: bytes, says: bytes) -> None:
        """Send a request, read the whole answer, and see that it is the one expected."""
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        at = head.lower().index(b"content-length:") + len(b"content-length:")
        body = await self._reader.readexactly(int(head[at : head.index(b"\r", at)]))
        if head[9:12] != status or says not in body:
            raise UnexpectedAnswer(f"{head[:12]!r}: {body[:300]!r}")


class Round:
    """One round of requests: the bodies in turn, and the seconds that each request took."""

    def __init__(self, requests: Sequence[bytes], status: bytes, says: bytes) -> None:
        self._requests, self._status, self._says = cycle(requests), status, says
        self.each: list[float] = []

    async def at_once(self, open_: Sequence[Connection], until: float) -> None:
        """Keep every connection busy until a moment."""

        async def lane(connection: Connection) -> None:
            while time.perf_counter() < until:
                await self._ask(connection, time.perf_counter())

        await asyncio.gather(*(lane(connection) for connection in open_))

    async def counted(self, open_: Sequence[Connection], count: int) -> None:
        """Send so many requests, as fast as they are answered."""
        left = iter(range(count))

        async def lane(connection: Connection) -> None:
            for _ in left:
                await self._ask(connection, time.perf_counter())

        await asyncio.gather(*(lane(connection) for connection in open_))

    async def steadily(self, open_: Sequence[Connection], until: float, rate: float) -> None:
        """Let requests come due at a rate until a moment."""
        chance = random.Random(SEED)  # noqa: S311 - arrivals, not secrets
        due: deque[float] = deque()
        moment = time.perf_counter()
        while (moment := moment + chance.expovariate(rate)) < until:
            due.append(moment)

        async def lane(connection: Connection) -> None:
            while due:
                at = due.popleft()
                await asyncio.sleep(at - time.perf_counter())
                await self._ask(connection, at)

        await asyncio.gather(*(lane(connection) for connection in open_))

    async def _ask(self, connection: Connection, since: float) -> None:
        await connection.ask(next(self._requests), self._status, self._says)
        self.each.append(time.perf_counter() - since)


def load(  # noqa: PLR0913 - an order's particulars
    port: int,
    path: str,
    file: str,
    *,
    seconds: float = 0,
    count: int = 0,
    connections: int = 1,
    rate: float = 0,
    token: str = "",
    get: bool = False,
    status: int = 200,
    says: str = "",
) -> Mapping[str, Any]:
    """Post the lines of a file, each a body, to a path of a server on loopback; or get path and line.

    So many (`count`), or for some seconds: at a rate, or without one as fast as they are answered.
    """
    bodies = Path(file).read_bytes().splitlines()
    requests = [_query(path, body) if get else _request(path, token, body) for body in bodies]
    one = Round(requests, str(status).encode(), says.encode())

    async def run() -> float:
        open_ = [await Connection.to(port) for _ in range(connections)]
        began = time.perf_counter()
        async with asyncio.timeout(seconds + _STUCK):
            if count:
                await one.counted(open_, count)
            elif rate:
                await one.steadily(open_, began + seconds, rate)
            else:
                await one.at_once(open_, began + seconds)
        took = time.perf_counter() - began
        for connection in open_:
            connection.close()
        return took

    took = asyncio.run(run())
    return {"done": len(one.each), "seconds": took, "each": one.each}


def _query(path: str, line: bytes) -> bytes:
    """Return a whole request that asks, and changes nothing."""
    return b"GET %s%s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" % (path.encode(), line)


def _request(path: str, token: str, body: bytes) -> bytes:
    """Return a whole request; one with a token may change something, so it says under which key and waits."""
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    if token:
        head += f"Authorization: Bearer {token}\r\nIdempotency-Key: {uuid.uuid4()}\r\nPrefer: wait=30\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


if __name__ == "__main__":
    serve({"load": load})
