"""Terms, ids and reference keys are the same 32 bytes here, in the contract and in the vectors."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from eth_abi.abi import encode
from hypothesis import given
from hypothesis import strategies as st

from ledger.hashing import keccak, pair
from ledger.terms import (
    REFERENCE_ABI,
    TERMS_ABI,
    Scheme,
    Terms,
    abi_of,
    certificate_id,
    encoded_terms,
    first_instant,
    last_instant,
    normalised,
    reference_key,
    terms_hash,
)

VECTORS = json.loads((Path(__file__).parents[1] / "vectors/terms/terms.json").read_text("utf-8"))
FORM_D = Scheme.ATIGA_FORM_D


def the_terms(vector: dict[str, Any]) -> Terms:
    """Return the terms a vector describes."""
    struct = vector["struct"]
    return Terms(
        document_hash=from_hex(struct["documentHash"]),
        reference_key=from_hex(struct["referenceKey"]),
        exporting=from_hex(struct["exporting"]).decode(),
        importing=from_hex(struct["importing"]).decode(),
        issued_on=date.fromisoformat(vector["issuedOn"]),
        valid_until=date.fromisoformat(vector["validUntil"]),
        scheme=Scheme(struct["scheme"]),
        parents=tuple(map(from_hex, struct["parents"])),
    )


def from_hex(text: str) -> bytes:
    """Return the bytes behind 0x."""
    return bytes.fromhex(text[2:])


def some_terms() -> Terms:
    """Return terms like any other."""
    return the_terms(VECTORS["terms"][0])


@pytest.mark.parametrize("vector", VECTORS["terms"], ids=lambda vector: vector["description"])
def test_terms_are_encoded_hashed_and_named_as_the_vectors_say(vector: dict[str, Any]) -> None:
    """The forge test `Vectors.t.sol` reads the same file with the contract's own code."""
    terms = the_terms(vector)
    assert encode([TERMS_ABI], [abi_of(terms)]) == from_hex(vector["abi"])
    assert terms_hash(terms) == keccak(from_hex(vector["abi"])) == from_hex(vector["termsHash"])
    assert certificate_id(terms) == from_hex(vector["id"])
    assert abi_of(terms)[4:6] == (vector["struct"]["issuedOn"], vector["struct"]["validUntil"])


@pytest.mark.parametrize("vector", VECTORS["references"], ids=lambda vector: vector["description"])
def test_references_have_the_keys_of_the_vectors(vector: dict[str, Any]) -> None:
    """The normalised forms are given too, for the contract cannot normalise."""
    key = reference_key(FORM_D, "VN", vector["office"], vector["reference"])
    assert key == from_hex(vector["referenceKey"])
    assert normalised(vector["office"]) == vector["normalisedOffice"]
    assert normalised(vector["reference"]) == vector["normalisedReference"]


def test_there_are_at_least_twenty_vectors_of_terms_and_their_ids_differ() -> None:
    """No two of them name the same certificate."""
    assert len(VECTORS["terms"]) >= 20
    assert len({vector["id"] for vector in VECTORS["terms"]}) == len(VECTORS["terms"])


