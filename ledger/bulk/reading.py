"""Reading the rows of a bulk run as a stream: NDJSON, a document a line, or CSV with dotted paths as header.

A row that cannot be read is a row with a problem; the rows after it are still read, except in a table, where
nothing after a broken quotation means what it seems to.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import BinaryIO, Final, TypeVar

from ledger.bulk.rows import Raw
from ledger.errors import InputMalformed, Problem
from ledger.strict_json import MAX_DEPTH

MOST_BYTES: Final = 1024 * 1024
"""The longest row: ten times a certificate of 64 goods lines."""
_TOO_LONG: Final = Problem("", "row.too-long", f"a row has at most {MOST_BYTES} bytes")
_BOM: Final = b"\xef\xbb\xbf"
_Item = TypeVar("_Item")


def chunked(items: Iterable[_Item], size: int) -> Iterator[list[_Item]]:
    """Yield lists of so many items; the last one may be shorter."""
    coming = iter(items)
    while chunk := list(islice(coming, size)):
        yield chunk


def ndjson_rows(stream: BinaryIO) -> Iterator[Raw]:
    """Yield the lines of NDJSON; empty ones are passed over."""
    beginning = True
    while line := stream.readline(MOST_BYTES + 2):
        line = line.removeprefix(_BOM) if beginning else line
        beginning = False
        if len(line) > MOST_BYTES and not line.endswith(b"\n"):
            _skip_line(stream)
            yield _TOO_LONG
        elif line.strip():
            yield line


def csv_rows(stream: BinaryIO) -> tuple[tuple[str, ...], Iterator[Raw]]:
    """Return the columns of a table and its rows; `InputMalformed` when the header cannot be used."""
    reader = csv.reader(_lines(stream), strict=True)
    try:
        header = tuple(next(reader, []))
    except (csv.Error, UnicodeDecodeError):
        raise InputMalformed("csv.header", "the header is not a row of a UTF-8 table") from None
    _check(header)
    return header, _cells(reader)


def _check(header: tuple[str, ...]) -> None:
    if not any(header):
        raise InputMalformed("csv.header", "the first row names the fields, such as exporter.name")
    seen: set[str] = set()
    for number, column in enumerate(header, 1):
        if not all(column.split(".")) or column.count(".") >= MAX_DEPTH:
            raise InputMalformed(
                "csv.header", f"column {number} has no dotted path of at most {MAX_DEPTH} steps as its name"
            )
        if column in seen:
            raise InputMalformed("csv.header", f"column {number} has the name of an earlier one")
        seen.add(column)
    for column in header:
        steps = column.split(".")
        if any(".".join(steps[:depth]) in seen for depth in range(1, len(steps))):
            message = f"column {header.index(column) + 1} lies within another column"
            raise InputMalformed("csv.header", message)


def _cells(reader: Iterator[list[str]]) -> Iterator[Raw]:
    """Yield rows; after one that cannot be read there are no more."""
    try:
        yield from filter(None, reader)  # an empty line is no row
    except UnicodeDecodeError:
        yield Problem("", "csv.utf-8", "the row is not UTF-8 text; it and the rows after it are not read")
    except csv.Error:
        message = "a quotation is broken or a cell too long; this row and the rows after it are not read"
        yield Problem("", "csv.syntax", message)


def _lines(stream: BinaryIO) -> Iterator[str]:
    beginning = True
    while line := stream.readline(MOST_BYTES + 2):
        if len(line) > MOST_BYTES:
            raise csv.Error("line too long")
        yield (line.removeprefix(_BOM) if beginning else line).decode("utf-8")
        beginning = False


def _skip_line(stream: BinaryIO) -> None:
    while rest := stream.readline(io.DEFAULT_BUFFER_SIZE):
        if rest.endswith(b"\n"):
            return
