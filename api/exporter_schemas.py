"""The shapes of what a competent authority asks about exporters, and of what members are told of them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import Field, WithJsonSchema

from api.schemas import ELSEWHERE, Id, Moment, Schema, hexed
from ledger.aeo.cases import EventState
from ledger.exporter_acts import NOTE, ExporterAct, ExporterAction, ExporterEvent, ExporterFile
from ledger.exporter_records import DESCRIPTION, MOST_PRODUCTS, MOST_SIGNATORIES, ExporterRecord
from ledger.looking_up import ApprovedShown, Shown
from ledger.origin.facts import ExporterStatus, ExporterVersion
from ledger.texts import EXPORTER_PATTERN

Code = Annotated[str, Field(pattern=EXPORTER_PATTERN, examples=["0123/CE26"])]
MemberCode = Annotated[str, Field(pattern="^[A-Z]{2}$", examples=["VN"])]
RecordBody = Annotated[dict[str, Any], WithJsonSchema({ELSEWHERE: "ExporterRecordOut"})]
"""A record as it was handed over; the ledger names its hash."""


class SchemeName(StrEnum):
    """Under which agreement an exporter declares itself."""

    AWSC = "AWSC"
    RCEP = "RCEP"


class ProductBody(Schema):
    """Goods that an exporter may declare."""

    description: str = Field(max_length=DESCRIPTION)
    hs_code: str = Field(max_length=8, description="6 or 8 digits; under RCEP also a chapter or heading.")
    hs_edition: str = Field(max_length=8, examples=["HS2022"])


class SignatoryBody(Schema):
    """A person who may sign."""

    name: str
    specimen: Id | None = Field(None, description="Keccak-256 of the file with the specimen signature.")


class ParticularsBody(Schema):
    """What is said of an exporter: all of it to authorise, what changes to amend."""

    scheme: SchemeName | None = None
    name: str | None = None
    address: str | None = None
    national_id: str | None = None
    office: str | None = Field(None, description="The deciding office.")
    issued_on: date | None = None
    expires_on: date | None = Field(None, description="Last day; null for unlimited.")
    products: list[ProductBody] | None = Field(None, max_length=MOST_PRODUCTS)
    signatories: list[SignatoryBody] | None = Field(None, max_length=MOST_SIGNATORIES)
    trader: bool | None = Field(None, description="Whether it holds the manufacturer's declaration.")

    def members(self) -> dict[str, Any]:
        """Return what was said as members of a record."""
        told = self.model_dump(mode="json", by_alias=True)
        said = self.model_dump(mode="json", by_alias=True, exclude_unset=True)
        return {name: told[name] for name in said}


class ExporterBody(Schema):
    """An act on an exporter of the caller's member."""

    act: ExporterAct
    code: Code
    particulars: ParticularsBody | None = Field(None, description="Of `authorise` and `amend`.")
    note: str = Field("", max_length=NOTE, description="Reasons in words; stay in the archive.")

    def to_domain(self, member: str, once: str) -> ExporterAction:
        """Return what is asked."""
        return ExporterAction(
            act=self.act,
            member=member,
            code=self.code,
            particulars=self.particulars.members() if self.particulars else {},
            note=self.note,
            once=once,
        )


class ExporterRecordOut(Schema):
    """An exporter's record: its keccak-256 in canonical JSON is what the ledger names."""

    schema_name: str = Field(alias="schema", examples=["asal-exporter-record-1"])
    member: str
    code: str
    scheme: str
    name: str
    address: str
    national_id: str
    office: str
    issued_on: str
    expires_on: str | None
    products: list[ProductBody]
    signatories: list[SignatoryBody]
    trader: bool
    salt: Id


class VersionOut(Schema):
    """One thing recorded of an exporter."""

    version: int
    status: str
    effective_from: Moment
    until: Moment | None = Field(None, description="Last second of the authorisation; absent for unlimited.")
    recorded_at: Moment
    record_hash: Id

    @classmethod
    def from_domain(cls, version: ExporterVersion) -> Self:
        """Show a version."""
        return cls(
            version=version.version,
            status=version.status.name.lower(),
            effective_from=version.effective_from,
            until=version.until,
            recorded_at=version.recorded_at,
            record_hash=hexed(version.record_hash),
        )


