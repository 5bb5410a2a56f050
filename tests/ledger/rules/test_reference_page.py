"""The pages under docs/reference say what the code does."""

import re
from pathlib import Path

import pytest

from ledger.documents import CertificateDocument
from ledger.rules import NO_RULE_SET, atiga, rcep
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


RCEP_PAGE = (REFERENCE / "rules-rcep.md").read_text("utf-8")


def test_the_page_of_rcep_lists_exactly_its_rules() -> None:
    """Those of declarations are among those of certificates."""
    of_certificates = [row(rule) for rule in rcep.RULE_SETS[0].rules]
    assert [line for line in RCEP_PAGE.splitlines() if line.startswith("| `RCEP-")] == of_certificates
    assert {row(rule) for rule in rcep.DECLARATION_SETS[0].rules} <= set(of_certificates)


def test_the_page_of_rcep_names_the_lists_that_may_change() -> None:
    """Parties, and those for which it came into force later."""
    assert ", ".join(sorted(rcep.PARTIES)) in RCEP_PAGE
    assert all(f"{party} {day}" in RCEP_PAGE for party, day in rcep.IN_FORCE.items())


def test_the_page_lists_the_rules_of_origin_declarations() -> None:
    """Their own in a table, those of Form D by their codes."""
    section = PAGE.split("## Origin declarations")[1].split("## The rule sets")[0]
    of_form_d = {rule.code for rule in atiga.OCP_2021.rules}
    for rule in atiga.DECLARED_2021.rules:
        assert f"`{rule.code}`" in section if rule.code in of_form_d else row(rule) in section
