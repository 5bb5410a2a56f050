"""Certificates with good defaults, so that a test states only what it is about.

The default is a shipment of coffee from Viet Nam to Thailand, issued on 2 November 2026, that no rule
speaks against.
"""

import copy
import dataclasses
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from ledger.certificate import (
    Authorisation,
    Certificate,
    Endorsements,
    Invoice,
    Item,
    Measure,
    Packages,
    Trader,
    Transport,
)
from ledger.document_example import EXAMPLE
from ledger.documents import parse_document
from ledger.terms import Scheme

ISSUED_ON = date(2026, 11, 2)
VALID_UNTIL = date(2027, 11, 1)
ABSENT = object()
"""Given to `a_document` or `altered`, takes the field away."""


def a_certificate(**overrides: Any) -> Certificate:
    """Return the default certificate with the named attributes replaced."""
    return dataclasses.replace(parse_document(EXAMPLE), **overrides)


def a_document(**overrides: Any) -> dict[str, Any]:
    """Return the default document with the named top-level fields (camelCase) replaced."""
    document = copy.deepcopy(EXAMPLE) | overrides
    return {name: value for name, value in document.items() if value is not ABSENT}


def altered(document: dict[str, Any], pointer: str, value: Any) -> dict[str, Any]:
    """Return a copy of a document with one field, named by JSON Pointer, set, added or (`ABSENT`) removed."""
    copied = copy.deepcopy(document)
    *path, last = pointer.lstrip("/").split("/")
    inner = copied
    for step in path:
        inner = inner.setdefault(step, {})
    if value is ABSENT:
        del inner[last]
    else:
        inner[last] = value
    return copied


def an_item(number: int = 1, **overrides: Any) -> Item:
    """Return a goods line: coffee, wholly obtained in Viet Nam."""
    defaults: dict[str, Any] = {
        "marks": "TNX / BANGKOK / 1-320",
        "packages": Packages(count=320, kind="BG"),
        "description": "Coffee beans, robusta, not roasted, not decaffeinated, crop 2026",
        "hs_code": "09011130",
        "hs_edition": "AHTN2022",
        "criterion": "WO",
        "quantity": a_measure("19200"),
        "origin_country": "VN",
        "invoices": (Invoice(number="TNX-2026-1107", date=date(2026, 10, 28)),),
    }
    return Item(number=number, **defaults | overrides)


def a_measure(value: str, unit: str = "KGM") -> Measure:
    """Return a quantity or weight."""
    return Measure(value=Decimal(value), unit=unit)


def a_trader(**overrides: Any) -> Trader:
    """Return a business in Viet Nam."""
    return dataclasses.replace(a_certificate().exporter, **overrides)


def a_departure(day: date | None) -> Transport:
    """Return the default transport with another day of shipment."""
    return dataclasses.replace(a_certificate().transport, departure_date=day)


def ticked(*names: str) -> Endorsements:
    """Return box 13 with only these ticks."""
    return Endorsements(**dict.fromkeys(names, True))


def an_authorisation(**overrides: Any) -> Authorisation:
    """Return the authorisation of a declaration on a commercial invoice of 2 November 2026."""
    defaults: dict[str, Any] = {
        "exporter_code": "0123/CE26",
        "signatory": "Nguyễn Thị Lan Anh",
        "document_type": "commercial-invoice",
        "document_number": "INV-2026/118",
        "document_date": ISSUED_ON,
    }
    return Authorisation(**defaults | overrides)


def an_origin_declaration(**overrides: Any) -> Certificate:
    """Return the coffee of the default certificate under an ATIGA origin declaration."""
    authorisation = overrides.setdefault("authorisation", an_authorisation())
    defaults: dict[str, Any] = {
        "scheme": Scheme.ATIGA_ORIGIN_DECLARATION,
        "reference": authorisation.reference,
        "issuing_office": authorisation.exporter_code,
        "declaration": None,
        "certification": None,
        "items": (an_item(marks=None, packages=None, invoices=()),),
    }
    return a_certificate(**defaults | overrides)


VECTORS = Path(__file__).parent / "vectors" / "certificates"


def a_vector(name: str) -> dict[str, Any]:
    """Return the document of a certificate vector, such as `sg-my-pepper-back-to-back`."""
    document: dict[str, Any] = json.loads((VECTORS / f"{name}.json").read_text("utf-8"))["document"]
    return document
