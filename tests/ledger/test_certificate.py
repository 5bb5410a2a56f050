import dataclasses
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ledger.certificate import Certificate, Invoice, Money, Original, Packages
from ledger.wellformed import problems_of
from tests.builders import a_certificate, a_measure, a_trader, an_item


def rules_of(certificate: Certificate) -> list[tuple[str, str]]:
    """Return place and rule of each problem."""
    return [(problem.pointer, problem.rule) for problem in problems_of(certificate)]


def with_item(**overrides: Any) -> Certificate:
    """Return the default certificate with one goods line, changed as told."""
    return a_certificate(items=(an_item(**overrides),))


def originals(count: int) -> tuple[Original, ...]:
    """Return so many different originals."""
    return tuple(
        Original(
            certificate=number.to_bytes(32, "big"),
            reference=f"VN-SG {number}",
            issued_on=date(2026, 6, 1),
            exporting_member="VN",
        )
        for number in range(1, count + 1)
    )


def test_the_default_certificate_is_well_formed() -> None:
    """The builders start from something nothing is wrong with."""
    assert problems_of(a_certificate()) == ()


def test_a_certificate_holds_up_to_64_goods_lines() -> None:
    """The contract keeps one bit per goods line in a 64-bit word."""
    lines = tuple(an_item(number) for number in range(1, 66))
    assert problems_of(a_certificate(items=lines[:64])) == ()
    assert rules_of(a_certificate(items=lines)) == [("/items", "count.out-of-range")]


def test_a_certificate_has_at_least_one_goods_line() -> None:
    """A certificate of nothing certifies nothing."""
    assert rules_of(a_certificate(items=())) == [("/items", "count.out-of-range")]


@pytest.mark.parametrize("numbers", [(2,), (1, 3), (2, 1), (1, 1)])
def test_goods_lines_are_numbered_from_one_without_gaps(numbers: tuple[int, ...]) -> None:
    """The line number is the bit in which customs record their decision."""
    lines = tuple(an_item(number) for number in numbers)
    assert ("/items", "numbers.gap") in rules_of(a_certificate(items=lines))


def test_a_certificate_rests_on_at_most_32_originals() -> None:
    """That is the contract's limit on parents."""
    assert problems_of(a_certificate(originals=originals(32))) == ()
    assert rules_of(a_certificate(originals=originals(33))) == [("/originals", "count.out-of-range")]


def test_an_original_is_named_once() -> None:
    """A repeated parent would make the contract refuse the terms."""
    assert rules_of(a_certificate(originals=originals(1) * 2)) == [("/originals", "originals.repeated")]


def test_parents_are_the_ids_of_the_originals_in_ascending_order() -> None:
    """The contract wants them sorted, whatever the order in box 7."""
    certificate = a_certificate(originals=originals(3)[::-1])
    assert certificate.parents == tuple(number.to_bytes(32, "big") for number in (1, 2, 3))


@pytest.mark.parametrize("value", ["0", "-1", "NaN", "Infinity", "0.0000001", "1e15"])
def test_a_quantity_is_positive_and_within_fifteen_and_six_digits(value: str) -> None:
    """Beyond that, systems that carry certificates start to round."""
    assert rules_of(with_item(quantity=a_measure(value)))[0][0] == "/items/1/quantity/value"


@pytest.mark.parametrize("value", ["0.000001", "999999999999999.999999"])
def test_the_smallest_and_the_largest_quantity_are_accepted(value: str) -> None:
    """The bounds belong to the range."""
    assert problems_of(with_item(quantity=a_measure(value))) == ()


@pytest.mark.parametrize(
    ("overrides", "place", "rule"),
    [
        ({"packages": Packages(count=-1, kind="BG")}, "packages/count", "number.out-of-range"),
        ({"packages": Packages(count=1, kind="bag")}, "packages/kind", "code.package"),
        ({"quantity": a_measure("1", "kg")}, "quantity/unit", "code.unit"),
        ({"fob": Money(amount=Decimal(1), currency="usd")}, "fob/currency", "code.currency"),
        ({"hs_code": "0901.11.30"}, "hsCode", "code.hs"),
        ({"hs_code": "090111"}, "hsCode", "code.hs-digits"),
        ({"hs_edition": "AHTN2012"}, "hsEdition", "code.hs-edition"),
        ({"origin_country": "UK"}, "originCountry", "code.country"),
        ({"description": "x" * 2001}, "description", "text.too-long"),
        ({"invoices": ()}, "invoices", "count.out-of-range"),
        ({"invoices": (Invoice(number=" ", date=date(2026, 11, 1)),)}, "invoices/1/number", "text.padded"),
    ],
)
def test_each_field_of_a_goods_line_has_its_shape(
    overrides: dict[str, object], place: str, rule: str
) -> None:
    """The pointer leads to the field, the code names what is wrong with it."""
    assert rules_of(with_item(**overrides)) == [(f"/items/1/{place}", rule)]


def test_six_digits_are_right_for_an_edition_of_the_harmonized_system() -> None:
    """The edition decides how many digits a code has."""
    assert problems_of(with_item(hs_code="090111", hs_edition="HS2022")) == ()


@pytest.mark.parametrize("port", ["VN SGN", "vnsgn", "VNSG1", "VNSGN2", "VNSGN\n"])
def test_a_port_is_written_as_a_un_locode(port: str) -> None:
    """The digits 0 and 1 do not occur in UN/LOCODEs, because they read like letters."""
    transport = dataclasses.replace(a_certificate().transport, port_of_loading=port)
    assert rules_of(a_certificate(transport=transport)) == [("/transport/portOfLoading", "code.locode")]


def test_every_problem_is_reported_at_once() -> None:
    """Who corrects a document should not learn of its faults one by one."""
    certificate = a_certificate(reference="", exporter=a_trader(country="XX", name="\u200b"))
    assert {problem.pointer for problem in problems_of(certificate)} == {
        "/reference",
        "/exporter/country",
        "/exporter/name",
    }


def test_no_problem_repeats_what_was_written() -> None:
    """Certificates hold business secrets, and problems end up in logs."""
    secret = "Geheim\u202e"
    certificate = a_certificate(exporter=a_trader(name=secret, address=secret, country=secret))
    assert all("Geheim" not in f"{problem}" for problem in problems_of(certificate))
