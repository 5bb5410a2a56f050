"""A list as it was read: titles and rows of cells, each with its line in the file."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple, TypeAlias

from ledger.lists.complaints import ListUnreadable, RowProblem

MOST_BYTES: Final = 64 * 1024 * 1024
"""Size of a file; ten times what the largest programme of the world would fill."""
MOST_ROWS: Final = 200_000
MOST_COLUMNS: Final = 200

Cell: TypeAlias = str | int | float | bool | date
"""What a cell holds: text as in the file, or what a sheet knows to be a number, a truth or a day."""


class Row(NamedTuple):
    """One row under the titles, with as many cells."""

    line: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Titles and what is under them; the rows are read as they are asked for."""

    titles: tuple[str, ...]
    line: int
    """Line of the titles."""
    rows: Iterator[Row | RowProblem]
    """Rows without the empty ones; a row that is not as wide as the titles is a problem."""


def folded(title: str) -> str:
    """Return a title as it is compared: without capitals, and with single spaces."""
    return " ".join(title.split()).casefold()


def trimmed(titles: list[str]) -> tuple[str, ...]:
    """Return titles without the empty ones at the end; raises `ListUnreadable` when there are too many."""
    while titles and not titles[-1].strip():
        titles.pop()
    if not titles:
        raise ListUnreadable("list.empty", "the list has no titles over its columns")
    if len(titles) > MOST_COLUMNS:
        raise ListUnreadable("list.columns", f"a list has at most {MOST_COLUMNS} columns")
    return tuple(" ".join(title.split()) for title in titles)


def row_of(line: int, cells: list[Cell], width: int, *, short: bool) -> Row | RowProblem | None:
    """Return a row as wide as the titles, what is wrong with it, or None when it is empty.

    `short` says whether missing cells at the end are empty ones, as they are in a sheet.
    """
    if not any(cell != "" and not (isinstance(cell, str) and not cell.strip()) for cell in cells):
        return None
    beyond = any(cell != "" for cell in cells[width:])
    if beyond or (len(cells) < width and not short):
        message = (
            f"the row has {len(cells)} cells and the titles {width}; quote cells that hold the separator"
        )
        return RowProblem(line, "", "row.cells", message)
    return Row(line, tuple(cells[:width]) + ("",) * (width - len(cells)))


def bounded(rows: Iterator[Row | RowProblem]) -> Iterator[Row | RowProblem]:
    """Yield rows; raises `ListUnreadable` after `MOST_ROWS`."""
    for number, row in enumerate(rows, 1):
        if number > MOST_ROWS:
            raise ListUnreadable("list.rows", f"a list has at most {MOST_ROWS} rows; divide it", row.line)
        yield row
