import json
from decimal import Decimal

import pytest

from ledger.codes import hs, lists
from ledger.codes.countries import COUNTRIES, CURRENCIES
from ledger.rules import atiga
from ledger.texts import LOCODE_PATTERN, PACKAGE_PATTERN, UNIT_PATTERN, shaped
from tests.builders import VECTORS


def test_the_countries_are_the_249_of_iso_3166() -> None:
    """Reserved and user-assigned codes such as UK and XK are none."""
    assert len(COUNTRIES) == 249
    assert COUNTRIES >= atiga.PARTIES | atiga.ACCEDING
    assert COUNTRIES.isdisjoint({"UK", "XK", "EU", "ZZ", "XX"})


def test_the_currencies_of_the_region_are_known() -> None:
    """Every member's own currency, and those prices are quoted in."""
    assert frozenset("BND IDR KHR LAK MMK MYR PHP SGD THB USD VND EUR JPY CNY".split()) <= CURRENCIES


@pytest.mark.parametrize(("year", "count"), [(2017, 1222), (2022, 1228)])
def test_the_headings_of_both_editions_are_complete(year: int, count: int) -> None:
    """The World Customs Organization counts 1222 headings in HS 2017 and 1228 in HS 2022."""
    assert len(hs.headings(year)) == count


def test_the_chapters_are_01_to_97_without_77() -> None:
    """Chapter 77 is reserved for future use."""
    chapters = {heading[:2] for heading in hs.headings(2022)}
    assert chapters == {f"{number:02}" for number in range(1, 98)} - {"77"}


@pytest.mark.parametrize(
    ("code", "edition", "known"),
    [
        ("85249100", "AHTN2022", True),
        ("85249100", "AHTN2017", False),
        ("88030000", "AHTN2017", True),
        ("880300", "HS2022", False),
        ("240412", "HS2022", True),
        ("854911", "HS2017", False),
        ("778899", "HS2022", False),
        ("000000", "HS2017", False),
    ],
)
def test_a_heading_is_known_in_the_edition_that_has_it(code: str, edition: str, *, known: bool) -> None:
    """Flat panel modules came in 2022, parts of aircraft moved away."""
    assert hs.is_known(code, edition) is known


def test_the_editions_change_on_the_first_of_april_2023() -> None:
    """On each day of issue one year's edition is in use, in both lengths."""
    for day in (hs.EDITIONS["HS2022"].since, hs.EDITIONS["HS2017"].until):
        in_use = {edition.year for edition in hs.EDITIONS.values() if edition.since <= day <= edition.until}
        assert len(in_use) == 1


@pytest.mark.parametrize(
    ("codes", "pattern"),
    [(lists.units, UNIT_PATTERN), (lists.packages, PACKAGE_PATTERN), (lists.places, LOCODE_PATTERN)],
)
def test_every_listed_code_has_the_shape_of_its_list(codes: object, pattern: str) -> None:
    """A code that well-formedness refuses could never be used."""
    assert callable(codes)
    check = shaped(pattern, "code", "")
    assert [code for code in codes() if check(code)] == []


def test_every_place_lies_in_a_country_of_iso_3166() -> None:
    """The first two letters of a UN/LOCODE are the country."""
    assert {place[:2] for place in lists.places()} <= COUNTRIES


def test_every_member_has_a_place() -> None:
    """A certificate of any member can name a port or airport without a warning."""
    assert {place[:2] for place in lists.places()} >= atiga.PARTIES | atiga.ACCEDING


def test_weights_convert_exactly() -> None:
    """A decimal factor per unit, no floats."""
    mass = lists.mass_units()
    assert Decimal("1.5") * mass["TNE"] == Decimal(1500)
    assert mass["LBR"] == Decimal("0.45359237")
    assert "LTR" not in mass


def test_bulk_kinds_are_listed_kinds_of_package() -> None:
    """The exception for bulk names codes that exist."""
    assert lists.packages().keys() >= lists.BULK


@pytest.mark.parametrize("name", ["units.json", "packages.json", "places.json", "headings.json"])
def test_each_list_states_source_and_edition(name: str) -> None:
    """Whoever updates a list can see what it was taken from."""
    content = lists.load(name)
    assert content["source"]
    assert content["edition"]
    assert content["licence"]


def test_the_vectors_use_known_codes_only() -> None:
    """The samples are realistic down to the codes, the one with an old edition included."""
    for path in VECTORS.glob("*.json"):
        for item in json.loads(path.read_text("utf-8"))["document"]["items"].values():
            assert hs.is_known(item["hsCode"], item["hsEdition"]), path.name
            assert item["quantity"]["unit"] in lists.units(), path.name
            kind = item.get("packages", {"kind": "CT"})["kind"]  # a declaration may tell none
            assert kind in lists.packages(), path.name
