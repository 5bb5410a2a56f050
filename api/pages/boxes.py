"""What people call a field: its name, its goods line, and its box on Form D.

The names follow `docs/reference/form-d.md`; a test holds the boxes against the schema.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_TOP = "top right"
_NAMES: Final = {
    "scheme": ("Scheme", ""),
    "reference": ("Reference number", _TOP),
    "issuingOffice": ("Issuing office", _TOP),
    "exportingMember": ("Exporting member", _TOP),
    "importingMember": ("Importing member", ""),
    "issuedOn": ("Date of issue", "box 12"),
    "validUntil": ("Last day of validity", ""),
    "exporter": ("Exporter", "box 1"),
    "consignee": ("Consignee", "box 2"),
    "exhibition": ("Exhibition", "box 2"),
    "transport": ("Transport", "box 3"),
    "transport.departureDate": ("Day of shipment", "box 3"),
    "transport.conveyance": ("Means of transport", "box 3"),
    "transport.portOfLoading": ("Port of loading", "box 3"),
    "transport.portOfDischarge": ("Port of discharge", "box 3"),
    "items": ("Goods lines", "boxes 5 to 10"),
    "items.*": ("Goods line", "boxes 5 to 10"),
    "items.*.marks": ("Marks and numbers", "box 6"),
    "items.*.packages": ("Packages", "box 7"),
    "items.*.description": ("Description of goods", "box 7"),
    "items.*.hsCode": ("HS code", "box 7"),
    "items.*.hsEdition": ("Edition of the HS code", ""),
    "items.*.manufacturer": ("Manufacturer", "box 7"),
    "items.*.trademark": ("Trade mark", "box 7"),
    "items.*.originals": ("Original proof of origin", "box 7"),
    "items.*.criterion": ("Origin criterion", "box 8"),
    "items.*.quantity": ("Quantity", "box 9"),
    "items.*.grossWeight": ("Gross weight", "box 9"),
    "items.*.fob": ("FOB price", "box 9"),
    "items.*.originCountry": ("Country of origin", ""),
    "items.*.invoices": ("Invoice", "box 10"),
    "thirdCountryInvoicer": ("Third-country invoicer", "box 7"),
    "originals": ("Original proofs of origin", "box 7"),
    "declaration": ("Declaration by the exporter", "box 11"),
    "certification": ("Certification", "box 12"),
    "endorsements": ("Ticks", "box 13"),
    "replaces": ("Certificate it replaces", ""),
    "issuers": ("Issuing authority", ""),
    "network": ("Ledger that it names", ""),
    "terms": ("Terms on the ledger", ""),
    "signature": ("Proof that ties it to the ledger", ""),
    "privacy": ("List of hidden fields", ""),
}
"""Name and box by path, `*` for a number; what lies below a path is named after it."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a certificate, as people find it on the form."""

    path: str
    """Dotted, as verdicts name it."""
    name: str
    line: str
    """Number of its goods line, or nothing."""
    box: str
    """Its place on Form D, or nothing where the form has none."""


def field_at(path: str) -> Field:
    """Return what people call the field at a dotted path; one that the form does not know has no name."""
    steps = path.split(".")
    starred = [steps[0], *("*" if step.isdecimal() else step for step in steps[1:])]
    name, box = _nearest(starred)
    line = steps[1] if steps[0] == "items" and starred[1:2] == ["*"] else ""
    return Field(path, name, line, box)


def field_of(pointer: str) -> Field:
    """Return what people call the field at a JSON Pointer."""
    return field_at(pointer.strip("/").replace("/", "."))


def _nearest(steps: Sequence[str]) -> tuple[str, str]:
    """Return name and box of the longest known beginning of a path."""
    for length in range(len(steps), 0, -1):
        if found := _NAMES.get(".".join(steps[:length])):
            return found
    return "", ""
