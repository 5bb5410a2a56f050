from datetime import UTC, date, datetime

import pytest

from ledger.lists.complaints import Unfit
from ledger.lists.days import begins, day_in, ends
from ledger.lists.table import Cell


@pytest.mark.parametrize(
    ("cell", "form", "buddhist"),
    [
        (date(2026, 4, 3), "YYYY-MM-DD", False),
        ("2026-04-03", "YYYY-MM-DD", False),
        ("2026-04-03", "D/M/YYYY", False),
        ("3/4/2026", "D/M/YYYY", False),
        ("03/04/2026", "D/M/YYYY", False),
        ("4/3/2026", "M/D/YYYY", False),
        ("3-4-2026", "D-M-YYYY", False),
        ("3.4.2026", "D.M.YYYY", False),
        ("2026/4/3", "YYYY/M/D", False),
        (20260403, "YYYYMMDD", False),
        ("3/4/2569", "D/M/YYYY", True),
        ("2569-04-03", "YYYY-MM-DD", True),
        ("2026-04-03", "D/M/YYYY", True),
        (date(2026, 4, 3), "D/M/YYYY", True),
    ],
)
def test_a_day_is_read_in_the_way_that_the_map_names(cell: Cell, form: str, *, buddhist: bool) -> None:
    """Real dates and ISO dates are always read; the other ways only where they are named."""
    assert day_in(cell, form, buddhist=buddhist) == date(2026, 4, 3)


@pytest.mark.parametrize(
    ("cell", "form", "rule"),
    [
        ("3/4/2026", "YYYY-MM-DD", "date.format"),
        ("3/4/26", "D/M/YYYY", "date.format"),
        ("3 April 2026", "D/M/YYYY", "date.format"),
        ("31/2/2026", "D/M/YYYY", "date.impossible"),
        ("13/13/2026", "D/M/YYYY", "date.impossible"),
        ("3/4/2569", "D/M/YYYY", "date.range"),
        ("1900-01-01", "YYYY-MM-DD", "date.range"),
        (46115, "YYYY-MM-DD", "date.format"),
        (1.5, "YYYY-MM-DD", "date.format"),
        (True, "YYYY-MM-DD", "date.format"),
        (datetime.fromisoformat("2026-04-03T13:00"), "YYYY-MM-DD", "date.format"),
    ],
)
def test_a_day_that_could_be_another_one_is_refused(cell: Cell, form: str, rule: str) -> None:
    """Nothing is guessed: neither day and month, nor a century, nor a calendar."""
    with pytest.raises(Unfit) as refused:
        day_in(cell, form)
    assert refused.value.rule == rule


def test_a_validity_ends_with_the_last_second_of_its_day() -> None:
    """From the first moment of the first day to the last second of the last one, UTC."""
    day = date(2026, 12, 31)
    assert begins(day) == datetime(2026, 12, 31, tzinfo=UTC)
    assert ends(day) == datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)
