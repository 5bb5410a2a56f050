"""What each attribute of a certificate must look like: bounds and checks, as tables.

The bounds are also told in the OpenAPI schema (`ledger.document_schema`); the checks hold for certificates
made without a document, too.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import fields
from operator import attrgetter, call
from typing import Any, Final, TypeAlias

from ledger.certificate import (
    DOCUMENT_TYPES,
    MAX_ITEMS,
    Authorisation,
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
from ledger.texts import (
    CURRENCY_PATTERN,
    EXPORTER_PATTERN,
    HS_PATTERN,
    LOCODE_PATTERN,
    PACKAGE_PATTERN,
    UNIT_PATTERN,
    Check,
    Fault,
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
CARRIER: Final = 70
"""Characters of the number of the document that a declaration is made out on: WCO D014, an..70."""
LONGEST_REFERENCE: Final = CARRIER + 14
"""Of a declaration that has type, number and date of its document for a reference."""
OFFICE: Final = 17
LONGEST_OFFICE: Final = 32
"""Of an exporter's code, which a declaration has in the place of an office."""
NAME: Final = 256
ADDRESS: Final = 512
OPERATOR: Final = 35
PLACE: Final = 70
CONVEYANCE: Final = 70
MARKS: Final = 512
DESCRIPTION: Final = 2000
CRITERION: Final = 35
INVOICE: Final = 70
REMARKS: Final = 2000
TARIFF_DIFFERENTIALS: Final = ("2.6.6(a)", "2.6.6(b)")
"""RCEP Article 2.6: the country of origin is the one with the highest rate, of contributors or of all."""
MAX_PACKAGES: Final = 999_999_999

_REFERENCE, _NAME, _PLACE = printable(LONGEST_REFERENCE), text(NAME), text(PLACE)
_ADDRESS = text(ADDRESS, lines=True)
_LOCODE = shaped(LOCODE_PATTERN, "code.locode", "use a UN/LOCODE: country and three characters, no space")
_UNIT = shaped(UNIT_PATTERN, "code.unit", "use a UN/ECE Recommendation 20 unit, two or three characters")
_PACKAGE = shaped(
    PACKAGE_PATTERN, "code.package", "use a UN/ECE Recommendation 21 package code, two characters"
)
_CURRENCY = shaped(CURRENCY_PATTERN, "code.currency", "use an ISO 4217 currency code, three letters")
_EXPORTER = shaped(
    EXPORTER_PATTERN, "code.exporter", "use 1 to 32 of the characters A to Z, 0 to 9, hyphen, slash, dot"
)
_HS = shaped(HS_PATTERN, "code.hs", "use six (HS) or eight (AHTN) digits without dots")


def _one_of(words: Collection[str]) -> Check:
    """Return the check that a value is one of these words."""
    wanted = f"use one of {', '.join(words)}"

    def check(value: str) -> Fault:
        return None if value in words else ("code.word", wanted)

    return check


CHECKS: Final[dict[type, tuple[tuple[str, str, Check], ...]]] = {
    Certificate: (
        ("reference", "reference", _REFERENCE),
        ("issuing_office", "issuingOffice", printable(LONGEST_OFFICE)),
        ("exporting_member", "exportingMember", country),
        ("importing_member", "importingMember", country),
        ("remarks", "remarks", text(REMARKS, lines=True)),
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
        ("tariff_differential", "tariffDifferential", _one_of(TARIFF_DIFFERENTIALS)),
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
        ("exporter_code", "exporterCode", _EXPORTER),
    ),
    Replaced: (("reference", "reference", _REFERENCE),),
    Declaration: (
        ("country_of_production", "countryOfProduction", country),
        ("importing_country", "importingCountry", country),
        ("place", "place", _PLACE),
        ("signatory", "signatory", _NAME),
    ),
    Certification: (("place", "place", _PLACE), ("officer", "officer", _NAME)),
    Authorisation: (
        ("exporter_code", "exporterCode", _EXPORTER),
        ("signatory", "signatory", _NAME),
        ("document_type", "documentType", _one_of(DOCUMENT_TYPES)),
        ("document_number", "documentNumber", printable(CARRIER)),
    ),
}
"""Per part of a certificate: the attribute, its name in documents, and what it must look like."""


_Look: TypeAlias = tuple[Callable[[Any], tuple[Any, ...]], tuple[Check, ...]]
"""What reads the attributes of a part in one step, and their checks."""


def sound(certificate: Certificate) -> bool:
    """Whether no check has anything to say; asked in few steps, for hardly any certificate has a fault."""
    one = certificate
    whole = one.consignee and one.declaration and one.certification and all(i.packages for i in one.items)
    parts: list[Any] = [one, one.third_country_invoicer, one.exhibition, one.replaces, *one.originals]
    parts += (one.producer, one.authorisation)
    if not whole:
        parts += (one.consignee, one.declaration, one.certification, *(item.packages for item in one.items))
    for item in one.items:
        parts += (item, item.gross_weight, item.fob, *item.invoices, *item.originals)
    read = _WHOLE if whole else _READ
    for part in parts:
        if part is not None:
            values, checks = read[type(part)]
            if any(map(call, checks, values(part))):
                return False
    return True


_ALWAYS_THERE: Final[dict[type, dict[str, type]]] = {
    Certificate: {"exporter": Trader, "transport": Transport},
    Item: {"quantity": Measure},
}
"""Parts of parts that are never absent, and so can be read together with what holds them."""

_MOSTLY_THERE: Final[dict[type, dict[str, type]]] = {
    Certificate: {"consignee": Trader, "declaration": Declaration, "certification": Certification},
    Item: {"packages": Packages},
}
"""Parts that Form D always has; read together with what holds them where all of them are there."""


def _rows(part: type, inner: dict[str, type], prefix: str = "") -> Iterator[tuple[str, Check]]:
    """Yield the path of every attribute that is read together with a part, and its check."""
    optional = {field.name for field in fields(part) if field.default is None}
    for attribute, _, check in CHECKS[part]:
        yield f"{prefix}{attribute}", _if_given(check) if attribute in optional else check
    for name, kind in inner.items():
        yield from _rows(kind, {}, f"{name}.")


def _if_given(check: Check) -> Check:
    """Return the check for a value that may be absent."""
    return lambda value: None if value is None else check(value)


def _made_ready(part: type, inner: dict[str, type]) -> _Look:
    paths, checks = zip(*_rows(part, inner), strict=True)
    values = attrgetter(*paths)
    return (values if len(paths) > 1 else lambda part: (values(part),)), checks


_READ: Final = {part: _made_ready(part, _ALWAYS_THERE.get(part, {})) for part in CHECKS}
_WHOLE: Final = _READ | {
    part: _made_ready(part, _ALWAYS_THERE[part] | more) for part, more in _MOSTLY_THERE.items()
}
