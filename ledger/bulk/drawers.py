"""Drawing up rows in several processes, in order, with a bounded number of chunks under way.

Not `concurrent.futures`: its processes start by importing the program that called them, with the chain and
the database in it, and outlive it when it is killed.  Ours import what they need and end with their input.
"""

import fcntl
import os
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date
from itertools import chain, cycle
from multiprocessing.connection import Connection
from typing import Any, Final

from ledger.bulk.rows import Desk, Raw, Row, drawn_rows
from ledger.errors import Unavailable

_AHEAD: Final = 2
"""Chunks that each process has before it, the one in work included."""
_ENDING_SECONDS: Final = 10

_PIPE_BYTES: Final = 1024 * 1024
"""What a pipe holds where the system lets us say so: a chunk, so that nobody waits in the midst of one."""

Chunk = Sequence[Raw]


class DrawingStopped(Unavailable):
    """A process that draws up certificates ended; what was accepted before is safe."""

    def __str__(self) -> str:
        return "a process that draws up certificates ended; run the same command again to go on"


class Drawers:
    """Processes that draw up rows; none are started for less than two chunks, or when one may work."""

    def __init__(self, desk: Desk, workers: int, today: Callable[[], date]) -> None:
        """Prepare; `today` is asked for each chunk."""
        self._desk, self._wanted, self._today = desk, workers, today
        self._workers: list[_Worker] = []

    @property
    def pids(self) -> tuple[int, ...]:
        """The numbers of the processes that were started."""
        return tuple(worker.pid for worker in self._workers)

    def drawn(self, chunks: Iterable[Chunk]) -> Iterator[list[Row]]:
        """Yield the rows of each chunk drawn up, in order; raises `DrawingStopped`."""
        coming = iter(chunks)
        first, second = next(coming, None), next(coming, None)
        given = (chunk for chunk in (first, second) if chunk is not None)
        if second is None or self._wanted < 2:  # noqa: PLR2004 - one works best in this process
            yield from map(self._here, given)
            yield from map(self._here, coming)
            return
        self._workers = [_Worker(self._desk) for _ in range(self._wanted)]
        yield from self._elsewhere(chain(given, coming))

    def close(self) -> None:
        """End the processes."""
        for worker in self._workers:
            worker.close()

    def _here(self, chunk: Chunk) -> list[Row]:
        return drawn_rows(chunk, self._desk, self._today())

    def _elsewhere(self, chunks: Iterable[Chunk]) -> Iterator[list[Row]]:
        under_way: deque[_Worker] = deque()
        for chunk, worker in zip(chunks, cycle(self._workers), strict=False):
            worker.give((chunk, self._today()))
            under_way.append(worker)
            if len(under_way) >= _AHEAD * len(self._workers):
                yield under_way.popleft().take()
        for worker in under_way:
            yield worker.take()


class _Worker:
    """One process, which answers in the order in which it is given."""

    def __init__(self, desk: Desk) -> None:
        """Start it; `-P` keeps whatever lies in the current folder out of its imports."""
        command = [sys.executable, "-P", "-m", "ledger.bulk.worker"]
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None, "it is a pipe"  # noqa: S101
        assert stdout is not None, "it is a pipe"  # noqa: S101
        _widen(stdin.fileno(), stdout.fileno())
        with stdin, stdout:
            self._given: Connection[Any, Any] = Connection(os.dup(stdin.fileno()), readable=False)
            self._told: Connection[Any, Any] = Connection(os.dup(stdout.fileno()), writable=False)
        self.give(desk)

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    def give(self, message: object) -> None:
        """Hand something over."""
        try:
            self._given.send(message)
        except OSError:
            raise DrawingStopped from None

    def take(self) -> list[Row]:
        """Return the next answer."""
        try:
            rows: list[Row] = self._told.recv()
        except (EOFError, OSError):
            raise DrawingStopped from None
        return rows

    def close(self) -> None:
        """Close its input, which ends it, and do not wait for answers."""
        self._given.close()
        self._told.close()
        try:
            self._process.wait(_ENDING_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _widen(*pipes: int) -> None:
    """Let pipes hold a whole chunk; without it they hold 64 kB, and things take longer."""
    for pipe in pipes:
        with suppress(AttributeError, OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
