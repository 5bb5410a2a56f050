"""The printed words of the forms: Form D (ATIGA Annex 7), the RCEP form, and declarations of origin.

The one table of boxes: the paper prints its words, and the pages take numbers, columns and ticks from it.
Where the words were read stands in `docs/reference/form-d.md`.  A declaration has no form: it is laid out
the same way, without numbers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The words of one scheme's paper."""

    title: tuple[str, ...]
    name: str
    """Such as FORM D."""
    known_by: str = "Reference No."
    boxes: Mapping[str, str]
    """The words of each box by what goes there, in the order in which the form numbers them."""
    numbered: bool = True
    widths: Mapping[str, float]
    """Columns of the goods lines from left to right, millimetres wide: 186 in all."""
    carried: tuple[str, str, str, str]
    """Words for departure, vessel, port of loading and port of discharge."""
    treatment: tuple[str, ...] = ()
    """What customs tick in the box for official use."""
    declared: str = ""
    """What the exporter signs; states in braces."""
    certified: str = ""
    authorised: str = ""
    """What an exporter declares who certifies its own goods."""
    endorsements: Mapping[str, str]
    """Words of the tick-boxes by the field of `endorsements`, in the order of the form."""

    def number(self, box: str) -> str:
        """Return the number of a box; nothing where the form has none."""
        return str(list(self.boxes).index(box) + 1) if self.numbered and box in self.boxes else ""

    def words(self, box: str) -> str:
        """Return what is printed at a box, with its number; nothing where the form has no such box."""
        if box not in self.boxes:
            return ""
        return f"{self.number(box)}. {self.boxes[box]}".strip() if self.numbered else self.boxes[box]


ENDORSEMENTS: Final = {
    "thirdCountryInvoicing": "Third Country Invoicing",
    "exhibition": "Exhibition",
    "accumulation": "Accumulation",
    "deMinimis": "De Minimis",
    "backToBack": "Back-to-Back CO",
    "issuedRetroactively": "Issued Retroactively",
    "partialCumulation": "Partial Cumulation",
}
"""The tick-boxes of Form D, which are all that a document has."""
SIGNED_BY_CUSTOMS: Final = (
    "Signature of Authorised Signatory of the Customs Authority of the Importing Country"
)
"""Under the box for official use, on both forms."""

FORM_D: Final = Form(
    title=(
        "ASEAN TRADE IN GOODS AGREEMENT",
        "CERTIFICATE OF ORIGIN",
        "(Combined Declaration and Certificate)",
    ),
    name="FORM D",
    boxes={
        "exporter": "Goods consigned from (Exporter's business name, address, country)",
        "consignee": "Goods consigned to (Consignee's name, address, country)",
        "transport": "Means of transport and route (as far as known)",
        "official": "For Official Use",
        "item": "Item number",
        "marks": "Marks and numbers on packages",
        "goods": "Number and type of packages, description of goods (including quantity where appropriate "
        "and HS number of the Importing Country)",
        "criterion": "Origin criterion",
        "quantity": "Gross weight or other quantity and FOB price where RVC is applied",
        "invoices": "Number and date of invoices",
        "declaration": "Declaration by the exporter",
        "certification": "Certification",
        "ticks": "",
    },
    widths={"item": 12, "marks": 31, "goods": 68, "criterion": 20, "quantity": 30, "invoices": 25},
    carried=("Departure date", "Vessel's name/Aircraft etc.", "Port of loading", "Port of Discharge"),
    treatment=(
        "Preferential Treatment Given Under ASEAN Trade in Goods Agreement",
        "Preferential Treatment Not Given (Please state reason/s)",
    ),
    declared="The undersigned hereby declares that the above details and statement are correct; that all the "
    "goods were produced in {produced} and that they comply with the origin requirements specified for these "
    "goods in the ASEAN Trade in Goods Agreement for the goods exported to {importing}.",
    certified="It is hereby certified, on the basis of control carried out, that the declaration by the "
    "exporter is correct.",
    endorsements=ENDORSEMENTS,
)
"""ATIGA Annex 7, in the version without the ASEAN Industrial Cooperation Scheme."""

