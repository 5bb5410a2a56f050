"""How the AEO desk tells what a national list would change, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from api.desks.aeo_words import CONSENTS
from api.pages.operators_told import STATUS_WORDS
from ledger.aeo.application import CONSENTS as AGREED
from ledger.aeo.words import ROLE_WORDS
from ledger.lists.steps import Difference, Due, Kind, Left, Plan
from ledger.operators import Consent, OperatorRole, OperatorStatus, Programme
from ledger.said import said

Value = str | datetime | Sequence[str] | int | None
"""A text, a day, words that are said one by one, a number, or nothing."""
KINDS: Final[Mapping[Kind, str]] = {
    Kind.NEW: said("New on the ledger"),
    Kind.CHANGED: said("Changed"),
    Kind.REINSTATED: said("Authorised again"),
    Kind.ENDED: said("Ended"),
    Kind.LEFT_OUT: said("Left out"),
    Kind.ABSENT: said("Not in the list, and left alone"),
    Kind.UNCHANGED: said("Unchanged"),
}
FIELDS: Final[Mapping[str, str]] = {
    "status": said("Status"),
    "programme": said("Programme"),
    "level": said("Level"),
    "roles": said("Authorised as"),
    "consent": said("The operator agrees"),
    "until": said("End of validity"),
    "effective": said("From"),
    "record": said("Record"),
    "name": said("Registered name"),
    "address": said("Address"),
    "country": said("Country of the address"),
    "national_id": said("Number in the national register"),
}
_NEITHER: Final = said("to neither publication nor exchange")


@dataclass(frozen=True, slots=True)
class Change:
    """A field, as it is and as it would be."""

    field: str
    before: Value
    after: Value


@dataclass(frozen=True, slots=True)
class Row:
    """An operator of the list, or one that the list lacks."""

    operator: str
    line: int
    name: str
    changes: Sequence[Change]
    why: str
    """Why it is left alone."""


@dataclass(frozen=True, slots=True)
class Group:
    """The operators of whom the same becomes."""

    kind: str
    title: str
    rows: Sequence[Row]


def groups_of(plan: Plan, programmes: Mapping[int, Programme]) -> Sequence[Group]:
    """Return all that a plan says, by what becomes of the operators."""
    found = {kind: [_row(one, programmes) for one in plan.told if one.kind is kind] for kind in KINDS}
    return [Group(kind.value, KINDS[kind], rows) for kind, rows in found.items() if rows]


def _row(one: Due | Left, programmes: Mapping[int, Programme]) -> Row:
    if isinstance(one, Left):
        return Row(one.operator, one.line, "", (), one.why)
    differences = one.differences or _first(one)
    changes = [
        Change(
            FIELDS[each.field], _value(each.before, programmes, each), _value(each.after, programmes, each)
        )
        for each in differences
    ]
    return Row(one.operator, one.line, one.record.name if one.record else "", changes, "")


def _first(one: Due) -> Sequence[Difference]:
    """Return what is said of an operator for the first time."""
    names = ("status", "programme", "level", "roles", "consent", "until")
    return [Difference(name, "", getattr(one.status, name)) for name in names]


def _value(value: object, programmes: Mapping[int, Programme], of: Difference) -> Value:
    match value:
        case OperatorStatus():
            return [STATUS_WORDS[value.name.lower()]]
        case OperatorRole():
            return [ROLE_WORDS[one] for one in ROLE_WORDS if one in value]
        case Consent():
            return [CONSENTS[name] for name, one in AGREED.items() if one in value] or [_NEITHER]
        case int() if of.field == "programme" and value in programmes:
            return programmes[value].code
        case datetime() | int() | None:
            return value
    return str(value)