@pytest.mark.parametrize(
    "changes",
    [
        {"document_hash": b"\1" * 32},
        {"reference_key": b"\1" * 32},
        {"exporting": "MY"},
        {"importing": "SG"},
        {"issued_on": date(2026, 11, 3)},
        {"valid_until": date(2027, 10, 31)},
        {"parents": (b"\1" * 32,)},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_every_term_changes_the_id(changes: dict[str, Any]) -> None:
    """Nothing the chain checks can be exchanged under the same id."""
    assert certificate_id(replace(some_terms(), **changes)) != certificate_id(some_terms())


def test_the_hash_of_the_terms_is_a_proof_from_the_document_to_the_id() -> None:
    """Which is why a wrapped document verifies in the tools of others."""
    terms = some_terms()
    assert certificate_id(terms) == pair(terms.document_hash, terms_hash(terms))


@pytest.mark.parametrize(
    "written",
    [
        "VN-TH 26/02/00006",
        "vn-th 26/02/00006",
        "VNTH260200006",
        "VN.TH_26 02\t00006",
        "\uff36\uff2e-TH 26/02/00006",
    ],
)
def test_a_reference_is_the_same_however_it_is_written(written: str) -> None:
    """Case, spaces and separators are habits of the typist, full-width forms of the keyboard."""
    assert normalised(written) == "VNTH260200006"


@pytest.mark.parametrize(
    ("one", "other"),
    [("VNTH1", "VNTHI"), ("00006", "0006"), ("VN-TH 1", "VN-TH 1A"), ("A+B", "AB"), ("A(B)", "AB")],
)
def test_references_that_differ_in_more_than_habit_are_different(one: str, other: str) -> None:
    """Nothing that carries meaning is dropped."""
    assert normalised(one) != normalised(other)


WORDS = st.binary(min_size=32, max_size=32)
MEMBERS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=2)
DAYS = st.dates(min_value=date(1970, 1, 1))
TERMS = st.builds(
    Terms,
    document_hash=WORDS | st.binary(max_size=32),
    reference_key=WORDS,
    exporting=MEMBERS,
    importing=MEMBERS,
    issued_on=DAYS,
    valid_until=DAYS,
    scheme=st.just(FORM_D),
    parents=st.lists(WORDS, max_size=32).map(tuple),
)


@given(TERMS)
def test_any_terms_are_encoded_as_eth_abi_encodes_them(terms: Terms) -> None:
    """Though most of the encoding is kept from one certificate to the next."""
    for again in (terms, replace(terms, document_hash=b"\7" * 32)):
        assert encoded_terms(again) == encode([TERMS_ABI], [abi_of(again)])
        assert terms_hash(again) == keccak(encode([TERMS_ABI], [abi_of(again)]))


@pytest.mark.parametrize("changes", [{"document_hash": b"\1" * 33}, {"parents": (b"\1" * 33,)}])
def test_a_word_that_is_too_long_is_refused(changes: dict[str, Any]) -> None:
    """And not cut or pushed into its neighbour."""
    with pytest.raises(ValueError, match="does not fit"):
        terms_hash(replace(some_terms(), **changes))


@given(MEMBERS, st.text(max_size=80), st.text(max_size=80))
def test_any_reference_is_keyed_as_eth_abi_encodes_it(member: str, office: str, reference: str) -> None:
    """Of every length and script, the empty ones and the ones too long to be kept included."""
    values = ("asal.reference.v1", 1, member.encode(), normalised(office), normalised(reference))
    for _ in range(2):
        assert reference_key(FORM_D, member, office, reference) == keccak(encode(REFERENCE_ABI, values))


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=35))
def test_normalising_twice_is_normalising_once(text: str) -> None:
    """So a reference that was stored normalised can be asked for in any form; references are ASCII."""
    assert normalised(normalised(text)) == normalised(text)


@pytest.mark.parametrize(
    "other",
    [
        ("MY", "02", "A1"),
        ("VN", "03", "A1"),
        ("VN", "02", "A2"),
        ("VN", "0", "2A1"),
        ("VN", "02A", "1"),
        ("VN", "", "02A1"),
    ],
)
def test_a_reference_belongs_to_one_office_of_one_member(other: tuple[str, str, str]) -> None:
    """And no letter can wander from the office into the number unnoticed."""
    assert reference_key(FORM_D, *other) != reference_key(FORM_D, "VN", "02", "A1")


@given(st.dates(min_value=date(1970, 1, 1)))
def test_a_day_lasts_from_its_first_second_to_its_last(day: date) -> None:
    """In UTC, to the second, and without gap to the next day."""
    start, end = (datetime.fromtimestamp(at, UTC) for at in (first_instant(day), last_instant(day)))
    assert (start.date(), start.time().isoformat()) == (day, "00:00:00")
    assert (end.date(), end.time().isoformat()) == (day, "23:59:59")
    if day < date.max:
        assert first_instant(day + timedelta(days=1)) == last_instant(day) + 1


def test_every_day_the_calendar_knows_fits_the_chains_time() -> None:
    """48 bits reach beyond the year 9999."""
    assert last_instant(date.max) < 2**48


def test_a_scheme_is_found_by_the_name_documents_carry() -> None:
    """And by no other."""
    assert Scheme.named("ATIGA-D") is FORM_D
    assert FORM_D.code == "ATIGA-D"
    with pytest.raises(KeyError):
        Scheme.named("atiga-d")
