"""Files of certificates at a desk: issued row by row beside the requests, and what came of each journalled.

The file and its journal live in the archive, so every process shows the same, and any of them takes up a run
whose process ended: behind the last row of the journal, where rows that were accepted before are found by
their references (`ledger.archive.bulk_runs`).
"""

import io
import logging
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO, Final

import orjson

from api.problems import problem_of
from ledger.archive import BulkRun, BulkRuns, RunLost, Told
from ledger.bulk.reading import csv_rows, ndjson_rows
from ledger.bulk.rows import Raw
from ledger.bulk.running import Issued, Outcome, RowRefused, Waiting
from ledger.errors import LedgerError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_LOG = logging.getLogger("asal.api")
_PIECE: Final = 1024 * 1024
_TOGETHER: Final = 500
"""Rows that are journalled in one transaction."""
_SECONDS: Final = 1.0
"""After which a row is journalled with fewer."""
_CLAIM_SECONDS: Final = 2.0
"""For which a desk is asked again: whoever only looks whether it is at work holds its name for a moment."""
_PAUSE: Final = 0.05


class Stored(io.RawIOBase):
    """A file in pieces, as a stream."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        """Read from its beginning."""
        self._pieces, self._rest = pieces, memoryview(b"")

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Fill a buffer as far as the piece at hand goes; 0 at the end."""
        room = memoryview(buffer).cast("B")
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = memoryview(piece)
        some = self._rest[: len(room)]
        room[: len(some)] = some
        self._rest = self._rest[len(some) :]
        return len(some)


class Rows:
    """The rows of a file, at most so many, without those that are done."""

    def __init__(self, file: BinaryIO, most: int, *, table: bool, done: int = 0) -> None:
        """Read the header of a table; raises `InputMalformed` when it cannot be used."""
        self.columns: tuple[str, ...] | None = None
        if table:
            self.columns, self._rows = csv_rows(file)
        else:
            self._rows = ndjson_rows(file)
        self._most, self._done = most, done
        self.cut = False

    def __iter__(self) -> Iterator[Raw]:
        """Yield the rows that are taken."""
        yield from islice(self._rows, self._done, self._most)
        self.cut = next(iter(self._rows), None) is not None


def rows_of(run: BulkRun, runs: BulkRuns, most: int) -> Rows:
    """Return the rows of a stored file that are still to be done."""
    stream = io.BufferedReader(Stored(runs.pieces(run)), _PIECE)
    return Rows(stream, most, table=is_table(run.name), done=run.rows)


def is_table(name: str) -> bool:
    """Whether a file of this name is read as a table."""
    return name.lower().endswith(".csv")


def stored(run: BulkRun, file: BinaryIO, runs: BulkRuns) -> BulkRun:
    """Store the file of a run; nothing of it is issued before that."""
    file.seek(0)
    lines = 0
    for number, piece in enumerate(iter(lambda: file.read(_PIECE), b"")):
        lines += piece.count(b"\n")
        runs.store(run, number, piece)
    return runs.stored(run, max(lines, 1))


def claimed(authority: int, runs: BulkRuns, ending: ExitStack, sooner: Callable[[], bool]) -> bool:
    """Be the one who works on files of an authority until `ending`, unless somebody else is.

    Given up as soon as `sooner` says so: when somebody else has begun with the same file.
    """
    until = time.monotonic() + _CLAIM_SECONDS
    while not sooner():
        with ExitStack() as held:
            if held.enter_context(runs.working(authority)) is not None:
                ending.push(held.pop_all())
                return True
        if time.monotonic() > until:
            return False
        time.sleep(_PAUSE)
    return False


class Work:
    """A file that this process works on, in a thread of its own."""

    def __init__(self, run: BulkRun, runs: BulkRuns, clock: Callable[[], datetime]) -> None:
        """Go on where its journal ends."""
        self._run, self._runs, self._clock = run, runs, clock
        self._done = run.rows
        self._told: list[Told] = []
        self._journalled = time.monotonic()

    def begin(
        self, outcomes: Generator[Outcome, None, None], rows: Rows, ended: Callable[[], object]
    ) -> None:
        """Issue; calls `ended` last."""
        threading.Thread(
            target=self._work, args=(outcomes, rows, ended), name="bulk desk", daemon=True
        ).start()

    def _work(
        self, outcomes: Generator[Outcome, None, None], rows: Rows, ended: Callable[[], object]
    ) -> None:
        try:
            problem = self._issued(outcomes)
            self._journal()
            self._runs.end(replace(self._run, cut=rows.cut, ended_at=self._clock(), problem=problem))
        except RunLost:
            _LOG.warning("a bulk run was taken up elsewhere")
        except Exception as error:  # noqa: BLE001 - it is broken off then, and says so
            # The message may hold what was sent; its class does not.
            _LOG.error("a bulk run broke off: %s", type(error).__name__)
        finally:
            ended()

    def _issued(self, outcomes: Generator[Outcome, None, None]) -> str:
        """Issue what there is; returns the code of why it ended early, or nothing."""
        try:
            with closing(outcomes):
                for outcome in outcomes:
                    self._take(outcome)
        except RunLost:
            raise
        except LedgerError as error:
            return problem_of(error).code
        except Exception as error:  # noqa: BLE001 - the page must say that it ended, whatever it was
            _LOG.error("a bulk run failed: %s", type(error).__name__)
            return "internal"
        return ""

    def _take(self, outcome: Outcome) -> None:
        run, row = self._run, outcome.row + self._done
        match outcome:
            case Issued(id=certificate, again=again):
                self._run = replace(run, recorded=run.recorded + 1, again=run.again + again)
                self._told.append(Told(row, certificate, None))
            case Waiting(id=certificate):
                self._run = replace(run, accepted=run.accepted + 1)
                self._told.append(Told(row, certificate, None))
            case RowRefused(reference=reference, problems=problems):
                wrong = [(one.pointer, one.rule, one.message) for one in problems]
                refusal = orjson.dumps({"reference": reference or "", "problems": wrong})
                self._run = replace(run, refused=run.refused + 1)
                self._told.append(Told(row, None, refusal))
        if len(self._told) >= _TOGETHER or time.monotonic() - self._journalled > _SECONDS:
            self._journal()

    def _journal(self) -> None:
        if self._told:
            self._runs.journal(self._run, self._told)
        self._told, self._journalled = [], time.monotonic()
