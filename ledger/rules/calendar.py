"""Counting years the way certificates of origin do."""

from datetime import date, timedelta
from functools import lru_cache


@lru_cache(maxsize=1024)
def anniversary(day: date) -> date:
    """Return the same day of the next year; for 29 February that is 1 March.

    A year from 29 February must be a whole year, so it ends on 28 February and the anniversary is the day
    after.
    """
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return date(day.year + 1, 3, 1)


@lru_cache(maxsize=1024)
def last_valid_day(issued_on: date) -> date:
    """Return the last day of twelve months of validity: the anniversary of issue, minus one day (Rule 14)."""
    return anniversary(issued_on) - timedelta(days=1)
