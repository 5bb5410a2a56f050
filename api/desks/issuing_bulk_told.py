"""What came of a file of certificates: for its page, and as files to keep."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any, Final

import orjson

from api.pages.tabular import cell
from api.problems import PROBLEMS, ProblemType
from ledger.archive import BROKEN_OFF, BulkRun, BulkRuns, Told
from ledger.bulk.running import envelope_text
from ledger.outbox import DispatchState
from ledger.ports import Archive, FilingState

_SHOWN: Final = 50
"""Refused rows that the page itself shows."""
_PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that was refused, and one of the things that are wrong with it."""

    row: int
    reference: str
    pointer: str
    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class RunShown:
    """A run on its page."""

    run: BulkRun
    recorded: int
    accepted: int
    late: int
    """Rows that were accepted and that the ledger refused later."""
    broken_off: bool
    """Whether the process that worked on it ended."""
    problem: ProblemType | None
    """Why it ended early, where that was something else."""
    refusals: tuple[Refusal, ...]

    @property
    def ended(self) -> bool:
        """Whether nobody works on it."""
        return self.run.ended_at is not None

    @property
    def may_go_on(self) -> bool:
        """Whether it can be taken up again."""
        return self.run.whole and bool(self.run.problem)


def shown(run: BulkRun, runs: BulkRuns) -> RunShown:
    """Return a run as its page shows it: rows that were on their way are told as they are by now."""
    recorded, accepted, late = run.recorded, run.accepted, 0
    if accepted and run.ended_at is not None:
        now = runs.standing(run)
        recorded, late = (
            now.get(state.value, 0) for state in (DispatchState.RECORDED, DispatchState.REFUSED)
        )
        accepted = sum(now.values()) - recorded - late
    broken_off = run.problem == BROKEN_OFF
    problem = PROBLEMS.get(run.problem, PROBLEMS["internal"]) if run.problem and not broken_off else None
    refusals = chain.from_iterable(map(_refusals, runs.told(run, refused=True, limit=_SHOWN)))
    return RunShown(run, recorded, accepted, late, broken_off, problem, tuple(refusals))


def envelopes(run: BulkRun, runs: BulkRuns, archive: Archive) -> Iterator[bytes]:
    """Yield the envelopes of the rows that the ledger holds by now, one a line."""
    for told in _pages(partial(runs.told, run, refused=False)):
        assert told.certificate is not None  # noqa: S101 - those not refused
        filing = archive.find(told.certificate)
        if filing is not None and filing.state is FilingState.RECORDED:
            yield envelope_text(filing) + b"\n"


def refused(run: BulkRun, runs: BulkRuns) -> Iterator[bytes]:
    """Yield the refused rows as CSV."""
    yield _row(("Row", "Reference", "Field", "Rule", "What is wanted"))
    for told in _pages(partial(runs.told, run, refused=True)):
        for one in _refusals(told):
            yield _row((one.row, one.reference, one.pointer, one.rule, one.message))


def _pages(ask: "partial[Any]") -> Iterator[Told]:
    after = 0
    while found := ask(after=after, limit=_PAGE):
        yield from found
        after = found[-1].row


def _refusals(told: Told) -> Iterator[Refusal]:
    refusal = orjson.loads(told.refusal or b"{}")
    for pointer, rule, message in refusal.get("problems", ()):
        yield Refusal(told.row, refusal["reference"], pointer, rule, message)


def _row(values: tuple[object, ...]) -> bytes:
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator="\r\n").writerow([cell(one) for one in values])
    return written.getvalue().encode()
