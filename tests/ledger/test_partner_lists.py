"""Lists of partners: each row is answered by itself, and no cell of the answer runs in a spreadsheet."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import partner_lists
from ledger.errors import ChainUnreachable, QuestionMalformed
from ledger.operators import Consent, OperatorCode
from ledger.partner_lists import HEADINGS, MOST_ROWS, Line, Row, checked, csv_of, inert, rows_of, rows_of_csv
from ledger.recognising import Asked
from tests.recognised import EXPORTER, NAME, Recognising, recognising

IN_TH = Asked(operator="", host="TH")


@pytest.fixture
def at() -> Recognising:
    """Return the world."""
    return recognising()


def answers(at: Recognising, text: str, common: Asked = IN_TH) -> list[Line]:
    """Return what is said of a list."""
    return list(checked(rows_of_csv(text.encode()), common, at.ledger))


def sheet(lines: list[Line]) -> list[dict[str, str]]:
    """Return the answer as a spreadsheet reads it."""
    return list(csv.DictReader(io.StringIO("".join(csv_of(lines)))))


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_list_is_read_as_spreadsheets_write_it(at: Recognising, separator: str) -> None:
    """With other columns beside, any separator, a byte order mark, Windows line ends and quoted cells."""
    rows = [("Supplier", "Operator", "note"), ("A", "AEOVN 0100-109106", "x"), ("B", "VN9", 'a "b"')]
    quoted = [[f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row] for row in rows]
    text = "\r\n".join(map(separator.join, quoted))
    found = answers(at, f"\ufeff{text}\r\n")
    assert [(line.row.line, line.told.code if line.told else line.rule) for line in found] == [
        (2, "recognised"),
        (3, "not-found"),
    ]


def test_a_row_that_cannot_be_read_stops_no_other(at: Recognising) -> None:
    """It has its line, its rule and what to do; ambiguous codes their candidates."""
    text = (
        f"operator,host,role\n{EXPORTER},,\nVN,,\n{EXPORTER},XX,\n{EXPORTER},,trader\n"
        f"123456789012,,\n\n{EXPORTER},MY,\n,MY,\n"
    )
    found = answers(at, text)
    assert [(line.row.line, line.told.code if line.told else line.rule) for line in found] == [
        (2, "recognised"),
        (3, "operator.format"),
        (4, "host.unknown"),
        (5, "role.unknown"),
        (6, "operator.ambiguous"),
        (8, "programme-not-recognised"),
        (9, "operator.empty"),
    ]
    assert found[4].candidates
    assert all(line.message for line in found if line.told is None)


def test_a_row_says_otherwise_than_the_request(at: Recognising) -> None:
    """Role, direction, host and whose code it is."""
    text = "operator,member,host,role,direction\n0100109106,vn,th,manufacturer,import\n"
    (line,) = answers(at, text, Asked(operator="", host="MY", role="broker", direction="export"))
    assert line.told is not None
    assert (line.told.recognised, line.told.question.host, line.told.operator) == (True, "TH", EXPORTER)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "list.empty"),
        ("operator\n", "rows.none"),
        ("code,host\nVN1,TH\n", "csv.operator"),
        ("operator,operator\nVN1,VN2\n", "csv.operator"),
        ('operator\n"VN1\n', "csv.syntax"),
        ("operator\n" + "VN1\n" * (MOST_ROWS + 1), "rows.many"),
    ],
    ids=["nothing", "no rows", "no column", "two columns", "an open quotation", "too many"],
)
def test_what_is_no_list_is_refused_whole(text: str, rule: str) -> None:
    """Before anything is asked."""
    with pytest.raises(QuestionMalformed) as refused:
        rows_of_csv(text.encode())
    assert refused.value.rule == rule


def test_what_is_no_text_is_refused() -> None:
    """A workbook, or another encoding."""
    for data in (b"operator\n\xff\xfe\n", b"PK\x03\x04\x00\x00"):
        with pytest.raises(QuestionMalformed):
            rows_of_csv(data)


@pytest.mark.parametrize("common", [{"host": "XX"}, {"role": "trader"}, {"on": "2026"}, {"direction": "up"}])
def test_what_is_wrong_with_every_row_is_refused_once(at: Recognising, common: dict[str, Any]) -> None:
    """Not ten thousand times."""
    with pytest.raises(QuestionMalformed):
        answers(at, f"operator\n{EXPORTER}\n", Asked(**{"operator": "", "host": "TH", **common}))


def test_a_row_without_a_host_says_so_where_the_request_has_none(at: Recognising) -> None:
    """Only that row is without an answer."""
    found = answers(at, f"operator,host\n{EXPORTER},\n{EXPORTER},TH\n", Asked(operator=""))
    assert [line.rule for line in found] == ["host.unknown", ""]


def test_a_list_is_within_the_consent_of_each_operator(at: Recognising) -> None:
    """What it does not agree to stands in no column."""
    at.record(consent=Consent(0))
    at.record(OperatorCode("VN0200000003"), "Second Ltd", consent=Consent.EXCHANGE)
    first, second = sheet(answers(at, f"operator\n{EXPORTER}\nVN0200000003\n"))
    shown = {column for column, cell in first.items() if cell}
    assert shown == {
        "line", "given", "operator", "nameNote", "member", "memberName", "host", "role", "direction",
        "recognised", "reason", "sentence", "nextStep", "asOfBlock", "asOfTime",
    }  # fmt: skip
    assert (first["recognised"], first["reason"]) == ("no", "no-consent")
    assert (second["recognised"], second["name"]) == ("yes", "")


def test_the_answer_is_a_table_with_a_row_for_each_row(at: Recognising) -> None:
    """In the same order, under fixed titles."""
    lines = answers(at, f"operator\n{EXPORTER}\nnonsense!\n")
    rows = sheet(lines)
    assert tuple(rows[0]) == HEADINGS
    assert (rows[0]["name"], rows[0]["recognised"], rows[0]["programme"]) == (NAME, "yes", "DNUT")
    assert (rows[1]["line"], rows[1]["given"], rows[1]["recognised"]) == ("3", "nonsense!", "")
    assert rows[1]["reason"].startswith("operator.")


@pytest.mark.parametrize(
    "given_",
    [
        "=HYPERLINK(1)",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        " =1",
        "\r=1",
        "\uff1d1",
        "\uff0b1",
        "\uff0d1",
        "\uff20A1",
        "\u3000=1",
    ],
)
def test_no_cell_begins_a_formula(at: Recognising, given_: str) -> None:
    """What was sent comes back as text, and so does a name that looks like one."""
    row = Row(2, {"operator": given_})
    (shown,) = sheet(list(checked([row], IN_TH, at.ledger)))
    assert shown["given"].startswith("'")
    at.record(name="=cmd|' /C calc'!A0")
    (named,) = sheet(answers(at, f"operator\n{EXPORTER}\n"))
    assert named["name"].startswith("'=")


@given(st.text())
def test_every_cell_is_inert_and_keeps_its_text(cell: str) -> None:
    """One apostrophe more at most."""
    shown = inert(cell)
    assert shown in {cell, f"'{cell}"}
    assert shown.lstrip(" ")[:1] not in {"=", "+", "-", "@", "\t", "\r", "\n"} or not shown


def test_where_nobody_answers_later_on_the_rows_say_so(
    at: Recognising, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was answered before stays; the first rows without an answer are an error of the whole."""
    monkeypatch.setattr(partner_lists, "_AT_ONCE", 2)
    rows = rows_of({"operator": code} for code in (EXPORTER, "?", EXPORTER, EXPORTER, "?"))
    found = type(at.ledger.recognitions).found
    asked: Iterator[bool] = iter((True, False, True))

    def sometimes(self: Any, operators: Any) -> Any:
        if next(asked):
            return found(self, operators)
        raise ChainUnreachable("silent")

    monkeypatch.setattr(type(at.ledger.recognitions), "found", sometimes)
    lines = list(checked(rows, IN_TH, at.ledger))
    kinds = [line.told.code if line.told else line.rule for line in lines]
    assert kinds == [
        "recognised",
        "operator.characters",
        "cannot-check",
        "cannot-check",
        "operator.characters",
    ]
    monkeypatch.setattr(type(at.ledger.recognitions), "found", _silent)
    with pytest.raises(ChainUnreachable):
        checked(rows, IN_TH, at.ledger)


def _silent(*_: object) -> None:
    raise ChainUnreachable("silent")


def test_a_full_list_is_answered_in_looks_of_five_hundred(
    at: Recognising, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each look asks for each operator once."""
    looks: list[int] = []
    found = type(at.ledger.recognitions).found

    def counted(self: Any, operators: Any) -> Any:
        looks.append(len(operators))
        return found(self, operators)

    monkeypatch.setattr(type(at.ledger.recognitions), "found", counted)
    rows = rows_of({"operator": f"VN{number % 250:010}"} for number in range(MOST_ROWS))
    lines = list(checked(rows, IN_TH, at.ledger))
    assert len(lines) == MOST_ROWS
    assert looks == [250] * 20
