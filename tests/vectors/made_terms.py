"""Terms with their ABI encoding, hash and id, as Python and Solidity must both compute them."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from eth_abi.abi import encode

from ledger.hashing import keccak
from ledger.terms import (
    TERMS_ABI,
    Scheme,
    Terms,
    abi_of,
    certificate_id,
    normalised,
    reference_key,
    terms_hash,
)

PAIRS = ("VN-TH", "TH-VN", "SG-MY", "ID-KH", "MM-SG", "BN-MY", "LA-TH", "PH-SG", "KH-VN")
REFERENCES = {
    "as printed": ("02", "VN-TH 26/02/00006"),
    "without separators": ("02", "VNTH260200006"),
    "lower case": ("02", "vn-th 26/02/00006"),
    "full-width digits, which NFKC makes plain": ("02", "VN-TH 26/02/\uff10\uff10\uff10\uff10\uff16"),
    "dots, underscores and tabs": ("0.2", "VN_TH\t26.02.00006"),
    "a no-break space": ("02", "VN-TH\u00a026/02/00006"),
    "another office": ("03", "VN-TH 26/02/00006"),
    "no office": ("", "VN-TH 26/02/00006"),
    "digits moved from the office to the number": ("0", "2VN-TH 26/02/00006"),
    "a letter that grows in upper case": ("02", "stra\u00dfe 1"),
    "outside the Latin alphabet": ("กทม", "ที่ 12/2569"),
}
DATES = {
    "the first day that can be recorded": (date(1970, 1, 1), date(1970, 1, 1)),
    "twelve months": (date(2026, 11, 2), date(2027, 11, 1)),
    "a leap day": (date(2028, 2, 29), date(2029, 2, 28)),
    "past 2038": (date(2038, 1, 20), date(2039, 1, 19)),
    "past the largest 32-bit time": (date(2106, 2, 8), date(2107, 2, 7)),
    "the last day there is": (date(9999, 12, 31), date(9999, 12, 31)),
}


def vectors() -> dict[str, Any]:
    """Return the content of terms.json."""
    return {
        "description": (
            "termsHash = keccak256(abi); id = keccak256 of documentHash and termsHash, the smaller first; "
            "referenceKey = keccak256(abi.encode('asal.reference.v1', scheme, exporting, office, reference)) "
            "with office and reference normalised"
        ),
        "abiType": TERMS_ABI,
        "references": [_reference(what, *given) for what, given in REFERENCES.items()],
        "terms": [_vector(what, terms) for what, terms in _terms()],
    }


def _terms() -> Iterator[tuple[str, Terms]]:
    for pair in PAIRS:
        yield f"from {pair[:2]} to {pair[3:]}", _one(pair, pair[:2], pair[3:])
    for what, (issued_on, valid_until) in DATES.items():
        yield f"dated: {what}", _one(what, issued_on=issued_on, valid_until=valid_until)
    for count in (1, 2, 3, 32):
        parents = sorted(keccak(f"parent {count} {number}".encode()) for number in range(count))
        yield (
            f"back-to-back with {count} parents",
            _one(f"on {count}", "SG", "MY", parents=tuple(parents)),
        )
    yield "a document hash above its terms hash", _one("high", document_hash=b"\xff" * 32)
    yield "a document hash below its terms hash", _one("low", document_hash=bytes(31) + b"\1")
    yield "words with leading zeros", _one("zeros", reference_key=bytes(16) + b"\1" * 16)


def _one(name: str, exporting: str = "VN", importing: str = "TH", **overrides: Any) -> Terms:
    defaults: dict[str, Any] = {
        "document_hash": keccak(f"document {name}".encode()),
        "reference_key": reference_key(Scheme.ATIGA_FORM_D, exporting, "02", name),
        "issued_on": date(2026, 11, 2),
        "valid_until": date(2027, 11, 1),
        "scheme": Scheme.ATIGA_FORM_D,
    }
    return Terms(exporting=exporting, importing=importing, **defaults | overrides)


def _vector(description: str, terms: Terms) -> dict[str, Any]:
    document, reference, exporting, importing, issued_on, valid_until, scheme, parents = abi_of(terms)
    return {
        "description": description,
        "issuedOn": terms.issued_on.isoformat(),
        "validUntil": terms.valid_until.isoformat(),
        "struct": {
            "documentHash": _hex(document),
            "referenceKey": _hex(reference),
            "exporting": _hex(exporting),
            "importing": _hex(importing),
            "issuedOn": issued_on,
            "validUntil": valid_until,
            "scheme": scheme,
            "parents": [_hex(parent) for parent in parents],
        },
        "abi": _hex(encode([TERMS_ABI], [abi_of(terms)])),
        "termsHash": _hex(terms_hash(terms)),
        "id": _hex(certificate_id(terms)),
    }


def _reference(description: str, office: str, reference: str) -> dict[str, Any]:
    return {
        "description": description,
        "scheme": int(Scheme.ATIGA_FORM_D),
        "exporting": _hex(b"VN"),
        "office": office,
        "reference": reference,
        "normalisedOffice": normalised(office),
        "normalisedReference": normalised(reference),
        "referenceKey": _hex(reference_key(Scheme.ATIGA_FORM_D, "VN", office, reference)),
    }


def _hex(data: bytes) -> str:
    return f"0x{data.hex()}"
