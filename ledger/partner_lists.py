"""Checking a list of partners: rows in, what is said of each out.

A list is CSV with a line of titles, or rows of JSON.  Each row is answered by itself, and one that cannot be
read stops no other.  Rows are asked about five hundred at a time, each five hundred as of one block.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from typing import Final

from ledger.aeo.told import NAME_NOTES, Told
from ledger.aeo.words import direction_word, role_code
from ledger.bulk.reading import chunked
from ledger.codes.members import name_of
from ledger.errors import OperatorCodeAmbiguous, OperatorCodeMalformed, QuestionMalformed, Unavailable
from ledger.lists.complaints import ListUnreadable, RowProblem
from ledger.lists.csv_table import csv_table
from ledger.lists.table import Row as Cells
from ledger.lists.table import folded
from ledger.operators import Question
from ledger.ports import Ledger
from ledger.recognising import Asked, answered, circumstances, codes_of, read

MOST_ROWS: Final = 10_000
COLUMNS: Final = ("operator", "member", "host", "role", "direction")
"""What a row may say; but for `operator`, it then says otherwise than the request as a whole."""
CANNOT_CHECK: Final = "cannot-check"
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a list."""

    line: int
    """Line of the file, or number of the row, from 1."""
    given: Mapping[str, str]
    """What it says, by column; what is left empty is not there."""
    problem: RowProblem | None = None
    """Why the row cannot be read at all."""


@dataclass(frozen=True, slots=True)
class Line:
    """What is said of a row."""

    row: Row
    told: Told | None = None
    rule: str = ""
    """Why there is no answer: a stable code."""
    message: str = ""
    candidates: tuple[str, ...] = ()
    """What an ambiguous code could be read as."""


def rows_of_csv(data: bytes) -> list[Row]:
    """Read a list in CSV; raises `QuestionMalformed`."""
    try:
        table = csv_table(io.BytesIO(data), COLUMNS)
        titles = [folded(title) for title in table.titles]
        if titles.count("operator") != 1:
            raise QuestionMalformed("body", "csv.operator", "name one column `operator` in the first line")
        return bounded(_row(titles, cells) for cells in table.rows)
    except ListUnreadable as error:
        raise QuestionMalformed("body", error.rule, str(error)) from None


def rows_of(given: Iterable[Mapping[str, str]]) -> list[Row]:
    """Return rows that came as mappings; raises `QuestionMalformed`."""
    return bounded(Row(number, row) for number, row in enumerate(given, 1))


def bounded(coming: Iterable[Row]) -> list[Row]:
    """Return the rows, or raise `QuestionMalformed` when there are none or too many."""
    rows: list[Row] = []
    for row in coming:
        rows.append(row)
        if len(rows) > MOST_ROWS:
            raise QuestionMalformed("body", "rows.many", f"send at most {MOST_ROWS} rows at a time")
    if not rows:
        raise QuestionMalformed("body", "rows.none", "send a row or more")
    return rows


def checked(rows: Sequence[Row], common: Asked, ledger: Ledger) -> Iterator[Line]:
    """Return what is said of each row, in their order; `common` holds where a row says nothing else.

    What is wrong with `common`, and a ledger that does not answer for the first rows, is raised before
    anything is told; where nobody answers later on, the rows say so.
    """
    members, now = codes_of(ledger.members.members()), ledger.clock()
    circumstances(replace(common, host=common.host or members[0]), now, members)
    first, *rest = list(chunked(rows, _AT_ONCE))
    asked = [_asked(row, common, now, members) for row in first]
    told = _answered(asked, ledger)
    return chain(told, (line for rows in rest for line in _later(rows, common, now, members, ledger)))


def _later(
    rows: Sequence[Row], common: Asked, now: datetime, members: Sequence[str], ledger: Ledger
) -> list[Line]:
    asked = [_asked(row, common, now, members) for row in rows]
    try:
        return _answered(asked, ledger)
    except Unavailable:
        message = "nobody answered for this row; send it again"
        return [one if isinstance(one, Line) else Line(one[0], None, CANNOT_CHECK, message) for one in asked]


