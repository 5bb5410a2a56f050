"""What a proof of origin is: every box of ATIGA Form D as plain, frozen values, and what others add.

Box numbers follow Annex 7 of the ASEAN Trade in Goods Agreement (ATIGA).  One document serves every scheme:
what only some of them have is optional here, and `ledger.scheme_shapes` says which scheme must have it.
Nothing here judges: whether the values are written properly is asked of `ledger.wellformed`, whether an
arrangement accepts them of `ledger.rules`, and how they travel as JSON of `ledger.documents`.

Box 4 (official use at import) is no part of an issued certificate; it is a later decision of the importing
customs.
"""

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from ledger.terms import Scheme

MAX_ITEMS: Final = 64
"""Goods lines of one certificate, so that a decision on each can be one bit of a 64-bit word."""

MAX_ORIGINALS: Final = 32
"""Originals behind a back-to-back certificate; the contract's limit on parents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trader:
    """A business: exporter (box 1), consignee (box 2), or in RCEP producer (box 3)."""

    name: str
    address: str
    country: str
    """ISO 3166 alpha-2."""
    operator: str | None = None
    """Its authorised economic operator code, where it has one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transport:
    """Box 3, means of transport and route, which Form D asks for only "as far as known"."""

    departure_date: datetime.date | None = None
    """Day of shipment; decides whether a certificate was issued retroactively."""
    conveyance: str | None = None
    """Vessel and voyage, flight, truck or train."""
    port_of_loading: str | None = None
    """UN/LOCODE, five characters."""
    port_of_discharge: str | None = None
    """UN/LOCODE, five characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packages:
    """How many packages of which kind (box 7)."""

    count: int
    """0 only for goods in bulk."""
    kind: str
    """UN/ECE Recommendation 21, two characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A quantity or a weight (box 9)."""

    value: Decimal
    unit: str
    """UN/ECE Recommendation 20, two or three characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """A FOB price (box 9)."""

    amount: Decimal
    currency: str
    """ISO 4217, three letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """An invoice that covers a goods line (box 10)."""

    number: str
    date: datetime.date


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemOriginal:
    """The goods line of an original proof that a back-to-back line re-exports (box 7, Rule 11)."""

    certificate: bytes
    """Id of the original on the ledger, 32 bytes."""
    reference: str
    issued_on: datetime.date
    item: int
    """Its line number there, from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One goods line: boxes 5 to 10."""

    number: int
    """Box 5; lines are numbered 1, 2, 3 … without gaps."""
    marks: str | None = None
    """Box 6, marks and numbers on the packages."""
    packages: Packages | None = None
    description: str
    hs_code: str
    """Six digits of the Harmonized System or eight of the importing state's AHTN, without dots."""
    hs_edition: str
    """The edition that `hs_code` is taken from, a key of `ledger.codes.hs.EDITIONS`."""
    manufacturer: str | None = None
    trademark: str | None = None
    criterion: str
    """Box 8 as written, read by `ledger.rules.criterion`."""
    quantity: Measure
    gross_weight: Measure | None = None
    fob: Money | None = None
    origin_country: str
    """ISO 3166 alpha-2; differs from the exporting member when the proof is back-to-back."""
    tariff_differential: str | None = None
    """RCEP box 11: the paragraph of Article 2.6 that the country of origin rests on, `2.6.6(a)` or `(b)`."""
    invoices: tuple[Invoice, ...] = ()
    originals: tuple[ItemOriginal, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoicer:
    """The company in a third country that issues the invoice (box 7, Rule 23)."""

    name: str
    country: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibition:
    """The exhibition at which the goods are shown before they are sold (box 2, Rule 22)."""

    name: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """An original proof of origin behind a back-to-back certificate (box 7, Rule 11)."""

    certificate: bytes
    """Its id on the ledger, 32 bytes."""
    reference: str
    issued_on: datetime.date
    exporting_member: str
    exporter_code: str | None = None
    """Authorisation code of its exporter, where it is a declaration (AWSC; RCEP Annex 3B, 1(m) and 2(l))."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """The earlier certificate that this one takes the place of (Rule 29)."""

    reference: str
    issued_on: datetime.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Endorsements:
    """The seven tick-boxes of box 13, independent of each other."""

    third_country_invoicing: bool = False
    exhibition: bool = False
    accumulation: bool = False
    de_minimis: bool = False
    back_to_back: bool = False
    issued_retroactively: bool = False
    partial_cumulation: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """Box 11, signed by the exporter."""

    country_of_production: str
    importing_country: str
    place: str
    date: datetime.date
    signatory: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Certification:
    """Box 12, signed by the issuing authority."""

    place: str
    date: datetime.date
    officer: str


DOCUMENT_TYPES: Final = {
    "commercial-invoice": "CI",
    "billing-statement": "BS",
    "delivery-order": "DO",
    "packing-list": "PL",
}
"""What an origin declaration is made out on (Rule 12B.2), and the letters of it in the reference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorisation:
    """Under what an exporter made out a declaration, and on which document (Rules 12A and 12B)."""

    exporter_code: str
    """Authorisation code of the certified (ATIGA) or approved (RCEP) exporter."""
    signatory: str
    """Who signed, one of those the exporter is authorised with."""
    document_type: str | None = None
    """What it is made out on, a key of `DOCUMENT_TYPES`."""
    document_number: str | None = None
    document_date: datetime.date | None = None

    @property
    def reference(self) -> str | None:
        """The reference of a declaration that has no number of its own: type, number, date of the document.

        Such as `CI INV-2026/118 2026-11-02`.  Two letters before and eight digits after keep it unambiguous
        when `normalised` has taken the separators out.  None without a document.
        """
        if not (self.document_type in DOCUMENT_TYPES and self.document_number and self.document_date):
            return None
        return f"{DOCUMENT_TYPES[self.document_type]} {self.document_number} {self.document_date}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A proof of origin as its authority issues it, or as its exporter made it out."""

    scheme: Scheme
    reference: str
    """Given by each office of issuance separately (Rule 7.3), at most 35 characters; of a declaration that
    of its document (`Authorisation.reference`), in RCEP its unique reference number."""
    issuing_office: str
    """Office of issuance; of a declaration the exporter's code."""
    exporting_member: str
    """The member whose authority issues it: for back-to-back the intermediate one."""
    importing_member: str
    issued_on: datetime.date
    valid_until: datetime.date
    """Last day on which it can be presented (Rule 14)."""
    exporter: Trader
    consignee: Trader | None = None
    producer: Trader | None = None
    """RCEP box 3, where known (Annex 3B, 1(b) and 2(b))."""
    transport: Transport
    items: tuple[Item, ...]
    third_country_invoicer: Invoicer | None = None
    exhibition: Exhibition | None = None
    originals: tuple[Original, ...] = ()
    replaces: Replaced | None = None
    endorsements: Endorsements
    declaration: Declaration | None = None
    certification: Certification | None = None
    authorisation: Authorisation | None = None
    """Of a declaration by an exporter; certificates have none."""
    remarks: str | None = None
    """RCEP box 14."""

    @property
    def parents(self) -> tuple[bytes, ...]:
        """Ids of the originals, ascending and each once: what `Terms.parents` carries."""
        return tuple(sorted({original.certificate for original in self.originals}))
