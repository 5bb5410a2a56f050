"""What an envelope is made of: salts, field hashes, the document hash, the proof and the fingerprints."""

import base64
import json
import re
from hashlib import sha256, shake_128
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from eth_abi.abi import encode
from hypothesis import given
from hypothesis import strategies as st

from ledger import envelope
from ledger.envelope import canonical, document_hash, hash_of, leaf_hash, leaves, salted, sealed
from ledger.hashing import keccak
from ledger.merkle import climb
from ledger.terms import TERMS_ABI, abi_of, certificate_id, terms_hash
from ledger.visible import unsalted
from tests.vectors.made_envelopes import batch, golden

COFFEE = golden("vn-th-coffee")
SEED = bytes(range(32))
UUID_4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
TEXT = st.text(st.characters(codec="utf-8"), max_size=30)
NAMES = st.text(
    st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters="./~"), min_size=1, max_size=8
)
DATA = st.recursive(
    st.dictionaries(NAMES, TEXT | st.booleans(), max_size=4),
    lambda inner: st.dictionaries(NAMES, inner | TEXT, min_size=1, max_size=4),
    max_leaves=12,
)


def salts(data: envelope.Data, seed: bytes = SEED) -> list[str]:
    """Return the salts of all fields."""
    return [value[:36] for _, value in leaves(salted(data, seed)) if isinstance(value, str)]


def openattestation_digest(data: Any) -> str:
    """Return the target hash as OpenAttestation v2 defines it, written without our code."""

    def flat(value: Any, path: str) -> list[str]:
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        found = []
        for key, inner in pairs:
            at = f"{path}.{key}" if path else str(key)
            if isinstance(inner, dict | list) and inner:
                found += flat(inner, at)
            else:
                message = json.dumps({at: inner}, ensure_ascii=False, separators=(",", ":"))
                found.append(keccak(message.encode()).hex())
        return found

    return keccak(json.dumps(sorted(flat(data, "")), separators=(",", ":")).encode()).hex()


def test_an_envelope_has_the_shape_of_openattestation_v2() -> None:
    """With one member of ours beside it."""
    made = COFFEE.single()
    assert list(made) == ["version", "data", "signature", "fingerprints"]
    assert made["version"] == "https://schema.openattestation.com/2.0/schema.json"
    assert made["signature"]["type"] == "SHA3MerkleProof"
    assert made["signature"]["targetHash"] == COFFEE.terms.document_hash.hex()
    assert made["signature"]["merkleRoot"] == certificate_id(COFFEE.terms).hex()


def test_the_document_hash_is_openattestations_digest_of_the_data() -> None:
    """Computed here a second time, from the description of the format."""
    made = COFFEE.single()
    assert openattestation_digest(made["data"]) == made["signature"]["targetHash"]


@given(DATA, st.binary(min_size=32, max_size=32))
def test_the_digest_is_openattestations_for_any_data(data: envelope.Data, seed: bytes) -> None:
    """Any text of any script, and empty objects, which are fields too."""
    assert hash_of(data, seed).hex() == openattestation_digest(salted(data, seed))


@given(DATA, st.binary(min_size=32, max_size=32))
def test_what_was_salted_comes_back_without_its_salts(data: envelope.Data, seed: bytes) -> None:
    """Also from text that looks like a salted field itself."""
    assert unsalted(salted(data, seed)) == data


def test_text_that_looks_salted_comes_back_as_it_was() -> None:
    """Only one salt is taken off."""
    tricky = {"a": "00000000-0000-4000-8000-000000000000:boolean:true", "b": "x:string:y\nz", "c": ""}
    assert unsalted(salted(tricky, SEED)) == tricky


@given(NAMES, TEXT)
def test_a_field_is_hashed_as_javascript_writes_it(path: str, value: str) -> None:
    """`JSON.stringify({path: value})` in UTF-8: only quotes, backslashes and control characters escaped."""
    message = json.dumps({path: value}, ensure_ascii=False, separators=(",", ":"))
    assert leaf_hash(path, value) == keccak(message.encode()).hex()


@pytest.mark.parametrize(
    "char", [*map(chr, range(0x21)), '"', "\\", "/", "\x7f", "\u2028", "\u2029", "\ufeff", "\U0001f600"]
)
def test_every_awkward_character_is_written_as_javascript_does(char: str) -> None:
    """The line separators stay as they are, and so does delete."""
    message = json.dumps({"a": char}, ensure_ascii=False, separators=(",", ":"))
    assert leaf_hash("a", char) == keccak(message.encode()).hex()


@given(DATA)
def test_canonical_json_is_that_of_rfc_8785(data: envelope.Data) -> None:
    """For what documents hold: ASCII names, text and booleans."""
    assert canonical(data) == rfc8785.dumps(data)


def test_every_field_has_a_salt_of_its_own() -> None:
    """UUIDs of version 4, and none used twice."""
    found = salts(golden("vn-ph-groceries").data)
    assert len(set(found)) == len(found) == sum(1 for _ in leaves(golden("vn-ph-groceries").data))
    assert all(UUID_4.fullmatch(salt) for salt in found)


def test_equal_values_have_different_hashes() -> None:
    """Or a hidden amount could be told from a shown one."""
    same = {"1": {"value": "100"}, "2": {"value": "100"}}
    first, second = (value for _, value in leaves(salted(same, SEED)))
    assert first != second
    assert leaf_hash("value", first) != leaf_hash("value", second)


