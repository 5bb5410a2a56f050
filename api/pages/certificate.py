"""The particulars of an unaltered copy, in the order of the form.

Whoever seals an envelope may put anything into it, so nothing here trusts the shape of a field.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, TypeAlias

from api.pages.boxes import field_at
from api.pages.speech import Speech
from api.pages.words import member
from ledger.presented import Examination

MAX_LINES = 64
"""How many goods lines a page shows; the form has no more."""
_LONGEST = 2000
_NUMBER = re.compile("[1-9][0-9]?")
_SUMMARY: Final = (
    "reference",
    "issuingOffice",
    "exportingMember",
    "importingMember",
    "issuedOn",
    "validUntil",
)
_PARTIES: Final = ("exporter", "consignee", "producer")
_DAYS: Final = {"issuedOn", "validUntil"}
_MEMBERS: Final = {"exportingMember", "importingMember"}


@dataclass(frozen=True, slots=True)
class Absent:
    """What the form has and the copy does not show; named where its place does not tell what it is."""

    what: str = ""


Values: TypeAlias = tuple[str | Absent, ...]
"""What stands in one place, line by line."""


@dataclass(frozen=True, slots=True)
class Row:
    """One particular."""

    name: str
    box: str
    values: Values


@dataclass(frozen=True, slots=True)
class GoodsLine:
    """One goods line, in the columns of the form; without cells it is a number left out between others."""

    number: str
    cells: tuple[tuple[str, Values], ...] = ()
    """Heading and content."""


@dataclass(frozen=True, slots=True)
class Particulars:
    """What an unaltered copy says."""

    rows: tuple[Row, ...]
    boxes: str
    """Of the goods lines, on the form of the scheme."""
    headings: tuple[str, ...]
    """Of the columns of a goods line, after its number."""
    lines: tuple[GoodsLine, ...]
    more_lines: int
    """How many goods lines are not shown, because no form has so many."""
    absent: str
    """What is said where a particular is not shown."""


def particulars_of(seen: Examination, speech: Speech) -> Particulars:
    """Return the particulars of an examined copy that is intact, days as they are written in a language."""
    fields = seen.fields
    lines = _lines(_inner(fields, "items"), speech)
    scheme = _text(fields, "scheme")
    rows = (
        *(_row(fields, path, scheme, speech) for path in _SUMMARY),
        *(_party(fields, who, scheme) for who in _PARTIES if who in fields or who != "producer"),
        *_authorised(fields, scheme, speech),
    )
    headings = next((tuple(name for name, _ in line.cells) for line in lines if line.cells), ())
    absent = "hidden by the holder" if seen.hidden else "not stated"
    boxes = field_at("items", scheme).box
    return Particulars(rows, boxes, headings, lines[:MAX_LINES], len(lines[MAX_LINES:]), absent)


def _row(fields: Mapping[str, Any], path: str, scheme: str, speech: Speech) -> Row:
    text = _text(fields, path)
    if path in _DAYS:
        text = speech.day(text)
    elif path in _MEMBERS:
        text = member(text)
    return _named(path, _one(text), scheme)


def _party(fields: Mapping[str, Any], who: str, scheme: str) -> Row:
    party = _inner(fields, who)
    address, country = _text(party, "address"), member(_text(party, "country"))
    return _named(who, _parts(Name=_text(party, "name"), Address=address, Country=country), scheme)


def _authorised(fields: Mapping[str, Any], scheme: str, speech: Speech) -> Iterator[Row]:
    """Yield who signed a declaration, and what it is made out on; a certificate has neither."""
    given = _inner(fields, "authorisation")
    if given:
        document = _joined(given, "documentType", "documentNumber"), speech.day(_text(given, "documentDate"))
        values = (_text(given, "exporterCode"), _text(given, "signatory"), ", ".join(_some(*document)))
        yield _named("authorisation", _some(*values) or (Absent(),), scheme)


def _named(path: str, values: Values, scheme: str) -> Row:
    field = field_at(path, scheme)
    return Row(field.name, field.box, values)


def _one(text: str) -> Values:
    return (text or Absent(),)


def _parts(**texts: str) -> Values:
    """Return texts that stand together, naming those that are missing unless all are."""
    if not any(texts.values()):
        return (Absent(),)
    return tuple(text or Absent(what) for what, text in texts.items())


def _lines(items: Mapping[str, Any], speech: Speech) -> tuple[GoodsLine, ...]:
    """Return the goods lines by number, with an empty one where a number is left out."""
    numbers = sorted(int(key) for key in items if _NUMBER.fullmatch(key))
    shown = [_line(str(number), _inner(items, str(number)), speech) for number in numbers]
    gaps = [GoodsLine(str(number)) for number in _missing(numbers)]
    return tuple(sorted((*shown, *gaps), key=lambda line: int(line.number)))


def _missing(numbers: list[int]) -> Iterator[int]:
    for before, number in pairwise((0, *numbers)):
        yield from range(before + 1, number)


def _line(number: str, item: Mapping[str, Any], speech: Speech) -> GoodsLine:
    packages, quantity, fob = (_inner(item, name) for name in ("packages", "quantity", "fob"))
    cells: tuple[tuple[str, Values], ...] = (
        (
            "Goods, marks, packages",
            _parts(
                Description=_text(item, "description"),
                Marks=_text(item, "marks"),
                Packages=_joined(packages, "count", "kind"),
            ),
        ),
        ("HS code", _one(_text(item, "hsCode"))),
        ("Criterion", _one(_text(item, "criterion"))),
        (
            "Quantity, FOB",
            (*_one(_joined(quantity, "value", "unit")), *_some(_joined(fob, "amount", "currency"))),
        ),
        ("Origin", _one(member(_text(item, "originCountry")))),
        ("Invoices", _invoices(_inner(item, "invoices"), speech)),
    )
    return GoodsLine(number, cells)


def _invoices(invoices: Mapping[str, Any], speech: Speech) -> Values:
    shown = (_inner(invoices, key) for key in list(invoices)[:MAX_LINES])
    texts = (", ".join(_some(_text(one, "number"), speech.day(_text(one, "date")))) for one in shown)
    return tuple(text or Absent() for text in texts) or (Absent(),)


def _joined(inner: Mapping[str, Any], *names: str) -> str:
    return " ".join(_some(*(_text(inner, name) for name in names)))


def _some(*texts: str) -> tuple[str, ...]:
    return tuple(text for text in texts if text)


def _inner(fields: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = fields.get(name)
    return found if isinstance(found, Mapping) else {}


def _text(fields: Mapping[str, Any], name: str) -> str:
    found = fields.get(name)
    if not isinstance(found, str):
        return ""
    return found if len(found) <= _LONGEST else f"{found[:_LONGEST]}…"
