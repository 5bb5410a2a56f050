"""Each scheme has its parts: what is missing and what is foreign is refused by name."""

import dataclasses
from typing import Any

import pytest

from ledger.certificate import DOCUMENT_TYPES, Certificate, Declaration
from ledger.documents import document_of, parse_document
from ledger.drawing import drawn_up
from ledger.facts import Address, LedgerName
from ledger.scheme_shapes import SHAPES
from ledger.terms import Scheme, reference_key
from ledger.wellformed import problems_of
from tests.builders import a_certificate, an_authorisation, an_item, an_origin_declaration

LEDGER = LedgerName(1337, Address("0x" + "11" * 20))


def rules_of(certificate: Certificate) -> list[tuple[str, str]]:
    """Return place and rule of each problem."""
    return [(problem.pointer, problem.rule) for problem in problems_of(certificate)]


def an_rcep_declaration(**overrides: Any) -> Certificate:
    """Return a declaration of origin by an approved exporter, with a unique reference number."""
    bare = an_authorisation(document_type=None, document_number=None, document_date=None)
    chosen = {"scheme": Scheme.RCEP_DECLARATION, "authorisation": bare, "reference": "DO-26-000118"}
    return an_origin_declaration(**chosen | overrides)


def test_every_scheme_has_its_shape() -> None:
    """A scheme without one could not be read."""
    assert set(SHAPES) == set(Scheme)


@pytest.mark.parametrize("part", ["consignee", "declaration", "certification"])
@pytest.mark.parametrize("scheme", [Scheme.ATIGA_FORM_D, Scheme.RCEP_CO])
def test_a_certificate_has_all_that_its_form_has(scheme: Scheme, part: str) -> None:
    """An authority certifies what an exporter declares to a consignee."""
    assert rules_of(a_certificate(scheme=scheme, **{part: None})) == [(f"/{part}", "field.missing")]


@pytest.mark.parametrize("part", ["marks", "packages"])
def test_form_d_has_marks_and_packages(part: str) -> None:
    """Boxes 6 and 7 are filled on paper, too."""
    item = an_item()
    bare = (
        dataclasses.replace(item, marks=None) if part == "marks" else dataclasses.replace(item, packages=None)
    )
    found = rules_of(a_certificate(items=(bare,)))
    assert found == [(f"/items/1/{part}", "field.missing")]


@pytest.mark.parametrize("declaration", [an_origin_declaration(), an_rcep_declaration()])
def test_a_declaration_needs_no_authority_packages_or_invoices(declaration: Certificate) -> None:
    """Rule 12B and Annex 3B ask for none of them."""
    assert problems_of(declaration) == ()


@pytest.mark.parametrize("declaration", [an_origin_declaration(), an_rcep_declaration()])
def test_a_declaration_survives_the_way_into_a_document_and_back(declaration: Certificate) -> None:
    """What it has not is left out of the document."""
    document = document_of(declaration)
    assert parse_document(document) == declaration
    assert "certification" not in document


def test_a_declaration_is_not_certified() -> None:
    """Who reads a certification believes that an authority looked at the goods."""
    certified = an_origin_declaration(certification=a_certificate().certification)
    assert rules_of(certified) == [("/certification", "field.unknown")]


def test_a_certificate_has_no_authorisation() -> None:
    """It would be a declaration."""
    assert rules_of(a_certificate(authorisation=an_authorisation())) == [("/authorisation", "field.unknown")]


@pytest.mark.parametrize("scheme", [Scheme.ATIGA_ORIGIN_DECLARATION, Scheme.RCEP_DECLARATION])
def test_a_declaration_names_the_authorisation_of_its_exporter(scheme: Scheme) -> None:
    """Without its code nobody can look the exporter up."""
    bare = dataclasses.replace(an_origin_declaration(), scheme=scheme, authorisation=None, reference="DO-1")
    assert ("/authorisation", "field.missing") in rules_of(bare)


@pytest.mark.parametrize("name", ["document_type", "document_number", "document_date"])
def test_an_origin_declaration_names_the_document_it_is_made_out_on(name: str) -> None:
    """Its number and date are the number and date of the declaration."""
    bare = an_authorisation(**{name: None})
    pointer = {"document_type": "documentType", "document_number": "documentNumber"}.get(name, "documentDate")
    found = rules_of(an_origin_declaration(authorisation=bare, reference="CI INV 2026-11-02"))
    assert found == [(f"/authorisation/{pointer}", "field.missing")]


def test_an_unknown_kind_of_document_is_refused() -> None:
    """A declaration is made out on an invoice, billing statement, delivery order or packing list."""
    waybill = an_authorisation(document_type="waybill")
    found = rules_of(an_origin_declaration(authorisation=waybill, reference="CI INV 2026-11-02"))
    assert found == [("/authorisation/documentType", "code.word")]


def test_office_and_reference_of_a_declaration_repeat_its_authorisation() -> None:
    """The ledger knows a declaration by them; what people read must be what is keyed."""
    wrong = an_origin_declaration(issuing_office="02", reference="CI INV-2026/119 2026-11-02")
    assert rules_of(wrong) == [("/issuingOffice", "office.exporter"), ("/reference", "reference.document")]


@pytest.mark.parametrize("kind", DOCUMENT_TYPES)
def test_each_kind_of_document_has_numbers_of_its_own(kind: str) -> None:
    """An invoice and a packing list may have one number."""
    one, other = an_authorisation(), an_authorisation(document_type=kind)
    assert (one.reference == other.reference) == (kind == one.document_type)


def test_a_declaration_is_keyed_by_exporter_and_document() -> None:
    """So that one exporter makes out one declaration on one document."""
    drawn = drawn_up(an_origin_declaration(), ("Authority", "example.vn"), LEDGER)
    expected = reference_key(Scheme.ATIGA_ORIGIN_DECLARATION, "VN", "0123/CE26", "CI INV-2026/118 2026-11-02")
    assert drawn.terms.reference_key == expected


def test_a_long_number_fits_a_declaration_but_no_form_d() -> None:
    """Form D has at most 35 characters; a document's number has up to 70."""
    long = an_authorisation(document_number="N" * 70)
    assert problems_of(an_origin_declaration(authorisation=long)) == ()
    assert rules_of(a_certificate(reference="N" * 36)) == [("/reference", "text.too-long")]
    assert rules_of(a_certificate(issuing_office="N" * 18)) == [("/issuingOffice", "text.too-long")]


def test_form_d_has_no_tariff_differential() -> None:
    """It is a field of RCEP."""
    found = rules_of(a_certificate(items=(an_item(tariff_differential="2.6.6(a)"),)))
    assert found == [("/items/1/tariffDifferential", "field.unknown")]


def test_a_declaration_by_the_exporter_may_be_repeated_in_words() -> None:
    """Country of production and place may be told, as in box 11."""
    told: Declaration | None = a_certificate().declaration
    assert problems_of(an_origin_declaration(declaration=told)) == ()
