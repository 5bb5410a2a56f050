"""Which moment a question is about: `at`, `on`, or now."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.aeo.days import day, edge, instant, moment_asked, span
from ledger.errors import QuestionMalformed

NOW = datetime(2026, 11, 22, 9, 30, 15, 999999, tzinfo=UTC)


def test_without_a_day_it_is_now_and_today_is_now_too() -> None:
    """In whole seconds, as the ledger has them."""
    now = NOW.replace(microsecond=0)
    assert moment_asked(NOW) == moment_asked(NOW, on="2026-11-22") == now


@pytest.mark.parametrize("asked", ["2026-11-21", "2026-11-23", "2024-02-29", "1970-01-01"])
def test_another_day_means_its_last_second(asked: str) -> None:
    """So that what happened on the day counts."""
    found = moment_asked(NOW, on=asked)
    assert (found.date(), found.time().isoformat()) == (date.fromisoformat(asked), "23:59:59")
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T08:00:00Z",
        "2026-11-22t08:00:00z",
        "2026-11-22T15:00:00+07:00",
        "2026-11-22T08:00:00.999Z",
        "2026-11-22T08:00:00-00:00",
    ],
)
def test_a_moment_is_taken_with_its_offset(text: str) -> None:
    """Any form of RFC 3339; fractions are dropped."""
    assert moment_asked(NOW, at=text) == datetime(2026, 11, 22, 8, tzinfo=UTC)


SAID = {
    "known: write a moment as 2026-11-22T08:00:00Z, with Z or an offset such as +07:00",
    "known: name a moment from 1970 on",
}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-22",
        "2026-11-22T08:00:00",
        "2026-11-22 08:00:00Z",
        "2026-11-31T08:00:00Z",
        "2026-11-22T24:00:00Z",
        "2026-11-22T08:00:00+7:00",
        "1969-12-31T23:59:59Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-01:00",
        "1763800000",
        "now",
        "2026-11-22T08:00:00Z\n",
        "٢٠٢٦-11-22T08:00:00Z",
    ],
)
def test_what_is_no_moment_is_refused_by_the_parameter(text: str) -> None:
    """The text is not repeated."""
    with pytest.raises(QuestionMalformed) as refused:
        instant(text, "known")
    assert refused.value.parameter == "known"
    assert str(refused.value) in SAID


@pytest.mark.parametrize(
    "text", ["22.11.2026", "2026-11-31", "20261122", "2026-W47-7", "1969-12-31", "today"]
)
def test_what_is_no_day_is_refused(text: str) -> None:
    """A day has one form only."""
    with pytest.raises(QuestionMalformed):
        day(text, "on")


def test_a_day_and_a_moment_together_are_refused() -> None:
    """They could contradict each other."""
    with pytest.raises(QuestionMalformed):
        moment_asked(NOW, on="2026-11-22", at="2026-11-22T08:00:00Z")


@given(st.integers(86_400, 250_000_000_000), st.integers(-14 * 60, 14 * 60))
def test_every_moment_is_read_as_what_it_is(seconds: int, offset: int) -> None:
    """Whatever the offset."""
    zoned = datetime.fromtimestamp(seconds, timezone(timedelta(minutes=offset)))
    assert instant(zoned.isoformat(), "at") == zoned.astimezone(UTC)


def test_a_period_has_its_days_whole() -> None:
    """The last day belongs to it, and the last 30 days up to this very second are meant unless told."""
    begin, end = span(NOW, "2026-11-01", "2026-11-21")
    assert (begin, end) == (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 22, tzinfo=UTC))
    begin, end = span(NOW, None, None)
    assert (end, end - begin) == (NOW.replace(microsecond=0) + timedelta(seconds=1), timedelta(days=30))
    assert edge("2026-11-01T06:00:00Z", "since") == datetime(2026, 11, 1, 6, tzinfo=UTC)
    with pytest.raises(QuestionMalformed):
        span(NOW, "2026-11-22", "2026-11-21")
