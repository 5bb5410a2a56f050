"""The shape of a certificate document, box by box: what OpenAPI shows and what the door lets in.

The models check types, names and formats of single values.  Lengths, alphabets and code lists are told in
the schema and checked in one place, `ledger.wellformed`, which also holds for certificates made without a
document.

The format has no arrays: goods lines, invoices and originals are objects keyed "1", "2", …, so that any of
them can be hidden from an envelope and the rest still verifies.  Numbers are strings, dates are ISO 8601,
and an optional field is left out, never null.
"""

import datetime
import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, Final, Literal, LiteralString, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from ledger import field_checks, texts
from ledger.document_example import EXAMPLE
from ledger.terms import Scheme

_DATE_PATTERN: Final = r"^2[0-9]{3}-[0-9]{2}-[0-9]{2}$"  # no arrangement is older, and every year has a next
_NUMBER_PATTERN: Final = r"^[1-9][0-9]?$"


def _matched(
    pattern: str, rule: LiteralString, wanted: LiteralString, convert: Callable[[str], Any]
) -> BeforeValidator:
    """Return a validator that converts a string of this pattern and refuses everything else by `rule`."""
    compiled = re.compile(pattern)

    @lru_cache(maxsize=1024)  # days and counts repeat; what does not match is never kept
    def read(text: str) -> object:
        if not compiled.fullmatch(text):
            raise ValueError(rule)
        return convert(text)

    def validate(value: object) -> object:
        if not isinstance(value, str):
            raise PydanticCustomError("type.string", wanted)
        try:
            return read(value)
        except ValueError:  # also for 30 February, or an unknown scheme
            refused = PydanticCustomError(rule, wanted)
        raise refused  # outside, because the error above has the value in it

    return BeforeValidator(validate)


def _scheme(code: str) -> Scheme:
    try:
        return Scheme.named(code)
    except KeyError as unknown:
        raise ValueError(code) from unknown


def _string(pattern: str, example: str, **more: object) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": [example], **more})


_WANTED_DECIMAL = (
    "write a plain decimal: no exponent, sign, group separators or leading zeros, such as 1200.50"
)

Day: TypeAlias = Annotated[
    datetime.date,
    _matched(
        _DATE_PATTERN,
        "date.format",
        "write a date as YYYY-MM-DD, of this millennium",
        datetime.date.fromisoformat,
    ),
    _string(_DATE_PATTERN, "2026-11-02", format="date"),
]
Amount: TypeAlias = Annotated[
    Decimal,
    _matched(texts.DECIMAL_PATTERN, "number.format", _WANTED_DECIMAL, Decimal),
    _string(texts.DECIMAL_PATTERN, "1200.50"),
]
Count: TypeAlias = Annotated[
    int,
    _matched(texts.COUNT_PATTERN, "number.format", "write a whole number in digits, as a string", int),
    _string(texts.COUNT_PATTERN, "120"),
]
Line: TypeAlias = Annotated[
    int,
    _matched(_NUMBER_PATTERN, "number.format", "write a line number in digits, as a string", int),
    _string(_NUMBER_PATTERN, "2"),
]
LedgerId: TypeAlias = Annotated[
    bytes,
    _matched(
        texts.ID_PATTERN,
        "code.id",
        "write 0x and 64 lower-case hex digits",
        lambda text: bytes.fromhex(text[2:]),
    ),
    _string(texts.ID_PATTERN, "0x" + "5a" * 32),
]
SchemeCode: TypeAlias = Annotated[
    Scheme,
    _matched(
        r"^[A-Z0-9-]{1,20}$",
        "code.scheme",
        "name a known scheme: ATIGA-D, ATIGA-OD, RCEP-CO or RCEP-DO",
        _scheme,
    ),
    WithJsonSchema({"type": "string", "enum": [scheme.code for scheme in Scheme]}),
]
Country: TypeAlias = Annotated[
    str, Field(json_schema_extra={"pattern": texts.COUNTRY_PATTERN, "examples": ["VN"]})
]
Number: TypeAlias = Annotated[str, Field(pattern=_NUMBER_PATTERN)]


