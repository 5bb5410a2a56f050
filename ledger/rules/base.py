"""What a rule and a rule set are.

A rule is one small function whose docstring is the rule's text.  It yields a place and a message for every
breach; `refusal` and `warning` give it its code, its severity and its source.  What differs between editions
of a text, or between countries, is data in `Edition`, so that a rule reads the same in all of them.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from ledger.certificate import Certificate
from ledger.errors import Finding, Severity


@dataclass(frozen=True, slots=True)
class Edition:
    """What one edition of an arrangement's procedures fixes in figures and lists."""

    name: str
    grace_days: int
    """Days after shipment on which a certificate is not yet issued retroactively."""
    parties: frozenset[str]
    """Countries the arrangement is in force for."""
    acceding: frozenset[str]
    """Countries of which this is not settled."""
    fob_required: frozenset[str]
    """Countries whose trade needs the FOB price where a regional value content is applied."""


@dataclass(frozen=True, slots=True)
class Case:
    """One certificate under examination."""

    certificate: Certificate
    edition: Edition
    on: date
    """Day of the examination."""


Breach: TypeAlias = tuple[str, str]
"""JSON Pointer of the field concerned, and what is to be done."""

Finder: TypeAlias = Callable[[Case], Iterable[Breach]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of an arrangement."""

    code: str
    severity: Severity
    source: str
    text: str
    """The rule in a sentence."""
    find: Finder

    def findings(self, case: Case) -> Iterator[Finding]:
        """Yield what the rule has to say about a certificate."""
        for pointer, message in self.find(case):
            yield Finding(self.code, self.severity, pointer, message, self.source)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules for certificates of a scheme that are issued in a period."""

    since: date
    until: date
    """Last day of issue."""
    edition: Edition
    rules: tuple[Rule, ...]


def refusal(code: str, source: str) -> Callable[[Finder], Rule]:
    """Make a rule whose breach stops the certificate."""
    return _rule(code, Severity.REFUSAL, source)


def warning(code: str, source: str) -> Callable[[Finder], Rule]:
    """Make a rule whose breach is only reported."""
    return _rule(code, Severity.WARNING, source)


def _rule(code: str, severity: Severity, source: str) -> Callable[[Finder], Rule]:
    def make(find: Finder) -> Rule:
        return Rule(code, severity, source, " ".join((find.__doc__ or "").split()), find)

    return make
