"""The table of the procedures names only what is in the code, and passes over no rule."""

import re
from functools import cache
from pathlib import Path
from pkgutil import resolve_name

import pytest

from ledger import procedures_refusals, refusals, rules
from ledger.origin.reasons import REASONS

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "reference" / "procedures-table.md").read_text("utf-8")
ROWS = [
    tuple(cell.strip() for cell in line.strip("|").split(" | "))
    for line in PAGE.splitlines()
    if line.startswith("| ") and line.count(" | ") == 3 and not line.startswith("| Rule |")
]
NAMES = sorted({name for row in ROWS for name in re.findall(r"`([^`]+)`", row[3])})
SECTIONS = [*map(str, range(1, 32)), "12A", "12B", "12C", "12D"]
"""Rules of the OCP by number."""


@cache
def sources() -> str:
    """Return the source of the ledger and of its contracts."""
    files = (*(ROOT / "ledger").rglob("*.py"), *(ROOT / "contracts" / "interfaces").glob("*.sol"))
    return "\n".join(path.read_text("utf-8") for path in files)


@cache
def codes() -> frozenset[str]:
    """Return the codes of all rules, and of the reasons for a refusal at import."""
    return frozenset(
        {rule.code for one in rules.all_published() for rule in one.rule_set.rules} | set(REASONS)
    )


def known(name: str) -> bool:
    """Tell whether the code has what the table names: a module, a rule, a refusal, an event, a finding."""
    if name.startswith("ledger."):
        return resolve_name(name) is not None
    if name in codes() or hasattr(procedures_refusals, name) or hasattr(refusals, name):
        return True
    return f'"{name}"' in sources() or f"event {name}(" in sources()


@pytest.mark.parametrize("name", NAMES)
def test_what_the_table_names_is_in_the_code(name: str) -> None:
    """A rule that is taken out, or renamed, is taken out here, too."""
    assert known(name)


def numbers(cell: str) -> set[str]:
    """Return the rules that a cell, one rule or from one to another, is about, without their paragraphs."""
    ends = [re.match(r"(\d+[A-D]?)(?:[.(]|$)", part) for part in cell.split("–")]
    found = [end[1] for end in ends if end]
    if len(found) == 2 and all(one.isdecimal() for one in found):
        return set(map(str, range(int(found[0]), int(found[1]) + 1)))
    return set(found)


@pytest.mark.parametrize("number", SECTIONS)
def test_no_rule_of_the_procedures_is_passed_over(number: str) -> None:
    """What is not held is said, with the reason."""
    assert [row for row in ROWS if number in numbers(row[0])]


def test_every_row_says_who_holds_it() -> None:
    """One of four words, and where or why."""
    assert {row[2] for row in ROWS} == {"contract", "ledger", "warning", "not held"}
    assert all(row[3] for row in ROWS)


def test_what_stops_a_certificate_is_not_called_a_warning() -> None:
    """The word in the table is the severity of the rules named beside it."""
    severity = {rule.code: rule.severity for one in rules.all_published() for rule in one.rule_set.rules}
    for row in ROWS:
        named = [severity[name] for name in re.findall(r"`([^`]+)`", row[3]) if name in severity]
        if row[2] == "warning":
            assert {str(one) for one in named} == {"warning"}, row[0]
