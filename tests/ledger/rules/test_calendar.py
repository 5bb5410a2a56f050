from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.rules.calendar import anniversary, last_valid_day


@pytest.mark.parametrize(
    ("issued", "last"),
    [
        (date(2020, 9, 19), date(2021, 9, 18)),  # the example of the self-certification guidebook
        (date(2026, 11, 2), date(2027, 11, 1)),
        (date(2026, 1, 1), date(2026, 12, 31)),
        (date(2027, 3, 1), date(2028, 2, 29)),
        (date(2028, 2, 29), date(2029, 2, 28)),
        (date(2028, 3, 1), date(2029, 2, 28)),
        (date(2027, 2, 28), date(2028, 2, 27)),
    ],
)
def test_validity_ends_on_the_anniversary_minus_one_day(issued: date, last: date) -> None:
    """Twelve months, with the day of issue as the first."""
    assert last_valid_day(issued) == last


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)))
def test_a_year_of_validity_has_365_or_366_days(issued: date) -> None:
    """The day of issue and the last valid day are both counted."""
    assert (last_valid_day(issued) - issued).days + 1 in {365, 366}


@given(st.dates(date(2000, 1, 1), date(2100, 12, 30)))
def test_who_issues_later_never_ends_earlier(issued: date) -> None:
    """Leap days do not turn the order around."""
    assert anniversary(issued) <= anniversary(issued + timedelta(days=1))
