"""The printed words of the forms: Form D (ATIGA Annex 7), the RCEP form, and declarations of origin.

Titles of boxes and the texts that are signed are those of the forms; numbers and fields are those of
`docs/reference/form-d.md`.  A declaration has no form: it is laid out the same way, without numbers.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The words of one scheme's paper."""

    title: tuple[str, ...]
    name: str
    """Such as FORM D."""
    exporter: str
    consignee: str
    producer: str = ""
    """Where the form has a box for the producer."""
    transport: str
    official: str = ""
    """Where customs write on the form."""
    treatment: tuple[str, ...] = ()
    """What customs tick there."""
    columns: tuple[tuple[str, str, float], ...]
    """What of a goods line, under which title, how many millimetres wide: 186 in all."""
    remarks: str = "Remarks"
    declaration: str = ""
    declared: str = ""
    """What the exporter signs; states in braces."""
    certification: str = ""
    certified: str = ""
    authorisation: str = ""
    authorised: str = ""
    """What an exporter declares who certifies its own goods."""
    ticks: str
    endorsements: tuple[tuple[str, str], ...]
    """Fields and words of the tick-boxes, in the order of the form."""


_ENDORSEMENTS: Final = (
    ("thirdCountryInvoicing", "Third Country Invoicing"),
    ("exhibition", "Exhibition"),
    ("accumulation", "Accumulation"),
    ("deMinimis", "De Minimis"),
    ("backToBack", "Back-to-Back CO"),
    ("issuedRetroactively", "Issued Retroactively"),
    ("partialCumulation", "Partial Cumulation"),
)
_TREATMENT: Final = (
    "Preferential Treatment Given",
    "Preferential Treatment Not Given (Please state reason/s)",
)

FORM_D: Final = Form(
    title=(
        "ASEAN TRADE IN GOODS AGREEMENT",
        "CERTIFICATE OF ORIGIN",
        "(Combined Declaration and Certificate)",
    ),
    name="FORM D",
    exporter="1. Goods consigned from (Exporter's business name, address, country)",
    consignee="2. Goods consigned to (Consignee's name, address, country)",
    transport="3. Means of transport and route (as far as known)",
    official="4. For Official Use",
    treatment=_TREATMENT,
    columns=(
        ("number", "5. Item number", 12),
        ("marks", "6. Marks and numbers on packages", 31),
        (
            "goods",
            "7. Number and type of packages, description of goods (incl. quantity and HS number)",
            68,
        ),
        ("criterion", "8. Origin criterion", 20),
        ("quantity", "9. Gross weight or other quantity and value (FOB) where RVC is applied", 30),
        ("invoices", "10. Number and date of invoices", 25),
    ),
    declaration="11. Declaration by the exporter",
    declared="The undersigned hereby declares that the above details and statement are correct; that all the "
    "goods were produced in {produced} and that they comply with the origin requirements specified for these "
    "goods in the ASEAN Trade in Goods Agreement for the goods exported to {importing}.",
    certification="12. Certification",
    certified="It is hereby certified, on the basis of control carried out, that the declaration by the "
    "exporter is correct.",
    ticks="13.",
    endorsements=_ENDORSEMENTS,
)
"""ATIGA Annex 7."""

RCEP: Final = Form(
    title=("REGIONAL COMPREHENSIVE ECONOMIC PARTNERSHIP AGREEMENT", "CERTIFICATE OF ORIGIN"),
    name="FORM RCEP",
    exporter="1. Goods consigned from (Exporter's name, address and country)",
    consignee="2. Goods consigned to (Importer's/Consignee's name, address, country)",
    producer="3. Producer's name, address and country (if known)",
    transport="4. Means of transport and route (if known)",
    official="5. For Official Use",
    treatment=_TREATMENT,
    columns=(
        ("number", "6. Item number", 11),
        ("marks", "7. Marks and numbers on packages", 26),
        ("goods", "8. Number and kind of packages; and description of goods", 51),
        ("hs", "9. HS Code of the goods (6 digit-level)", 18),
        ("criterion", "10. Origin conferring criterion", 17),
        ("origin", "11. RCEP Country of Origin", 18),
        (
            "quantity",
            "12. Quantity (gross weight or other measurement), and value (FOB) where RVC is applied",
            25,
        ),
        ("invoices", "13. Invoice number(s) and date of invoice(s)", 20),
    ),
    remarks="14. Remarks",
    declaration="15. Declaration by the exporter or producer",
    declared="The undersigned hereby declares that the above details and statements are correct and that "
    "the goods covered in this Certificate comply with the requirements specified for these goods in the "
    "Regional Comprehensive Economic Partnership Agreement. The goods were produced in {produced} "
    "and are exported to {importing}.",
    certification="16. Certification",
    certified="On the basis of control carried out, it is hereby certified that the information herein is "
    "correct and that the goods described comply with the origin requirements specified in the Regional "
    "Comprehensive Economic Partnership Agreement.",
    ticks="17.",
    endorsements=_ENDORSEMENTS,
)
"""RCEP Annex 3B."""

_DECLARED_COLUMNS: Final = (
    ("number", "Item number", 12.0),
    ("marks", "Marks and numbers on packages", 26.0),
    ("goods", "Packages and description of goods", 52.0),
    ("hs", "HS code", 18.0),
    ("criterion", "Origin criterion", 17.0),
    ("origin", "Country of origin", 18.0),
    ("quantity", "Quantity, gross weight, FOB price", 24.0),
    ("invoices", "Invoices", 19.0),
)

ORIGIN_DECLARATION: Final = Form(
    title=("ASEAN TRADE IN GOODS AGREEMENT", "ORIGIN DECLARATION", "of a certified exporter"),
    name="ORIGIN DECLARATION",
    exporter="Exporter",
    consignee="Consignee",
    transport="Means of transport and route (as far as known)",
    columns=_DECLARED_COLUMNS,
    authorisation="Declaration by the certified exporter",
    authorised="The exporter of the products covered by this document declares that the products satisfy the "
    "Rules of Origin to be considered as ASEAN Originating Products under ATIGA, of the countries and by the "
    "criteria named above.",
    ticks="Endorsements",
    endorsements=_ENDORSEMENTS,
)
"""ATIGA OCP Rules 12A and 12B."""

RCEP_DECLARATION: Final = Form(
    title=(
        "REGIONAL COMPREHENSIVE ECONOMIC PARTNERSHIP AGREEMENT",
        "DECLARATION OF ORIGIN",
        "by an approved exporter",
    ),
    name="DECLARATION OF ORIGIN",
    exporter="Exporter",
    consignee="Consignee or importer",
    producer="Producer (if known)",
    transport="Means of transport and route (if known)",
    columns=_DECLARED_COLUMNS,
    authorisation="Declaration by the approved exporter",
    authorised="The exporter declares that the goods named above are originating goods under the Regional "
    "Comprehensive Economic Partnership Agreement, of the countries and by the criteria named above.",
    ticks="Endorsements",
    endorsements=_ENDORSEMENTS,
)
"""RCEP Article 3.18."""

FORMS: Final = {
    "ATIGA-D": FORM_D,
    "ATIGA-OD": ORIGIN_DECLARATION,
    "RCEP-CO": RCEP,
    "RCEP-DO": RCEP_DECLARATION,
}
"""By the code of the scheme."""