RCEP: Final = Form(
    title=("REGIONAL COMPREHENSIVE ECONOMIC PARTNERSHIP AGREEMENT", "CERTIFICATE OF ORIGIN"),
    name="FORM RCEP",
    known_by="Certificate No.",
    boxes={
        "exporter": "Goods Consigned from (Exporter's name, address and country)",
        "consignee": "Goods Consigned to (Importer's/Consignee's name, address, country)",
        "producer": "Producer's name, address and country (if known)",
        "transport": "Means of transport and route (if known)",
        "official": "For Official Use",
        "item": "Item number",
        "marks": "Marks and numbers on packages",
        "goods": "Number and kind of packages; and description of goods.",
        "hs": "HS Code of the goods (6 digit-level)",
        "criterion": "Origin Conferring Criterion",
        "origin": "RCEP Country of Origin",
        "quantity": "Quantity (Gross weight or other measurement), and value (FOB) where RVC is applied",
        "invoices": "Invoice number(s) and date of invoice(s)",
        "remarks": "Remarks",
        "declaration": "Declaration by the exporter or producer",
        "certification": "Certification",
        "ticks": "",
    },
    widths={
        "item": 11,
        "marks": 26,
        "goods": 51,
        "hs": 18,
        "criterion": 17,
        "origin": 18,
        "quantity": 25,
        "invoices": 20,
    },
    carried=(
        "Departure Date",
        "Vessel's name/Aircraft flight number, etc.",
        "Port of loading",
        "Port of Discharge",
    ),
    treatment=("Preferential Treatment: Given", "Not Given (Please state reason/s)"),
    declared="The undersigned hereby declares that the above details and statements are correct and that "
    "the goods covered in this Certificate comply with the requirements specified for these goods in the "
    "Regional Comprehensive Economic Partnership Agreement. These goods are exported to: {importing}.\n"
    "Country of production: {produced}",
    certified="On the basis of control carried out, it is hereby certified that the information herein is "
    "correct and that the goods described comply with the origin requirements specified in the Regional "
    "Comprehensive Economic Partnership Agreement.",
    endorsements={
        "backToBack": "Back-to-back Certificate of Origin",
        "thirdCountryInvoicing": "Third-party invoicing",
        "issuedRetroactively": "ISSUED RETROACTIVELY",
    },
)
"""The form that the RCEP parties agreed on (RCEP Article 3.17.3)."""

_DECLARED_LINES: Final = {
    "item": "Item number",
    "marks": "Marks and numbers on packages",
    "goods": "Packages and description of goods",
    "hs": "HS code",
    "criterion": "Origin criterion",
    "origin": "Country of origin",
    "quantity": "Quantity, gross weight, FOB price",
    "invoices": "Invoices",
}
_DECLARED_WIDTHS: Final = {
    "item": 12,
    "marks": 26,
    "goods": 52,
    "hs": 18,
    "criterion": 17,
    "origin": 18,
    "quantity": 24,
    "invoices": 19,
}
_CARRIED: Final = ("Departure date", "Vessel, flight or vehicle", "Port of loading", "Port of discharge")

ORIGIN_DECLARATION: Final = Form(
    title=("ASEAN TRADE IN GOODS AGREEMENT", "ORIGIN DECLARATION", "of a certified exporter"),
    name="ORIGIN DECLARATION",
    boxes={
        "exporter": "Exporter",
        "consignee": "Consignee",
        "transport": "Means of transport and route (as far as known)",
        **_DECLARED_LINES,
        "authorisation": "Declaration by the certified exporter",
        "ticks": "Endorsements",
    },
    numbered=False,
    widths=_DECLARED_WIDTHS,
    carried=_CARRIED,
    authorised="The exporter of the products covered by this document declares that the products satisfy the "
    "Rules of Origin to be considered as ASEAN Originating Products under ATIGA, of the countries and by the "
    "criteria named above.",
    endorsements=ENDORSEMENTS,
)
"""ATIGA OCP Rules 12A and 12B."""

RCEP_DECLARATION: Final = Form(
    title=(
        "REGIONAL COMPREHENSIVE ECONOMIC PARTNERSHIP AGREEMENT",
        "DECLARATION OF ORIGIN",
        "by an approved exporter",
    ),
    name="DECLARATION OF ORIGIN",
    boxes={
        "exporter": "Exporter",
        "consignee": "Consignee or importer",
        "producer": "Producer (if known)",
        "transport": "Means of transport and route (if known)",
        **_DECLARED_LINES,
        "remarks": "Remarks",
        "authorisation": "Declaration by the approved exporter",
        "ticks": "Endorsements",
    },
    numbered=False,
    widths=_DECLARED_WIDTHS,
    carried=_CARRIED,
    authorised="The exporter declares that the goods named above are originating goods under the Regional "
    "Comprehensive Economic Partnership Agreement, of the countries and by the criteria named above.",
    endorsements=ENDORSEMENTS,
)
"""RCEP Article 3.18."""

FORMS: Final = {
    "ATIGA-D": FORM_D,
    "ATIGA-OD": ORIGIN_DECLARATION,
    "RCEP-CO": RCEP,
    "RCEP-DO": RCEP_DECLARATION,
}
"""By the code of the scheme."""