def _answered(asked: Sequence[Line | tuple[Row, Question]], ledger: Ledger) -> list[Line]:
    """Answer the rows that ask something."""
    questions = [one[1] for one in asked if not isinstance(one, Line)]
    answers = iter(answered(questions, ledger))
    return [one if isinstance(one, Line) else Line(one[0], next(answers)) for one in asked]


def _asked(row: Row, common: Asked, now: datetime, members: Sequence[str]) -> Line | tuple[Row, Question]:
    """Return what a row asks, or what is wrong with it."""
    if row.problem:
        return Line(row, None, row.problem.rule, row.problem.message)
    try:
        return row, read(replace(common, **{"operator": "", **row.given}), now, members)
    except OperatorCodeAmbiguous as error:
        return Line(row, None, "operator.ambiguous", str(error), error.candidates)
    except OperatorCodeMalformed as error:
        return Line(row, None, error.rule, str(error))
    except QuestionMalformed as error:
        return Line(row, None, error.rule, str(error))


def _row(titles: Sequence[str], cells: Cells | RowProblem) -> Row:
    if isinstance(cells, RowProblem):
        return Row(cells.line, {}, cells)
    named = ((title, str(cell).strip()) for title, cell in zip(titles, cells.cells, strict=True))
    return Row(cells.line, {title: cell for title, cell in named if title in COLUMNS and cell})


# ------------------------------------------------------------------------------------------------- out


HEADINGS: Final = (
    "line",
    "given",
    "operator",
    "name",
    "nameNote",
    "member",
    "memberName",
    "host",
    "role",
    "direction",
    "recognised",
    "reason",
    "sentence",
    "nextStep",
    "status",
    "programme",
    "level",
    "validUntil",
    "arrangement",
    "candidates",
    "asOfBlock",
    "asOfTime",
)
_FORMULA: Final = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "\n")
"""What a spreadsheet may take for the beginning of a formula, or skip to one; in its full width too, which
spreadsheets set up for East Asia read as the same."""


def csv_of(lines: Iterable[Line]) -> Iterator[str]:
    """Yield a list as CSV, its titles first; no cell begins a formula in a spreadsheet."""
    sheet = io.StringIO(newline="")
    writer = csv.writer(sheet)
    for cells in chain([HEADINGS], map(_cells, lines)):
        writer.writerow([inert(str(cell)) for cell in cells])
        yield sheet.getvalue()
        sheet.seek(0)
        sheet.truncate()


def inert(cell: str) -> str:
    """Return a cell that a spreadsheet shows as it is: one that looks like a formula begins with a quote."""
    return f"'{cell}" if cell.lstrip(" \u3000").startswith(_FORMULA) else cell


def _cells(line: Line) -> Sequence[object]:
    given = line.row.given.get("operator", "")
    told = line.told
    if told is None:
        blank = [""] * (len(HEADINGS) - HEADINGS.index("sentence") - 1)
        said = [line.row.line, given, *[""] * 8, "", line.rule, line.message, *blank]
        said[HEADINGS.index("candidates")] = " ".join(line.candidates)
        return said
    question = told.question
    return (
        line.row.line,
        given,
        told.operator,
        told.name or "",
        NAME_NOTES[told.name_note] if told.name_note else "",
        told.operator[:2],
        name_of(told.operator[:2]),
        question.host,
        role_code(question.role),
        direction_word(question.direction),
        "yes" if told.recognised else "no",
        told.code,
        told.sentence,
        told.next_step,
        told.status or "",
        told.programme.code if told.programme else "",
        told.level or "",
        _written(told.valid_until),
        told.arrangement.code if told.arrangement else "",
        "",
        told.as_of.block,
        _written(told.as_of.time),
    )


def _written(at: datetime | None) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}" if at else ""
