"""Tables as files for spreadsheets: CSV in which no cell is read as a formula.

A name such as `=HYPERLINK(…)` in a certificate would otherwise become a link in whoever's spreadsheet the
table is opened with (OWASP, "CSV Injection").
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from fastapi import Response

from api.pages.words import inert

_BYTE_ORDER_MARK: Final = "\ufeff"
"""By which spreadsheets know UTF-8."""
_FORMULA: Final = re.compile(r"[\s\"'`\u2018\u2019\u201c\u201d]*[=+\-@]|[\t\r\n]")
"""What makes a spreadsheet calculate, also behind spaces and quotes, which some leave away."""
_UNNAMED: Final = re.compile("[^A-Za-z0-9._-]+")
_LONGEST_NAME: Final = 80


def csv_response(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """Return a table as a CSV file to keep (RFC 4180), in UTF-8 as spreadsheets read it.

    Numbers and dates are written as they are, and what is not known (None) as an empty cell; every other
    cell is a text, in which a spreadsheet finds no formula and a reader no hidden character.
    """
    written = io.StringIO(newline="")
    table = csv.writer(written, lineterminator="\r\n")
    table.writerow([cell(one) for one in header])
    table.writerows([cell(one) for one in row] for row in rows)
    headers = {
        "Content-Disposition": f'attachment; filename="{file_name(name)}.csv"',
        "X-Content-Type-Options": "nosniff",
    }
    content = f"{_BYTE_ORDER_MARK}{written.getvalue()}".encode()
    return Response(content, headers=headers, media_type="text/csv; charset=utf-8")


def cell(value: object) -> str:
    """Return a value as a cell that no spreadsheet calculates with, unless it is a number."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return str(value)
        case date():
            return value.isoformat()
    text = str(value)
    # Full-width signs count too: a spreadsheet made for East Asia takes them for the plain ones.
    formula = _FORMULA.match(unicodedata.normalize("NFKC", text))
    return f"'{inert(text)}" if formula else inert(text)


def file_name(name: str) -> str:
    """Return a name that is a file's on every system and breaks out of no header."""
    return _UNNAMED.sub("-", name)[:_LONGEST_NAME].strip("-.") or "table"
