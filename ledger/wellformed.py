"""Whether a certificate is written properly, before any arrangement is asked whether it accepts it.

`problems_of` holds for every scheme: lengths, alphabets, ISO and UN code shapes, contiguous numbering, the
limits of the contract.  The bounds of each field are the tables of `ledger.field_checks`, what a scheme must
have and cannot have those of `ledger.scheme_shapes`.
"""

from collections.abc import Iterator
from typing import Any, Final

from ledger.certificate import MAX_ITEMS, MAX_ORIGINALS, Certificate, Item
from ledger.codes import hs
from ledger.errors import Problem
from ledger.field_checks import CHECKS, sound
from ledger.scheme_shapes import shape_problems

MAX_INVOICES: Final = 99


def problems_of(certificate: Certificate) -> tuple[Problem, ...]:
    """Return every place where the certificate is not well-formed; empty when it is."""
    return (
        *_field_problems(certificate),
        *_number_problems(certificate),
        *_hs_problems(certificate),
        *shape_problems(certificate),
    )


def _parts(certificate: Certificate) -> Iterator[tuple[str, Any]]:
    """Yield every part of a certificate with its JSON Pointer; absent parts as None."""
    yield "", certificate
    yield "/exporter", certificate.exporter
    yield "/consignee", certificate.consignee
    yield "/producer", certificate.producer
    yield "/transport", certificate.transport
    yield "/thirdCountryInvoicer", certificate.third_country_invoicer
    yield "/exhibition", certificate.exhibition
    yield "/replaces", certificate.replaces
    yield "/declaration", certificate.declaration
    yield "/certification", certificate.certification
    yield "/authorisation", certificate.authorisation
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
    if sound(certificate):
        return
    for pointer, part in _parts(certificate):
        for attribute, name, check in CHECKS.get(type(part), ()):
            value = getattr(part, attribute)
            if value is not None and (fault := check(value)):
                yield Problem(f"{pointer}/{name}", *fault)


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
        if len(item.invoices) > MAX_INVOICES:
            yield _count(f"/items/{item.number}/invoices", 0, MAX_INVOICES)
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
