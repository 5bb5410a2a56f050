"""Whether a certificate is written properly, before any arrangement is asked whether it accepts it.

`problems_of` holds for every scheme: lengths, alphabets, ISO and UN code shapes, contiguous numbering, the
limits of the contract.  The bounds of each field are the tables below; the OpenAPI schema takes them from
here.
"""

from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any, Final

from ledger.certificate import (
    MAX_ITEMS,
    MAX_ORIGINALS,
    Certificate,
    Certification,
    Declaration,
    Exhibition,
    Invoice,
    Invoicer,
    Item,
    ItemOriginal,
    Measure,
    Money,
    Original,
    Packages,
    Replaced,
    Trader,
    Transport,
)
from ledger.codes import hs
from ledger.errors import Problem
from ledger.texts import (
    CURRENCY_PATTERN,
    HS_PATTERN,
    LOCODE_PATTERN,
    PACKAGE_PATTERN,
    UNIT_PATTERN,
    Check,
    country,
    ledger_id,
    positive,
    printable,
    shaped,
    text,
    whole,
)

REFERENCE: Final = 35
"""Characters of a reference number: UN trade data element 1004, an..35."""
OFFICE: Final = 17
NAME: Final = 256
ADDRESS: Final = 512
OPERATOR: Final = 35
PLACE: Final = 70
CONVEYANCE: Final = 70
MARKS: Final = 512
DESCRIPTION: Final = 2000
CRITERION: Final = 35
INVOICE: Final = 70
MAX_INVOICES: Final = 99
MAX_PACKAGES: Final = 999_999_999

_REFERENCE, _NAME, _PLACE = printable(REFERENCE), text(NAME), text(PLACE)
_ADDRESS = text(ADDRESS, lines=True)
_LOCODE = shaped(LOCODE_PATTERN, "code.locode", "use a UN/LOCODE: country and three characters, no space")
_UNIT = shaped(UNIT_PATTERN, "code.unit", "use a UN/ECE Recommendation 20 unit, two or three characters")
_PACKAGE = shaped(
    PACKAGE_PATTERN, "code.package", "use a UN/ECE Recommendation 21 package code, two characters"
)
_CURRENCY = shaped(CURRENCY_PATTERN, "code.currency", "use an ISO 4217 currency code, three letters")
_HS = shaped(HS_PATTERN, "code.hs", "use six (HS) or eight (AHTN) digits without dots")

CHECKS: Final[dict[type, tuple[tuple[str, str, Check], ...]]] = {
    Certificate: (
        ("reference", "reference", _REFERENCE),
        ("issuing_office", "issuingOffice", printable(OFFICE)),
        ("exporting_member", "exportingMember", country),
        ("importing_member", "importingMember", country),
    ),
    Trader: (
        ("name", "name", _NAME),
        ("address", "address", _ADDRESS),
        ("country", "country", country),
        ("operator", "operator", printable(OPERATOR)),
    ),
    Transport: (
        ("conveyance", "conveyance", text(CONVEYANCE)),
        ("port_of_loading", "portOfLoading", _LOCODE),
        ("port_of_discharge", "portOfDischarge", _LOCODE),
    ),
    Item: (
        ("marks", "marks", text(MARKS, lines=True)),
        ("description", "description", text(DESCRIPTION, lines=True)),
        ("hs_code", "hsCode", _HS),
        ("manufacturer", "manufacturer", _NAME),
        ("trademark", "trademark", _NAME),
        ("criterion", "criterion", printable(CRITERION)),
        ("origin_country", "originCountry", country),
    ),
    Packages: (("count", "count", whole(0, MAX_PACKAGES)), ("kind", "kind", _PACKAGE)),
    Measure: (("value", "value", positive), ("unit", "unit", _UNIT)),
    Money: (("amount", "amount", positive), ("currency", "currency", _CURRENCY)),
    Invoice: (("number", "number", text(INVOICE)),),
    ItemOriginal: (
        ("certificate", "certificate", ledger_id),
        ("reference", "reference", _REFERENCE),
        ("item", "item", whole(1, MAX_ITEMS)),
    ),
    Invoicer: (("name", "name", _NAME), ("country", "country", country)),
    Exhibition: (("name", "name", _NAME), ("address", "address", _ADDRESS)),
    Original: (
        ("certificate", "certificate", ledger_id),
        ("reference", "reference", _REFERENCE),
        ("exporting_member", "exportingMember", country),
    ),
    Replaced: (("reference", "reference", _REFERENCE),),
    Declaration: (
        ("country_of_production", "countryOfProduction", country),
        ("importing_country", "importingCountry", country),
        ("place", "place", _PLACE),
        ("signatory", "signatory", _NAME),
    ),
    Certification: (("place", "place", _PLACE), ("officer", "officer", _NAME)),
}
"""Per part of a certificate: the attribute, its name in documents, and what it must look like."""