class ExporterOut(Schema):
    """How an exporter stands, with its record of that time where it is here."""

    member: str
    code: str
    at: Moment = Field(description="The moment that `status` and `authorised` are about.")
    status: str = Field(description="authorised, suspended, withdrawn; none before its first day.")
    authorised: bool = Field(description="Whether it may make out declarations at that moment.")
    pending: bool = Field(description="Whether an act of this service is on its way to the ledger.")
    versions: list[VersionOut]
    record: RecordBody | None = Field(None, description="Absent where it is not in this archive.")
    block: int

    @classmethod
    def from_domain(cls, file: ExporterFile, at: datetime, record: ExporterRecord | None) -> Self:
        """Show an exporter at a moment."""
        held = file.held.at(at)
        return cls(
            member=file.held.member,
            code=file.held.code,
            at=at,
            status=_word(held.status if held else None),
            authorised=file.held.authorised_at(at),
            pending=bool(file.coming),
            versions=[VersionOut.from_domain(version) for version in file.held.versions],
            record=record.document() if record else None,
            block=file.held.as_of.block,
        )


class ExporterList(Schema):
    """A page of exporters by code."""

    exporters: list[ExporterOut]


class ExporterActedOut(Schema):
    """What came of an act."""

    state: EventState = Field(description="recorded: done; accepted: stored, and on its way to the ledger.")
    act: ExporterAct
    version: int
    status: str
    record_hash: Id
    exporter: ExporterOut

    @classmethod
    def from_domain(cls, event: ExporterEvent, exporter: ExporterOut) -> Self:
        """Show an act."""
        return cls(
            state=event.state,
            act=event.act,
            version=event.version,
            status=_word(event.status),
            record_hash=hexed(event.record_hash),
            exporter=exporter,
        )


class RecordTakenOut(Schema):
    """A record that was taken in."""

    member: str
    code: str
    record_hash: Id


class LineShownOut(Schema):
    """One goods line."""

    hs_code: str
    description: str
    quantity: str
    unit: str


class ShownOut(Schema):
    """The six particulars of a certificate (RCEP Article 3.17.7), and how it stands."""

    number: str
    issued_on: date
    exporter: str = Field(description="Name of the exporter.")
    lines: list[LineShownOut]
    standing: str = Field(description="A verdict's code, such as VALID or CANCELLED.")

    @classmethod
    def from_domain(cls, shown: Shown) -> Self:
        """Show a certificate."""
        lines = [
            LineShownOut(
                hs_code=one.hs_code, description=one.description, quantity=one.quantity, unit=one.unit
            )
            for one in shown.lines
        ]
        return cls(
            number=shown.number,
            issued_on=shown.issued_on,
            exporter=shown.exporter,
            lines=lines,
            standing=shown.standing.value,
        )


class LookUpOut(Schema):
    """The certificates with a number that the caller's member may see."""

    certificates: list[ShownOut]


class ApprovedOut(Schema):
    """An approved exporter (RCEP Article 3.21.5)."""

    member: str
    code: str
    name: str
    address: str
    issued_on: date
    expires_on: date | None = None
    chapters: list[str] = Field(description="Chapters of the Harmonized System.")
    authorised: bool

    @classmethod
    def from_domain(cls, shown: ApprovedShown) -> Self:
        """Show an exporter."""
        return cls(
            member=shown.member,
            code=shown.code,
            name=shown.name,
            address=shown.address,
            issued_on=shown.issued_on,
            expires_on=shown.expires_on,
            chapters=list(shown.chapters),
            authorised=shown.authorised,
        )


class ApprovedList(Schema):
    """The approved exporters with a code."""

    exporters: list[ApprovedOut]


def _word(status: ExporterStatus | None) -> str:
    return status.name.lower() if status else "none"
