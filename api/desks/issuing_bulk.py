"""Files of certificates at a desk: read beside the requests, watched on a page, their results kept a while.

A run lives in this process.  When that ends, what was accepted stays accepted and is recorded all the same;
the same file again goes on where the run ended, because a row is known by its reference.
"""

import csv
import io
import logging
import tempfile
import threading
import weakref
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import IO, BinaryIO, Final

from api.pages.tabular import cell
from api.problems import PROBLEMS, ProblemType, problem_of
from ledger.bulk.reading import csv_rows, ndjson_rows
from ledger.bulk.rows import Raw
from ledger.bulk.running import Issued, Outcome, RowRefused, Waiting
from ledger.errors import LedgerError

_LOG = logging.getLogger("asal.api")
_SHOWN: Final = 50
"""Refused rows that the page itself shows."""
_KEPT: Final = 5
"""Runs of one authority whose results are kept."""
_PIECE: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that was refused, and the first thing that is wrong with it."""

    row: int
    reference: str
    pointer: str
    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is."""

    recorded: int = 0
    accepted: int = 0
    """On their way to the ledger."""
    refused: int = 0
    again: int = 0
    """Of those recorded, how many were issued before."""
    ended: bool = False
    cut: bool = False
    """Whether the file has more rows than are taken at once."""
    problem: ProblemType | None = None
    """Why it ended early."""

    @property
    def rows(self) -> int:
        """How many rows are done."""
        return self.recorded + self.accepted + self.refused


class Rows:
    """The rows of a file, at most so many."""

    def __init__(self, file: BinaryIO, most: int, *, table: bool) -> None:
        """Read the header of a table; raises `InputMalformed` when it cannot be used."""
        self.lines = sum(piece.count(b"\n") for piece in iter(lambda: file.read(_PIECE), b"")) or 1
        file.seek(0)
        self.columns: tuple[str, ...] | None = None
        if table:
            self.columns, self._rows = csv_rows(file)
        else:
            self._rows = ndjson_rows(file)
        self._most = most
        self.cut = False

    def __iter__(self) -> Iterator[Raw]:
        """Yield the rows that are taken."""
        yield from islice(self._rows, self._most)
        self.cut = next(iter(self._rows), None) is not None


class Run:
    """One file on its way; written by a thread of its own, read by pages."""

    def __init__(self, key: str, authority: int, name: str, began: datetime) -> None:
        """Make the files of its results, where others cannot see them."""
        self.id, self.authority, self.name, self.began = key, authority, name, began
        self.lines = 0
        """Lines of the file, about as many as rows."""
        self.progress = Progress()
        self.refusals: list[Refusal] = []
        """The first of those refused."""
        self._envelopes, self._refused = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115 - see below
        self._close = weakref.finalize(self, _closed, self._envelopes, self._refused)
        self._lock = threading.Lock()
        self._write_row(("Row", "Reference", "Field", "Rule", "What is wanted"))

    def begin(
        self, outcomes: Generator[Outcome, None, None], rows: Rows, ended: Callable[[], object]
    ) -> None:
        """Issue in a thread of its own, which calls `ended` last."""
        self.lines = rows.lines
        threading.Thread(
            target=self._run, args=(outcomes, rows, ended), name="bulk desk", daemon=True
        ).start()

    def envelopes(self) -> Iterator[bytes]:
        """Yield the envelopes recorded so far, one a line."""
        return self._pieces(self._envelopes)

    def refused(self) -> Iterator[bytes]:
        """Yield the refused rows so far as CSV."""
        return self._pieces(self._refused)

    def forget(self) -> None:
        """Close its files."""
        with self._lock:
            self._close()

    def _run(self, outcomes: Generator[Outcome, None, None], rows: Rows, ended: Callable[[], object]) -> None:
        problem = None
        try:
            with closing(outcomes):
                for outcome in outcomes:
                    with self._lock:
                        self._take(outcome)
        except LedgerError as error:
            problem = problem_of(error)
        except Exception as error:  # noqa: BLE001 - the page must say that it ended, whatever it was
            # The message may hold what was sent; its class does not.
            _LOG.error("a bulk run failed: %s", type(error).__name__)
            problem = PROBLEMS["internal"]
        finally:
            ended()
            with self._lock:
                self.progress = _changed(self.progress, ended=True, cut=rows.cut, problem=problem)

    def _take(self, outcome: Outcome) -> None:
        now = self.progress
        match outcome:
            case Issued(envelope=envelope, again=again):
                self._envelopes.write((envelope or b"") + b"\n")
                self.progress = _changed(now, recorded=now.recorded + 1, again=now.again + again)
            case Waiting():
                self.progress = _changed(now, accepted=now.accepted + 1)
            case RowRefused(row=row, reference=reference, problems=problems):
                found = [
                    Refusal(row, reference or "", one.pointer, one.rule, one.message) for one in problems
                ]
                for one in found:
                    self._write_row((one.row, one.reference, one.pointer, one.rule, one.message))
                self.refusals += found[: max(0, _SHOWN - len(self.refusals))]
                self.progress = _changed(now, refused=now.refused + 1)

    def _write_row(self, row: tuple[object, ...]) -> None:
        written = io.StringIO(newline="")
        csv.writer(written, lineterminator="\r\n").writerow([cell(one) for one in row])
        self._refused.write(written.getvalue().encode())

    def _pieces(self, file: IO[bytes]) -> Iterator[bytes]:
        at = 0
        while True:
            with self._lock:
                if file.closed:
                    return
                file.seek(at)
                piece = file.read(_PIECE)
                file.seek(0, io.SEEK_END)
            if not piece:
                return
            at += len(piece)
            yield piece


def _changed(now: Progress, **changes: object) -> Progress:
    values = {name: getattr(now, name) for name in Progress.__slots__}
    return Progress(**values | changes)


def _closed(*files: IO[bytes]) -> None:
    for file in files:
        file.close()


class Runs:
    """The runs of this process: one at a time for each authority, and the results of its last ones."""

    def __init__(self) -> None:
        """Begin without any."""
        self._runs: dict[int, list[Run]] = {}
        self._lock = threading.Lock()

    def of(self, authority: int) -> tuple[Run, ...]:
        """Return the runs of an authority, the newest first."""
        with self._lock:
            return tuple(reversed(self._runs.get(authority, [])))

    def find(self, key: str, authority: int) -> Run | None:
        """Return a run of an authority."""
        return next((run for run in self.of(authority) if run.id == key), None)

    def take(self, run: Run) -> bool:
        """Keep a new run, unless one of its authority is still under way; drops the results of old ones."""
        with self._lock:
            held = self._runs.setdefault(run.authority, [])
            if any(not one.progress.ended for one in held):
                return False
            held.append(run)
            while len(held) > _KEPT:
                held.pop(0).forget()
            return True

    def drop(self, run: Run) -> None:
        """Forget a run that could not begin."""
        with self._lock:
            self._runs.get(run.authority, []).remove(run)
        run.forget()
