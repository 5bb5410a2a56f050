"""What people call a field: its name, its goods line, and its box on the form of its scheme.

The names follow `docs/reference/form-d.md`; a test holds the boxes of Form D against the schema.  Those of
the RCEP form are other numbers; a declaration is made out on any document and has no boxes.
"""

from collections.abc import Mapping, Sequence
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
    "producer": ("Producer", ""),
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
    "items.*.tariffDifferential": ("Tariff differential", ""),
    "items.*.invoices": ("Invoice", "box 10"),
    "thirdCountryInvoicer": ("Third-country invoicer", "box 7"),
    "originals": ("Original proofs of origin", "box 7"),
    "declaration": ("Declaration by the exporter", "box 11"),
    "certification": ("Certification", "box 12"),
    "authorisation": ("Authorisation of the exporter", ""),
    "remarks": ("Remarks", ""),
    "endorsements": ("Ticks", "box 13"),
    "replaces": ("Certificate it replaces", ""),
    "issuers": ("Issuing authority", ""),
    "network": ("Ledger that it names", ""),
    "terms": ("Terms on the ledger", ""),
    "signature": ("Proof that ties it to the ledger", ""),
    "privacy": ("List of hidden fields", ""),
}
"""Name and box of Form D by path, `*` for a number; what lies below a path is named after it."""

_RCEP_BOXES: Final = {
    "reference": _TOP,
    "exportingMember": _TOP,
    "exporter": "box 1",
    "consignee": "box 2",
    "producer": "box 3",
    "transport": "box 4",
    "items": "boxes 6 to 13",
    "items.*": "boxes 6 to 13",
    "items.*.marks": "box 7",
    "items.*.packages": "box 8",
    "items.*.description": "box 8",
    "items.*.hsCode": "box 9",
    "items.*.criterion": "box 10",
    "items.*.originCountry": "box 11",
    "items.*.tariffDifferential": "box 11",
    "items.*.quantity": "box 12",
    "items.*.grossWeight": "box 12",
    "items.*.fob": "box 12",
    "items.*.invoices": "box 13",
    "remarks": "box 14",
    "originals": "box 14",
    "declaration": "box 15",
    "certification": "box 16",
    "issuedOn": "box 16",
    "endorsements": "box 17",
}
"""Boxes of the RCEP form, by the same paths."""

_FORMS: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "RCEP-CO": ("RCEP form", _RCEP_BOXES),
    "ATIGA-OD": ("", {}),
    "RCEP-DO": ("", {}),
}
"""Form and boxes of the schemes that are not on Form D."""

FORM_D: Final = "ATIGA-D"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a certificate, as people find it on the form."""

    path: str
    """Dotted, as verdicts name it."""
    name: str
    line: str
    """Number of its goods line, or nothing."""
    box: str
    """Its place on the form, or nothing where the form has none."""
    form: str = "Form D"


def field_at(path: str, scheme: str = FORM_D) -> Field:
    """Return what people call the field at a dotted path; one that the form does not know has no name.

    A proof of a scheme that is not known here is read as Form D, which is what it must have claimed to be.
    """
    steps = path.split(".")
    starred = [steps[0], *("*" if step.isdecimal() else step for step in steps[1:])]
    known, name, box = _nearest(starred)
    line = steps[1] if steps[0] == "items" and starred[1:2] == ["*"] else ""
    if scheme not in _FORMS:
        return Field(path, name, line, box)
    form, boxes = _FORMS[scheme]
    return Field(path, name, line, _box(known, boxes), form)


def field_of(pointer: str, scheme: str = FORM_D) -> Field:
    """Return what people call the field at a JSON Pointer."""
    return field_at(pointer.strip("/").replace("/", "."), scheme)


def _box(path: str, boxes: Mapping[str, str]) -> str:
    """Return the box of a named path, or of what it is a part of; a goods line's other fields have none."""
    return boxes.get(path) or ("" if path.startswith("items.") else boxes.get(path.partition(".")[0], ""))


def _nearest(steps: Sequence[str]) -> tuple[str, str, str]:
    """Return the longest known beginning of a path, its name and its box."""
    for length in range(len(steps), 0, -1):
        path = ".".join(steps[:length])
        if path in _NAMES:
            return path, *_NAMES[path]
    return "", "", ""
