import copy
import dataclasses
import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from ledger.certificate import Certificate, Invoice, Item, ItemOriginal, Money, Original, Packages
from ledger.document_example import EXAMPLE
from ledger.documents import CertificateDocument, certificate_of, document_of, parse_document, problems_in
from ledger.errors import CertificateMalformed, Problem
from ledger.rules import check
from ledger.terms import Scheme
from tests.builders import ABSENT, VECTORS, a_certificate, a_document, a_measure, altered, an_item, ticked


def problems_with(document: dict[str, Any]) -> tuple[Problem, ...]:
    """Return why a document is refused."""
    with pytest.raises(CertificateMalformed) as refused:
        parse_document(document)
    return refused.value.problems


decimals = (
    st.from_regex(r"\A(0|[1-9][0-9]{0,14})(\.[0-9]{1,6})?\Z").map(Decimal).filter(lambda value: value > 0)
)
days = st.dates(date(2020, 9, 20), date(2100, 12, 31))
names = st.text("abc Ệกข ลาว.,&-()", min_size=1, max_size=40).map(str.strip).filter(bool)
ids = st.binary(min_size=32, max_size=32)
optional_fob = st.none() | st.builds(Money, amount=decimals, currency=st.sampled_from(["USD", "VND"]))
invoices = st.lists(st.builds(Invoice, number=names, date=days), min_size=1, max_size=12).map(tuple)
drawn = st.builds(
    ItemOriginal, certificate=ids, reference=st.just("VN-SG 1"), issued_on=days, item=st.integers(1, 64)
)
original = st.builds(
    Original, certificate=ids, reference=st.just("VN-SG 1"), issued_on=days, exporting_member=st.just("VN")
)


@st.composite
def items(draw: st.DrawFn, number: int) -> Item:
    """Draw a goods line with everything that may or may not be there."""
    return an_item(
        number,
        description=draw(names),
        packages=Packages(count=draw(st.integers(0, 999_999_999)), kind="CT"),
        quantity=a_measure(format(draw(decimals), "f")),
        fob=draw(optional_fob),
        trademark=draw(st.none() | names),
        invoices=draw(invoices),
        originals=draw(st.lists(drawn, max_size=3).map(tuple)),
    )


@st.composite
def certificates(draw: st.DrawFn) -> Certificate:
    """Draw a well-formed certificate; rules of a scheme may speak against it."""
    parents = draw(st.lists(original, max_size=12, unique_by=lambda one: one.certificate))
    ticks = draw(st.sets(st.sampled_from(["accumulation", "de_minimis", "back_to_back", "exhibition"])))
    return a_certificate(
        issued_on=draw(days),
        items=tuple(draw(items(number)) for number in range(1, draw(st.integers(1, 12)) + 1)),
        originals=tuple(parents),
        endorsements=ticked(*ticks),
    )


@settings(max_examples=40)
@given(certificates())
def test_a_certificate_survives_the_way_into_a_document_and_back(certificate: Certificate) -> None:
    """Reading what was written gives the same certificate, with ten lines and more in their order."""
    assert parse_document(document_of(certificate)) == certificate


@settings(max_examples=40)
@given(certificates())
def test_a_document_survives_the_way_through_json_and_a_certificate(certificate: Certificate) -> None:
    """Every character of a document comes back, trailing zeros included, so its fingerprint stays."""
    document = json.loads(json.dumps(document_of(certificate)))
    assert document_of(parse_document(document)) == document


@pytest.mark.parametrize("path", sorted(VECTORS.glob("*.json")), ids=lambda path: path.stem)
def test_the_certificate_vectors_survive_the_round_trip(path: Any) -> None:
    """Real documents come back exactly as they were."""
    document = json.loads(path.read_text("utf-8"))["document"]
    assert document_of(parse_document(document)) == document


