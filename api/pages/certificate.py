"""The particulars of an unaltered copy of a declaration: a plain statement, for it is made out on no form."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from api.pages.boxes import field_at
from api.pages.shape import (
    MAX_LINES,
    Absent,
    Fields,
    Values,
    inner,
    inside,
    joined,
    numbered,
    one,
    some,
    text,
    together,
    trader,
)
from api.pages.speech import Speech
from ledger.presented import Examination
from ledger.said import said

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
    lines = tuple(
        GoodsLine(number) if item is None else _line(number, item, speech)
        for number, item in numbered(inner(fields, "items"))
    )
    scheme = text(fields, "scheme")
    rows = (
        *(_row(fields, path, scheme, speech) for path in _SUMMARY),
        *(_party(fields, who, scheme, speech) for who in _PARTIES if who in fields or who != "producer"),
        *_authorised(fields, scheme, speech),
    )
    headings = next((tuple(name for name, _ in line.cells) for line in lines if line.cells), ())
    boxes = field_at("items", scheme).box
    return Particulars(rows, boxes, headings, lines[:MAX_LINES], len(lines[MAX_LINES:]), absent_in(seen))


def absent_in(seen: Examination) -> str:
    """Return what is said where an examined copy does not show something."""
    return said("hidden by the holder") if seen.hidden else said("not stated")


def _row(fields: Fields, path: str, scheme: str, speech: Speech) -> Row:
    value = text(fields, path)
    if path in _DAYS:
        value = speech.day(value)
    elif path in _MEMBERS:
        value = speech.member(value)
    return _named(path, one(value), scheme)


def _party(fields: Fields, who: str, scheme: str, speech: Speech) -> Row:
    return _named(who, trader(fields, who, speech), scheme)


def _authorised(fields: Fields, scheme: str, speech: Speech) -> Iterator[Row]:
    """Yield who signed a declaration, and what it is made out on; a certificate has neither."""
    given = inner(fields, "authorisation")
    if given:
        document = joined(given, "documentType", "documentNumber"), speech.day(text(given, "documentDate"))
        values = (text(given, "exporterCode"), text(given, "signatory"), ", ".join(some(*document)))
        yield _named("authorisation", some(*values) or (Absent(),), scheme)


def _named(path: str, values: Values, scheme: str) -> Row:
    field = field_at(path, scheme)
    return Row(field.name, field.box, values)


def _line(number: str, item: Fields, speech: Speech) -> GoodsLine:
    goods = together(
        (said("Description"), text(item, "description")),
        (said("Marks"), text(item, "marks")),
        (said("Packages"), joined(inner(item, "packages"), "count", "kind")),
    )
    measured = (
        *one(joined(inner(item, "quantity"), "value", "unit")),
        *some(joined(inner(item, "fob"), "amount", "currency")),
    )
    cells: tuple[tuple[str, Values], ...] = (
        (said("Goods, marks, packages"), goods),
        (said("HS code"), one(text(item, "hsCode"))),
        (said("Criterion"), one(text(item, "criterion"))),
        (said("Quantity, FOB"), measured),
        (said("Origin"), one(speech.member(text(item, "originCountry")))),
        (said("Invoices"), invoices(item, speech)),
    )
    return GoodsLine(number, cells)


def invoices(item: Fields, speech: Speech) -> Values:
    """Return number and date of the invoices of a goods line."""
    shown = (
        ", ".join(some(text(each, "number"), speech.day(text(each, "date"))))
        for each in inside(inner(item, "invoices"))
    )
    return tuple(invoice or Absent() for invoice in shown) or (Absent(),)
