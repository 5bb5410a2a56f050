"""A rule set as a document: what it is published as, and the hash it is known by.

Whoever decides on a proof, or opens a case about it, names the rules by this hash.  A rule set is chosen by
the date of issue and never edited once it is in force, so the hash stands for one text for good; its last day
is told beside it and is not hashed, because it becomes known only when the next text comes.

The hash covers every figure and list of the rule set, and code, severity, wording and source of each rule;
it does not cover the program that applies them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from ledger.certificate import DOCUMENT_TYPES
from ledger.codes.hs import EDITIONS
from ledger.envelope import canonical
from ledger.hashing import keccak
from ledger.origin.clocks import clocks_for
from ledger.rules.base import Edition, RuleSet
from ledger.scheme_shapes import SHAPES, outside_name
from ledger.terms import Scheme

FORMAT = "asal.rules.v1"


def document_of(scheme: Scheme, rule_set: RuleSet) -> dict[str, Any]:
    """Return a rule set as JSON values: strings, lists and objects only."""
    shape = SHAPES[scheme]
    return {
        "format": FORMAT,
        "scheme": scheme.code,
        "since": rule_set.since.isoformat(),
        "edition": _edition(rule_set.edition),
        "tariffs": _tariffs(rule_set.edition.hs_editions),
        "clocks": {name: str(days) for name, days in asdict(clocks_for(scheme, rule_set.since)).items()},
        "parts": {
            "needed": _paths(shape.needs, shape.item_needs),
            "absent": _paths(shape.lacks, shape.item_lacks),
            "reference": str(shape.reference),
            "office": str(shape.office),
            "documents": dict(DOCUMENT_TYPES) if shape.on_document else {},
        },
        "rules": [
            {
                "code": rule.code,
                "severity": rule.severity.value,
                "text": rule.text,
                "source": rule.source,
            }
            for rule in rule_set.rules
        ],
    }


@cache
def hash_of(scheme: Scheme, rule_set: RuleSet) -> bytes:
    """Return keccak-256 of the canonical JSON (RFC 8785) of a rule set."""
    return keccak(canonical(document_of(scheme, rule_set)))


def _edition(edition: Edition) -> dict[str, Any]:
    """Return the figures and lists of an edition by their names in documents; ticks by theirs."""
    told = {outside_name(field.name): _plain(getattr(edition, field.name)) for field in fields(Edition)}
    return {**told, "ticks": [outside_name(tick) for tick in sorted(edition.ticks)]}


def _paths(parts: Iterable[str], of_items: Iterable[str]) -> list[str]:
    """Return the names of parts in documents, those of goods lines after `items.`."""
    return [*map(outside_name, parts), *(f"items.{outside_name(part)}" for part in of_items)]


def _tariffs(names: Iterable[str]) -> dict[str, str]:
    """Return the editions of the tariff that may be used, each with its first day; the next one ends it."""
    return {name: EDITIONS[name].since.isoformat() for name in sorted(names)}


def _plain(value: Any) -> Any:  # noqa: ANN401 - any field of an edition
    """Return a figure or a list of an edition as JSON; sets in order, an absence as empty."""
    match value:
        case str():
            return value
        case Decimal() | int():
            return str(value)
        case date():
            return value.isoformat()
        case Mapping():
            return {key: _plain(inner) for key, inner in value.items()}
        case frozenset() | tuple():
            return [_plain(inner) for inner in (sorted(value) if isinstance(value, frozenset) else value)]
    return ""
