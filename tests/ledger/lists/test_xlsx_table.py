import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest

from ledger.lists import xlsx_cells
from ledger.lists import xlsx_table as xlsx_table_module
from ledger.lists.complaints import Complaints, ListUnreadable
from ledger.lists.table import Row, Table
from ledger.lists.xlsx_table import xlsx_table
from tests.ledger.lists.samples import workbook

TITLES = ("Code", "Name", "Until")


def table(data: bytes, sheet: str | None = None, header: int | None = None) -> tuple[Table, Complaints]:
    """Read a sheet."""
    complaints = Complaints()
    return xlsx_table(io.BytesIO(data), complaints, sheet, header), complaints


def patched(data: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """Return a workbook with some bytes of a part replaced."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as read, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as write:
        for name in read.namelist():
            text = read.read(name)
            if name == part:
                assert old in text
                text = text.replace(old, new)
            write.writestr(name, text)
    return made.getvalue()


def test_rows_keep_the_numbers_that_the_sheet_shows() -> None:
    """Rows above the titles and empty rows between count."""
    data = workbook(
        [["List of operators"], [], TITLES, ["VN1", "A", date(2026, 5, 4)], [], ["VN2", "B", None]]
    )
    found, _ = table(data, header=3)
    assert (found.line, found.titles) == (3, TITLES)
    assert list(found.rows) == [Row(4, ("VN1", "A", date(2026, 5, 4))), Row(6, ("VN2", "B", ""))]


def test_cells_keep_what_the_sheet_knows_of_them() -> None:
    """Days are days, whole numbers whole, and a moment is not taken for a day."""
    midnight, afternoon = map(datetime.fromisoformat, ("2026-05-04T00:00", "2026-05-04T13:00"))
    found, _ = table(workbook([["a", "b", "c", "d"], [midnight, 12, 1.5, afternoon]]))
    assert list(found.rows) == [Row(2, (date(2026, 5, 4), 12, 1.5, afternoon))]


def test_the_sheet_is_named_where_there_are_several() -> None:
    """Which sheet of a workbook is the list is for a person to say."""
    data = workbook([TITLES, ["VN1", "A", ""]], Brokers=[TITLES, ["VN9", "B", ""]])
    with pytest.raises(ListUnreadable, match="2 sheets; name one with --sheet"):
        table(data)
    assert next(table(data, "brokers")[0].rows) == Row(2, ("VN9", "B", ""))
    with pytest.raises(ListUnreadable, match="no sheet of that name"):
        table(data, "Importers")


def test_a_hidden_sheet_is_not_taken_for_the_list() -> None:
    """One visible sheet needs no name."""
    book = openpyxl.load_workbook(io.BytesIO(workbook([TITLES, ["VN1", "A", ""]], Codes=[["x"]])))
    book["Codes"].sheet_state = "hidden"
    stream = io.BytesIO()
    book.save(stream)
    assert next(table(stream.getvalue())[0].rows) == Row(2, ("VN1", "A", ""))


def test_formulas_and_errors_are_refused_with_their_place() -> None:
    """A formula's last value may be old or missing, and a cell in error would read as an empty one."""
    data = workbook([TITLES, ["VN1", "=A2", "x"], ["VN2", "B", "#N/A"]], Other=[["=1+1"]])
    _, complaints = table(data, "AEO")
    assert [(one.line, one.column, one.rule) for one in complaints] == [
        (2, "B", "xlsx.formula"),
        (3, "C", "xlsx.error"),
    ]


def test_a_cell_far_out_is_refused_before_room_is_made_for_all_before_it() -> None:
    """One stray cell does not take all memory."""
    book = openpyxl.load_workbook(io.BytesIO(workbook([TITLES])))
    sheet = book.active
    assert sheet is not None
    sheet["XFD1048576"] = "x"
    stream = io.BytesIO()
    book.save(stream)
    with pytest.raises(ListUnreadable, match="beyond 200000 rows or 200 columns"):
        table(stream.getvalue())


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1048576">' + "<c><v>1</v></c>" * 16_000 + "</row>",
        '<row r="4294967290"><c><v>1</v></c></row>',
        '<row r="1">' + "<c><v>1</v></c>" * 201 + "</row>",
        '<row r="201001"/><row><c><v>1</v></c></row>',
    ],
    ids=["far down", "beyond all sheets", "far right", "after one far down"],
)
def test_cells_that_do_not_say_where_they_are_count_from_their_row(rows: str) -> None:
    """They ask for room as well, and a workbook of five kilobytes has taken all memory with them."""
    data = patched(
        workbook([TITLES]), "xl/worksheets/sheet1.xml", b"</sheetData>", f"{rows}</sheetData>".encode()
    )
    with pytest.raises(ListUnreadable, match="beyond 200000 rows or 200 columns"):
        table(data)


