"""What people call a field: its name, its goods line, and its box on the form of its scheme.

The numbers of the boxes are those of `ledger.paper.form`; a test holds those of Form D against the schema.
A declaration is made out on any document and has no boxes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ledger.paper.form import FORM_D as PRINTED_D
from ledger.paper.form import RCEP, Form
from ledger.said import said

_TOP: Final = said("top right")
_LINES: Final = "item invoices"
_FORM_D: Final = said("Form D")
_NAMES: Final = {
    "scheme": (said("Scheme"), ""),
    "reference": (said("Reference number"), _TOP),
    "issuingOffice": (said("Issuing office"), _TOP),
    "exportingMember": (said("Exporting member"), _TOP),
    "importingMember": (said("Importing member"), ""),
    "issuedOn": (said("Date of issue"), "certification"),
    "validUntil": (said("Last day of validity"), ""),
    "exporter": (said("Exporter"), "exporter"),
    "consignee": (said("Consignee"), "consignee"),
    "exhibition": (said("Exhibition"), "consignee"),
    "producer": (said("Producer"), "producer"),
    "transport": (said("Transport"), "transport"),
    "transport.departureDate": (said("Day of shipment"), "transport"),
    "transport.conveyance": (said("Means of transport"), "transport"),
    "transport.portOfLoading": (said("Port of loading"), "transport"),
    "transport.portOfDischarge": (said("Port of discharge"), "transport"),
    "items": (said("Goods lines"), _LINES),
    "items.*": (said("Goods line"), _LINES),
    "items.*.marks": (said("Marks and numbers"), "marks"),
    "items.*.packages": (said("Packages"), "goods"),
    "items.*.description": (said("Description of goods"), "goods"),
    "items.*.hsCode": (said("HS code"), "hs goods"),
    "items.*.hsEdition": (said("Edition of the HS code"), ""),
    "items.*.manufacturer": (said("Manufacturer"), "goods"),
    "items.*.trademark": (said("Trade mark"), "goods"),
    "items.*.originals": (said("Original proof of origin"), "goods"),
    "items.*.criterion": (said("Origin criterion"), "criterion"),
    "items.*.quantity": (said("Quantity"), "quantity"),
    "items.*.grossWeight": (said("Gross weight"), "quantity"),
    "items.*.fob": (said("FOB price"), "quantity"),
    "items.*.originCountry": (said("Country of origin"), "origin"),
    "items.*.tariffDifferential": (said("Tariff differential"), "origin"),
    "items.*.invoices": (said("Invoice"), "invoices"),
    "thirdCountryInvoicer": (said("Third-country invoicer"), "goods"),
    "originals": (said("Original proofs of origin"), "remarks goods"),
    "declaration": (said("Declaration by the exporter"), "declaration"),
    "certification": (said("Certification"), "certification"),
    "authorisation": (said("Authorisation of the exporter"), ""),
    "remarks": (said("Remarks"), "remarks"),
    "endorsements": (said("Ticks"), "ticks"),
    "replaces": (said("Certificate it replaces"), ""),
    "issuers": (said("Issuing authority"), ""),
    "network": (said("Ledger that it names"), ""),
    "terms": (said("Terms on the ledger"), ""),
    "signature": (said("Proof that ties it to the ledger"), ""),
    "privacy": (said("List of hidden fields"), ""),
}
"""Name and box by path, `*` for a number; of several boxes the first that the form has.

What lies below a path is named after it.
"""

_FORMS: Final[Mapping[str, tuple[str, Form | None]]] = {
    "RCEP-CO": (said("RCEP form"), RCEP),
    "ATIGA-OD": ("", None),
    "RCEP-DO": ("", None),
}
"""Form of the schemes that are not on Form D."""

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
    form: str = _FORM_D


def field_at(path: str, scheme: str = FORM_D) -> Field:
    """Return what people call the field at a dotted path; one that the form does not know has no name.

    A proof of a scheme that is not known here is read as Form D, which is what it must have claimed to be.
    """
    steps = path.split(".")
    starred = [steps[0], *("*" if step.isdecimal() else step for step in steps[1:])]
    name, box = _nearest(starred)
    line = steps[1] if steps[0] == "items" and starred[1:2] == ["*"] else ""
    called, form = _FORMS.get(scheme, (_FORM_D, PRINTED_D))
    return Field(path, name, line, _place(box, form) if form else "", called)


def field_of(pointer: str, scheme: str = FORM_D) -> Field:
    """Return what people call the field at a JSON Pointer."""
    return field_at(pointer.strip("/").replace("/", "."), scheme)


def _place(box: str, form: Form) -> str:
    """Return where a box is on a form, or nothing where the form has none."""
    if box == _TOP:
        return box
    if box == _LINES:
        first, last = (form.number(one) for one in box.split())
        return said("boxes {first} to {last}", first=int(first), last=int(last))
    number = next(filter(None, map(form.number, box.split())), "")
    return said("box {number}", number=int(number)) if number else ""


def _nearest(steps: Sequence[str]) -> tuple[str, str]:
    """Return name and box of the longest known beginning of a path."""
    for length in range(len(steps), 0, -1):
        path = ".".join(steps[:length])
        if path in _NAMES:
            return _NAMES[path]
    return "", ""
