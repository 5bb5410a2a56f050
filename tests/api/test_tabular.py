"""Tables as CSV files: what a spreadsheet reads, and what it must not calculate."""

import csv
import io
import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from fastapi import Response
from hypothesis import given
from hypothesis import strategies as st

from api.pages.tabular import cell, csv_response, file_name

SIGNS = "=+-@"
FORMULAS = [
    '=HYPERLINK("https://evil.example","Open")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "  =1+1",
    '"=1+1',
    "' =1+1",
    "\u00a0=1+1",
    "＝1+1",
    "\n=1+1",
]


def rows_of(answer: Response) -> list[list[str]]:
    """Return the rows of a table, as a spreadsheet reads them."""
    text = bytes(answer.body).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def table(*rows: Any) -> Response:
    """Return a table of these rows."""
    return csv_response("members", ["Member", "Issued"], rows)


def test_a_table_comes_as_a_file_that_spreadsheets_read_as_utf_8() -> None:
    """The file has a name, a byte order mark, and lines that end as RFC 4180 has them."""
    answer = table(["Việt Nam", 12])
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="members.csv"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert bytes(answer.body) == "\ufeffMember,Issued\r\nViệt Nam,12\r\n".encode()


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_a_formula(text: str) -> None:
    """What a spreadsheet would calculate has an apostrophe before it, and stays a text."""
    assert rows_of(table([text, 1]))[1][0].startswith("'")
    assert rows_of(csv_response("members", [text], []))[0][0].startswith("'")


def test_numbers_and_days_are_written_as_they_are() -> None:
    """A negative number is no formula, and nothing is an empty cell."""
    row = [-5, 0.25, None, True, date(2026, 11, 2), datetime(2026, 11, 2, 3, 4, 5, tzinfo=UTC)]
    assert rows_of(table(row))[1] == ["-5", "0.25", "", "yes", "2026-11-02", "2026-11-02T03:04:05+00:00"]


def test_characters_that_hide_or_turn_the_writing_are_told_by_number() -> None:
    """What prints alike is alike: a name cannot run backwards or end a line."""
    assert cell("Acme \u202egnp.exe\x00") == "Acme [U+202E]gnp.exe[U+0000]"


def test_quotes_commas_and_line_breaks_stay_within_their_cell() -> None:
    """Nobody adds a column or a row from within a name."""
    name = 'Pho "24", Ltd.\nHanoi'
    assert rows_of(table([name, 1])) == [["Member", "Issued"], [name, "1"]]


@pytest.mark.parametrize(
    "name", ['x"; filename="evil.exe', "../../etc/passwd", "a\r\nSet-Cookie: b", "…", ""]
)
def test_the_name_of_a_file_leads_nowhere(name: str) -> None:
    """A name has letters, digits, dots and hyphens only, and begins with no dot."""
    safe = file_name(name)
    assert safe
    assert not safe.startswith(".")
    assert set(safe) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")


@given(st.lists(st.lists(st.text(), min_size=1, max_size=4), max_size=5))
def test_whatever_stands_in_a_table_it_can_be_read_and_calculates_nothing(rows: list[list[str]]) -> None:
    """Every table is read back with as many rows and cells, of which none begins like a formula."""
    read = rows_of(csv_response("members", ["Name"], rows))
    assert [len(row) for row in read[1:]] == [len(row) for row in rows], json.dumps(rows)
    assert all(one[:1] not in {*SIGNS, "\t", "\r"} for row in read for one in row)
