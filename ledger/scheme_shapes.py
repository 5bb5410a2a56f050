"""Which parts a proof of origin of each scheme must have, and which it cannot have.

One document serves every scheme (`ledger.certificate`).  What its form or its minimum data name is demanded
here, so that the rules of the scheme can take it for granted; sources are ATIGA Annex 7 (Form D), OCP Rule
12B (origin declaration) and RCEP Annex 3B (minimum information).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ledger.certificate import Authorisation, Certificate, Item
from ledger.errors import Problem
from ledger.field_checks import LONGEST_OFFICE, LONGEST_REFERENCE, OFFICE, REFERENCE
from ledger.terms import Scheme


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What proofs of one scheme have; attributes of `Certificate` and of `Item`."""

    needs: tuple[str, ...]
    lacks: tuple[str, ...]
    item_needs: tuple[str, ...] = ()
    item_lacks: tuple[str, ...] = ()
    on_document: bool = False
    """A declaration made out on another document, whose type, number and date are its reference."""
    reference: int = REFERENCE
    """Characters of a reference at most."""
    office: int = OFFICE


SHAPES: Final = {
    Scheme.ATIGA_FORM_D: Shape(
        needs=("consignee", "declaration", "certification"),
        lacks=("authorisation", "producer", "remarks"),
        item_needs=("marks", "packages", "invoices"),
        item_lacks=("tariff_differential",),
    ),
    Scheme.ATIGA_ORIGIN_DECLARATION: Shape(
        needs=("authorisation",),
        lacks=("certification", "replaces", "producer", "remarks"),
        item_lacks=("tariff_differential",),
        on_document=True,
        reference=LONGEST_REFERENCE,
        office=LONGEST_OFFICE,
    ),
    Scheme.RCEP_CO: Shape(
        needs=("consignee", "declaration", "certification"),
        lacks=("authorisation", "exhibition"),
        item_needs=("invoices",),
    ),
    Scheme.RCEP_DECLARATION: Shape(
        needs=("consignee", "authorisation"),
        lacks=("certification", "replaces", "exhibition"),
        office=LONGEST_OFFICE,
    ),
}

_DOCUMENT: Final = ("document_type", "document_number", "document_date")
"""What identifies the document of a declaration (OCP Rules 12B.2, 12B.5 and 12B.6)."""


def shape_problems(certificate: Certificate) -> Iterator[Problem]:
    """Find what a proof of this scheme must have and has not, or cannot have and has."""
    shape = SHAPES[certificate.scheme]
    yield from _parts(certificate, shape.needs, shape.lacks, "")
    for item in certificate.items:
        yield from _parts(item, shape.item_needs, shape.item_lacks, f"/items/{item.number}")
    if len(certificate.reference) > shape.reference:
        yield _too_long("/reference", shape.reference)
    if len(certificate.issuing_office) > shape.office:
        yield _too_long("/issuingOffice", shape.office)
    if certificate.scheme.is_declaration:
        yield from _declaration_problems(certificate, shape)


def _parts(
    holder: Certificate | Item | Authorisation, needs: tuple[str, ...], lacks: tuple[str, ...], pointer: str
) -> Iterator[Problem]:
    for name in needs:
        if (value := getattr(holder, name)) == ():
            yield Problem(f"{pointer}/{outside_name(name)}", "count.out-of-range", "give 1 to 99 of these")
        elif value is None:
            yield Problem(f"{pointer}/{outside_name(name)}", "field.missing", "add this field")
    for name in lacks:
        if getattr(holder, name) is not None:
            yield Problem(
                f"{pointer}/{outside_name(name)}", "field.unknown", "remove this field; the scheme has none"
            )


def outside_name(name: str) -> str:
    """Return the name of an attribute in documents."""
    first, *rest = name.split("_")
    return "".join((first, *map(str.capitalize, rest)))


def _too_long(pointer: str, most: int) -> Problem:
    return Problem(pointer, "text.too-long", f"use at most {most} characters")


def _declaration_problems(certificate: Certificate, shape: Shape) -> Iterator[Problem]:
    """Hold office and reference of a declaration to the authorisation they repeat."""
    authorisation = certificate.authorisation
    if authorisation is None:
        return  # told above
    if certificate.issuing_office != authorisation.exporter_code:
        yield Problem("/issuingOffice", "office.exporter", "give the exporter's code here, too")
    if not shape.on_document:
        return
    yield from _parts(authorisation, _DOCUMENT, (), "/authorisation")
    if authorisation.reference not in {None, certificate.reference}:
        wanted = "give letters of the type, number and date of the document, such as CI INV-1 2026-11-02"
        yield Problem("/reference", "reference.document", wanted)
