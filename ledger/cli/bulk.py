"""`asal certificate issue --bulk FILE`: many rows in, one envelope for each out."""

import json
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from types import FrameType
from typing import Any, BinaryIO, Final, NoReturn, Protocol, Self

import typer
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)

from ledger.bulk.reading import csv_rows, ndjson_rows
from ledger.bulk.running import Issued, Outcome, RowRefused, Waiting, Way, issue_in_bulk
from ledger.cli.handing_out import Folder, Lines, writing_to
from ledger.cli.output import EXIT_PENDING, EXIT_REFUSED, answer, complain, failures, page, talk, usage
from ledger.cli.session import Session
from ledger.errors import Unavailable

_SHOWN: Final = 10
"""Refused rows that are told on the terminal."""
_SHOWN_EACH: Final = 100
"""Rows between two looks at the progress."""


@dataclass(slots=True)
class Tally:
    """What came of the rows so far."""

    rows: int = 0
    issued: int = 0
    already: int = 0
    refused: int = 0
    pending: int = 0
    batches: int = 0
    stopped: str | None = None
    """Why the run ended before the last row."""
    began: float = field(default_factory=time.monotonic)
    last_write: int = 0

    def count(self, outcome: Outcome) -> None:
        """Count a row."""
        self.rows += 1
        match outcome:
            case Issued(again=True):
                self.already += 1
            case Issued(write=write):
                self.issued += 1
                self.batches += write != self.last_write
                self.last_write = write
            case Waiting():
                self.pending += 1
            case RowRefused():
                self.refused += 1

    @property
    def told(self) -> dict[str, object]:
        """The summary."""
        seconds = time.monotonic() - self.began
        return {
            "rows": self.rows,
            "issued": self.issued,
            "already issued": self.already,
            "refused": self.refused,
            "pending": self.pending,
            "batches": self.batches,
            "milliseconds": round(seconds * 1000),
            "per second": round(self.rows / seconds) if seconds else 0,
            "stopped": self.stopped,
        }

    @property
    def exit_code(self) -> int:
        """0 when every row is issued, 3 when some were refused, 15 when the run is to be repeated."""
        if self.pending or self.stopped:
            return EXIT_PENDING
        return EXIT_REFUSED if self.refused else 0


def issue_file(session: Session, file: Path, out: Path, errors: Path | None, way: Way) -> NoReturn:
    """Issue a certificate for each row of a file, write the envelopes, and end with a summary."""
    _see_apart(file, out, errors)
    tally = Tally()
    with ExitStack() as ending, failures():
        authority, account = session.authority()
        stream = ending.enter_context(_opened(file))
        columns, rows = csv_rows(stream) if file.suffix.lower() == ".csv" else (None, ndjson_rows(stream))
        envelopes: Lines | Folder = Lines(out) if out.suffix == ".ndjson" else Folder(out)
        ending.push(envelopes)
        complaints = ending.enter_context(_Complaints(errors, in_table=columns is not None))
        progress = ending.enter_context(progress_bar())
        task = progress.add_task("Issuing", total=_lines_in(file) if talk.is_terminal else None, rate=0)
        outcomes = issue_in_bulk(
            rows,
            columns=columns,
            authority=authority,
            account=account,
            ledger=session.issuing,
            way=way,
            wanted=envelopes.lacks,
        )
        ending.enter_context(closing(outcomes))
        with interruptible(tally):
            for outcome in outcomes:
                tally.count(outcome)
                if isinstance(outcome, Issued):
                    envelopes.write(outcome.id, outcome.envelope)
                elif isinstance(outcome, RowRefused):
                    complaints.tell(outcome)
                if tally.rows % _SHOWN_EACH == 0:
                    progress.update(task, completed=tally.rows, rate=tally.told["per second"])
            envelopes.finish()
            complaints.finish()
    _end(tally, file, as_json=session.as_json)


def _see_apart(rows: Path, out: Path, errors: Path | None) -> None:
    """End when a file that is written is one that is read, or written otherwise: it would be lost."""
    for one, other in combinations([path.resolve() for path in (rows, out, errors) if path], 2):
        if one == other or (one.exists() and other.exists() and one.samefile(other)):
            usage("--bulk, --out and --errors must be different files")


