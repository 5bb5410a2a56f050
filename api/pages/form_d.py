"""A certificate as the form that people know: what stands in which box, for a page to lay out.

The boxes are those of `docs/reference/form-d.md`.  A copy need not be of the right shape: `api.pages.shape`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from api.pages.certificate import absent_in, invoices
from api.pages.form_words import DECLARATIONS, TITLES, Form, form_of
from api.pages.shape import (
    MAX_LINES,
    Absent,
    Fields,
    Named,
    Values,
    inner,
    inside,
    joined,
    named,
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


@dataclass(frozen=True, slots=True)
class Box:
    """One box."""

    key: str
    """Where it goes, for the style."""
    number: str
    title: str
    values: Values


@dataclass(frozen=True, slots=True)
class Tick:
    """A printed option; None where the copy does not say whether it is ticked."""

    name: str
    ticked: bool | None


@dataclass(frozen=True, slots=True)
class Line:
    """A goods line in the columns of the form; without cells a number that is left out between others."""

    number: str
    cells: tuple[Values, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A certificate on its form."""

    form: str
    agreement: str
    reference: Values
    issued_in: Values
    boxes: tuple[Box, ...]
    official: str
    """Number of the box for the importing customs."""
    item: str
    """Number of the column of line numbers."""
    columns: tuple[tuple[str, str], ...]
    """Number and title of the other columns."""
    lines: tuple[Line, ...]
    more_lines: int
    """How many goods lines are not shown, because no form has so many."""
    foot: tuple[Box, ...]
    ticks_number: str
    ticks: tuple[Tick, ...]
    beyond: tuple[Box, ...]
    """What the ledger keeps and the form has no box for."""
    absent: str
    """What is said where something is not shown."""
    absent_optional: str
    """The same of what need not be there."""


def sheet_of(seen: Examination, speech: Speech) -> Sheet | None:
    """Return an examined copy, which is intact, on its form; None for a declaration, which has none."""
    fields = seen.fields
    scheme = text(fields, "scheme")
    if scheme in DECLARATIONS:
        return None
    form = form_of(scheme)
    lines = tuple(_lines(fields, form, speech))
    hidden = said("hidden by the holder, or not stated")
    return Sheet(
        form=form.name,
        agreement=form.agreement,
        reference=one(text(fields, "reference")),
        issued_in=one(speech.member(text(fields, "exportingMember"))),
        boxes=tuple(_upper(fields, form, speech)),
        official=form.numbers["official"],
        item=form.numbers["item"],
        columns=tuple((form.numbers[key], TITLES[key]) for key in form.columns),
        lines=lines[:MAX_LINES],
        more_lines=len(lines[MAX_LINES:]),
        foot=tuple(_lower(fields, form, speech)),
        ticks_number=form.numbers["ticks"],
        ticks=tuple(_ticks(fields, form)),
        beyond=tuple(_beyond(fields, speech)),
        absent=absent_in(seen),
        absent_optional=hidden if seen.hidden else said("not stated"),
    )


def _box(form: Form, key: str, values: Values) -> Box:
    return Box(key, form.numbers[key], TITLES[key], values)


def _upper(fields: Fields, form: Form, speech: Speech) -> Iterator[Box]:
    """Yield the boxes above the goods."""
    yield _box(form, "exporter", trader(fields, "exporter", speech))
    consignee = trader(fields, "consignee", speech)
    fair = some(joined(inner(fields, "exhibition"), "name", "address"))
    yield _box(form, "consignee", (*consignee, *(Named(said("Exhibition"), what) for what in fair)))
    if "producer" in form.numbers:
        shown = trader(fields, "producer", speech) if "producer" in fields else (Absent(optional=True),)
        yield _box(form, "producer", shown)
    carried = inner(fields, "transport")
    shown = named(
        (said("Departure"), speech.day(text(carried, "departureDate"))),
        (said("Vessel, flight or vehicle"), text(carried, "conveyance")),
        (said("Port of loading"), text(carried, "portOfLoading")),
        (said("Port of discharge"), text(carried, "portOfDischarge")),
    )
    yield _box(form, "transport", shown or (Absent(optional=True),))