def test_trailing_zeros_of_an_amount_are_kept() -> None:
    """1200.50 and 1200.5 are equal amounts and different documents; neither turns into the other."""
    document = altered(a_document(), "/items/1/quantity/value", "1200.50")
    certificate = parse_document(document)
    assert certificate.items[0].quantity.value == Decimal("1200.5")
    assert document_of(certificate)["items"]["1"]["quantity"]["value"] == "1200.50"


def test_lines_are_ordered_by_number_whatever_the_order_of_keys() -> None:
    """Line 10 comes after line 9, not after line 1."""
    line = a_document()["items"]["1"]
    keys = ["10", "3", "1", "2", "9", "8", "4", "7", "6", "5"]
    lines = {key: line | {"description": f"line {key}"} for key in keys}
    certificate = parse_document(a_document(items=lines))
    assert [item.number for item in certificate.items] == list(range(1, 11))
    assert certificate.items[9].description == "line 10"


def test_a_document_has_no_arrays_and_no_nulls() -> None:
    """Envelopes hide single fields and lines, which works on objects only."""
    certificate = dataclasses.replace(a_certificate(), exhibition=None)
    document = document_of(certificate)

    def leaves(value: object) -> list[object]:
        return (
            [leaf for part in value.values() for leaf in leaves(part)] if isinstance(value, dict) else [value]
        )

    assert all(isinstance(leaf, str | bool) for leaf in leaves(document))
    assert "exhibition" not in document


@pytest.mark.parametrize(
    "value",
    ["1e5", "1E5", "01", "+1", "-1", "1,200", "1.", ".5", "1.1234567", "1" * 16, "\u0661", "1\n", "NaN", ""],
)
def test_a_number_is_a_plain_decimal_string(value: str) -> None:
    """One amount has few spellings, and none that another parser reads differently."""
    assert problems_with(altered(a_document(), "/items/1/quantity/value", value)) == (
        Problem(
            "/items/1/quantity/value",
            "number.format",
            "write a plain decimal: no exponent, sign, group separators or leading zeros, such as 1200.50",
        ),
    )


@pytest.mark.parametrize("value", [1200.5, 1200, True, None, ["1200"], {"value": "1"}])
def test_a_number_is_never_a_json_number(value: object) -> None:
    """Floats do not survive every parser; strings do."""
    assert problems_with(altered(a_document(), "/items/1/quantity/value", value))[0].rule == "type.string"


@pytest.mark.parametrize(
    "value",
    ["2026-02-30", "2026-2-3", "20261102", "2026-W45-1", "1999-12-31", "9999-12-31", "2026-11-02T00:00:00Z"],
)
def test_a_date_is_a_calendar_day_in_one_spelling(value: str) -> None:
    """ISO 8601 has many spellings; the document has one."""
    problem = Problem("/issuedOn", "date.format", "write a date as YYYY-MM-DD, of this millennium")
    assert problems_with(a_document(issuedOn=value)) == (problem,)


@pytest.mark.parametrize("key", ["0", "01", "x", "1.0", "", "100"])
def test_goods_lines_are_keyed_by_plain_numbers(key: str) -> None:
    """Two keys for one line would make it ambiguous which line customs decided on."""
    document = a_document()
    document["items"] = {key: document["items"]["1"]}
    assert {problem.rule for problem in problems_with(document)} == {"numbers.key"}


@pytest.mark.parametrize("place", ["/originals", "/items/1/invoices", "/items/1/originals"])
def test_numbered_parts_have_no_gaps(place: str) -> None:
    """Invoices and originals are numbered like goods lines."""
    document = altered(a_vector_with_originals(), f"{place}/3", entry_at(place))
    assert Problem(place, "numbers.gap", "number these 1, 2, 3 … without gaps") in problems_with(document)


def a_vector_with_originals() -> dict[str, Any]:
    """Return a back-to-back document."""
    path = VECTORS / "sg-my-pepper-back-to-back.json"
    document: dict[str, Any] = json.loads(path.read_text("utf-8"))["document"]
    return document


