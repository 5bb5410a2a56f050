"""The document people carry: an OpenAttestation v2 envelope around a certificate.

Every field is salted, hashed as `keccak256({"path":"salt:type:value"})`, and the sorted field hashes are
hashed again into the *document hash*.  The envelope adds the Merkle proof from there to the certificate's
id, or to the root of a batch, so Singapore's public verifiers accept it as it stands.  What is ours:

* `data` holds the certificate document, the issuer and the ledger; no arrays but `issuers`, which
  OpenAttestation prescribes, so any goods line can be hidden and the file still verifies once saved;
* `fingerprints` lists the field hashes (base64, 32 bytes each, ascending).  It is the preimage of the
  document hash, so a verifier can prove *which* field of an altered copy is not the issued one;
* the salts derive from one secret seed per certificate, so the archive keeps 32 bytes and not ninety salts.

The format is described in `docs/reference/envelope.md`; its vectors are in `tests/vectors/envelopes/`.
"""

from binascii import b2a_base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import orjson

from ledger.facts import LedgerName
from ledger.hashing import keccak
from ledger.salting import Salted, salt
from ledger.terms import Terms, terms_hash

VERSION = "https://schema.openattestation.com/2.0/schema.json"
_BEFORE_DATA: Final = f'{{"version":"{VERSION}","data":'.encode()
SEED_BYTES = 32
MANDATORY = (
    "scheme",
    "reference",
    "issuingOffice",
    "exportingMember",
    "importingMember",
    "issuedOn",
    "validUntil",
    "terms",
    "issuers",
    "network",
)
"""Top-level fields that bind a certificate to the ledger; they cannot be hidden."""

Data = dict[str, Any]
"""Nested objects; leaves are salted strings when wrapped, `str` or `bool` when not."""


def issued_data(
    document: Mapping[str, Any], *, issuer: tuple[str, str], ledger: LedgerName, terms: Mapping[str, Any]
) -> Data:
    """Return the unsalted `data`: the document with its issuer (name, domain), ledger and terms."""
    name, domain = issuer
    return {
        **document,
        "issuers": [
            {
                "name": name,
                "documentStore": ledger.address,
                "identityProof": {"type": "DNS-TXT", "location": domain},
            }
        ],
        "network": {"chain": "ETH", "chainId": str(ledger.chain_id)},
        "terms": dict(terms),
    }


def terms_fields(reference: bytes, parents: Sequence[bytes]) -> Data:
    """Return `data.terms`: what the other mandatory fields do not say of the chain's terms."""
    fields: Data = {"referenceKey": f"0x{reference.hex()}"}
    if parents:
        fields["parents"] = {str(number): f"0x{parent.hex()}" for number, parent in enumerate(parents, 1)}
    return fields


def canonical(data: Data) -> bytes:
    """Return RFC 8785 canonical JSON; exact because keys are ASCII and leaves are strings and booleans."""
    return orjson.dumps(data, option=orjson.OPT_SORT_KEYS)


def salted(data: Data, seed: bytes) -> Data:
    """Return the fields salted, as `ledger.salting` does it."""
    fields: Data = orjson.loads(salt(data, seed).data)
    return fields


def leaves(data: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - JSON
    """Yield each field's dotted path and value in canonical order; an empty container is itself a field."""
    items = (
        sorted(data.items()) if isinstance(data, dict) else ((str(i), value) for i, value in enumerate(data))
    )
    for key, value in items:
        path = f"{prefix}.{key}" if prefix else key
        if isinstance(value, (dict, list)) and value:
            yield from leaves(value, path)
        else:
            yield path, value


def leaf_hash(path: str, value: str) -> str:
    """Return the hash of one salted field, in hex."""
    return keccak(orjson.dumps({path: value})).hex()


def document_hash(leaf_hashes: Sequence[str]) -> bytes:
    """Return the 32 bytes that stand for all fields, hidden ones included."""
    return keccak(orjson.dumps(sorted(leaf_hashes)))


def hash_of(data: Data, seed: bytes) -> bytes:
    """Return the document hash that these fields get with this seed."""
    return salt(data, seed).document_hash


def sealed(data: Data, seed: bytes, terms: Terms, siblings: Sequence[bytes], root: bytes) -> Data:
    """Return the finished envelope as JSON values."""
    fields = replace(salt(data, seed), document_hash=terms.document_hash)
    envelope: Data = orjson.loads(sealed_json(fields, terms_hash(terms), siblings, root))
    return envelope


def sealed_json(fields: Salted, terms_hash: bytes, siblings: Iterable[bytes], root: bytes) -> bytes:
    """Return the finished envelope as JSON text, written as orjson writes `sealed`."""
    proof = '","'.join(step.hex() for step in (terms_hash, *siblings))
    return b"".join(
        (
            _BEFORE_DATA,
            fields.data,
            (
                ',"signature":{"type":"SHA3MerkleProof",'
                f'"targetHash":"{fields.document_hash.hex()}","proof":["{proof}"],"merkleRoot":"{root.hex()}"}},'
                '"fingerprints":"'
            ).encode("ascii"),
            b2a_base64(fields.fingerprints, newline=False),
            b'"}',
        )
    )
