"""Counting years the way certificates of origin do."""

from datetime import date, timedelta
from functools import lru_cache


@lru_cache(maxsize=1024)
def anniversary(day: date, years: int = 1) -> date:
    """Return the same day of the next year, or of a later one; for 29 February that is 1 March.

    A year from 29 February must be a whole year, so it ends on 28 February and the anniversary is the day
    after.
    """
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


@lru_cache(maxsize=1024)
def last_valid_day(issued_on: date, years: int = 1) -> date:
    """Return the last day of twelve months of validity: the anniversary of issue, minus one day (Rule 14)."""
    return anniversary(issued_on, years) - timedelta(days=1)
