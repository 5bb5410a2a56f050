"""The one pass over the fields gives what the description of the format gives, step by step."""

import base64
import json
from collections.abc import Iterator
from hashlib import shake_128
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import envelope
from ledger.envelope import canonical, leaf_hash, leaves, sealed, sealed_json
from ledger.errors import Severity
from ledger.hashing import keccak
from ledger.salting import salt, salts
from ledger.terms import terms_hash
from tests.vectors.made_envelopes import CERTIFICATES, ISSUERS, Golden, batch, golden

SEED = bytes(range(32))
TEXT = st.text(st.characters(codec="utf-8"), max_size=30)
NAMES = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=8)
FIELDS = st.recursive(
    TEXT | st.booleans(),
    lambda inner: st.dictionaries(NAMES, inner, max_size=4) | st.lists(inner, max_size=3),
    max_leaves=12,
)
DATA = st.dictionaries(NAMES, FIELDS, max_size=5)
ISSUED = sorted(
    path.stem
    for path in CERTIFICATES.glob("*.json")
    if json.loads(path.read_text("utf-8"))["document"]["exportingMember"] in ISSUERS
)


def spelt_out(data: Any, salts_left: Iterator[str]) -> Any:
    """Return the data salted field by field, as the description of the format has it."""
    if isinstance(data, dict):
        return {key: spelt_out(value, salts_left) for key, value in sorted(data.items())}
    if isinstance(data, list):
        return [spelt_out(value, salts_left) for value in data]
    if isinstance(data, bool):
        return f"{next(salts_left)}:boolean:{str(data).lower()}"
    return f"{next(salts_left)}:string:{data}"


def uuids(seed: bytes, count: int) -> Iterator[str]:
    """Yield the salts as the standard library makes version 4 of 16 octets."""
    octets = shake_128(seed).digest(16 * count)
    for start in range(0, len(octets), 16):
        yield str(UUID(bytes=octets[start : start + 16], version=4))


def as_described(one: Golden) -> dict[str, Any]:
    """Return the envelope of a certificate in the batch of the vectors, made without the one pass."""
    fields = spelt_out(one.data, uuids(one.seed, sum(1 for _ in leaves(one.data))))
    hashes = sorted(leaf_hash(path, value) for path, value in leaves(fields))
    proof = [terms_hash(one.terms), *batch().proof_of(golden("vn-th-coffee").id)]
    return {
        "version": envelope.VERSION,
        "data": fields,
        "signature": {
            "type": "SHA3MerkleProof",
            "targetHash": envelope.document_hash(hashes).hex(),
            "proof": [step.hex() for step in proof],
            "merkleRoot": batch().root.hex(),
        },
        "fingerprints": base64.b64encode(bytes.fromhex("".join(hashes))).decode("ascii"),
    }


@pytest.mark.parametrize("name", ISSUED)
def test_an_envelope_is_written_to_the_byte_as_described(name: str) -> None:
    """As JSON text for handing out, and as the object that the text holds."""
    one = golden(name)
    siblings, root = batch().proof_of(golden("vn-th-coffee").id), batch().root
    written = sealed_json(salt(one.data, one.seed), terms_hash(one.terms), siblings, root)
    assert written == orjson.dumps(as_described(one))
    assert sealed(one.data, one.seed, one.terms, siblings, root) == as_described(one)


@given(DATA, st.binary(min_size=32, max_size=32))
def test_the_one_pass_gives_what_each_step_gives(data: envelope.Data, seed: bytes) -> None:
    """For any text, names that need escaping, lists, and empty objects and lists, which are fields too."""
    fields = spelt_out(data, uuids(seed, sum(1 for _ in leaves(data))))
    hashes = sorted(leaf_hash(path, value) for path, value in leaves(fields))
    made = salt(data, seed)
    assert made.data == canonical(fields)
    assert made.fingerprints.hex() == "".join(hashes)
    assert made.document_hash == keccak(orjson.dumps(hashes))


@pytest.mark.parametrize("count", [0, 1, 2, 54, 500])
def test_salts_are_version_4_uuids_of_the_seeds_octets(count: int) -> None:
    """In canonical order of the fields, each of 16 octets."""
    assert salts(SEED, count) == list(uuids(SEED, count))


def test_a_name_out_of_an_enumeration_is_text() -> None:
    """As it is for JSON."""
    assert salt({"kind": Severity.WARNING}, SEED) == salt({"kind": "warning"}, SEED)


@pytest.mark.parametrize("value", [1, 1.5, None, b"x", {"b": None}, [2]])
def test_only_text_and_booleans_have_a_salt(value: object) -> None:
    """At any depth."""
    with pytest.raises(TypeError, match="text and booleans only"):
        salt({"a": value}, SEED)


def test_a_document_of_many_lines_is_salted_like_a_small_one() -> None:
    """Forms of large documents are not kept; the result is the same."""
    many = {"items": {str(number): {"marks": f"{number}", "bulk": True} for number in range(1, 400)}}
    fields = spelt_out(many, uuids(SEED, 798))
    for _ in range(2):
        assert salt(many, SEED).data == canonical(fields)


def test_equal_names_around_another_container_are_another_form() -> None:
    """What is kept of one document never serves one that differs in where its fields are."""
    one, other = {"a": "x", "b": {"c": "y"}}, {"a": {"c": "y"}, "b": "x"}
    for data in (one, other, one):
        assert salt(data, SEED).data == canonical(spelt_out(data, uuids(SEED, 2)))
