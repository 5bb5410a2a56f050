"""Reading a list that is a sheet of an XLSX workbook."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import count
from typing import BinaryIO, Final

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from ledger.lists.complaints import Complaints, ListUnreadable, RowProblem
from ledger.lists.table import Cell, Row, Table, bounded, row_of, trimmed
from ledger.lists.xlsx_cells import faulty_cells, require_bounded

_LARGEST_WHOLE: Final = 2**53
"""Up to here a sheet's number says a whole number exactly."""


def xlsx_table(
    stream: BinaryIO, complaints: Complaints, sheet: str | None = None, header: int | None = None
) -> Table:
    """Return the table on a sheet: the one named, or the only one that is visible.

    `header` is the row of the titles, the first that is not empty unless told.  Formulas and cells in error
    are complained of.  Raises `ListUnreadable`.
    """
    require_bounded(stream)
    stream.seek(0)
    try:
        with CalamineWorkbook.from_filelike(stream) as book:
            name = _chosen(book, sheet)
            stream.seek(0)
            for problem in faulty_cells(stream, name):
                complaints.add(problem)
            cells = book.get_sheet_by_name(name)
    except PasswordError:
        raise ListUnreadable(
            "xlsx.password", "the workbook is protected by a password; save it without"
        ) from None
    except CalamineError:
        raise ListUnreadable("xlsx.format", "the file is not a whole XLSX workbook; save it anew") from None
    return _table(cells, header)


def _chosen(book: CalamineWorkbook, sheet: str | None) -> str:
    """Return the name of the sheet to read."""
    sheets = [one for one in book.sheets_metadata if one.typ is SheetTypeEnum.WorkSheet]
    if sheet is not None:
        for one in sheets:
            if one.name.casefold() == sheet.casefold():
                return one.name
        raise ListUnreadable("xlsx.sheet", "the workbook has no sheet of that name")
    seen = [one.name for one in sheets if one.visible is SheetVisibleEnum.Visible]
    if len(seen) != 1:
        raise ListUnreadable("xlsx.sheet", f"the workbook has {len(seen)} sheets; name one with --sheet")
    return seen[0]


def _table(sheet: CalamineSheet, header: int | None) -> Table:
    coming = zip(count(1), sheet.iter_rows(), strict=False)
    for line, cells in coming:
        if line == header or (header is None and any(cell != "" for cell in cells)):
            titles = trimmed([str(cell) for cell in cells])
            return Table(titles, line, bounded(_rows(coming, len(titles))))
    raise ListUnreadable("list.empty", f"the sheet has no row {header}" if header else "the sheet is empty")


def _rows(coming: Iterator[tuple[int, Sequence[object]]], width: int) -> Iterator[Row | RowProblem]:
    for line, cells in coming:
        row = row_of(line, [_cell(cell) for cell in cells], width, short=True)
        if row is not None:
            yield row


def _cell(value: object) -> Cell:
    """Return a cell's value; a number without a fraction is whole, a midnight is its day."""
    match value:
        case float() if value.is_integer() and abs(value) < _LARGEST_WHOLE:
            return int(value)
        case datetime(hour=0, minute=0, second=0, microsecond=0):
            return value.date()
        case str() | bool() | int() | float() | date():
            return value
    return str(value)  # a duration or a time of day, which no field takes
