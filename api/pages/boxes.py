"""What people call a field: its name, its goods line, and its box on the form of its scheme.

The names follow `docs/reference/form-d.md`; a test holds the boxes of Form D against the schema.  Those of
the RCEP form are other numbers; a declaration is made out on any document and has no boxes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ledger.said import said


def _box(number: int) -> str:
    return said("box {number}", number=number)


def _boxes(first: int, last: int) -> str:
    return said("boxes {first} to {last}", first=first, last=last)


_TOP: Final = said("top right")
_NAMES: Final = {
    "scheme": (said("Scheme"), ""),
    "reference": (said("Reference number"), _TOP),
    "issuingOffice": (said("Issuing office"), _TOP),
    "exportingMember": (said("Exporting member"), _TOP),
    "importingMember": (said("Importing member"), ""),
    "issuedOn": (said("Date of issue"), _box(12)),
    "validUntil": (said("Last day of validity"), ""),
    "exporter": (said("Exporter"), _box(1)),
    "consignee": (said("Consignee"), _box(2)),
    "exhibition": (said("Exhibition"), _box(2)),
    "producer": (said("Producer"), ""),
    "transport": (said("Transport"), _box(3)),
    "transport.departureDate": (said("Day of shipment"), _box(3)),
    "transport.conveyance": (said("Means of transport"), _box(3)),
    "transport.portOfLoading": (said("Port of loading"), _box(3)),
    "transport.portOfDischarge": (said("Port of discharge"), _box(3)),
    "items": (said("Goods lines"), _boxes(5, 10)),
    "items.*": (said("Goods line"), _boxes(5, 10)),
    "items.*.marks": (said("Marks and numbers"), _box(6)),
    "items.*.packages": (said("Packages"), _box(7)),
    "items.*.description": (said("Description of goods"), _box(7)),
    "items.*.hsCode": (said("HS code"), _box(7)),
    "items.*.hsEdition": (said("Edition of the HS code"), ""),
    "items.*.manufacturer": (said("Manufacturer"), _box(7)),
    "items.*.trademark": (said("Trade mark"), _box(7)),
    "items.*.originals": (said("Original proof of origin"), _box(7)),
    "items.*.criterion": (said("Origin criterion"), _box(8)),
    "items.*.quantity": (said("Quantity"), _box(9)),
    "items.*.grossWeight": (said("Gross weight"), _box(9)),
    "items.*.fob": (said("FOB price"), _box(9)),
    "items.*.originCountry": (said("Country of origin"), ""),
    "items.*.tariffDifferential": (said("Tariff differential"), ""),
    "items.*.invoices": (said("Invoice"), _box(10)),
    "thirdCountryInvoicer": (said("Third-country invoicer"), _box(7)),
    "originals": (said("Original proofs of origin"), _box(7)),
    "declaration": (said("Declaration by the exporter"), _box(11)),
    "certification": (said("Certification"), _box(12)),
    "authorisation": (said("Authorisation of the exporter"), ""),
    "remarks": (said("Remarks"), ""),
    "endorsements": (said("Ticks"), _box(13)),
    "replaces": (said("Certificate it replaces"), ""),
    "issuers": (said("Issuing authority"), ""),
    "network": (said("Ledger that it names"), ""),
    "terms": (said("Terms on the ledger"), ""),
    "signature": (said("Proof that ties it to the ledger"), ""),
    "privacy": (said("List of hidden fields"), ""),
}
"""Name and box of Form D by path, `*` for a number; what lies below a path is named after it."""

_RCEP_BOXES: Final = {
    "reference": _TOP,
    "exportingMember": _TOP,
    "exporter": _box(1),
    "consignee": _box(2),
    "producer": _box(3),
    "transport": _box(4),
    "items": _boxes(6, 13),
    "items.*": _boxes(6, 13),
    "items.*.marks": _box(7),
    "items.*.packages": _box(8),
    "items.*.description": _box(8),
    "items.*.hsCode": _box(9),
    "items.*.criterion": _box(10),
    "items.*.originCountry": _box(11),
    "items.*.tariffDifferential": _box(11),
    "items.*.quantity": _box(12),
    "items.*.grossWeight": _box(12),
    "items.*.fob": _box(12),
    "items.*.invoices": _box(13),
    "remarks": _box(14),
    "originals": _box(14),
    "declaration": _box(15),
    "certification": _box(16),
    "issuedOn": _box(16),
    "endorsements": _box(17),
}
"""Boxes of the RCEP form, by the same paths."""

_FORMS: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "RCEP-CO": (said("RCEP form"), _RCEP_BOXES),
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
    form: str = said("Form D")


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
    return Field(path, name, line, _place(known, boxes), form)


def field_of(pointer: str, scheme: str = FORM_D) -> Field:
    """Return what people call the field at a JSON Pointer."""
    return field_at(pointer.strip("/").replace("/", "."), scheme)


def _place(path: str, boxes: Mapping[str, str]) -> str:
    """Return the box of a named path, or of what it is a part of; a goods line's other fields have none."""
    return boxes.get(path) or ("" if path.startswith("items.") else boxes.get(path.partition(".")[0], ""))


def _nearest(steps: Sequence[str]) -> tuple[str, str, str]:
    """Return the longest known beginning of a path, its name and its box."""
    for length in range(len(steps), 0, -1):
        path = ".".join(steps[:length])
        if path in _NAMES:
            return path, *_NAMES[path]
    return "", "", ""