def test_cells_without_a_place_have_the_place_where_they_stand() -> None:
    """A formula among them is told with it."""
    rows = b"<row><c><v>1</v></c><c><f>A2</f><v>1</v></c></row></sheetData>"
    _, complaints = table(
        patched(workbook([TITLES]), "xl/worksheets/sheet1.xml", b"</sheetData>", rows), "AEO"
    )
    assert [(one.line, one.column, one.rule) for one in complaints] == [(2, "B", "xlsx.formula")]


def test_a_small_file_does_not_unpack_to_a_huge_workbook(monkeypatch: pytest.MonkeyPatch) -> None:
    """What no sheet comes to, a hundred times its size, is refused before its library sees it."""
    made = io.BytesIO(workbook([TITLES]))
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/bomb.xml", bytes(64 * 1024 * 1024))
    monkeypatch.delattr(xlsx_table_module, "CalamineWorkbook")
    with pytest.raises(ListUnreadable, match="too large when it is unpacked"):
        table(made.getvalue())


@pytest.mark.parametrize("honest", [True, False], ids=["true sizes", "false sizes"])
def test_a_workbook_is_not_unpacked_beyond_its_bound(monkeypatch: pytest.MonkeyPatch, honest: bool) -> None:  # noqa: FBT001
    """Whatever it says of its size, and before its library, which unpacks the texts at once, sees it."""
    bound = 1024 * 1024
    monkeypatch.setattr(xlsx_cells, "MOST_INFLATED", bound)
    made = io.BytesIO(workbook([TITLES]))
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/bomb.xml", b"<a>" + bytes(bound) + b"</a>")
    data = made.getvalue()
    if not honest:
        size = (bound + 7).to_bytes(4, "little")
        assert data.count(size) == 2
        data = data.replace(size, (7).to_bytes(4, "little"))
    monkeypatch.delattr(xlsx_table_module, "CalamineWorkbook")
    with pytest.raises(ListUnreadable, match="too large when it is unpacked"):
        table(data)


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("xl/worksheets/SHEET1.xml", b"<worksheet/>"),
        ("xl\\worksheets\\sheet1.xml", b"<worksheet/>"),
    ],
)
def test_a_part_that_is_there_twice_is_refused(part: str, text: bytes) -> None:
    """What is looked at for formulas would not be what is loaded."""
    made = io.BytesIO(workbook([TITLES, ["VN1", "A", ""]]))
    with zipfile.ZipFile(made, "a") as parts:
        parts.writestr(part, text)
    with pytest.raises(ListUnreadable, match="holds a part twice"):
        table(made.getvalue())


def test_a_sheet_whose_cells_could_be_in_two_parts_is_refused() -> None:
    """Of two relations of one name libraries take different ones, and so of a path that begins with xl/."""
    data, rels = workbook([TITLES, ["VN1", "A", ""]]), "xl/_rels/workbook.xml.rels"
    twice = b'<Relationship Id="rId1" Type="a" Target="worksheets/other.xml"/></Relationships>'
    for old, new in ((b"</Relationships>", twice), (b'"/xl/worksheets', b'"xl/worksheets')):
        with pytest.raises(ListUnreadable, match="not a whole XLSX workbook"):
            table(patched(data, rels, old, new))


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        ("xl/worksheets/sheet1.xml", b"<worksheet", b"<!DOCTYPE a [<!ENTITY b 'c'>]><worksheet"),
        ("xl/worksheets/sheet1.xml", b"</worksheet>", b""),
        ("xl/_rels/workbook.xml.rels", b"worksheets/sheet1.xml", b"worksheets/sheet7.xml"),
    ],
)
def test_a_damaged_workbook_is_refused(part: str, old: bytes, new: bytes) -> None:
    """Whatever is wrong inside, a person gets a sentence."""
    data = patched(workbook([TITLES, ["VN1", "A", ""]]), part, old, new)
    with pytest.raises(ListUnreadable):
        table(data)


def test_half_a_workbook_is_refused() -> None:
    """A download that broke off is no list."""
    data = workbook([TITLES, ["VN1", "A", ""]])
    with pytest.raises(ListUnreadable, match="not a whole XLSX workbook"):
        table(data[: len(data) // 2])
