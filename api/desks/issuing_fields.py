"""The form of a draft: which control stands for which field of the document, box by box, in one table.

A control is named by the dotted path of its field, as the columns of a bulk table are; `*` stands for the
number of a goods line, an invoice or an original.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ledger.said import Said, said
from ledger.scheme_shapes import SHAPES, outside_name
from ledger.terms import Scheme

SCHEMES: Final[Mapping[Scheme, Said]] = {
    Scheme.ATIGA_FORM_D: said("ATIGA Form D"),
    Scheme.RCEP_CO: said("RCEP certificate of origin"),
}
"""What can be drafted; declarations are registered by whoever made them out."""
NOTHING: Final = said("")
_NUMBER: Final = re.compile("[1-9][0-9]?")


class Kind(StrEnum):
    """What a control is."""

    TEXT = "text"
    AREA = "area"
    DATE = "date"
    NUMBER = "number"
    DIGITS = "digits"
    """Written without the dots and spaces that people put between them."""
    CODE = "code"
    """Written in capitals."""
    COUNTRY = "country"
    MEMBER = "member"
    CHOICE = "choice"
    TICK = "tick"


@dataclass(frozen=True, slots=True)
class Control:
    """One control."""

    path: str
    label: Said
    kind: Kind = Kind.TEXT
    hint: Said = NOTHING
    choices: tuple[str, ...] = ()
    """What there is to choose, or examples of codes to write."""
    called: Said = NOTHING
    """What it is called away from its box, where its label alone does not say whose it is."""


@dataclass(frozen=True, slots=True)
class Group:
    """Entries that repeat: goods lines, invoices, originals."""

    path: str
    """Of one entry, with `*` for its number."""
    name: Said
    """Of one entry; its number follows."""
    add: Said
    remove: Said
    most: int
    controls: tuple[Control, ...]
    groups: tuple["Group", ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A box of the form, or a few."""

    key: str
    title: Said
    box: Said
    """Where it stands on Form D."""
    controls: tuple[Control, ...] = ()
    groups: tuple[Group, ...] = ()
    folded: bool = False
    """Whether it is seldom needed, and closed while there is nothing in it."""


def _trader(part: str, who: Said) -> tuple[Control, ...]:
    as_given = said("As the customs administration gave it.")
    return tuple(
        Control(f"{part}.{name}", label, kind, hint, called=said("{who}: {what}", who=who, what=label))
        for name, label, kind, hint in (
            ("name", said("Name"), Kind.TEXT, NOTHING),
            ("address", said("Address"), Kind.AREA, NOTHING),
            ("country", said("Country"), Kind.COUNTRY, _TWO_LETTERS),
            ("operator", said("Operator code (AEO), if any"), Kind.TEXT, as_given),
        )
    )


_TWO_LETTERS: Final = said("Two letters, such as VN.")
_UNITS: Final = ("KGM", "TNE", "LTR", "MTR", "MTK", "MTQ", "PCE", "NMB", "SET")
_PACKAGES: Final = ("CT", "BG", "BX", "PK", "PX", "DR", "RO", "VL", "VR")
_UNIT: Final = said("UN/ECE Recommendation 20, such as KGM or PCE.")
_ID: Final = said("0x and 64 digits, from its envelope or its QR code.")

