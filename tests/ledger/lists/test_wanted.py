from datetime import UTC, date, datetime
from typing import Any

import pytest

from ledger.lists.complaints import ListUnreadable
from ledger.lists.mapping import ListMap
from ledger.lists.table import Cell
from ledger.operators import Consent, Ground, OperatorRole, OperatorStatus
from tests.ledger.lists.samples import FIELDS, ROW, read, row, rules_of, text_of, workbook


def wanted(map_: ListMap | None = None, /, **cells: Any) -> Any:
    """Return what a list with one row says."""
    source, problems = read(text_of([row(**cells)]), map_)
    assert not problems
    return source.wanted[0]


def test_a_row_says_how_an_operator_stands() -> None:
    """All of a row is taken up, in our words."""
    one = wanted()
    assert (one.line, one.operator, one.programme, one.level) == (2, "VN0100100100", "VN-AEO", 1)
    assert (one.name, one.address, one.country) == (ROW["name"], ROW["address"], "VN")
    assert (one.status, one.roles) == (OperatorStatus.CERTIFIED, OperatorRole.EXP | OperatorRole.MFR)
    assert one.effective == datetime(2026, 1, 1, tzinfo=UTC)
    assert one.until == datetime(2028, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert (one.consent, one.ground, one.apply_from) == (Consent.EXCHANGE | Consent.PUBLICATION, None, None)


def test_a_workbook_says_the_same() -> None:
    """Which kind of file a list is, is told by the file and not by its name."""
    cells = ROW | {"effective": date(2026, 1, 1), "until": date(2028, 12, 31), "level": 1}
    source, problems = read(workbook([list(cells), list(cells.values())]))
    assert not problems
    assert source.wanted == read(text_of([ROW]))[0].wanted


@pytest.mark.parametrize(
    ("field", "cell", "value"),
    [
        ("code", "AEOVN 0100-100-100", "VN0100100100"),
        ("code", "0100100100", "VN0100100100"),
        ("roles", "Exporter / manufacturer", OperatorRole.EXP | OperatorRole.MFR),
        ("roles", "EXP;IMP, BRK", OperatorRole.EXP | OperatorRole.IMP | OperatorRole.BRK),
        ("status", "Suspended", OperatorStatus.SUSPENDED),
        ("consent", "exchange, publication", Consent.EXCHANGE | Consent.PUBLICATION),
        ("consent", "none", Consent(0)),
        ("until", "", None),
        ("until", "unlimited", None),
        ("effective", "on-recording", None),
        ("name", "  Tay Nguyen  ", "Tay Nguyen"),
        ("name", "Cafe\u0301", "Caf\u00e9"),
        ("address", "12 Le Duan\r\nHue", "12 Le Duan\nHue"),
    ],
)
def test_cells_are_read_as_people_write_them(field: str, cell: str, value: object) -> None:
    """Spelling that changes nothing is not a mistake."""
    cells: dict[str, Any] = {field: cell}
    assert getattr(wanted(**cells), {"code": "operator"}.get(field, field)) == value


@pytest.mark.parametrize(
    ("cells", "column", "rule"),
    [
        ({"code": "SG123456789012"}, "code", "operator.ambiguous"),
        ({"code": ""}, "code", "cell.empty"),
        ({"name": "=HYPERLINK(1)"}, "name", "text.formula"),
        ({"name": "@SUM(1)"}, "name", "text.formula"),
        ({"name": "A\u202eB"}, "name", "text.bidi"),
        ({"name": "A\u200bB"}, "name", "text.invisible"),
        ({"name": "A\x00B"}, "name", "text.control"),
        ({"name": "A\nB"}, "name", "text.control"),
        ({"name": "A" * 300}, "name", "text.too-long"),
        ({"national_id": "số 1"}, "national_id", "text.not-printable"),
        ({"level": "0"}, "level", "level.range"),
        ({"level": "one"}, "level", "level.range"),
        ({"roles": "baker"}, "roles", "role.unknown"),
        ({"status": "Active"}, "status", "status.unknown"),
        ({"consent": "yes"}, "consent", "consent.unknown"),
        ({"consent": "exchange or publication"}, "consent", "consent.unknown"),
        ({"consent": ""}, "consent", "cell.empty"),
        ({"effective": ""}, "effective", "cell.empty"),
        ({"effective": "1/2/2026"}, "effective", "date.format"),
        ({"effective": "2028-01-01"}, "effective", "effective.ahead"),
        ({"until": "2025-12-31"}, "until", "until.before"),
        ({"status": "expired"}, "status", "status.expired"),
    ],
)
def test_a_cell_that_does_not_say_what_is_asked_is_told_with_column_and_rule(
    cells: dict[str, str], column: str, rule: str
) -> None:
    """A person is told where, and nothing is taken for something else."""
    assert rules_of(text_of([row(**cells)])) == [(2, column, rule)]


def test_everything_that_is_wrong_is_told_at_once() -> None:
    """A list is mended in one go, not line after line."""
    rows = [row(level="x", status="x"), row(), row(code="VN2", name="")]
    assert rules_of(text_of(rows)) == [
        (2, "level", "level.range"),
        (2, "status", "status.unknown"),
        (4, "name", "cell.empty"),
    ]


def test_messages_do_not_repeat_what_is_in_the_list() -> None:
    """A list of operators is confidential, and complaints are sent around."""
    secret = "Zyx Secret Ltd"
    cells = dict.fromkeys(FIELDS, secret + "\u202e")
    _, problems = read(text_of([row(**cells)]))
    assert len(problems) >= 9
    assert not any("Zyx" in str(problem) for problem in problems)


def test_an_operator_that_is_there_twice_is_told_with_both_lines() -> None:
    """Nobody knows which of the two is meant, also when they are spelt differently."""
    _, problems = read(text_of([row(), row(code="VN1"), row(code="AEO-VN-0100100100")]))
    assert [(one.line, one.rule) for one in problems] == [(4, "code.twice")]
    assert "line 2" in problems[0].message


def test_a_number_is_no_code_because_zeros_may_be_lost() -> None:
    """A sheet that takes a code for a number drops the zeros before it."""
    cells = ROW | {"code": 100100100, "national_id": 6000123456}
    assert rules_of(workbook([list(cells), list(cells.values())])) == [
        (2, "code", "text.number"),
        (2, "national_id", "text.number"),
    ]


def test_cells_that_the_map_calls_empty_say_nothing() -> None:
    """A dash in a list is not the name of something."""
    map_ = ListMap(empty=frozenset({"-"}))
    assert wanted(map_, until=" - ").until is None
    assert rules_of(text_of([row(name="-")]), map_) == [(2, "name", "cell.empty")]


def test_an_expired_status_is_a_certified_one_whose_last_day_is_over() -> None:
    """The ledger computes expiry; a list may say the word."""
    one = wanted(status="Expired", effective="2020-01-01", until="2024-12-31")
    assert one.status is OperatorStatus.CERTIFIED


def test_what_the_list_does_not_say_the_map_says_for_all_rows() -> None:
    """A constant is read like a cell, with the same complaints."""
    columns = {name: name for name in ("code", "name", "address", "national_id", "until")}
    constants: dict[str, Cell] = {
        "programme": "VN-AEO",
        "level": 2,
        "roles": "broker",
        "status": "suspended",
        "ground": "conditions-unmet",
        "effective": "2026-01-01",
        "consent": "exchange",
    }
    one = wanted(ListMap(columns=columns, constants=constants))
    assert (one.level, one.roles, one.ground) == (2, OperatorRole.BRK, Ground.CONDITIONS_UNMET)
    wrong = ListMap(columns=columns, constants=constants | {"status": "Active"})
    assert rules_of(text_of([ROW]), wrong) == [(2, "status", "status.unknown")]


def test_a_table_of_values_says_what_a_cell_means() -> None:
    """A list keeps its own words."""
    map_ = ListMap(values={"status": {"active": "certified"}, "roles": {"importer & co": "IMP EXP"}})
    one = wanted(map_, status="ACTIVE", roles="Importer  & Co")
    assert (one.status, one.roles) == (OperatorStatus.CERTIFIED, OperatorRole.IMP | OperatorRole.EXP)


@pytest.mark.parametrize(
    ("data", "rule"),
    [(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "list.format"), (b"x" * (64 * 1024 * 1024 + 1), "list.size")],
)
def test_files_of_other_kinds_are_refused(data: bytes, rule: str) -> None:
    """A person is told in which form to save the list."""
    with pytest.raises(ListUnreadable) as refused:
        read(data)
    assert refused.value.rule == rule