def entry_at(place: str) -> object:
    """Return the first entry of a numbered part of that document."""
    inner: Any = a_vector_with_originals()
    for step in place.lstrip("/").split("/"):
        inner = inner[step]
    return copy.deepcopy(inner["1"])


def test_an_unknown_field_is_refused_by_name() -> None:
    """A field we do not check must not look certified."""
    assert [(p.pointer, p.rule) for p in problems_with(a_document(incoterms="FOB"))] == [
        ("/incoterms", "field.unknown")
    ]


def test_a_hostile_field_name_is_not_repeated() -> None:
    """Only short plain names are echoed; anything else points to the object that holds it."""
    hostile = "\u202e\n<script>" + "x" * 500
    assert [(p.pointer, p.rule) for p in problems_with(a_document(**{hostile: "1"}))] == [
        ("", "field.unknown")
    ]


def test_a_missing_field_is_named() -> None:
    """The pointer is where the field should have been."""
    document = altered(a_document(), "/endorsements/accumulation", ABSENT)
    assert [(p.pointer, p.rule) for p in problems_with(document)] == [
        ("/endorsements/accumulation", "field.missing")
    ]


def test_an_optional_field_is_left_out_rather_than_null() -> None:
    """Null and absent would be two documents for one certificate."""
    assert problems_with(altered(a_document(), "/items/1/trademark", None))[0].rule == "type.string"


def test_python_names_are_no_names_of_the_format() -> None:
    """One field has one name."""
    document = a_document(issuedOn=ABSENT, issued_on="2026-11-02")
    assert {problem.rule for problem in problems_with(document)} == {"field.missing", "field.unknown"}


@pytest.mark.parametrize("scheme", ["FORM-X", "atiga-d", "", 1, None])
def test_an_unknown_scheme_is_refused(scheme: object) -> None:
    """The ledger has rules for the schemes it knows."""
    assert problems_with(a_document(scheme=scheme))[0].pointer == "/scheme"


def test_a_refusal_never_carries_the_input() -> None:
    """Neither the problems, nor the message, nor the chain of causes shows what was sent."""
    secret = "Top-Secret-Price"
    document = altered(a_document(), "/items/1/quantity/value", secret)
    document = altered(document, "/exporter/name", [secret])
    with pytest.raises(CertificateMalformed) as refused:
        parse_document(document)
    assert secret not in str(refused.value) + repr(refused.value) + repr(refused.value.__cause__)
    assert refused.value.__suppress_context__


def test_shape_and_content_problems_have_the_same_form() -> None:
    """A reader of problems need not know which layer found them."""
    content = problems_with(altered(a_document(), "/consignee/country", "XX"))
    assert content == (Problem("/consignee/country", "code.country", "use an ISO 3166 alpha-2 country code"),)


def test_the_model_serves_as_request_schema() -> None:
    """The API takes the model as its body and turns it into a certificate by the same checks."""
    model = CertificateDocument.model_validate(EXAMPLE)
    assert certificate_of(model) == parse_document(EXAMPLE)
    with pytest.raises(ValidationError) as invalid:
        CertificateDocument.model_validate(a_document(reference=7))
    assert problems_in(invalid.value) == (Problem("/reference", "type.string", "use a string"),)


def test_every_field_of_the_schema_is_described() -> None:
    """Whoever reads the OpenAPI page sees the box of each field."""
    schema = CertificateDocument.model_json_schema()
    for definition in (schema, *schema["$defs"].values()):
        for name, field in definition["properties"].items():
            assert field.get("description"), name
            assert field.get("default", ...) is not None, name


def test_the_example_of_the_schema_is_free_of_findings() -> None:
    """What people copy must be right."""
    certificate = parse_document(EXAMPLE)
    assert CertificateDocument.model_json_schema()["examples"] == [EXAMPLE]
    assert certificate.scheme is Scheme.ATIGA_FORM_D
    assert check(certificate, on=date(2026, 11, 22)) == ()