def _text(limit: int) -> Any:  # noqa: ANN401 (pydantic's own return type)
    """Return a field whose bound is told in the schema and checked by `ledger.wellformed`, in one place."""
    return Field(json_schema_extra={"minLength": 1, "maxLength": limit})


def _may_be_absent(description: str, **more: Any) -> Any:  # noqa: ANN401 (as pydantic's own)
    """Return a field that is left out when there is nothing to say; null is refused."""
    return Field(default=None, description=description, **more)


Name: TypeAlias = Annotated[str, _text(field_checks.NAME)]
Address: TypeAlias = Annotated[str, _text(field_checks.ADDRESS)]
Place: TypeAlias = Annotated[str, _text(field_checks.PLACE)]
Reference: TypeAlias = Annotated[str, _text(field_checks.LONGEST_REFERENCE)]
ExporterCode: TypeAlias = Annotated[
    str, Field(json_schema_extra={"pattern": texts.EXPORTER_PATTERN, "examples": ["0123/CE26"]})
]


def _without_null_defaults(schema: dict[str, Any]) -> None:
    """Take `default: null` out of the schema: an optional field is left out, and null is refused."""
    for field in schema.get("properties", {}).values():
        if field.get("default", ...) is None:
            del field["default"]


def _with_example(schema: dict[str, Any]) -> None:
    _without_null_defaults(schema)
    schema["examples"] = [EXAMPLE]


class Document(BaseModel):
    """Strict, closed and frozen; camelCase outside, snake_case inside."""

    model_config = ConfigDict(  # type: ignore[pydantic-alias]  # aliases by one fixed function
        strict=True,
        extra="forbid",
        frozen=True,
        alias_generator=to_camel,
        json_schema_extra=_without_null_defaults,
    )


class TraderDocument(Document):
    """A business in box 1 or 2."""

    name: Name = Field(description="Business name.")
    address: Address = Field(description="Address; may have line breaks.")
    country: Country = Field(description="ISO 3166 alpha-2.")
    operator: Annotated[str, _text(field_checks.OPERATOR)] = _may_be_absent("AEO code, where it has one.")


class TransportDocument(Document):
    """Box 3, as far as known."""

    departure_date: Day = _may_be_absent("Box 3: day of shipment.")
    conveyance: Annotated[str, _text(field_checks.CONVEYANCE)] = _may_be_absent(
        "Box 3: vessel and voyage, flight, train or truck."
    )
    port_of_loading: str = _may_be_absent("Box 3: UN/LOCODE.", examples=["VNSGN"])
    port_of_discharge: str = _may_be_absent("Box 3: UN/LOCODE.", examples=["THLCH"])


class PackagesDocument(Document):
    """Number and kind of packages, box 7."""

    count: Count = Field(description="Box 7: number of packages; 0 only for bulk.")
    kind: str = Field(description="Box 7: UN/ECE Recommendation 21 code.", examples=["CT"])


class MeasureDocument(Document):
    """Quantity or gross weight, box 9."""

    value: Amount = Field(description="Box 9: plain decimal, above zero.")
    unit: str = Field(description="Box 9: UN/ECE Recommendation 20 code.", examples=["KGM"])


class MoneyDocument(Document):
    """FOB price, box 9."""

    amount: Amount = Field(description="Box 9: plain decimal, above zero.")
    currency: str = Field(description="Box 9: ISO 4217 code.", examples=["USD"])


class InvoiceDocument(Document):
    """Invoice, box 10."""

    number: Annotated[str, _text(field_checks.INVOICE)] = Field(description="Box 10: invoice number.")
    date: Day = Field(description="Box 10: invoice date.")


class ItemOriginalDocument(Document):
    """The goods line of an original that a back-to-back line re-exports, box 7."""

    certificate: LedgerId = Field(description="Id of the original on the ledger.")
    reference: Reference = Field(description="Box 7: its reference number.")
    issued_on: Day = Field(description="Box 7: its date of issue.")
    item: Line = Field(description="Its goods line that is re-exported here.")