def problems_of(certificate: Certificate) -> tuple[Problem, ...]:
    """Return every place where the certificate is not well-formed; empty when it is."""
    return (*_field_problems(certificate), *_number_problems(certificate), *_hs_problems(certificate))


def _parts(certificate: Certificate) -> Iterator[tuple[str, Any]]:
    """Yield every part of a certificate with its JSON Pointer; absent parts as None."""
    yield "", certificate
    yield "/exporter", certificate.exporter
    yield "/consignee", certificate.consignee
    yield "/transport", certificate.transport
    yield "/thirdCountryInvoicer", certificate.third_country_invoicer
    yield "/exhibition", certificate.exhibition
    yield "/replaces", certificate.replaces
    yield "/declaration", certificate.declaration
    yield "/certification", certificate.certification
    for number, original in enumerate(certificate.originals, 1):
        yield f"/originals/{number}", original
    for item in certificate.items:
        yield from _item_parts(f"/items/{item.number}", item)


def _item_parts(pointer: str, item: Item) -> Iterator[tuple[str, Any]]:
    yield pointer, item
    yield f"{pointer}/packages", item.packages
    yield f"{pointer}/quantity", item.quantity
    yield f"{pointer}/grossWeight", item.gross_weight
    yield f"{pointer}/fob", item.fob
    for number, invoice in enumerate(item.invoices, 1):
        yield f"{pointer}/invoices/{number}", invoice
    for number, original in enumerate(item.originals, 1):
        yield f"{pointer}/originals/{number}", original


def _field_problems(certificate: Certificate) -> Iterator[Problem]:
    for pointer, part in _parts(certificate):
        if part is None or type(part) not in _READ:
            continue
        values, rows = _READ[type(part)]
        for value, (name, check) in zip(values(part), rows, strict=True):
            if value is not None and (fault := check(value)):
                yield Problem(f"{pointer}/{name}", *fault)


def _reader(attributes: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    """Return what reads these attributes of a part in one step."""
    values = attrgetter(*attributes)
    return values if len(attributes) > 1 else lambda part: (values(part),)


_READ: Final = {
    part: (
        _reader(tuple(attribute for attribute, _, _ in rows)),
        tuple((name, check) for _, name, check in rows),
    )
    for part, rows in CHECKS.items()
}
"""`CHECKS` made ready: per part what reads its attributes, and for each its name and its check."""


def _number_problems(certificate: Certificate) -> Iterator[Problem]:
    """Numbering and the limits of the contract: a bit per goods line, 32 parents."""
    if any(item.number != number for number, item in enumerate(certificate.items, 1)):
        yield Problem("/items", "numbers.gap", "number the goods lines 1, 2, 3 … without gaps")
    if not 1 <= len(certificate.items) <= MAX_ITEMS:
        yield _count("/items", 1, MAX_ITEMS)
    if len(certificate.originals) > MAX_ORIGINALS:
        yield _count("/originals", 0, MAX_ORIGINALS)
    if len(certificate.parents) != len(certificate.originals):
        yield Problem("/originals", "originals.repeated", "name each original once")
    for item in certificate.items:
        if not 1 <= len(item.invoices) <= MAX_INVOICES:
            yield _count(f"/items/{item.number}/invoices", 1, MAX_INVOICES)
        if len(item.originals) > MAX_ORIGINALS:
            yield _count(f"/items/{item.number}/originals", 0, MAX_ORIGINALS)


def _count(pointer: str, low: int, high: int) -> Problem:
    return Problem(pointer, "count.out-of-range", f"give {low} to {high} of these")


def _hs_problems(certificate: Certificate) -> Iterator[Problem]:
    for item in certificate.items:
        edition = hs.EDITIONS.get(item.hs_edition)
        if edition is None:
            known = ", ".join(hs.EDITIONS)
            yield Problem(f"/items/{item.number}/hsEdition", "code.hs-edition", f"use one of {known}")
        elif len(item.hs_code) in {6, 8} and len(item.hs_code) != edition.digits:
            wanted = f"give the {edition.digits} digits of this edition"
            yield Problem(f"/items/{item.number}/hsCode", "code.hs-digits", wanted)
