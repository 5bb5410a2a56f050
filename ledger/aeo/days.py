"""Which moment a question is about: `at` names it, `on` names a day, and without either it is now.

A day that is over, or still to come, means its last second in UTC; today means now, so that what was
recorded a minute ago counts.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from ledger.errors import QuestionMalformed

_INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FIRST: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""The chain's time is unsigned."""
_LAST: Final = datetime(9999, 12, 31, tzinfo=UTC)


def moment_asked(now: datetime, *, on: str | None = None, at: str | None = None) -> datetime:
    """Return the moment, in UTC and whole seconds; raises `QuestionMalformed`."""
    if on and at:
        raise QuestionMalformed("at", "time.both", "name a day with `on`, or a moment with `at`, not both")
    if at:
        return instant(at, "at")
    if on:
        asked = day(on, "on")
        if asked != now.date():
            return datetime.combine(asked, time(23, 59, 59), tzinfo=UTC)
    return now.astimezone(UTC).replace(microsecond=0)


def instant(text: str, parameter: str) -> datetime:
    """Return a moment in the form of RFC 3339; fractions of a second are dropped, as the ledger has none."""
    wanted = "write a moment as 2026-11-22T08:00:00Z, with Z or an offset such as +07:00"
    if not _INSTANT.fullmatch(text):
        raise QuestionMalformed(parameter, "time.format", wanted)
    try:
        found = datetime.fromisoformat(text.upper()).astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError):
        raise QuestionMalformed(parameter, "time.format", wanted) from None
    if not _FIRST <= found < _LAST:
        raise QuestionMalformed(parameter, "time.range", "name a moment from 1970 on")
    return found


def day(text: str, parameter: str) -> date:
    """Return a day written as YYYY-MM-DD."""
    try:
        if not _DAY.fullmatch(text):
            raise ValueError  # noqa: TRY301 - one sentence for both
        found = date.fromisoformat(text)
    except ValueError:
        raise QuestionMalformed(parameter, "date.format", "write a day as 2026-11-22") from None
    if not _FIRST.date() <= found < _LAST.date():
        raise QuestionMalformed(parameter, "time.range", "name a day from 1970 on")
    return found


def span(now: datetime, since: str | None, until: str | None, *, days: int = 30) -> tuple[datetime, datetime]:
    """Return a period: its first moment and the first one after it; by default the last days until now.

    Each end is a moment or a day; the last day of a period belongs to it, and so does the second that is now.
    """
    second = now.astimezone(UTC).replace(microsecond=0)
    end = edge(until, "until", after=True) if until else second + timedelta(seconds=1)
    begin = edge(since, "since") if since else end - timedelta(days=days)
    if begin >= end:
        raise QuestionMalformed("since", "time.order", "a period must begin before it ends")
    return begin, end


def edge(text: str, parameter: str, *, after: bool = False) -> datetime:
    """Return a moment, or the first one of a day; with `after`, the first one after the day."""
    if not _DAY.fullmatch(text):
        return instant(text, parameter)
    first = datetime.combine(day(text, parameter), time(), tzinfo=UTC)
    return first + timedelta(days=1) if after else first


def last_moment(text: str, parameter: str) -> datetime:
    """Return a moment, or the last one of a day."""
    moment = edge(text, parameter, after=True)
    return moment - timedelta(seconds=1) if _DAY.fullmatch(text) else moment
