"""What a rule and a rule set are.

A rule is one small function whose docstring is the rule's text.  It yields a place and a message for every
breach; `refusal` and `warning` give it its code, its severity and its source.  What differs between editions
of a text, or between countries, is data in `Edition`, so that a rule reads the same in all of them.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import Enum, auto
from typing import TypeAlias

from ledger.certificate import MAX_ORIGINALS, Certificate, Item
from ledger.errors import Severity
from ledger.rules.criterion import Criterion


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """What one edition of an arrangement's procedures fixes in figures and lists.

    Everything in it is published with the rule set (`ledger.rules.published`).
    """

    name: str
    grace_days: int = 0
    """Days after shipment on which a certificate is not yet issued retroactively."""
    parties: frozenset[str]
    """Countries the arrangement is in force for."""
    acceding: frozenset[str] = frozenset()
    """Countries of which this is not settled."""
    in_force: Mapping[str, date] = field(default_factory=dict, hash=False)
    """From which day, for parties it came into force for later than the rule set begins."""
    fob_required: frozenset[str]
    """Countries whose trade needs the FOB price where a regional value content is applied."""
    validity_years: int = 1
    """From the date of issue; the last day is the anniversary minus one."""
    retroactive_years: int = 1
    """From shipment, within which a certificate can still be issued."""
    replaceable_years: int = 1
    """From its date of issue, within which a certificate can be replaced."""
    general_threshold: Decimal = Decimal(40)
    """Regional value content in per cent, where no product has a rule of its own."""
    partial_from: Decimal | None = None
    """Lowest value content under partial cumulation, in per cent; None where there is no such thing."""
    partial_below: Decimal | None = None
    """The value content under partial cumulation stays below this, in per cent."""
    criteria: tuple[str, ...]
    """Codes of origin criteria."""
    criterion_marks: tuple[str, ...] = ()
    """Codes that may follow them."""
    ticks: frozenset[str]
    """Ticks that the form has, by their names in `Endorsements`."""
    originals: int = MAX_ORIGINALS
    """Original proofs that one back-to-back proof can rest on."""
    hs_digits: frozenset[int]
    """How many digits a tariff code has."""
    hs_editions: frozenset[str]
    """Editions of the tariff that may be used, each in its time (`ledger.codes.hs`); when none of them is
    in use yet, any."""


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


def under(code: str, source: str, rule: Rule, text: str = "") -> Rule:
    """Return a rule as another arrangement has it: with its code and source, and in its words."""
    return replace(rule, code=code, source=source, text=text or rule.text)


def softened(rule: Rule) -> Rule:
    """Return a rule whose breach is only reported, because this text leaves discretion."""
    return replace(rule, severity=Severity.WARNING)


def _rule(code: str, severity: Severity, source: str, topic: Topic | None) -> Callable[[Finder], Rule]:
    def make(find: Finder) -> Rule:
        return Rule(code, severity, source, " ".join((find.__doc__ or "").split()), find, topic)

    return make
