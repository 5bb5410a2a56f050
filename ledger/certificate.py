"""What a certificate of origin is: every box of ATIGA Form D as plain, frozen values.

Box numbers follow Annex 7 of the ASEAN Trade in Goods Agreement (ATIGA).  Nothing here judges: whether the
values are written properly is asked of `ledger.wellformed`, whether an arrangement accepts them of
`ledger.rules`, and how they travel as JSON of `ledger.documents`.

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
    """A business in box 1 (exporter) or box 2 (consignee)."""

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
    marks: str
    """Box 6, marks and numbers on the packages."""
    packages: Packages
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
    invoices: tuple[Invoice, ...]
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A certificate of origin as its authority issues it."""

    scheme: Scheme
    reference: str
    """Given by each office of issuance separately (Rule 7.3), at most 35 characters."""
    issuing_office: str
    exporting_member: str
    """The member whose authority issues it: for back-to-back the intermediate one."""
    importing_member: str
    issued_on: datetime.date
    valid_until: datetime.date
    """Last day on which it can be presented (Rule 14)."""
    exporter: Trader
    consignee: Trader
    transport: Transport
    items: tuple[Item, ...]
    third_country_invoicer: Invoicer | None = None
    exhibition: Exhibition | None = None
    originals: tuple[Original, ...] = ()
    replaces: Replaced | None = None
    endorsements: Endorsements
    declaration: Declaration
    certification: Certification

    @property
    def parents(self) -> tuple[bytes, ...]:
        """Ids of the originals, ascending and each once: what `Terms.parents` carries."""
        return tuple(sorted({original.certificate for original in self.originals}))
