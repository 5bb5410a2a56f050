"""A look at the cells of a workbook before its library reads them: what it would take for something else.

The library gives the value that was last computed for a formula, and nothing for a cell in error; it also
makes room for every cell up to the last one.  So formulas, errors and cells far out are found here, by the
XML parser, and refused with their place.
"""

import re
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import PurePosixPath
from typing import IO, Final
from xml.parsers import expat

from ledger.lists.complaints import ListUnreadable, RowProblem
from ledger.lists.table import MOST_COLUMNS, MOST_ROWS

MOST_INFLATED: Final = 512 * 1024 * 1024
"""Bytes of a workbook that is not compressed any more."""
_CHUNK: Final = 256 * 1024
_TOP_ROWS: Final = MOST_ROWS + 1000
_PLACE = re.compile("([A-Z]{1,3})([0-9]{1,7})")
_MANY: Final = 100
"""Cells that are told of."""


def faulty_cells(stream: IO[bytes], sheet: str) -> list[RowProblem]:
    """Return the formulas and errors of a sheet; raises `ListUnreadable` for what must not be loaded."""
    try:
        with zipfile.ZipFile(stream) as parts:
            if sum(part.file_size for part in parts.infolist()) > MOST_INFLATED:
                raise ListUnreadable("xlsx.size", "the workbook is too large when it is unpacked")
            return _faulty(parts, _part_of(parts, sheet))
    except (zipfile.BadZipFile, KeyError, NotImplementedError, EOFError, RuntimeError):
        raise ListUnreadable("xlsx.format", "the file is not a whole XLSX workbook; save it anew") from None


def _part_of(parts: zipfile.ZipFile, sheet: str) -> str:
    """Return the name of the part that a sheet's cells are in."""
    relation = next(
        (
            _local(attributes).get("id", "")
            for name, attributes in _begun(parts, "xl/workbook.xml")
            if name == "sheet" and attributes.get("name") == sheet
        ),
        "",
    )
    for _, attributes in _begun(parts, "xl/_rels/workbook.xml.rels"):
        if attributes.get("Id") == relation:
            return str(PurePosixPath("/xl", attributes.get("Target", ""))).lstrip("/")
    raise KeyError(sheet)


def _faulty(parts: zipfile.ZipFile, part: str) -> list[RowProblem]:
    found: list[RowProblem] = []
    row, column = 0, ""
    for name, attributes in _begun(parts, part):
        if name == "c":
            row, column = _placed(attributes.get("r", ""), row, column)
            if attributes.get("t") == "e" and len(found) < _MANY:
                message = "the cell is in error; write what is meant"
                found.append(RowProblem(row, column, "xlsx.error", message))
        elif name == "f" and len(found) < _MANY:
            message = "the cell is a formula; put its value there (copy, paste as values)"
            found.append(RowProblem(row, column, "xlsx.formula", message))
    return found


def _placed(place: str, row: int, column: str) -> tuple[int, str]:
    """Return row and column of a cell; one that does not say is beside the one before it."""
    if not place:
        return row, column
    parsed = _PLACE.fullmatch(place)
    if parsed is None or int(parsed[2]) > _TOP_ROWS or _number(parsed[1]) > MOST_COLUMNS:
        message = f"a cell lies beyond {MOST_ROWS} rows or {MOST_COLUMNS} columns; delete what is out there"
        raise ListUnreadable("xlsx.far", message)
    return int(parsed[2]), parsed[1]


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _begun(parts: zipfile.ZipFile, part: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the elements of a part as they begin, by their names without a prefix."""
    begun: list[tuple[str, dict[str, str]]] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, attributes: begun.append((name.rpartition(":")[2], attributes))
    parser.StartDoctypeDeclHandler = _no_doctype
    with closing(parts.open(part)) as stream:
        try:
            while chunk := stream.read(_CHUNK):
                parser.Parse(chunk, False)  # noqa: FBT003 - the parser's own
                yield from begun
                begun.clear()
            parser.Parse(b"", True)  # noqa: FBT003 - the parser's own
        except expat.ExpatError:
            raise ListUnreadable("xlsx.format", "the workbook is damaged; save it anew") from None
    yield from begun


def _no_doctype(*_: object) -> None:
    raise ListUnreadable("xlsx.format", "the workbook declares a document type, which none needs")


def _local(attributes: dict[str, str]) -> dict[str, str]:
    """Return attributes by their names without a prefix."""
    return {name.rpartition(":")[2]: value for name, value in attributes.items()}
