"""What an arrangement demands of a certificate, chosen by its scheme and date of issue.

`check` is pure: it takes a well-formed certificate (`ledger.wellformed`) and the day, and returns every
finding, refusals and warnings alike.  Who raises on refusals is the use case.
"""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Final

from ledger.certificate import Certificate, Item
from ledger.errors import Finding, Severity
from ledger.rules import atiga
from ledger.rules.base import Case, Rule, RuleSet, Topic
from ledger.rules.criterion import Criterion, parse_criterion
from ledger.rules.topics import topics_of
from ledger.terms import Scheme

RULE_SETS: Final = {Scheme.ATIGA_FORM_D: atiga.RULE_SETS}
"""Per scheme its rule sets, by date of issue."""

NO_RULE_SET: Final = "NO-RULE-SET"
"""Code of the refusal of a certificate issued on a day that no rule set covers."""


def rule_set_for(scheme: Scheme, issued_on: date) -> RuleSet | None:
    """Return the rule set for certificates of a scheme issued on a day, or None."""
    for candidate in RULE_SETS.get(scheme, ()):
        if candidate.since <= issued_on <= candidate.until:
            return candidate
    return None


def check(certificate: Certificate, *, on: date) -> tuple[Finding, ...]:
    """Return what the rules in force on the date of issue say; `on` is the day of the examination."""
    chosen = rule_set_for(certificate.scheme, certificate.issued_on)
    if chosen is None:
        message = "no rule set is known for certificates of this scheme issued on this day"
        return (Finding(NO_RULE_SET, Severity.REFUSAL, "/issuedOn", message, "ATIGA Annex 8"),)
    case = Case(certificate, chosen.edition, on, criteria_of(certificate))
    return tuple(
        Finding(rule.code, rule.severity, pointer, message, rule.source)
        for rule in _rules_on(topics_of(case), certificate.scheme, chosen.since)
        for pointer, message in rule.find(case)
    )


@lru_cache(maxsize=512)
def _rules_on(topics: frozenset[Topic], scheme: Scheme, since: date) -> tuple[Rule, ...]:
    """Return the rules of a rule set, named by its first day, that can say something on these topics."""
    chosen = next(candidate for candidate in RULE_SETS[scheme] if candidate.since == since)
    return tuple(rule for rule in chosen.rules if rule.topic is None or rule.topic in topics)


def criteria_of(certificate: Certificate) -> tuple[tuple[Item, Criterion], ...]:
    """Return the goods lines whose criterion can be read, with it."""
    read = ((item, parse_criterion(item.criterion)) for item in certificate.items)
    return tuple((item, criterion) for item, criterion in read if criterion)


def refusals(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that stop a certificate."""
    return tuple(finding for finding in findings if finding.severity is Severity.REFUSAL)


def warnings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that are only reported."""
    return tuple(finding for finding in findings if finding.severity is Severity.WARNING)
