"""The quick look at all fields misses nothing that a look at each would find."""

import dataclasses
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ledger.certificate import (
    Certificate,
    Exhibition,
    Invoice,
    Invoicer,
    ItemOriginal,
    Measure,
    Money,
    Original,
    Replaced,
)
from ledger.errors import Problem
from ledger.field_checks import CHECKS, sound
from ledger.terms import Scheme
from ledger.wellformed import problems_of
from tests.builders import a_certificate, a_trader, an_item, an_origin_declaration

DAY = date(2026, 6, 1)
BAD: dict[type, Any] = {str: "\u202e", int: -1, Decimal: Decimal(-1), bytes: b"short"}
"""Per type a value that every check refuses."""


def a_full_certificate() -> Certificate:
    """Return a certificate with every part that may be there, and two of those that may be several."""
    drawn = [
        ItemOriginal(certificate=bytes([at]) * 32, reference="A 1", issued_on=DAY, item=at) for at in (1, 2)
    ]
    item = an_item(
        1,
        gross_weight=Measure(value=Decimal(2), unit="TNE"),
        fob=Money(amount=Decimal(3), currency="USD"),
        manufacturer="Maker",
        trademark="Mark",
        invoices=tuple(Invoice(number=number, date=DAY) for number in ("1", "2")),
        originals=tuple(drawn),
    )
    return a_certificate(
        exporter=a_trader(operator="AEO 1"),
        items=(item, dataclasses.replace(item, number=2)),
        third_country_invoicer=Invoicer(name="Trading", country="JP"),
        exhibition=Exhibition(name="Expo", address="Hanoi"),
        replaces=Replaced(reference="A 0", issued_on=DAY),
        originals=tuple(
            Original(certificate=bytes([at]) * 32, reference="A 1", issued_on=DAY, exporting_member="VN")
            for at in (1, 2)
        ),
    )


def a_full_declaration() -> Certificate:
    """Return a declaration with every part that Form D has not."""
    original = Original(
        certificate=bytes(32), reference="A 1", issued_on=DAY, exporting_member="VN", exporter_code="0001/CE"
    )
    return an_origin_declaration(
        scheme=Scheme.RCEP_DECLARATION,
        producer=a_trader(),
        consignee=a_trader(),
        remarks="Shipped in two parts",
        originals=(original,),
        items=(an_item(tariff_differential="2.6.6(a)"),),
    )


def spoilt(part: Any) -> Iterator[tuple[str, Any]]:
    """Yield the path of each attribute that has a check, and a copy of the part in which it is bad."""
    if isinstance(part, tuple):
        for at, inner in enumerate(part):
            yield from ((f"{at}.{path}", (*part[:at], bad, *part[at + 1 :])) for path, bad in spoilt(inner))
    elif dataclasses.is_dataclass(part) and not isinstance(part, type):
        checked = {attribute for attribute, _, _ in CHECKS.get(type(part), ())}
        for field in dataclasses.fields(part):
            value = getattr(part, field.name)
            if field.name in checked and value is not None:
                yield field.name, dataclasses.replace(part, **{field.name: BAD[type(value)]})
            for path, bad in spoilt(value):
                yield f"{field.name}.{path}", dataclasses.replace(part, **{field.name: bad})


FULL = a_full_certificate()
DECLARED = a_full_declaration()
SPOILT = dict(spoilt(FULL)) | {f"declared.{path}": bad for path, bad in spoilt(DECLARED)}
FOLLOWING = {"originals.repeated", "office.exporter", "reference.document"}
"""Rules on how fields agree with each other, which a field that is spoilt can break besides its own."""


@pytest.mark.parametrize("full", [FULL, DECLARED])
def test_a_full_certificate_is_sound(full: Certificate) -> None:
    """Nothing is wrong with it before it is spoilt."""
    assert sound(full)
    assert problems_of(full) == ()


@pytest.mark.parametrize("path", SPOILT)
def test_a_fault_in_any_field_is_found(path: str) -> None:
    """In every place where a part can be."""
    found: tuple[Problem, ...] = problems_of(SPOILT[path])
    assert not sound(SPOILT[path])
    assert len([problem for problem in found if problem.rule not in FOLLOWING]) == 1


def test_every_check_of_every_part_is_tried() -> None:
    """The certificate and the declaration above have all that may be there."""
    tried = {path.rsplit(".", 1)[-1] for path in SPOILT}
    assert tried == {attribute for rows in CHECKS.values() for attribute, _, _ in rows}
