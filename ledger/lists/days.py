"""Days as lists write them: real dates of a sheet, ISO 8601, or the one way that the map names; no guesses.

3/4/2026 is a day in March or in April, so a list that writes like this says which in its map.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from ledger.lists.complaints import Unfit
from ledger.lists.table import Cell

FORMS: Final[Mapping[str, re.Pattern[str]]] = {
    name: re.compile(pattern)
    for name, pattern in {
        "YYYY-MM-DD": r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})",
        "YYYY/M/D": r"(?P<year>\d{4})/(?P<month>\d{1,2})/(?P<day>\d{1,2})",
        "YYYYMMDD": r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})",
        "D/M/YYYY": r"(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>\d{4})",
        "M/D/YYYY": r"(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})",
        "D-M-YYYY": r"(?P<day>\d{1,2})-(?P<month>\d{1,2})-(?P<year>\d{4})",
        "D.M.YYYY": r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})",
    }.items()
}
"""The ways of writing a day that a map can name."""
ISO: Final = "YYYY-MM-DD"
_BUDDHIST: Final = 543
"""Years by which the Buddhist calendar of Thailand is ahead."""
_FIRST, _LAST = date(1990, 1, 1), date(2199, 12, 31)
"""Days that a list of operators can speak of; beyond, it is another calendar or a slip."""


def day_in(cell: Cell, form: str = ISO, *, buddhist: bool = False) -> date:
    """Return the day that a cell holds; raises `Unfit`.

    `buddhist` says that years in texts are those of the Buddhist calendar; real dates have the usual ones.
    """
    if isinstance(cell, datetime) or not isinstance(cell, date | str | int) or isinstance(cell, bool):
        raise Unfit("date.format", "give a day, without a time")
    day = cell if isinstance(cell, date) else _written(str(cell), form, buddhist=buddhist)
    if not _FIRST <= day <= _LAST:
        message = f"give a day from {_FIRST.year} to {_LAST.year}; name another calendar in the map"
        raise Unfit("date.range", message)
    return day


def begins(day: date) -> datetime:
    """Return the first moment of a day, UTC."""
    return datetime.combine(day, time(), UTC)


def ends(day: date) -> datetime:
    """Return the last second of a day, UTC: a validity includes its last day."""
    return begins(day) + timedelta(days=1, seconds=-1)


def _written(text: str, form: str, *, buddhist: bool) -> date:
    found = FORMS[form].fullmatch(text.strip())
    if found is None:
        found, buddhist = FORMS[ISO].fullmatch(text.strip()), buddhist and form == ISO
    if found is None:
        wanted = f"{form} or {ISO}" if form != ISO else f"{ISO}, or name another way under [list] dates"
        raise Unfit("date.format", f"write the day as {wanted}")
    year = int(found["year"]) - (_BUDDHIST if buddhist else 0)
    try:
        return date(year, int(found["month"]), int(found["day"]))
    except ValueError:
        raise Unfit("date.impossible", "there is no such day") from None
