"""The exporter record: who a certified exporter is, kept off the ledger and bound to it by one hash.

    {"schema": "asal-exporter-record-1", "member": "VN", "code": "0001/VN", "scheme": "AWSC",
     "name": …, "address": …, "nationalId": …, "office": …, "issuedOn": "2026-11-02", "expiresOn": null,
     "products": [{"description": …, "hsCode": "090111", "hsEdition": "HS2022"}],
     "signatories": [{"name": …, "specimen": "0x…"}], "trader": false, "salt": "0x…"}

It holds what the database of certified exporters does (OCP Rule 2.4), and serves approved exporters of RCEP
as well (Art. 3.21.5).  Its hash is keccak-256 of its canonical JSON (RFC 8785) and stands in each version on
the ledger.  So a record proves itself, whoever hands it over and by whatever channel.  The random salt keeps
names and products, which can be guessed, from being found by their hash.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Final

import orjson

from ledger.codes.hs import EDITIONS
from ledger.errors import InputMalformed, Problem
from ledger.exporter_refused import ExporterMalformed
from ledger.field_checks import ADDRESS, NAME
from ledger.hashing import keccak
from ledger.strict_json import loads
from ledger.terms import first_instant, last_instant
from ledger.texts import EXPORTER_PATTERN, ID_PATTERN, Check, Fault, country, printable, shaped, text

SCHEMA: Final = "asal-exporter-record-1"
NATIONAL_ID: Final = 35
OFFICE: Final = 256
DESCRIPTION: Final = 512
MOST_PRODUCTS: Final = 500
MOST_SIGNATORIES: Final = 10
"""OCP Rule 2.4."""
MOST_BYTES: Final = 256 * 1024
"""Size of a record in a file."""
_AHTN: Final = 8
_HASH = shaped(ID_PATTERN, "code.hash", "use 0x and 64 small hex digits")
_DAY: Final = "%Y-%m-%d"


class ExporterScheme(StrEnum):
    """Under which agreement an exporter makes out declarations itself."""

    AWSC = "AWSC"
    """Certified exporter, ASEAN-Wide Self-Certification (OCP Rule 12A)."""
    RCEP = "RCEP"
    """Approved exporter (RCEP Art. 3.21)."""


_SCHEMES: Final = tuple(scheme.value for scheme in ExporterScheme)
_PRODUCT_DIGITS: Final = {ExporterScheme.AWSC: (6, 8), ExporterScheme.RCEP: (2, 4, 6, 8)}
"""How closely goods are listed: by HS subheading or AHTN (Rule 2.4), at least by chapter (Art. 3.21.5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """Goods that an exporter may declare."""

    description: str
    hs_code: str
    """Digits without dots; 6 or 8 under AWSC, 2 (a chapter) to 8 under RCEP."""
    hs_edition: str
    """A key of `ledger.codes.hs.EDITIONS`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatory:
    """A person who may sign for an exporter."""

    name: str
    specimen: bytes | None = None
    """Keccak-256 of the file with the specimen signature, where one is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExporterRecord:
    """An exporter as its competent authority knows it, at one version of its authorisation."""

    member: str
    code: str
    scheme: ExporterScheme
    name: str
    address: str
    national_id: str
    """Number in the national register, such as a tax or company number."""
    office: str
    """The deciding office."""
    issued_on: date
    expires_on: date | None
    """Last day of the authorisation; None for unlimited."""
    products: tuple[Product, ...]
    signatories: tuple[Signatory, ...]
    trader: bool
    """Whether it trades in goods of others and so holds the manufacturer's declaration (Rule 12A.2)."""
    salt: bytes
    """32 random bytes."""

    @property
    def begins(self) -> datetime:
        """The first second of the authorisation, UTC."""
        return datetime.fromtimestamp(first_instant(self.issued_on), UTC)

    @property
    def until(self) -> datetime | None:
        """The last second of the authorisation, UTC."""
        return datetime.fromtimestamp(last_instant(self.expires_on), UTC) if self.expires_on else None

    def lists_signatory(self, name: str) -> bool:
        """Whether a person is among the signatories; case and spacing of the name do not matter."""
        return _plain(name) in {_plain(one.name) for one in self.signatories}

    def lists_product(self, hs_code: str, hs_edition: str) -> bool:
        """Whether goods are among the products: the same code as far as both go, of one HS edition."""
        year = EDITIONS[hs_edition].year
        return any(
            EDITIONS[one.hs_edition].year == year
            and (hs_code.startswith(one.hs_code) or one.hs_code.startswith(hs_code))
            for one in self.products
        )

    def content(self) -> dict[str, Any]:
        """Return all but the salt as JSON members."""
        return {
            "schema": SCHEMA,
            "member": self.member,
            "code": self.code,
            "scheme": self.scheme.value,
            "name": self.name,
            "address": self.address,
            "nationalId": self.national_id,
            "office": self.office,
            "issuedOn": self.issued_on.isoformat(),
            "expiresOn": self.expires_on.isoformat() if self.expires_on else None,
            "products": [
                {"description": one.description, "hsCode": one.hs_code, "hsEdition": one.hs_edition}
                for one in self.products
            ],
            "signatories": [
                {"name": one.name, "specimen": f"0x{one.specimen.hex()}" if one.specimen else None}
                for one in self.signatories
            ],
            "trader": self.trader,
        }

    def document(self) -> dict[str, Any]:
        """Return the record as JSON members."""
        return self.content() | {"salt": f"0x{self.salt.hex()}"}


def record_bytes(record: ExporterRecord) -> bytes:
    """Return the canonical JSON (RFC 8785: its keys are ASCII, and it holds no numbers)."""
    return orjson.dumps(record.document(), option=orjson.OPT_SORT_KEYS)


def record_hash(record: ExporterRecord) -> bytes:
    """Return what the ledger names the record by."""
    return keccak(record_bytes(record))


def record_in(data: bytes) -> ExporterRecord:
    """Return the record in JSON text of any layout.

    Raises `InputMalformed` when it is too long or no strict JSON, `ExporterMalformed` when it is no record.
    """
    if len(data) > MOST_BYTES:
        raise InputMalformed("record.too-long", f"a record has at most {MOST_BYTES} bytes")
    return record_of(loads(data))


def record_of(document: object) -> ExporterRecord:
    """Return the record that a JSON object is; raises `ExporterMalformed` with everything that is wrong."""
    problems = tuple(_problems(document))
    if problems or not isinstance(document, dict):
        raise ExporterMalformed(problems)
    expires = document["expiresOn"]
    return ExporterRecord(
        member=document["member"],
        code=document["code"],
        scheme=ExporterScheme(document["scheme"]),
        name=document["name"],
        address=document["address"],
        national_id=document["nationalId"],
        office=document["office"],
        issued_on=date.fromisoformat(document["issuedOn"]),
        expires_on=date.fromisoformat(expires) if expires else None,
        products=tuple(
            Product(description=one["description"], hs_code=one["hsCode"], hs_edition=one["hsEdition"])
            for one in document["products"]
        ),
        signatories=tuple(
            Signatory(
                name=one["name"], specimen=bytes.fromhex(one["specimen"][2:]) if one["specimen"] else None
            )
            for one in document["signatories"]
        ),
        trader=document["trader"],
        salt=bytes.fromhex(document["salt"][2:]),
    )


def _plain(name: str) -> str:
    """Return a person's name as it is compared."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _day(value: str) -> Fault:
    try:
        plain = datetime.strptime(value, _DAY).replace(tzinfo=UTC).date().isoformat() == value
    except ValueError:
        plain = False
    return None if plain else ("date.format", "use a date, YYYY-MM-DD")


_TEXTS: Final[Mapping[str, Check]] = {
    "member": country,
    "code": shaped(
        EXPORTER_PATTERN, "code.exporter", "use 1 to 32 characters of A-Z, 0-9, hyphen, slash, full stop"
    ),
    "name": text(NAME),
    "address": text(ADDRESS, lines=True),
    "nationalId": printable(NATIONAL_ID),
    "office": text(OFFICE),
    "issuedOn": _day,
    "salt": _HASH,
}
"""Per field that holds a text, what it must look like."""
_OTHERS: Final = frozenset({"schema", "scheme", "expiresOn", "products", "signatories", "trader"})


def _problems(document: object) -> Iterator[Problem]:
    """Yield what is wrong with a record."""
    if not isinstance(document, dict):
        yield Problem("", "type.object", "must be an object")
        return
    for _ in {*document} - {*_TEXTS, *_OTHERS}:
        yield Problem("", "field.unknown", "holds a field that is not documented")
    if document.get("schema") != SCHEMA:
        yield Problem("/schema", "record.schema", f"must be {SCHEMA}")
    for name, check in _TEXTS.items():
        yield from _checked(f"/{name}", document.get(name), check)
    if document.get("scheme") not in _SCHEMES:
        yield Problem("/scheme", "exporter.scheme", f"use one of {', '.join(_SCHEMES)}")
    if not isinstance(document.get("trader"), bool):
        yield Problem("/trader", "type.boolean", "must be true or false")
    yield from _of_term(document)
    yield from _of_products(document.get("products"), document.get("scheme"))
    yield from _of_signatories(document.get("signatories"))


def _checked(pointer: str, value: object, check: Check) -> Iterator[Problem]:
    fault = check(value) if isinstance(value, str) else ("type.string", "must be a string")
    if fault:
        yield Problem(pointer, *fault)


def _of_term(document: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with the end of the authorisation; the field is there and may be null."""
    ends = document.get("expiresOn")
    if "expiresOn" in document and ends is None:
        return
    faults = tuple(_checked("/expiresOn", ends, _day))
    yield from faults
    if not faults and str(document.get("issuedOn")) > str(ends):
        yield Problem("/expiresOn", "exporter.term", "must not lie before issuedOn")


def _of_products(products: object, scheme: object) -> Iterator[Problem]:
    if not isinstance(products, list) or not 1 <= len(products) <= MOST_PRODUCTS:
        yield Problem("/products", "exporter.products", f"list 1 to {MOST_PRODUCTS} products (OCP Rule 2.4)")
        return
    digits = _PRODUCT_DIGITS.get(ExporterScheme(scheme)) if scheme in _SCHEMES else None
    for at, one in enumerate(products):
        yield from _of_rows(
            f"/products/{at}", one, {"description": text(DESCRIPTION, lines=True)}, "hsCode", "hsEdition"
        )
        if isinstance(one, dict):
            yield from _of_code(f"/products/{at}", one, digits)


def _of_code(pointer: str, product: Mapping[str, Any], digits: tuple[int, ...] | None) -> Iterator[Problem]:
    code, edition = product.get("hsCode"), product.get("hsEdition")
    plain = isinstance(code, str) and code.isascii() and code.isdigit()
    if not plain or (digits and len(str(code)) not in digits):
        wanted = " or ".join(map(str, digits or (6, 8)))
        yield Problem(f"{pointer}/hsCode", "code.hs", f"use {wanted} digits without dots")
        return
    if not isinstance(edition, str) or edition not in EDITIONS:
        yield Problem(f"{pointer}/hsEdition", "code.hs-edition", f"use one of {', '.join(EDITIONS)}")
    elif (EDITIONS[edition].digits == _AHTN) != (len(str(code)) == _AHTN):
        yield Problem(
            f"{pointer}/hsEdition", "code.hs-edition", "AHTN codes have eight digits, HS codes fewer"
        )


def _of_signatories(signatories: object) -> Iterator[Problem]:
    if not isinstance(signatories, list) or not 1 <= len(signatories) <= MOST_SIGNATORIES:
        message = f"list 1 to {MOST_SIGNATORIES} signatories (OCP Rule 2.4)"
        yield Problem("/signatories", "exporter.signatories", message)
        return
    for at, one in enumerate(signatories):
        yield from _of_rows(f"/signatories/{at}", one, {"name": text(NAME)}, "specimen")
        if isinstance(one, dict) and one.get("specimen") is not None:
            yield from _checked(f"/signatories/{at}/specimen", one.get("specimen"), _HASH)
    names = [
        _plain(one["name"])
        for one in signatories
        if isinstance(one, dict) and isinstance(one.get("name"), str)
    ]
    if len(names) != len(set(names)):
        yield Problem("/signatories", "exporter.signatories", "name each person once")


def _of_rows(pointer: str, row: object, texts: Mapping[str, Check], *others: str) -> Iterator[Problem]:
    """Yield what is wrong with the members of a row, but for those that are looked at by themselves."""
    if not isinstance(row, dict) or {*row} != {*texts, *others}:
        yield Problem(pointer, "type.object", f"must be an object with {', '.join((*texts, *others))}")
        return
    for name, check in texts.items():
        yield from _checked(f"{pointer}/{name}", row.get(name), check)
