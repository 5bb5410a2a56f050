"""What an arrangement demands of a certificate, chosen by its scheme and date of issue.

`check` is pure: it takes a well-formed certificate (`ledger.wellformed`) and the day, and returns every
finding, refusals and warnings alike.  Who raises on refusals is the use case.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

from ledger.certificate import Certificate, Item
from ledger.errors import CertificateRefused, Finding, Severity
from ledger.rules import atiga, rcep
from ledger.rules.base import Case, Rule, RuleSet, Topic
from ledger.rules.criterion import Criterion, parse_criterion, parse_rcep_criterion
from ledger.rules.publishing import document_of, hash_of
from ledger.rules.topics import topics_of
from ledger.terms import Scheme

RULE_SETS: Final = {
    Scheme.ATIGA_FORM_D: atiga.RULE_SETS,
    Scheme.ATIGA_ORIGIN_DECLARATION: atiga.DECLARATION_SETS,
    Scheme.RCEP_CO: rcep.RULE_SETS,
    Scheme.RCEP_DECLARATION: rcep.DECLARATION_SETS,
}
"""Per scheme its rule sets, by date of issue."""

_PROCEDURES: Final = {
    Scheme.ATIGA_FORM_D: "ATIGA Annex 8",
    Scheme.ATIGA_ORIGIN_DECLARATION: "ATIGA Annex 8",
    Scheme.RCEP_CO: "RCEP Chapter 3",
    Scheme.RCEP_DECLARATION: "RCEP Chapter 3",
}
_PARSERS: Final = {
    Scheme.ATIGA_FORM_D: parse_criterion,
    Scheme.ATIGA_ORIGIN_DECLARATION: parse_criterion,
    Scheme.RCEP_CO: parse_rcep_criterion,
    Scheme.RCEP_DECLARATION: parse_rcep_criterion,
}

NO_RULE_SET: Final = "NO-RULE-SET"
"""Code of the refusal of a certificate issued on a day that no rule set covers."""


def rule_set_for(scheme: Scheme, issued_on: date) -> RuleSet | None:
    """Return the rule set for certificates of a scheme issued on a day, or None."""
    for candidate in RULE_SETS.get(scheme, ()):
        if candidate.since <= issued_on <= candidate.until:
            return candidate
    return None


@dataclass(frozen=True, slots=True)
class Published:
    """A rule set as anybody may read it."""

    scheme: Scheme
    rule_set: RuleSet
    document: Mapping[str, Any]
    """JSON values; `hash` is that of its canonical form."""
    hash: bytes


def published(scheme: Scheme, on: date) -> Published | None:
    """Return the rule set for proofs of a scheme issued on a day, as it is published, or None."""
    chosen = rule_set_for(scheme, on)
    return _published(scheme, chosen) if chosen else None


def all_published() -> tuple[Published, ...]:
    """Return every rule set there is, by scheme and first day."""
    return tuple(_published(scheme, one) for scheme, sets in RULE_SETS.items() for one in sets)


def rule_set_hash(scheme: Scheme, issued_on: date) -> bytes:
    """Return the hash of the rule set for proofs of a scheme issued on a day.

    Raises `CertificateRefused` when no rule set covers that day.
    """
    chosen = rule_set_for(scheme, issued_on)
    if chosen is None:
        raise CertificateRefused((_no_rule_set(scheme),))
    return hash_of(scheme, chosen)


def _published(scheme: Scheme, chosen: RuleSet) -> Published:
    return Published(scheme, chosen, document_of(scheme, chosen), hash_of(scheme, chosen))


def check(certificate: Certificate, *, on: date) -> tuple[Finding, ...]:
    """Return what the rules in force on the date of issue say; `on` is the day of the examination."""
    chosen = rule_set_for(certificate.scheme, certificate.issued_on)
    if chosen is None:
        message = "no rule set is known for certificates of this scheme issued on this day"
        return (
            Finding(NO_RULE_SET, Severity.REFUSAL, "/issuedOn", message, _PROCEDURES[certificate.scheme]),
        )
    case = Case(certificate, chosen.edition, on, criteria_of(certificate))
    return tuple(
        Finding(rule.code, rule.severity, pointer, message, rule.source)
        for rule in _rules_on(topics_of(case), certificate.scheme, chosen.since)
        for pointer, message in rule.find(case)
    )


def _no_rule_set(scheme: Scheme) -> Finding:
    message = "no rule set is known for certificates of this scheme issued on this day"
    return Finding(NO_RULE_SET, Severity.REFUSAL, "/issuedOn", message, _PROCEDURES[scheme])


@lru_cache(maxsize=512)
def _rules_on(topics: frozenset[Topic], scheme: Scheme, since: date) -> tuple[Rule, ...]:
    """Return the rules of a rule set, named by its first day, that can say something on these topics."""
    chosen = next(candidate for candidate in RULE_SETS[scheme] if candidate.since == since)
    return tuple(rule for rule in chosen.rules if rule.topic is None or rule.topic in topics)


def criteria_of(certificate: Certificate) -> tuple[tuple[Item, Criterion], ...]:
    """Return the goods lines whose criterion can be read, with it."""
    parse = _PARSERS[certificate.scheme]
    read = ((item, parse(item.criterion)) for item in certificate.items)
    return tuple((item, criterion) for item, criterion in read if criterion)


def refusals(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that stop a certificate."""
    return tuple(finding for finding in findings if finding.severity is Severity.REFUSAL)


def warnings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that are only reported."""
    return tuple(finding for finding in findings if finding.severity is Severity.WARNING)
