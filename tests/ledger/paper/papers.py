"""Envelopes of any document for the tests of paper, without a ledger."""

import re
from datetime import date
from typing import Any

from ledger.envelope import hash_of, issued_data, sealed, terms_fields
from ledger.facts import Address, LedgerName
from ledger.hashing import pair
from ledger.terms import Scheme, Terms, reference_key, terms_hash

SEED = bytes(range(32))
LEDGER = LedgerName(1337, Address("0x5FbDB2315678afecb367f032d93F642f64180aa3"))
NAMES = {
    "Vietnamese": "Công ty TNHH Cà Phê Tây Nguyên Xanh, phường Đắk Lắk",
    "Thai": "บริษัท กาแฟสยามดี จำกัด ถนนพระราม 4 แขวงคลองเตย กรุงเทพมหานคร น้ำผึ้ง",
    "Lao": "ບໍລິສັດ ກາເຟປາກຊ່ອງ ຈຳກັດ ນະຄອນຫຼວງວຽງຈັນ",
    "Khmer": "ក្រុមហ៊ុនអង្ករកម្ពុជា ស្រុកត្រាំកក់ ខេត្តតាកែវ ស្ត្រី",
    "Burmese": "မြန်မာ့ဆန်စပါးလုပ်ငန်းကုမ္ပဏီလီမိတက် အင်္ဂါနေ့ ရန်ကုန်မြို့",
}
"""Names and addresses with what is hard in each script: stacked marks, joined consonants, kinzi."""


def enveloped(document: dict[str, Any]) -> dict[str, Any]:
    """Return the envelope of a document as JSON values; a member of no batch."""
    scheme = Scheme.named(document["scheme"])
    key = reference_key(scheme, document["exportingMember"], document["issuingOffice"], document["reference"])
    parents = tuple(
        sorted({bytes.fromhex(one["certificate"][2:]) for one in document.get("originals", {}).values()})
    )
    issuer = ("Ministry of Industry and Trade", "moit.vn.example")
    data = issued_data(document, issuer=issuer, ledger=LEDGER, terms=terms_fields(key, parents))
    terms = Terms(
        document_hash=hash_of(data, SEED),
        reference_key=key,
        exporting=document["exportingMember"],
        importing=document["importingMember"],
        issued_on=date.fromisoformat(document["issuedOn"]),
        valid_until=date.fromisoformat(document["validUntil"]),
        scheme=scheme,
        parents=parents,
    )
    root = pair(terms.document_hash, terms_hash(terms))
    return sealed(data, SEED, terms, (), root)


def squeezed(text: str) -> str:
    """Return a text without white space, so that it does not matter where lines end."""
    return re.sub(r"\s+", "", text)
