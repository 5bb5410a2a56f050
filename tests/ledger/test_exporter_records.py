"""Records of certified exporters: what they must hold, what they list, and how they prove themselves."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import orjson
import pytest

from ledger.errors import InputMalformed
from ledger.exporter_records import (
    MOST_BYTES,
    MOST_SIGNATORIES,
    ExporterScheme,
    Product,
    Signatory,
    record_bytes,
    record_hash,
    record_in,
    record_of,
)
from ledger.exporter_refused import ExporterMalformed
from ledger.hashing import keccak
from tests.builders import ABSENT, altered
from tests.exporting import a_record


def refused(pointer: str, value: Any) -> list[str]:
    """Return the places that are refused when one field of a good record is another value."""
    with pytest.raises(ExporterMalformed) as malformed:
        record_of(altered(a_record().document(), pointer, value))
    return [problem.pointer for problem in malformed.value.problems]


def test_a_record_proves_itself_by_the_hash_of_its_canonical_json() -> None:
    """Whatever the layout of the file it came in."""
    record = a_record(signatories=(Signatory(name="Mai", specimen=b"\5" * 32),), expires_on=None)
    text = orjson.dumps(record.document(), option=orjson.OPT_INDENT_2)
    assert record_in(text) == record
    assert record_hash(record_in(text)) == keccak(record_bytes(record))
    assert record_hash(replace(record, salt=b"\4" * 32)) != record_hash(record)


@pytest.mark.parametrize(
    ("pointer", "value", "where"),
    [
        ("/schema", "asal-exporter-record-2", "/schema"),
        ("/code", "0001 vn", "/code"),
        ("/code", "1" * 33, "/code"),
        ("/member", "XX1", "/member"),
        ("/scheme", "PILOT", "/scheme"),
        ("/name", "", "/name"),
        ("/issuedOn", "2026-2-1", "/issuedOn"),
        ("/expiresOn", ABSENT, "/expiresOn"),
        ("/expiresOn", "2026-09-30", "/expiresOn"),
        ("/products", [], "/products"),
        ("/signatories", [], "/signatories"),
        ("/trader", "no", "/trader"),
        ("/salt", "0x12", "/salt"),
        ("/more", "1", ""),
    ],
)
def test_a_record_without_what_rule_2_4_asks_for_is_refused_at_its_place(
    pointer: str, value: Any, where: str
) -> None:
    """Each problem names the field."""
    assert refused(pointer, value) == [where]


@pytest.mark.parametrize(
    ("product", "where"),
    [
        ({"hsCode": "0901"}, "hsCode"),
        ({"hsCode": "09011130"}, "hsEdition"),
        ({"hsEdition": "HS1900"}, "hsEdition"),
        ({"description": ""}, "description"),
        ({"description": ABSENT}, ""),
    ],
)
def test_a_product_has_a_description_and_a_code_of_its_edition(product: dict[str, Any], where: str) -> None:
    """By subheading or AHTN for a certified exporter (Rule 2.4)."""
    good = {"description": "Coffee", "hsCode": "090111", "hsEdition": "HS2022"} | product
    rows = [{name: value for name, value in good.items() if value is not ABSENT}]
    assert refused("/products", rows)[0].strip("/") == f"products/0/{where}".strip("/")


def test_an_approved_exporter_may_be_listed_with_chapters() -> None:
    """RCEP Art. 3.21.5 asks for no more."""
    chapter = [{"description": "Coffee, tea, spices", "hsCode": "09", "hsEdition": "HS2022"}]
    document = altered(a_record().document(), "/products", chapter)
    assert record_of(document | {"scheme": "RCEP"}).products[0].hs_code == "09"


def test_ten_people_may_sign_and_each_is_named_once() -> None:
    """Rule 2.4 allows no eleventh."""
    people = [{"name": f"Person {number}", "specimen": None} for number in range(MOST_SIGNATORIES)]
    assert len(record_of(altered(a_record().document(), "/signatories", people)).signatories) == 10
    assert refused("/signatories", [*people, {"name": "Eleventh", "specimen": None}]) == ["/signatories"]
    assert refused("/signatories", [people[0], {"name": "PERSON  0", "specimen": None}]) == ["/signatories"]
    assert refused("/signatories", [{"name": "Mai", "specimen": "0x"}]) == ["/signatories/0/specimen"]


def test_what_is_no_object_or_too_long_is_no_record() -> None:
    """Said as such."""
    with pytest.raises(ExporterMalformed):
        record_in(b"[]")
    with pytest.raises(InputMalformed):
        record_in(b" " * (MOST_BYTES + 1))


def test_goods_are_listed_by_code_as_far_as_both_go_and_within_an_edition() -> None:
    """A subheading lists its AHTN lines; a code of another edition may mean other goods."""
    record = a_record()
    assert record.lists_product("09011130", "AHTN2022")
    assert record.lists_product("090111", "HS2022")
    assert not record.lists_product("090121", "HS2022")
    assert not record.lists_product("090111", "HS2017")
    line = a_record(products=(Product(description="x", hs_code="09011130", hs_edition="AHTN2022"),))
    assert line.lists_product("090111", "HS2022")
    assert not line.lists_product("09011190", "AHTN2022")
    chapter = (Product(description="x", hs_code="09", hs_edition="HS2022"),)
    assert a_record(scheme=ExporterScheme.RCEP, products=chapter).lists_product("090240", "HS2022")


def test_a_signatory_is_known_whatever_the_case_and_spacing_of_the_name() -> None:
    """Spelling otherwise counts."""
    record = a_record()
    assert record.lists_signatory("NGUYỄN THỊ  LAN ANH")
    assert not record.lists_signatory("Nguyen Thi Lan Anh")


def test_an_authorisation_holds_from_the_first_to_the_last_second_of_its_days() -> None:
    """In UTC; one without an end is unlimited."""
    record = a_record(issued_on=date(2026, 10, 1), expires_on=date(2028, 9, 30))
    assert record.begins == datetime(2026, 10, 1, tzinfo=UTC)
    assert record.until == datetime(2028, 9, 30, 23, 59, 59, tzinfo=UTC)
    assert a_record(expires_on=None).until is None
