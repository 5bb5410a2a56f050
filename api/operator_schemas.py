"""The shapes of what an AEO authority asks about operators, and of what it is answered."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from api.schemas import Id, Schema
from ledger.aeo.acts import Act, Stage
from ledger.aeo.application import FIELDS, particulars_in
from ledger.aeo.asked import NOTE, OFFICE, Action, end_given
from ledger.aeo.days import edge
from ledger.aeo.records import MOST_EVIDENCE
from ledger.operators import Ground, OperatorCode

When = Annotated[str, Field(max_length=40, examples=["2026-11-22", "2026-11-22T08:00:00Z"])]
CodeText = Annotated[str, Field(max_length=64, examples=["VN0100109106"])]


class ActName(StrEnum):
    """What can be done about an operator that has applied."""

    ACCEPT = "accept"
    RETURN = "return"
    RESUBMIT = "resubmit"
    DESK_VALIDATION = "desk-validation"
    FIELD_VALIDATION = "field-validation"
    REMEDIATION = "remediation"
    CERTIFY = "certify"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    AMEND = "amend"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    RENEW = "renew"
    SURRENDER = "surrender"
    REVOKE = "revoke"
    ANNUL = "annul"
    CONSENT = "consent"


class GroundName(StrEnum):
    """On which ground a decision rests; which of them an act takes is told when another is named."""

    NONE = "none"
    SUSPECTED_BREACH = "suspected-breach"
    CONDITIONS_UNMET = "conditions-unmet"
    AT_REQUEST = "at-request"
    CURED = "cured"
    SERIOUS_INFRINGEMENT = "serious-infringement"
    NOT_CURED = "not-cured"
    FALSE_INFORMATION = "false-information"
    APPEAL_UPHELD = "appeal-upheld"
    CEASED = "ceased"
    OTHER = "other"


class ActBody(Schema):
    """What an act is told; each takes some of it, and names what it does not take."""

    office: str = Field(max_length=OFFICE, description="The deciding office; stays in the archive.")
    effective: When | None = Field(
        None, description="From when it holds: a day (its first second, UTC) or a moment; now unless told."
    )
    ground: GroundName | None = None
    note: str = Field("", max_length=NOTE, description="Reasons in words; stay in the archive.")
    evidence: list[Id] = Field(
        default_factory=list,
        max_length=MOST_EVIDENCE,
        description="Keccak-256 of files; stay in the archive.",
    )
    until: When | None = Field(
        None,
        description=(
            "certify, renew: end of validity, unlimited unless told; suspend: its last day, or the moment "
            "from which it is certified again; revoke: from when the operator may apply again, three years "
            "on unless told. A day means its last second, UTC."
        ),
    )
    name: str | None = None
    address: str | None = None
    country: str | None = None
    national_id: str | None = None
    programme: str | None = Field(None, description="Code of a programme that the member has declared.")
    level: int | None = None
    roles: list[str] | None = Field(None, examples=[["EXP", "MFR"]])
    consent: list[str] | None = Field(None, description="Of `publication` and `exchange`; empty for neither.")
    procedure: str | None = Field(None, description="Whose time limits hold, such as ID-DJBC; apply only.")

    def to_domain(self, act: Act, operator: OperatorCode, once: str) -> Action:
        """Return what is asked; raises `OperatorMalformed` or `QuestionMalformed`."""
        said = self.model_dump(by_alias=True, exclude_none=True)
        return Action(
            act=act,
            operator=operator,
            office=self.office,
            effective=edge(self.effective, "effective") if self.effective else None,
            ground=Ground[self.ground.name] if self.ground else None,
            note=self.note,
            evidence=tuple(bytes.fromhex(one[2:]) for one in self.evidence),
            until=end_given(act, self.until) if self.until else None,
            once=once,
            **particulars_in({name: said[name] for name in FIELDS if name in said}),
        )


class ApplicationBody(ActBody):
    """An operator applies to be authorised."""

    operator: CodeText = Field(description="The code that it is to have, as it is written.")


class DueOut(Schema):
    """Until when the stage is to be over, by the procedure of the case."""

    on: str
    latest: str = Field(description="When every extension is granted.")
    of: str = Field(description="Whose time it is: authority or applicant.")
    late: bool
    source: str


class CaseBrief(Schema):
    """Where an operator's case is."""

    operator: str
    stage: Stage
    allowed: list[str] = Field(description="The acts that are allowed now.")
    due: DueOut | None = None
    name: str | None = Field(None, description="Absent when its record is not in this archive.")
    programme: str | None = None
    programme_number: int | None = None
    level: int | None = None
    roles: list[str]
    consent: list[str]
    until: str | None = Field(None, description="End of validity; absent for unlimited.")
    record_hash: Id | None = None
    version: int = Field(description="Of its newest status, also of one on its way; 0 for none.")
    pending: bool = Field(description="Whether a status is on its way to the ledger.")


class StatusOut(Schema):
    """A status, on the ledger or on its way there."""

    version: int
    status: str
    effective_from: str
    until: str | None = None
    level: int
    roles: list[str]
    consent: list[str]
    ground: str | None = None
    recorded_at: str | None = None
    state: str


class OperatorEventOut(Schema):
    """One thing that happened in a case."""

    seq: int
    act: str
    stage: str
    effective: str
    recorded_at: str
    office: str
    ground: str | None = None
    note: str | None = None
    evidence: list[Id]
    authority: int
    account: str
    version: int | None = None
    state: str = Field(description="filed: only here; accepted: on its way; recorded; refused by the ledger.")


class CaseOut(CaseBrief):
    """An operator's case with all that happened."""

    statuses: list[StatusOut]
    events: list[OperatorEventOut]


class CaseList(Schema):
    """A page of cases by code."""

    operators: list[CaseBrief]


class OperatorActedOut(Schema):
    """What came of an act."""

    state: str = Field(description="recorded: done; accepted: stored, and on its way to the ledger.")
    filed: list[OperatorEventOut]
    case: CaseOut


class RecordOut(Schema):
    """An operator's record: its keccak-256 in canonical JSON is what the ledger names."""

    schema_name: str = Field(alias="schema", examples=["asal-operator-record-1"])
    operator: str
    name: str
    address: str
    country: str
    national_id: str
    programme: str
    level: int
    roles: list[str]
    evidence: list[Id]
    salt: Id


def acted(told: dict[str, Any]) -> OperatorActedOut:
    """Return the answer to an act from its JSON members."""
    return OperatorActedOut.model_validate(told)
