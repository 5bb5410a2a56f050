"""Lists as authorities keep them, for the tests of reading and planning."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import openpyxl

from ledger.lists.complaints import Complaints, RowProblem
from ledger.lists.fields import NEEDED
from ledger.lists.mapping import ListMap
from ledger.lists.source import Source, read_list

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
FIELDS = NEEDED
ROW = {
    "code": "VN0100100100",
    "name": "Tay Nguyen Export JSC",
    "address": "12 Le Duan, Buon Ma Thuot",
    "national_id": "6000123456",
    "programme": "VN-AEO",
    "level": "1",
    "roles": "EXP MFR",
    "status": "certified",
    "effective": "2026-01-01",
    "until": "2028-12-31",
    "consent": "both",
}
"""What a list says of one operator, in our own words."""


def row(**cells: Any) -> dict[str, Any]:
    """Return a row that nothing is wrong with, but for these cells."""
    return ROW | cells


def text_of(rows: Sequence[dict[str, Any]], separator: str = ",") -> str:
    """Return rows as the text of a table, each cell quoted."""
    titles = list(rows[0])
    lines = [titles, *([str(one[title]) for title in titles] for one in rows)]
    quoted = (separator.join('"' + cell.replace('"', '""') + '"' for cell in line) for line in lines)
    return "".join(f"{line}\n" for line in quoted)


def workbook(rows: Sequence[Sequence[Any]], title: str = "AEO", **others: Any) -> bytes:
    """Return a workbook with rows on a sheet, and other sheets with theirs."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for cells in rows:
        sheet.append(list(cells))
    for name, its in others.items():
        other = book.create_sheet(name)
        for cells in its:
            other.append(list(cells))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def read(data: bytes | str, map_: ListMap | None = None) -> tuple[Source, list[RowProblem]]:
    """Return what a list of Viet Nam's says, and what is wrong with it."""
    complaints = Complaints()
    text = data.encode() if isinstance(data, str) else data
    source = read_list(text, map_ or ListMap(), "VN", NOW, complaints)
    return source, list(complaints)


def rules_of(data: bytes | str, map_: ListMap | None = None) -> list[tuple[int, str, str]]:
    """Return what is wrong with a list: line, column and rule."""
    return [(problem.line, problem.column, problem.rule) for problem in read(data, map_)[1]]
