"""Reading a list that is text: separated by comma, semicolon or tab, in UTF-8 or UTF-16.

Spreadsheets write all of these under the name of CSV.  The encoding is told by the first bytes, the separator
by the titles: the one under which most of the titles looked for are found.
"""

import codecs
import csv
import io
from collections.abc import Collection, Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING, BinaryIO, Final

from ledger.lists.complaints import ListUnreadable, RowProblem
from ledger.lists.table import Row, Table, bounded, folded, row_of, trimmed

if TYPE_CHECKING:
    import _csv

_SEPARATORS: Final = ",;\t"
_LONGEST_LINE: Final = 1024 * 1024
_TITLE_LINES: Final = 20
"""Lines that the titles may take, with line breaks in them."""
_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_HINT: Final = "sep="
"""How a line begins that some spreadsheets write first for themselves."""


def csv_table(stream: BinaryIO, wanted: Collection[str], header: int | None = None) -> Table:
    """Return the table in a text.

    `wanted` are the titles that are looked for; `header` is the line of the titles, the first that is not
    empty unless told.  Raises `ListUnreadable`, also while the rows are read.
    """
    lines = _Lines(stream)
    first = _to_titles(lines, header)
    before = lines.number - 1
    head = [first, *islice(lines, _TITLE_LINES - 1)]
    names = frozenset(map(folded, wanted))
    separator = max(_SEPARATORS, key=lambda one: _fitting(head, one, names))
    reader = csv.reader(chain(head, lines), delimiter=separator, strict=True)
    try:
        titles = trimmed(next(reader))
    except csv.Error:
        raise ListUnreadable("csv.syntax", "a quotation in the titles is broken", before + 1) from None
    return Table(titles, before + 1, bounded(_rows(reader, before, len(titles))))


class _Lines(Iterator[str]):
    """The lines of a text, counted."""

    def __init__(self, stream: BinaryIO) -> None:
        self.number = 0
        begins = stream.read(4)
        stream.seek(0)
        if begins.startswith(_UTF16):
            self._coming: Iterator[str] = self._utf16(stream)
        elif b"\0" in begins:
            raise ListUnreadable("csv.encoding", "save the list as UTF-8 text (CSV UTF-8)")
        else:
            self._coming = self._utf8(stream)

    def __next__(self) -> str:
        line = next(self._coming)
        self.number += 1
        if len(line) > _LONGEST_LINE:
            message = f"a line has at most {_LONGEST_LINE} characters"
            raise ListUnreadable("csv.long-line", message, self.number)
        return line

    def _utf8(self, stream: BinaryIO) -> Iterator[str]:
        encoding = "utf-8-sig"
        while line := stream.readline(4 * _LONGEST_LINE):
            try:
                yield line.decode(encoding)
            except UnicodeDecodeError:
                raise ListUnreadable("csv.encoding", _NOT_TEXT, self.number + 1) from None
            encoding = "utf-8"

    def _utf16(self, stream: BinaryIO) -> Iterator[str]:
        text = io.TextIOWrapper(stream, encoding="utf-16", newline="\n")
        try:
            while line := text.readline(_LONGEST_LINE + 1):
                yield line
        except UnicodeError:
            raise ListUnreadable("csv.encoding", _NOT_TEXT, self.number + 1) from None
        finally:
            text.detach()


_NOT_TEXT: Final = "from here on it is not the text it began as; save the list as UTF-8 (CSV UTF-8)"


def _to_titles(lines: _Lines, header: int | None) -> str:
    """Go to the line of the titles and return it."""
    for line in lines:
        empty = not line.strip(f"{_SEPARATORS} \r\n") or line.lower().startswith(_HINT)
        if lines.number == header or (header is None and not empty):
            return line
    message = f"the list has no line {header}" if header else "the list is empty"
    raise ListUnreadable("list.empty", message)


def _fitting(head: list[str], separator: str, names: frozenset[str]) -> tuple[int, int]:
    """Return how many titles that are looked for a separator gives, and how many in all."""
    try:
        titles = next(csv.reader(head, delimiter=separator, strict=True))
    except (csv.Error, StopIteration):
        return 0, 0
    return sum(folded(title) in names for title in titles), len(titles)


def _rows(reader: "_csv.Reader", before: int, width: int) -> Iterator[Row | RowProblem]:
    begins = before + reader.line_num + 1
    try:
        for cells in reader:
            row = row_of(begins, list(cells), width, short=False)
            if row is not None:
                yield row
            begins = before + reader.line_num + 1
    except csv.Error:
        message = "a quotation is broken, or a cell too long; nothing from here on can be read"
        raise ListUnreadable("csv.syntax", message, begins) from None
