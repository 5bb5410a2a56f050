"""What a rule and a rule set are.

A rule is one small function whose docstring is the rule's text.  It yields a place and a message for every
breach; `refusal` and `warning` give it its code, its severity and its source.  What differs between editions
of a text, or between countries, is data in `Edition`, so that a rule reads the same in all of them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from typing import TypeAlias

from ledger.certificate import Certificate, Item
from ledger.errors import Severity
from ledger.rules.criterion import Criterion


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
    criteria: tuple[tuple[Item, Criterion], ...]
    """The goods lines whose origin criterion can be read, with it."""


Breach: TypeAlias = tuple[str, str]
"""JSON Pointer of the field concerned, and what is to be done."""

Finder: TypeAlias = Callable[[Case], Iterable[Breach]]


class Topic(Enum):
    """What is out of the ordinary in a certificate; many rules speak only of one such thing."""

    INVOICER = auto()
    """Third-country invoicing, ticked or named."""
    EXHIBITION = auto()
    """An exhibition, ticked or named."""
    BACK_TO_BACK = auto()
    """Original proofs, ticked, listed or drawn on by a goods line."""
    RETROACTIVE = auto()
    """The tick Issued Retroactively."""
    REPLACEMENT = auto()
    """A certificate that this one replaces."""
    PARTIAL_CUMULATION = auto()
    """Partial cumulation, ticked or as a criterion."""
    DE_MINIMIS = auto()
    """The tick De Minimis."""
    REGIONAL_VALUE = auto()
    """A regional value content, alone or in combination."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of an arrangement."""

    code: str
    severity: Severity
    source: str
    text: str
    """The rule in a sentence."""
    find: Finder
    topic: Topic | None
    """The rule has nothing to say about a certificate without this; None where it always may."""


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules for certificates of a scheme that are issued in a period."""

    since: date
    until: date
    """Last day of issue."""
    edition: Edition
    rules: tuple[Rule, ...]


def refusal(code: str, source: str, topic: Topic | None = None) -> Callable[[Finder], Rule]:
    """Make a rule whose breach stops the certificate."""
    return _rule(code, Severity.REFUSAL, source, topic)


def warning(code: str, source: str, topic: Topic | None = None) -> Callable[[Finder], Rule]:
    """Make a rule whose breach is only reported."""
    return _rule(code, Severity.WARNING, source, topic)


def _rule(code: str, severity: Severity, source: str, topic: Topic | None) -> Callable[[Finder], Rule]:
    def make(find: Finder) -> Rule:
        return Rule(code, severity, source, " ".join((find.__doc__ or "").split()), find, topic)

    return make
