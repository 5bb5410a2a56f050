"""Operator records: one hash stands for all of one, and what is no record is refused by field."""

import json
from typing import Any

import pytest

from ledger.aeo.records import (
    MOST_BYTES,
    MOST_EVIDENCE,
    OperatorRecord,
    checked,
    record_bytes,
    record_hash,
    record_in,
    record_of,
)
from ledger.aeo.refused import OperatorMalformed
from ledger.errors import InputMalformed
from ledger.field_checks import ADDRESS, NAME
from ledger.hashing import keccak
from ledger.operators import OperatorRole
from tests.offices import CODE

EVIDENCE = (b"\1" * 32, b"\2" * 32)


def a_record(**overrides: Any) -> OperatorRecord:
    """Return the record of the usual operator."""
    fields: dict[str, Any] = {
        "operator": CODE,
        "name": "Cà phê Tây Nguyên JSC",
        "address": "12 Nguyễn Huệ\nHà Nội",
        "country": "VN",
        "national_id": "0100109106",
        "programme": "PE",
        "level": 1,
        "roles": OperatorRole.EXP | OperatorRole.MFR,
        "evidence": EVIDENCE,
        "salt": b"\3" * 32,
    }
    return OperatorRecord(**fields | overrides)


def test_a_record_comes_back_from_its_bytes_in_any_layout() -> None:
    """What is written is read, and the order and spacing of the JSON do not matter."""
    record = a_record()
    assert record_in(record_bytes(record)) == record
    turned = dict(reversed(record.document().items()))
    assert record_in(json.dumps(turned, indent=2).encode()) == record


def test_the_hash_is_that_of_the_canonical_json() -> None:
    """Anybody can compute it with keccak-256 and an RFC 8785 writer."""
    rfc8785 = pytest.importorskip("rfc8785")
    record = a_record()
    assert record_bytes(record) == rfc8785.dumps(record.document())
    assert record_hash(record) == keccak(rfc8785.dumps(record.document()))


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "Another"},
        {"address": "Elsewhere"},
        {"level": 2},
        {"roles": OperatorRole.EXP},
        {"evidence": ()},
        {"salt": b"\4" * 32},
        {"national_id": "1"},
    ],
)
def test_every_field_changes_the_hash(changed: dict[str, Any]) -> None:
    """A record of which one letter was altered is another one."""
    assert record_hash(a_record(**changed)) != record_hash(a_record())


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("schema", "asal-operator-record-2", "record.schema"),
        ("operator", "vn0100109106", "code.operator"),
        ("operator", "VN" + "1" * 16, "code.operator"),
        ("name", "", "text.padded"),
        ("name", "A\u202eB", "text.bidi"),
        ("name", "A" * 257, "text.too-long"),
        ("name", 5, "type.string"),
        ("country", "XX", "code.country"),
        ("nationalId", "no\nlines", "text.not-printable"),
        ("level", 0, "number.out-of-range"),
        ("level", 10, "number.out-of-range"),
        ("level", True, "number.out-of-range"),
        ("roles", [], "code.roles"),
        ("roles", ["MFR", "EXP"], "code.roles"),
        ("roles", ["EXP", "EXP"], "code.roles"),
        ("roles", ["CEO"], "code.roles"),
        ("roles", [{}], "code.roles"),
        ("roles", "EXP", "code.roles"),
        ("evidence", ["0x12"], "code.hash"),
        ("evidence", ["0x" + "02" * 32, "0x" + "01" * 32], "code.hash"),
        ("evidence", ["0x" + "02" * 32] * 2, "code.hash"),
        ("evidence", None, "type.list"),
        ("salt", "0x" + "AA" * 32, "code.hash"),
    ],
)
def test_a_field_that_is_wrong_is_named_with_its_rule(field: str, value: object, rule: str) -> None:
    """And never repeated."""
    with pytest.raises(OperatorMalformed) as refused:
        record_of(a_record().document() | {field: value})
    assert [(one.pointer, one.rule) for one in refused.value.problems] == [(f"/{field}", rule)]


def test_all_that_is_wrong_is_told_at_once() -> None:
    """Missing fields and unknown ones too, without the name of a field that the sender made up."""
    document = a_record().document() | {"Geheim": 1}
    del document["salt"], document["level"]
    with pytest.raises(OperatorMalformed) as refused:
        record_of(document)
    assert {one.pointer for one in refused.value.problems} == {"", "/salt", "/level"}
    assert "Geheim" not in str(refused.value)


@pytest.mark.parametrize("text", [b"", b"[]", b'"x"', b"null", b'{"name": "a", "name": "b"}', b"\xff"])
def test_what_is_no_object_of_strict_json_is_no_record(text: bytes) -> None:
    """A key that stands twice is refused like everywhere."""
    with pytest.raises((OperatorMalformed, InputMalformed)):
        record_in(text)


def test_a_record_made_here_is_checked_like_one_that_was_read() -> None:
    """The same rules hold on both ways."""
    assert checked(a_record()) == a_record()
    with pytest.raises(OperatorMalformed) as refused:
        checked(a_record(roles=OperatorRole(0), level=0))
    assert {one.pointer for one in refused.value.problems} == {"/roles", "/level"}


def test_a_file_that_is_too_long_for_a_record_is_not_read() -> None:
    """It comes from others; the longest record that there can be is a third of the bound."""
    evidence = tuple(number.to_bytes(32) for number in range(1, MOST_EVIDENCE + 1))
    longest = a_record(evidence=evidence, name="ễ" * NAME, address="ễ" * ADDRESS)
    assert record_in(record_bytes(longest)) == longest
    assert len(record_bytes(longest)) < MOST_BYTES / 3
    with pytest.raises(InputMalformed, match=str(MOST_BYTES)):
        record_in(record_bytes(longest) + b" " * MOST_BYTES)
