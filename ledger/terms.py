"""What the chain must know of a certificate, and the 32 bytes by which it is known.

`Terms` is the Python side of the contract's struct of the same name.  The certificate's id is
`pair(documentHash, termsHash)`, so `[termsHash]` is a Merkle proof from the document to the id, and
`[termsHash, …siblings]` one from the document to the root of a batch (see `ledger.batch`).
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import IntEnum

from eth_abi.abi import encode

from ledger.hashing import keccak, pair

TERMS_ABI = "(bytes32,bytes32,bytes2,bytes2,uint48,uint48,uint8,bytes32[])"
_SEPARATORS = re.compile(r"[\s\-/._]+")


class Scheme(IntEnum):
    """The proof of origin a certificate is, as the chain numbers it."""

    ATIGA_FORM_D = 1

    @property
    def code(self) -> str:
        """The name that documents carry."""
        return {Scheme.ATIGA_FORM_D: "ATIGA-D"}[self]

    @classmethod
    def named(cls, code: str) -> "Scheme":
        """Return the scheme with this code; `KeyError` when there is none."""
        return {scheme.code: scheme for scheme in cls}[code]


@dataclass(frozen=True, slots=True)
class Terms:
    """The facts of one certificate that the contract checks and keeps."""

    document_hash: bytes
    """keccak-256 over the salted fields (32 bytes), see `ledger.envelope`."""
    reference_key: bytes
    """`reference_key(…)` of its number (32 bytes); no two certificates share one."""
    exporting: str
    """The member whose authority issues it (ISO 3166 alpha-2)."""
    importing: str
    """The member it is addressed to (ISO 3166 alpha-2)."""
    issued_on: date
    """Date of issue, box 12."""
    valid_until: date
    """Last day on which it can be presented (ATIGA OCP Rule 14)."""
    scheme: Scheme
    parents: tuple[bytes, ...] = ()
    """Ids of the original proofs of a back-to-back certificate, ascending (Rule 11)."""


def first_instant(day: date) -> int:
    """Return midnight UTC at the start of a day in seconds since 1970."""
    return int(datetime.combine(day, time(), UTC).timestamp())


def last_instant(day: date) -> int:
    """Return the last second of a day, UTC, in seconds since 1970: the chain's `validUntil`."""
    return first_instant(day) + 86_399


def abi_of(terms: Terms) -> tuple[bytes, bytes, bytes, bytes, int, int, int, tuple[bytes, ...]]:
    """Return the terms as the ABI tuple `TERMS_ABI`."""
    return (
        terms.document_hash,
        terms.reference_key,
        terms.exporting.encode("ascii"),
        terms.importing.encode("ascii"),
        first_instant(terms.issued_on),
        last_instant(terms.valid_until),
        int(terms.scheme),
        terms.parents,
    )


def terms_hash(terms: Terms) -> bytes:
    """Return `keccak256(abi.encode(terms))`."""
    return keccak(encode([TERMS_ABI], [abi_of(terms)]))


def certificate_id(terms: Terms) -> bytes:
    """Return the 32 bytes under which the ledger knows the certificate."""
    return pair(terms.document_hash, terms_hash(terms))


def normalised(text: str) -> str:
    """Reduce a reference or office code to what people mean by it: NFKC, upper case, no separators."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", text).upper())


def reference_key(scheme: Scheme, exporting: str, office: str, reference: str) -> bytes:
    """Return the key under which a reference number is taken once and for all.

    References are promised unique only per issuing office (ATIGA OCP Rule 7.3), so the office is part of it.
    """
    return keccak(
        encode(
            ["string", "uint8", "bytes2", "string", "string"],
            [
                "asal.reference.v1",
                int(scheme),
                exporting.encode("ascii"),
                normalised(office),
                normalised(reference),
            ],
        )
    )
