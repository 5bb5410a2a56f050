"""Reading fields out of a copy without trusting its shape, within bounds, as values to show.

Whoever seals an envelope may put anything into it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, TypeAlias

from api.pages.speech import Speech
from ledger.said import said

MAX_LINES: Final = 64
"""How many goods lines a page shows; the form has no more."""
_LONGEST: Final = 2000
"""Characters of one field that a page shows."""
_NUMBER: Final = re.compile("[1-9][0-9]?")

Fields: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Absent:
    """What the form has and the copy does not show; named where its place does not tell what it is."""

    what: str = ""
    optional: bool = False
    """Whether a copy that shows everything may lack it too."""


@dataclass(frozen=True, slots=True)
class Named:
    """A text that stands beside others, with what it is."""

    what: str
    text: str


Values: TypeAlias = tuple[str | Named | Absent, ...]
"""What stands in one place, line by line."""


def inner(fields: Fields, *path: str) -> Fields:
    """Return what is below a path; nothing where that is not an object."""
    for name in path:
        found = fields.get(name)
        fields = found if isinstance(found, Mapping) else {}
    return fields


def text(fields: Fields, name: str) -> str:
    """Return a text, cut where it is endless; nothing where it is no text."""
    found = fields.get(name)
    if not isinstance(found, str):
        return ""
    return found if len(found) <= _LONGEST else f"{found[:_LONGEST]}…"


def one(value: str, *, optional: bool = False) -> Values:
    """Return a single value, or that it is not there."""
    return (value or Absent(optional=optional),)


def some(*texts: str) -> tuple[str, ...]:
    """Return those texts that are there."""
    return tuple(one_of for one_of in texts if one_of)


def joined(fields: Fields, *names: str) -> str:
    """Return some texts of an object in one line."""
    return " ".join(some(*(text(fields, name) for name in names)))


def together(*parts: tuple[str, str]) -> Values:
    """Return texts that stand together, naming those that are missing unless all are."""
    if not any(value for _, value in parts):
        return (Absent(),)
    return tuple(value or Absent(what) for what, value in parts)


def named(*parts: tuple[str, str]) -> Values:
    """Return those texts that are there, each with its name."""
    return tuple(Named(what, value) for what, value in parts if value)


def trader(fields: Fields, who: str, speech: Speech) -> Values:
    """Return name, address and country of a trader, its operator code beside the name."""
    found = inner(fields, who)
    name, *place = together(
        (said("Name"), text(found, "name")),
        (said("Address"), text(found, "address")),
        (said("Country"), speech.member(text(found, "country"))),
    )
    return (name, *named((said("Operator code"), text(found, "operator"))), *place)


def numbered(items: Fields) -> Iterator[tuple[str, Fields | None]]:
    """Yield goods lines by number, and None where a number is left out between others."""
    numbers = sorted(int(key) for key in items if _NUMBER.fullmatch(key))
    gaps = set(_missing(numbers))
    for number in sorted({*numbers, *gaps}):
        yield str(number), None if number in gaps else inner(items, str(number))


def inside(fields: Fields) -> Iterable[Fields]:
    """Return the numbered parts of an object, in their order, as many as a form has."""
    return [inner(fields, key) for key in sorted(fields, key=lambda key: (len(key), key))[:MAX_LINES]]


def _missing(numbers: list[int]) -> Iterator[int]:
    for before, number in pairwise((0, *numbers)):
        yield from range(before + 1, number)
