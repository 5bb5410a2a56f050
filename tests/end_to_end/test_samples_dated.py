"""The samples of the demonstration stand on any day as they stood on the day they were written."""

from datetime import date
from typing import Any

import _dated
import _story
import orjson
import pytest

from ledger import rules
from ledger.documents import parse_document

NAMES = sorted(path.stem for path in _story.SAMPLES.glob("*.json"))
DAYS = [date(2027, 7, 15), date(2028, 2, 28), date(2028, 2, 29), date(2028, 3, 1), date(2031, 1, 1)]


def written(name: str) -> dict[str, Any]:
    """Return the document of a sample as its file has it."""
    document: dict[str, Any] = orjson.loads((_story.SAMPLES / f"{name}.json").read_bytes())["document"]
    return document


def found(document: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what the rules say of a document on the day of its issue."""
    certificate = parse_document(document)
    return sorted((one.rule, one.pointer) for one in rules.check(certificate, on=certificate.issued_on))


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_of_the_day_it_was_written_on_is_what_its_file_says(name: str) -> None:
    """Nothing is moved when no day has passed."""
    assert _dated.dated(written(name), _dated.WRITTEN) == written(name)


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_the_rules_say_of_each_sample_on_any_day_what_they_said_at_first(today: date) -> None:
    """Leap days and ends of years make none of them wrong, and none of them right."""
    for name in NAMES:
        assert found(_dated.dated(written(name), today)) == found(written(name)), name


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_each_sample_but_the_expired_one_is_issued_by_today_and_valid_for_months(today: date) -> None:
    """So each gets the verdict that the demonstration tells, whenever it runs."""
    for name in NAMES:
        certificate = parse_document(_dated.dated(written(name), today))
        assert certificate.issued_on <= today, name
        assert ((certificate.valid_until - today).days > 180) is (name != _story.EXPIRED), name
        assert (certificate.valid_until < today) is (name == _story.EXPIRED), name


def test_days_inside_other_words_move_and_numbers_with_a_year_stay() -> None:
    """The reference number of a declaration ends with the day of its invoice."""
    told = _dated.dated({"reference": "CI INV-2026/118 2026-11-02", "no": "VN-TH 26/02/00006"}, DAYS[1])
    assert told == {"reference": "CI INV-2026/118 2028-02-08", "no": "VN-TH 26/02/00006"}
