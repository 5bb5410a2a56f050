"""The page about faults names every case, and tests that are there."""

import re

from tests.docs.pages import ROOT

PAGE = (ROOT / "docs/reference/faults.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (\d+) \|.*\| ([^|]*) \|$", PAGE, re.MULTILINE)
TESTS = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "tests/faults").glob("test_*.py")}


def test_the_page_has_the_cases_1_to_20_and_their_tests() -> None:
    """In order; every test it names is in the folder, and every test of a case is named."""
    assert [int(number) for number, _ in ROWS] == list(range(1, 21))
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    cases = re.compile(r'^def (test_\w+)\((?:[^"]|\n)*?"""Case \d', re.MULTILINE)
    written = {name for text in TESTS.values() for name in cases.findall(text)}
    assert named == written


def test_each_test_names_its_case() -> None:
    """The number in a test's docstring is that of the row it stands in."""
    text = "".join(TESTS.values())
    for number, tests in ROWS:
        for name in re.findall(r"`(test_\w+)`", tests):
            assert re.search(rf'def {name}\((?:[^"]|\n)*?"""Case {number}\b', text), name
