"""The pages under docs/reference say what the code does."""

import re
from pathlib import Path

import pytest

from ledger.documents import CertificateDocument
from ledger.rules import NO_RULE_SET, atiga
from ledger.rules.base import Rule, RuleSet

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"
PAGE = (REFERENCE / "rules-atiga.md").read_text("utf-8")
FORM = (REFERENCE / "form-d.md").read_text("utf-8")


def row(rule: Rule) -> str:
    """Return the line of the table that describes a rule."""
    return f"| `{rule.code}` | {rule.severity} | {rule.text} | {rule.source} |"


def table() -> list[str]:
    """Return the rows of all rules, in the order in which they are asked."""
    codes: dict[str, Rule] = {}
    for rule_set in reversed(atiga.RULE_SETS):
        for rule in rule_set.rules:
            codes.setdefault(rule.code, rule)
    return [row(rule) for rule in codes.values()]


def test_the_page_lists_exactly_the_rules_there_are() -> None:
    """Code, severity, text and source come from the rules themselves."""
    assert [line for line in PAGE.splitlines() if line.startswith("| `ATIGA-")] == table()
    assert f"`{NO_RULE_SET}`" in PAGE


@pytest.mark.parametrize("rule_set", atiga.RULE_SETS, ids=lambda rule_set: rule_set.edition.name)
def test_the_page_gives_the_period_of_each_text(rule_set: RuleSet) -> None:
    """From which day of issue, and with how many days of grace."""
    assert f"| {rule_set.edition.name} | {rule_set.since} |" in PAGE


def test_the_page_names_the_lists_that_may_change() -> None:
    """Parties, acceding members and members that ask for the FOB price."""
    for members in (atiga.PARTIES, atiga.ACCEDING, atiga.FOB_REQUIRED):
        assert ", ".join(sorted(members)) in PAGE


def test_every_field_of_the_document_is_on_the_form_page() -> None:
    """A field is found by its name in the table of boxes."""
    schema = CertificateDocument.model_json_schema()
    names = {name for part in (schema, *schema["$defs"].values()) for name in part["properties"]}
    assert {name for name in names if not re.search(rf"[`.]{name}[`.]", FORM)} == set()