def test_two_seeds_share_no_salt() -> None:
    """Two certificates with equal content have nothing in common on the ledger."""
    one, other = salts(COFFEE.data, b"\1" * 32), salts(COFFEE.data, b"\2" * 32)
    assert not set(one) & set(other)
    assert hash_of(COFFEE.data, b"\1" * 32) != hash_of(COFFEE.data, b"\2" * 32)


def test_salts_fill_all_the_bits_a_uuid_leaves_free() -> None:
    """122 of them, each as often set as not, so no hidden field can be guessed."""
    found = [
        int(salt.replace("-", ""), 16)
        for number in range(40)
        for salt in salts(COFFEE.data, bytes([number]) * 32)
    ]
    free = [bit for bit in range(128) if bit not in {79, 78, 77, 76, 63, 62}]
    shares = [sum(salt >> bit & 1 for salt in found) / len(found) for bit in free]
    assert len(free) == 122
    assert min(shares) > 0.44
    assert max(shares) < 0.56


def test_the_same_seed_gives_the_same_envelope_to_the_byte() -> None:
    """The archive keeps 32 bytes instead of the salts."""
    one = sealed(COFFEE.data, COFFEE.seed, COFFEE.terms, (), COFFEE.id)
    reordered = dict(reversed(COFFEE.data.items()))
    other = sealed(reordered, COFFEE.seed, COFFEE.terms, (), COFFEE.id)
    assert json.dumps(one) == json.dumps(other)
    assert sha256(canonical(one)).hexdigest() == sha256(canonical(other)).hexdigest()


def test_the_fingerprints_are_the_preimage_of_the_document_hash() -> None:
    """Which is what lets a verifier prove which field was altered."""
    made = COFFEE.single()
    packed = base64.b64decode(made["fingerprints"])
    hashes = [packed[at : at + 32].hex() for at in range(0, len(packed), 32)]
    assert hashes == sorted(leaf_hash(path, value) for path, value in leaves(made["data"]))
    assert document_hash(hashes).hex() == made["signature"]["targetHash"]


def test_the_proof_begins_with_the_terms_and_ends_at_the_root() -> None:
    """Alone: one step, to the id.  In a batch: the siblings of the id after it, the member last."""
    for made in (COFFEE.single(), COFFEE.member(batch())):
        steps = [bytes.fromhex(step) for step in made["signature"]["proof"]]
        assert steps[0] == terms_hash(COFFEE.terms)
        assert climb(COFFEE.terms.document_hash, steps).hex() == made["signature"]["merkleRoot"]
    assert len(COFFEE.single()["signature"]["proof"]) == 1
    assert COFFEE.member(batch())["signature"]["merkleRoot"] == batch().root.hex()
    assert bytes.fromhex(COFFEE.member(batch())["signature"]["proof"][-1]) == b"VN" + bytes(30)


def test_nothing_but_the_issuer_is_a_list() -> None:
    """Elements hidden from a list do not survive saving; OpenAttestation prescribes this one."""

    def lists(value: Any, path: str = "") -> list[str]:
        if isinstance(value, list):
            return [path]
        inner = value.items() if isinstance(value, dict) else ()
        return [found for key, part in inner for found in lists(part, f"{path}/{key}")]

    assert lists(golden("sg-th-consolidated-back-to-back").single()["data"]) == ["/issuers"]


def test_the_issuer_is_bound_to_the_registry_and_to_its_domain() -> None:
    """What other people's verifiers read."""
    fields = unsalted(COFFEE.single()["data"])
    assert fields["issuers"] == [
        {
            "name": "Ministry of Industry and Trade",
            "documentStore": "0x5FbDB2315678afecb367f032d93F642f64180aa3",
            "identityProof": {"type": "DNS-TXT", "location": "moit.vn.example"},
        }
    ]
    assert fields["network"] == {"chain": "ETH", "chainId": "1337"}
    assert fields["terms"] == {"referenceKey": f"0x{COFFEE.terms.reference_key.hex()}"}


def test_parents_are_numbered_in_the_terms() -> None:
    """Ascending, as the contract wants them."""
    many = golden("sg-th-consolidated-back-to-back")
    fields = unsalted(many.single()["data"])["terms"]["parents"]
    assert fields == {str(at): f"0x{parent.hex()}" for at, parent in enumerate(sorted(many.terms.parents), 1)}


@pytest.mark.parametrize("value", [1, 1.5, None, b"x"], ids=["integer", "fraction", "null", "bytes"])
def test_only_text_and_booleans_can_be_sealed(value: object) -> None:
    """Numbers are written differently by different programs, so there are none."""
    with pytest.raises(TypeError, match="text and booleans only"):
        salted({"a": value}, SEED)


def test_the_worked_example_of_the_documentation_is_true() -> None:
    """Every number of it, recomputed."""
    page = Path(__file__).parents[2].joinpath("docs/reference/envelope.md").read_text("utf-8")
    example = page.partition("## Worked example")[2]
    fields = dict(leaves(COFFEE.single()["data"]))
    path = "items.1.quantity.value"
    encoded = encode([TERMS_ABI], [abi_of(COFFEE.terms)]).hex()
    facts = [
        f"It has {len(fields)} fields",
        COFFEE.seed.hex(),
        shake_128(COFFEE.seed).hexdigest(16),
        fields["certification.date"][:36],
        f'{{"{path}":"{fields[path]}"}}',
        leaf_hash(path, fields[path]),
        COFFEE.single()["fingerprints"][:44],
        COFFEE.terms.document_hash.hex(),
        COFFEE.terms.reference_key.hex(),
        terms_hash(COFFEE.terms).hex(),
        COFFEE.id.hex(),
        *(encoded[at : at + 64] for at in range(0, len(encoded), 64)),
    ]
    assert [fact for fact in facts if fact not in example] == []