def _lines(fields: Fields, form: Form, speech: Speech) -> Iterator[Line]:
    for number, item in numbered(inner(fields, "items")):
        if item is None:
            yield Line(number)
            continue
        cells = _cells(item, speech, apart="hs" in form.numbers)
        yield Line(number, tuple(cells[key] for key in form.columns))


def _cells(item: Fields, speech: Speech, *, apart: bool) -> dict[str, Values]:
    """Return what stands in each column; `apart` where the HS code has a column of its own."""
    code = " ".join(some(text(item, "hsCode"), _edition(item)))
    described = together(
        (said("Description"), text(item, "description")),
        (said("Packages"), joined(inner(item, "packages"), "count", "kind")),
        *(() if apart else ((said("HS code"), code),)),
    )
    goods = (
        *(
            Named(said("HS code"), value) if value == code and not apart and value else value
            for value in described
        ),
        *named(
            (said("Manufacturer"), text(item, "manufacturer")),
            (said("Trade mark"), text(item, "trademark")),
        ),
        *(Named(said("Original"), _original(each, speech)) for each in inside(inner(item, "originals"))),
    )
    weight = joined(inner(item, "grossWeight"), "value", "unit")
    price = joined(inner(item, "fob"), "amount", "currency")
    measured = (
        *one(joined(inner(item, "quantity"), "value", "unit")),
        *named((said("Gross weight"), weight), (said("FOB"), price)),
    )
    return {
        "marks": one(text(item, "marks")),
        "goods": goods,
        "hs": one(code),
        "criterion": one(text(item, "criterion")),
        "origin": one(speech.member(text(item, "originCountry"))),
        "quantity": measured,
        "invoices": invoices(item, speech),
    }


def _edition(item: Fields) -> str:
    edition = text(item, "hsEdition")
    return f"({edition})" if edition else ""


def _original(drawn: Fields, speech: Speech) -> str:
    line = text(drawn, "item")
    return " / ".join(some(text(drawn, "reference"), speech.day(text(drawn, "issuedOn")), line))


def _lower(fields: Fields, form: Form, speech: Speech) -> Iterator[Box]:
    """Yield the boxes below the goods, but for the ticks."""
    if "remarks" in form.numbers:
        yield _box(form, "remarks", one(text(fields, "remarks"), optional=True))
    declared = inner(fields, "declaration")
    yield _box(form, "declaration", (*_declared(declared, speech), *_signed(declared, "signatory", speech)))
    certified = inner(fields, "certification")
    yield _box(form, "certification", _signed(certified, "officer", speech))


def _declared(declared: Fields, speech: Speech) -> Values:
    made, sold = (speech.member(text(declared, name)) for name in ("countryOfProduction", "importingCountry"))
    if not (made and sold):
        return ()
    return (
        said(
            "Produced in {made}, and complying with the origin requirements for goods exported to {sold}.",
            made=made,
            sold=sold,
        ),
    )


def _signed(signed: Fields, who: str, speech: Speech) -> Values:
    place = ", ".join(some(text(signed, "place"), speech.day(text(signed, "date"))))
    return together((said("Signatory"), text(signed, who)), (said("Place and date"), place))


def _ticks(fields: Fields, form: Form) -> Iterator[Tick]:
    given = inner(fields, "endorsements")
    for key, name in form.ticks:
        ticked = given.get(key)
        yield Tick(name, ticked if isinstance(ticked, bool) else None)


def _beyond(fields: Fields, speech: Speech) -> Iterator[Box]:
    yield Box("", "", said("Importing member"), one(speech.member(text(fields, "importingMember"))))
    yield Box("", "", said("Issuing office"), one(text(fields, "issuingOffice")))
    yield Box("", "", said("Date of issue"), one(speech.day(text(fields, "issuedOn"))))
    yield Box("", "", said("Last day of validity"), one(speech.day(text(fields, "validUntil"))))
    third = joined(inner(fields, "thirdCountryInvoicer"), "name", "country")
    if third:
        yield Box("", "", said("Third-country invoicer"), (third,))
    replaced = inner(fields, "replaces")
    if replaced:
        what = ", ".join(some(text(replaced, "reference"), speech.day(text(replaced, "issuedOn"))))
        yield Box("", "", said("Certificate it replaces"), one(what))