class ItemDocument(Document):
    """One goods line, boxes 5 to 10; its number (box 5) is its key."""

    marks: Annotated[str, _text(field_checks.MARKS)] = _may_be_absent(
        "Box 6: marks and numbers on packages; Form D must have it."
    )
    packages: PackagesDocument = _may_be_absent("Box 7: number and kind of packages; Form D must have it.")
    description: Annotated[str, _text(field_checks.DESCRIPTION)] = Field(
        description="Box 7: description of goods."
    )
    hs_code: str = Field(
        description="Box 7: AHTN code of the importing state (8 digits), or HS (6 digits), without dots.",
        examples=["09011130"],
        json_schema_extra={"pattern": texts.HS_PATTERN},
    )
    hs_edition: str = Field(
        description="Edition of the code, such as AHTN2022 or HS2022.", examples=["AHTN2022"]
    )
    manufacturer: Name = _may_be_absent("Box 7: name of manufacturer.")
    trademark: Name = _may_be_absent("Box 7: trade mark.")
    criterion: Annotated[str, _text(field_checks.CRITERION)] = Field(
        description="Box 8: origin criterion: WO, 45%, CC, CTH, CTSH, SP, CTSH + 35%, PC 25%; in RCEP WO, "
        "PE, CTC, RVC, CR, with ACU and DMI.",
        examples=["CTH"],
    )
    quantity: MeasureDocument = Field(description="Box 9: quantity.")
    gross_weight: MeasureDocument = _may_be_absent("Box 9: gross weight.")
    fob: MoneyDocument = _may_be_absent("Box 9: FOB price, where a regional value content is applied.")
    origin_country: Country = Field(description="Country of origin of this line, ISO 3166 alpha-2.")
    tariff_differential: Literal["2.6.6(a)", "2.6.6(b)"] = _may_be_absent(
        "RCEP box 11: paragraph of Article 2.6 that the country of origin rests on."
    )
    invoices: dict[Number, InvoiceDocument] = _may_be_absent(
        "Box 10: invoices, keyed 1, 2, …; a declaration may do without.", min_length=1
    )
    originals: dict[Number, ItemOriginalDocument] = _may_be_absent(
        "Box 7, back-to-back: lines of the originals, keyed 1, 2, …", min_length=1
    )


class InvoicerDocument(Document):
    """The company in a third country that issues the invoice, box 7."""

    name: Name = Field(description="Box 7: company that issues the invoice.")
    country: Country = Field(description="Box 7: its country, ISO 3166 alpha-2.")


class ExhibitionDocument(Document):
    """The exhibition at which the goods are shown, box 2."""

    name: Name = Field(description="Box 2: name of the exhibition.")
    address: Address = Field(description="Box 2: its address.")


class OriginalDocument(Document):
    """An original proof of origin behind a back-to-back certificate, box 7."""

    certificate: LedgerId = Field(description="Id of the original on the ledger.")
    reference: Reference = Field(description="Box 7: its reference number.")
    issued_on: Day = Field(description="Box 7: its date of issue.")
    exporting_member: Country = Field(description="The member that issued it.")
    exporter_code: ExporterCode = _may_be_absent(
        "Authorisation code of its exporter, where it is a declaration."
    )


class ReplacedDocument(Document):
    """The earlier certificate that this one takes the place of."""

    reference: Reference = Field(description="Its reference number.")
    issued_on: Day = Field(description="Its date of issue.")


class EndorsementsDocument(Document):
    """The seven tick-boxes of box 13, always all present."""

    third_country_invoicing: bool = Field(description="Box 13: Third Country Invoicing.")
    exhibition: bool = Field(description="Box 13: Exhibition.")
    accumulation: bool = Field(description="Box 13: Accumulation.")
    de_minimis: bool = Field(description="Box 13: De Minimis.")
    back_to_back: bool = Field(description="Box 13: Back-to-Back CO.")
    issued_retroactively: bool = Field(description="Box 13: Issued Retroactively.")
    partial_cumulation: bool = Field(description="Box 13: Partial Cumulation.")