_INVOICES: Final = Group(
    "items.*.invoices.*",
    said("Invoice"),
    said("Add an invoice"),
    said("Remove this invoice"),
    99,
    (
        Control("items.*.invoices.*.number", said("Invoice number")),
        Control("items.*.invoices.*.date", said("Invoice date"), Kind.DATE),
    ),
)
_DRAWN: Final = Group(
    "items.*.originals.*",
    said("Line of an original"),
    said("Add a line of an original"),
    said("Remove this line of an original"),
    32,
    (
        Control("items.*.originals.*.certificate", said("Id on the ledger"), hint=_ID),
        Control("items.*.originals.*.reference", said("Reference number")),
        Control("items.*.originals.*.issuedOn", said("Date of issue"), Kind.DATE),
        Control("items.*.originals.*.item", said("Goods line re-exported here"), Kind.NUMBER),
    ),
)
_LINES: Final = Group(
    "items.*",
    said("Goods line"),
    said("Add a goods line"),
    said("Remove this goods line"),
    64,
    (
        Control(
            "items.*.description",
            said("Description of goods"),
            Kind.AREA,
            said("So that customs can tell which goods they are."),
        ),
        Control("items.*.marks", said("Marks and numbers on packages"), Kind.AREA),
        Control("items.*.packages.count", said("Number of packages"), Kind.NUMBER, said("0 only for bulk.")),
        Control(
            "items.*.packages.kind",
            said("Kind of packages"),
            Kind.CODE,
            said("UN/ECE Recommendation 21, such as CT or BG."),
            _PACKAGES,
        ),
        Control(
            "items.*.hsCode",
            said("HS code"),
            Kind.DIGITS,
            said("Of the importing member: 8 digits (AHTN) or 6 (HS)."),
        ),
        Control(
            "items.*.hsEdition",
            said("Edition of the HS code"),
            Kind.CHOICE,
            choices=("AHTN2022", "HS2022", "AHTN2017", "HS2017"),
        ),
        Control(
            "items.*.criterion",
            said("Origin criterion"),
            hint=said("Such as WO, CTH, 45% or CTSH + 35%; in RCEP WO, PE, CTC, RVC or CR."),
            choices=("WO", "CC", "CTH", "CTSH", "40%", "SP", "PC 25%"),
        ),
        Control("items.*.originCountry", said("Country of origin"), Kind.COUNTRY, _TWO_LETTERS),
        Control(
            "items.*.tariffDifferential",
            said("Tariff differential"),
            Kind.CHOICE,
            choices=("2.6.6(a)", "2.6.6(b)"),
        ),
        Control("items.*.quantity.value", said("Quantity"), Kind.NUMBER, said("Such as 19200 or 1200.50.")),
        Control("items.*.quantity.unit", said("Unit of the quantity"), Kind.CODE, _UNIT, _UNITS),
        Control("items.*.grossWeight.value", said("Gross weight, if given"), Kind.NUMBER),
        Control("items.*.grossWeight.unit", said("Unit of the weight"), Kind.CODE, choices=("KGM", "TNE")),
        Control(
            "items.*.fob.amount",
            said("FOB price, if given"),
            Kind.NUMBER,
            said("Needed with a regional value content in trade with some members."),
        ),
        Control(
            "items.*.fob.currency", said("Currency"), Kind.CODE, choices=("USD", "EUR", "SGD", "THB", "VND")
        ),
        Control("items.*.manufacturer", said("Manufacturer, if given")),
        Control("items.*.trademark", said("Trade mark, if any")),
    ),
    (_INVOICES, _DRAWN),
)
_ORIGINALS: Final = Group(
    "originals.*",
    said("Original"),
    said("Add an original"),
    said("Remove this original"),
    32,
    (
        Control("originals.*.certificate", said("Id on the ledger"), hint=_ID),
        Control("originals.*.reference", said("Reference number")),
        Control("originals.*.issuedOn", said("Date of issue"), Kind.DATE),
        Control("originals.*.exportingMember", said("Member that issued it"), Kind.COUNTRY, _TWO_LETTERS),
        Control(
            "originals.*.exporterCode",
            said("Authorisation code of its exporter"),
            hint=said("Only where it is a declaration."),
        ),
    ),
)

