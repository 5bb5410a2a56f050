"""The sample certificates as if they had been written today, so that none grows too old to be issued."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from ledger.rules.calendar import anniversary, last_valid_day

WRITTEN: Final = date(2026, 11, 22)
"""The day on which all samples were issued already and none but the expired one was over."""
TODAY: Final = datetime.now(UTC).date()
"""The day on which this process began, which stays the same for it past midnight."""
_DAY: Final = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")


def dated(document: dict[str, Any], today: date = TODAY) -> dict[str, Any]:
    """Return a sample with every day in it as far before `today` as it was before `WRITTEN`.

    The end of a validity stays twelve months from where it began, whichever years are leap years; that is
    the issue, or that of the earliest original.  Days inside other words are told anew too, such as in the
    reference number of a declaration; numbers that merely have a year in them are left.
    """
    passed = today - WRITTEN
    told = {name: _anew(value, passed) for name, value in document.items()}
    return told | {"validUntil": _ending(document["validUntil"], passed)} if "validUntil" in told else told


def _anew(value: object, passed: timedelta) -> object:
    if isinstance(value, dict):
        return {name: _anew(one, passed) for name, one in value.items()}
    return _DAY.sub(lambda day: _moved(day[0], passed), value) if isinstance(value, str) else value


def _moved(day: str, passed: timedelta) -> str:
    return str(date.fromisoformat(day) + passed)


def _ending(until: str, passed: timedelta) -> str:
    began = anniversary(date.fromisoformat(until) + timedelta(days=1), -1)
    return str(last_valid_day(began + passed))