class DeclarationDocument(Document):
    """The exporter's declaration, box 11."""

    country_of_production: Country = Field(description="Box 11: country in which the goods were produced.")
    importing_country: Country = Field(description="Box 11: importing country.")
    place: Place = Field(description="Box 11: place of signing.")
    date: Day = Field(description="Box 11: date of signing.")
    signatory: Name = Field(description="Box 11: who signed.")


class CertificationDocument(Document):
    """The authority's certification, box 12."""

    place: Place = Field(description="Box 12: place of certification.")
    date: Day = Field(description="Box 12: date of certification.")
    officer: Name = Field(description="Box 12: who certified.")


class AuthorisationDocument(Document):
    """Under what an exporter made out a declaration, and on which document."""

    exporter_code: ExporterCode = Field(description="Authorisation code of the exporter.")
    signatory: Name = Field(description="Authorised signatory.")
    document_type: Literal["commercial-invoice", "billing-statement", "delivery-order", "packing-list"] = (
        _may_be_absent("What it is made out on; ATIGA-OD must have it.")
    )
    document_number: Annotated[str, _text(field_checks.CARRIER)] = _may_be_absent(
        "Number of that document; ATIGA-OD must have it."
    )
    document_date: Day = _may_be_absent("Date of that document; ATIGA-OD must have it.")


class CertificateDocument(Document):
    """A proof of origin: ATIGA Form D or origin declaration, RCEP certificate or declaration."""

    model_config = ConfigDict(json_schema_extra=_with_example)

    scheme: SchemeCode = Field(description="Which proof of origin this is.")
    reference: Reference = Field(
        description="Top right: reference number; of an ATIGA-OD type, number and date of its document, such "
        "as `CI INV-2026/118 2026-11-02`."
    )
    issuing_office: Annotated[str, _text(field_checks.LONGEST_OFFICE)] = Field(
        description="Office of issuance; of a declaration the exporter's code."
    )
    exporting_member: Country = Field(description="Top right: the member in which it is issued.")
    importing_member: Country = Field(description="The member it is addressed to.")
    issued_on: Day = Field(description="Box 12: date of issue.")
    valid_until: Day = Field(
        description="Last day of presentation: twelve months, the anniversary less one day."
    )
    exporter: TraderDocument = Field(description="Box 1: goods consigned from.")
    consignee: TraderDocument = _may_be_absent("Box 2: goods consigned to; all but ATIGA-OD must have it.")
    producer: TraderDocument = _may_be_absent("RCEP box 3: producer, where known.")
    transport: TransportDocument = Field(description="Box 3: means of transport and route, as far as known.")
    items: dict[Number, ItemDocument] = Field(
        description="Boxes 5 to 10: goods lines, keyed 1, 2, … without gaps.", min_length=1
    )
    third_country_invoicer: InvoicerDocument = _may_be_absent("Box 7: third-country invoicer.")
    exhibition: ExhibitionDocument = _may_be_absent("Box 2: exhibition.")
    originals: dict[Number, OriginalDocument] = _may_be_absent(
        "Box 7: originals behind a back-to-back certificate, keyed 1, 2, …", min_length=1
    )
    replaces: ReplacedDocument = _may_be_absent("The certificate this one replaces.")
    endorsements: EndorsementsDocument = Field(description="Box 13: the seven tick-boxes.")
    declaration: DeclarationDocument = _may_be_absent(
        "Box 11: declaration by the exporter; certificates must have it."
    )
    certification: CertificationDocument = _may_be_absent(
        "Box 12: certification; certificates must have it, declarations have none."
    )
    authorisation: AuthorisationDocument = _may_be_absent(
        "Authorisation of the exporter; declarations must have it, certificates have none."
    )
    remarks: Annotated[str, _text(field_checks.REMARKS)] = _may_be_absent("RCEP box 14: remarks.")