SECTIONS: Final = (
    Section(
        "about",
        said("The certificate"),
        said("top right and box 12"),
        (
            Control(
                "reference",
                said("Reference number"),
                hint=said("Top right, such as VN-TH 26/02/00006. Each number once."),
            ),
            Control("issuingOffice", said("Issuing office"), hint=said("Its code, such as 02.")),
            Control("importingMember", said("Importing member"), Kind.MEMBER),
            Control("issuedOn", said("Date of issue"), Kind.DATE),
            Control(
                "validUntil",
                said("Last day of validity"),
                Kind.DATE,
                said("Twelve months: the anniversary of the date of issue, less one day."),
            ),
        ),
    ),
    Section(
        "exporter",
        said("Goods consigned from: exporter"),
        said("box 1"),
        _trader("exporter", said("Exporter")),
    ),
    Section(
        "consignee",
        said("Goods consigned to: consignee"),
        said("box 2"),
        _trader("consignee", said("Consignee")),
    ),
    Section(
        "producer", said("Producer, where known"), NOTHING, _trader("producer", said("Producer")), folded=True
    ),
    Section(
        "transport",
        said("Means of transport and route, as far as known"),
        said("box 3"),
        (
            Control("transport.departureDate", said("Day of shipment"), Kind.DATE),
            Control("transport.conveyance", said("Vessel, flight, train or truck")),
            Control("transport.portOfLoading", said("Port of loading"), Kind.CODE, said("UN/LOCODE: VNSGN.")),
            Control(
                "transport.portOfDischarge", said("Port of discharge"), Kind.CODE, said("UN/LOCODE: THLCH.")
            ),
        ),
    ),
    Section("items", said("Goods lines"), said("boxes 5 to 10"), groups=(_LINES,)),
    Section(
        "thirdCountryInvoicer",
        said("Third-country invoicer"),
        said("box 7"),
        (
            Control("thirdCountryInvoicer.name", said("Company that issues the invoice")),
            Control("thirdCountryInvoicer.country", said("Its country"), Kind.COUNTRY, _TWO_LETTERS),
        ),
        folded=True,
    ),
    Section(
        "originals",
        said("Originals behind a back-to-back certificate"),
        said("box 7"),
        groups=(_ORIGINALS,),
        folded=True,
    ),
    Section(
        "exhibition",
        said("Exhibition"),
        said("box 2"),
        (
            Control("exhibition.name", said("Name of the exhibition")),
            Control("exhibition.address", said("Its address"), Kind.AREA),
        ),
        folded=True,
    ),
    Section(
        "endorsements",
        said("Ticks"),
        said("box 13"),
        (
            Control("endorsements.thirdCountryInvoicing", said("Third-country invoicing"), Kind.TICK),
            Control("endorsements.exhibition", said("Exhibition"), Kind.TICK),
            Control("endorsements.accumulation", said("Accumulation"), Kind.TICK),
            Control("endorsements.deMinimis", said("De minimis"), Kind.TICK),
            Control("endorsements.backToBack", said("Back-to-back certificate"), Kind.TICK),
            Control("endorsements.issuedRetroactively", said("Issued retroactively"), Kind.TICK),
            Control("endorsements.partialCumulation", said("Partial cumulation"), Kind.TICK),
        ),
    ),
    Section(
        "declaration",
        said("Declaration by the exporter"),
        said("box 11"),
        (
            Control(
                "declaration.countryOfProduction", said("Country of production"), Kind.COUNTRY, _TWO_LETTERS
            ),
            Control("declaration.importingCountry", said("Importing country"), Kind.COUNTRY, _TWO_LETTERS),
            Control("declaration.place", said("Place of signing")),
            Control("declaration.date", said("Date of signing"), Kind.DATE),
            Control("declaration.signatory", said("Who signed")),
        ),
    ),
    Section(
        "certification",
        said("Certification"),
        said("box 12"),
        (
            Control("certification.place", said("Place of certification")),
            Control("certification.date", said("Date of certification"), Kind.DATE),
            Control("certification.officer", said("Certifying officer")),
        ),
    ),
    Section(
        "remarks", said("Remarks"), NOTHING, (Control("remarks", said("Remarks"), Kind.AREA),), folded=True
    ),
)
"""The form in the order of its boxes."""


def _of_group(group: Group) -> Iterator[Control]:
    yield from group.controls
    for inner in group.groups:
        yield from _of_group(inner)


def _all() -> Iterator[Control]:
    for section in SECTIONS:
        yield from section.controls
        for group in section.groups:
            yield from _of_group(group)


CONTROLS: Final[Mapping[str, Control]] = {control.path: control for control in _all()}
"""Every control by its path."""
GROUPS: Final[Mapping[str, int]] = {
    path: group.most
    for section in SECTIONS
    for outer in section.groups
    for group in (outer, *outer.groups)
    for path in (group.path,)
}
"""Every group by the path of its entries, with how many it can have."""


def starred(path: str) -> str:
    """Return a path with `*` for each number of one or two digits in it."""
    return ".".join("*" if _NUMBER.fullmatch(step) else step for step in path.split("."))


def foreign(path: str, scheme: Scheme) -> bool:
    """Whether proofs of a scheme have no such field."""
    shape, steps = SHAPES[scheme], path.split(".")
    if steps[0] in {outside_name(part) for part in shape.lacks}:
        return True
    return (
        steps[0] == "items" and steps[2:3] != [] and steps[2] in {outside_name(p) for p in shape.item_lacks}
    )