def _end(tally: Tally, file: Path, *, as_json: bool) -> NoReturn:
    told = tally.told

    def shown() -> None:
        for name, value in told.items():
            if value is not None:
                page.print(f"{name:>15}  {value}", markup=False)

    camel = {_camel(name): value for name, value in told.items()}
    answer(camel, as_json=as_json, shown=shown)
    if tally.exit_code == EXIT_PENDING and not as_json:
        again = "give the same rows again" if str(file) == "-" else "run the same command again"
        talk.print(f"Nothing accepted is lost; {again} to go on.", markup=False)
    raise typer.Exit(tally.exit_code)


class Stoppable(Protocol):
    """What is counted of a run."""

    stopped: str | None


@contextmanager
def interruptible(tally: Stoppable) -> Iterator[None]:
    """Note why a run ended early: Ctrl-C, SIGTERM, or something that does not answer."""

    def terminated(_: int, __: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, terminated)
    try:
        yield
    except KeyboardInterrupt:
        tally.stopped = "interrupted"
    except Unavailable as error:
        complain(error, 1)
        tally.stopped = type(error).__name__
    finally:
        signal.signal(signal.SIGTERM, before)


def progress_bar() -> Progress:
    """Return the bar that shows a run on a terminal; it has the fields total and rate."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}/s"),
        TimeRemainingColumn(),
        console=talk,
        transient=True,
        disable=not talk.is_terminal,
    )


@contextmanager
def _opened(file: Path) -> Iterator[BinaryIO]:
    if str(file) == "-":
        yield sys.stdin.buffer
        return
    try:
        stream = file.open("rb")
    except OSError as error:
        usage(f"{file} cannot be read: {error.strerror}")
    with stream:
        yield stream


def _lines_in(file: Path) -> int | None:
    """Return about how many rows a file has, for the progress shown."""
    with suppress(OSError), file.open("rb") as stream:
        return sum(block.count(b"\n") for block in iter(lambda: stream.read(1 << 20), b""))
    return None


class _Complaints:
    """Refused rows: all of them in a file as NDJSON, or the first ones on the terminal."""

    def __init__(self, file: Path | None, *, in_table: bool) -> None:
        try:
            self._stream = file.open("w", encoding="utf-8") if file else None
        except OSError as error:
            usage(f"{file} cannot be written: {error.strerror}")
        self._in_table, self._told = in_table, 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._stream:
            with suppress(OSError):  # the next run tells of them again
                self._stream.close()
        elif self._told > _SHOWN:
            talk.print(f"… and {self._told - _SHOWN} rows more; --errors FILE names them all", markup=False)

    def finish(self) -> None:
        """Hand over to the system all that was told; raises `OutputUnwritable`."""
        if self._stream:
            with writing_to(Path(self._stream.name)):
                self._stream.flush()

    def tell(self, refused: RowRefused) -> None:
        """Tell of a row."""
        self._told += 1
        if self._stream:
            line = json.dumps(refusal_document(refused, in_table=self._in_table), ensure_ascii=False)
            with writing_to(Path(self._stream.name)):
                self._stream.write(f"{line}\n")
        elif self._told <= _SHOWN:
            for problem in refused.problems:
                where = _column(problem.pointer) if self._in_table else problem.pointer or "/"
                text = f"Row {refused.row}  {where}  {problem.message}  ({problem.rule})"
                talk.print(text, markup=False)


def refusal_document(refused: RowRefused, *, in_table: bool = False) -> dict[str, Any]:
    """Return a refused row as it is told to other programs; of a table each place with its column."""
    places = [
        {"pointer": problem.pointer, "rule": problem.rule, "detail": problem.message}
        | ({"column": _column(problem.pointer)} if in_table and problem.pointer else {})
        for problem in refused.problems
    ]
    named = {"reference": refused.reference} if refused.reference is not None else {}
    return {"row": refused.row, **named, "errors": places}


def _column(pointer: str) -> str:
    return pointer[1:].replace("/", ".")


def _camel(name: str) -> str:
    first, *rest = name.split()
    return first + "".join(word.capitalize() for word in rest)
