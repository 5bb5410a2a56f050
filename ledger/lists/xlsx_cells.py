"""A look at a workbook before its library reads it: what it would choke on, or take for something else.

The library gives the value that was last computed for a formula, and nothing for a cell in error; it also
makes room for every cell up to the last one.  So formulas, errors and cells far out are found here, by the
XML parser, and refused with their place.  It unpacks whatever a workbook holds, too, so the size of that is
seen first, and no part may be there twice: the library and we would read different ones.
"""

import copy
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import PurePosixPath
from typing import IO, Final
from xml.parsers import expat

from ledger.lists.complaints import ListUnreadable, RowProblem
from ledger.lists.table import MOST_COLUMNS, MOST_ROWS

MOST_INFLATED: Final = 512 * 1024 * 1024
"""Bytes of a workbook that is not compressed any more."""
_SMALL: Final = 32 * 1024 * 1024
_TIMES: Final = 100
"""How many times its size a workbook may unpack to, beyond what is small; sheets come to some 10 times."""
_CHUNK: Final = 256 * 1024
_NUMBER: Final = re.compile("[0-9]{1,7}")
_TOP_ROWS: Final = MOST_ROWS + 1000
_PLACE = re.compile("([A-Z]{1,3})([0-9]{1,7})")
_MANY: Final = 100
"""Cells that are told of."""


def require_bounded(stream: IO[bytes]) -> None:
    """Raise `ListUnreadable` for a workbook that is too large when it is unpacked, or names a part twice.

    How large a part says that it is counts for nothing: each is unpacked, a little at a time.
    """
    most = min(MOST_INFLATED, _SMALL + _TIMES * stream.seek(0, io.SEEK_END))
    with _opened(stream) as parts:
        names = {part.filename.replace("\\", "/").casefold() for part in parts.infolist()}
        if len(names) != len(parts.infolist()):
            raise ListUnreadable("xlsx.format", "the workbook holds a part twice; save it anew")
        left = most
        for part in parts.infolist():
            whole = copy.copy(part)
            whole.file_size = MOST_INFLATED + 1
            with parts.open(whole) as content:
                while chunk := content.read(_CHUNK):
                    left -= len(chunk)
                    if left < 0:
                        raise ListUnreadable("xlsx.size", "the workbook is too large when it is unpacked")


def faulty_cells(stream: IO[bytes], sheet: str) -> list[RowProblem]:
    """Return the formulas and errors of a sheet; raises `ListUnreadable` for what must not be loaded."""
    with _opened(stream) as parts:
        return _faulty(parts, _part_of(parts, sheet))


@contextmanager
def _opened(stream: IO[bytes]) -> Iterator[zipfile.ZipFile]:
    """Open a workbook as the archive that it is; what is wrong with that becomes `ListUnreadable`."""
    try:
        with zipfile.ZipFile(stream) as parts:
            yield parts
    except (zipfile.BadZipFile, zlib.error, KeyError, NotImplementedError, EOFError, RuntimeError):
        raise ListUnreadable("xlsx.format", "the file is not a whole XLSX workbook; save it anew") from None


def _part_of(parts: zipfile.ZipFile, sheet: str) -> str:
    """Return the name of the part that a sheet's cells are in.

    Raises `KeyError` where there is none, or where a library could take another one for it.
    """
    [relation] = _only(
        _local(attributes).get("id", "")
        for name, attributes in _begun(parts, "xl/workbook.xml")
        if name == "sheet" and attributes.get("name") == sheet
    )
    [target] = _only(
        attributes.get("Target", "")
        for _, attributes in _begun(parts, "xl/_rels/workbook.xml.rels")
        if attributes.get("Id") == relation
    )
    if target.startswith("xl/"):  # from the root for some libraries, from the workbook's folder for others
        raise KeyError(target)
    return str(PurePosixPath("/xl", target)).lstrip("/")


def _only(found: Iterator[str]) -> list[str]:
    """Return the one that was found; raises `KeyError` for none or several."""
    several = list(found)
    if len(several) != 1:
        raise KeyError
    return several


def _faulty(parts: zipfile.ZipFile, part: str) -> list[RowProblem]:
    found: list[RowProblem] = []
    row, column, in_row = 0, "", 0
    for name, attributes in _begun(parts, part):
        if name == "row":
            row, column = _begins(attributes.get("r", ""), in_row + 1), ""
            in_row = row
        elif name == "c":
            row, column = _placed(attributes.get("r", ""), in_row, column)
            if attributes.get("t") == "e" and len(found) < _MANY:
                message = "the cell is in error; write what is meant"
                found.append(RowProblem(row, column, "xlsx.error", message))
        elif name == "f" and len(found) < _MANY:
            message = "the cell is a formula; put its value there (copy, paste as values)"
            found.append(RowProblem(row, column, "xlsx.formula", message))
    return found


def _begins(number: str, following: int) -> int:
    """Return the number of a row; one that does not say is after the one before it."""
    if number and not _NUMBER.fullmatch(number):
        raise ListUnreadable("xlsx.far", _FAR)
    return _within(int(number) if number else following, 1)


def _placed(place: str, row: int, before: str) -> tuple[int, str]:
    """Return row and column of a cell; one that does not say is beside the one before it in its row."""
    if not place:
        column = _number(before) + 1
        return _within(row, column), _letters(column)
    parsed = _PLACE.fullmatch(place)
    if parsed is None:
        raise ListUnreadable("xlsx.far", _FAR)
    return _within(int(parsed[2]), _number(parsed[1])), parsed[1]


_FAR: Final = f"a cell lies beyond {MOST_ROWS} rows or {MOST_COLUMNS} columns; delete what is out there"


def _within(row: int, column: int) -> int:
    """Return a row that room may be made for."""
    if row > _TOP_ROWS or column > MOST_COLUMNS:
        raise ListUnreadable("xlsx.far", _FAR)
    return row


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, place = divmod(number - 1, 26)
        letters = chr(ord("A") + place) + letters
    return letters


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
