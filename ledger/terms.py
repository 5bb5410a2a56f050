"""What the chain must know of a certificate, and the 32 bytes by which it is known.

`Terms` is the Python side of the contract's struct of the same name.  The certificate's id is
`pair(documentHash, termsHash)`, so `[termsHash]` is a Merkle proof from the document to the id, and
`[termsHash, …siblings]` one from the document to the root of a batch (see `ledger.batch`).
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from functools import lru_cache
from typing import Final

from ledger.abi import coder_of
from ledger.hashing import keccak, pair

TERMS_ABI = "(bytes32,bytes32,bytes2,bytes2,uint48,uint48,uint8,bytes32[])"
REFERENCE_ABI: Final = ("string", "uint8", "bytes2", "string", "string")
_TERMS: Final = coder_of([{"type": TERMS_ABI}])
_REFERENCE: Final = coder_of([{"type": kind} for kind in REFERENCE_ABI])
_REFERENCE_DOMAIN: Final = "asal.reference.v1"
_SEPARATORS = re.compile(r"[\s\-/._]+")
_WORD: Final = 32
_DAY_SECONDS: Final = 86_400
_EPOCH: Final = date(1970, 1, 1).toordinal()
_KEPT: Final = 64
"""Longest office and reference, in characters and octets, of which a frame is kept; longer ones come only
from files that nobody checked yet."""


class Scheme(IntEnum):
    """The proof of origin a certificate is, as the chain numbers it."""

    ATIGA_FORM_D = 1
    """Certificate of origin Form D, on paper or electronic."""
    ATIGA_ORIGIN_DECLARATION = 2
    """Made out by a certified exporter (ATIGA OCP Rules 12A and 12B)."""
    RCEP_CO = 3
    """Certificate of origin of the Regional Comprehensive Economic Partnership (Article 3.17)."""
    RCEP_DECLARATION = 4
    """Made out by an approved exporter under the same agreement (Article 3.18)."""

    @property
    def code(self) -> str:
        """The name that documents carry."""
        return _CODES[self]

    @property
    def is_declaration(self) -> bool:
        """An exporter made it out under an authorisation; no authority certified it."""
        return self in _DECLARATIONS

    @classmethod
    def named(cls, code: str) -> "Scheme":
        """Return the scheme with this code; `KeyError` when there is none."""
        return _SCHEMES[code]


_CODES: Final = {
    Scheme.ATIGA_FORM_D: "ATIGA-D",
    Scheme.ATIGA_ORIGIN_DECLARATION: "ATIGA-OD",
    Scheme.RCEP_CO: "RCEP-CO",
    Scheme.RCEP_DECLARATION: "RCEP-DO",
}
_SCHEMES: Final = {code: scheme for scheme, code in _CODES.items()}
_DECLARATIONS: Final = frozenset({Scheme.ATIGA_ORIGIN_DECLARATION, Scheme.RCEP_DECLARATION})


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
    return (day.toordinal() - _EPOCH) * _DAY_SECONDS


def last_instant(day: date) -> int:
    """Return the last second of a day, UTC, in seconds since 1970: the chain's `validUntil`."""
    return first_instant(day) + _DAY_SECONDS - 1


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
    return keccak(encoded_terms(terms))


def encoded_terms(terms: Terms) -> bytes:
    """Return `abi.encode(terms)`: eth_abi's, made once for all that differ only in their hashes."""
    words = (terms.document_hash, terms.reference_key, *terms.parents)
    if any(len(word) != _WORD for word in words):
        return _TERMS.encode([abi_of(terms)])  # which pads a short word and refuses a long one
    before, after = _frame(
        terms.exporting, terms.importing, terms.issued_on, terms.valid_until, terms.scheme, len(terms.parents)
    )
    return b"".join((before, *words[:2], after, *words[2:]))


@lru_cache(maxsize=1024)
def _frame(  # noqa: PLR0913, PLR0917 - the terms that most certificates of a day share
    exporting: str, importing: str, issued_on: date, valid_until: date, scheme: Scheme, parents: int
) -> tuple[bytes, bytes]:
    """Return what eth_abi writes before the two hashes, and from there to the parents."""
    word = bytes(_WORD)
    blank = Terms(word, word, exporting, importing, issued_on, valid_until, scheme, (word,) * parents)
    written = _TERMS.encode([abi_of(blank)])
    return written[:_WORD], written[3 * _WORD : len(written) - parents * _WORD]


def certificate_id(terms: Terms) -> bytes:
    """Return the 32 bytes under which the ledger knows the certificate."""
    return pair(terms.document_hash, terms_hash(terms))


def normalised(text: str) -> str:
    """Reduce a reference or office code to what people mean by it: NFKC, upper case, no separators."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", text).upper())


def reference_key(scheme: Scheme, exporting: str, office: str, reference: str) -> bytes:
    """Return the key under which a reference number is taken once and for all.

    References are promised unique only per issuing office (ATIGA OCP Rule 7.3), so the office is part of it.
    A declaration has the exporter's code in its place, and as its reference type, number and date of the
    document it stands on (`Authorisation.reference`), or in RCEP its unique reference number.
    """
    octets = normalised(reference).encode("utf-8")
    size = len(octets)
    if not 0 < size <= _KEPT or len(office) > _KEPT:
        return keccak(_encoded_reference(scheme, exporting, office, normalised(reference)))
    return keccak(_reference_frame(scheme, exporting, office, size) + octets + bytes(-size % _WORD))


@lru_cache(maxsize=1024)
def _reference_frame(scheme: Scheme, exporting: str, office: str, size: int) -> bytes:
    """Return what eth_abi writes before a reference of so many octets, which comes last."""
    written = _encoded_reference(scheme, exporting, office, " " * size)
    return written[: -size - (-size % _WORD)]


def _encoded_reference(scheme: Scheme, exporting: str, office: str, reference: str) -> bytes:
    """Return `abi.encode` of what a reference key is made of."""
    values = (_REFERENCE_DOMAIN, int(scheme), exporting.encode("ascii"), normalised(office), reference)
    return _REFERENCE.encode(values)
