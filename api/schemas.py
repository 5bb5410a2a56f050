"""The shapes of requests and answers; the only crossing between JSON and the ledger's dataclasses.

The certificate document itself is described by `ledger.document_schema`, an envelope by
`docs/reference/envelope.md`; both are read by the ledger, not here.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Self

import orjson
from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema
from pydantic.alias_generators import to_camel

from api.errors import finding_document
from ledger import facts
from ledger.aeo.parties import Party
from ledger.document_schema import Day
from ledger.errors import Finding
from ledger.issuing import Issued
from ledger.origin.facts import Use
from ledger.ports import Filing
from ledger.verdict import Verdict

ID_PATTERN = "^0x[0-9a-f]{64}$"
_ID_EXAMPLE = "0x" + "5a" * 32


def instant(at: datetime) -> str:
    """Return a moment, which is UTC everywhere inside, in the form of RFC 3339 to the second."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


Id = Annotated[str, Field(pattern=ID_PATTERN, examples=[_ID_EXAMPLE])]
Moment = Annotated[
    datetime,
    PlainSerializer(instant, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-11-02T03:04:05Z"]}),
]
MemberCode = Annotated[str, Field(pattern="^[A-Z]{2}$", examples=["VN"])]

ELSEWHERE = "x-described-as"
"""Marks a value whose shape is another component of the OpenAPI document; see `api.openapi`."""
CertificateBody = Annotated[dict[str, Any], WithJsonSchema({ELSEWHERE: "CertificateDocument"})]
EnvelopeBody = Annotated[dict[str, Any], WithJsonSchema({ELSEWHERE: "Envelope"})]


def hexed(value: bytes) -> str:
    """Return bytes as hex digits with 0x."""
    return f"0x{value.hex()}"


def hexed_or_none(value: bytes | None) -> str | None:
    """Return bytes as hex digits with 0x; nothing for nothing."""
    return hexed(value) if value else None


class Schema(BaseModel):
    """camelCase outside, snake_case inside, and nothing that is not documented."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True, extra="forbid", frozen=True)


class AsOfOut(Schema):
    """The block, and its time, that an answer is true as of."""

    block: int
    time: Moment

    @classmethod
    def from_domain(cls, as_of: facts.AsOf) -> Self:
        """Show a moment of the chain."""
        return cls(block=as_of.block, time=as_of.time)


class FindingOut(Schema):
    """What one rule of the scheme says about the certificate."""

    pointer: str
    rule: str
    severity: str
    detail: str
    source: str

    @classmethod
    def from_domain(cls, finding: Finding) -> Self:
        """Show a finding."""
        return cls(**finding_document(finding))


class CertificateSummary(Schema):
    """A certificate in the archive."""

    id: Id
    scheme: str
    reference: str
    exporting_member: MemberCode
    importing_member: MemberCode
    issued_on: date
    valid_until: date
    state: str = Field(description="accepted: not on the chain yet; recorded: on the chain; refused by it.")
    filed_at: Moment
    recorded_at: Moment | None = None
    transaction: Id | None = None
    replaces: Id | None = None

    @classmethod
    def from_domain(cls, filing: Filing, **more: object) -> Self:
        """Show a filing."""
        terms = filing.terms
        fields: dict[str, Any] = {
            "id": hexed(filing.id),
            "scheme": terms.scheme.code,
            "reference": orjson.loads(filing.document)["reference"],
            "exporting_member": terms.exporting,
            "importing_member": terms.importing,
            "issued_on": terms.issued_on,
            "valid_until": terms.valid_until,
            "state": filing.state.value,
            "filed_at": filing.filed_at,
            "recorded_at": filing.recorded_at,
            "transaction": hexed_or_none(filing.transaction),
            "replaces": hexed_or_none(filing.replaces),
        }
        fields.update(more)
        return cls(**fields)


class CertificateList(Schema):
    """A page of certificates in the order they were filed."""

    certificates: list[CertificateSummary]


class RefusalOut(Schema):
    """Why the chain refused a certificate, as the problem that issuing it would have been answered with."""

    type: str
    title: str


class CertificateOut(CertificateSummary):
    """A certificate with its document, and how it stands now."""

    document: CertificateBody
    refusal: RefusalOut | None = Field(None, description="Only of a certificate that the chain refused.")
    standing: str | None = Field(None, description="By the chain; absent while the chain does not answer.")
    as_of: AsOfOut | None = None

    @classmethod
    def read(
        cls,
        filing: Filing,
        standing: facts.Standing | None,
        as_of: facts.AsOf | None,
        refusal: RefusalOut | None = None,
    ) -> Self:
        """Show a filing with what the chain says of it."""
        document: Mapping[str, Any] = orjson.loads(filing.document)
        added = ("issuers", "network", "terms")
        return cls.from_domain(
            filing,
            refusal=refusal,
            document={name: value for name, value in document.items() if name not in added},
            standing=standing.name.lower() if standing is not None else None,
            as_of=AsOfOut.from_domain(as_of) if as_of else None,
        )


class IssuedOut(Schema):
    """What came of issuing: hand the envelope to the exporter."""

    id: Id
    state: str = Field(description="recorded: on the chain; accepted: stored, and on its way there.")
    envelope: EnvelopeBody | None = Field(None, description="Once the chain holds the certificate.")
    findings: list[FindingOut]
    transaction: Id | None = None
    replaces: Id | None = None
    as_of: AsOfOut | None = None

    @classmethod
    def from_domain(cls, issued: Issued, as_of: facts.AsOf | None) -> Self:
        """Show an issued certificate."""
        return cls(
            id=hexed(issued.filing.id),
            state=issued.filing.state.value,
            envelope=issued.envelope if issued.recorded else None,
            findings=[FindingOut.from_domain(finding) for finding in issued.findings],
            transaction=hexed_or_none(issued.filing.transaction),
            replaces=hexed_or_none(issued.filing.replaces),
            as_of=AsOfOut.from_domain(as_of) if as_of else None,
        )


class ReasonName(StrEnum):
    """Why a certificate is cancelled."""

    ISSUED_IN_ERROR = "issued-in-error"
    PARTICULARS_WRONG = "particulars-wrong"
    GOODS_NOT_SHIPPED = "goods-not-shipped"
    ORIGIN_NOT_MET = "origin-not-met"
    OBTAINED_BY_FRAUD = "obtained-by-fraud"
    AT_REQUEST_OF_EXPORTER = "at-request-of-exporter"
    OTHER = "other"


class Cancellation(Schema):
    """A certificate is to be cancelled."""

    reason: ReasonName

    def to_domain(self) -> facts.Reason:
        """Return the reason as the chain numbers it."""
        return facts.Reason[self.reason.name]


class CancelledOut(Schema):
    """The certificate is cancelled, or about to be."""

    id: Id
    reason: ReasonName
    state: str = Field("recorded", description="recorded: on the chain; accepted: on its way there.")
    transaction: Id | None = Field(
        None, description="Absent when it had been cancelled for this reason before."
    )
    as_of: AsOfOut | None = None

    @classmethod
    def from_domain(cls, certificate: bytes, reason: ReasonName, written: facts.Written | None) -> Self:
        """Show a receipt."""
        as_of = AsOfOut(block=written.block, time=written.at) if written else None
        transaction = hexed(written.transaction) if written else None
        return cls(id=hexed(certificate), reason=reason, transaction=transaction, as_of=as_of)


class ReferenceQuestion(Schema):
    """Two particulars of a paper in hand; the office only where several use the same reference."""

    exporting_member: MemberCode
    reference: Annotated[str, Field(min_length=1, max_length=84, examples=["VN-TH 26/02/00006"])]
    issued_on: Day
    issuing_office: Annotated[str | None, Field(max_length=35)] = None


class CheckOut(Schema):
    """One of the four lines under a verdict."""

    name: str
    outcome: str
    evidence: str


class PartyOut(Schema):
    """The AEO status of a trader, by the operator code that the certificate gives it."""

    role: str = Field(examples=["exporter"])
    given: str = Field(description="The code as the certificate has it.")
    operator: str | None = Field(None, description="The same in its canonical form, if it can be read.")
    host: MemberCode = Field(description="The member in which it is looked at: the importing one.")
    recognised: bool | None = Field(None, description="Absent where that could not be found out.")
    reason: str = Field(description="As of recognition, or code-malformed, code-ambiguous, cannot-check.")
    sentence: str
    status: str | None = None
    programme: str | None = Field(None, description="Code of its programme.")
    at: Moment

    @classmethod
    def from_domain(cls, party: Party) -> Self:
        """Show a party."""
        return cls(**_party(party, party.at))


class UseOut(Schema):
    """What importing customs has made of a certificate; goods lines by number."""

    granted: list[int] = Field(description="Granted preference under some declaration, and not denied since.")
    refused: list[int] = Field(description="Whose newest decision is a refusal.")
    used_up: list[int] = Field(description="Whose certified quantity is drawn down.")
    questioned: list[int] = Field(description="In question in an open verification case.")
    suspended: list[int] = Field(description="Without preference while a case is open.")
    denied: list[int] = Field(description="Found not to originate.")
    declarations: int
    received_at: datetime | None = None
    decided_at: datetime | None = None

    @classmethod
    def from_domain(cls, use: Use) -> Self:
        """Show a use."""
        return cls(**use_document(use))


def use_document(use: Use) -> dict[str, Any]:
    """Return the members of a use, by the names of the schema, with its moments as given."""
    lines = ("granted", "refused", "used_up", "questioned", "suspended", "denied")
    return {
        **{name: sorted(getattr(use, name)) for name in lines},
        "declarations": use.declarations,
        "received_at": use.received_at,
        "decided_at": use.decided_at,
    }


class VerdictOut(Schema):
    """The answer to "is this certificate good?"; the codes are a fixed list."""

    code: str = Field(examples=["VALID"])
    title: str
    sentence: str
    next_step: str
    exit_code: int = Field(description="What `asal verify` exits with on this verdict.")
    certificate: Id | None = None
    checks: list[CheckOut]
    altered: list[str] = Field(description="Dotted paths of fields that are not as issued.")
    removed: int = Field(description="How many issued fields are gone.")
    hidden: int = Field(description="How many fields are redacted, which is allowed.")
    replacement: Id | None = None
    warnings: list[FindingOut]
    parties: list[PartyOut] = Field(
        description="The AEO status of exporter and consignee, where the copy shows their operator codes."
    )
    use: UseOut | None = Field(
        None, description="What importing customs has made of it; absent while that is nothing."
    )
    as_of: AsOfOut | None = None

    @classmethod
    def from_domain(cls, verdict: Verdict) -> Self:
        """Show a verdict."""
        return cls(
            code=verdict.code.value,
            title=verdict.title,
            sentence=verdict.sentence,
            next_step=verdict.next_step,
            exit_code=verdict.exit_code,
            certificate=hexed_or_none(verdict.certificate),
            checks=[
                CheckOut(name=c.name, outcome=c.outcome.value, evidence=c.evidence) for c in verdict.checks
            ],
            altered=list(verdict.altered),
            removed=verdict.removed,
            hidden=verdict.hidden,
            replacement=hexed_or_none(verdict.replacement),
            warnings=[FindingOut.from_domain(finding) for finding in verdict.warnings],
            parties=[PartyOut.from_domain(party) for party in verdict.parties],
            use=UseOut.from_domain(verdict.use) if verdict.use else None,
            as_of=AsOfOut.from_domain(verdict.as_of) if verdict.as_of else None,
        )


def verdict_json(verdict: Verdict) -> bytes:
    """Return the JSON text of a `VerdictOut` without making one: our own words need no check."""
    document: dict[str, object] = {
        "code": verdict.code,
        "title": verdict.title,
        "sentence": verdict.sentence,
        "nextStep": verdict.next_step,
        "exitCode": verdict.exit_code,
        "certificate": hexed_or_none(verdict.certificate),
        "checks": [
            {"name": check.name, "outcome": check.outcome, "evidence": check.evidence}
            for check in verdict.checks
        ],
        "altered": verdict.altered,
        "removed": verdict.removed,
        "hidden": verdict.hidden,
        "replacement": hexed_or_none(verdict.replacement),
        "warnings": [finding_document(finding) for finding in verdict.warnings],
        "parties": [_without_gaps(_party(party, instant(party.at))) for party in verdict.parties],
        "use": _use(verdict.use) if verdict.use else None,
        "asOf": {"block": verdict.as_of.block, "time": instant(verdict.as_of.time)}
        if verdict.as_of
        else None,
    }
    return orjson.dumps(_without_gaps(document))


def _party(party: Party, at: object) -> dict[str, Any]:
    """Return the members of a party, whose names are single words, with its moment as given."""
    return {
        "role": party.role,
        "given": party.given,
        "operator": party.operator,
        "host": party.host,
        "recognised": party.recognised,
        "reason": party.reason,
        "sentence": party.sentence,
        "status": party.status,
        "programme": party.programme,
        "at": at,
    }


def _use(use: Use) -> dict[str, object]:
    """Return a use as the JSON of a `UseOut`."""
    times = {"received_at", "decided_at"}
    told = {
        to_camel(name): instant(value) if name in times and value else value
        for name, value in use_document(use).items()
    }
    return _without_gaps(told)


def _without_gaps(document: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in document.items() if value is not None}
