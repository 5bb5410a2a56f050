import io

import pytest

from ledger.lists.complaints import ListUnreadable, RowProblem
from ledger.lists.csv_table import csv_table
from ledger.lists.table import Row, Table

WANTED = ("Code", "Name", "Until")


def table(data: bytes | str, header: int | None = None) -> Table:
    """Read a text under titles that are looked for."""
    return csv_table(io.BytesIO(data.encode() if isinstance(data, str) else data), WANTED, header)


def rows(data: bytes | str, header: int | None = None) -> list[Row | RowProblem]:
    """Return the rows of a text."""
    return list(table(data, header).rows)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_list_is_read_in_every_encoding_and_with_every_separator_of_spreadsheets(
    encoding: str, separator: str
) -> None:
    """What a spreadsheet saves as CSV is read, whichever it is set to."""
    text = f"Code{separator}Name\r\nVN1{separator}Công ty Cà phê\r\n"
    assert rows(text.encode(encoding)) == [Row(2, ("VN1", "Công ty Cà phê"))]


def test_the_separator_is_that_of_the_titles_not_the_most_frequent_one() -> None:
    """Commas within the names do not make a list with semicolons one with commas."""
    text = "Code;Name, full, in English;Until\nVN1;A, B, C and D, Inc, Ltd;2026\n"
    assert table(text).titles == ("Code", "Name, full, in English", "Until")
    assert rows(text) == [Row(2, ("VN1", "A, B, C and D, Inc, Ltd", "2026"))]


def test_lines_are_counted_as_a_person_sees_them() -> None:
    """Empty lines and line breaks within cells count."""
    text = 'List of operators,,\n\n"Code","Name\nin English"\nVN1,"two\nlines"\n\n,\nVN2,one\n'
    found = table(text, header=3)
    assert (found.line, found.titles) == (3, ("Code", "Name in English"))
    assert list(found.rows) == [Row(5, ("VN1", "two\nlines")), Row(9, ("VN2", "one"))]


def test_the_titles_are_the_first_line_with_something_in_it() -> None:
    """Empty lines before them, and what some spreadsheets write first for themselves, are passed over."""
    text = "sep=;\n;;\nCode;Name\nVN1;A\n"
    assert (table(text).line, rows(text)) == (3, [Row(4, ("VN1", "A"))])


def test_a_row_that_is_wider_or_narrower_than_the_titles_is_told() -> None:
    """An unquoted separator in a name would put every cell after it into the wrong column."""
    found = rows("Code,Name\nVN1,A,Inc\nVN2\nVN3,C,\n")
    assert [(one.line, getattr(one, "rule", "")) for one in found] == [
        (2, "row.cells"),
        (3, "row.cells"),
        (4, ""),
    ]


@pytest.mark.parametrize(
    ("data", "rule", "line"),
    [
        (b"", "list.empty", 0),
        (b"\n\n,,\n", "list.empty", 0),
        ("Code,Name\nVN1,Công\n".encode("windows-1258"), "csv.encoding", 2),
        ("Code,Name\nVN1,A\n".encode("utf-16-le"), "csv.encoding", 0),
        (b"\xff\xfeC\x00o\x00d\x00\x00\xd8\n\x00", "csv.encoding", 1),
        (b'Code,Name\nVN1,A\nVN2,"B\nVN3,C\n', "csv.syntax", 3),
        (b'"Code,Name\nVN1,A\n', "csv.syntax", 1),
        (b"Code,Name\nVN1," + b"A" * 2**20 + b"\n", "csv.long-line", 2),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(data: bytes, rule: str, line: int) -> None:
    """A person is told where to look, and what to do."""
    with pytest.raises(ListUnreadable) as refused:
        rows(data)
    assert (refused.value.rule, refused.value.line) == (rule, line)


def test_a_line_of_titles_beyond_the_end_is_told() -> None:
    """A map that was made for another list does not read the data as titles."""
    with pytest.raises(ListUnreadable, match="no line 9"):
        rows("Code\nVN1\n", header=9)
