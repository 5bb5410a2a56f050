"""The table of frauds names tests that exist, and every fraud that is committed in one."""

import re

import _setup

_TABLE = (_setup.ROOT / "docs/explanation/frauds.md").read_text("utf-8")
_TESTS = (_setup.ROOT / "tests/ledger/test_frauds.py").read_text("utf-8")


def test_the_table_has_all_eighteen_in_their_order() -> None:
    """Rows are numbered as people cite them."""
    numbers = [int(number) for number in re.findall(r"^\| (\d+) \|", _TABLE, re.MULTILINE)]
    assert numbers == list(range(1, 19))


def test_every_fraud_has_the_tests_that_its_row_names() -> None:
    """And no test commits a fraud that the table does not have."""
    named = set(re.findall(r"`(test_\w+)`", _TABLE))
    assert named == set(re.findall(r"^def (test_\w+)", _TESTS, re.MULTILINE))
